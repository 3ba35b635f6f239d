"""Workers that render what is ready, in processes of their own; some are killed at a named place.

Apart from the tests, so that a worker need not import what they do: Prefect takes longer than the work.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from flows import daily, rendering
from flows.settings import load_workspace
from transforms.requests import Request
from warehouse import packs, requests

TODAY = date(2026, 2, 1)
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["flows.daily", "flows.rendering", "reports.together"])
KILLED_AT: dict[str, tuple[Any, str]] = {
    "assessing": (requests, "assessed"),
    "computing": (daily.building, "build_pack"),
    "building": (daily.meetings, "record_request"),
    "rendering": (rendering, "write_manifest"),
    "moving": (rendering, "sync_folder"),
    "moved": (packs, "keep_printed"),
}


class InThisProcess(Executor):
    """Renders where the test is: a kill meets it, and no process has to start."""

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(call(*arguments, **named))
        return done


@contextmanager
def in_this_process() -> Any:
    yield InThisProcess()


class OtherWords:
    """An assessment that leaves a request where it is, with another reason."""

    def applied(self, request: Request) -> Request:
        return replace(request, reason="other words")


def work(root: Path, kill_at: str | None) -> None:
    """A worker: renders what is ready, and is killed at the named place."""
    rendering._workers = in_this_process
    daily.MOST_AT_ONCE = 1
    if kill_at is not None:
        setattr(*KILLED_AT[kill_at], lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        if kill_at == "assessing":  # what it waited for has become less: the words are to be kept
            daily.requesting.assess = lambda *_: OtherWords()
    daily.render_ready(load_workspace(root), TODAY)


def worker(root: Path, kill_at: str | None = None) -> multiprocessing.context.ForkServerProcess:
    process = CONTEXT.Process(target=work, args=(root, kill_at))
    process.start()
    return process
