"""The ledger of runs: which flow ran when, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from transforms.errors import UserError
from warehouse.connection import writing
from warehouse.ledger import utc_now
from warehouse.queries import run
from warehouse.workspace import Store


@contextmanager
def recorded(store: Store, flow: str) -> Iterator[str]:
    """Enter a run of `flow` while the block lasts; gives its number. An error's own text is not kept."""
    run_id = uuid4().hex
    with writing(store.database) as connection:
        run(connection, "begin_run", {"run_id": run_id, "flow": flow, "started_at": utc_now()})
    try:
        yield run_id
    except UserError as error:
        _end(store, run_id, "refused", str(error))
        raise
    except BaseException as error:
        _end(store, run_id, "failed", type(error).__name__)
        raise
    _end(store, run_id, "done", "")


def _end(store: Store, run_id: str, state: str, summary: str) -> None:
    with writing(store.database) as connection:
        run(
            connection,
            "end_run",
            {"run_id": run_id, "ended_at": utc_now(), "state": state, "summary": summary},
        )
