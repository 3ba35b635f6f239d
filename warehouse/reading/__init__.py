"""Reading files as they come: what a file is, its characters, its heading, its rows."""
