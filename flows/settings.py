"""The settings of a workspace: klyngeflow.toml, its contract overrides and its packages."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from flows.delivery_settings import MailSettings, Reminders
from flows.misspelt import first_to_mend
from transforms.contract import Check, Contract, parse_contract
from transforms.definitions import Package, parse_package
from transforms.disclosure_profiles import Mode, profile
from transforms.errors import UserError
from transforms.meeting_plan import PlanDays
from transforms.model import Strict
from transforms.naming import nearest
from transforms.overlay import Overlay, computed, laid_over, parse_overlay
from transforms.sources import COLUMNS, Known
from warehouse.workspace import Store

ROOT = Path(__file__).parents[1]
FILE = "klyngeflow.toml"
SHIPPED = ROOT / "expectations" / "contracts"
SOURCES = (
    "registry",
    "list_sizes",
    "prescriptions",
    "services",
    "care_plans",
    "questionnaire",
    "dose_dispensing",
    "patient_counts",
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


class Disclosure(Strict):
    """`profile` names the rules for what is rounded and hidden: see transforms/disclosure_profiles.toml."""

    profile: str = "sds"

    @field_validator("profile")
    @classmethod
    def _is_known(cls, name: str) -> str:
        profile(name)
        return name


class Backup(Strict):
    """Where `klyngeflow backup` writes (below the workspace), how many it keeps, whose public keys seal them."""

    folder: str = "backups"
    keep: int = Field(default=12, ge=1)
    sealed_for: tuple[str, ...] = ()


class PackPlan(Strict):
    """A pack that `klyngeflow run` makes: for `clusters`, or for every one. Months are given by any day in them."""

    package: str
    kind: Literal["baseline", "followup"]
    meeting: date
    baseline_from: date
    followup_from: date | None = None
    clusters: tuple[str, ...] = ()

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
    disclosure: Disclosure = Disclosure()
    plan: PlanDays = PlanDays()
    backup: Backup = Backup()
    mail: MailSettings | None = None
    reminders: Reminders = Reminders()
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
        base, own = SHIPPED / f"{source}.toml", self.root / "contracts" / f"{source}.toml"
        if source not in self.known_sources:
            raise SettingsError(f"There is no source called {source!r}. Write one of: {', '.join(self.known_sources)}.")
        if not base.exists():
            return _own_source(own)
        with _named(own if own.exists() else base):
            return parse_contract(base, own if own.exists() else None)

    def origin(self, source: str) -> Literal["shipped", "changed", "own"]:
        """Whose contract `source` has: klyngeflow's, klyngeflow's with the workspace's laid over it, or its own."""
        if not (SHIPPED / f"{source}.toml").exists():
            return "own"
        return "changed" if (self.root / "contracts" / f"{source}.toml").exists() else "shipped"

    @property
    def known_sources(self) -> list[str]:
        """The sources that are described: klyngeflow's, and those of the workspace's own contracts."""
        folders = (SHIPPED, self.root / "contracts")
        return sorted({path.stem for folder in folders for path in folder.glob("*.toml")})

    @cached_property
    def known(self) -> Known:
        """What packages may name here: the workspace's own sources, code systems, and names that contracts give."""
        from flows.code_systems import code_systems
        from warehouse.facts import TABLES

        models = {table: source for source, table in TABLES.items()}
        own = {each.source: models[each.table] for each in self.contracts if self.origin(each.source) == "own"}
        values = {each.source: given_values(each) for each in self.contracts}
        # A workspace that took the check of the form away has codes of another form.
        formed = {each.source for each in self.contracts if any(_asks_for_a_form(check) for check in each.checks)}
        systems = {source: system for source, system in code_systems(self).items() if source in formed}
        return Known(own, systems, values)

    def package(self, package_id: str, cluster: str | None = None) -> Package:
        """The package called `package_id`, as `cluster` has it (None: as everybody has it, overlays for all included).

        The workspace's own package comes before the shipped one of that name.

        Raises:
            SettingsError: there is none, its file is not a package, or an overlay does not fit it.
        """
        return self._laid(package_id, lambda package, overlays: laid_over(package, overlays, cluster))

    def computed_package(self, package_id: str, cluster: str | None = None) -> Package:
        """What is computed for every practice so that `cluster` can have its package: with all measures laid over it.

        Raises:
            SettingsError: as `package`.
        """
        return self._laid(package_id, lambda package, overlays: computed(package, overlays, cluster))

    def _laid(self, package_id: str, laying: Callable[[Package, list[Overlay]], Package]) -> Package:
        package = self._without_overlays(package_id)
        paths = sorted((self.root / "klyngepakker" / package_id).glob("overlay*.toml"))
        overlays: list[Overlay] = []
        for path in paths:
            with _named(path):
                overlays.append(parse_overlay(path, self.known))
        if not paths:
            return package
        with _named(paths[0].with_name("overlay*.toml")):
            return laying(package, overlays)

    def _without_overlays(self, package_id: str) -> Package:
        folders = [self.root / "klyngepakker", ROOT / "klyngepakker"]
        for folder in folders:
            path = folder / package_id / "package.toml"
            if path.exists():
                with _named(path):
                    return parse_package(path, self.known)
        known = sorted({path.parent.name for folder in folders for path in folder.glob("*/package.toml")})
        near = nearest(package_id, known)
        raise SettingsError(f"There is no package called {package_id!r}{near}. Write one of: {', '.join(known)}.")


