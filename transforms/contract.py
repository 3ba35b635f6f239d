"""The contract of a source, parsed once from expectations/contracts/<source>.toml into a frozen object."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from transforms.errors import UserError
from transforms.model import Strict, Text

Severity = Literal["critical", "warning", "info"]
ColumnType = Literal["code", "text", "integer", "number", "month", "date"]
Rule = Literal[
    "not_null",
    "allowed",
    "pattern",
    "between",
    "unique_key",
    "known_practice",
    "inside_period",
    "row_count",
]


class FileFormat(Strict):
    """How the file is written. `period_in_name` has the named groups year and month or quarter; empty: see the rows."""

    patterns: tuple[str, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str = "."
    thousands: str = ""
    missing: tuple[str, ...] = ("",)
    period_in_name: str | None = None
    provisional_in_name: str | None = None


class Column(Strict):
    """One column of the staged table. `constant` fills a column that the file does not have."""

    name: str
    headers: tuple[str, ...] = ()
    type: ColumnType
    required: bool = True
    format: str | None = None
    constant: str | None = None
    values: dict[str, str] = Field(default_factory=dict[str, str])
    what: Text

    @model_validator(mode="after")
    def _has_an_origin(self) -> Self:
        if not self.headers and self.constant is None and self.required:
            raise ValueError(f"column {self.name!r} needs headers or a constant")
        return self


class Exclusion(Strict):
    """Rows that are no part of the source's population: kept are those whose `header` holds one of `keep`."""

    header: str
    keep: tuple[str, ...]
    why: Text


class Check(Strict):
    """One rule over the staged rows, how much it matters and why it is there."""

    rule: Rule
    columns: tuple[str, ...] = ()
    severity: Severity
    values: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    why: Text

    @property
    def check_id(self) -> str:
        """A name that stays the same between runs: the rule, its columns and which bound it sets."""
        bound = [name for name in ("minimum", "maximum") if self.rule == "between" and getattr(self, name) is not None]
        return ".".join((self.rule, *self.columns, *bound))


class Submission(Strict):
    """Who counts as having submitted a period: every listed practice, or a practice with a row in the extract."""

    by: Literal["listed", "any_row"]


class Contract(Strict):
    """One source: what a row is, how its file is written, its columns, key, exclusions and checks."""

    source: str
    table: str
    title: Text
    one_row: Text
    file: FileFormat
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    corrections: Literal["replace", "net"] = "replace"
    months_held: int = 1
    submission: Submission | None = None
    exclude: tuple[Exclusion, ...] = ()
    checks: tuple[Check, ...]

    @model_validator(mode="after")
    def _names_its_own_columns(self) -> Self:
        names = {column.name for column in self.columns}
        named = {*self.key, *(name for check in self.checks for name in check.columns)}
        if unknown := sorted(named - names):
            raise ValueError(f"contract {self.source!r} names columns it does not describe: {', '.join(unknown)}")
        return self

    def column(self, name: str) -> Column:
        """The column called `name`."""
        return next(column for column in self.columns if column.name == name)


def parse_contract(path: Path, override: Path | None = None) -> Contract:
    """The contract in the TOML file `path`, with a workspace's `override` laid over it.

    An override holds only what differs: keys of `[file]` replace single settings, a column or check of the same name
    replaces that one, `drop_checks` takes checks away by their id.

    Raises:
        tomllib.TOMLDecodeError, pydantic.ValidationError: one of the files is not a contract.
        UserError: `drop_checks` names a check that is not there.
    """
    described = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    if override is not None:
        described = _laid_over(described, tomllib.loads(override.read_text(encoding="utf-8-sig")))
    return Contract.model_validate(described)


def _laid_over(base: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    dropped = set(override.pop("drop_checks", []))
    columns = {column["name"]: column for column in base["columns"]}
    for column in override.pop("columns", []):
        if "name" not in column:
            raise UserError(f"A [[columns]] block of the workspace's contract {base['source']} has no name. Add it.")
        columns[column["name"]] = columns.get(column["name"], {}) | column
    checks = {Check.model_validate(check).check_id: check for check in base["checks"]}
    checks |= {Check.model_validate(check).check_id: check for check in override.pop("checks", [])}
    if unknown := sorted(dropped - set(checks)):
        raise UserError(
            f"drop_checks of {base['source']} names {', '.join(unknown)}, which no check is called. "
            f"Write one of: {', '.join(sorted(checks))}."
        )
    file = base["file"] | override.pop("file", {})
    kept = [check for check_id, check in checks.items() if check_id not in dropped]
    return base | override | {"file": file, "columns": list(columns.values()), "checks": kept}
