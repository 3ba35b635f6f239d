"""A workspace whose one pack has been rendered: three practices with letters, one of which has said no to sharing."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from shutil import rmtree
from typing import Any

from pypdf import PdfWriter
from small_workspace import bring_in, delivered, extract

from flows.ingesting import prepare
from flows.keys import write_key
from flows.settings import Workspace, load_workspace
from flows.starting import make_workspace
from transforms.calendar import Window
from transforms.pack import Meeting
from transforms.recipients import COLUMNS
from transforms.requests import Request
from warehouse import packs, requests
from warehouse.connection import reading

PACK, MEETING, TODAY = "K1_nsaid_baseline_2026-05-14", date(2026, 5, 14), date(2026, 5, 4)
NAMES = {"010101": "Ved Åen", "020202": "Torvet", "040404": "Havnen"}
REFUSES = "030303"
SETTINGS = 'name = "Kvalitetsenheden"\ninbox = "../inbox"\n[consent]\ndefault = "ask"\n'
SECRET_WORDS = "J01 27,4 pr. 1.000"
COORDINATOR = {"Rolle": "koordinator", "Kode": "K1", "Navn": "Bo Lind", "E-mail": "bo@example.test"}
CVRS = ("31000009", "31000017", "31000025")
"""Numbers with the right sum."""


def make_world(root: Path) -> Path:
    """The workspace with its registry, a request that is rendered, and the files of its pack in the outbox."""
    make_workspace(root)
    (root / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    opened = load_workspace(root)
    prepare(opened)
    answers = dict.fromkeys(NAMES, "ja") | {REFUSES: "nej"}
    lines = [
        f"{each};{NAMES.get(each, 'Bakken')};K1;Søklyngen;R1;Regionen;01-01-2020;;;;;{answer}"
        for each, answer in sorted(answers.items())
    ]
    bring_in(opened, "registry", delivered(opened, "register_2025-01-01.csv", extract("registry", *lines)))
    asked = requests.enter(opened.store, _request())
    requests.move(opened.store, replace(asked, state="ready", baseline_from=date(2025, 1, 1)), "assessment", "test")
    render(opened)
    write_contacts(opened, *everybody())
    return root


def everybody() -> list[dict[str, str]]:
    """A row for each practice: all have an e-mail and get Digital Post. Letters want fonts, which are slow to cut."""
    return [practice(code, CVR=cvr) for code, cvr in zip(sorted(NAMES), CVRS, strict=True)]


def _request() -> Request:
    asked_at = datetime(2026, 3, 1, 9)
    asked = (None, "practice", (), True, None, asked_at, "ak")
    return Request("", PACK, "K1", "nsaid", MEETING, "baseline", *asked)  # type: ignore[arg-type]


def render(workspace: Workspace, words: str = "first") -> dict[str, str]:
    """The pack's files as the rendering leaves them, each with `words` in it; returns the letter of each practice."""
    meeting = Meeting(PACK, "K1", MEETING, Window.of(date(2025, 1, 1), 12), None, "letters", "da")
    letters = packs.letters(workspace.store, meeting, workspace.package("nsaid"), sorted(NAMES), lambda _: Random(1))
    write_key(workspace, PACK, letters, NAMES)
    outbox = workspace.store.outbox
    rmtree(outbox / PACK, ignore_errors=True)
    made: dict[str, tuple[Path, bytes, str]] = {
        "klyngerapport.html": (outbox / PACK, words.encode(), "cluster"),
        "drejebog.docx": (outbox / "noegler" / PACK, words.encode(), "coordinator"),
    }
    for practice, letter in letters.items():
        told = f"{SECRET_WORDS} {practice} {words}"
        made[f"medlem_{letter}.html"] = (outbox / PACK, told.encode(), practice)
        made[f"medlem_{letter}.pdf"] = (outbox / PACK, pdf(told), practice)
    for name, (folder, content, _) in made.items():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    digests = {name: sha256(content).hexdigest() for name, (_, content, _) in made.items()}
    packs.keep_printed(workspace.store, PACK, digests, {name: whose for name, (*_, whose) in made.items()})
    return letters


def pdf(words: str, pages: int = 1) -> bytes:
    """A report of so many pages, which carries `words` where a reader of its bytes finds them."""
    writer, target = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Subject": words})
    writer.write(target)
    return target.getvalue()


def write_contacts(workspace: Workspace, *rows: Mapping[str, str]) -> None:
    """modtagere.csv as a spreadsheet saves it."""
    lines = [";".join(COLUMNS), *(";".join(row.get(column, "") for column in COLUMNS) for row in rows)]
    (workspace.root / "modtagere.csv").write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1252"))


def practice(code: str, **cells: str) -> dict[str, str]:
    """A practice's row with an e-mail."""
    return {"Rolle": "praksis", "Kode": code, "E-mail": f"p{code}@example.test"} | cells


def with_mail(workspace: Workspace, port: int, *more: str) -> Workspace:
    """The workspace with a mail server on this machine."""
    lines = ["[mail]", 'host = "127.0.0.1"', f"port = {port}", "starttls = false", 'sender = "kvalitet@example.test"']
    words = "\n".join([*lines, *more, ""])
    (workspace.root / "klyngeflow.toml").write_text(SETTINGS + words, encoding="utf-8")
    return load_workspace(workspace.root)


def rows(workspace: Workspace, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """The columns of a table, in order."""
    with reading(workspace.store.database) as connection:
        return connection.execute(f"select {', '.join(columns)} from {table} order by all").fetchall()
