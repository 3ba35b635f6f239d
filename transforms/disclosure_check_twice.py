"""The last look at those who answered in both rounds: a figure of them tells of no few others, and of no few of them.

Written apart from transforms.disclosure_twice: over people one at a time, and with the numbers of the rules in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from transforms.answered_twice import Rounds
from transforms.disclosure_profiles import SIDES, Profile
from transforms.disclosure_truth import Row

_PEOPLE, _PRACTICES, _MANY = 5, 2, 30
_Said = list[tuple[str, float]]
"""Practice and answer, or change, of one person after the other."""
_FIGURES = ("pairs", "before_value", "now_value", "change", "change_lower", "change_upper")


def pair_violations(
    paired: Iterable[Row], figures: Iterable[Row], people: Mapping[str, Rounds], profile: Profile
) -> list[str]:
    """One sentence per row of report.paired that breaks a rule. None: the pack may be written."""
    hidden = {
        row["measure_id"]
        for row in figures
        if row["level"] == "cluster" and any(row[f"{side}_value"] is None for side in SIDES)
    }
    return [
        f"{row['measure_id']}, those who answered in both rounds: {fault}"
        for row in paired
        for fault in _faults(row, row["measure_id"] in hidden, people.get(row["measure_id"]), profile)
    ]


def _faults(row: Row, hidden: bool, people: Rounds | None, profile: Profile) -> Iterable[str]:
    if row["way"] != "pairs":
        if any(row[name] is not None for name in _FIGURES):
            yield "are said to be groups and have a figure all the same"
        return
    if hidden or people is None:
        yield "are shown although all who answered are not"
        return
    if row["pairs"] % profile.rounding:
        yield f"are counted and not rounded to {profile.rounding}"
    if not math.isclose(row["change"], row["now_value"] - row["before_value"], abs_tol=1e-9):
        yield "have a change that is not that of the printed values"
    yield from _faults_of_people(people, profile)


def _faults_of_people(people: Rounds, profile: Profile) -> Iterable[str]:
    twice: list[str] = []
    once: dict[str, list[str]] = {side: [] for side in SIDES}
    for one in people.people.iter_rows(named=True):
        comparable = one["before_codes"] == one["now_codes"]
        if comparable and all(one[f"{side}_value"] is not None for side in SIDES):
            twice.append(one["practice_id"])
            continue
        for side in SIDES:
            if one[f"{side}_answers"] is not None:
                once[side].append(one["practice_id"])
    if len(twice) < max(_PEOPLE, profile.smallest_unit) or len(set(twice)) < _PRACTICES:
        yield "are too few, or of one practice"
    for side, others in once.items():
        if others and (len(others) < _PEOPLE or len(set(others)) < _PRACTICES):
            yield f"leave too few of all who answered {side}, or those of one practice"
    yield from _faults_of_alike(people)


def _faults_of_alike(people: Rounds) -> Iterable[str]:
    """Whether all said the same, or all but those of one practice: the pairs, how they changed, or those left over."""
    said: dict[str, _Said] = {f"{who} {what}": [] for who in ("twice", "once") for what in (*SIDES, "change")}
    for one in people.people.iter_rows(named=True):
        before, now = one["before_value"], one["now_value"]
        twice = None not in (before, now) and one["before_codes"] == one["now_codes"]
        change = now - before if twice else None
        for what, value in (("before", before), ("now", now), ("change", change)):
            if value is not None:
                said["twice " + what if twice else "once " + what].append((one["practice_id"], value))
    for which, answers in said.items():
        practices = [name for name, _ in answers]
        for out in (None, *sorted(set(practices))):
            left = [value for name, value in answers if name != out]
            if 0 < len(left) < _MANY and len(set(left)) == 1:
                yield f"tell how everybody answered, or all but those of one practice ({which})"
                break
        sizes = [practices.count(name) for name in set(practices)]
        if len(sizes) == 3 and min(sizes) == 1:
            yield f"are of three practices, in one of which one person alone answered ({which})"
