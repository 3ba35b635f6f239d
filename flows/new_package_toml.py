"""The package.toml of a new package, with comments that teach. A library writes it, so that no answer can break it."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, InlineTable, Table

from flows.new_package import CODED, Answers
from reports.numbers import Numbers
from transforms.model import Text

HERE = Path(__file__).parent
QUANTITY = {
    "prescriptions": "items",
    "services": "services",
    "patient_counts": "patients",
    "registrations": "count",
    "questionnaire": "score",
}
MINIMUM = {"questionnaire": 5}
"""Under this many answers one person's may be told; of what happens, 20 is what a package has unless it says."""


@lru_cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((HERE / "new_package_words.toml").read_text(encoding="utf-8"))


def said(key: str, **values: str) -> Text:
    """The words `key` in both languages, with `values` put in."""
    words = _words()[key]
    return Text(da=words["da"].format(**values), en=words["en"].format(**values))


def asked(key: str) -> str:
    """The question `key`, in Danish."""
    return _words()["ask"][key]


def package_toml(answers: Answers, today: date) -> str:
    """The whole file."""
    document = tomlkit.document()
    _comment(document, "top")
    for key, value in _head(answers, today).items():
        document.add(key, value)
    document["status"].comment(_words()["comments"]["status"])
    if answers.counted:
        document["minimum_events"].comment(_words()["comments"]["minimum"])
        document["sources"].comment(_words()["comments"]["sources"])
    document.add(tomlkit.nl())
    document.add("windows", _windows(answers))
    if answers.counted:
        _block(document, "measures", [_measure(answers)])
    for name, blocks in _shared(answers).items():
        _block(document, name, blocks)
    first = {"version": "0.1", "on": today, "what": said("first").model_dump()}
    _block(document, "changes", [_table(first)])
    document.add(tomlkit.nl())
    _comment(document, "references")
    return tomlkit.dumps(document)


def _comment(place: tomlkit.TOMLDocument | Table, key: str) -> None:
    for line in _words()["comments"][key].splitlines():
        place.add(tomlkit.comment(line))


def _block(document: tomlkit.TOMLDocument, name: str, blocks: list[Table]) -> None:
    document.add(tomlkit.nl())
    if name in _words()["comments"]:
        _comment(document, name)
    document.add(name, AoT(blocks))


def _both(text: Text) -> InlineTable:
    return _inline({"da": text.da, "en": text.en})


def _inline(values: dict[str, Any]) -> InlineTable:
    table = tomlkit.inline_table()
    table.update(values)
    return table


def _head(answers: Answers, today: date) -> dict[str, Any]:
    head: dict[str, Any] = {
        "id": answers.name,
        "version": "0.1",
        "status": "draft",
        "owner": answers.owner,
        "author": answers.owner,
        "review_due": _in_a_year(today),
        "title": _both(Text(da=answers.title, en=answers.title_en)),
        "focus": _inline(
            {
                "da": _words()["focus"]["da"].format(title=answers.title),
                "en": _words()["focus"]["en"].format(title=answers.title_en),
            }
        ),
    }
    if not answers.counted:
        why = said("why") if answers.why is None else Text(da=answers.why, en=answers.why)
        return head | {"without_numbers": _both(why)}
    return head | {
        "population": _both(said("population")),
        "minimum_events": MINIMUM.get(answers.counts, 20),
        "sources": ["list_sizes", answers.counts],
    }


def _in_a_year(day: date) -> date:
    return date(day.year + 1, day.month, min(day.day, 28))


def _windows(answers: Answers) -> Table:
    windows = tomlkit.table()
    windows.add("months", answers.months)
    windows.add("followup_after_months", 12)
    windows["followup_after_months"].comment(_words()["comments"]["months"])
    windows.add("followup_why", _both(said("followup_why")))
    return windows


