"""Which steps run by themselves, and when in Denmark. The days, not the server's list of runs, say what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flows.clock import ZONE


@dataclass(frozen=True)
class Schedule:
    """The steps `steps` (of `flows.daily.STEPS`), each day at `at`, or each month on `day_of_month`."""

    name: str
    title: str
    at: time
    steps: tuple[str, ...]
    day_of_month: int | None = None

    @property
    def cron(self) -> str:
        """When, as Prefect reads it."""
        return f"{self.at.minute} {self.at.hour} {self.day_of_month or '*'} * *"

    def due(self, now: datetime) -> date:
        """The last day, at `now`, on which it was due."""
        here = now.astimezone(ZONE)
        day = here.date() if here.time() >= self.at else here.date() - timedelta(days=1)
        if self.day_of_month is None:
            return day
        if day.day < self.day_of_month:
            day = day.replace(day=1) - timedelta(days=1)
        return day.replace(day=self.day_of_month)

    def since(self, now: datetime) -> timedelta:
        """How long ago it was due."""
        return now - datetime.combine(self.due(now), self.at, ZONE)


# Between two and three an hour is missing on a night in March and comes twice on one in October.
NIGHTLY = Schedule(
    "nightly",
    "What lies in the inbox comes in, and what it completes is made",
    time(3, 10),
    ("inbox", "look", "render"),
)
DAILY = Schedule(
    "daily",
    "Requests looked at on a new day, follow-ups proposed, packs handed over, practices reminded, and what is late",
    time(6, 30),
    ("look", "render", "follow-ups", "deliver", "mail", "deadlines"),
)
MONTHLY = Schedule(
    "monthly", "What was written down is held against itself, and backed up", time(4, 30), ("trail", "backup"), 1
)
SCHEDULES = {each.name: each for each in (NIGHTLY, DAILY, MONTHLY)}