def _asks_for_a_form(check: Check) -> bool:
    return check.rule == "pattern" and "code" in check.columns


def given_values(contract: Contract) -> dict[str, tuple[str, ...]]:
    """By column that measures choose by: the names that may stand in it, where the contract gives them."""
    reshaped = {name for wide in contract.wide for name in (*wide.columns, *wide.fill)}
    found: dict[str, tuple[str, ...]] = {}
    for column in contract.columns:
        if column.name in COLUMNS.values() and column.name not in reshaped and column.values:
            found[column.name] = tuple(dict.fromkeys(column.values.values()))
    return found


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
            first, near = first_to_mend(error)
            place = ".".join(str(part) for part in first["loc"])
            said = first["msg"].removeprefix("Value error, ") + near
            raise SettingsError(f"{self.path.parent.name}/{self.path.name}, {place}: {said}.") from None
        if isinstance(error, ValueError):
            raise SettingsError(f"{self.path.parent.name}/{self.path.name}, {error}.") from None


def _own_source(path: Path) -> Contract:
    """The contract of a source that klyngeflow does not ship: whole, and for one of the fact tables."""
    place = f"contracts/{path.name}"
    with _named(path):
        try:
            contract = parse_contract(path)
        except ValidationError as error:
            lacking = [".".join(map(str, each["loc"])) for each in error.errors() if each["type"] == "missing"]
            if not lacking or any(each["type"] == "extra_forbidden" for each in error.errors()):
                raise
            raise SettingsError(
                f"{place} describes a source of its own and is not whole: it lacks {', '.join(lacking[:6])}. Add that, "
                "or copy the nearest of klyngeflow's own contracts (klyngeflow describe lists them)."
            ) from None
    if fault := _unfit(contract, path.stem):
        raise SettingsError(f"{place}: {fault}.")
    return contract


def _unfit(contract: Contract, stem: str) -> str | None:
    """Why the rows of a workspace's own source cannot become facts, if they cannot."""
    from warehouse.facts import TABLES, quantities_of

    if contract.source != stem:
        return f"source is {contract.source!r}; call it {stem!r}, as the file"
    if contract.table not in TABLES.values():
        near = get_close_matches(contract.table, TABLES.values(), 1, 0)
        return f"table {contract.table!r} is no fact table; write {near[0]}, or one of {', '.join(TABLES.values())}"
    model = parse_contract(SHIPPED / f"{next(name for name, table in TABLES.items() if table == contract.table)}.toml")
    if strange := [name for name in contract.key if name not in model.key]:
        return f"the key has {', '.join(strange)}, which {contract.table} does not; it may have {', '.join(model.key)}"
    columns = {column.name for column in contract.columns}
    if needed := [name for name in ("practice_id", "period") if name in model.key and name not in contract.key]:
        return f"{contract.table} needs {' and '.join(needed)} among the columns and in the key"
    if not columns & set(quantities_of(contract.table)):
        return f"no column counts anything; {contract.table} holds {', '.join(quantities_of(contract.table))}"
    return None


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
