"""Work in a process of its own, whose memory holds what that work read and no more. Nothing heavy is imported here."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from traceback import extract_tb
from typing import Any, TypeVar

from transforms.errors import MachineError, UserError

Result = TypeVar("Result")
ROOT = Path(__file__).parents[1]


class ProcessEndedError(MachineError):
    """The process ended before its work was done."""


def in_own_process(work: Callable[..., Result], *given: object) -> Result:
    """What `work`, a function of a module, gives for `given`; both go there and back as copies.

    Raises:
        ProcessEndedError: it ran out of memory, was stopped, or failed in a way that may tell of the data.
        UserError, OSError: what `work` raised.
    """
    spawn = multiprocessing.get_context("spawn")
    line, theirs = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_do, args=(theirs, work, given))
    child.start()
    theirs.close()
    try:
        failed, outcome = line.recv()
    except EOFError:
        raise _ended("ran out of memory or was stopped") from None
    except BaseException:
        child.kill()
        raise
    finally:
        line.close()
        child.join()
    if failed:
        raise outcome
    return outcome


def end_with_parent() -> None:
    """Let this child process end when its parent does: a parent that is killed cannot stop it."""
    threading.Thread(target=_wait_for_the_end_of_the_parent, daemon=True).start()


def _wait_for_the_end_of_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _do(line: Connection, work: Callable[..., Any], given: tuple[object, ...]) -> None:
    """Runs in the child."""
    # Ctrl-C reaches the whole group of processes; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    end_with_parent()
    with contextlib.suppress(BrokenPipeError):
        line.send(_outcome(work, given))


def _outcome(work: Callable[..., Any], given: tuple[object, ...]) -> tuple[bool, Any]:
    try:
        return False, work(*given)
    except (UserError, OSError) as error:
        return True, error
    except Exception as error:
        # Only the kind of error and its place leave: its text may hold cells.
        return True, _ended(f"failed with {type(error).__name__}{_place(error)}")


def _place(error: Exception) -> str:
    """The innermost line of our own that led to it."""
    frames = [(Path(frame.filename), frame.lineno) for frame in extract_tb(error.__traceback__)]
    ours = [each for each in frames if each[0].is_relative_to(ROOT) and "site-packages" not in each[0].parts]
    return f" in {ours[-1][0].relative_to(ROOT).as_posix()}, line {ours[-1][1]}" if ours else ""


def _ended(why: str) -> ProcessEndedError:
    return ProcessEndedError(
        f"A part of this command, in a process of its own, {why}. Nothing is lost: run the same command again, and it "
        "begins where this one stopped."
    )
