"""Checks of a registry before it is taken in: against itself, and against the registry that is known.

Each rule gives the offending rows as examples: row number, column and the practice, cluster or region found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from transforms.checked import CheckResult, Example
from transforms.contract import Check, Contract
from transforms.registry import Delivery, Row
from transforms.timelines import Stay, overlapping

EXAMPLES = 5
LEAST_KEPT = 0.8
MAY_ALWAYS_GO = 2  # of a handful of practices, each is more than a fifth


@dataclass(frozen=True)
class Known:
    """What is known before the delivery: the registry's practices, those that belonged to a cluster on its day, and the
    day of the newest list (null: there is none)."""

    practices: frozenset[str]
    members: frozenset[str]
    newest_list: date | None


@dataclass(frozen=True)
class _Fault:
    """What breaks a rule: rows with the value to name, or, without rows, the delivery as a whole."""

    examples: tuple[Example, ...] = ()
    whole: bool = False


def check_registry(contract: Contract, delivery: Delivery, known: Known) -> tuple[CheckResult, ...]:
    """One result per check of `contract` that looks at a registry, in its order."""
    return tuple(_result(check, delivery, known) for check in contract.checks if check.rule in _RULES)


def _result(check: Check, delivery: Delivery, known: Known) -> CheckResult:
    fault = _RULES[check.rule](check, delivery, known)
    passed = CheckResult(check.check_id, check.rule, check.columns, check.severity, "passed", len(delivery.records), 0)
    if not fault.whole and not fault.examples:
        return passed
    rows = len({example.row_number for example in fault.examples})
    first = tuple(sorted(fault.examples, key=lambda example: example.row_number)[:EXAMPLES])
    return replace(passed, outcome="failed", rows_failed=rows, examples=first)


def _one_cluster(_: Check, delivery: Delivery, __: Known) -> _Fault:
    """A practice is in one cluster at a time; in a snapshot, in one at all."""
    stays: dict[str, dict[Stay[str], Row]] = {}
    for row in delivery.records:
        if row["practice_id"] and row["cluster_id"]:
            first, last = (None, None) if delivery.shape == "snapshot" else (row["member_from"], _left(row))
            stays.setdefault(row["practice_id"], {}).setdefault(Stay(row["cluster_id"], first, last), row)
    return _overlaps(stays, "cluster_id", "practice_id")


def _left(row: Row) -> date | None:
    return row["member_to"] or row["closed"]


def _one_region(_: Check, delivery: Delivery, __: Known) -> _Fault:
    """A cluster is in one region at a time; rows that give no days mean the same time."""
    stays: dict[str, dict[Stay[str], Row]] = {}
    for row in delivery.records:
        if row["cluster_id"]:
            stay = Stay(row["region_id"] or "", row["cluster_from"], row["cluster_to"])
            stays.setdefault(row["cluster_id"], {}).setdefault(stay, row)
    return _overlaps(stays, "region_id", "cluster_id")


def _overlaps(stays: Mapping[str, Mapping[Stay[str], Row]], column: str, of: str) -> _Fault:
    examples: list[Example] = []
    for rows in stays.values():
        for before, after in overlapping(rows):
            # A row without a first day means the time before the next one begins, not all time.
            if before.first is None and after.first is not None and before.last is None and of == "cluster_id":
                continue
            examples.append(_example(rows[after], column, of))
    return _Fault(tuple(examples))


def _example(row: Row, column: str, of: str) -> Example:
    return Example(row["row_number"], column, row[of] or "")


def _dates(check: Check, delivery: Delivery, _: Known) -> _Fault:
    """The first of the check's two columns is not after the second."""
    first, last = check.columns
    wrong = [row for row in delivery.records if row[first] and row[last] and row[last] < row[first]]
    return _Fault(tuple(_example(row, last, "practice_id") for row in wrong))


def _successors(_: Check, delivery: Delivery, known: Known) -> _Fault:
    """A successor is another practice of the registry, and following successors never comes back."""
    named = {row["practice_id"]: row["successor_id"] for row in delivery.records if row["successor_id"]}
    there = {row["practice_id"] for row in delivery.records}
    there |= known.practices if delivery.shape == "snapshot" else frozenset()
    wrong = {practice for practice, successor in named.items() if successor not in there or _returns(practice, named)}
    rows = [row for row in delivery.records if row["successor_id"] and row["practice_id"] in wrong]
    return _Fault(tuple(_example(row, "successor_id", "successor_id") for row in rows))


def _returns(practice: str, named: Mapping[str, str]) -> bool:
    passed: set[str] = set()
    at = practice
    while at in named and at not in passed:
        passed.add(at)
        at = named[at]
    return at == practice


def _agree(check: Check, delivery: Delivery, _: Known) -> _Fault:
    """All rows of a practice say the same in the check's columns; an empty cell says nothing."""
    told: dict[tuple[str, str], object] = {}
    wrong: list[Example] = []
    for row in delivery.records:
        for column in check.columns:
            if row[column] is not None and told.setdefault((row["practice_id"], column), row[column]) != row[column]:
                wrong.append(_example(row, column, "practice_id"))
    return _Fault(tuple(wrong))


def _kept(check: Check, delivery: Delivery, known: Known) -> _Fault:
    """Of the practices that were members on the delivery's day, the share `minimum` is in it, or all but two."""
    there = {row["practice_id"] for row in delivery.records}
    least = LEAST_KEPT if check.minimum is None else check.minimum
    kept = len(known.members & there)
    few = kept < round(least * len(known.members), 6)
    return _Fault(whole=few and len(known.members) - kept > MAY_ALWAYS_GO)


def _newest(_: Check, delivery: Delivery, known: Known) -> _Fault:
    """A list is not older than the list in use. A snapshot only says what held on its own day."""
    older = known.newest_list is not None and delivery.as_at < known.newest_list
    return _Fault(whole=delivery.shape == "list" and older)


_RULES: dict[str, Callable[[Check, Delivery, Known], _Fault]] = {
    "one_cluster_at_a_time": _one_cluster,
    "one_region_at_a_time": _one_region,
    "dates_in_order": _dates,
    "known_successor": _successors,
    "rows_agree": _agree,
    "most_practices_kept": _kept,
    "newest_registry": _newest,
}
