"""How figures are read and written."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
import report_packs as packs

from reports.markdown import Markdown, escaped, quoted
from reports.numbers import MINUS, NBSP, Numbers
from reports.rows import MeasureRows, measures
from reports.wording import UnknownLanguageError, voice
from transforms.comparison import REASONS
from transforms.published import STATES

DA, EN = Numbers("da"), Numbers("en")
RATE, SHARE = packs.package().measures[:2]


def of_audience(audience: str, plan: packs.Plan | None = None) -> list[MeasureRows]:
    tables = packs.tables(plan)
    return measures(packs.package(), tables.figures_for(audience), tables.row)


@pytest.mark.parametrize(
    ("number", "decimals", "signed", "da", "en"),
    [
        (1234.5, 1, False, "1.234,5", "1,234.5"),
        (-41.2, 0, True, f"{MINUS}41", f"{MINUS}41"),
        (3.54, 1, True, "+3,5", "+3.5"),
        (-0.04, 1, True, "0,0", "0.0"),
    ],
)
def test_decimals_follow_the_language(number: float, decimals: int, signed: bool, da: str, en: str) -> None:
    assert DA.decimal(number, decimals, signed=signed) == da
    assert EN.decimal(number, decimals, signed=signed) == en


def test_a_share_has_a_percent_sign_and_a_rate_its_unit() -> None:
    assert DA.with_unit(SHARE, 35.7) == f"35,7{NBSP}%"
    assert EN.with_unit(SHARE, 35.7) == "35.7%"
    assert DA.with_unit(RATE, 1072) == f"1.072{NBSP}pr.{NBSP}1.000"
    assert DA.with_unit(SHARE, 0) == f"0{NBSP}%"


def test_periods_and_days() -> None:
    assert DA.period(date(2025, 1, 1), date(2025, 6, 30)) == "jan.–jun. 2025"
    assert EN.period(date(2025, 10, 1), date(2026, 3, 31)) == "Oct 2025–Mar 2026"
    assert DA.short_day(date(2026, 9, 23)) == "23. sep. 2026"


def test_data_is_escaped_and_words_are_not() -> None:
    assert escaped("*_#$<@[") == r"\*\_\#\$\<\@\["
    assert escaped(Markdown("**x**")) == "**x**"
    assert Markdown("**{a}**").fill(a="{b}*") == r"**\{b\}\***"
    assert quoted('a"b') == r'"a\\\"b"'


def test_own_cluster_region_and_others_are_told_apart() -> None:
    rows = of_audience(packs.practice_id("F"))[0]
    assert rows.own is not None
    assert rows.own.sign == "F"
    assert len(rows.others) == 17
    assert {row.level for row in (rows.cluster, rows.region) if row} == {"cluster", "region"}


def test_with_few_delivered_no_other_practice_is_read() -> None:
    rows = of_audience(packs.practice_id("F"), packs.Plan(practices="FGKL", delivered="FGK"))[0]
    assert rows.others == ()
    assert rows.withheld == "too_few"


def test_names_get_a_letter_in_the_order_of_the_alphabet() -> None:
    names = {"F": "Bech", "G": "Aagaard", "T": "Carlsen"}
    plan = packs.Plan(mode="open", practices="FGT", delivered="FGT", names=names)
    signs = {row.label: row.sign for row in of_audience("cluster", plan)[0].others}
    assert signs == {"Bech": "A", "Carlsen": "B", "Aagaard": "C"}  # aa is å, the last letter


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_state_and_reason_has_its_own_words(language: str) -> None:
    words = voice(language).words
    assert len({words["state"][state] for state in STATES}) == len(STATES)
    assert set(REASONS) <= set(words["reason"])


def test_both_languages_say_the_same_things() -> None:
    danish, english = voice("da").words, voice("en").words
    assert {(section, key) for section in danish for key in danish[section]} == {
        (section, key) for section in english for key in english[section]
    }


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(UnknownLanguageError, match="'sv'"):
        voice("sv")


def test_figures_of_another_audience_are_not_read() -> None:
    tables = packs.tables()
    own = tables.figures_for(packs.practice_id("F")).filter(pl.col("own"))
    assert own["label"].unique().to_list() == ["F"]
