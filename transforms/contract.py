"""The contract of a source, parsed once from expectations/contracts/<source>.toml into a frozen object."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from transforms.errors import UserError
from transforms.model import Strict, Text
from transforms.toml_text import read_toml

Severity = Literal["critical", "warning", "info"]
ColumnType = Literal["code", "text", "integer", "number", "month", "date"]
Rule = Literal[
    "not_null",
    "allowed",
    "pattern",
    "between",
    "unique_key",
    "not_above",
    "allowed_together",
    "known_practice",
    "inside_period",
    "row_count",
    "known_code",
    "practices_delivered",
    "rows_per_month",
    "regions_delivered",
    "total_against_history",
    "jump_everywhere",
    "one_cluster_at_a_time",
    "one_region_at_a_time",
    "dates_in_order",
    "known_successor",
    "rows_agree",
    "most_practices_kept",
    "newest_registry",
]
REGISTRY_RULES: tuple[Rule, ...] = (
    "one_cluster_at_a_time",
    "one_region_at_a_time",
    "dates_in_order",
    "known_successor",
    "rows_agree",
    "most_practices_kept",
    "newest_registry",
)
"""Rules of transforms/registry_checks.py: they hold a registry against itself and against the one that is known."""

ROW_RULES: frozenset[Rule] = frozenset(
    {
        "not_null",
        "allowed",
        "pattern",
        "between",
        "unique_key",
        "not_above",
        "allowed_together",
        "known_practice",
        "inside_period",
        "row_count",
    }
)
"""Rules that the rows of one extract answer: Great Expectations asks them."""

DELIVERY_RULES: frozenset[Rule] = frozenset(
    {
        "practices_delivered",
        "rows_per_month",
        "regions_delivered",
        "total_against_history",
        "jump_everywhere",
    }
)
"""Rules of transforms/completeness.py: they hold a delivery against what was delivered before."""

CODE_RULES: frozenset[Rule] = frozenset({"known_code"})
"""Rules of transforms/unknown_codes.py: they hold a delivery's codes against the code system and earlier ones."""


def _is_text_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


def _refuse_broken_pattern(name: str, pattern: str | None) -> None:
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise ValueError(f"the pattern of {name} cannot be read: {error}") from None


