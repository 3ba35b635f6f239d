"""Each verdict and each reason has words of its own in both languages, and words and picture come from the verdict."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest
import report_packs as packs

from reports.change_table import changes_table
from reports.charts import dumbbell_chart, key_chart, pairs_chart
from reports.judgement import LEVELS
from reports.markdown import plain
from reports.net import detectable, net_change
from reports.pills import OF_VERDICT, pill
from reports.rows import MeasureRows, Point, Row, measures
from reports.sentences import sentence, summary
from reports.setting import Setting
from reports.verdicts import EXPLAINED
from reports.wording import voice
from transforms.comparison import REASONS
from transforms.verdict import CONFIDENCE, Verdict, Why
from transforms.window_rules import WindowReason

FORBIDDEN = re.compile(
    r"\b(bedre|værre|forbedr\w*|forværr\w*|desværre|heldigvis|better|worse|improve\w*|unfortunately)\b", re.IGNORECASE
)
WINDOWS = (*get_args(WindowReason), "before_meeting")


def read(plan: packs.Plan | None = None, reader: str = "F", fonts: Path = Path()) -> tuple[list[MeasureRows], Setting]:
    made = packs.tables(plan)
    setting = Setting(made.row, voice(made.row["language"]), fonts, member=reader != "cluster")
    audience = reader if reader == "cluster" else packs.practice_id(reader)
    return measures(packs.package(), made.figures_for(audience), made.row), setting


def own_with(rows: MeasureRows, **judged: Any) -> Row:
    assert rows.own is not None
    return replace(rows.own, judged=replace(rows.own.judged, **judged))


def words(row: Row | None, rows: MeasureRows, setting: Setting) -> str:
    assert row is not None
    return plain(sentence(row, rows, setting)).replace("\u00a0", " ")


def test_a_likely_change_says_what_was_seen_expected_and_done_by_the_region_and_how_sure_that_is() -> None:
    rows, setting = read()
    assert words(rows[0].own, rows[0], setting) == (
        "Fra 262 til 221 pr. 1.000, hvor 243 var ventet (regionen: −4 %). Forskellen er større, end tilfældighed"
        " normalt giver: −13 % ud over regionens (99 % usikkerhed: −21 til −4 %)."
    )
    assert words(rows[1].cluster, rows[1], setting) == (
        "Fra 31,5 % til 35,7 %, hvor 32,5 % var ventet. Forskellen er større, end tilfældighed normalt giver:"
        " +3,5 procentpoint ud over regionens (95 % usikkerhed: +1,0 til +6,0)."
    )


def test_what_cannot_be_told_from_chance_says_how_large_a_change_could_have_been_shown() -> None:
    rows, setting = read()
    assert words(rows[1].own, rows[1], setting) == (
        "Fra 29,8 % til 33,3 %, hvor 31,2 % var ventet (regionen: +0,7 procentpoint). Forskellen kan være tilfældig:"
        " tallene kunne først have vist en ændring på omkring 3,7 procentpoint."
    )
    rate = own_with(rows[0], verdict=packs.CHANCE)
    assert "en ændring på omkring 12 %." in words(rate, rows[0], setting)
    unknown = own_with(rows[0], verdict=packs.CHANCE, detectable_change=None)
    told = words(unknown, rows[0], setting)
    assert "kan være tilfældig: mellem −21 og −4 % ud over regionens (99 % usikkerhed)" in told


def test_an_extreme_figure_that_is_expected_to_draw_nearer_to_the_others_says_so() -> None:
    """262 and a region of −4 % make 252; whoever reckons must not take another expected figure for a mistake."""
    rows, setting = read()

    def told(number: int, expected: float, **judged: Any) -> str:
        row = own_with(rows[number], expected=expected, **judged)
        return words(row, rows[number], setting).partition(". Fors")[0].partition(". Ændr")[0]

    assert told(0, 270.0).endswith("hvor 270 var ventet (regionen: −4 %, og lave tal stiger ofte af sig selv)")
    assert told(0, 235.0).endswith("hvor 235 var ventet (regionen: −4 %, og høje tal falder ofte af sig selv)")
    assert told(1, 33.0).endswith(
        "hvor 33,0 % var ventet (regionen: +0,7 procentpoint, og lave tal stiger ofte af sig selv)"
    )
    assert told(1, 28.0).endswith("(regionen: +0,7 procentpoint, og høje tal falder ofte af sig selv)")
    assert told(0, 245.0).endswith("hvor 245 var ventet (regionen: −4 %)")
    assert told(0, 235.0, verdict=packs.CHANCE, reason="expected").endswith("hvor 235 var ventet (regionen: −4 %)")
    assert rows[0].cluster is not None
    below = replace(rows[0].cluster, judged=replace(rows[0].cluster.judged, expected=150.0))
    assert "hvor 150 var ventet (høje tal falder ofte af sig selv)." in words(below, rows[0], setting)
    alone = replace(rows[0], region=None)
    assert alone.own is not None
    unknown = own_with(alone, expected=150.0)
    assert "hvor 150 var ventet (regionen: −4 %). " in words(unknown, alone, setting)


def test_a_share_is_moved_as_the_region_in_odds_before_it_is_said_to_be_drawn() -> None:
    """29,8 % with odds two thirds of what they were, as from 60 % to 50 %, is 22,1 %; ten points less were 19,8 %."""
    rows, setting = read()
    assert rows[1].region is not None
    region = replace(rows[1].region, before=Point("value", 60.0), now=Point("value", 50.0), change=-10.0)
    moved = replace(rows[1], region=region)
    told = words(own_with(moved, expected=22.1), moved, setting)
    assert "hvor 22,1 % var ventet (regionen: −10,0 procentpoint). " in told


def test_the_same_in_english() -> None:
    rows, setting = read(packs.Plan(language="en"))
    assert words(rows[0].own, rows[0], setting) == (
        "From 262 to 221 per 1,000, where 243 was expected (the region: −4%). The difference is more than chance"
        " usually gives: −13% beyond the region's (99% interval: −21 to −4%)."
    )
    assert words(rows[1].own, rows[1], setting).endswith(
        "The difference may be chance; a change of less than about 3.7 percentage points would not show."
    )


def test_too_few_data_says_what_could_have_been_shown_and_where_to_look() -> None:
    rows, setting = read()
    assert words(rows[3].own, rows[3], setting).endswith("på omkring 7 procentpoint. Brug klyngens tal.")
    assert rows[3].cluster is not None
    small = replace(rows[3].cluster, judged=replace(rows[3].cluster.judged, verdict=packs.FEW))
    both = replace(rows[3], cluster=small)
    assert words(small, both, setting).endswith("Længere perioder giver flere tal.")
    assert "Brug klyngens tal" not in words(both.own, both, setting)


def test_too_few_others_is_not_told_as_too_few_of_the_practices_own(fonts: Path) -> None:
    rows, setting = read(reader="G", fonts=fonts)
    told = words(rows[1].own, rows[1], setting)
    assert told.startswith("Fra 24,3 % til 27,8 % (regionen: +0,7 procentpoint). Der er for få andre praksis")
    line = summary(rows[1], setting)
    assert line is not None
    assert (line[0], "for få data" in line[1]) == ("too_few", False)
    assert ">for få andre</text>" in dumbbell_chart(rows[1], setting).svg


@pytest.mark.parametrize("language", ["da", "en"])
def test_each_verdict_and_reason_has_a_pill_and_a_sentence_of_its_own(language: str) -> None:
    rows, setting = read(packs.Plan(language=language))
    said = {words(own_with(rows[0], verdict=one, reason=None), rows[0], setting) for one in get_args(Verdict)}
    pills = {setting.voice.write("pill", pill(own_with(rows[0], verdict=one), setting)) for one in get_args(Verdict)}
    assert len(said) == len(pills) == len(get_args(Verdict)) == len(OF_VERDICT)
    assert set(EXPLAINED) == set(get_args(Why))
    explained = {words(own_with(rows[0], verdict=packs.CHANCE, reason=one), rows[0], setting) for one in EXPLAINED}
    assert len(explained | said) == len(said) + len(EXPLAINED)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("reason", [*REASONS, *WINDOWS])
def test_what_is_not_comparable_says_why_and_what_to_look_at(language: str, reason: str) -> None:
    rows, setting = read(packs.Plan(language=language))
    own = replace(own_with(rows[0], verdict=packs.APART), comparable=False, reason=reason)
    told = words(own, rows[0], setting)
    unknown = setting.voice.write("reason", "unknown")
    assert pill(own, setting) == "incomparable"
    assert unknown not in told
    assert setting.voice.write("reason", reason) in told
    instead = reason if reason in WINDOWS else "cluster_change"
    assert told.endswith(setting.voice.write("instead", instead))


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("reader", ["F", "G", "N", "cluster"])
def test_no_sentence_of_a_report_judges(language: str, reader: str) -> None:
    rows, setting = read(packs.Plan(language=language), reader)
    every = [words(row, one, setting) for one in rows for row in (one.own, one.cluster) if row is not None]
    assert [found for found in map(FORBIDDEN.search, every) if found] == []
    assert [one for one in every if "{" in one or "None" in one or "  " in one] == []


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_verdict_is_read_and_never_worked_out_again(verdict: str) -> None:
    """Figures that would say otherwise change neither the pill nor the word of the sentence."""
    rows, setting = read()
    for net in ((0.5, 0.4, 0.6), (1.0, 0.2, 5.0)):
        row = own_with(rows[0], verdict=verdict, net_ratio=net[0], net_lower=net[1], net_upper=net[2])
        assert pill(row, setting) == OF_VERDICT[verdict]  # type: ignore[index]
        assert ("Forskellen er større" in words(row, rows[0], setting)) == (verdict == packs.LIKELY)


@pytest.mark.parametrize("state", ["suppressed", "too_few", "not_submitted", "not_computable"])
def test_a_likely_change_is_not_claimed_over_figures_that_are_not_shown(state: str) -> None:
    rows, setting = read()
    own = rows[0].own
    assert own is not None
    for side in ("before", "now"):
        row = replace(own, **{side: replace(own.now, state=state, value=None)})
        assert pill(row, setting) not in ("likely", "chance")


def test_the_levels_are_those_of_the_verdict() -> None:
    assert {level: share / 100 for level, share in LEVELS.items()} == CONFIDENCE


def test_the_tick_stands_in_the_picture_its_alternative_and_the_table(fonts: Path) -> None:
    rows, setting = read(fonts=fonts)
    chart = dumbbell_chart(rows[0], setting)
    assert {"ventet 243", "ventet 217"} <= set(re.findall(r">([^<>]*)</text>", chart.svg))
    told = "Din praksis: 262 pr. 1.000 til 221 pr. 1.000, ventet 243 pr. 1.000 (Sandsynlig ændring)"
    assert told in chart.alt.replace("\u00a0", " ")
    table = changes_table(rows, setting)
    assert table is not None
    own = [plain(cell).replace("\u00a0", " ") for cell in table.rows[1]]
    assert own[4:] == ["243", "230–257", "−13 %", "−21 til −4 %", "Sandsynlig ændring"]
    share = [plain(cell).replace("\u00a0", " ") for cell in table.rows[6]]
    assert share[4:] == ["32,5 %", "30,4–34,6", "+3,5", "+1,0 til +6,0", "Sandsynlig ændring"]


def test_too_few_has_no_tick_and_no_net_change(fonts: Path) -> None:
    rows, setting = read(fonts=fonts)
    assert rows[3].own is not None
    assert rows[3].own.judged.expected is not None
    assert dumbbell_chart(replace(rows[3], cluster=None), setting).svg.count("ventet") == 0
    table = changes_table(rows, setting)
    assert table is not None
    own = [plain(cell) for cell in table.rows[13]]
    assert own[1:] == ["–"] * 7 + ["For få data"]


def test_the_key_names_only_marks_that_are_drawn(fonts: Path) -> None:
    rows, setting = read(fonts=fonts)
    assert "Så usikkert er det ventede" in key_chart(rows, setting).svg
    old, setting = read(packs.Plan(judged=False), fonts=fonts)
    assert "Før" in key_chart(old, setting).svg
    assert "ventede" not in key_chart(old, setting).svg
    baseline, setting = read(packs.Plan(followup=False), fonts=fonts)
    assert ">Før<" not in key_chart(baseline, setting).svg


def test_others_have_no_verdict_in_letters_and_a_dark_bar_where_it_is_open(fonts: Path) -> None:
    rows, setting = read(reader="cluster", fonts=fonts)
    assert {row.judged.verdict for one in rows for row in one.others} == {None}
    letters = pairs_chart(rows[0], setting)
    rows, setting = read(packs.Plan(mode="open"), "cluster", fonts)
    seen = pairs_chart(rows[0], setting)
    assert letters is not None
    assert seen is not None
    assert letters.svg.count("#5f6b76") < seen.svg.count("#5f6b76")


def test_a_share_is_net_in_points_and_its_ends_lie_on_the_side_of_nought_that_the_ratio_says() -> None:
    rows, setting = read()
    row = own_with(rows[1], net_ratio=1.1, net_lower=1.0004, net_upper=1.2)
    net = net_change(row, rows[1].measure, setting)
    assert net is not None
    alone = 33.3 / 1.1
    assert float(net.change.replace(",", ".")) == pytest.approx(33.3 - alone, abs=0.005)
    assert float(net.lower.replace(",", ".")) == pytest.approx(alone * 0.0004, abs=0.005)
    assert net.lower.startswith("+0,01")
    assert net_change(own_with(rows[1], net_ratio=0.0), rows[1].measure, setting) is None
    assert net_change(own_with(rows[1], net_lower=None), rows[1].measure, setting) is None


def test_the_smallest_change_is_relative_for_a_rate_and_in_points_for_a_share() -> None:
    rows, setting = read()
    rate = own_with(rows[0], expected=200.0, detectable_change=24.4)
    assert detectable(rate, rows[0].measure, setting) == "12\u00a0%"
    share = own_with(rows[1], detectable_change=3.44)
    assert detectable(share, rows[1].measure, setting) == "3,4\u00a0procentpoint"
    nothing = own_with(rows[0], expected=0.0, detectable_change=3.0)
    assert detectable(replace(nothing, before=None), rows[0].measure, setting) == "3\u00a0pr.\u00a01.000"
    next_to_nothing = own_with(rows[0], expected=0.1, detectable_change=17.3)
    assert detectable(next_to_nothing, rows[0].measure, setting) == "17\u00a0pr.\u00a01.000"
    assert detectable(own_with(rows[0], detectable_change=None), rows[0].measure, setting) == ""


def test_an_unknown_verdict_stops_the_report() -> None:
    rows, setting = read()
    with pytest.raises(KeyError):
        pill(own_with(rows[0], verdict="perhaps"), setting)


def test_every_judged_row_of_the_pack_stands_within_its_own_words() -> None:
    """Of the test pack: the picture's tick, the sentence and the box carry the same expected figure."""
    made = packs.tables().figures_for(packs.practice_id("F")).filter(pl.col("own"))
    rows, setting = read()
    for one, record in zip(rows, made.iter_rows(named=True), strict=True):
        line = summary(one, setting)
        assert line is not None
        if record["verdict"] in (packs.LIKELY, packs.CHANCE):
            expected = setting.voice.numbers.shared(one.measure, record["expected"])
            assert f"ventet\u00a0{expected}" in plain(line[1])
            assert f"hvor {expected} var ventet" in plain(sentence(one.own, one, setting))  # type: ignore[arg-type]


def test_an_interval_that_reaches_to_any_multiple_is_not_printed_and_stops_nothing() -> None:
    rows, setting = read()
    for verdict in (packs.CHANCE, "likely change"):
        row = own_with(rows[0], verdict=verdict, net_ratio=1.2, net_lower=1e-30, net_upper=1e30)
        assert net_change(row, rows[0].measure, setting) is None
        assert "e+" not in words(row, rows[0], setting)
        assert len(words(row, rows[0], setting)) < 300
