"""Makes the pictures of this folder again from packs that were rendered: `make golden`, or this file with Python.

Needs `make demo` (and, for the last one, a run of examples/manchester) and pdftoppm; slides also need LibreOffice.
What is missing is said and left as it is. Nothing is drawn by hand.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

DOCS = Path(__file__).parent
MOST_BYTES = 150_000
COLOURS = 64
"""Enough for ink, greys, one accent and the edges of letters."""


@dataclass(frozen=True)
class Golden:
    """One picture: `page` of the first file that `pattern` finds in an example's outbox, so many pixels wide."""

    name: str
    example: str
    pattern: str
    page: int = 1
    width: int = 1000


PICTURES = (
    Golden("report", "demo", "K01_antibiotika_*/medlem_*.pdf"),
    Golden("cluster", "demo", "K01_antibiotika_*/klyngerapport.pdf", 3),
    Golden("slide", "demo", "K01_antibiotika_*/oplaeg.pptx", 4),
    Golden("coordinator", "demo", "noegler/K01_antibiotika_*/drejebog.pdf"),
    Golden("manchester", "manchester", "00W_antibacterials_*/klyngerapport.pdf"),
)


def make(picture: Golden, examples: Path) -> str:
    """Writes `<name>.png` and says how large it is, or why it was left."""
    outbox = examples / picture.example / "outbox"
    source = next(iter(sorted(outbox.glob(picture.pattern))), None)
    if source is None:
        return f"{picture.name}: left, there is no {outbox / picture.pattern}"
    if source.suffix == ".pptx" and shutil.which("soffice") is None:
        return f"{picture.name}: left, LibreOffice is not installed"
    with TemporaryDirectory() as folder:
        page = _page(_as_pdf(source, Path(folder)), picture.page, Path(folder))
        size = _reduced(page, picture.width, DOCS / f"{picture.name}.png")
    return f"{picture.name}: {size:,} bytes, page {picture.page} of {source.name}"


def _as_pdf(source: Path, folder: Path) -> Path:
    if source.suffix == ".pdf":
        return source
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / f"{source.stem}.pdf"


def _page(pdf: Path, number: int, folder: Path) -> Path:
    """The page at twice the width wanted: it is brought down with smooth edges."""
    command = ["pdftoppm", "-r", "180", "-png", "-singlefile", "-f", str(number), "-l", str(number)]
    subprocess.run([*command, str(pdf), str(folder / "page")], check=True, capture_output=True)
    return folder / "page.png"


def _reduced(page: Path, width: int, target: Path) -> int:
    """The picture in few colours, narrower until it is small enough; returns its bytes."""
    with Image.open(page) as opened:
        whole = opened.convert("RGB")
    for wide in _widths(width):
        scaled = whole.resize((wide, round(whole.height * wide / whole.width)), Image.Resampling.LANCZOS)
        few = scaled.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(target, optimize=True)
        if target.stat().st_size < MOST_BYTES:
            break
    return target.stat().st_size


def _widths(width: int) -> Iterator[int]:
    while width > 500:
        yield width
        width = round(width * 0.92)


if __name__ == "__main__":
    if shutil.which("pdftoppm") is None:
        sys.exit("pdftoppm is not installed: it turns the pages into pictures (poppler).")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS.parent / "examples"
    for each in PICTURES:
        sys.stdout.write(f"{make(each, folder)}\n")
