"""Data checks that did not pass: how grave, what it means, how many rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import report_packs as packs

from reports.assemble import assemble
from reports.checks import check_lines, failed_checks, measure_check_line
from reports.markdown import plain
from reports.pack import documents
from reports.setting import Setting
from reports.wording import voice
from transforms.published import CHECK

WHY = "Indikation mangler oftere end aftalt"


def setting(language: str = "da") -> Setting:
    made = packs.tables(packs.Plan(language=language))
    return Setting(made.row, voice(language), Path(), member=True)


def checks(*found: tuple[str, str], failed: int = 612, language: str = "da") -> list[str]:
    made = packs.tables(packs.Plan(checks=found, language=language)).checks
    shown = failed_checks(made.with_columns(pl.lit(failed, dtype=CHECK["rows_failed"]).alias("rows_failed")))
    return [plain(line).replace("\u00a0", " ") for line in check_lines(shown, setting(language))]


@pytest.mark.parametrize(
    ("severity", "lead"),
    [
        ("critical", "Datakontrol ikke bestået:"),
        ("warning", "Datakontrol gav en advarsel:"),
        ("info", "Til oplysning om data:"),
    ],
)
def test_each_severity_has_a_lead_of_its_own(severity: str, lead: str) -> None:
    (line,) = checks((severity, "failed"))
    assert line == f"{lead} {WHY} (5 % af rækkerne: 612 af 12.000). Kilde: Recepter."


@pytest.mark.parametrize(
    ("severity", "lead"),
    [
        ("critical", "Data check not passed:"),
        ("warning", "A data check gave a warning:"),
        ("info", "For information about the data:"),
    ],
)
def test_the_same_in_english(severity: str, lead: str) -> None:
    (line,) = checks((severity, "failed"), language="en")
    assert line == f"{lead} {WHY} (5% of the rows: 612 of 12,000). Source: Prescriptions."


@pytest.mark.parametrize(
    ("failed", "share"), [(4, "under 0,1 %"), (48, "0,4 %"), (12000, "100 %"), (119, "1,0 %"), (120, "1 %")]
)
def test_a_small_share_is_not_written_as_nought(failed: int, share: str) -> None:
    assert f"({share} af rækkerne:" in checks(("warning", "failed"), failed=failed)[0]


def test_a_check_without_rows_has_no_share_and_one_that_crashed_says_so() -> None:
    assert checks(("warning", "failed"), failed=0) == [f"Datakontrol gav en advarsel: {WHY}. Kilde: Recepter."]
    assert checks(("critical", "crashed")) == [f"Datakontrol kunne ikke gennemføres: {WHY}. Kilde: Recepter."]


def test_information_is_never_called_not_passed(fonts: Path) -> None:
    made = packs.tables(packs.Plan(checks=(("info", "failed"),)))
    markdown = assemble(documents(made, packs.package(), {})[0], fonts).markdown
    assert "**Til oplysning om data:**" in markdown
    assert "ikke bestået" not in markdown


def test_a_band_prints_one_check_in_full_and_counts_several() -> None:
    measure = packs.package().measures[0]
    several = failed_checks(packs.tables().checks)
    one = measure_check_line(measure, several[1:], setting())
    assert one is not None
    assert plain(one).startswith("Datakontrol gav en advarsel: ")
    counted = measure_check_line(measure, several, setting())
    assert counted == "**Datakontrol:** 1 advarsel, 1 ikke gennemført. Se Kontrol af data."


def test_all_passed_is_said_too() -> None:
    assert checks() == ["Alle kontroller er bestået."]
