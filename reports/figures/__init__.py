"""The charts: drawn in millimetres at the size they are printed, as SVG with real text."""
