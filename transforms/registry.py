"""The registry over time: what all deliveries together say about practices, clusters and regions, and from when.

The history is made anew from every delivery that is known, in the order of the days they hold: so it is the same in
whatever order they came, and a delivery that comes late fills in its own day and undoes nothing newer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

import polars as pl

from transforms.timelines import Stay, chained, sighted

Shape = Literal["list", "snapshot"]
Row = dict[str, Any]
Lines = dict[Any, tuple[Stay[Any], ...]]

DELIVERED: dict[str, type[pl.DataType]] = {
    "row_number": pl.Int64,
    **dict.fromkeys(("practice_id", "practice_name"), pl.String),
    **dict.fromkeys(("opened", "closed"), pl.Date),
    **dict.fromkeys(("successor_id", "cluster_id", "cluster_name"), pl.String),
    **dict.fromkeys(("cluster_from", "cluster_to"), pl.Date),
    **dict.fromkeys(("cluster_successor_id", "region_id", "region_name"), pl.String),
    "region_to": pl.Date,
    "region_successor_id": pl.String,
    **dict.fromkeys(("member_from", "member_to"), pl.Date),
    "consent": pl.String,
    "consent_from": pl.Date,
    "anonymity": pl.String,
    "anonymity_package": pl.String,
    "anonymity_from": pl.Date,
    "withheld": pl.String,
    "withheld_from": pl.Date,
}
"""The columns of a delivered row; one that the contract does not have is null."""

_VALID: dict[str, type[pl.DataType]] = {"valid_from": pl.Date, "valid_to": pl.Date}
_UNIT: dict[str, type[pl.DataType]] = {"successor_id": pl.String, **_VALID}
SCHEMAS: dict[str, dict[str, type[pl.DataType]]] = {
    "region": {"region_id": pl.String, "region_name": pl.String, **_UNIT},
    "cluster": {"cluster_id": pl.String, "cluster_name": pl.String, "region_id": pl.String, **_UNIT},
    "practice": {
        "practice_id": pl.String,
        "practice_name": pl.String,
        "opened": pl.Date,
        "closed": pl.Date,
        "successor_id": pl.String,
    },
    "membership": {"practice_id": pl.String, "cluster_id": pl.String, **_VALID},
    "consent": {"practice_id": pl.String, "given": pl.Boolean, **_VALID},
    "anonymity": {
        "cluster_id": pl.String,
        "practice_id": pl.String,
        "package_id": pl.String,
        "mode": pl.String,
        **_VALID,
    },
}
"""The tables of the registry. `valid_from` null: as far back as is known; `valid_to` null: it runs."""


@dataclass(frozen=True)
class Delivery:
    """One delivery of the registry and the day it holds; `order` is its place among those that came."""

    as_at: date
    shape: Shape
    order: int
    rows: pl.DataFrame

    @cached_property
    def records(self) -> list[Row]:
        """Its rows, each with every column of DELIVERED."""
        return self.rows.to_dicts()


def history(deliveries: Iterable[Delivery]) -> dict[str, pl.DataFrame]:
    """The tables of SCHEMAS as all `deliveries` together tell them.

    Of two deliveries of one shape and day the one that came last counts. Memberships are those of the newest list, and
    then what each snapshot of a later day found; snapshots of before the list are answered by it.
    """
    told = _in_force(deliveries)
    newest = max((each.as_at for each in told if each.shape == "list"), default=date.min)
    since = [each for each in told if (each.shape == "list" and each.as_at == newest) or each.as_at > newest]
    frames = {
        "region": _frame("region", _units(told, _REGION), ("region_id",), ("region_name", "successor_id")),
        "cluster": _frame(
            "cluster", _units(told, _CLUSTER), ("cluster_id",), ("cluster_name", "region_id", "successor_id")
        ),
        "practice": _practices(since),
        "membership": _frame("membership", _memberships(since), ("practice_id",), ("cluster_id",)),
        "consent": _frame("consent", _answers(told, _CONSENT), ("practice_id",), ("given",)),
        "anonymity": pl.concat([_modes(told), _withheld(told)]),
    }
    return {table: frame.sort(frame.columns, nulls_last=False) for table, frame in frames.items()}


def _in_force(deliveries: Iterable[Delivery]) -> list[Delivery]:
    last: dict[tuple[date, bool], Delivery] = {}
    for each in sorted(deliveries, key=lambda each: each.order):
        last[each.as_at, each.shape == "snapshot"] = each  # a list of the same day goes before a snapshot
    return [last[key] for key in sorted(last)]


def _memberships(deliveries: list[Delivery]) -> Lines:
    lines: Lines = {}
    for each in deliveries:
        rows = [row for row in each.records if row["practice_id"] and row["cluster_id"]]
        if each.shape == "list":
            stays = {(row["practice_id"], _stay(row)) for row in rows}
            lines = {practice: () for practice, _ in stays}
            for practice, stay in sorted(stays, key=lambda pair: (pair[0], pair[1].first or date.min)):
                lines[practice] = (*lines[practice], stay)
            continue
        found = {row["practice_id"]: row["cluster_id"] for row in rows}
        for practice in sorted(lines.keys() | found.keys()):
            lines[practice] = sighted(lines.get(practice, ()), found.get(practice), each.as_at)
    return lines


def _stay(row: Row) -> Stay[str]:
    return Stay(row["cluster_id"], row["member_from"], row["member_to"] or row["closed"])


@dataclass(frozen=True)
class _Kind:
    """How a timeline is read from rows: of what (`key`), its value, and the columns of its first and last day.

    Where rows of one delivery differ, the first of `cautious` that one of them says is taken, else what most say.
    `new_since` is when a thing that was not in the deliveries before begins, by a row that tells of it and the
    delivery's day; without it, as far back as is known.
    """

    key: Callable[[Row], Hashable]
    value: Callable[[Row], Hashable]
    first: str | None = None
    last: str | None = None
    cautious: tuple[str, ...] = ()
    new_since: Callable[[Row, date], date] | None = None

    def begun(self, each: Delivery) -> dict[Any, date]:
        """When each thing that `each` tells of begins, should it be new."""
        found: dict[Any, date] = {}
        for row in each.records if self.new_since else ():
            day = self.new_since(row, each.as_at) if self.new_since else each.as_at
            found[self.key(row)] = min(day, found.get(self.key(row), day))
        return found

    def stays(self, rows: Iterable[Row]) -> dict[Any, Counter[Stay[Any]]]:
        """Every stay that `rows` tell of, by key, with how many rows tell it."""
        found: dict[Any, Counter[Stay[Any]]] = {}
        for row in rows:
            key, value = self.key(row), self.value(row)
            if key is not None and value is not None:
                first, last = self.first and row[self.first], self.last and row[self.last]
                found.setdefault(key, Counter())[Stay(value, first or None, last or None)] += 1
        return found


_REGION = _Kind(
    lambda row: row["region_id"],
    lambda row: (row["region_name"], row["region_successor_id"]),
    last="region_to",
    new_since=lambda row, day: row["cluster_from"] or day,
)
_CLUSTER = _Kind(
    lambda row: row["cluster_id"],
    lambda row: (row["cluster_name"], row["region_id"], row["cluster_successor_id"]),
    first="cluster_from",
    last="cluster_to",
    new_since=lambda row, day: min(row["member_from"] or day, day),
)
_CONSENT = _Kind(lambda row: row["practice_id"], lambda row: row["consent"], "consent_from", cautious=("no",))
_MODE = _Kind(
    lambda row: (row["cluster_id"], row["anonymity_package"]),
    lambda row: row["anonymity"],
    "anonymity_from",
    cautious=("own_only", "letters"),
)
_WITHHELD = _Kind(lambda row: row["practice_id"], lambda row: row["withheld"], "withheld_from", cautious=("yes",))


def _units(deliveries: list[Delivery], kind: _Kind) -> Lines:
    """Clusters or regions by key: every delivery tells of all of them, and one that is gone has ended."""
    lines: Lines = {}
    for number, each in enumerate(deliveries):
        found = kind.stays(each.records)
        begun = kind.begun(each) if number else {}
        for key in lines.keys() | found.keys():
            line = lines.get(key, ())
            lines[key] = _after(line, found[key], each.as_at, kind) if key in found else sighted(line, None, each.as_at)
            if not line and key in begun and lines[key][0].first is None:
                lines[key] = (replace(lines[key][0], first=begun[key]), *lines[key][1:])
    return lines


def _answers(deliveries: list[Delivery], kind: _Kind) -> Lines:
    """What was answered, by key. A delivery without a single answer says nothing about it, and takes none back."""
    lines = _units([each for each in deliveries if kind.stays(each.records)], kind)
    if kind is _CONSENT:
        return {key: tuple(Stay(s.value == "yes", s.first, s.last) for s in line) for key, line in lines.items()}
    return lines


def _after(line: tuple[Stay[Any], ...], found: Counter[Stay[Any]], day: date, kind: _Kind) -> tuple[Stay[Any], ...]:
    if any(stay.first or stay.last for stay in found):
        return _dated(line, chained(found))
    value = _most_told(found, kind)
    return sighted(line, value, day) if line else (Stay(value),)


def _dated(line: tuple[Stay[Any], ...], told: tuple[Stay[Any], ...]) -> tuple[Stay[Any], ...]:
    """`told` comes with days of its own: it takes the place of all that was known from its first day on."""
    begins = told[0].first
    if begins is None:
        return told
    earlier = [stay for stay in line if stay.first is None or stay.first < begins]
    while earlier and earlier[-1].value == told[0].value:  # the same thing, now with another first day
        earlier.pop()
    if earlier:
        earlier[-1] = replace(earlier[-1], last=begins - timedelta(days=1))
    return (*earlier, *told)


def _most_told(found: Counter[Stay[Any]], kind: _Kind) -> Any:
    values = {stay.value for stay in found}
    most = min(found, key=lambda stay: (-found[stay], str(stay.value))).value
    return next((value for value in kind.cautious if value in values), most)


def _practices(deliveries: list[Delivery]) -> pl.DataFrame:
    """One row per practice: of each particular, what the delivery of the latest day says that says anything."""
    known: dict[str, Row] = {}
    columns = SCHEMAS["practice"]
    for each in deliveries:
        for row in sorted(each.records, key=lambda row: row["row_number"]):
            if row["practice_id"]:
                told = {name: row[name] for name in columns if row[name] is not None}
                known[row["practice_id"]] = {**dict.fromkeys(columns), **known.get(row["practice_id"], {}), **told}
    return pl.DataFrame(list(known.values()), schema=columns)


def _modes(deliveries: list[Delivery]) -> pl.DataFrame:
    return _frame("anonymity", _answers(deliveries, _MODE), ("cluster_id", "package_id"), ("mode",))


def _withheld(deliveries: list[Delivery]) -> pl.DataFrame:
    lines = {
        practice: tuple(Stay("withheld", stay.first, stay.last) for stay in line if stay.value == "yes")
        for practice, line in _answers(deliveries, _WITHHELD).items()
    }
    return _frame("anonymity", lines, ("practice_id",), ("mode",))


def _frame(
    table: str, lines: Mapping[Any, Iterable[Stay[Any]]], keys: tuple[str, ...], values: tuple[str, ...]
) -> pl.DataFrame:
    rows = [
        dict(zip(keys, _parts(key, keys), strict=True))
        | dict(zip(values, _parts(stay.value, values), strict=True))
        | {"valid_from": stay.first, "valid_to": stay.last}
        for key, line in lines.items()
        for stay in line
    ]
    return pl.DataFrame(rows, schema=SCHEMAS[table])


def _parts(value: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    return (value,) if len(names) == 1 else tuple(value)
