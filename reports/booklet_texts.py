"""The texts of a package, which anybody may have written: Markdown with nothing in it that an engine would act on."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from reports.markdown import Markdown
from reports.render import THEME, RenderError

_SCRIPT = THEME / "texts.lua"
_LONGEST_SECONDS = 60


def cleaned(texts: Mapping[str, str], numbers: Mapping[str, int], missing: str) -> dict[str, Markdown]:
    """`texts` by name, as Markdown that may be put into a template.

    A footnote becomes a citation of the reference with that name; `numbers` are those of the references. `missing`
    stands before the name of a footnote that is no reference. HTML, TeX, typst, images and links to anything but https
    come out as letters.

    Raises:
        RenderError: the texts could not be read.
    """
    if not texts:
        return {}
    asked = json.dumps({"texts": dict(texts), "numbers": dict(numbers), "missing": missing}, ensure_ascii=False)
    done = _pandoc_lua(_SCRIPT, asked)
    return {name: Markdown(text) for name, text in json.loads(done).items()}


def _pandoc_lua(script: Path, asked: str) -> str:
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "lua", str(script)]
    try:
        done = subprocess.run(
            command, input=asked, capture_output=True, encoding="utf-8", check=False, timeout=_LONGEST_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise RenderError(f"pandoc did not read the package's texts in {_LONGEST_SECONDS} s") from None
    if done.returncode:
        raise RenderError(f"pandoc could not read the package's texts (exit code {done.returncode})")
    return done.stdout
