"""Profiles and modes: parsed strictly, the nearest name told, and the most specific agreement holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError
from small_pack import PLENTY, cluster_of, exact, faults, printed, show
from small_region import SHARE

from flows.settings import SettingsError, load_workspace
from transforms.disclosure_profiles import COLUMNS, Profile, UnknownProfileError, profile, profiles
from transforms.modes import mode_on
from transforms.published import FIGURE
from transforms.registry import SCHEMAS

STRICT, INTERNAL = profile("strict"), profile("internal")


def test_the_shipped_profiles_are_these() -> None:
    assert list(profiles()) == ["sds", "strict", "internal"]


@pytest.mark.parametrize(("said", "near"), [("sdz", "sds"), ("Strict", "strict"), ("intern", "internal")])
def test_an_unknown_profile_is_refused_with_the_nearest_name(said: str, near: str) -> None:
    with pytest.raises(UnknownProfileError, match=f"nearest name is {near}"):
        profile(said)


def test_the_settings_refuse_an_unknown_profile_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "klyngeflow.toml").write_text('name = "x"\n[disclosure]\nprofile = "sdss"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"disclosure\.profile.*nearest name is sds"):
        load_workspace(tmp_path)


def test_the_settings_refuse_a_misspelt_word_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "klyngeflow.toml").write_text('name = "x"\n[disclosure]\nprofil = "sds"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="nearest name is profile"):
        load_workspace(tmp_path)


def test_a_profile_with_an_unknown_word_is_no_profile() -> None:
    with pytest.raises(ValidationError, match="rounded"):
        Profile.model_validate(profile("sds").model_dump() | {"rounded": 5})


def test_every_figure_that_is_printed_belongs_to_an_item() -> None:
    kept = {"pack_id", "audience", "measure_id", "level", "label", "own", "category", "comparable", "practices"}
    states = {"before_state", "now_state"}
    assert {name for columns in COLUMNS.values() for name in columns} == set(FIGURE) - kept - states


@pytest.mark.parametrize(("count", "state"), [(7, "suppressed"), (8, "too_few"), (0, "zero")])
def test_strict_hides_seven_and_shows_eight(count: int, state: str) -> None:
    frame = exact(cluster_of(6, (PLENTY[0], (count, 400))))
    assert show(frame, mode="open", rules=STRICT)["f"]["now_state"] == state
    rows = printed(frame, "open", rules=STRICT)
    assert faults(rows, frame, "open", rules=STRICT) == []


def test_strict_shows_no_interval_of_another_practice() -> None:
    found = show(exact(cluster_of(6)), mode="open", rules=STRICT)["f"]
    assert (found["now_numerator"], found["now_lower"], found["change_lower"]) == (60, None, None)


def test_internal_rounds_nothing_and_hides_small_counts_and_rests() -> None:
    frame = exact(cluster_of(6, (PLENTY[0], (61, 413)), (PLENTY[0], (411, 413))), SHARE)
    found = show(frame, mode="open", measure=SHARE, rules=INTERNAL)
    assert (found["e"]["now_numerator"], found["e"]["now_denominator"]) == (61, 413)
    assert found["f"]["now_state"] == "suppressed"
    rows = printed(frame, "open", SHARE, rules=INTERNAL)
    assert faults(rows, frame, "open", SHARE, INTERNAL) == []


def agreed(*rows: tuple[str | None, str | None, str, date | None, date | None]) -> pl.DataFrame:
    names = ("cluster_id", "package_id", "mode", "valid_from", "valid_to")
    told: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows]
    return pl.DataFrame([row | {"practice_id": None} for row in told], schema=SCHEMAS["anonymity"])


MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
MODES = [
    pytest.param([], None, id="nothing said"),
    pytest.param([("k", None, "open", None, None)], "open", id="the whole cluster"),
    pytest.param([("k", None, "open", None, None), ("k", "p", "own_only", None, None)], "own_only", id="the package"),
    pytest.param([("k", None, "own_only", None, None), ("k", "p", "open", None, None)], "open", id="package first"),
    pytest.param([("k", "q", "open", None, None)], None, id="another package"),
    pytest.param([("x", None, "open", None, None)], None, id="another cluster"),
    pytest.param([("k", None, "open", JUNE, None)], None, id="not yet"),
    pytest.param([("k", None, "open", None, date(2026, 4, 30))], None, id="no longer"),
    pytest.param([("k", None, "open", None, MAY)], "open", id="on its last day"),
    pytest.param([("k", None, "open", None, None), ("k", None, "letters", MAY, None)], "letters", id="more cautious"),
    pytest.param([(None, None, "withheld", None, None)], None, id="of a practice"),
]


@pytest.mark.parametrize(("rows", "expected"), MODES)
def test_the_mode_is_what_was_agreed_for_the_day_of_the_meeting(rows: list[Any], expected: str | None) -> None:
    assert mode_on(agreed(*rows), "k", "p", MAY) == expected
