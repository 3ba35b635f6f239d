"""The measurements of ingest go the whole way: a stage whose signature changed would stop them."""

from __future__ import annotations

import pytest

from bench.ingest import main


def test_every_stage_is_measured_and_a_repetition_of_last_year_fails_no_delivery_check(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["--millions", "0.012"])
    printed = capsys.readouterr().out
    for stage in ("bare read_csv", "land", "stage", "checks of rows", "checks of the delivery", "promote", "all"):
        assert f"\n{stage}" in printed
    # What is not passed is told on a line of its own.
    assert [line.split(":")[0].strip() for line in printed.splitlines() if line[:4] == "    "] == [
        "not_null.indication"
    ]
