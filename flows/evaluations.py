"""The forms in which practices say what they thought of a meeting: in the coordinator's folder, before it is held."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from flows.settings import Workspace
from flows.sheets import Round, write_sheets
from reports.pack import COORDINATOR, RenderedFile
from transforms.errors import UserError


def write_evaluations(workspace: Workspace, pack: Mapping[str, Any], folder: Path) -> list[RenderedFile]:
    """A form for each practice of the pack's cluster in `folder`; none for a pack without a meeting.

    They are the coordinator's to send after the meeting, and what `klyngeflow sheets --evaluation` makes by hand. Where
    nobody may be asked the pack is made without them.
    """
    if pack["meeting_date"] is None:
        return []
    asked = Round(pack["package_id"], pack["cluster_id"], pack["meeting_date"].replace(day=1))
    try:
        made = write_sheets(workspace, asked, folder, evaluation=True)
    except UserError:
        return []
    return [RenderedFile(path, sha256(path.read_bytes()).hexdigest(), COORDINATOR) for path in made]
