"""A `quarto` that writes down how it was called and makes of each report what the front matter asks for, unrendered.

It imports nothing of ours: it starts as fast as Python does, and reads the project as it stands on the disk.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SECRET = "ordene i rapporten"
"""What it prints where it fails: an engine may repeat a report, so nobody is to read it."""
_SCRIPT = """#!{python} -I
import sys
sys.path.insert(0, {here!r})
import quarto_stand_in
quarto_stand_in.main({calls!r}, {behaviour!r})
"""
_WRITTEN = {"html": "html", "typst": "pdf", "docx": "docx"}


class StandIn:
    """One of them on the disk; `version`, and `behaviour`: well, fails, half or sleeps."""

    def __init__(self, folder: Path, version: str = "1.9.38", behaviour: str = "well") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.command, self.calls_file = folder / "quarto", folder / "calls.jsonl"
        told = {"version": version, "behaviour": behaviour}
        here = str(Path(__file__).parent)
        words = _SCRIPT.format(python=sys.executable, here=here, calls=str(self.calls_file), behaviour=told)
        self.command.write_text(words, encoding="utf-8")
        self.command.chmod(0o755)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Every `quarto render` there was: arguments, place, surroundings, settings and the files of the project."""
        if not self.calls_file.exists():
            return []
        return [json.loads(line) for line in self.calls_file.read_text(encoding="utf-8").splitlines()]


def main(calls: str, told: Mapping[str, str]) -> None:
    """The program."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(told["version"] + "\n")
        return
    here = Path.cwd()
    settings = (here / "_quarto.yml").read_text(encoding="utf-8")
    reports = re.findall(r"^    - (\S+\.qmd)$", settings, re.MULTILINE)
    call = {
        "arguments": sys.argv[1:],
        "process": os.getpid(),
        "place": str(here),
        "day": os.environ.get("SOURCE_DATE_EPOCH"),
        "settings": settings,
        "files": sorted(path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()),
        "formats": {name: _formats(here / name) for name in reports},
    }
    with Path(calls).open("a", encoding="utf-8") as file:
        file.write(json.dumps(call) + "\n")
    _render(here, call, told["behaviour"])


def _formats(source: Path) -> list[str]:
    head = source.read_text(encoding="utf-8").split("---\n")[1].partition("\nformat:\n")[2]
    return [_WRITTEN[name] for name in re.findall(r"^  (\w+):$", head, re.MULTILINE)]


def _render(here: Path, call: Mapping[str, Any], behaviour: str) -> None:
    if behaviour == "sleeps":
        time.sleep(60)
    wanted = [(Path(name), each) for name, formats in call["formats"].items() for each in formats]
    for name, each in wanted[:1] if behaviour in ("half", "fails") else wanted:
        target = here / "rendered" / name.with_suffix(f".{each}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{each} of {(here / name).read_text(encoding='utf-8')}", encoding="utf-8")
    if behaviour == "fails":
        sys.stderr.write(SECRET)
        sys.exit(1)
