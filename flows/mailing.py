"""Sending queued notices over SMTP: one recipient each, never twice unasked, and a server's words never repeated."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Literal

from flows.delivery_settings import MailError, MailSettings
from flows.recipients import coordinator_contact, practice_contact, read_contacts
from flows.reminding import carried
from flows.settings import Workspace
from flows.sheets import Blank
from transforms.errors import UserError
from transforms.notices import Notice, next_try, refusal
from warehouse import notices

_LOST = (
    "The connection was lost after the text had gone off, so it may have arrived. Ask the recipient, or look for the "
    "Message-ID in the server's log"
)
_STOPPED = "klyngeflow was stopped while it was sent, so it may have arrived. Ask the recipient, or look in the log"
_GOING_OFF = "its text goes off to the server now"
"""For the audit trail, where the entry stays: mostly the next one says that it was sent."""
_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NO_ANSWER = 421
"""What a server that breaks off is taken to have said (RFC 5321: service not available)."""


class NoSuchNoticeError(UserError):
    """There is no such notice, or it is not one that somebody has to decide about."""


@dataclass
class Sent:
    """What a round did: numbers of notices by outcome, and why it came to an end before all were tried."""

    sent: int = 0
    waiting: int = 0
    unknown: int = 0
    refused: int = 0
    dropped: int = 0
    stopped: str = ""
    told: list[str] = field(default_factory=list[str])


class _RoundOverError(Exception):
    """The server cannot be used any more in this round. The text says why, in words of ours."""


def send_due(workspace: Workspace, today: date, now: datetime, who: str = "klyngeflow") -> Sent:
    """Try every notice whose time has come (`now`, UTC without a zone); what the server does not take now waits.

    A round ends with the first silence or lost connection: at most one notice of a round can be `unknown`.
    """
    done, settings = Sent(), workspace.definition.mail
    _drop_stale_reminders(workspace, today, done, who)
    waiting = [each for each in notices.every(workspace.store) if each.state == "queued"]
    ripe = [each for each in waiting if each.try_after is None or each.try_after <= now]
    if settings is None or not ripe:
        done.waiting = len(waiting)
        return done
    reminders = {(each.cluster_id, each.unit_id) for each in ripe if each.kind == "reminder"}
    sheets = carried(workspace, reminders, today) if reminders else {}
    try:
        with _session(settings, workspace) as server:
            for each in ripe:
                blank = sheets.get((each.cluster_id, each.unit_id), []) if each.kind == "reminder" else []
                _settle(workspace, _tried(workspace, server, (each, blank), now), done, who)
    except _RoundOverError as over:
        done.stopped = str(over)
    done.waiting = sum(each.state == "queued" for each in notices.every(workspace.store))
    return done


def decide(workspace: Workspace, named: str, outcome: Literal["sent", "again", "drop"], who: str) -> Notice:
    """What a person found out about a notice that is unknown or refused; `again` takes the address of modtagere.csv.

    It keeps its Message-ID: should both copies arrive, the recipient's mail program knows them for one.

    Raises:
        NoSuchNoticeError: there is none, or nothing is to be decided about it.
    """
    every = notices.every(workspace.store)
    found = [each for each in every if named.upper() == each.notice_id or named.strip("<>") in each.message_id]
    if len(found) != 1:
        open_ = ", ".join(each.notice_id for each in every if each.state in ("unknown", "refused")) or "none"
        raise NoSuchNoticeError(f"There is no notice {named!r}. To be decided about: {open_}.")
    (notice,) = found
    if notice.state not in ("unknown", "refused") or (outcome == "sent" and notice.state == "refused"):
        raise NoSuchNoticeError(f"{notice.notice_id} is {notice.state}: there is nothing to decide about it that way.")
    reason = f"{who} said so after it was {notice.state}"
    if outcome == "again":
        address = _address_now(workspace, notice) or notice.address
        settled = replace(notice, state="queued", address=address, attempts=0, try_after=None, reason=reason)
    else:
        settled = replace(notice, state="sent" if outcome == "sent" else "dropped", reason=reason)
    notices.settle(workspace.store, settled, who)
    return settled


def _address_now(workspace: Workspace, notice: Notice) -> str:
    contacts = read_contacts(workspace)
    if notice.recipient == "coordinator":
        return coordinator_contact(contacts, notice.unit_id).email
    return practice_contact(contacts, notice.unit_id).email


def _drop_stale_reminders(workspace: Workspace, today: date, done: Sent, who: str) -> None:
    """A reminder of an earlier day may have been answered since: it is decided on anew."""
    for each in notices.every(workspace.store):
        if each.state == "queued" and each.kind == "reminder" and each.noticed_on != today:
            stale = replace(each, state="dropped", reason="it could not be sent on the day it was decided on")
            _settle(workspace, stale, done, who)


@contextmanager
def _session(settings: MailSettings, workspace: Workspace) -> Iterator[smtplib.SMTP]:
    """The server, greeted and ready to take mail.

    Raises:
        _RoundOverError: it does not answer, or does not want us.
    """
    place = f"The mail server {settings.host}, port {settings.port},"
    try:
        own = settings.sender.rpartition("@")[2]
        server = smtplib.SMTP(settings.host, settings.port, own, settings.timeout_seconds)
    except (OSError, smtplib.SMTPException):
        raise _RoundOverError(f"{place} does not answer. Is it up, and right in [mail]?") from None
    try:
        _log_in(server, settings, workspace, place)
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def _log_in(server: smtplib.SMTP, settings: MailSettings, workspace: Workspace, place: str) -> None:
    try:
        server.ehlo_or_helo_if_needed()
        if settings.starttls:
            server.starttls(context=ssl.create_default_context())
        if settings.user:
            server.login(settings.user, settings.password(workspace.root))
    except MailError as error:
        raise _RoundOverError(str(error)) from None
    except smtplib.SMTPAuthenticationError:
        raise _RoundOverError(f"{place} does not take the user or the password of [mail].") from None
    except smtplib.SMTPNotSupportedError:
        raise _RoundOverError(f"{place} does not offer what [mail] asks for (encryption, a login).") from None
    except (OSError, smtplib.SMTPException):
        raise _RoundOverError(f"{place} broke off the greeting, or its certificate is not to be trusted.") from None


def _tried(workspace: Workspace, server: smtplib.SMTP, mail: tuple[Notice, Sequence[Blank]], now: datetime) -> Notice:
    """The notice as it stands after one attempt to send it with its sheets.

    Raises:
        _RoundOverError: the connection is gone, or the server does not take mail from us; before the text went off.
    """
    notice, blank = mail
    settings = workspace.definition.mail
    if settings is None:
        raise _RoundOverError("klyngeflow.toml names no mail server any more.")
    tried = replace(notice, attempts=notice.attempts + 1)
    text = composed(notice, settings, blank)
    try:
        code, _ = server.mail(settings.sender)
        if code != 250:
            raise _RoundOverError(f"The mail server takes no mail from {settings.sender} ({code}). Nothing was sent.")
        code, _ = server.rcpt(notice.address)
        if code not in (250, 251):
            with suppress(OSError, smtplib.SMTPException):  # it may hang up with its answer
                server.rset()
            return _answered(tried, code, now)
    except (OSError, smtplib.SMTPException):
        # This one waits its turn, so that one at which a server always hangs up does not keep the others back.
        notices.settle(workspace.store, _answered(tried, _NO_ANSWER, now), "klyngeflow")
        raise _RoundOverError("The mail server broke off before anything was sent. What is left waits.") from None
    # From here on a kill leaves it as this row says: perhaps sent, and never sent again unasked.
    perhaps_sent = replace(tried, state="unknown", reason=_STOPPED)
    notices.settle(workspace.store, perhaps_sent, "klyngeflow", _GOING_OFF)
    try:
        code, _ = server.data(text)
    except smtplib.SMTPDataError as error:
        return _answered(tried, int(error.smtp_code), now)
    except (OSError, smtplib.SMTPException):
        return replace(tried, state="unknown", reason=_LOST)
    return _answered(tried, code, now)


def _answered(tried: Notice, code: int, now: datetime) -> Notice:
    """What the server's answer makes of it: 2xx taken, 4xx not now, anything else never."""
    if 200 <= code < 300:
        return replace(tried, state="sent", try_after=None, reason="")
    later = next_try(tried.attempts, now) if 400 <= code < 500 else None
    if later is not None:
        return replace(tried, state="queued", try_after=later, reason=f"Not now, said the mail server ({code})")
    put_off = "The mail server has put it off every time. " if 400 <= code < 500 else ""
    return replace(tried, state="refused", try_after=None, reason=put_off + refusal(code))


