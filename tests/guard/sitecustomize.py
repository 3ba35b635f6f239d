"""Loaded by every Python process of a guarded run: what would leave this machine is refused and noted.

Put this folder on PYTHONPATH and name a file in KLYNGEFLOW_GUARD; each attempt becomes a line in it.
"""

import os
import sys

NOTES = os.environ.get("KLYNGEFLOW_GUARD")
OWN = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "", None)


def refuse_what_leaves(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host in OWN or str(host).startswith("127."):
        return
    with open(NOTES, "a", encoding="utf-8") as notes:  # noqa: PTH123 - as little as possible is imported here
        notes.write(f"{event} {host} from {' '.join(sys.argv[:2])}\n")
    raise OSError(f"refused: {host}")


if NOTES:
    sys.addaudithook(refuse_what_leaves)
