"""The ledger of runs: which flow ran when, in which process, and how it ended.

A run is leased by its process (`warehouse.owners`): one that stands as `running` while its owner has ended has crashed.
What Prefect says about a run decides nothing; its page is put right after what stands here.
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
from warehouse.owners import forget_gone, is_gone, owner
from warehouse.queries import run
from warehouse.workspace import Store

CRASHED = "its process ended before it was done; the next run goes on from what was kept"


@contextmanager
def recorded(store: Store, flow: str, flow_run_id: str | None = None) -> Iterator[str]:
    """Enter a run of `flow` while the block lasts; gives its number. An error's own text is not kept.

    `flow_run_id` is Prefect's number of it.
    """
    run_id = uuid4().hex
    begun = {"run_id": run_id, "flow": flow, "started_at": utc_now(), "flow_run_id": flow_run_id}
    begun |= {"owner": owner(store)}
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
    """Mark the runs whose process has ended; how many. Anybody may call this at any time."""
    with reading(store.database) as connection:
        running = [name for (name,) in run(connection, "read_running").fetchall()]
    gone = [name for name in running if is_gone(store, name)]
    if gone:
        values = {"ended_at": utc_now(), "summary": CRASHED, "owners": [name for name in gone if name is not None]}
        with writing(store.database) as connection:
            run(connection, "end_crashed_runs", values)
    forget_gone(store)
    return len(gone)


def of_flow_runs(store: Store) -> dict[str, bool]:
    """By Prefect's number of a run: whether it is still at work, which takes a process that lives."""
    with reading(store.database) as connection:
        rows = run(connection, "read_run_states").fetchall()
    return {number: state == "running" and not is_gone(store, name) for number, state, name in rows}


def _end(store: Store, run_id: str, state: str, summary: str) -> None:
    with writing(store.database) as connection:
        run(
            connection,
            "end_run",
            {"run_id": run_id, "ended_at": utc_now(), "state": state, "summary": summary},
        )
