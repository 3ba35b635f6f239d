"""Inter, cut once into the four weights the reports print, so that no report depends on the fonts of a machine.

The variable font comes with the `fontpkg-inter` wheel. Typst and matplotlib read static files only, and a mail has no
font at all: the same four cuts are therefore also written as one style sheet that carries them inside.
"""

from __future__ import annotations

import base64
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

FAMILY = "Inter"
WEIGHTS: dict[int, str] = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
STYLE_SHEET = "inter.css"

_PUNCTUATION = "–—‘’‚“”„†•…‰‹›«»≈≠≤≥−×·●→←↑↓ \u2011\u202f€"
_LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x180), *map(ord, _PUNCTUATION)]
"""Every Latin alphabet of Europe: names are all that comes from outside. A small font cuts fast and mails light."""


def cut_fonts(folder: Path) -> Path:
    """The folder with `Inter-<weight>.ttf` and `inter.css`: made on the first call, left alone on the next.

    It is built aside and moved in whole, so two processes that start together cannot see half of it.
    """
    if (folder / STYLE_SHEET).is_file():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".fonts-", dir=folder.parent))
    try:
        _cut_all(aside)
        aside.rename(folder)
    except OSError:
        if not (folder / STYLE_SHEET).is_file():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _cut_all(folder: Path) -> None:
    faces = []
    narrowed = _narrowed()
    for weight, style in WEIGHTS.items():
        font = _subset(_instance(narrowed, weight, style))
        (folder / f"{FAMILY}-{weight}.ttf").write_bytes(_bytes(font))
        faces.append(_face(weight, _bytes(font, "woff")))
    (folder / STYLE_SHEET).write_text("\n".join(faces) + "\n", encoding="utf-8")


def _narrowed() -> bytes:
    """The variable font with the letters of `_LETTERS` and the figures of equal width: the slow step, done once."""
    from fontTools.ttLib import TTFont

    return _bytes(_subset(TTFont(_variable_font(), recalcTimestamp=False), keep=(".tf",)))


def _instance(narrowed: bytes, weight: int, style: str) -> Any:
    """One weight as a font of its own, with figures of equal width: columns of numbers line up everywhere."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(io.BytesIO(narrowed), recalcTimestamp=False)
    digits = {code: f"{name}.tf" for code, name in font.getBestCmap().items() if chr(code) in "0123456789"}
    font = instancer.instantiateVariableFont(font, {"opsz": 14, "wght": weight})
    for table in font["cmap"].tables:
        table.cmap.update(digits)
    font["OS/2"].usWeightClass = weight
    _rename(font, style)
    return font


def _variable_font() -> Path:
    import fontpkg_inter

    return fontpkg_inter.ROOT / "files" / "Inter[opsz,wght].ttf"


def _subset(font: Any, keep: tuple[str, ...] = ()) -> Any:
    """A copy of `font` with the letters a report can need, plus the glyphs whose name ends in one of `keep`."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    copy = TTFont(io.BytesIO(_bytes(font)), recalcTimestamp=False)
    options = subset.Options(layout_features=["kern"], notdef_outline=True, glyph_names=True)
    options.name_IDs, options.recalc_timestamp, options.hinting = ["*"], False, False
    subsetter = subset.Subsetter(options)
    kept = [name for name in copy.getGlyphOrder() if keep and name.endswith(keep)]
    subsetter.populate(unicodes=_LETTERS, glyphs=kept)
    subsetter.subset(copy)
    return copy


def _rename(font: Any, style: str) -> None:
    names = font["name"]
    names.names = [name for name in names.names if name.nameID in {0, 5, 13, 14}]
    for name_id, words in {1: FAMILY, 2: style, 4: f"{FAMILY} {style}", 6: f"{FAMILY}-{style}"}.items():
        names.setName(words, name_id, 3, 1, 0x409)


def _bytes(font: Any, flavor: str | None = None) -> bytes:
    font.flavor = flavor
    target = io.BytesIO()
    font.save(target)
    font.flavor = None
    return target.getvalue()


def _face(weight: int, woff: bytes) -> str:
    data = base64.b64encode(woff).decode("ascii")
    return (
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};font-style:normal;'
        f"src:url(data:font/woff;base64,{data}) format('woff')}}"
    )
