"""Packs handed over: each recipient what is theirs and no more, nothing twice, and nothing where something is wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from delivery_world import (
    COORDINATOR,
    CVRS,
    MEETING,
    NAMES,
    PACK,
    REFUSES,
    SECRET_WORDS,
    TODAY,
    everybody,
    practice,
    render,
    rows,
    write_contacts,
)
from pypdf import PdfReader
from small_workspace import bring_in, delivered, extract

from flows import auditing, delivering
from flows.delivering import Round, candidates, deliver_due, deliver_pack
from flows.parcel_folders import NotAsRenderedError
from flows.parcels import ConsentTakenBackError, NotDeliverableError
from flows.requesting import by_person, find
from flows.settings import Workspace
from warehouse import deliveries
from warehouse.sealed import new_key, open_file

KEY = new_key()
ROUND = Round(TODAY, "ak")


def hand_over(workspace: Workspace, round_: Round = ROUND) -> delivering.Told:
    return deliver_pack(workspace, find(workspace, PACK), round_)


def folders(workspace: Workspace) -> dict[tuple[str, str], Path]:
    found = delivering.where(workspace, PACK)
    return {each.key: path for each, path in found if each.folder is not None}


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def everything(workspace: Workspace) -> dict[str, str]:
    """The digest of every file that was handed over; a sealed one is new bytes each time."""
    places = ("modtagere", "kuverter", "digital_post")
    files = [path for place in places for path in (workspace.store.outbox / place).rglob("*") if path.is_file()]
    shown = [path for path in files if path.suffix != ".age"]
    return {str(path.relative_to(workspace.root)): sha256(path.read_bytes()).hexdigest() for path in shown}


def test_each_recipient_gets_what_is_theirs_and_nothing_else(rendered: Workspace) -> None:
    write_contacts(rendered, COORDINATOR | {"Age-nøgle": KEY.public}, *everybody())
    hand_over(rendered)
    found = folders(rendered)
    assert set(found) == {("cluster", "K1"), ("coordinator", "K1"), *(("member", each) for each in NAMES)}
    assert names_in(found["cluster", "K1"]) == {"klyngerapport.html", "manifest.json"}
    assert names_in(found["coordinator", "K1"]) == {"drejebog.docx", f"{PACK}.csv.age", "manifest.json"}
    for each in NAMES:
        held = b"".join(path.read_bytes() for path in found["member", each].iterdir())
        assert each.encode() in held
        assert [other for other in NAMES if other != each and other.encode() in held] == []
        assert len(names_in(found["member", each])) == 3
    assert all(len(path.name) == 33 and path.stat().st_mode & 0o077 == 0 for path in found.values())
    assert find(rendered, PACK).state == "delivered"


def test_the_letter_key_leaves_sealed_and_opens_for_the_coordinator_alone(rendered: Workspace, tmp_path: Path) -> None:
    write_contacts(rendered, COORDINATOR | {"Age-nøgle": KEY.public}, *everybody())
    hand_over(rendered)
    plain = (rendered.store.outbox / "noegler" / f"{PACK}.csv").read_bytes()
    sealed = folders(rendered)["coordinator", "K1"] / f"{PACK}.csv.age"
    open_file(sealed, tmp_path / "opened.csv", KEY.secret)
    assert (tmp_path / "opened.csv").read_bytes() == plain
    handed = [path for path in (rendered.store.outbox / "modtagere").rglob("*") if path.is_file()]
    assert [path.name for path in handed if b"Bogstav" in path.read_bytes()] == []


def test_without_an_age_key_no_letter_key_leaves_and_it_is_said(rendered: Workspace) -> None:
    told = hand_over(rendered)
    assert names_in(folders(rendered)["coordinator", "K1"]) == {"drejebog.docx", "manifest.json"}
    assert told.plan
    assert "The key to the letters is not sealed" in " ".join(told.plan.hints)


def test_manifests_hold_the_files_and_a_head_that_the_trail_still_has(rendered: Workspace) -> None:
    hand_over(rendered)
    digests = {entry.sequence: entry.digest for entry in auditing.trail(rendered)}
    for folder in folders(rendered).values():
        manifest = json.loads((folder / "manifest.json").read_bytes())
        held = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        assert manifest["files"] == {name: each for name, each in held.items() if name != "manifest.json"}
        entries, _, digest = manifest["run"]["audit_head"].partition(" ")
        assert digests[int(entries)] == digest
        assert not any(each in json.dumps(manifest) for each in NAMES)
    assert "whole" in auditing.checked(rendered)


def test_who_does_not_consent_gets_nothing_and_it_is_on_record(rendered: Workspace) -> None:
    told = hand_over(rendered)
    assert told.plan
    assert dict(told.plan.withheld) == {REFUSES: "it does not consent"}
    assert ("member", REFUSES) not in folders(rendered)
    (row,) = deliveries.of_unit(rendered.store, REFUSES)
    assert (row.state, row.folder) == ("withheld", None)
    trail = [entry.event.detail for entry in auditing.trail(rendered) if entry.event.what == "delivery"]
    assert sum("delivered" in each for each in trail) == 5
    assert [each for each in trail if "withheld" in each] == [
        f"member {REFUSES}, version 1, withheld: it does not consent"
    ]


def test_who_came_after_the_months_shown_gets_nothing_and_it_is_on_record(rendered: Workspace) -> None:
    joined = "050505;Nye Huse;K1;Søklyngen;R1;Regionen;01-02-2026;;;;;ja"
    standing = [
        f"{each};{NAMES.get(each, 'Bakken')};K1;Søklyngen;R1;Regionen;01-01-2020;;;;;{'ja' if each in NAMES else 'nej'}"
        for each in sorted([*NAMES, REFUSES])
    ]
    register = delivered(rendered, "register_2026-03-01.csv", extract("registry", *standing, joined))
    bring_in(rendered, "registry", register)
    (told,) = deliver_due(rendered, MEETING - timedelta(days=5))
    assert told.plan
    why = "it came to the cluster after the months shown: there is no report of its own"
    assert dict(told.plan.withheld) == {REFUSES: "it does not consent", "050505": why}
    assert {unit for kind, unit in folders(rendered) if kind == "member"} == set(NAMES)
    (row,) = deliveries.of_unit(rendered.store, "050505")
    assert (row.state, row.folder, row.reason) == ("withheld", None, why)
    assert hand_over(rendered).plan.due == ()  # type: ignore[union-attr]


def test_a_second_time_nothing_is_made_and_nothing_told(rendered: Workspace) -> None:
    hand_over(rendered)
    before, trail = everything(rendered), len(auditing.trail(rendered))
    told = hand_over(rendered)
    assert told.plan
    assert (told.plan.due, told.plan.standing) == ((), 5)
    assert (everything(rendered), len(auditing.trail(rendered))) == (before, trail)


def test_a_dry_run_writes_nothing(rendered: Workspace) -> None:
    told = hand_over(rendered, replace(ROUND, dry=True))
    assert told.plan
    assert len(told.plan.due) == 5
    assert (everything(rendered), rows(rendered, "meeting.delivery", "unit_id")) == ({}, [])


def test_letters_and_digital_post_hold_each_practice_once(rendered: Workspace) -> None:
    first, second, third = sorted(NAMES)
    numbers = [practice(each.lstrip("0"), CVR=cvr) for each, cvr in zip((first, second), CVRS, strict=False)]
    write_contacts(rendered, *numbers, practice(third, Adresse="Åvej 3", Postnr="8000", By="Aarhus C"))
    hand_over(rendered)
    (post,) = (rendered.store.outbox / "digital_post").glob(f"{PACK}_*")
    told = list(csv.DictReader(io.StringIO((post / "modtagere.csv").read_text("utf-8-sig")), delimiter=";"))
    assert told == json.loads((post / "modtagere.json").read_bytes())
    assert sorted(row["CVR"] for row in told) == sorted(CVRS[:2])
    for row, owner in zip(sorted(told, key=lambda each: each["CVR"]), (first, second), strict=True):
        content = (post / row["Fil"]).read_bytes()
        assert sha256(content).hexdigest() == row["SHA256"]
        assert owner.encode() in content
        assert row["Titel"] == "Materiale til klyngemødet den 14. maj 2026"
    (letter,) = (rendered.store.outbox / "kuverter").glob(f"{PACK}_*.pdf")
    letters = PdfReader(letter)
    cover = letters.pages[0].extract_text()
    assert len(letters.pages) == 4  # address and its back, one page and its back
    assert {"Havnen", "Åvej 3", "8000 Aarhus C"} <= {line.strip() for line in cover.splitlines()}
    assert SECRET_WORDS not in cover
    assert third not in cover


def test_a_pack_made_anew_is_told_as_corrected_and_sent_when_asked(rendered: Workspace) -> None:
    hand_over(rendered)
    first = folders(rendered)
    render(rendered, "second")
    told = hand_over(rendered)
    assert told.plan
    assert "made anew since" in told.plan.hints[0]
    assert b"first" in (first["cluster", "K1"] / "klyngerapport.html").read_bytes()
    hand_over(rendered, replace(ROUND, corrected=True))
    assert folders(rendered) == first
    assert b"second" in (first["cluster", "K1"] / "klyngerapport.html").read_bytes()
    assert json.loads((first["cluster", "K1"] / "manifest.json").read_bytes())["version"] == 2
    states = rows(rendered, "meeting.delivery", "version", "state")
    assert states == [(1, "replaced")] * 5 + [(1, "withheld")] + [(2, "delivered")] * 5
    assert hand_over(rendered, replace(ROUND, corrected=True)).plan.due == ()  # type: ignore[union-attr]


def changed_file(workspace: Workspace) -> None:
    (workspace.store.outbox / PACK / "klyngerapport.html").write_text("another", encoding="utf-8")


def taken_back(workspace: Workspace) -> None:
    line = "010101;Ved Åen;K1;Søklyngen;R1;Regionen;01-01-2020;;;;;nej"
    bring_in(workspace, "registry", delivered(workspace, "register_2026-05-01.csv", extract("registry", line)))


def letters_ended(workspace: Workspace) -> None:
    from warehouse.packs import end_letters

    end_letters(workspace.store, "K1", "nsaid", "new coordinator")


def another_key(workspace: Workspace) -> None:
    from warehouse.coordinator_keys import first_key

    first_key(workspace.store, "K1", new_key().public, "ak")
    write_contacts(workspace, COORDINATOR | {"Age-nøgle": KEY.public})


def owners_unknown(workspace: Workspace) -> None:
    from warehouse import packs

    packs.keep_printed(workspace.store, PACK, {"klyngerapport.html": "x"})


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (changed_file, NotAsRenderedError, "klyngerapport.html .* klyngeflow render"),
        (taken_back, ConsentTakenBackError, "no longer consent .*010101.* klyngeflow cancel R0001"),
        (letters_ended, NotAsRenderedError, "letters of K1 have changed"),
        (another_key, NotDeliverableError, "klyngeflow letters handover --cluster K1"),
        (owners_unknown, NotDeliverableError, "before klyngeflow kept whose"),
    ],
)
def test_what_is_wrong_with_a_pack_keeps_all_of_it_back(
    rendered: Workspace, wrong: Callable[[Workspace], None], error: type[Exception], words: str
) -> None:
    wrong(rendered)
    with pytest.raises(error, match=words):
        hand_over(rendered)
    assert everything(rendered) == {}
    # A pack that holds somebody who has taken consent back is to be made again by what runs by itself.
    assert find(rendered, PACK).state == ("ready" if wrong is taken_back else "rendered")


def test_what_is_due_goes_from_its_day_to_the_meeting_and_never_without_recipients(rendered: Workspace) -> None:
    due = MEETING - timedelta(days=6)  # five days before is a Saturday
    (rendered.root / "modtagere.csv").unlink()
    assert deliver_due(rendered, MEETING) == []
    write_contacts(rendered, *everybody())
    assert deliver_due(rendered, due - timedelta(days=1)) == []
    assert deliver_due(rendered, MEETING + timedelta(days=1)) == []
    (told,) = deliver_due(rendered, due)
    assert (told.refused, told.request.state) == (None, "delivered")
    assert deliver_due(rendered, due + timedelta(days=1)) == []


def test_what_was_handed_over_by_other_means_is_not_sent_again(rendered: Workspace) -> None:
    assert [each.pack_id for each in candidates(rendered, ROUND, None, "K1")] == [PACK]
    by_person(rendered, PACK, "delivered", "ak")
    assert candidates(rendered, ROUND, None, None) == []
    with pytest.raises(NotDeliverableError, match="by other means"):
        candidates(rendered, ROUND, PACK, None)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from flows import delivering
from flows.settings import load_workspace
from flows.requesting import by_person, find
place, count = sys.argv[2].split(":")
real, calls = getattr(delivering, place), []
def counted(*given, **named):
    calls.append(1)
    if len(calls) == int(count):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **named)
setattr(delivering, place, counted)
workspace = load_workspace(Path(sys.argv[1]))
from datetime import date
delivering.deliver_pack(workspace, find(workspace, "R0001"), delivering.Round(date(2026, 5, 4), "ak"))
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_killed_anywhere_it_is_run_again_and_the_same_is_there_once(rendered: Workspace) -> None:
    """A name that was given before the kill is the name after it; the request moves once."""
    root = str(Path(delivering.__file__).parents[1])
    named: dict[tuple[str, str], str | None] = {}
    for place in ("_made:1", "_made:4", "hand_over:1"):
        arguments = [sys.executable, "-c", KILLED, str(rendered.root), place, root]
        assert subprocess.run(arguments, check=False).returncode == -signal.SIGKILL
        assert find(rendered, PACK).state == "rendered"
        now = {each.key: each.folder for each in deliveries.of_pack(rendered.store, PACK)}
        assert named in ({}, now)
        named = now
    hand_over(rendered)
    assert {each.key: each.folder for each in deliveries.of_pack(rendered.store, PACK)} == named
    assert names_in(rendered.store.outbox / "modtagere") == {name for name in named.values() if name}
    trail = auditing.trail(rendered, "R0001")
    assert [entry.event.state for entry in trail].count("delivered") == 1
    assert sum("delivered" in entry.event.detail for entry in trail) == 5
