"""What must be set before Prefect or Great Expectations is imported: no telemetry, no outbound call, whatever was set.

Import this first in every module that imports Prefect.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from flows.own_server import OwnServer, answers, begin
from transforms.errors import UserError

ALWAYS = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
}
DEFAULT_SERVER = ("127.0.0.1", 4200)
_SERVED = "served_port"
# A failure ends in a sentence of our own; Prefect's page keeps the states of its runs.
_QUIET = {"PREFECT_LOGGING_LEVEL": "CRITICAL", "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL"}


class RemoteServerError(UserError):
    """Figures would be sent to another machine."""


def refuse_telemetry() -> None:
    """Switch every known telemetry off in this process and in those it starts."""
    os.environ.update(ALWAYS)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


def prepare_prefect(home: Path) -> OwnServer | None:
    """Let flows use a running Prefect server where there is one, else one of their own that lives in `home`.

    A server is running when PREFECT_API_URL names it or something answers on Prefect's usual port of this machine.
    One of our own has only begun when this returns: wait for it before the first flow.
    """
    _live_in(home)
    if named := os.environ.get("PREFECT_API_URL"):
        _require_this_machine(named)
        return None
    if served := _served(home):
        os.environ["PREFECT_API_URL"] = served
        return None
    if server_is_running():
        host, port = DEFAULT_SERVER
        os.environ["PREFECT_API_URL"] = f"http://{host}:{port}/api"
        return None
    own = begin()
    os.environ["PREFECT_API_URL"] = own.address
    return own


@contextmanager
def serving_prefect(home: Path, port: int) -> Iterator[OwnServer]:
    """A server in `home` with its page on `port` of this machine, for as long as the block lasts.

    The workspace's other commands use it meanwhile. It has only begun when the block does.
    """
    _live_in(home)
    server = OwnServer(port, home.resolve() / "page")
    os.environ["PREFECT_API_URL"] = server.address
    note = home / _SERVED
    try:
        home.mkdir(parents=True, exist_ok=True)
        note.write_text(str(port), encoding="utf-8")
        yield server
    finally:
        note.unlink(missing_ok=True)
        server.end()


def _live_in(home: Path) -> None:
    refuse_telemetry()
    # Not the user's own home of Prefect: a profile in it could name a server elsewhere.
    os.environ["PREFECT_HOME"] = str(home.resolve())
    os.environ["PREFECT_PROFILES_PATH"] = str(home.resolve() / "profiles.toml")


def _served(home: Path) -> str | None:
    """The address of the server that `klyngeflow serve` runs for this workspace, where it does."""
    try:
        port = int((home / _SERVED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return f"http://127.0.0.1:{port}/api" if answers(port) else None


def _require_this_machine(address: str) -> None:
    host = urlsplit(address).hostname or ""
    if host != "localhost" and not host.startswith("127.") and host != "::1":
        raise RemoteServerError(
            "PREFECT_API_URL names a server that is not on this machine, and nothing may leave it. "
            "Unset PREFECT_API_URL, or start a server here: prefect server start."
        )


def server_is_running() -> bool:
    """Whether a Prefect server answers on its usual port of this machine."""
    return answers(DEFAULT_SERVER[1])
