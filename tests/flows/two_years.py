"""Two and a half years of the synthetic region, day by day, through the steps that run by themselves.

The clock is set to each day, and each step is called as a schedule calls it. What people do - deliver, order, answer,
hand over - is done on its day by files in the inbox, as a coordinator or a practice would do it.

    python tests/flows/two_years.py FOLDER             every day, half an hour or more; `make years`
    python tests/flows/two_years.py FOLDER --eventful  the days on which anybody does anything, or something is due

Afterwards it says what is wrong (tests/flows/years_checks.py), and ends with 1 where anything is.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import time_machine
from delivery_world import practice, rows, write_contacts
from mail_servers import Postbox, mail_server
from openpyxl import load_workbook
from years_checks import Lived, faults

from flows import daily
from flows.daily import Told
from flows.ingesting import prepare
from flows.order_forms import write_forms
from flows.settings import Workspace, load_workspace
from transforms.calendar import last_day
from transforms.meeting_plan import due_dates
from transforms.order_form import HEAD_ROW
from warehouse import follow_ups, requests

FIRST, LAST = date(2024, 2, 1), date(2026, 8, 1)
DELAY = 40
"""Days after a quarter, or a month, at which its extracts come."""
SETTINGS = """name = "To år"
example_data = true
[consent]
default = "given"
[letters]
seed = 20260101
[mail]
host = "127.0.0.1"
port = {port}
starttls = false
sender = "kvalitet@example.test"
"""
SOURCES = ("recepter", "tilmeldte", "ydelser", "patienttal")
EVERY_DAY = ("inbox", "look", "render", "follow-ups", "deliver", "mail", "deadlines")


@dataclass(frozen=True)
class Order:
    """What a coordinator writes on a form, `lead` days before the meeting. `until`: the last month asked for.

    `end` is the state in which its request has to end.
    """

    cluster: str
    package: str
    meeting: date
    lead: int = 100
    until: str | None = None
    level: str = "Kun klyngen"
    called_off: date | None = None
    end: str = "delivered"


ORDERS = (
    Order("K01", "antibiotika", date(2024, 10, 9), level="Klynge og praksis"),
    # Numbers of patients come for the first time in August 2025: these two wait for them.
    Order("K02", "crp", date(2025, 9, 24)),
    Order("K03", "nsaid", date(2025, 11, 12)),
    Order("K04", "antibiotika", date(2025, 1, 15)),
    # For this one they come too late: it waits until the day of the meeting, and says for what.
    Order("K05", "crp", date(2025, 1, 22), until="2024-09", end="failed"),
    Order("K06", "antibiotika", date(2025, 9, 17)),
    Order("K07", "antibiotika", date(2025, 11, 19), called_off=date(2025, 10, 1), end="cancelled"),
)
ANSWERS: Mapping[str, str] = {"K01": "Ja", "K02": "Nej", "K03": "Ja", "K04": "Ja"}
"""What clusters answer about their follow-up on the first of the next month; K06 says nothing."""


@dataclass(frozen=True)
class Script:
    """What people do: the files that come on a day (name, how to read it), what is ordered, and what is answered."""

    files: Mapping[date, list[tuple[str, Callable[[], bytes]]]]
    orders: tuple[Order, ...]
    answers: Mapping[str, str]


@dataclass
class Story:
    """A workspace, and what each day's steps said of it."""

    workspace: Workspace
    script: Script
    said: dict[date, dict[str, Told]] = field(default_factory=dict)

    def live(self, days: Iterable[date], steps: tuple[str, ...] = EVERY_DAY) -> None:
        """Each of `days` in turn: what people do on it, then the steps."""
        for day in days:
            with time_machine.travel(datetime.combine(day, time(7), UTC), tick=False):
                self.people(day)
                self.said[day] = {name: daily.STEPS[name](self.workspace, day) for name in steps}

    def matters(self, day: date) -> bool:
        """Whether anybody does anything on `day`, or it is the day after a meeting, or a month's first or 15th."""
        of_orders = {
            when
            for each in self.script.orders
            for when in (each.meeting - timedelta(days=each.lead), each.called_off, each.meeting + timedelta(days=1))
        }
        return day in self.script.files or day in of_orders or day.day in (1, 15) or day in self._due()

    def _due(self) -> set[date]:
        """The days on which a step of a meeting's plan is due: packs are handed over on one of them."""
        plan = self.workspace.definition.plan
        asked = requests.every(self.workspace.store)
        return {day for each in asked for day in due_dates(each.meeting_date, plan).values()}

    def people(self, day: date) -> None:
        """What people do on `day`: files and forms come, and orders are called off."""
        for name, content in self.script.files.get(day, []):
            self._put(content(), name, day)
        for each in self.script.orders:
            if day == each.meeting - timedelta(days=each.lead):
                self._order(each, day)
            if day == each.called_off:
                self._call_off(each)
        if day.day == 1:
            self._answer(day)

    def _put(self, content: bytes, name: str, day: date) -> None:
        """Into the inbox; the file has lain there for an hour."""
        self.workspace.inbox.mkdir(parents=True, exist_ok=True)
        path = self.workspace.inbox / name
        path.write_bytes(content)
        hour_ago = datetime.combine(day, time(6), UTC).timestamp()
        os.utime(path, (hour_ago, hour_ago))

    def _order(self, each: Order, day: date) -> None:
        row = HEAD_ROW + 1
        cells = {"B": each.package, "C": "Første møde", "D": each.meeting, "E": "Koordinator", "G": each.level}
        cells |= {"H": "HTML", "I": each.until, "J": "Ja"}
        self._form(each.cluster, "Bestilling", {f"{column}{row}": cell for column, cell in cells.items()}, day)

    def _form(self, cluster: str, sheet: str, cells: Mapping[str, Any], day: date) -> None:
        (path,) = write_forms(self.workspace, self.workspace.root / "forms", cluster, day)
        book = load_workbook(path)
        for cell, value in cells.items():
            book[sheet][cell] = value
        book.save(path)
        self._put(path.read_bytes(), path.name, day)

    def _call_off(self, each: Order) -> None:
        from flows.requesting import by_person

        by_person(self.workspace, f"{each.cluster}_{each.package}_baseline_{each.meeting}", "cancelled", "Koordinator")

    def _answer(self, day: date) -> None:
        if not self.workspace.store.database.exists():
            return
        for each in follow_ups.every(self.workspace.store):
            answer = self.script.answers.get(each.baseline.cluster_id)
            if each.state == "proposed" and answer is not None:
                cells = {"G6": answer, "I6": "Koordinator"}
                self._form(each.baseline.cluster_id, "Opfølgning", cells, day)


