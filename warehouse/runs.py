"""The ledger of runs: which flow ran when, in which process, and how it ended.

The command lock is a run's lease: the system holds it for as long as the process lives and lets go when it dies, so a
run that stands as `running` for whoever holds the lock has crashed. What Prefect says about a run decides nothing.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from transforms.errors import MachineError, UserError
from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
from warehouse.queries import one_value, run
from warehouse.workspace import Store

CRASHED = "its process ended before it was done; the next run goes on from what was kept"


@contextmanager
def recorded(store: Store, flow: str) -> Iterator[str]:
    """Enter a run of `flow` while the block lasts; gives its number. An error's own text is not kept."""
    run_id = uuid4().hex
    begun = {"run_id": run_id, "flow": flow, "started_at": utc_now()}
    with writing(store.database) as connection:
        run(connection, "begin_run", begun | {"process_id": os.getpid(), "host": platform.node()})
    try:
        yield run_id
    except BaseException as error:
        # Where the end cannot be written, what went wrong matters more; the next command enters it as crashed.
        with suppress(MachineError):
            _end(store, run_id, *_ending(error))
        raise
    _end(store, run_id, "done", "")


def _ending(error: BaseException) -> tuple[str, str]:
    if isinstance(error, UserError):
        return "refused", str(error)
    return ("stopped" if isinstance(error, KeyboardInterrupt) else "failed"), type(error).__name__


def end_crashed(store: Store) -> int:
    """Mark runs whose process is gone; how many. Only whoever holds the command lock may call this."""
    with reading(store.database) as connection:
        crashed = one_value(connection, "count_running")
    if crashed:
        with writing(store.database) as connection:
            run(connection, "end_crashed_runs", {"ended_at": utc_now(), "summary": CRASHED})
    return crashed


def _end(store: Store, run_id: str, state: str, summary: str) -> None:
    with writing(store.database) as connection:
        run(
            connection,
            "end_run",
            {"run_id": run_id, "ended_at": utc_now(), "state": state, "summary": summary},
        )
