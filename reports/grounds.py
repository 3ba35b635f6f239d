"""What a report rests on: who delivered, which extracts, which versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from reports.markdown import Markdown
from reports.pack import PackTables
from reports.setting import Setting

SHORT_SHA = 8
_SHAS_SHOWN = 4


def delivered_words(tables: PackTables, setting: Setting, *, answered: bool = False) -> Markdown:
    """How many practices the figures hold, and what happened to the others: never which.

    `answered`: some figures are what people answered, and of two rounds it is said that they were not paired.
    """
    voice, pack = setting.voice, setting.pack
    parts = [
        voice.say("grounds", "delivered", delivered=pack["practices_delivered"], members=pack["practices_members"]),
        *rests_on(tables.figures, setting),
    ]
    for record in tables.notes.sort("change").iter_rows(named=True):
        if record["practices"] and f"{record['change']}_one" in voice.words["grounds"]:
            parts.append(voice.one_or_many("grounds", record["change"], int(record["practices"])))
    key = "same_season" if setting.followup else "one_window"
    periods = {"before": setting.period("before")} if setting.followup else {}
    parts.append(voice.say("grounds", key, now=setting.period("now"), **periods))
    if setting.followup and answered:
        parts.append(voice.say("grounds", "as_groups"))
    return Markdown(" ".join(parts))


def rests_on(figures: pl.DataFrame, setting: Setting) -> list[Markdown]:
    """How many of the practices that delivered the cluster's figures rest on: not the same at every measure."""
    say, when = setting.voice.say, "both" if setting.followup else "one"
    behind = setting.pack["practices_matched" if setting.followup else "practices_delivered"]
    told = [say("grounds", "matched", matched=behind)] if setting.followup else []
    numbers: list[int] = figures.filter(level="cluster")["practices"].drop_nulls().unique().sort().to_list()
    if not numbers:
        return told
    fewest, most = numbers[0], numbers[-1]
    if fewest < most:
        return [*told, say("grounds", f"rests_between_{when}", fewest=fewest, most=most)]
    if most < behind:
        return [*told, say("grounds", f"rests_some_{when}", n=most)]
    return [*told, say("grounds", "rests_all_both")] if setting.followup else told


def source_lines(sources: pl.DataFrame, setting: Setting) -> list[Markdown]:
    """One line per source: how many extracts, what they cover, whether they are final, and their short digests."""
    lines = []
    for (source,), extracts in sources.sort("source", "period_start", "sha256").group_by("source", maintain_order=True):
        lines.append(_source_line(str(source), list(extracts.iter_rows(named=True)), setting))
    return lines


def _source_line(source: str, extracts: Sequence[Mapping[str, Any]], setting: Setting) -> Markdown:
    voice = setting.voice
    starts = [extract["period_start"] for extract in extracts if extract["period_start"]]
    ends = [extract["period_end"] for extract in extracts if extract["period_end"]]
    # A registry covers no period: it is what was known when it came.
    period = {"period": voice.numbers.period(min(starts), max(ends))} if starts and ends else {}
    line = voice.say(
        "grounds",
        "source" if period else "source_without_period",
        source=_source_name(source, setting),
        extracts=voice.one_or_many("grounds", "extracts", len(extracts)),
        **period,
        status=_status([extract["status"] for extract in extracts], setting),
        shas=_shas([extract["sha256"] for extract in extracts], setting),
    )
    excluded = sum(extract["rows_excluded"] or 0 for extract in extracts)
    rejected = sum(extract["rows_rejected"] or 0 for extract in extracts)
    told = (("excluded", excluded), ("rejected", rejected))
    return Markdown(" ".join([line, *(voice.one_or_many("grounds", key, rows) for key, rows in told if rows)]))


def _status(statuses: Sequence[str], setting: Setting) -> str:
    status = statuses[0] if len(set(statuses)) == 1 else "both"
    return setting.voice.known("grounds", status, status)


def _shas(digests: Sequence[str], setting: Setting) -> Markdown:
    short = ", ".join(digest[:SHORT_SHA] for digest in digests[:_SHAS_SHOWN])
    more = len(digests) - _SHAS_SHOWN
    if more < 1:
        return Markdown(short)
    return Markdown(f"{short} {setting.voice.say('grounds', 'more_shas', n=more)}")


def _source_name(source: str, setting: Setting) -> str:
    return setting.voice.known("source", source, source)


def version_words(versions: Mapping[str, str]) -> str:
    return " · ".join(f"{name} {version}" for name, version in sorted(versions.items()))