def begin(root: Path, region: Path, port: int) -> Story:
    """An empty workspace in `root` with mail, and the days on which the files of `region` come into its inbox."""
    root.mkdir(parents=True)
    (root / "klyngeflow.toml").write_text(SETTINGS.format(port=port), encoding="utf-8")
    files: dict[date, list[tuple[str, Callable[[], bytes]]]] = {}
    for path in sorted(region.iterdir()):
        if (day := arrival(path.name)) is not None:
            files.setdefault(day, []).append((path.name, path.read_bytes))
    opened = load_workspace(root)
    prepare(opened)
    write_contacts(opened, *(practice(code) for code in codes_of(region)))
    return Story(opened, Script(files, ORDERS, ANSWERS))


def codes_of(region: Path) -> list[str]:
    """The practices that the region's registers name."""
    lines = [line for path in region.glob("register_*") for line in path.read_bytes().splitlines()[1:]]
    return sorted({line.partition(b";")[0].decode() for line in lines})


def arrival(name: str) -> date | None:
    """The day on which a file of the region comes; None: it is not part of this story."""
    if name.startswith("register_"):
        return FIRST
    found = re.fullmatch(r"([a-zæøå]+)_(\d{4})(?:K([1-4])|-(\d\d))(_rettet|_foreloebig)?\.csv", name)
    if found is None or found[1] not in SOURCES:
        return None
    ended = last_day(date(int(found[2]), int(found[3]) * 3 if found[3] else int(found[4]), 1))
    return ended + timedelta(days={"_rettet": DELAY + 30, "_foreloebig": DELAY - 20}.get(found[5], DELAY))


def every_day() -> Iterator[date]:
    """From FIRST to LAST."""
    yield from (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))


def members_of(region: Path) -> Callable[[str, date], set[str]]:
    """Who is in a cluster on a day and has not said no, read from the region's register as it lies there."""
    (register,) = region.glob("register_*")
    lines = list(csv.DictReader(register.read_text(encoding="cp1252").splitlines(), delimiter=";"))

    def on(day: str) -> date | None:
        return datetime.strptime(day, "%d-%m-%Y").date() if day else None

    def members(cluster: str, day: date) -> set[str]:
        mine = [line for line in lines if line["Klyngekode"] == cluster and line["Samtykke"] != "nej"]
        inside = [
            line for line in mine if (on(line["Medlem fra"]) or day) <= day <= (on(line["Medlem til"]) or date.max)
        ]
        return {line["Ydernummer"] for line in inside}

    return members


def figures(lived: Lived) -> str:
    """What the years held, to be read at their end."""
    kinds = Counter(f"{each.kind} {each.state}" for each in lived.requests)
    ups = Counter(each.state for each in lived.follow_ups)
    mails = Counter(kind for (kind,) in rows(lived.story.workspace, "meeting.notice", "kind"))
    told = {"meetings": kinds, "follow-ups": ups, "e-mails": mails}
    counted = "; ".join(
        f"{what}: " + ", ".join(f"{n} {name}" for name, n in sorted(each.items())) for what, each in told.items()
    )
    packs = len([path for path in lived.story.workspace.store.outbox.glob("K*") if path.is_dir()])
    return f"{len(lived.story.said)} days lived; {counted}; {packs} packs; {sum(os.times()[:4]):.0f} CPU seconds."


def live_through(folder: Path, *, eventful: bool) -> Lived:
    """Live through the region's years in `folder`, and tell what each day's steps did."""
    from examples.synthetic.generate import generate

    shutil.rmtree(folder, ignore_errors=True)
    region = folder / "region"
    generate(region, folder / "truth")
    with mail_server() as (port, box):
        story = begin(folder / "workspace", region, port)
        for day in every_day():
            if eventful and day != LAST and not story.matters(day):
                continue
            story.live([day])
            for name, told in story.said[day].items():
                if name != "deadlines":
                    sys.stdout.writelines(f"{day} {name}: {line}\n" for line in told.done)
            sys.stdout.flush()
        return Lived(story, came_to(box), members_of(region))


def came_to(box: Postbox) -> list[tuple[str, str]]:
    """Message-ID and address of everything that a mail server took."""
    return [(message["Message-ID"], address) for address, message in box.taken]


def main(folder: Path, *, eventful: bool) -> int:
    """Live through the years, and say what is wrong afterwards: 1 where anything is."""
    lived = live_through(folder, eventful=eventful)
    wrong = faults(lived)
    sys.stdout.writelines(f"Wrong: {sentence}\n" for sentence in wrong)
    sys.stdout.write(f"{figures(lived)}\n{len(wrong)} things are wrong.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), eventful="--eventful" in sys.argv[2:]))
