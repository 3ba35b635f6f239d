"""One pandoc for all reports of a process. To start it and to parse a source anew for each format is half of its work.

Its words are those of `pandoc report.qmd --to html` and `--to typst`, byte for byte.
"""

from __future__ import annotations

import atexit
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import IO, cast

from reports.render import THEME, RenderError

_SCRIPT = THEME / "convert.lua"


class StandingPandoc:
    """A pandoc that waits for the next report. It ends with the process that started it: when its input ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None

    def convert(self, folder: Path, formats: Sequence[str]) -> None:
        """Make `report.html` and `report.typ` in a folder that is laid out, for `formats` of html and typst.

        Raises:
            RenderError: pandoc warned, failed or died; the next call starts another.
        """
        with self._lock:
            said = self._ask("\t".join((str(folder), *formats)))
        if said != "done":
            raise RenderError(f"pandoc could not write the report ({'it warned or failed' if said else 'it died'})")

    @property
    def process_id(self) -> int | None:
        """The number of its process, while there is one."""
        return None if self._process is None else self._process.pid

    def end(self) -> None:
        """Let it go, and wait until it has."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what was not yet written to one that died
                cast("IO[str]", pipe).close()
        process.wait()

    def _ask(self, line: str) -> str:
        process = self._started()
        try:
            written = cast("IO[str]", process.stdin)
            written.write(line + "\n")
            written.flush()
            said = cast("IO[str]", process.stdout).readline().strip()
        except OSError:
            said = ""
        if not said:
            process.kill()
            self.end()
        return said

    def _started(self) -> subprocess.Popen[str]:
        import pypandoc

        if self._process is None:
            # A group of its own: Ctrl-C is for the command, which ends this one by closing its input.
            self._process = subprocess.Popen(
                [pypandoc.get_pandoc_path(), "lua", str(_SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                process_group=0,
            )
        return self._process


@lru_cache(maxsize=1)
def standing_pandoc() -> StandingPandoc:
    """The one of this process."""
    pandoc = StandingPandoc()
    atexit.register(pandoc.end)
    return pandoc
