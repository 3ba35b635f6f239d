"""The last look at what single people answered: of no practice, and of others only where enough answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transforms.definitions import Measure, Package
from transforms.disclosure_profiles import COLUMNS, SIDES
from transforms.disclosure_truth import Key, Row, Truth, name

# Written here and not taken from the rules: this is the look of somebody who did not make the figures.
_ANSWERS, _PRACTICES, _MANY = 5, 2, 30
_VERDICT = ("verdict", "verdict_reason")
_FIGURES = [column for item, columns in COLUMNS.items() if item != "reason" for column in columns]


def faults_of_answers(rows: Sequence[Row], package: Package, truth: Truth) -> Iterable[str]:
    """One sentence per figure of single answers that may not be printed, the reader's own practice included."""
    asked = {measure.id: measure for measure in package.measures if _asks_people(measure)}
    for row in (row for row in rows if row["measure_id"] in asked):
        if row["level"] == "practice":
            yield from _faults_of_a_practice(row)
        else:
            for side in SIDES:
                yield from _faults_of_too_few(row, side, asked[row["measure_id"]], truth)
                yield from _faults_of_alike(row, side, asked[row["measure_id"]], truth)


def _asks_people(measure: Measure) -> bool:
    return any(selection.model == "questionnaire" for selection in measure.selections)


def _faults_of_a_practice(row: Row) -> Iterable[str]:
    for side in SIDES:
        if row[f"{side}_state"] in ("value", "zero", "too_few"):
            yield f"{name(row, side)} says what became of one practice's answers"
    # That a practice of which nobody answered cannot be judged is no answer of anybody.
    empty = "suppressed" not in (row["before_state"], row["now_state"])
    looked_at = [column for column in _FIGURES if not (empty and column in _VERDICT)]
    if told := next((column for column in looked_at if row[column] is not None), None):
        yield f"{name(row, 'now')} has {told} of one practice's answers"


def _faults_of_too_few(row: Row, side: str, measure: Measure, truth: Truth) -> Iterable[str]:
    exact = truth.of(row, side)
    if row[f"{side}_value"] is None or exact is None:
        return
    at = int(measure.denominator.model == "questionnaire")
    if exact[at] < _ANSWERS:
        yield f"{name(row, side)} stands on fewer than {_ANSWERS} answers"
    behind = truth.practices.get(truth.key(row, side), 0)
    if row["level"] == "cluster":
        behind = _answering(row, side, at, truth)
    if behind < _PRACTICES:
        yield f"{name(row, side)} stands on the answers of fewer than {_PRACTICES} practices"


def _faults_of_alike(row: Row, side: str, measure: Measure, truth: Truth) -> Iterable[str]:
    """Whether somebody's answer follows, for an outsider or for whoever takes one practice's answers away."""
    if row[f"{side}_value"] is None or measure.denominator.model != "questionnaire":
        return
    whole = _answers(truth.key(row, side), measure, truth)
    if _all_the_same(whole):
        yield f"{name(row, side)} tells how everybody answered"
    if row["level"] != "cluster":
        return
    of_measure = (row["measure_id"], row["category"], "practice")
    inside = [key for key in truth.counts if key[:3] == of_measure and key[4] == side and truth.compared[key]]
    given = [answers for key in inside if (answers := _answers(key, measure, truth))]
    for own in range(len(given)):
        if _all_the_same([answer for at, answers in enumerate(given) if at != own for answer in answers]):
            yield f"{name(row, side)} tells one practice how everybody in the others answered"
    options = len({key[1] for key in truth.counts if key[0] == measure.id})
    if len(given) == 3 and min(map(len, given)) < max(2, options):
        yield f"{name(row, side)} stands on three practices, of which one has fewer answers than there are to choose"


def _answers(key: Key, measure: Measure, truth: Truth) -> list[float]:
    """One answer after the other: of a share 1 or 0, of an average the values themselves."""
    met, every = (int(count or 0) for count in truth.counts.get(key, (0, 0)))
    if measure.kind in ("mean", "median"):
        return list(truth.values.get(key, ()))
    if measure.kind in ("proportion", "distribution"):
        return [1.0] * met + [0.0] * (every - met)
    return [float(met > 0)] + [0.0] * (every - 1) if every else []


def _all_the_same(answers: Sequence[float]) -> bool:
    return 0 < len(answers) < _MANY and len(set(answers)) == 1


def _answering(row: Row, side: str, at: int, truth: Truth) -> int:
    """How many of the cluster's practices that are compared have an answer."""
    of_measure = (row["measure_id"], row["category"], "practice")
    inside = [key for key in truth.counts if key[:3] == of_measure and key[4] == side and truth.compared[key]]
    return sum(1 for key in inside if (truth.counts[key][at] or 0) > 0)
