"""The registry file: who belongs to which cluster, from when and to when."""

from datetime import date, timedelta
from pathlib import Path

from examples.synthetic.names import CLUSTERS, REGION_CODE, REGION_NAME
from examples.synthetic.plan import NO_CONSENT, Event
from examples.synthetic.region import FOUNDED, Practice, event_of
from examples.synthetic.write import WINDOWS, danish_date, write_lines

REGISTER_FILE = "register_2026-07-01.csv"
HEADER = (
    "Ydernummer;Praksisnavn;Klyngekode;Klyngenavn;Regionskode;Regionsnavn;"
    "Medlem fra;Medlem til;Åbnet;Lukket;Efterfølger;Samtykke"
)
_CLUSTER_NAMES = {code: name for code, name, _ in CLUSTERS}


def write_registry(inbox: Path, practices: tuple[Practice, ...]) -> None:
    """One line per practice and cluster it is or was a member of."""
    lines = [_line(practice, *member) for practice in practices for member in memberships(practice)]
    write_lines(inbox / REGISTER_FILE, [HEADER, *lines], WINDOWS)


def memberships(practice: Practice) -> list[tuple[str, date, date | None]]:
    """Cluster, first day and last day of each membership; no last day while it lasts."""
    event = event_of(practice.number)
    start = max(practice.founded, FOUNDED)
    if event and event.kind == "moves":
        return [(practice.cluster, start, event.day - timedelta(days=1)), (event.target, event.day, None)]
    return [(practice.cluster, start, _last_day(event))]


def _last_day(event: Event | None) -> date | None:
    return event.day if event and event.kind in ("closes", "merges") else None


def _line(practice: Practice, cluster: str, first: date, last: date | None) -> str:
    event = event_of(practice.number)
    successor = event.target if event and event.kind == "merges" else ""
    shut = danish_date(_last_day(event))
    consent = "nej" if practice.number == NO_CONSENT else "ja"
    place = [cluster, _CLUSTER_NAMES[cluster], REGION_CODE, REGION_NAME]
    days = [danish_date(first), danish_date(last), danish_date(practice.founded), shut]
    return ";".join([practice.number, practice.name, *place, *days, successor, consent])
