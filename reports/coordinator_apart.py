"""Who lies apart in the picture that the cluster sees, by letter, and who is missing, by name: for the coordinator.

Apart is Tukey's rule: more than one and a half times the middle half's width outside it (Tukey, Exploratory Data
Analysis, 1977). It looks at the dots as they are drawn, in their coarse steps, and knows nothing of their sizes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

import polars as pl

from reports.markdown import Markdown
from reports.rows import FEWEST_SHOWN, MeasureRows, Row
from reports.setting import Setting
from transforms.definitions import Measure

FENCE = 1.5


@dataclass(frozen=True)
class Apart:
    """One practice whose dots lie apart: under its letter (its name where the cluster shows names)."""

    who: str
    seen: tuple[Markdown, ...]
    ask: tuple[Markdown, ...]


def apart(measures: Sequence[MeasureRows], setting: Setting) -> list[Apart]:
    """In the order of their letters, which is no order of their figures."""
    seen: dict[str, list[Markdown]] = {}
    asked: dict[str, list[str]] = {}
    for rows in measures:
        for row, words in _levels(rows, setting):
            seen.setdefault(row.label, []).append(words)
            asked.setdefault(row.label, []).append("level")
        for row, words in _changes(rows, setting):
            seen.setdefault(row.label, []).append(words)
            asked.setdefault(row.label, []).append("change")
    return [Apart(who, tuple(seen[who]), _questions(asked[who], setting)) for who in sorted(seen, key=_by_letter)]


def _by_letter(label: str) -> tuple[bool, str]:
    return len(label) > 1, label


def _questions(kinds: Sequence[str], setting: Setting) -> tuple[Markdown, ...]:
    return tuple(setting.voice.say("apart", f"ask_{kind}") for kind in dict.fromkeys(kinds))


def _levels(rows: MeasureRows, setting: Setting) -> list[tuple[Row, Markdown]]:
    """Practices whose figure of the latest period lies apart."""
    named = [(row, row.now.value) for row in rows.others if row.label and row.now.readable]
    found = _outside([(row, value) for row, value in named if value is not None])
    if found is None:
        return []
    low, high = (_written(rows.measure, end, setting) for end in found.middle)
    values = {"low": low, "high": high, "title": setting.voice.text(rows.measure.title)}
    say = setting.voice.say
    return [(row, say("apart", "level", v1=setting.value(rows.measure, row.now), **values)) for row in found.rows]


def _changes(rows: MeasureRows, setting: Setting) -> list[tuple[Row, Markdown]]:
    """Practices that moved otherwise than the others, where before and after may be set beside each other."""
    paired = [(row, row.change) for row in rows.others if row.label and row.paired]
    found = _outside([(row, change) for row, change in paired if change is not None])
    if found is None:
        return []
    title, say = setting.voice.text(rows.measure.title), setting.voice.say
    return [
        (
            row,
            say(
                "apart",
                "change",
                title=title,
                v0=setting.beside(rows.measure, row.before),
                v1=setting.value(rows.measure, row.now),
            ),
        )
        for row in found.rows
    ]


@dataclass(frozen=True)
class _Found:
    rows: tuple[Row, ...]
    middle: tuple[float, float]


def _outside(values: Sequence[tuple[Row, float]]) -> _Found | None:
    """Those outside the fences; None where too few are drawn, or half of them are the same and nothing is apart."""
    if len(values) < FEWEST_SHOWN:
        return None
    first, _, third = quantiles((value for _, value in values), n=4, method="inclusive")
    reach = FENCE * (third - first)
    if reach <= 0:
        return None
    rows = tuple(row for row, value in values if value < first - reach or value > third + reach)
    return _Found(rows, (first, third))


def _written(measure: Measure, value: float, setting: Setting) -> str:
    return setting.voice.numbers.shared(measure, value)


def missing(figures: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Labels of the practices that submitted nothing for the latest period, and of those that lack some of it.

    Read from the state in each practice's own rows: nothing else of them is. Who did not consent is in no row at all.
    """
    own = figures.filter(pl.col("own")).with_columns(missing=pl.col("now_state") == "not_submitted")
    by = own.group_by("audience", "label").agg(
        whole=pl.col("missing").all(),
        partly=pl.col("missing").any(),
    )
    whole = by.filter("whole")["label"].to_list()
    partly = by.filter(pl.col("partly") & ~pl.col("whole"))["label"].to_list()
    return sorted(whole, key=_by_letter), sorted(partly, key=_by_letter)


def missing_names(rows: pl.DataFrame, setting: Setting) -> dict[str, dict[str, str]]:
    """By label, what the coordinator is told of a practice that is missing: its name, and of a part what is missing.

    By name, so that nobody has to look a letter up in order to ask for a file. `rows` are those of report.missing.
    """
    names: dict[str, str] = {}
    parts: dict[str, list[str]] = {}
    for row in rows.sort("practice_id", "source").iter_rows(named=True):
        names[row["label"]] = f"{row['practice_name']} ({row['practice_id']})"
        source = setting.voice.known("source", row["source"], row["source"])
        values = {"source": source[:1].lower() + source[1:], "n": row["months"], "of": row["of_months"]}
        parts.setdefault(row["label"], []).append(setting.voice.write("coordinator", "missing_part", **values))
    told = {label: f"{names[label]}: {', '.join(parts[label])}" for label in names}
    return {"missing": names, "missing_partly": told}
