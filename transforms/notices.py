"""E-mail notices: that something is ready and how to get it. No figure, no measure, no topic, no practice's number.

A blank sheet that a reminder carries names the topic and the practice, and holds no figure either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

NoticeKind = Literal["ready", "corrected", "reminder"]
NoticeState = Literal["queued", "sent", "unknown", "refused", "dropped"]
Channel = Literal["digital_post", "letter", "coordinator"]

PAUSES = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=2))
"""How long a notice waits after the first refusal for now, the second and so on; after the last it is refused."""

_MONTHS = {
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "en": "January February March April May June July August September October November December",
}


@dataclass(frozen=True)
class Notice:
    """One e-mail to one address, entered before it is sent. `message_id` never changes.

    `unknown`: the server took it or did not; only a person or a receipt decides. `try_after` (UTC) is when a queued
    one may be tried; `noticed_on` the day it was decided on.
    """

    notice_id: str
    message_id: str
    kind: NoticeKind
    pack_id: str
    request_id: str | None
    cluster_id: str
    recipient: str
    unit_id: str
    version: int
    address: str
    subject: str
    body: str
    state: NoticeState
    attempts: int
    try_after: datetime | None
    reason: str
    noticed_on: date
    changed_at: datetime


@dataclass(frozen=True)
class Occasion:
    """What a notice is about. `how` is the workspace's own sentence on how to get the files; empty: by the channel.

    `missing` are the sources that a reminder names, `until` the last day on which they can come,
    `sheets` how many blank sheets it carries.
    """

    meeting: date
    name: str
    sender: str
    language: Literal["da", "en"] = "da"
    channel: Channel = "letter"
    how: str = ""
    missing: tuple[str, ...] = ()
    until: date | None = None
    sheets: int = 0


def worded(kind: NoticeKind, occasion: Occasion) -> tuple[str, str]:
    """The subject and the text."""
    words = _DANISH if occasion.language == "da" else _ENGLISH
    values = {"meeting": day(occasion.meeting, occasion.language), "how": occasion.how or words[occasion.channel]}
    values |= {"missing": "\n".join(f"- {each}" for each in occasion.missing)}
    values |= {"until": day(occasion.until, occasion.language) if occasion.until else ""}
    carried = {0: "", 1: words["sheet"]}.get(occasion.sheets, words["sheets"])
    values |= {"carried": f"\n\n{carried}" if carried else ""}
    values |= {"name": " ".join(occasion.name.split()), "sender": " ".join(occasion.sender.split())}
    return words[f"{kind} subject"], words["frame"].format(body=words[kind].format(**values), **values)


def day(when: date, language: Literal["da", "en"]) -> str:
    """`14. maj 2027`, `14 May 2027`."""
    month = _MONTHS[language].split()[when.month - 1]
    return f"{when.day}{'' if language == 'en' else '.'} {month} {when.year}"


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a notice that was refused for now for the `attempts`-th time is tried again; None: not any more."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def refusal(code: int) -> str:
    """What a mail server's refusal means, as something that a person can act on. Its own words are never repeated."""
    told = next((words for codes, words in _REFUSALS if code in codes), None)
    return f"{told or 'The mail server refused it. Ask whoever runs it why'} ({code})"


_REFUSALS: Sequence[tuple[tuple[int, ...], str]] = (
    ((510, 511, 550, 551, 553), "The mail server knows no such address. Mend it in modtagere.csv"),
    ((452, 552), "The mailbox is full. Ask for another address and write it into modtagere.csv"),
    ((521, 556), "The address' own server takes no mail. Ask for another and write it into modtagere.csv"),
    ((530, 535, 538), "The mail server wants another user or password. Mend [mail] in klyngeflow.toml"),
    ((554,), "The mail server does not pass mail on from here. Ask whoever runs it to let the sender through"),
)
_DANISH: dict[str, str] = {
    "frame": "Kære {name}\n\n{body}\n\nDenne mail indeholder med vilje ingen tal. Skriv ikke personoplysninger i et "
    "svar.\n\nVenlig hilsen\n{sender}\n",
    "ready subject": "Materiale til klyngemødet er klar",
    "ready": "Der er materiale klar til klyngemødet den {meeting}.\n\n{how}",
    "corrected subject": "Rettet materiale til klyngemødet",
    "corrected": "Materialet til klyngemødet den {meeting} er lavet om, siden I fik det. Den nye udgave gælder "
    "i stedet for den første.\n\n{how}",
    "reminder subject": "Data til klyngemødet",
    "reminder": "Vi har endnu ikke data fra jer til klyngemødet den {meeting}. Det drejer sig om:\n\n{missing}\n\n"
    "Kommer de senest den {until}, kan de nå at komme med. Har I allerede sendt dem, kan I se bort fra denne mail."
    "{carried}",
    "sheet": "Vedhæftet er et tomt ark, som I selv fylder ud. Gem det udfyldte ark, og send det tilbage.",
    "sheets": "Vedhæftet er de tomme ark, som I selv fylder ud. Gem de udfyldte ark, og send dem tilbage.",
    "digital_post": "Det kommer i jeres Digital Post, i postkassen for jeres CVR-nummer.",
    "letter": "Det kommer med brevpost til praksis.",
    "coordinator": "Det ligger i koordinatorens mappe hos kvalitetsenheden. Nøglen til bogstaverne kan kun åbnes med "
    "din egen age-nøgle.",
}
_ENGLISH: dict[str, str] = {
    "frame": "Dear {name}\n\n{body}\n\nThis mail holds no figures, on purpose. Please write no personal data in a "
    "reply.\n\nKind regards\n{sender}\n",
    "ready subject": "Material for the cluster meeting is ready",
    "ready": "There is material ready for the cluster meeting on {meeting}.\n\n{how}",
    "corrected subject": "Corrected material for the cluster meeting",
    "corrected": "The material for the cluster meeting on {meeting} has been made anew since you had it. The new "
    "edition takes the place of the first.\n\n{how}",
    "reminder subject": "Data for the cluster meeting",
    "reminder": "We have no data from you yet for the cluster meeting on {meeting}. It is about:\n\n{missing}\n\n"
    "If they come by {until}, they can still be part of it. If you have sent them already, please disregard this mail."
    "{carried}",
    "sheet": "A blank sheet that you fill in yourselves is attached. Save it when it is filled in, and send it back.",
    "sheets": "Blank sheets that you fill in yourselves are attached. Save them when they are filled in, and send them "
    "back.",
    "digital_post": "It comes in your Digital Post, in the mailbox of your CVR number.",
    "letter": "It comes to the practice by post.",
    "coordinator": "It lies in the coordinator's folder at the quality unit. The key to the letters opens with your "
    "own age key alone.",
}
