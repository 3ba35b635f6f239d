"""Great Expectations over staged extracts, and contracts/<source>.toml: the one description of each source."""
