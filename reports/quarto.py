"""Quarto itself, where a machine has it: one call for all reports of a meeting."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from reports.project import RENDERED, lay_out_project
from reports.render import FIRST_DAY, Sources, put
from transforms.errors import MachineError

SETTING = "KLYNGEFLOW_QUARTO"
OFF = "off"
OLDEST = (1, 7)
"""Quarto 1.6 has typst 0.11, which knows neither tilings nor the spacing of paragraphs that page.typ is set with."""
_ANSWER_SECONDS = 60
_SECONDS_PER_REPORT = 120
"""Some forty times what a report takes: a Quarto that waits for something is ended, a slow machine is not."""
_WITHOUT = (
    f"Nothing is lost: set {SETTING}={OFF}, and klyngeflow render uses the engines it brings. To see what Quarto says: "
    "klyngeflow render --sources DIR, and quarto render in DIR."
)


class QuartoError(MachineError):
    """Quarto cannot be used or did not render; the message repeats nothing of what it printed, which may be a report's.

    Nothing is lost by it: figures lie in the warehouse, and the pack that was delivered stays where it was.
    """


@dataclass(frozen=True)
class QuartoRenderer:
    """`quarto render` of a project of its own: HTML, DOCX, and PDF by way of typst."""

    fonts: Path
    command: Path
    version: str
    name: str = "quarto"

    def render(self, sources: Sources, stem: Path) -> list[Path]:
        """One report alone."""
        return self.render_all({stem.name: sources}, {stem.name: stem})[stem.name]

    def render_all(self, reports: Mapping[str, Sources], stems: Mapping[str, Path]) -> dict[str, list[Path]]:
        """The files of all `reports` by one call of Quarto; each is put at its stem when all of them are there.

        Raises:
            QuartoError: Quarto did not make them all.
        """
        with TemporaryDirectory(prefix="klyngeflow-quarto-") as name:
            project = Path(name) / "project"
            lay_out_project(reports, project, self.fonts)
            self.run(project, len(reports), _one_day(reports))
            made = {
                report: [project / RENDERED / report / f"{report}.{each}" for each in sources.formats]
                for report, sources in reports.items()
            }
            _require_all(path for paths in made.values() for path in paths)
            return {
                report: [put(path, stems[report].with_name(f"{stems[report].name}{path.suffix}")) for path in paths]
                for report, paths in made.items()
            }

    def run(self, project: Path, reports: int, environment: Mapping[str, str]) -> None:
        """`quarto render` in `project`, which holds so many `reports`.

        Raises:
            QuartoError: it did not end well, or not in time.
        """
        seconds = _SECONDS_PER_REPORT * (1 + reports)
        # A group of its own, so that what Quarto has started ends with it; what it prints is nobody's to read.
        with (
            _stopped_with_us(),
            subprocess.Popen(
                [self.command, "render", "--quiet"],
                cwd=project,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            ) as running,
        ):
            try:
                ended = running.wait(seconds)
            except subprocess.TimeoutExpired:
                _end(running)
                raise QuartoError(f"Quarto {self.version} was not done after {seconds} s. {_WITHOUT}") from None
            except BaseException:
                _end(running)
                raise
        if ended:
            raise QuartoError(f"Quarto {self.version} could not render the reports (exit code {ended}). {_WITHOUT}")


@dataclass(frozen=True)
class Installed:
    """The Quarto that a machine has; `named` in the setting, and `fault` says in a sentence why it cannot be used."""

    command: Path
    version: str
    named: bool
    fault: str


def installed() -> Installed | None:
    """The one $KLYNGEFLOW_QUARTO names, else the one on the PATH; none where there is none or it is switched off."""
    setting = os.environ.get(SETTING, "")
    if setting.lower() == OFF:
        return None
    command = setting or shutil.which("quarto")
    if not command:
        return None
    version = _version(Path(command))
    return Installed(Path(command), version, bool(setting), _fault(Path(command), version))


def find_quarto(fonts: Path) -> QuartoRenderer | None:
    """Quarto where it can be used. One that merely lies on the PATH and cannot stops nobody's meeting.

    Raises:
        QuartoError: the one that $KLYNGEFLOW_QUARTO names is not there or too old.
    """
    found = installed()
    if found is None or (found.fault and not found.named):
        return None
    if found.fault:
        raise QuartoError(f"{SETTING}: {found.fault} Name another in {SETTING}, or set {SETTING}={OFF}.")
    return QuartoRenderer(fonts, found.command, found.version)


def standing() -> str:
    """Why this engine and not the other, in one sentence for `klyngeflow doctor`."""
    found = installed()
    if found is None:
        off = os.environ.get(SETTING, "").lower() == OFF
        return f"Quarto is switched off ({SETTING}={OFF})" if off else "No Quarto was found, and none is needed"
    if found.fault:
        return f"{found.fault} It is left alone"
    where = f"the one that {SETTING} names" if found.named else f"the one on the PATH; {SETTING}={OFF} leaves it alone"
    return f"One call of {found.command} per meeting, {where}"


def _fault(command: Path, version: str) -> str:
    oldest = ".".join(map(str, OLDEST))
    if not version:
        return f"{command} is no Quarto that can be started here."
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        return f"Quarto {version} ({command}) is too old: {oldest} or newer is needed."
    return ""


def _version(command: Path) -> str:
    """`1.9.38`; empty where the command cannot be started or is something else."""
    try:
        done = subprocess.run(
            [command, "--version"], capture_output=True, encoding="utf-8", errors="replace", timeout=_ANSWER_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    said = re.fullmatch(r"\s*(\d+\.\d+(?:\.\d+)*)\S*\s*", done.stdout)
    return said[1] if said and not done.returncode else ""


def _one_day(reports: Mapping[str, Sources]) -> dict[str, str]:
    """The surroundings of one call: a DOCX of a pack is dated by its meeting, whichever document knows it."""
    return max(reports.values(), key=lambda sources: sources.day or FIRST_DAY).environment


def _require_all(paths: Iterable[Path]) -> None:
    missing = next((path.name for path in paths if not path.is_file()), None)
    if missing is not None:
        raise QuartoError(f"Quarto ended well without having made {missing}. {_WITHOUT}")


def _end(running: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()


@contextmanager
def _stopped_with_us() -> Iterator[None]:
    """While it lasts, being told to end is an exception: what was started can be ended as well."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
