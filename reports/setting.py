"""What every part of one report needs to know: the pack, who reads it, and in which language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.rows import Point, Row
from reports.wording import Voice
from transforms.definitions import Measure


@dataclass(frozen=True)
class Setting:
    """One report's surroundings. `pack` is the row of report.pack."""

    pack: Mapping[str, Any]
    voice: Voice
    fonts: Path
    member: bool

    @property
    def followup(self) -> bool:
        return self.pack["before_start"] is not None

    @property
    def open_mode(self) -> bool:
        return self.pack["mode"] == "open"

    def period(self, window: str) -> str:
        """The months of `before` or `now`."""
        return self.voice.numbers.period(self.pack[f"{window}_start"], self.pack[f"{window}_end"])

    def state(self, point: Point | None) -> str:
        """The word for why there is no value, without brackets."""
        if point is not None and point.bounded is not None:
            return self.voice.write("bound", "none")
        return self.voice.write("state", point.state if point else "absent")

    def reason(self, row: Row) -> str:
        """Why before and now are not to be compared, in words."""
        unknown = self.voice.write("reason", "unknown")
        if row.reason is not None or not row.comparable:
            return self.voice.known("reason", row.reason or "unknown", unknown)
        if row.before is None or not row.before.readable:
            return self.voice.write("reason", "before_state", state=self.state(row.before))
        return unknown

    def value(self, measure: Measure, point: Point | None) -> str:
        """A figure with its unit, or what it lies between, or the word for its state."""
        if point is not None and point.bounded is not None:
            return point.bounded.between(measure, self)
        if point is None or point.value is None:
            return self.state(point)
        return self.voice.numbers.with_unit(measure, point.value)

    def beside(self, measure: Measure, point: Point | None) -> str:
        """The same where the unit has been named already: `262`, but `29,8 %`."""
        if point is not None and point.bounded is not None:
            return point.bounded.short(measure, self)
        if point is None or point.value is None:
            return self.state(point)
        return self.voice.numbers.shared(measure, point.value)

    def relative(self, ratio: float) -> str:
        """`−16 %`: a ratio as the relative change."""
        return self.voice.numbers.percent((ratio - 1) * 100, signed=True)
