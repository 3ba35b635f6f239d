"""The validating process: Great Expectations takes seconds to import, so one child imports it for a whole run.

Nothing heavy is imported here: the command line reads this module.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Self

from expectations.errors import ValidationUnavailableError
from transforms.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from transforms.checked import CheckResult, Reference
    from transforms.contract import Contract

_CHILD_ENVIRONMENT = {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}


class Validator:
    """One child process that validates staged extracts while the `with` block lasts; it starts importing at once."""

    def __init__(self) -> None:
        self._child: _Child | None = None
        self._changing = threading.Lock()

    def __enter__(self) -> Self:
        self._running_child()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._changing:
            child, self._child = self._child, None
        if child is not None:
            child.stop()

    def validate(self, staged: Path, contract: Contract, reference: Reference) -> tuple[CheckResult, ...]:
        """One result per check of `contract`, in its order. Blocks until the child has them.

        Raises:
            IncompleteCheckError: a check of the contract lacks what its rule needs.
            ValidationUnavailableError: the child died or the file cannot be opened. The next call has a new child.
        """
        child = self._running_child()
        try:
            return child.pool.submit(_validate, staged, contract, reference).result()
        except BrokenProcessPool:
            self._forget(child)
            raise ValidationUnavailableError(
                f"The process that checks {staged.name} ended before it was done: it ran out of memory or was stopped. "
                "Nothing was decided about the extract. Run the command again."
            ) from None

    def _running_child(self) -> _Child:
        with self._changing:
            if self._child is None:
                self._child = _Child()
            return self._child

    def _forget(self, child: _Child) -> None:
        with self._changing:
            if self._child is child:
                self._child = None
        child.stop()


class _Child:
    """One process and the pool that hands it work."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.pool = ProcessPoolExecutor(max_workers=1, mp_context=spawn, initializer=_prepare)
        with interrupts_held_back():
            self._process_id: Future[int] = self.pool.submit(os.getpid)
        self.pool.submit(_import)

    def stop(self) -> None:
        """End the child, whatever it is doing: it only reads, so there is nothing to finish."""
        with suppress(BrokenProcessPool):
            process_id = self._process_id.result()
            for process in multiprocessing.active_children():
                if process.pid == process_id:
                    process.terminate()
        self.pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Start children in here: Ctrl-C is for their parent alone to answer."""
    # A child is born with its parent's mask, so Ctrl-C cannot meet it before _prepare has run, with a traceback.
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _prepare() -> None:
    """Runs first in the child: whatever the user's environment says, it is quiet and sends nothing."""
    # Ctrl-C reaches the whole group of processes; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(_CHILD_ENVIRONMENT)
    # All that warns or logs in here is third-party code, and its terminal is the user's.
    warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())
    end_with_parent()


def end_with_parent() -> None:
    """Let this child process end when its parent does: a parent that is killed cannot stop it."""
    threading.Thread(target=_wait_for_the_end_of_the_parent, daemon=True).start()


def _wait_for_the_end_of_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _import() -> None:
    # A progress bar, even one that is never shown, makes a lock between processes; when the child is ended, Python
    # would tell the user that it leaked. One between threads does as well.
    import_module("tqdm").tqdm.set_lock(threading.RLock())
    import_module("expectations.validate")


def _validate(staged: Path, contract: Contract, reference: Reference) -> tuple[CheckResult, ...]:
    from expectations.validate import validate

    try:
        return validate(staged, contract, reference)
    except UserError:
        raise
    except Exception as error:
        # Only the kind of error leaves: its text may hold cell values, and not every error survives the way back.
        raise ValidationUnavailableError(
            f"Checking {staged.name} failed inside the checks ({type(error).__name__}). Nothing was decided about the "
            "extract. Run the command again."
        ) from None
