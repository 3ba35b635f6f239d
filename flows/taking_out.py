"""Taking one practice out of packs that were handed over and may not have left the house yet."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Collection
from pathlib import Path

from flows.handing_over import COLUMNS, DIGITAL_POST, LETTERS, as_csv
from flows.parcel_folders import folder_of
from flows.settings import Workspace
from warehouse import deliveries
from warehouse.files import write_whole


def take_out(workspace: Workspace, pack_id: str, practice: str) -> list[Path]:
    """Take away the practice's own folder and what of it is to be sent as Digital Post; the letters that it may be in.

    A letter is a part of one file for a whole round, which is left for a person: they know what has been posted.
    """
    own = {each.folder for each in deliveries.of_pack(workspace.store, pack_id) if each.unit_id == practice}
    for each in deliveries.of_pack(workspace.store, pack_id):
        if each.folder is not None and each.unit_id == practice:
            shutil.rmtree(folder_of(workspace, each), ignore_errors=True)
    found = False
    for folder in sorted((workspace.store.outbox / DIGITAL_POST).glob(f"{pack_id}*")):
        found |= _out_of_digital_post(folder, {name for name in own if name})
    return [] if found else sorted((workspace.store.outbox / LETTERS).glob(f"{pack_id}*.pdf"))


def _out_of_digital_post(folder: Path, own: Collection[str]) -> bool:
    """Whether a file of the practice lay in it."""
    mine = [path for path in folder.glob("*.pdf") if path.name.rpartition("_")[0] in own]
    if not mine:
        return False
    table = folder / "modtagere.csv"
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig")), COLUMNS, delimiter=";"))[1:]
    kept = [row for row in rows if row["Fil"] not in {path.name for path in mine}]
    write_whole(table, as_csv(kept))
    write_whole(folder / "modtagere.json", f"{json.dumps(kept, ensure_ascii=False, indent=2)}\n".encode())
    for path in mine:
        path.unlink()
    return True
