"""What the checks of a whole delivery say in a report: months, codes and counts, in the reader's language."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import report_packs as packs

from reports.checks import check_lines, failed_checks, measure_check_line
from reports.found import found_words
from reports.markdown import plain
from reports.setting import Setting
from reports.wording import voice
from transforms.checked import Found, findings_json
from transforms.published import CHECK

JUMP = {"say": "jump", "quantity": "items", "code": "J01CE02", "practices": 58, "of": 59}


def setting(language: str = "da") -> Setting:
    made = packs.tables(packs.Plan(language=language))
    return Setting(made.row, voice(language), Path(), member=True)


def told(*findings: dict[str, Any], language: str = "da") -> list[str]:
    return [plain(words).replace("\u00a0", " ") for words in found_words([json.dumps(findings)], setting(language))]


@pytest.mark.parametrize(
    ("finding", "da", "en"),
    [
        (
            {"say": "practices", "came": 1052, "expected": 1700},
            "1.052 af 1.700 ventede praksis er med.",
            "1,052 of 1,700 expected practices are there.",
        ),
        (
            {"say": "month_rows", "month": "2026-02", "share": 0.4312},
            "I februar 2026 er der 43 % af de sædvanlige rækker.",
            "In February 2026 there are 43% of the usual rows.",
        ),
        (
            {"say": "month_total", "month": "2026-01", "quantity": "ddd", "share": 10.08},
            "I januar 2026 er døgndoser 10 gange det sædvanlige.",
            "In January 2026 daily doses are 10 times the usual.",
        ),
        (
            {"say": "month_total", "month": "2026-01", "quantity": "ddd", "share": 0.0},
            "I januar 2026 er døgndoser under 1 % af det sædvanlige.",
            "In January 2026 daily doses are under 1% of the usual.",
        ),
        (
            JUMP | {"share": 2.34},
            "J01CE02, recepter: 2,3 gange det sædvanlige i 58 af 59 praksis.",
            "J01CE02, prescriptions: 2.3 times the usual in 58 of 59 practices.",
        ),
        (
            JUMP | {"share": 0.002},
            "J01CE02, recepter: næsten væk i 58 af 59 praksis.",
            "J01CE02, prescriptions: nearly gone in 58 of 59 practices.",
        ),
        (
            JUMP | {"share": 412.0},
            "J01CE02, recepter: ny i 58 af 59 praksis.",
            "J01CE02, prescriptions: new in 58 of 59 practices.",
        ),
        (
            {"say": "cluster", "name": "Søklyngen", "practices": 8},
            "Søklyngen mangler helt (8 praksis).",
            "Søklyngen is wholly missing (8 practices).",
        ),
    ],
)
def test_a_finding_is_a_sentence_in_both_languages(finding: dict[str, Any], da: str, en: str) -> None:
    assert (told(finding), told(finding, language="en")) == ([da], [en])


def test_many_findings_are_counted_after_the_first() -> None:
    lines = told(*(JUMP | {"share": 3.0} for _ in range(6)), {"say": "more", "n": 5})
    assert (len(lines), lines[-1]) == (5, "Og 7 til.")


def test_a_finding_without_words_is_left_out() -> None:
    assert told({"say": "no_history"}) == []


def test_a_name_from_the_registry_is_not_read_as_markdown() -> None:
    (words,) = found_words([json.dumps([{"say": "region", "name": "*R* [x](y)", "practices": 3}])], setting())
    assert "*R*" not in words
    assert plain(words).startswith("*R* [x](y) mangler helt")


def rows(*checks: dict[str, Any]) -> pl.DataFrame:
    usual = packs.tables().checks.row(0, named=True) | {"rows_failed": 0, "why": "Der mangler noget."}
    return pl.DataFrame([usual | check for check in checks], schema=CHECK)


def lines(*checks: dict[str, Any]) -> list[str]:
    return [plain(line).replace("\u00a0", " ") for line in check_lines(failed_checks(rows(*checks)), setting())]


def test_what_was_found_follows_what_it_means() -> None:
    found = findings_json([Found("practices", {"came": 52, "expected": 60})])
    assert lines({"check_id": "practices_delivered", "found": found}) == [
        "Datakontrol gav en advarsel: Der mangler noget. 52 af 60 ventede praksis er med. Kilde: Recepter."
    ]


def test_what_could_not_be_asked_is_neither_passed_nor_failed() -> None:
    every = [(check, file) for check in ("a", "b") for file in ("1.csv", "2.csv")]
    unasked = [{"check_id": check, "outcome": "not_asked", "file_name": file} for check, file in every]
    assert lines(*unasked) == [
        "Alle kontroller, der kunne gennemføres, er bestået.",
        "For 2 udtræk kunne det ikke fuldt undersøges, om alt er kommet med: der er for lidt at sammenligne med. "
        "Kilde: Recepter.",
    ]
    assert measure_check_line(packs.package().measures[0], failed_checks(rows(*unasked)), setting()) is None


def test_a_quantity_touches_only_measures_that_count_it() -> None:
    measure = packs.package().measures[0]
    doses = measure.model_copy(update={"numerator": measure.numerator.model_copy(update={"quantity": "ddd"})})
    (check,) = failed_checks(rows({"check_id": "total_against_history.ddd"}))
    assert measure_check_line(measure, [check], setting()) is None
    assert measure_check_line(doses, [check], setting()) is not None
    both = replace(check, check_id="total_against_history.items.ddd")
    assert measure_check_line(measure, [both], setting()) is not None
