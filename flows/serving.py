"""Serving a workspace: Prefect's server with its page, and what runs by itself, until Ctrl-C ends all of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from filelock import FileLock, Timeout

from flows.environment import serving_prefect
from flows.ingesting import prepare
from flows.progress import DISPLAY
from flows.schedules import SCHEDULES
from flows.settings import Workspace
from transforms.errors import UserError

START_SECONDS = 600.0
"""A machine that has just been switched on is busy, and nobody waits for this at a terminal."""


class ServingError(UserError):
    """The workspace cannot be served now."""


def serve(workspace: Workspace, port: int) -> None:
    """Serve until the process is stopped.

    Raises:
        ServingError: it is served already, or something else has the port.
        ServerUnavailableError: Prefect's server did not start.
    """
    with _alone(workspace):
        _require_free(port)
        prepare(workspace)
        DISPLAY.say("Starting the server: a quarter of a minute ...")
        with serving_prefect(workspace.store.prefect, port) as server:
            deploying = import_module("flows.deploying")  # Prefect takes seconds, and so does its server
            server.wait(START_SECONDS)
            _say_where(workspace, port)
            try:
                deploying.run_deployments(workspace)
            except KeyboardInterrupt:
                DISPLAY.say("Stopping.")


def _say_where(workspace: Workspace, port: int) -> None:
    DISPLAY.say(f"The page: http://127.0.0.1:{port} (this machine alone)")
    for each in SCHEDULES.values():
        when = f"on day {each.day_of_month} of each month" if each.day_of_month else "each day"
        DISPLAY.say(f"  {each.name:8} {when} at {each.at:%H:%M}: {each.title}")
    DISPLAY.say("To ask for a pack: Deployments, request, Run. To make what is ready: Deployments, render, Run.")
    DISPLAY.say(f"Put extracts into {workspace.inbox}. Ctrl-C ends it; what is half done is picked up next time.")


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    workspace.store.at_work.mkdir(parents=True, exist_ok=True)
    lock = FileLock(workspace.store.at_work / "serve.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ServingError("This workspace is served already. Stop that klyngeflow serve first (Ctrl-C).") from None
    try:
        yield
    finally:
        lock.release()


def _require_free(port: int) -> None:
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind(("127.0.0.1", port))
        except OSError:
            raise ServingError(
                f"Port {port} of this machine is in use, perhaps by another klyngeflow serve. Choose another: "
                f"klyngeflow serve --port {port + 1}."
            ) from None
