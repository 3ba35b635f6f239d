"""The measurement of the verdict: it goes the whole way, repeats itself, and says when an aim is missed."""

from __future__ import annotations

import polars as pl
import pytest

from bench.verdict import SCENARIOS, main, simulate
from bench.verdict_rates import aims_missed, share


def test_a_few_regions_go_the_whole_way(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--quick", "--regions", "3"])
    printed = capsys.readouterr().out
    for line in ("false alarms", "highest baselines", "15% lower: found", "by practices", "detectable: found"):
        assert printed.count(line) >= 3
    assert "share of 3 %" in printed


def test_the_same_seed_gives_the_same_verdicts_and_no_number_is_lost() -> None:
    first, second = (simulate(SCENARIOS[2], 2, seed=5) for _ in range(2))
    assert first.quiet.equals(second.quiet)
    assert first.true.filter(level="cluster").height == 44
    assert first.quiet["verdict"].null_count() == 0


def verdicts(likely: int, units: int) -> pl.DataFrame:
    words = ["likely change"] * likely + ["cannot be told from chance"] * (units - likely)
    return pl.DataFrame({"verdict": words, "region_id": range(units), "level": "cluster", "before_value": range(units)})


def test_a_share_has_wilsons_interval_where_every_unit_is_its_own_region() -> None:
    found = share(verdicts(10, 200))
    assert (found.rate, found.units) == (0.05, 200)
    assert (found.lower, found.upper) == pytest.approx((0.0274, 0.0896), abs=2e-4)


def test_units_of_one_region_that_are_alike_count_for_less() -> None:
    alike = verdicts(10, 200).with_columns(region_id=pl.col("before_value") // 10)
    assert share(alike).upper > share(verdicts(10, 200)).upper


@pytest.mark.parametrize(("likely", "missed"), [(10, 0), (11, 1)])
def test_an_aim_is_missed_by_the_rate_itself(likely: int, missed: int) -> None:
    units = verdicts(likely, 200).with_columns(before_value=pl.col("before_value").shuffle(seed=3))
    told = [line for line in aims_missed([("s", units)]) if "baselines" not in line]
    assert len(told) == missed
