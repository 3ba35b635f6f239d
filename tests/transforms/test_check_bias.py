"""By how much a failed check may have moved a measure."""

from __future__ import annotations

import math

import pytest
from small_region import RATE, SHARE

from transforms.check_bias import check_bias


@pytest.mark.parametrize(
    ("effects", "bias"),
    [
        ({}, 0),
        ({"services": [0.5]}, 0),  # another source
        ({"prescriptions": [0.9]}, -math.log(0.9)),
        ({"prescriptions": [1 / 0.9, 0.95]}, -math.log(0.9)),  # the furthest off, in either direction
        ({"prescriptions": [0.9], "list_sizes": [0.8]}, -math.log(0.72)),
    ],
)
def test_a_rate_is_off_by_both_its_sources(effects: dict[str, list[float]], bias: float) -> None:
    assert check_bias(RATE, effects) == pytest.approx(bias)


def test_a_share_within_one_source_is_off_once() -> None:
    assert check_bias(SHARE, {"prescriptions": [0.9]}) == pytest.approx(-math.log(0.9))
