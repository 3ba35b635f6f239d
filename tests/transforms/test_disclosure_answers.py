"""What single people answered is printed of no practice, and of a cluster only where enough of them answered."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from small_pack import PARTS, SIDES, Row, Side, exact, named, show
from small_region import RATE, package

from transforms.definitions import Measure
from transforms.disclosure import Mode
from transforms.disclosure_check import truth_of, violations
from transforms.disclosure_profiles import COLUMNS, profile
from transforms.published import FIGURE

ANSWERS = {"source": "questionnaire", "quantity": "answers", "codes": ("stress",)}
ASKED = {"source": "registrations", "quantity": "count", "codes": ("invited",)}
PLAIN: dict[str, Any] = RATE.model_dump(include={"title", "definition", "unit", "events"})
STRESSED, RESPONSE = (
    Measure.model_validate(PLAIN | {"id": name, "kind": "proportion", "per": 100} | parts)
    for name, parts in {
        "stressed": {"numerator": ANSWERS | {"answers": ("ofte",)}, "denominator": ANSWERS},
        "response": {"numerator": ANSWERS, "denominator": ASKED},
    }.items()
)
FEW: tuple[Side, Side] = ((3, 9), (2, 8))
MANY: tuple[Side, Side] = ((30, 90), (25, 80))
INTERNAL = profile("internal")
JUDGED = [column for item, columns in COLUMNS.items() if item != "reason" for column in columns]


def six(each: tuple[Side, Side] = MANY) -> dict[str, tuple[Side, Side]]:
    return dict.fromkeys("abcdef", each)


@pytest.mark.parametrize("rules", ["sds", "strict", "internal"])
@pytest.mark.parametrize("mode", ["letters", "open", "own_only"])
@pytest.mark.parametrize("measure", [STRESSED, RESPONSE], ids=lambda measure: measure.id)
@pytest.mark.parametrize("each", [FEW, MANY], ids=["few", "many"])
def test_not_even_the_practice_sees_what_its_staff_answered(
    each: tuple[Side, Side], measure: Measure, mode: Mode, rules: str
) -> None:
    for row in show(exact(six(each), measure), "a", mode, measure, profile(rules)).values():
        if row["level"] == "practice":
            assert [row[f"{side}_state"] for side in SIDES] == ["suppressed", "suppressed"]
            assert [column for column in JUDGED if row.get(column) is not None] == []


def test_that_nobody_of_the_practice_answered_is_still_said() -> None:
    rows = six() | {"a": (MANY[0], "not_submitted")}
    found = show(exact(rows, STRESSED), "a", "open", STRESSED)["a"]
    assert (found["before_state"], found["now_state"]) == ("suppressed", "not_submitted")


@pytest.mark.parametrize(
    ("measure", "practices", "seen"),
    [
        (STRESSED, {"a": (2, 3), "b": (1, 2)}, True),
        (STRESSED, {"a": (2, 3), "b": (1, 1)}, False),
        (STRESSED, {"a": (20, 30)}, False),
        (STRESSED, {"a": (20, 30), "b": (0, 0)}, False),
        (RESPONSE, {"a": (4, 20), "b": (1, 20)}, True),
        (RESPONSE, {"a": (3, 20), "b": (1, 20)}, False),
        (RESPONSE, {"a": (20, 30), "b": (0, 30)}, False),
    ],
)
def test_a_cluster_is_shown_from_five_answers_of_two_practices(
    measure: Measure, practices: dict[str, Side], seen: bool
) -> None:
    """By the rules of the profile alone the quality unit would see everything: these hold for it too."""
    open_to_all = INTERNAL.model_copy(update={"smallest_count": 1, "smallest_rest": 1, "fewest_practices": 1})
    frame = exact({name: (side, side) for name, side in practices.items()}, measure)
    found = show(frame, None, "open", measure, open_to_all)["cluster"]
    assert (found["now_state"] != "suppressed") is seen
    assert (found["now_value"] is not None) is seen


def look(frame: pl.DataFrame, change: Row, wanted: tuple[str, str]) -> list[str]:
    """What the last look says where `change` is made to the row of that unit, as that audience sees it."""
    rows: list[Row] = []
    for reader in (None, "a"):
        for unit, row in show(frame, reader, "open", STRESSED).items():
            audience = reader or "cluster"
            changed = change if (unit, audience) == wanted else {}
            whole = row | {"audience": audience, "measure_id": STRESSED.id, "pack_id": "pack"} | changed
            rows.append({name: whole.get(name) for name in FIGURE})
    truth = truth_of(named(frame, STRESSED), "open", profile("sds"))
    return violations(pl.DataFrame(rows, schema=FIGURE), package(STRESSED), truth)


@pytest.mark.parametrize("silent", [(), ("a",), ("a", "b")])
def test_what_is_printed_passes_the_last_look(silent: tuple[str, ...]) -> None:
    """Also where nobody of some practices answered the second time, the reader's own among them."""
    frame = exact(six() | dict.fromkeys(silent, (MANY[0], "not_submitted")), STRESSED)
    assert look(frame, {}, ("a", "a")) == []


@pytest.mark.parametrize(
    "change",
    [
        {"now_state": "value", "now_value": 31.25, "now_numerator": 25.0, "now_denominator": 80.0},
        {"now_state": "zero"},
        {"expected": 30.0},
        {"verdict": "likely change"},
        {"before_denominator": 90.0},
    ],
)
@pytest.mark.parametrize("wanted", [("a", "a"), ("b", "a"), ("b", "cluster")])
def test_a_practices_answers_block_the_pack_in_every_report(wanted: tuple[str, str], change: Row) -> None:
    found = look(exact(six(), STRESSED), change, wanted)
    assert any("one practice's answers" in fault and f"for {wanted[1]}:" in fault for fault in found)


@pytest.mark.parametrize(
    ("practices", "said"),
    [
        ({"a": ((2, 3), (2, 3)), "b": ((0, 1), (0, 1))}, "fewer than 5 answers"),
        ({"a": ((30, 90), (25, 80))}, "the answers of fewer than 2 practices"),
    ],
)
def test_too_few_answers_behind_a_cluster_block_the_pack(practices: dict[str, tuple[Side, Side]], said: str) -> None:
    shown = {f"now_{part}": 30.0 for part in PARTS} | {"now_state": "value"}
    assert any(said in fault for fault in look(exact(practices, STRESSED), shown, ("cluster", "cluster")))
