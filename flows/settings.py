"""The settings of a workspace: klyngeflow.toml, its contract overrides and its packages."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from transforms.contract import Contract, parse_contract
from transforms.definitions import Package, parse_package
from transforms.disclosure import Mode
from transforms.errors import UserError
from transforms.model import Strict
from warehouse.workspace import Store

ROOT = Path(__file__).parents[1]
FILE = "klyngeflow.toml"
SOURCES = (
    "registry",
    "list_sizes",
    "prescriptions",
    "services",
    "care_plans",
    "questionnaire",
    "dose_dispensing",
    "registrations",
    "municipal",
    "benchmarks",
)
"""In the order in which they are brought in: what later files are checked against comes first."""


class SettingsError(UserError):
    """klyngeflow.toml, a contract or a package cannot be used as it is written."""


class Consent(Strict):
    """What a practice's silence means: `ask` (it is in no report) or `given`."""

    default: Literal["ask", "given"] = "ask"


class Letters(Strict):
    """`seed` makes the letters the same on every machine: for examples only."""

    seed: int | None = None


class PackPlan(Strict):
    """A pack that `klyngeflow run` makes for every cluster. Months are given by any day in them."""

    package: str
    kind: Literal["baseline", "followup"]
    meeting: date
    baseline_from: date
    followup_from: date | None = None

    @model_validator(mode="after")
    def _has_its_windows(self) -> Self:
        if (self.kind == "followup") != (self.followup_from is not None):
            raise ValueError("a follow-up has followup_from, a baseline has not")
        later = self.followup_from
        if later and (later.month != self.baseline_from.month or later.year <= self.baseline_from.year):
            raise ValueError("followup_from is not in the same month of a later year: the season would differ")
        return self


class Definition(Strict):
    """What klyngeflow.toml says."""

    name: str
    inbox: str = "inbox"
    language: Literal["da", "en"] = "da"
    mode: Mode = "letters"
    example_data: bool = False
    sources: tuple[str, ...] = SOURCES
    consent: Consent = Consent()
    letters: Letters = Letters()
    packs: tuple[PackPlan, ...] = Field(default=())


class Workspace:
    """A workspace on disk: its settings, its store and the contracts and packages that hold in it."""

    def __init__(self, root: Path, definition: Definition) -> None:
        self.root = root
        self.definition = definition
        self.store = Store(root)

    @property
    def inbox(self) -> Path:
        """The folder that extracts are delivered to."""
        return (self.root / self.definition.inbox).resolve()

    @cached_property
    def contracts(self) -> tuple[Contract, ...]:
        """The contracts of the workspace's sources, with its overrides, in the order of bringing in."""
        return tuple(self.contract(source) for source in self.definition.sources)

    def contract(self, source: str) -> Contract:
        """The contract of `source`.

        Raises:
            SettingsError: there is no such source, or a file of it is not a contract.
        """
        base = ROOT / "expectations" / "contracts" / f"{source}.toml"
        own = self.root / "contracts" / f"{source}.toml"
        known = sorted(path.stem for path in (ROOT / "expectations" / "contracts").glob("*.toml"))
        if source not in known:
            raise SettingsError(f"There is no source called {source!r}. Write one of: {', '.join(known)}.")
        with _named(own if own.exists() else base):
            return parse_contract(base, own if own.exists() else None)

    def package(self, package_id: str) -> Package:
        """The package called `package_id`: the workspace's own first, then the shipped ones.

        Raises:
            SettingsError: there is none, or its file is not a package.
        """
        folders = [self.root / "klyngepakker", ROOT / "klyngepakker"]
        for folder in folders:
            path = folder / package_id / "package.toml"
            if path.exists():
                with _named(path):
                    return parse_package(path)
        known = sorted({path.parent.name for folder in folders for path in folder.glob("*/package.toml")})
        raise SettingsError(f"There is no package called {package_id!r}. Write one of: {', '.join(known)}.")


class _named:  # noqa: N801 - reads as a word in `with _named(path)`
    """Turns a parser's complaint into one sentence that names the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnicodeDecodeError):
            raise SettingsError(f"{self.path.parent.name}/{self.path.name} is not UTF-8. Save it in UTF-8.") from None
        if isinstance(error, tomllib.TOMLDecodeError):
            raise SettingsError(f"{self.path.name} in {self.path.parent.name}/ is not valid TOML: {error}.") from None
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise SettingsError(f"{self.path.parent.name}/{self.path.name}, {place}: {first['msg']}.") from None


def load_workspace(root: Path) -> Workspace:
    """The workspace in the folder `root`.

    Raises:
        SettingsError: there is no klyngeflow.toml in it, or it cannot be used.
    """
    path = root / FILE
    if not path.exists():
        raise SettingsError(
            f"There is no {FILE} in {root}. Name the workspace with --workspace DIR, or make one: klyngeflow init DIR."
        )
    with _named(path):
        return Workspace(root, Definition.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig"))))
