"""A coordinator's key: handed over with new letters, made, and opened on record."""

from __future__ import annotations

from pathlib import Path

import pytest
from delivery_world import COORDINATOR, PACK, TODAY, everybody, render, write_contacts

from flows import auditing
from flows.delivering import Round, deliver_pack
from flows.handover import hand_over_key, make_key, open_key
from flows.parcel_folders import NotAsRenderedError
from flows.requesting import find
from flows.settings import Workspace
from transforms.errors import UserError
from warehouse import coordinator_keys
from warehouse.sealed import SealError, new_key, open_file


def hand_over(workspace: Workspace) -> None:
    deliver_pack(workspace, find(workspace, "R0001"), Round(TODAY, "ak"))


def test_a_delivered_key_opens_with_the_coordinators_own_and_that_is_on_record(
    rendered: Workspace, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    write_contacts(rendered, COORDINATOR | {"Age-nøgle": make_key(secret)}, *everybody())
    hand_over(rendered)
    opened = open_key(rendered, PACK, secret, tmp_path / "key.csv", ("bo", "the meeting"))
    assert "Bogstav;Ydernummer" in opened.read_text("utf-8-sig")
    assert [path.stat().st_mode & 0o077 for path in (secret, opened)] == [0, 0]
    last = auditing.trail(rendered)[-1].event
    assert (last.who, last.what, last.pack_id, last.detail) == ("bo", "letter key", PACK, "opened: the meeting")
    other = tmp_path / "other.txt"
    make_key(other)
    with pytest.raises(SealError, match="sealed for another"):
        open_key(rendered, PACK, other, tmp_path / "more.csv", ("eve", "curious"))
    assert auditing.trail(rendered)[-1].event.who == "eve"
    assert not (tmp_path / "more.csv").exists()


def test_after_a_handover_the_old_letters_go_nowhere_and_new_ones_are_drawn(
    rendered: Workspace, tmp_path: Path
) -> None:
    first, second = new_key(), new_key()
    old = coordinator_keys.current_letters(rendered.store, "K1", "nsaid")
    coordinator_keys.first_key(rendered.store, "K1", first.public, "ak")
    write_contacts(rendered, COORDINATOR | {"Age-nøgle": first.public}, *everybody())
    with pytest.raises(UserError, match="still has the old age key"):
        hand_over_key(rendered, "K1", "Eva takes over", "ak")
    write_contacts(rendered, COORDINATOR | {"Age-nøgle": second.public}, *everybody())
    assert hand_over_key(rendered, "K1", "Eva takes over", "ak") == {"nsaid": 3}
    assert "Eva takes over" in auditing.trail(rendered)[-1].event.detail
    with pytest.raises(NotAsRenderedError, match="letters of K1 have changed"):
        hand_over(rendered)
    new = render(rendered, "second")
    assert not set(new.values()) & set(old.values())
    hand_over(rendered)
    sealed = next((rendered.store.outbox / "modtagere").rglob("*.age"))
    with pytest.raises(SealError):
        open_file(sealed, tmp_path / "key.csv", first.secret)
    open_file(sealed, tmp_path / "key.csv", second.secret)
    assert {line[0] for line in (tmp_path / "key.csv").read_text("utf-8-sig").splitlines()[1:]} == set(new.values())


@pytest.mark.parametrize(("why", "cluster", "words"), [("", "K1", "--why is empty"), ("x", "K9", "no cluster 'K9'")])
def test_a_handover_that_cannot_be_says_why(rendered: Workspace, why: str, cluster: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        hand_over_key(rendered, cluster, why, "ak")


def test_a_secret_key_is_never_written_over(tmp_path: Path) -> None:
    target = tmp_path / "secret.txt"
    public = make_key(target)
    assert public in target.read_text(encoding="utf-8")
    with pytest.raises(UserError, match="opens nothing any more"):
        make_key(target)