def _measure(answers: Answers) -> Table:
    """The one measure of the answers."""
    table = tomlkit.table()
    table.add("id", measure_id(answers))
    table.add("kind", kind_of(answers))
    if answers.counts in CODED:
        _comment(table, "codes")
    table.add("numerator", _selection(answers, answers.codes))
    if answers.counts != "questionnaire":
        table.add("denominator", _denominator(answers))
        table.add("per", answers.per)
    table.add("decimals", 1)
    table.add("direction", "none")
    table["direction"].comment(_words()["comments"]["direction"])
    for name, text in _words_of(answers).items():
        if name == "pitfalls":
            _comment(table, "pitfalls")
        table.add(name, _both(text))
    _expect(table, answers)
    return table


def _expect(table: Table, answers: Answers) -> None:
    _comment(table, "expected")
    if answers.expected is None:
        table.add(tomlkit.comment("expected = { value = 10, denominator = 100 }"))
        return
    values: dict[str, Any] = {"value": answers.expected}
    if answers.expected_denominator is not None:
        values["denominator"] = answers.expected_denominator
    table.add("expected", _inline(values))


def measure_id(answers: Answers) -> str:
    """What the measure is called: by the package and how it is counted."""
    if answers.counts == "questionnaire":
        return f"{answers.name}_mean"
    return f"{answers.name}_share" if answers.is_share else f"{answers.name}_per_{answers.per}"


def kind_of(answers: Answers) -> str:
    """A mean of scores, a share of what holds it, or a rate over anything else."""
    if answers.counts == "questionnaire":
        return "mean"
    return "proportion" if answers.is_share else "rate"


def _selection(answers: Answers, codes: tuple[str, ...]) -> InlineTable:
    source = answers.counts
    chosen: dict[str, Any] = {"source": source, "quantity": QUANTITY[source]}
    if source == "patient_counts":
        return _inline(chosen | {"groups": list(codes), "window_months": answers.months})
    return _inline(chosen | {"codes": list(codes)})


def _denominator(answers: Answers) -> InlineTable:
    if not answers.out_of:
        return _inline({"source": "list_sizes", "quantity": "patients"})
    return _selection(answers, answers.out_of)


def _words_of(answers: Answers) -> dict[str, Text]:
    """Title, definition, unit, events and pitfalls, in both languages."""
    form = "mean" if answers.counts == "questionnaire" else "share" if answers.is_share else "events"
    form = "list" if form == "events" and not answers.out_of else form
    percent = answers.is_share and answers.per == 100
    unit = "unit_mean" if form == "mean" else "unit_share" if percent else "unit_per"
    keys = {
        "title": f"title_{form}",
        "definition": f"definition_{form}",
        "unit": unit,
        "events": f"events_{answers.counts}",
        "pitfalls": f"pitfalls_{answers.counts}",
    }
    return {name: _filled(answers, key) for name, key in keys.items()}


def _filled(answers: Answers, key: str) -> Text:
    what = said(f"what_{answers.counts}")
    every = {"codes": ", ".join(answers.codes), "out_of": ", ".join(answers.out_of)}
    spoken: dict[str, str] = {}
    for language, title in (("da", answers.title), ("en", answers.title_en)):
        per = Numbers(language).count(answers.per)
        values = every | {"title": title, "per": per, "what": what.in_language(language)}
        spoken[language] = _words()[key][language].format(**values)
    return Text(**spoken)


def _shared(answers: Answers) -> dict[str, list[Table]]:
    """What every package begins with, as tables; each question is about the measure, where there is one."""
    blocks = tomllib.loads((HERE / "new_package_blocks.toml").read_text(encoding="utf-8"))
    if answers.counted:
        for question in blocks["questions"]:
            question["measures"] = [measure_id(answers)]
    return {name: [_table(block) for block in every] for name, every in blocks.items()}


def _table(block: dict[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in block.items():
        table.add(key, _inline(value) if isinstance(value, dict) else value)
    return table
