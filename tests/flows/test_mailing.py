"""Notices over a real SMTP server: no figure in them, none twice, and each says what became of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from delivery_world import (
    COORDINATOR,
    NAMES,
    PACK,
    SECRET_WORDS,
    TODAY,
    everybody,
    render,
    rows,
    with_mail,
    write_contacts,
)
from mail_servers import mail_server, server_that_fails_after_data

from flows import delivering
from flows.delivering import Round, deliver_pack
from flows.delivery_settings import MailSettings
from flows.mailing import Sent, decide, send_due
from flows.requesting import find
from flows.settings import Workspace
from transforms.errors import UserError
from transforms.notices import PAUSES

NOW = datetime(2026, 5, 4, 8)
ADDRESSES = {f"p{each}@example.test" for each in NAMES}


def hand_over(workspace: Workspace, *, corrected: bool = False) -> None:
    deliver_pack(workspace, find(workspace, PACK), Round(TODAY, "ak", corrected))


def send(workspace: Workspace, now: datetime = NOW) -> Sent:
    return send_due(workspace, TODAY, now)


def states(workspace: Workspace) -> list[str]:
    return [state for _, state in rows(workspace, "meeting.notice", "notice_id", "state")]


def test_everybody_is_told_once_and_nothing_of_what_is_in_it(rendered: Workspace) -> None:
    write_contacts(rendered, COORDINATOR, *everybody())
    with mail_server() as (port, box):
        world = with_mail(rendered, port)
        hand_over(world)
        assert send(world).sent == 4
        assert send(world).sent == 0
    assert {address for address, _ in box.taken} == ADDRESSES | {"bo@example.test"}
    known = dict(rows(world, "meeting.notice", "address", "message_id"))
    for address, message in box.taken:
        assert message["Message-ID"] == known[address]
        assert [message["To"], message["Subject"]] == [address, "Materiale til klyngemødet er klar"]
        text = message.get_content()
        assert "14. maj 2026" in text
        assert set(re.findall(r"\d+", text)) == {"14", "2026"}
        for word in (SECRET_WORDS, "nsaid", *NAMES, *(path.name for _, path in delivering.where(world, PACK))):
            assert word not in f"{message['Subject']} {text}"


def test_the_text_is_english_where_the_settings_say_so(rendered: Workspace) -> None:
    with mail_server() as (port, box):
        world = with_mail(rendered, port, 'language = "en"', 'how = "It is in your folder."')
        hand_over(world)
        send(world)
    assert {message["Subject"] for _, message in box.taken} == {"Material for the cluster meeting is ready"}
    assert "14 May 2026.\n\nIt is in your folder." in box.taken[0][1].get_content()


def test_a_corrected_version_is_told_as_one(rendered: Workspace) -> None:
    with mail_server() as (port, box):
        world = with_mail(rendered, port)
        hand_over(world)
        send(world)
        render(world, "second")
        hand_over(world)
        assert send(world).sent == 0
        hand_over(world, corrected=True)
        assert send(world).sent == 3
    assert {message["Subject"] for _, message in box.taken[3:]} == {"Rettet materiale til klyngemødet"}


def test_half_the_recipients_refused_leaves_the_other_half_told(rendered: Workspace) -> None:
    with mail_server() as (port, box):
        box.answers = {"p010101@example.test": "550 no such user", "p020202@example.test": "451 later"}
        world = with_mail(rendered, port)
        hand_over(world)
        done = send(world)
        assert (done.sent, done.refused, done.waiting) == (1, 1, 1)
        assert "knows no such address. Mend it in modtagere.csv (550)" in done.told[0]
        assert "no such user" not in " ".join(done.told)
        assert send(world, NOW + PAUSES[0] - timedelta(seconds=1)).sent == 0
        box.answers = {}
        assert send(world, NOW + PAUSES[0]).sent == 1
        assert decide(world, "M00001", "again", "ak").state == "queued"
        assert send(world).sent == 1
    assert sorted(address for address, _ in box.taken) == sorted(ADDRESSES)


def test_a_server_that_always_says_later_is_given_up_with_a_reason(rendered: Workspace) -> None:
    with mail_server() as (port, box):
        box.answers = dict.fromkeys(ADDRESSES, "451 later")
        world, now = with_mail(rendered, port), NOW
        hand_over(world)
        for pause in PAUSES:
            assert send(world, now).waiting == 3
            now += pause
        done = send(world, now)
    assert (done.refused, done.waiting, box.taken) == (3, 0, [])
    assert "put it off every time" in done.told[0]


@pytest.mark.parametrize("hangs", [True, False])
def test_silence_after_the_text_is_unknown_and_never_sent_again_unasked(rendered: Workspace, hangs: bool) -> None:
    with server_that_fails_after_data(hangs=hangs) as (port, texts):
        world = with_mail(rendered, port, *(["timeout_seconds = 4"] if hangs else []))
        hand_over(world)
        done = send(world)
    assert (done.sent, done.unknown, done.waiting) == (0, 1, 2)
    assert "it may have arrived" in done.told[0]
    with mail_server() as (port, box):
        world = with_mail(rendered, port)
        assert send(world, NOW + timedelta(days=30)).sent == 2
        assert [address for address, _ in box.taken] == ["p020202@example.test", "p040404@example.test"]
        assert decide(world, "m00001", "again", "ak").state == "queued"
        assert send(world).sent == 1
        assert box.taken[2][1]["Message-ID"].encode() in texts[0]
    assert states(world) == ["sent"] * 3


def test_a_person_says_that_an_unknown_one_arrived(rendered: Workspace) -> None:
    with server_that_fails_after_data(hangs=False) as (port, _):
        world = with_mail(rendered, port)
        hand_over(world)
        send(world)
    ((message_id,), *_rest) = rows(world, "meeting.notice where state = 'unknown'", "message_id")
    assert decide(world, message_id, "sent", "ak").state == "sent"
    with pytest.raises(UserError, match="is sent: there is nothing to decide"):
        decide(world, message_id, "again", "ak")
    with pytest.raises(UserError, match=r"There is no notice 'M9'.*: none"):
        decide(world, "M9", "sent", "ak")


def test_a_server_that_is_not_there_loses_nothing(rendered: Workspace) -> None:
    world = with_mail(rendered, 1)
    hand_over(world)
    done = send(world)
    assert (done.waiting, done.unknown) == (3, 0)
    assert "does not answer" in done.stopped
    assert find(world, PACK).state == "delivered"


def test_a_password_is_looked_for_where_it_is_said_to_be_and_never_shown(
    rendered: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as (port, box):
        world = with_mail(rendered, port, 'user = "k"', 'password_env = "KLYNGEFLOW_TEST_PASSWORD"')
        hand_over(world)
        assert "KLYNGEFLOW_TEST_PASSWORD, and nothing is there" in send(world).stopped
        monkeypatch.setenv("KLYNGEFLOW_TEST_PASSWORD", "hemmeligt")
        done = send(world)
    assert "does not offer" in done.stopped  # a login is not offered without encryption
    assert "hemmeligt" not in done.stopped
    assert box.taken == []
    with pytest.raises(ValueError, match="may not go unencrypted"):
        MailSettings(host="mail.example.test", starttls=False, sender="k@example.test", user="k", password_env="X")


KILLED = """
import sys
from datetime import date, datetime
from pathlib import Path
from flows.mailing import send_due
from flows.settings import load_workspace
send_due(load_workspace(Path(sys.argv[1])), date(2026, 5, 4), datetime(2026, 5, 4, 8))
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_kill_between_the_text_and_the_answer_leaves_it_unknown(rendered: Workspace) -> None:
    with mail_server() as (port, box):
        world = with_mail(rendered, port)
        hand_over(world)
        root = Path(delivering.__file__).parents[1]
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(world.root)], cwd=root)
        box.at_data = child.kill
        assert child.wait(120) == -signal.SIGKILL
        assert states(world) == ["unknown", "queued", "queued"]
        box.at_data = lambda: None
        assert send(world).sent == 2
    assert sorted(address for address, _ in box.taken) == sorted(ADDRESSES)
