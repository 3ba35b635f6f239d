"""A place of five practices in two clusters, with mail: small enough to be lived in for years."""

from __future__ import annotations

from pathlib import Path

from delivery_world import practice, write_contacts
from small_workspace import SETTINGS, extract, registered
from test_requests import definition
from whole_package import write_package

from flows.ingesting import prepare
from flows.settings import Workspace, load_workspace

PLACES = {"010101": "K1", "020202": "K1", "030303": "K1", "040404": "K2", "050505": "K2"}
CVRS = ("31000009", "31000017", "31000025", "31000033", "31000041")
"""Numbers with the right sum."""


def make_place(root: Path, port: int) -> Workspace:
    """An empty workspace with a package, everybody's address, and a mail server on `port` of this machine."""
    root.mkdir(parents=True)
    write_package(root, "smerter", definition())
    mail = ["[mail]", 'host = "127.0.0.1"', f"port = {port}", "starttls = false", 'sender = "kvalitet@example.test"']
    (root / "klyngeflow.toml").write_text("\n".join([SETTINGS, "[letters]", "seed = 7", *mail, ""]), encoding="utf-8")
    opened = load_workspace(root)
    prepare(opened)
    write_contacts(opened, *(practice(each, CVR=cvr) for each, cvr in zip(PLACES, CVRS, strict=True)))
    return opened


def register() -> bytes:
    """All practices, each of which has said yes."""
    return extract("registry", *(registered(each, cluster) for each, cluster in PLACES.items()))


def counted(source: str, practices: list[str], quarter: tuple[int, int]) -> bytes:
    """What `practices` had in a quarter: an extract of `source`."""
    year, last = quarter[0], quarter[1] * 3
    months = [f"{year}-{month:02}" for month in range(last - 2, last + 1)]
    pairs = [(each, month) for each in practices for month in months]
    if source == "list_sizes":
        return extract(source, *(f"{each};{month};K;0-5;{400 + 10 * int(each[:2])}" for each, month in pairs))
    codes = (("J01CA04", 30), ("M01AE01", 45))
    return extract(source, *(f"{each};{month};{code};;K;0-5;{n};15,5" for each, month in pairs for code, n in codes))