class FileFormat(Strict):
    """How the file is written. `period_in_name` has the named groups year and month or quarter; empty: see the rows.

    `correction_in_name` is a pattern, with the group number where corrections are counted: a higher one replaces a
    lower one in whatever order they come. `difference_in_name` marks files that hold only what is to be added to or
    taken from a delivery, and replace nothing.

    `header` names the columns of a file that has no line of names; `header_rows` is 2 where an upper line groups the
    lower one (the names are then joined by a space). Lines above the header are found by themselves. `sheet` is a
    sheet's name or a pattern for it, empty where the workbook has one sheet to read. `encoding` may be `auto`: UTF-8
    or UTF-16 where the file says or shows so, else Windows-1252.
    """

    patterns: tuple[str, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str = "."
    thousands: str = ""
    missing: tuple[str, ...] = ("",)
    period_in_name: str | None = None
    provisional_in_name: str | None = None
    correction_in_name: str | None = None
    difference_in_name: str | None = None
    header: tuple[str, ...] = ()
    header_rows: Literal[1, 2] = 1
    sheet: str | None = None

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if self.encoding != "auto" and not _is_text_encoding(self.encoding):
            raise ValueError(
                f"encoding {self.encoding!r} is unknown: write utf-8, utf-16, windows-1252 or auto, for example"
            )
        signs = {"delimiter": self.delimiter, "decimal": self.decimal}
        signs |= {name: sign for name, sign in (("quote", self.quote), ("thousands", self.thousands)) if sign}
        for name, sign in signs.items():
            if len(sign) != 1 or sign in "\r\n\0":
                raise ValueError(f"{name} {sign!r} is not one character")
        if self.delimiter == self.quote or self.decimal == self.thousands:
            raise ValueError("delimiter and quote, and decimal and thousands, must be different characters")
        for name in ("period_in_name", "sheet"):
            _refuse_broken_pattern(name, getattr(self, name))
        return self


class Spelling(Strict):
    """One spelling for a key that comes in several: what the first group of `pattern` holds, with zeros up to `width`.

    A value that `pattern` does not describe as a whole stays as it is, for the checks to find.
    """

    pattern: str
    width: int = 0

    @model_validator(mode="after")
    def _has_a_group(self) -> Self:
        _refuse_broken_pattern("spelling", self.pattern)
        if re.compile(self.pattern).groups < 1:
            raise ValueError(f"the spelling {self.pattern!r} has no group: put what is kept into (...)")
        return self


class Wide(Strict):
    """One staged row out of each row of a wide file.

    `columns` says which header's cell goes into which column, `fill` what the others get. The first of `columns` leads:
    a file without its header has no rows of this block, and a row in which its cell is missing gives none.
    """

    columns: dict[str, str] = Field(min_length=1)
    fill: dict[str, str] = Field(default_factory=dict[str, str])

    @property
    def leading(self) -> str:
        """The header that says whether there is a row at all."""
        return next(iter(self.columns.values()))


class BadRows(Strict):
    """How large a share of an extract's rows may be rejected while the others go on; 0: one bad row refuses it."""

    most: float = Field(default=0.0, ge=0.0, le=1.0)


class Exemption(Strict):
    """Nine or ten digits that are no person numbers, in one column: what the whole value looks like, and why."""

    pattern: str
    why: Text

    def covers(self, value: str) -> bool:
        """Whether `value` is one of them."""
        return re.fullmatch(self.pattern, value) is not None


class Column(Strict):
    """One column of the staged table. `constant` fills a column that the file does not have.

    `format` is one date format or several, tried in turn; `parts` are headers whose cells are joined by a hyphen, such
    as a year and a month; `examples` are staged values for its documentation; `code_system` names the folder file of
    `klyngepakker/codes/` that its codes belong to.
    """

    name: str
    headers: tuple[str, ...] = ()
    type: ColumnType
    required: bool = True
    format: str | tuple[str, ...] | None = None
    parts: tuple[str, ...] = ()
    spelling: Spelling | None = None
    code_system: str | None = None
    constant: str | None = None
    exempt: Exemption | None = None
    values: dict[str, str] = Field(default_factory=dict[str, str])
    examples: tuple[str, ...] = ()
    what: Text


class Exclusion(Strict):
    """Rows that are no part of the source's population: kept are those whose `header` holds one of `keep`."""

    header: str
    keep: tuple[str, ...]
    why: Text


class Ignored(Strict):
    """A column of the file that is left out on purpose, and why: a word about it is said when the file comes in."""

    header: str
    why: Text


class Check(Strict):
    """One rule over the staged rows, how much it matters and why it is there.

    `not_above` has two columns: the first holds no more than the second. `allowed_together` has two as well, and
    `values` such as `copd/mrc_recorded`: the pairs that may stand in one row.
    `rows` says what becomes of the rows that break a critical rule: they refuse the extract, or they are rejected and
    the others go on as far as `bad_rows` allows.
    """

    rule: Rule
    columns: tuple[str, ...] = ()
    severity: Severity
    values: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    rows: Literal["refuse", "reject"] = "refuse"
    why: Text

    @property
    def check_id(self) -> str:
        """A name that stays the same between runs: the rule, its columns and which bound it sets."""
        bound = [name for name in ("minimum", "maximum") if self.rule == "between" and getattr(self, name) is not None]
        return ".".join((self.rule, *self.columns, *bound))


class Submission(Strict):
    """Who counts as having submitted a month of the extract's period.

    `listed`: every practice with listed patients; `any_row`: a practice with a row anywhere in the extract;
    `row_in_month`: a practice with a row in that month.
    """

    by: Literal["listed", "any_row", "row_in_month"]


class RegistryForm(Strict):
    """How a registry tells of time.

    `list`: all memberships with their days, past ones included; it takes the place of the list before. `snapshot`: who
    belongs where on one day. The day is the column `as_at`, else what `as_at_in_name` finds in the file's name (the
    group year and perhaps month and day, without which it is the first), else, for a list, the day it was received.
    """

    shape: Literal["list", "snapshot"] = "list"
    as_at_in_name: str | None = None

    @model_validator(mode="after")
    def _names_a_year(self) -> Self:
        _refuse_broken_pattern("as_at_in_name", self.as_at_in_name)
        if self.as_at_in_name and "year" not in re.compile(self.as_at_in_name).groupindex:
            raise ValueError("as_at_in_name has no group called year: put the year's digits into (?P<year>...)")
        return self


class Contract(Strict):
    """One source: what a row is, how its file is written, its columns, key, exclusions and checks.

    `wide` reshapes; `repeated_rows` is `one` where a figure stands again on each line of a longer list; `slice` names
    key columns that divide a month into parts which are delivered, and replaced, each by itself.
    """

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
    ignore: tuple[Ignored, ...] = ()
    wide: tuple[Wide, ...] = ()
    repeated_rows: Literal["each", "one"] = "each"
    slice: tuple[str, ...] = ()
    bad_rows: BadRows = BadRows()
    registry: RegistryForm | None = None
    checks: tuple[Check, ...]

    @model_validator(mode="after")
    def _names_its_own_columns(self) -> Self:
        names = {column.name for column in self.columns}
        named = {*self.key, *self.slice, *(name for check in self.checks for name in check.columns)}
        named |= {name for wide in self.wide for name in (*wide.columns, *wide.fill)}
        if unknown := sorted(named - names):
            raise ValueError(f"contract {self.source!r} names columns it does not describe: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _has_an_origin_for_each_column(self) -> Self:
        reshaped = {name for wide in self.wide for name in (*wide.columns, *wide.fill)}
        for column in self.columns:
            given = column.headers or column.parts or column.constant is not None or column.name in reshaped
            if column.required and not given:
                raise ValueError(f"column {column.name!r} needs headers, parts, a constant or a place in [[wide]]")
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
    described = read_toml(path)
    if override is not None:
        described = _laid_over(described, read_toml(override))
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
