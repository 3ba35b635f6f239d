"""Colours and sizes of every chart. One hue: shape, place, size and words carry the meaning in grey print too."""

from __future__ import annotations

INK = "#16202A"
OTHERS = "#46525D"
BLOCK = "#5F6B76"
MID = "#74808B"
ACCENT = "#B23C06"
ACCENT_TINT = "#FBEBE1"
ACCENT_PALE = "#E9BFA6"
HATCH = "#B9C2CA"
GRID = "#CDD4DA"
FIELD = "#E3E7EA"
PAPER = "#FFFFFF"

REGULAR, SEMIBOLD, BOLD = 400, 600, 700
NUMERAL = 7.4
FLOOR = 7.0

DOT = 0.95
OWN_DOT = 1.35
"""Radii in mm."""
INTERVAL = 0.55
OWN_INTERVAL = 0.75
STEM = 0.18
EDGE = 0.35
"""Line widths in mm."""
