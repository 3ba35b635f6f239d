"""Sorting by Danish rules, checked against the order of a Danish telephone book; numbers and dates beside it."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
import report_packs as packs

from reports.alphabet import alphabetical
from reports.numbers import Numbers
from reports.rows import measures

IN_ORDER = (
    *("Adelgade", "adelgades", "Bakken", "Torvet", "Uldum", "Vesterbro", "Ydby", "Zealand"),
    *("Æbeltoft", "Ærø", "Ølgod", "Østerbro", "Aabenraa", "Åby", "Aarhus", "Årup"),
)


def test_ae_oe_and_aa_come_last_and_double_a_is_the_last_of_them() -> None:
    shuffled = random.Random(7).sample(IN_ORDER, len(IN_ORDER))
    assert tuple(sorted(shuffled, key=alphabetical)) == IN_ORDER


def test_practices_called_by_name_stand_in_that_order() -> None:
    names = dict(zip(packs.LETTERS, reversed(IN_ORDER), strict=False))
    plan = packs.Plan(mode="open", names=names, practices=packs.LETTERS[:16], readers="")
    made = packs.tables(plan)
    for rows in measures(packs.package(), made.figures_for("cluster"), made.row):
        labels = [row.label for row in rows.others]
        assert labels == [name for name in IN_ORDER if name in labels]
        assert len(labels) > 10


def test_letters_stay_in_the_order_they_always_had() -> None:
    letters = packs.tables().figures.filter(pl.col("label").str.len_chars() == 1)["label"].unique().to_list()
    assert sorted(letters, key=alphabetical) == sorted(letters)


def test_numbers_and_dates_are_written_as_a_dane_writes_them() -> None:
    danish, nbsp = Numbers("da"), "\u00a0"
    assert [danish.decimal(1234567.891, 2), danish.decimal(-0.5, 1), danish.percent(12.5, 1)] == [
        "1.234.567,89",
        "\u22120,5",
        f"12,5{nbsp}%",
    ]
    months = [danish.short_day(date(2026, month, 1)) for month in (1, 5, 8, 10, 12)]
    assert months == ["1. jan. 2026", "1. maj 2026", "1. aug. 2026", "1. okt. 2026", "1. dec. 2026"]
