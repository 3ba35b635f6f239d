"""What `klyngeflow registry` prints, in words for a person at a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import fill

from transforms.cluster_standing import Member, Standing

WIDTH = 80
_MODES = {
    "letters": "other practices are letters",
    "open": "all practices are named",
    "own_only": "everyone sees the own figures alone",
}
_EVENTS = {
    "moved": "moved from {from_} to {to}",
    "came": "came to {to}",
    "back": "came back to {to}",
    "gone": "left {from_}; whether it closed is not known",
    "closed": "last day; it closes",
    "merged": "last day; it is taken over by {to}",
    "cluster_began": "the cluster begins",
    "cluster_ended": "the cluster ends",
    "cluster_to_other_region": "the cluster goes from region {from_} to region {to}",
}


@dataclass(frozen=True)
class Load:
    """One delivery of the registry: its file, the day it holds, when it came and what it did to memberships."""

    file_name: str
    as_at: date
    loaded_at: datetime
    began: int
    ended: int
    taken_back: int


@dataclass(frozen=True)
class Background:
    """What the standing is read beside: the last load, the workspace's rules and members without data by source."""

    load: Load
    mode: str
    silence_is_consent: bool
    missing: Mapping[str, tuple[date, tuple[str, ...]]]


def page(found: Standing, day: date, background: Background) -> str:
    """The whole page about one cluster on one day."""
    names = {member.practice_id: member.name for member in found.members}
    parts = [
        _head(found, day, background.load),
        _section(f"Members on {_day(day)}: {len(found.members)}", map(_member, found.members)),
        _section("In the 12 months before", map(_event, found.happened)),
        _section("Announced for later", map(_event, found.coming)),
        _consent(found, background),
        _anonymity(found, background),
        _missing(names, background.missing),
        _next_step(found),
    ]
    return _without_controls("\n\n".join(parts))


def _without_controls(text: str) -> str:
    """A terminal obeys control letters, and a name comes as somebody wrote it."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def _head(found: Standing, day: date, load: Load) -> str:
    title = f"{found.cluster_id} {found.name}, region {found.region}, on {_day(day)}"
    came = (
        f"Registry: {load.file_name}, as of {_day(load.as_at)}, brought in {_day(load.loaded_at.date())}. "
        f"Memberships: {load.began:,} begun, {load.ended:,} ended, {load.taken_back:,} taken back."
    )
    return f"{_wrapped(title)}\n{_wrapped(came)}"


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, *(list(lines) or ["  nothing"])])


def _member(member: Member) -> str:
    since = f"since {_day(member.since)}" if member.since else ""
    return f"  {member.practice_id:8} {_cut(member.name, 44):44} {since}".rstrip()


def _event(row: Mapping[str, object]) -> str:
    said = _EVENTS[str(row["event"])].format(from_=_unit(row, "from_"), to=_unit(row, "to_"))
    return _wrapped(f"  {_day(row['day'])}  {_unit(row)}: {said}", 14)


def _unit(row: Mapping[str, object], end: str = "") -> str:
    unit = row[f"{end}id"] if end else row["unit_id"]
    return f"{unit} {row[f'{end}name']}".rstrip()


def _consent(found: Standing, background: Background) -> str:
    refused = [member for member in found.members if member.consent is False]
    silent = [member for member in found.members if member.consent is None]
    given = len(found.members) - len(refused) - len(silent)
    rule = "counts as yes" if background.silence_is_consent else "counts as no"
    title = f"Consent: {given} yes, {len(refused)} no, {len(silent)} not answered (which {rule} in this workspace)"
    lines = [*(_answer("no", each) for each in refused), *(_answer("not answered", each) for each in silent)]
    return "\n".join([_wrapped(title), *lines])


def _answer(word: str, member: Member) -> str:
    return f"  {word:13} {member.practice_id:8} {_cut(member.name, 54)}".rstrip()


def _anonymity(found: Standing, background: Background) -> str:
    general = next((mode for package, mode in found.modes if package is None), None)
    origin = "registry" if general else "this workspace's setting; the registry says nothing"
    mode = general or background.mode
    lines = [_wrapped(f"Anonymity: {mode}, {_MODES.get(mode, mode)} ({origin})")]
    lines += [f"  for {package}: {mode}, {_MODES.get(mode, mode)}" for package, mode in found.modes if package]
    withheld = [member for member in found.members if member.withheld]
    lines += [_answer("withheld", member) for member in withheld]
    return "\n".join(lines)


def _missing(names: Mapping[str, str], missing: Mapping[str, tuple[date, tuple[str, ...]]]) -> str:
    if not missing:
        return "Data: nothing but the registry has been brought in yet."
    lines: list[str] = []
    for source, (month, practices) in sorted(missing.items()):
        lines.append(f"  {source}, {month:%B %Y}: {'missing from' if practices else 'all members delivered'}")
        lines += [f"    {practice:8} {_cut(names.get(practice, ''), 54)}".rstrip() for practice in practices]
    return _section("Data in the newest month delivered", lines)


def _next_step(found: Standing) -> str:
    silent = sum(member.consent is None for member in found.members)
    asks = [f"ask for the answers that are missing ({silent})"] if silent else []
    asks += ["confirm the members with the cluster's coordinator"]
    step = f"Next: {' and '.join(asks)}, put what is wrong right in the registry and bring it in again "
    return _wrapped(f"{step}(klyngeflow ingest registry FILE); then order the extract.")


def changes_table(rows: Iterable[Mapping[str, int]]) -> str:
    """One line per year: practices that moved, came, came back, went, closed, merged; clusters that began and ended."""
    heads = ("year", "moved", "came", "back", "gone", "closed", "merged", "begun", "ended", "region")
    columns = ("year", "moved", "came", "back", "gone", "closed", "merged")
    clusters = ("cluster_began", "cluster_ended", "cluster_to_other_region")
    lines = [" ".join(f"{'practices' if i == 1 else 'clusters' if i == 7 else '':>7}" for i in range(10)).rstrip()]
    lines += [" ".join(f"{head:>7}" for head in heads)]
    lines += [
        " ".join([f"{row['year']:>7}", *(f"{row[name]:>7,}" for name in (*columns[1:], *clusters))]) for row in rows
    ]
    return "\n".join(lines)


def _wrapped(text: str, hanging: int = 2) -> str:
    return fill(text, WIDTH, subsequent_indent=" " * hanging, drop_whitespace=True, break_long_words=False)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _day(day: object) -> str:
    return day.isoformat() if isinstance(day, date) else ""
