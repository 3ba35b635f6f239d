"""What the checks of a whole delivery found, in words: months, regions, codes and counts, never a practice's figure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from reports.markdown import Markdown
from reports.setting import Setting

MOST_TOLD = 4
_SECTION = "found"
_UNTOLD = ("more", "more_codes")
"""Findings that only say how many there are besides."""
_LITTLE, _MUCH = 0.01, 10
_GONE, _NEW = 0.05, 20
"""A code that falls under, or rises over, so many times the usual is told as gone or new: no factor says it better."""


def found_words(found: Iterable[str], setting: Setting) -> list[Markdown]:
    """One sentence per finding of the JSON lists `found`; a finding that has no words here is left out."""
    every = [finding for each in found for finding in json.loads(each)]
    known = [finding for finding in every if finding["say"] in setting.voice.words[_SECTION]]
    told = [_sentence(finding, setting) for finding in known]
    hidden = max(len(told) - MOST_TOLD, 0) + sum(finding["n"] for finding in every if finding["say"] in _UNTOLD)
    besides = [setting.voice.one_or_many(_SECTION, "besides", hidden)] if hidden else []
    return [*told[:MOST_TOLD], *besides]


def _sentence(finding: Mapping[str, Any], setting: Setting) -> Markdown:
    numbers = setting.voice.numbers
    values: dict[str, object] = {}
    for name, value in finding.items():
        match name:
            case "say":
                continue
            case "month":
                month = date.fromisoformat(f"{value}-01")
                values[name] = numbers.period(month, month)
            case "share":
                values[name] = _times(value, setting)
            case "quantity":
                values[name] = setting.voice.known("quantity", value, value)
            case _:
                values[name] = numbers.count(value) if isinstance(value, int | float) else value
    return setting.voice.say(_SECTION, _key(finding), **values)


def _key(finding: Mapping[str, Any]) -> str:
    if finding["say"] == "jump" and finding["share"] >= _NEW:
        return "jump_new"
    return "jump_gone" if finding["say"] == "jump" and finding["share"] <= _GONE else finding["say"]


def _times(share: float, setting: Setting) -> str:
    """`43 % af` the usual, or `10 gange` where it is the double or more."""
    numbers = setting.voice.numbers
    if share >= 2:
        return setting.voice.write(_SECTION, "times", n=numbers.decimal(share, 0 if share >= _MUCH else 1))
    if share < _LITTLE:
        return setting.voice.write(_SECTION, "hardly_any")
    return setting.voice.write(_SECTION, "part", n=numbers.percent(share * 100))
