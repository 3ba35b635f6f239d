"""Prefect's server for one command: a child that begins while everything else does, and ends with whoever started it.

Run as a module this is the child: `python -m flows.own_server PORT`. Its standard input is a pipe that nobody writes
into: the pipe ends when the parent is gone, killed or not, and then so does the child.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from transforms.errors import MachineError

START_SECONDS = 120.0
_ALWAYS = {"PREFECT__SERVER_FINAL": "1", "PREFECT_API_BLOCKS_REGISTER_ON_START": "false"}
# What Prefect itself sets for a server of this kind: neither pages nor schedules.
_FOR_ONE_COMMAND = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1"}
_running: list[OwnServer] = []


class ServerUnavailableError(MachineError):
    """Prefect's server did not start, so no flow could."""


class OwnServer:
    """The child, as the process that started it sees it."""

    def __init__(self, port: int | None = None, page: Path | None = None) -> None:
        """With `page`, a folder for the page's files, it serves the page and begins what is scheduled."""
        self.port = port or _free_port()
        self.address = f"http://127.0.0.1:{self.port}/api"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flows.own_server", str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | _ALWAYS | (self._with_page(page) if page else _FOR_ONE_COMMAND),
            # Ctrl-C reaches a whole group of processes: without its server a flow could not even end.
            start_new_session=True,
        )

    def _with_page(self, page: Path) -> dict[str, str]:
        # Otherwise the page's files are written into the folder of the installed library.
        return {"PREFECT_UI_ENABLED": "1", "PREFECT_UI_API_URL": self.address, "PREFECT_UI_STATIC_DIRECTORY": str(page)}

    def end(self) -> None:
        """End it, and wait until it has."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(timeout=30)

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Return as soon as it answers.

        Raises:
            ServerUnavailableError: it ended, or did not answer in time.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            if answers(self.port):
                return
            time.sleep(0.1)
        raise ServerUnavailableError(
            "Prefect's server did not start on this machine, so nothing was begun. Run the command again; if it stays "
            "so, start one yourself and leave it running: prefect server start."
        )


def begin() -> OwnServer:
    """The server of this process, started now where there is none; it lasts as long as the process."""
    if not _running or _running[-1].process.poll() is not None:
        _running.append(OwnServer())
    return _running[-1]


def answers(port: int) -> bool:
    """Whether a Prefect server answers on `port` of this machine."""
    import httpx

    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.3):
            pass
        answer = httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=2, trust_env=False)
    except (OSError, httpx.HTTPError):
        return False
    return answer.status_code == 200 and answer.text.strip() == "true"


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    # Nothing of its state is worth waiting for: its database is left as a kill leaves it, which SQLite mends.
    os._exit(0)


def _serve(port: int) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import uvicorn

    Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host="127.0.0.1",
        port=port,
        log_level="critical",
        lifespan="on",
    )


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
