"""The agenda with its times: minutes from the start, so that it fits a meeting at any hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.markdown import Markdown, escaped
from reports.numbers import DASH
from reports.wording import Voice
from transforms.definitions import Package
from transforms.package_parts import AGENDAS

STANDARD: Mapping[str, Mapping[str, int]] = {
    "welcome": {"40": 3, "90": 5, "120": 10, "virtual": 5},
    "own": {"40": 5, "90": 10, "120": 10, "virtual": 10},
    "groups": {"40": 12, "90": 25, "120": 30, "virtual": 20},
    "plenary": {"40": 7, "90": 20, "120": 25, "virtual": 15},
    "pause": {"120": 10, "virtual": 5},
    "try": {"90": 15, "120": 20, "virtual": 15},
    "close": {"40": 13, "90": 15, "120": 15, "virtual": 15},
}
"""Minutes of each item where a package has no agenda: words by the same names in `standard_agenda`. Half of every
meeting is for the own figures and the groups, since an introduction that overruns takes that time first."""


@dataclass(frozen=True)
class Item:
    """One item of the agenda, with its minutes by meeting."""

    what: str
    form: str
    minutes: Mapping[str, int]


@dataclass(frozen=True)
class Agenda:
    """The agenda as printed. `rows` hold what, form, and `5–15` for each meeting; `ends` when each is over."""

    heads: tuple[Markdown, ...]
    rows: tuple[tuple[Markdown, Markdown, tuple[str, ...]], ...]
    ends: tuple[str, ...]
    standard: bool


def agenda(package: Package, voice: Voice) -> Agenda:
    """The package's own agenda, or the ordinary one where it has none."""
    items = _items(package, voice)
    held = [name for name in AGENDAS if any(name in item.minutes for item in items)]
    starts = {name: _starts([item.minutes.get(name, 0) for item in items]) for name in held}
    rows = [
        (escaped(item.what), escaped(item.form), tuple(_span(item, name, starts[name][at], voice) for name in held))
        for at, item in enumerate(items)
    ]
    heads = tuple(voice.say("agenda", name) for name in held)
    ends = tuple(str(starts[name][-1]) for name in held)
    return Agenda(heads, tuple(rows), ends, standard=not package.agenda)


def _items(package: Package, voice: Voice) -> Sequence[Item]:
    if package.agenda:
        return [
            Item(voice.text(each.what), voice.text(each.form) if each.form else "", dict(each.minutes.items()))
            for each in package.agenda
        ]
    write = voice.write
    return [
        Item(write("standard_agenda", name), write("standard_agenda", f"form_{name}"), minutes)
        for name, minutes in STANDARD.items()
    ]


def _starts(minutes: Sequence[int]) -> list[int]:
    """When each item begins, and when the last one is over."""
    return [sum(minutes[:at]) for at in range(len(minutes) + 1)]


def _span(item: Item, name: str, start: int, voice: Voice) -> str:
    if name not in item.minutes:
        return voice.write("agenda", "not_there")
    return f"{start}{DASH}{start + item.minutes[name]}"
