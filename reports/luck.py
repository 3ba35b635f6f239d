"""How many verdicts of a meeting would say "likely change" though nothing had changed: told to the coordinator."""

from __future__ import annotations

import polars as pl

from reports.judgement import LEVELS
from reports.markdown import Markdown
from reports.pills import JUDGED, OF_VERDICT
from reports.setting import Setting

_FEWEST_TOLD = 0.5
"""Fewer expected than this is hardly any: "about 0" would read as a promise."""


def luck_words(figures: pl.DataFrame, setting: Setting) -> Markdown:
    """One sentence, empty where no verdict was made. `figures` are those of every audience of the pack.

    A practice's verdict is counted where it stands in its own report: the number says nothing of whose it was, and how
    many of them are "likely change" is not told.
    """
    made = {level: _verdicts(figures, level) for level in LEVELS}
    if not any(made.values()):
        return Markdown()
    voice = setting.voice
    expected = sum(number * (100 - LEVELS[level]) / 100 for level, number in made.items())
    parts = [voice.one_or_many("luck", f"{level}s", number) for level, number in made.items() if number]
    listed = parts[0] if len(parts) == 1 else voice.say("luck", "and", first=parts[0], second=parts[1])
    every = voice.one_or_many("luck", "verdicts", sum(made.values()))
    return voice.say("luck", "made", n=every, parts=listed, luck=_about(expected, setting))


def _verdicts(figures: pl.DataFrame, level: str) -> int:
    """Verdicts that could have come out either way: too few data and not comparable can never be "likely change"."""
    open_ones = [verdict for verdict, kind in OF_VERDICT.items() if kind in JUDGED]
    own = pl.col("own") if level == "practice" else pl.col("audience") == "cluster"
    return figures.filter(pl.col("level") == level, own, pl.col("verdict").is_in(open_ones)).height


def _about(number: float, setting: Setting) -> Markdown:
    if number < _FEWEST_TOLD:
        return setting.voice.say("luck", "hardly_any")
    return setting.voice.one_or_many("luck", "times", round(number))
