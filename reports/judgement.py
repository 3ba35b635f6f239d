"""What a follow-up's figures can bear, read out of report.figure: the verdict, and what it was held against.

The verdict is made in `transforms` and read here. Words and pictures follow it; nothing of it is worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["likely change", "cannot be told from chance", "too few data", "not comparable"]
LEVELS: Mapping[str, int] = {"practice": 99, "cluster": 95}
"""The confidence in per cent of a verdict and of the intervals it rests on, `net_` and `expected_`."""


@dataclass(frozen=True)
class Judgement:
    """One row's verdict. Every part is null where it is not known, as all are in a baseline pack."""

    verdict: Verdict | None = None
    reason: str | None = None
    expected: float | None = None
    expected_lower: float | None = None
    expected_upper: float | None = None
    background_ratio: float | None = None
    net_ratio: float | None = None
    net_lower: float | None = None
    net_upper: float | None = None
    detectable_change: float | None = None

    @property
    def expected_interval(self) -> tuple[float, float] | None:
        if self.expected_lower is None or self.expected_upper is None:
            return None
        return self.expected_lower, self.expected_upper


_PARTS = tuple(Judgement.__dataclass_fields__)[2:]


def judgement(record: Mapping[str, Any]) -> Judgement:
    """The judgement of one row of report.figure."""
    return Judgement(record["verdict"], record["verdict_reason"], *(record[part] for part in _PARTS))
