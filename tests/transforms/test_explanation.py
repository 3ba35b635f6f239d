"""The steps to a figure: each formula, worked out from the printed line, gives the printed result."""

from __future__ import annotations

import math
import re

import pytest
from small_region import BASELINE, FOLLOWUP, MINIMUM, NOW, RATE, SHARE, SmallRegion, random_region

from transforms.definitions import Measure
from transforms.explanation import Level, NoFigureError, Step, explain
from transforms.package_figures import MeasureRun

NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"


def crowded() -> SmallRegion:
    """Four clusters of three practices; in the first one, everybody prescribes less in the follow-up."""
    region = SmallRegion()
    for cluster in range(4):
        for place in range(3):
            name = f"p{cluster}{place}"
            region.add(name, cluster=f"c{cluster + 1}", items=40 + 5 * place + 3 * cluster)
            for month in NOW:
                region.prescribes(name, month, (25 if cluster == 0 else 41) + 4 * place + (place * cluster) % 3)
    return region


def steps(level: Level, unit: str, measure: Measure = RATE, region: SmallRegion | None = None) -> dict[str, Step]:
    run = MeasureRun(measure, (region or crowded()).facts(), BASELINE, FOLLOWUP, MINIMUM)
    return {step.title: step for step in explain(run, level, unit)}


def numbers(line: str) -> list[float]:
    return [float(found) for found in re.findall(NUMBER, line)]


def the(found: dict[str, Step], title: str) -> Step:
    return next(step for name, step in found.items() if name.startswith(title))


@pytest.mark.parametrize("measure", [RATE, SHARE], ids=["rate", "share"])
@pytest.mark.parametrize(("level", "unit"), [("practice", "p00"), ("cluster", "c1")])
def test_the_months_add_up_to_the_value(level: Level, unit: str, measure: Measure) -> None:
    found = steps(level, unit, measure)
    for side in ("Baseline", "Follow-up"):
        months = [numbers(line)[-2:] if level == "practice" else numbers(line)[-3:-1] for line in _months(found, side)]
        division = next(line for line in the(found, f"{side}: the value").lines if " / " in line)
        numerator, denominator, per, value = numbers(division)
        share = 3 if measure is RATE else 1
        assert sum(month[0] for month in months) == numerator
        assert sum(month[1] for month in months) / share == pytest.approx(denominator)
        assert numerator / denominator * per == pytest.approx(value)


@pytest.mark.parametrize("measure", [RATE, SHARE], ids=["rate", "share"])
@pytest.mark.parametrize(("level", "unit"), [("practice", "p00"), ("cluster", "c1")])
def test_the_rows_read_add_up_to_the_value(level: Level, unit: str, measure: Measure) -> None:
    found = steps(level, unit, measure)
    for side in ("Baseline", "Follow-up"):
        division = next(line for line in the(found, f"{side}: the value").lines if " / " in line)
        numerator, denominator = numbers(division)[:2]
        read = the(found, f"{side}: the rows").lines
        for part, expected in (("numerator", numerator), ("denominator", denominator * (3 if measure is RATE else 1))):
            whole, *single = [numbers(line)[-1] for line in read if line.startswith(part)]
            assert whole == pytest.approx(expected if part == "numerator" or measure is RATE else denominator)
            assert not single or sum(single) == whole


def _months(found: dict[str, Step], side: str) -> list[str]:
    months = next(step for title, step in found.items() if title.startswith(side) and "months that count" in title)
    return [line for line in months.lines if re.match(r"\d{4}-\d\d: numerator", line)]


@pytest.mark.parametrize("measure", [RATE, SHARE], ids=["rate", "share"])
@pytest.mark.parametrize(("level", "unit"), [("practice", "p21"), ("cluster", "c1"), ("cluster", "c3")])
def test_what_was_to_be_expected_follows_from_the_printed_steps(level: Level, unit: str, measure: Measure) -> None:
    lines = the(steps(level, unit, measure), "Expected").lines
    dispersion, steepness, size, passing, half, again, square, noise = numbers(lines[0].replace("^2", " 2"))
    assert dispersion * steepness / size + passing / half * again**square == pytest.approx(noise, rel=1e-6)
    lasting, _, _, weight = numbers(lines[1])
    assert (lasting / (lasting + noise) if lasting else 0) == pytest.approx(weight, rel=1e-6)
    mean, _, baseline, _, shrunken, background = numbers(lines[2].replace(" - ", " "))
    assert mean + weight * (baseline - mean) == pytest.approx(shrunken, rel=1e-6)
    moved = math.log(shrunken) if measure is RATE else math.log(shrunken / (1 - shrunken))
    value = math.exp(moved + background) if measure is RATE else 1 / (1 + math.exp(-moved - background))
    assert value * measure.per == pytest.approx(numbers(lines[3])[0], rel=1e-6)


def test_a_cluster_says_who_moved_it_and_the_sum_is_its_change() -> None:
    found = steps("cluster", "c1")
    moved = the(found, "Who moved").lines
    change = numbers(the(found, "Change").lines[0])[2]
    parts = [float(re.search(rf": ({NUMBER}) \(share", line)[1]) for line in moved[:-1]]  # type: ignore[index]
    assert sum(parts) == pytest.approx(numbers(moved[-1])[0])
    assert sum(parts) == pytest.approx(change)


def test_a_month_that_does_not_count_is_named() -> None:
    region = SmallRegion().add("a", months=NOW).add("b", cluster="c2")
    lines = the(steps("practice", "a", region=region), "Baseline 20").lines
    assert lines
    assert all("does not count" in line for line in lines)


@pytest.mark.parametrize("seed", range(4))
def test_every_unit_of_a_region_of_chance_can_be_explained(seed: int) -> None:
    run = MeasureRun(RATE, random_region(seed).facts(), BASELINE, FOLLOWUP, MINIMUM)
    for level, unit in run.figures().select("level", "unit_id").unique().iter_rows():
        assert explain(run, level, unit)[0].title == "What is counted"


def test_a_unit_that_is_not_there_is_an_error_of_its_own() -> None:
    with pytest.raises(NoFigureError):
        steps("practice", "nobody")
