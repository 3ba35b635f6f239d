"""Incomplete deliveries: each rule fires on its fault, keeps quiet on season, and says when it could not be asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from small_delivery import CODES, PRACTICES, WINDOW, Count, changed, counts, delivery, history

from transforms.calendar import Window
from transforms.checked import CheckResult
from transforms.completeness import check_delivery
from transforms.contract import DELIVERY_RULES, Check, Rule
from transforms.delivery import Delivery
from transforms.model import Text

LIMITS: dict[str, dict[str, Any]] = {
    "practices_delivered": {"minimum": 0.9},
    "rows_per_month": {"minimum": 0.6},
    "regions_delivered": {},
    "total_against_history": {"minimum": 0.6, "maximum": 1.67, "columns": ("items",)},
    "jump_everywhere": {"minimum": 0.9, "maximum": 2.0, "columns": ("items",)},
}
KNOWN = counts(history())
WHOLE = counts(WINDOW.months)
MIDDLE = WINDOW.months[1]


def ask(rule: str, asked: Delivery, **changes: Any) -> CheckResult:
    check = Check.model_validate({"rule": rule, "severity": "warning", "why": Text(da="x")} | LIMITS[rule] | changes)
    return check_delivery(check, asked, 1)


def failed(asked: Delivery) -> set[str]:
    return {rule for rule in DELIVERY_RULES if ask(rule, asked).outcome == "failed"}


def without(*practices: str) -> Count:
    return changed(WHOLE, lambda practice, _, __, items: None if practice in practices else items)


def test_a_whole_delivery_passes_every_rule_with_its_effect() -> None:
    results = [ask(rule, delivery(WHOLE, KNOWN)) for rule in sorted(DELIVERY_RULES)]
    assert {result.outcome for result in results} == {"passed"}
    assert {result.effect for result in results} == {1.0}


@pytest.mark.parametrize("months", [3, 6, 12, 24])
@pytest.mark.parametrize("start", [date(2025, month, 1) for month in (1, 4, 7, 10, 12)])
def test_season_alone_raises_no_alarm(start: date, months: int) -> None:
    window = Window.of(start, 3)
    before = counts_before(window, months)
    assert failed(delivery(counts(window.months), counts(before), window=window)) == set()


def counts_before(window: Window, months: int) -> tuple[date, ...]:
    return Window.of(window.shifted(-months).start, months).months


def test_a_first_delivery_is_not_asked_and_never_passed_in_silence() -> None:
    first = delivery(WHOLE, {})
    outcomes = {rule: ask(rule, first).outcome for rule in DELIVERY_RULES}
    # Its months can be held against each other; nothing else can be told.
    assert outcomes.pop("rows_per_month") == "passed"
    assert set(outcomes.values()) == {"not_asked"}
    assert all(ask(rule, first).found[0].say == "no_history" for rule in outcomes)


def test_not_asked_does_not_block_a_critical_rule() -> None:
    assert not ask("practices_delivered", delivery(WHOLE, {}), severity="critical").blocks
    assert ask("practices_delivered", delivery(without(*PRACTICES[:6]), KNOWN), severity="critical").blocks


def test_practices_that_are_missing_are_counted_in_the_report_and_named_in_the_ledger() -> None:
    gone = ("P03", "P09", "P21")
    result = ask("practices_delivered", delivery(without(*gone), KNOWN))
    assert (result.outcome, result.effect) == ("failed", round(21 / 24, 4))
    assert [dict(found.values) for found in result.found] == [{"came": 21, "expected": 24}]
    assert result.named == gone


def test_two_of_24_are_few_enough() -> None:
    assert ask("practices_delivered", delivery(without("P03", "P09"), KNOWN)).outcome == "passed"


def test_a_practice_that_never_delivered_opened_or_has_closed_is_not_missed() -> None:
    gone = PRACTICES[:3]
    never = changed(KNOWN, lambda practice, _, __, items: None if practice in gone else items)
    assert failed(delivery(without(*gone), never)) == set()


def test_a_correction_of_a_few_practices_misses_nobody() -> None:
    few = changed(WHOLE, lambda practice, _, __, items: items if practice in ("P03", "P09") else None)
    results = {rule: ask(rule, delivery(few, KNOWN | WHOLE)).outcome for rule in DELIVERY_RULES}
    assert results.pop("practices_delivered") == results.pop("regions_delivered") == "passed"
    assert set(results.values()) == {"not_asked"}


def test_a_region_and_a_cluster_are_named() -> None:
    region = ask("regions_delivered", delivery(without(*PRACTICES[12:]), KNOWN))
    assert [(found.say, dict(found.values)) for found in region.found] == [
        ("region", {"name": "Region 1", "practices": 12})
    ]
    assert (region.effect, region.named) == (0.5, PRACTICES[12:])
    cluster = ask("regions_delivered", delivery(without(*PRACTICES[:6]), KNOWN))
    assert [(found.say, dict(found.values)) for found in cluster.found] == [
        ("cluster", {"name": "Klynge 0", "practices": 6})
    ]
    assert ask("regions_delivered", delivery(without(*PRACTICES[:5]), KNOWN)).outcome == "passed"


@pytest.mark.parametrize("months", [0, 3, 24])
def test_a_month_with_a_fraction_of_its_rows_is_named(months: int) -> None:
    thin = changed(WHOLE, lambda _, month, code, items: None if month == MIDDLE and code != CODES[0] else items)
    result = ask("rows_per_month", delivery(thin, counts(history(months))))
    assert (result.outcome, result.effect) == ("failed", 0.25)
    assert [dict(found.values) for found in result.found] == [{"month": "2025-02", "share": 0.25}]


def test_a_month_without_a_row_is_found() -> None:
    assert "rows_per_month" in failed(
        delivery(changed(WHOLE, lambda *key: None if key[1] == MIDDLE else key[3]), KNOWN)
    )


@pytest.mark.parametrize(("factor", "outcome"), [(2.0, "failed"), (0.4, "failed"), (1.2, "passed"), (0.9, "passed")])
def test_a_total_far_off_its_history(factor: float, outcome: str) -> None:
    odd = changed(WHOLE, lambda _, month, __, items: items * factor if month == MIDDLE else items)
    result = ask("total_against_history", delivery(odd, KNOWN))
    assert result.outcome == outcome
    # Second way: the month's total over that of the same month a year before.
    total = sum(items for key, items in odd.items() if key[1] == MIDDLE)
    before = sum(items for key, items in KNOWN.items() if key[1] == date(2024, 2, 1))
    if outcome == "failed" and factor < 1:
        assert result.effect == pytest.approx(max(total / before, _to_nearest(total)), abs=1e-4)


def _to_nearest(total: float) -> float:
    """The month's total over each practice's median of October to December, added up."""
    sums = {
        practice: sorted(
            sum(items for key, items in KNOWN.items() if key[:2] == (practice, date(2024, month, 1)))
            for month in (10, 11, 12)
        )[1]
        for practice in PRACTICES
    }
    return total / sum(sums.values())


def test_a_quantity_that_swings_by_itself_is_given_room() -> None:
    wild = {key: items * (3 if key[1].year % 2 else 1) for key, items in counts(history(36)).items()}
    tripled = {key: items * 3 for key, items in WHOLE.items()}
    limits = {"minimum": 0.9, "maximum": 1.1}
    assert ask("total_against_history", delivery(tripled, wild), **limits).outcome == "passed"
    assert ask("total_against_history", delivery(tripled, KNOWN), **limits).outcome == "failed"


def test_a_renamed_code_jumps_everywhere() -> None:
    renamed = {
        (practice, month, "J01CE99" if code == CODES[0] else code): n for (practice, month, code), n in WHOLE.items()
    }
    result = ask("jump_everywhere", delivery(renamed, KNOWN))
    told = {found.values["code"]: found.values for found in result.found}
    assert set(told) == {"J01CE02", "J01CE99"}
    assert all((values["practices"], values["of"]) == (24, 24) for values in told.values())
    assert (float(told["J01CE02"]["share"]) < 0.1, float(told["J01CE99"]["share"]) > 10) == (True, True)


@pytest.mark.parametrize("factor", [10, 0.1])
def test_a_lost_comma_is_one_finding_for_all_codes(factor: float) -> None:
    result = ask("jump_everywhere", delivery({key: n * factor for key, n in WHOLE.items()}, KNOWN))
    assert [found.say for found in result.found] == ["jump_all"]
    assert result.effect == pytest.approx(factor, rel=0.15)


def test_half_the_codes_missing_is_told_by_their_group() -> None:
    half = {key: n for key, n in WHOLE.items() if not key[2].startswith("A02")}
    result = ask("jump_everywhere", delivery(half, KNOWN))
    assert [found.values["code"] for found in result.found] == ["A02"]


@pytest.mark.parametrize(("share", "outcome"), [(0.5, "passed"), (0.8, "passed"), (1.0, "failed")])
def test_what_many_do_is_behaviour_and_what_all_do_at_once_is_not(share: float, outcome: str) -> None:
    taking_part = PRACTICES[: round(len(PRACTICES) * share)]
    halved = changed(WHOLE, lambda practice, _, __, items: items * (0.4 if practice in taking_part else 1))
    assert ask("jump_everywhere", delivery(halved, KNOWN)).outcome == outcome


def test_a_dip_that_comes_every_july_is_no_jump() -> None:
    def deep(count: Count) -> Count:
        return changed(count, lambda _, month, __, items: items * (0.3 if month.month in (7, 8) else 1))

    window = Window.of(date(2025, 7, 1), 2)
    before = counts_before(window, 24)
    assert failed(delivery(deep(counts(window.months)), deep(counts(before)), window=window)) == set()


def test_rare_codes_have_no_say() -> None:
    rare = {(practice, month, "C03CA01"): 1.0 for practice in PRACTICES for month in WINDOW.months}
    assert failed(delivery(WHOLE | rare, KNOWN)) == set()


@pytest.mark.parametrize("rule", sorted(DELIVERY_RULES))
def test_no_finding_holds_a_practice(rule: Rule) -> None:
    odd = delivery({key: n * 10 for key, n in without(*PRACTICES[:12]).items() if key[1] != MIDDLE}, KNOWN)
    result = ask(rule, odd)
    assert result.outcome == "failed"
    assert not {str(value) for found in result.found for value in found.values.values()} & set(PRACTICES)
