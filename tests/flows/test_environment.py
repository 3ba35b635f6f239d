"""Telemetry off whatever was set, and a Prefect server used where one runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows import environment
from flows.environment import ALWAYS, prepare_prefect, refuse_telemetry, server_is_running


class Health(BaseHTTPRequestHandler):
    """Answers as a Prefect server does when asked how it is."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"true" if self.path == "/api/health" else b"no")

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def local_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(environment, "DEFAULT_SERVER", server.server_address)
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_telemetry_is_off_whatever_was_asked_for(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "yes please")
    refuse_telemetry()
    assert environment.os.environ[name] == ALWAYS[name]


def test_a_running_server_is_found_and_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, local_server: int) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "")
    monkeypatch.delenv("PREFECT_API_URL")
    prepare_prefect(tmp_path)
    assert environment.os.environ["PREFECT_API_URL"] == f"http://127.0.0.1:{local_server}/api"


def test_a_server_that_was_named_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, local_server: int
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    prepare_prefect(tmp_path)
    assert environment.os.environ["PREFECT_API_URL"] == "http://127.0.0.1:1/api"


def test_without_a_server_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "DEFAULT_SERVER", ("127.0.0.1", 9))
    assert not server_is_running()
