"""For which days each schedule was done: a day is done once, whoever asks, and what was missed is known."""

from __future__ import annotations

from datetime import date

from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
from warehouse.queries import one_value, run
from warehouse.workspace import Store


def last_done(store: Store, schedule: str, until: date) -> date | None:
    """The last day up to `until` for which `schedule` was done; None: none.

    Later days were entered while the machine's clock was ahead: they would keep everything waiting for that day.
    """
    with reading(store.database) as connection:
        return one_value(connection, "read_scheduled_day", {"schedule": schedule, "until": until})


def done(store: Store, schedule: str, day: date, run_id: str) -> None:
    """Remember that `schedule` was done for `day`, by the run `run_id` of the ledger."""
    with writing(store.database) as connection:
        row = {"schedule": schedule, "day": day, "done_at": utc_now(), "run_id": run_id}
        run(connection, "enter_scheduled_day", row)
