"""What a share of a counted group may count: patients of that group, and not all there are of a kind."""

from __future__ import annotations

import tomllib

import pytest

from flows.linting import SHIPPED

PACKAGES = sorted(path.parent.name for path in SHIPPED.glob("*/package.toml"))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_group_that_is_counted_of_the_whole_list_is_no_part_of_a_narrower_one(package: str) -> None:
    """Patients are counted already: what is shared by two groups is a group of its own, or nobody has counted it."""
    measures = tomllib.loads((SHIPPED / package / "package.toml").read_text(encoding="utf-8")).get("measures", [])
    of_list = {
        group
        for measure in measures
        if measure.get("denominator", {}).get("source") == "list_sizes"
        for group in measure["numerator"].get("groups", [])
    }
    within = {
        group
        for measure in measures
        if measure["kind"] == "proportion" and measure["denominator"].get("groups")
        for group in measure["numerator"].get("groups", [])
    }
    assert of_list & within == set()
