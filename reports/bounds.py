"""What is said of a cluster's figure while too few have delivered: what it lies between, or why that cannot be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.markdown import Markdown

if TYPE_CHECKING:
    from reports.setting import Setting
    from transforms.definitions import Measure

_SAME_WORDS = {"telling": "few"}
"""Reasons that are told alike: that one practice outweighs the others would already say something about it."""


@dataclass(frozen=True)
class Bounded:
    """How many practices have delivered of a measure and what the cluster's figure lies between (transforms.bounds)."""

    practices: int
    lower: float | None
    upper: float | None
    basis: str | None
    reason: str | None

    def ends(self, measure: Measure, setting: Setting) -> tuple[str, str] | None:
        """Both bounds as they are written: no finer than their grid."""
        if self.lower is None or self.upper is None:
            return None
        whole = self.lower == round(self.lower) and self.upper == round(self.upper)
        coarse = measure.model_copy(update={"decimals": 0}) if whole else measure
        numbers = setting.voice.numbers
        return numbers.figure(coarse, self.lower), numbers.with_unit(coarse, self.upper)

    def between(self, measure: Measure, setting: Setting) -> str:
        """`mellem 10 og 85 %`; where there are no bounds, that too few have delivered."""
        ends = self.ends(measure, setting)
        if ends is None:
            return setting.voice.write("bound", "none")
        return setting.voice.write("bound", "between", lower=ends[0], upper=ends[1])

    def short(self, measure: Measure, setting: Setting) -> str:
        """`10–85 %`, where the unit has been named already; where there are no bounds, that too few have delivered."""
        if self.lower is None or self.upper is None:
            return setting.voice.write("bound", "none")
        whole = self.lower == round(self.lower) and self.upper == round(self.upper)
        coarse = measure.model_copy(update={"decimals": 0}) if whole else measure
        numbers = setting.voice.numbers
        return setting.voice.write(
            "bound", "short", lower=numbers.figure(coarse, self.lower), upper=numbers.shared(coarse, self.upper)
        )


def bounds_by_measure(rows: Iterable[Mapping[str, Any]]) -> dict[str, Bounded]:
    """The rows of report.bound by their measure."""
    return {
        row["measure_id"]: Bounded(row["practices"], row["lower"], row["upper"], row["basis"], row["reason"])
        for row in rows
    }


def bound_sentence(bounded: Bounded, measure: Measure, setting: Setting) -> Markdown:
    """How many have delivered, what the figure lies between, and what that rests on; or why it cannot be said."""
    say, members = setting.voice.say, int(setting.pack["practices_members"])
    came = say("bound", "delivered", delivered=bounded.practices, members=members)
    ends = bounded.ends(measure, setting)
    if ends is None:
        reason = bounded.reason or "few"
        return Markdown(f"{came} {say('bound', f'reason_{_SAME_WORDS.get(reason, reason)}')}")
    return Markdown(f"{came} {say('bound', str(bounded.basis), lower=ends[0], upper=ends[1])}")
