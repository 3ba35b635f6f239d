"""A pack: who is in it, what it counts, what it tells of who came and went, and a pack without a follow-up."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from small_region import BASELINE, BEFORE, BOTH, FOLLOWUP, MINIMUM, NOW, RATE, SHARE, SmallRegion, package

from transforms.disclosure import Mode
from transforms.disclosure_profiles import COLUMNS
from transforms.disclosure_rules import ruled
from transforms.pack import Mart, Meeting, exact_figures, members, notes, pack_row, published_figures
from transforms.package_figures import MeasureRun
from transforms.published import FIGURE, NOTE, PACK
from transforms.window_rules import WindowReason

BETWEEN = date(2025, 7, 1)


def meeting(*, followup: bool = True, mode: Mode = "letters", first: date | None = None) -> Meeting:
    window = FOLLOWUP if followup else None
    return Meeting("pack", "c1", date(2026, 5, 1), BASELINE, window, mode, "da", baseline_meeting=first)


def mart(region: SmallRegion, *, followup: bool = True, wrong: WindowReason | None = None) -> Mart:
    window = FOLLOWUP if followup else None
    runs = [
        MeasureRun(measure, region.facts(), BASELINE, window, MINIMUM, window_reason=wrong) for measure in (RATE, SHARE)
    ]
    compared = pl.concat([run.compared() for run in runs])
    return Mart(pl.concat([run.figures() for run in runs]), compared if followup else compared.clear())


def names(region: SmallRegion, *, followup: bool = True) -> list[str]:
    return members(meeting(followup=followup), region.facts())["practice_id"].to_list()


def labels(region: SmallRegion, *, followup: bool = True) -> dict[str, str]:
    return {name: f"L{name}" for name in names(region, followup=followup)}


def exact(region: SmallRegion, *, followup: bool = True, **asked: Any) -> dict[str, dict[str, Any]]:
    asked = {
        "measure": RATE,
        "meeting": meeting(followup=followup),
        "labels": labels(region, followup=followup),
    } | asked
    frame = exact_figures(mart=mart(region, followup=followup), facts=region.facts(), **asked)
    return {row["unit_id"]: row for row in frame.iter_rows(named=True)}


def figures(region: SmallRegion, *, followup: bool = True, mode: Mode = "letters") -> pl.DataFrame:
    known, of = labels(region, followup=followup), meeting(followup=followup, mode=mode)
    figured = mart(region, followup=followup)
    units = pl.concat([exact_figures(measure, of, figured, region.facts(), known) for measure in (RATE, SHARE)])
    marked = ruled(package(), units, of.profile)
    return pl.concat(
        published_figures(measure, marked.filter(measure_id=measure.id), of, known, 20) for measure in (RATE, SHARE)
    )


def row_of(region: SmallRegion, *, followup: bool = True) -> dict[str, Any]:
    of = meeting(followup=followup)
    frame = pack_row(of, package(), region.facts(), figures(region, followup=followup), example=True)
    assert frame.schema == PACK
    return frame.row(0, named=True)


def told(region: SmallRegion) -> dict[str, int]:
    frame = notes(meeting(), mart(region), package(), region.facts(), names(region))
    assert frame.schema == NOTE
    return dict(frame.select("change", "practices").iter_rows())


def six() -> SmallRegion:
    """Six practices of the cluster, and around them a cluster of the same region and one of another."""
    region = SmallRegion().add("other", cluster="c2", items=20).add("far", cluster="c4")
    for name in "abcdef":
        region.add(name)
    return region


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        pytest.param(SmallRegion().add("b").add("a"), ["a", "b"], id="sorted"),
        pytest.param(SmallRegion().add("a").add("b", consented=False), ["a"], id="consenting"),
        pytest.param(SmallRegion().add("a").add("b", cluster="c2"), ["a"], id="of this cluster"),
        pytest.param(SmallRegion().add("a").moves("a", NOW[2], "c2"), [], id="moved away"),
        pytest.param(SmallRegion().add("a", cluster="c2").moves("a", NOW[2], "c1"), ["a"], id="moved in"),
        pytest.param(SmallRegion().add("a").moves("a", NOW[1], None), [], id="left within the window"),
        pytest.param(SmallRegion().add("a").moves("a", FOLLOWUP.end, None), [], id="left on the last day"),
        pytest.param(SmallRegion().add("a", months=BEFORE), ["a"], id="delivered nothing"),
    ],
)
def test_members_are_the_consenting_practices_at_the_end_of_the_later_window(
    region: SmallRegion, expected: list[str]
) -> None:
    assert names(region) == expected


def test_the_members_of_a_baseline_are_those_at_its_own_end() -> None:
    region = SmallRegion().add("a").moves("a", BETWEEN, "c2")
    assert (names(region, followup=False), names(region)) == (["a"], [])


def test_a_practices_two_sides_are_its_then_and_its_now() -> None:
    region = six().add("z", items=10).moves("z", date(2026, 1, 5), "c1")
    for month in NOW:
        region.prescribes("z", month, 5)
    found = exact(region)["z"]
    assert (found["before_numerator"], found["now_numerator"], found["label"]) == (30, 45, "Lz")


def test_a_clusters_two_sides_are_its_matched_practices() -> None:
    found = exact(six().add("new", months=NOW, opened=BETWEEN))["c1"]
    assert (found["before_numerator"], found["now_numerator"]) == (6 * 90, 6 * 90)
    assert (found["now_denominator"], found["practices"], found["label"]) == (1800, 6, "Klynge c1")


def test_the_region_is_shown_without_the_cluster() -> None:
    found = exact(six())["r1"]
    assert (found["level"], found["now_numerator"], found["now_denominator"]) == ("region", 60, 300)
    assert "r2" not in exact(six())


def test_the_region_around_holds_the_clusters_own_practices_that_kept_their_consent_back() -> None:
    found = exact(six().add("silent", consented=False))
    assert found["r1"]["now_numerator"] == 60 + 90
    assert found["c1"]["now_numerator"] == 6 * 90
    assert "silent" not in found


def test_a_cluster_nobody_of_which_can_be_compared_leaves_the_whole_region_around_it() -> None:
    region = SmallRegion().add("a", months=NOW, opened=BETWEEN).add("other", cluster="c2", items=20)
    found = exact(region)
    assert "c1" not in found
    assert (found["r1"]["now_numerator"], found["r1"]["now_denominator"], found["r1"]["now_state"]) == (
        60,
        300,
        "value",
    )


def test_a_cluster_that_is_its_region_has_nothing_to_show_around_it() -> None:
    region = SmallRegion()
    for name in "abcdef":
        region.add(name)
    shown = figures(region).filter(level="region", measure_id=RATE.id, audience="cluster").row(0, named=True)
    assert (shown["now_value"], shown["now_numerator"]) == (None, None)
    assert shown["now_state"] not in ("value", "zero", "too_few")


def test_every_reader_has_own_others_cluster_and_region() -> None:
    shown = figures(six())
    assert shown.schema == FIGURE
    assert sorted(shown["audience"].unique()) == ["a", "b", "c", "cluster", "d", "e", "f"]
    assert shown.group_by("audience", "measure_id").len()["len"].unique().to_list() == [8]
    own = shown.filter("own").select("audience", "label").unique().rows()
    assert sorted(own) == [(name, f"L{name}") for name in "abcdef"]


def test_the_pack_counts_members_delivered_and_matched() -> None:
    region = six().add("new", months=NOW, opened=BETWEEN).add("late", months=BEFORE).add("silent", consented=False)
    found = row_of(region)
    counted = [found[f"practices_{name}"] for name in ("members", "delivered", "matched")]
    assert counted == [8, 7, 6]


def test_the_pack_says_which_cluster_windows_and_kind_it_is() -> None:
    found = row_of(six())
    assert (found["kind"], found["cluster_name"], found["region_name"]) == ("followup", "Klynge c1", "Region")
    assert (found["before_start"], found["before_end"]) == (BASELINE.start, BASELINE.end)
    assert (found["now_start"], found["now_end"]) == (FOLLOWUP.start, FOLLOWUP.end)
    assert (found["mode"], found["language"], found["example_data"]) == ("letters", "da", True)


def test_a_baseline_pack_has_one_window_and_calls_it_now() -> None:
    found = row_of(six(), followup=False)
    assert (found["kind"], found["before_start"], found["before_end"]) == ("baseline", None, None)
    assert (found["now_start"], found["now_end"]) == (BASELINE.start, BASELINE.end)
    assert (found["practices_members"], found["practices_delivered"], found["practices_matched"]) == (6, 6, 6)


def test_a_baseline_pack_has_figures_now_and_nothing_before() -> None:
    shown = figures(six(), followup=False)
    empty = ["before_state", "before_value", "before_numerator", "change", "change_lower", "ratio", "reason"]
    assert shown.select(pl.col(empty).is_null().all()).row(0) == (True,) * len(empty)
    whole = shown.filter(
        pl.col("audience") == "cluster", pl.col("level") != "practice", pl.col("measure_id") == RATE.id
    )
    assert sorted(whole.select("label", "now_numerator").rows()) == [
        ("Klynge c1", 540),
        ("Region", None),
    ]  # one practice is left


NOTES = [
    pytest.param({"months": NOW, "opened": BETWEEN}, "joined", id="opened"),
    pytest.param({"months": BEFORE, "closed": BETWEEN}, "closed", id="closed"),
    pytest.param({"months": BEFORE, "closed": BETWEEN, "successor_id": "a"}, "merged", id="handed over"),
    pytest.param({"months": BEFORE}, "not_submitted", id="silent now"),
    pytest.param({"months": NOW}, "not_submitted", id="silent before"),
]


@pytest.mark.parametrize(("practice", "change"), NOTES)
def test_who_is_not_compared_is_counted_by_what_happened(practice: dict[str, Any], change: str) -> None:
    expected = {change: 2 if change == "merged" else 1}  # who took over is not what it was either
    assert told(six().add("g", **practice)) == expected


@pytest.mark.parametrize(
    ("region", "change"),
    [
        pytest.param(six().add("g").moves("g", BETWEEN, "c2"), "left", id="for another cluster"),
        pytest.param(six().add("g").moves("g", BETWEEN, None), "left", id="for no cluster"),
        pytest.param(six().add("g", cluster="c2").moves("g", BETWEEN, "c1"), "joined", id="from another cluster"),
    ],
)
def test_who_moved_joined_or_left(region: SmallRegion, change: str) -> None:
    assert told(region) == {change: 1}


@pytest.mark.parametrize(
    "practice", [{"cluster": "c2", "months": BEFORE}, {"consented": False, "months": BEFORE}, {"months": BOTH}]
)
def test_of_other_clusters_of_the_unconsenting_and_of_the_compared_nothing_is_told(practice: dict[str, Any]) -> None:
    assert told(six().add("g", **practice)) == {}


def test_a_baseline_pack_has_no_notes() -> None:
    region = six().add("g", months=NOW, opened=BETWEEN)
    frame = notes(meeting(followup=False), mart(region, followup=False), package(), region.facts(), names(region))
    assert (frame.height, frame.schema) == (0, NOTE)


@pytest.mark.parametrize("mode", ["letters", "open", "own_only"])
@pytest.mark.parametrize("followup", [True, False])
def test_a_practice_without_consent_changes_nothing_but_the_region(mode: Mode, followup: bool) -> None:
    """A withheld practice is one that did not consent: with figures nobody could overlook; nothing of it is seen.

    It is part of the region that changes are held against, so that verdicts may differ.
    """
    marked = six().add("w", consented=False, patients=77777, items=5555, others=4444)
    without, having = (figures(region, followup=followup, mode=mode) for region in (six(), marked))
    around = pl.col("level") == "region"
    own = having.filter(~around).drop(COLUMNS["judged"]), without.filter(~around).drop(COLUMNS["judged"])
    assert own[0].equals(own[1])
    rows = [
        pack_row(meeting(followup=followup, mode=mode), package(), region.facts(), shown, example=True)
        for region, shown in ((six(), without), (marked, having))
    ]
    assert rows[0].equals(rows[1])
    assert told(marked) == told(six())
    assert "w" not in labels(marked, followup=followup)


def test_the_region_may_hold_a_practice_without_consent() -> None:
    region = six().add("w", consented=False, patients=77777, items=5555)
    assert exact(region)["r1"]["now_numerator"] == 60 + 3 * 5555


@pytest.mark.parametrize("followup", [True, False])
def test_each_figure_of_the_cluster_says_how_many_practices_it_rests_on(followup: bool) -> None:
    region = six().add("g").keeps_back("f", NOW if followup else BEFORE, "list_sizes")
    shown = figures(region, followup=followup)
    behind = shown.filter(level="cluster", audience="cluster").select("measure_id", "practices", "now_denominator")
    assert behind.rows() == [(RATE.id, 6, 6 * 300.0), (SHARE.id, 7, 7 * 300.0)]
    assert shown.filter(pl.col("level") != "cluster")["practices"].null_count() == shown.height - 2 * 8
    found = row_of(region, followup=followup)
    assert (found["practices_members"], found["practices_delivered"], found["practices_matched"]) == (7, 7, 7)


def test_a_hidden_figure_does_not_say_how_many_practices_it_rests_on() -> None:
    few = SmallRegion().add("other", cluster="c2")
    for name in "abcd":
        few.add(name)
    shown = figures(few).filter(level="cluster")
    assert shown["now_state"].unique().to_list() == ["suppressed"]
    assert shown["practices"].null_count() == shown.height


EARLY = date(2026, 1, 15)
WRONG = [
    pytest.param("era", None, "era", id="an excluded period"),
    pytest.param(None, EARLY, "before_meeting", id="before the meeting"),
]


@pytest.mark.parametrize(("wrong", "first", "reason"), WRONG)
def test_what_is_wrong_with_the_windows_leaves_no_practice_out(
    wrong: WindowReason | None, first: date | None, reason: str
) -> None:
    """The figures are shown and not compared, and nobody is counted as having come or gone."""
    region = six().add("new", months=NOW, opened=BETWEEN)
    known, made = labels(region), mart(region, wrong=wrong)

    def shown(of: Meeting, figured: Mart) -> pl.DataFrame:
        units = pl.concat([exact_figures(measure, of, figured, region.facts(), known) for measure in (RATE, SHARE)])
        marked = ruled(package(), units, of.profile)
        return pl.concat(
            published_figures(measure, marked.filter(measure_id=measure.id), of, known, 20) for measure in (RATE, SHARE)
        )

    of, sound = meeting(first=first), shown(meeting(), mart(region))
    found = shown(of, made)
    kept = ["level", "label", "before_value", "now_value", "now_numerator", "now_lower", "practices"]
    assert found.select(kept).equals(sound.select(kept))
    assert not found["comparable"].any()
    pooled = found.filter(pl.col("level") != "practice")
    assert pooled["reason"].unique().to_list() == [reason]
    assert pooled["change"].null_count() == pooled.height > 0
    row = pack_row(of, package(), region.facts(), found, example=True).row(0, named=True)
    assert (row["practices_delivered"], row["practices_matched"]) == (7, 6)
    assert notes(of, made, package(), region.facts(), names(region)).select("change", "practices").rows() == [
        ("joined", 1)
    ]


@pytest.mark.parametrize(("wrong", "first", "reason"), [*WRONG, pytest.param(None, None, None, id="nothing")])
def test_a_total_that_tells_a_hidden_count_is_hidden_whatever_is_wrong_with_the_windows(
    wrong: WindowReason | None, first: date | None, reason: str | None
) -> None:
    """Five shown counts of 33 are known to be 33 at least: with them the printed total of 166 leaves 1 or 2."""
    region = SmallRegion()
    for name in "abcde":
        region.add(name, items=11)
    region.add("f", items=0).prescribes("f", BEFORE[0], 1).prescribes("f", NOW[0], 1)
    units = exact_figures(RATE, meeting(first=first), mart(region, wrong=wrong), region.facts(), labels(region))
    assert units["reason_for_all"].unique().to_list() == [reason]
    cluster = ruled(package(), units, meeting().profile).filter(level="cluster")
    assert cluster.select("before_numerator", "before_rule", "now_rule").row(0) == (166, "total", "total")


def test_a_region_rests_on_the_practices_of_the_measure_and_not_on_those_of_another() -> None:
    """What one of the others did not submit of the rate's lists leaves it in the region's share all the same."""
    region = six()
    for name in "ghijk":
        region.add(name, cluster="c2")
    region.keeps_back("g", NOW, "list_sizes").keeps_back("h", NOW, "list_sizes")
    behind = {each.id: exact(region, measure=each)["r1"]["practices"] for each in (RATE, SHARE)}
    assert behind == {RATE.id: 4, SHARE.id: 6}
