"""Who is told by e-mail of what was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from email.utils import make_msgid

from flows.delivery_settings import MailSettings
from flows.handing_over import channel_of
from flows.parcels import Due
from flows.settings import Workspace
from transforms.notices import Notice, NoticeKind, Occasion, worded
from transforms.parcels import Delivery
from transforms.recipients import Contact
from transforms.requests import Request
from warehouse.ledger import utc_now

_NAMELESS = {"da": "klyngekoordinator", "en": "cluster coordinator"}
"""A practice without a name in modtagere.csv has the registry's; a coordinator stands in no registry."""


def notices_for(
    workspace: Workspace, request: Request, made: Sequence[tuple[Due, Delivery]], today: date
) -> list[Notice]:
    """One for each recipient with an address; what lies in the cluster's own folder is the coordinator's to show."""
    mail = workspace.definition.mail
    if mail is None:
        return []
    return [
        notice(
            mail,
            "corrected" if due.corrects else "ready",
            _about(workspace, mail, request, due.contact),
            (request, delivery.recipient, delivery.unit_id, delivery.version),
            (due.contact.email, today),
        )
        for due, delivery in made
        if delivery.recipient != "cluster" and due.contact.email
    ]


def notice(
    mail: MailSettings,
    kind: NoticeKind,
    occasion: Occasion,
    about: tuple[Request, str, str, int],
    sent_to: tuple[str, date],
) -> Notice:
    """A notice that is queued, with the identity that it keeps. `about`: the request, recipient, unit and version."""
    request, recipient, unit, version = about
    subject, body = worded(kind, occasion)
    return Notice(
        notice_id="",
        message_id=make_msgid(domain=mail.sender.rpartition("@")[2]),
        kind=kind,
        pack_id=request.pack_id,
        request_id=request.request_id,
        cluster_id=request.cluster_id,
        recipient=recipient,
        unit_id=unit,
        version=version,
        address=sent_to[0],
        subject=subject,
        body=body,
        state="queued",
        attempts=0,
        try_after=None,
        reason="",
        noticed_on=sent_to[1],
        changed_at=utc_now(),
    )


def _about(workspace: Workspace, mail: MailSettings, request: Request, contact: Contact) -> Occasion:
    return Occasion(
        meeting=request.meeting_date,
        name=contact.name or _NAMELESS[mail.language or workspace.definition.language],
        sender=workspace.definition.name,
        language=mail.language or workspace.definition.language,
        channel=channel_of(contact),
        how=mail.how,
    )
