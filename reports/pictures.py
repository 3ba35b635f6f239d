"""Charts as pictures of points, for the office programs that do not draw SVG."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

POINTS_PER_INCH = 200.0
_PAGE = "#set page(width: auto, height: auto, margin: 0mm)\n"


def write_pictures(charts: Mapping[str, str], folder: Path, fonts: Path) -> None:
    """A PNG beside each chart that lies in `folder`, by the chart's name; all are drawn at once, with our own letters.

    The same chart gives the same bytes.
    """
    import typst

    if not charts:
        return
    names = sorted(charts)
    pages = "#pagebreak()\n".join(f'#image("{name}")\n' for name in names)
    only_ours = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    compiler = typst.Compiler(root=folder, font_paths=only_ours)
    made = compiler.compile((_PAGE + pages).encode(), format="png", ppi=POINTS_PER_INCH)
    drawn = made if isinstance(made, list) else [made]
    for name, picture in zip(names, drawn, strict=True):
        (folder / name).with_suffix(".png").write_bytes(picture or b"")