def _settle(workspace: Workspace, notice: Notice, done: Sent, who: str) -> None:
    """Put the outcome on record and count it.

    Raises:
        _RoundOverError: the server went silent: what else there is waits for another round.
    """
    notices.settle(workspace.store, notice, who)
    if notice.state in ("sent", "unknown", "refused", "dropped"):
        setattr(done, notice.state, getattr(done, notice.state) + 1)
    if notice.state in ("unknown", "refused"):
        done.told.append(
            f"{notice.notice_id} to {notice.recipient} {notice.unit_id} is {notice.state}. {notice.reason}"
        )
    if notice.state == "unknown":
        raise _RoundOverError("The mail server fell silent in the middle of a notice. What is left waits.")


def composed(notice: Notice, settings: MailSettings, sheets: Sequence[Blank] = ()) -> bytes:
    """The mail as it goes off: plain text and blank sheets, the same bytes at every attempt."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = notice.message_id
    message["Date"] = format_datetime(datetime.combine(notice.noticed_on, datetime.min.time(), UTC))
    message["From"] = settings.sender
    message["To"] = notice.address
    message["Subject"] = notice.subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: holiday answers are not sent to it
    message.set_content(notice.body, cte="quoted-printable")
    for each in sheets:
        message.add_attachment(each.content, maintype="application", subtype=_XLSX, filename=each.name)
    if sheets:  # what the library would draw by lot at each attempt
        message.set_boundary(f"klyngeflow-{sha256(notice.message_id.encode()).hexdigest()[:32]}")
    return message.as_bytes()
