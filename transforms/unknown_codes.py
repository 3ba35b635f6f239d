"""Codes that nobody here has heard of: counted and listed, never dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from transforms.checked import CheckResult, Found
from transforms.codes import CodeSystem
from transforms.contract import Check
from transforms.definitions import Package

MOST_LISTED = 5


def named_by(packages: Iterable[Package], source: str) -> tuple[str, ...]:
    """The codes and groups that measures of `source` ask for."""
    selections = [part for package in packages for each in package.measures for part in each.selections]
    every = [code for part in selections if part.source == source for code in (*part.codes, *part.exclude_codes)]
    return tuple(sorted(set(every)))


def is_known(code: str, system: CodeSystem, named: tuple[str, ...]) -> bool:
    """Whether the code lies in a group of its system, is named by a move, or is asked for by a package."""
    return system.knows(code) or (bool(named) and code.startswith(named) and system.has_form(code))


def check_codes(
    check: Check, rows_by_code: Mapping[str, int], system: CodeSystem, heard_of: tuple[frozenset[str], tuple[str, ...]]
) -> CheckResult:
    """The rows whose code is in no known group, asked for by no package, and was in no extract accepted before.

    `heard_of` holds the codes of earlier extracts and those that packages name. A code that does not have its system's
    form is counted but never spelt out: it may be anything.
    """
    earlier, named = heard_of
    unknown = {
        code: rows
        for code, rows in sorted(rows_by_code.items())
        if code not in earlier and not is_known(code, system, named)
    }
    rows, every = sum(unknown.values()), sum(rows_by_code.values())
    told = [code for code in unknown if system.has_form(code)]
    found = [Found("code", {"code": code, "rows": unknown[code]}) for code in told[:MOST_LISTED]]
    if more := len(unknown) - len(found):
        found.append(Found("more_codes", {"n": more}))
    outcome = "failed" if unknown else "passed"
    effect = round(1 - rows / every, 4) if every else None
    return CheckResult(
        check.check_id, check.rule, check.columns, check.severity, outcome, every, rows, (), tuple(found), (), effect
    )
