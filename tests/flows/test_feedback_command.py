"""Evaluations of two versions of a package, back through the inbox: what `klyngeflow catalogue --feedback` tells."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from small_workspace import (
    OWN_INBOX,
    PRACTICES,
    registered,
    with_registry_alone,
)

from flows.evaluations import write_evaluations
from flows.ingesting import Outcome
from flows.returned_sheets import take_sheets
from flows.settings import Workspace, load_workspace

SHIPPED = Path(__file__).parents[2] / "klyngepakker"
COMMAND = Path(sys.executable).with_name("klyngeflow")
MEETING = {"package_id": "crp", "cluster_id": "K1", "meeting_date": date(2026, 5, 20)}
BEST = "5 – i høj grad"
QUESTION = """
[[feedback]]
id = "slides_fit"
text = { da = "Passede billederne?", en = "Did the slides fit?" }
answer = "scale"
"""


def tell(workspace: Workspace, *arguments: str) -> str:
    asked = [str(COMMAND), "catalogue", "--feedback", "-w", str(workspace.root), *arguments]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def filled(workspace: Workspace, practice: str, number: int, worth: str, more: dict[str, Any]) -> Path:
    """A copy of the practice's form from the coordinator's folder, with answers, in the inbox."""
    (blank,) = (workspace.root / "forms").glob(f"evaluering_crp_{practice}_*.xlsx")
    book = load_workbook(blank)
    for cell, value in ({"B12": worth, "B15": "ja" if number % 2 else "nej"} | more).items():
        book.worksheets[0][cell] = value
    book.properties.lastModifiedBy = f"user {number}"  # two people's files differ, also within the same second
    path = workspace.inbox / f"{practice}_{number}_{worth[0]}.xlsx"
    book.save(path)
    return path


def taken(workspace: Workspace, paths: list[Path]) -> list[Outcome]:
    return take_sheets(workspace, paths, "inbox", lambda files: [])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Four forms of version 0.1 from one practice and two from another; then six of 0.2, which asks one thing more."""
    root = tmp_path_factory.mktemp("feedback") / "workspace"
    opened = with_registry_alone(root, *map(registered, PRACTICES), settings=OWN_INBOX)
    who = [PRACTICES[0]] * 4 + [PRACTICES[1]] * 2
    assert len(write_evaluations(opened, MEETING, root / "forms")) == len(PRACTICES)
    early = [filled(opened, practice, at, "2", {"B16": f"Mere tid {at}"}) for at, practice in enumerate(who)]
    assert {each.state for each in taken(opened, early[:5])} == {"recorded"}
    _revise(root)
    # One of the old version is still on its way; the forms made from now on ask the new question.
    assert taken(opened, early[5:])[0].state == "recorded"
    write_evaluations(load_workspace(root), MEETING, root / "forms")
    late = [filled(opened, practice, at, BEST, {}) for at, practice in enumerate(who)]
    assert [each.shown for each in taken(load_workspace(root), late) if each.state != "recorded"] == []
    return load_workspace(root)


def _revise(root: Path) -> None:
    """The workspace's own copy of the package, as version 0.2."""
    shutil.copytree(SHIPPED / "crp", root / "klyngepakker" / "crp")
    path = root / "klyngepakker" / "crp" / "package.toml"
    text = path.read_text(encoding="utf-8").replace('\nversion = "0.1"', '\nversion = "0.2"', 1)
    path.write_text(text + QUESTION, encoding="utf-8")


def test_each_version_is_told_apart_with_what_people_were_least_content_with_first(workspace: Workspace) -> None:
    lines = tell(workspace).splitlines()
    heads = [line for line in lines if not line.startswith(" ")]
    assert heads == [
        "crp, version 0.1: 6 evaluations; now version 0.2, review due 2027-11-01",
        "crp, version 0.2: 6 evaluations; now version 0.2, review due 2027-11-01",
    ]
    first, second = lines[1 : lines.index(heads[1])], lines[lines.index(heads[1]) + 1 :]
    assert "2.0 of 5" in first[0]
    assert "5.0 of 5" not in "".join(first)
    assert [line.strip() for line in first if line.strip().startswith("-")] == [f"- Mere tid {at}" for at in range(6)]
    assert "50 % yes" in second[0]
    assert "5.0 of 5" in second[1]


def test_a_program_reads_the_same(workspace: Workspace) -> None:
    found = json.loads(tell(workspace, "--json"))
    assert [(each["package"], each["version"], each["forms"]) for each in found] == [
        ("crp", "0.1", 6),
        ("crp", "0.2", 6),
    ]
    worth = [next(one["mean"] for one in each["questions"] if one["question"] == "meeting_worth") for each in found]
    assert worth == [2.0, 5.0]
