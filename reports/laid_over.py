"""What a region, a municipality or a cluster laid over the package: a report says so, and who."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reports.markdown import Markdown, escaped
from reports.wording import Voice
from transforms.definitions import Package
from transforms.model import Text
from transforms.package_parts import LaidOver


class Speaking(Protocol):
    """A report's setting, or a booklet: all that is asked of it is its words."""

    @property
    def voice(self) -> Voice: ...


def laid_over_lines(package: Package, setting: Speaking) -> list[Markdown]:
    """One line for each overlay."""
    return [_line(laid, setting) for laid in package.laid_over]


def _line(laid: LaidOver, setting: Speaking) -> Markdown:
    voice = setting.voice
    what = [
        *_measures("added", laid.added, setting),
        *_measures("left_out", laid.left_out, setting),
        *(voice.say("laid_over", name, n=n) for name in ("months", "minimum_events") if (n := getattr(laid, name))),
        *(voice.say("laid_over", name) for name in ("questions", "words") if getattr(laid, name)),
    ]
    return voice.say("laid_over", "line", by=voice.text(laid.by), what=_listed(what, setting))


def _measures(key: str, titles: Sequence[Text], setting: Speaking) -> list[Markdown]:
    if not titles:
        return []
    named = _listed([Markdown(f"*{escaped(setting.voice.text(title))}*") for title in titles], setting)
    return [setting.voice.one_or_many("laid_over", key, len(titles), titles=named)]


def _listed(parts: Sequence[str], setting: Speaking) -> Markdown:
    *first, last = parts or [""]
    joined = ", ".join(first)
    return Markdown(f"{joined} {setting.voice.write('laid_over', 'and')} {last}" if first else last)
