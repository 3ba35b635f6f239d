"""`klyngeflow doctor`: what was found on this machine, and what to do about each thing that is missing."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from flows.environment import ALWAYS, server_is_running
from flows.settings import FILE, ROOT

SHOWN_LIBRARIES = (
    "duckdb",
    "polars",
    "great-expectations",
    "prefect",
    "matplotlib",
    "pypandoc-binary",
    "typst",
    "pydantic",
)
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?:\s*;\s*(.*?))?\s*\\?$", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its name, what was found, and what to do where it is not as it should be."""

    name: str
    found: str
    remedy: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing needs to be done."""
        return not self.remedy

    def line(self) -> str:
        """One line for the terminal."""
        return f"{'ok  ' if self.good else 'MISS'}  {self.name}: {self.found}" + (
            f". {self.remedy}" if self.remedy else ""
        )

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        return asdict(self) | {"good": self.good}


def examine(workspace: Path) -> list[Finding]:
    """Everything that the main job needs, looked at."""
    return [
        _python(),
        *_libraries(),
        *_renderer(),
        *_folders(workspace),
        *_warehouse(workspace),
        _telemetry(),
        _prefect_server(),
    ]


def accept_warehouse(workspace: Path) -> str:
    """Let the workspace's warehouse stand as it is, though runs.log knows of more; says what that means."""
    from flows.settings import load_workspace
    from warehouse.connection import accept_head

    before, found = accept_head(load_workspace(workspace).store.database)
    return (
        f"Accepted: the warehouse stands at {found} commits; runs.log knew of {before}. What came in between is not in "
        "it: bring those extracts in again (klyngeflow run takes what the inbox still has)."
    )


def _python() -> Finding:
    found = sys.version.split()[0]
    remedy = "" if sys.version_info >= (3, 11) else "Install Python 3.11 or newer and run make setup again."
    return Finding("Python", found, remedy)


def _libraries() -> Iterator[Finding]:
    pins = {
        name.lower().replace("_", "-"): pin for name, pin, _ in _PIN.findall((ROOT / "requirements.txt").read_text())
    }
    for name in SHOWN_LIBRARIES:
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(name, "not installed", "Run make setup.")
            continue
        pinned = pins.get(name, found)
        yield Finding(name, found, "" if found == pinned else f"The pinned version is {pinned}: run make setup.")


def _renderer() -> Iterator[Finding]:
    from reports.fonts import cut_fonts
    from reports.quarto import QuartoError, standing
    from reports.render import find_renderer

    with tempfile.TemporaryDirectory() as folder:
        try:
            fonts = cut_fonts(Path(folder))
            families = sorted(path.stem for path in fonts.rglob("*.ttf"))
            renderer = find_renderer(fonts)
            engines = f"{renderer.name} {renderer.version}. {standing()}"
        except QuartoError as error:
            yield Finding("Rendering", "not possible", str(error))
            return
        except Exception as error:  # whatever is wrong, the remedy is the same
            yield Finding("Rendering", f"not possible ({type(error).__name__})", "Run make setup.")
            return
    yield Finding("Fonts", ", ".join(families) if families else "none", "" if families else "Run make setup.")
    yield Finding("Rendering", engines)


def _folders(workspace: Path) -> Iterator[Finding]:
    if not (workspace / FILE).exists():
        yield Finding("Workspace", f"{workspace} has no {FILE}; that is fine where none is wanted")
        return
    for name in ("warehouse", "landing", "staged", "outbox", "logs"):
        folder = workspace / name
        place = folder if folder.exists() else workspace
        good = os.access(place, os.W_OK)
        yield Finding(
            f"Folder {name}", "writable" if good else "not writable", "" if good else "Give yourself write access."
        )


def _telemetry() -> Finding:
    wrong = sorted(name for name, value in ALWAYS.items() if os.environ.get(name) != value)
    return Finding("Telemetry", "on: " + ", ".join(wrong) if wrong else "off", "Unset these." if wrong else "")


def _warehouse(workspace: Path) -> Iterator[Finding]:
    from transforms.errors import UserError
    from warehouse.connection import reading
    from warehouse.head import acknowledged, require_present
    from warehouse.workspace import Store

    database = Store(workspace).database
    if not database.parent.is_dir():
        return
    try:
        require_present(database)
        if database.exists():
            with reading(database, wait_seconds=1):
                yield Finding("Warehouse", f"as it was last acknowledged ({acknowledged(database).sequence} commits)")
    except UserError as error:
        yield Finding("Warehouse", "cannot be used", str(error))


def _prefect_server() -> Finding:
    named = os.environ.get("PREFECT_API_URL")
    if named:
        return Finding("Prefect server", "the one that PREFECT_API_URL names")
    return Finding(
        "Prefect server",
        "one runs on this machine and is used" if server_is_running() else "none; flows bring their own",
    )
