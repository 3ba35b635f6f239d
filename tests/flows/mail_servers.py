"""Mail servers on this machine: a real one that answers as a test wants, and one that goes silent or hangs up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Postbox:
    """What a mail server took. `answers` has its reply to an address it does not take; `at_data` follows a text."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.answers: dict[str, str] = {}
        self.at_data: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        del server, session, options
        if address not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        content = (envelope.original_content or b"").replace(b"\r\n", b"\n")
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope.rcpt_tos[0], message))
        self.at_data()
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[int, Postbox]]:
    """A mail server's port, and what it took."""
    box = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, "127.0.0.1", port)
    controller.start()
    try:
        yield port, box
    finally:
        controller.stop()


@contextmanager
def server_that_fails_after_data(*, hangs: bool) -> Iterator[tuple[int, list[bytes]]]:
    """A server that takes one whole mail and then says nothing, or hangs up."""
    texts: list[bytes] = []
    over = threading.Event()

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            _converse(connection, texts)
            if hangs:
                over.wait(30)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1], texts
        finally:
            over.set()
            thread.join(5)


def _converse(connection: socket.socket, texts: list[bytes]) -> None:
    connection.sendall(b"220 ready\r\n")
    lines = connection.makefile("rb")
    for line in lines:
        if line.upper().startswith(b"DATA"):
            connection.sendall(b"354 go on\r\n")
            text = bytearray()
            for part in lines:
                if part == b".\r\n":
                    break
                text += part
            texts.append(bytes(text))
            return
        connection.sendall(b"250 OK\r\n")
