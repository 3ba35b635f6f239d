"""A dry run on a terminal, as JSON and as a page."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.dry_run import Rehearsal, Unfounded
from flows.dry_run_sentences import Teller
from flows.settings import SettingsError, Workspace
from transforms.dry_run import Found, LevelFound

TEMPLATES = Path(__file__).with_name("templates")
BAR = 24
"""Characters of a bar: two of them, with their words, fit a terminal of 80."""
_EIGHTHS = " ▏▎▍▌▋▊▉█"
INDENT = "   "


def show(teller: Teller, workspace: Workspace, run: Rehearsal, *, lively: bool) -> None:
    """Plain lines; on a terminal with bars, bold titles, and lines broken between words."""
    typer.echo(typer.style(teller.heading(run), bold=True))
    for line in teller.beforehand(workspace, run.package):
        typer.echo(_wrapped(line, "", lively=lively))
    for place, result in enumerate(run.results, start=1):
        told = teller.told(run, result)
        typer.echo("\n" + typer.style(f"{place}. {told.title}", bold=True))
        if lively and isinstance(result, Found):
            for line in _bars(teller, result):
                typer.echo(INDENT + line)
        for line in told.lines:
            typer.echo(_wrapped(line, INDENT, lively=lively))
    if told := teller.afterwards(run):
        typer.echo("\n" + _wrapped(told, "", lively=lively))


def _wrapped(line: str, indent: str, *, lively: bool) -> str:
    if not lively:
        return indent + line
    import textwrap

    width = max(40, min(110, shutil.get_terminal_size().columns))
    return textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _bars(teller: Teller, found: Found) -> list[str]:
    """Who has enough data, as a bar of all there are."""
    lines: list[str] = []
    for name, level in (("practices", found.practice), ("clusters", found.cluster)):
        word = teller.say(name)
        share = teller.numbers.percent(100 * level.enough / level.units)
        lines.append(f"{word:<10}{typer.style(bar(level), fg='blue')} {share} {teller.say('has_enough')}")
    return lines


def bar(level: LevelFound) -> str:
    """The part of the units with enough data, in eighths of a character; any at all is seen."""
    eighths = round(BAR * 8 * level.enough / level.units)
    eighths = max(eighths, 1) if level.enough else 0
    filled, rest = divmod(eighths, 8)
    return ("█" * filled + (_EIGHTHS[rest] if rest else "")).ljust(BAR, "·")


def described(teller: Teller, workspace: Workspace, run: Rehearsal) -> dict[str, Any]:
    """What a program may read: the figures, and the sentences that go with them."""
    measures: list[dict[str, Any]] = []
    for result in run.results:
        told = teller.told(run, result)
        figures: dict[str, Any] = {"lacks": result.lack} if isinstance(result, Unfounded) else asdict(result)
        sentences = {key: text for key, text in asdict(told).items() if key not in ("measure_id", "title") and text}
        measures.append({"id": told.measure_id, "title": told.title} | _unnamed(figures) | {"sentences": sentences})
    return {
        "package": run.package.id,
        "version": run.package.version,
        "country": {"clusters": run.clusters, "practices": run.practices, "patients": run.patients},
        "window_months": run.package.windows.months,
        "followup_after_months": run.package.windows.followup_after_months,
        "minimum_events": run.package.minimum_events,
        "beforehand": teller.beforehand(workspace, run.package) if run.results else [],
        "without_numbers": "" if run.results else teller.without_numbers(run.package),
        "measures": measures,
    }


def _unnamed(figures: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in figures.items() if key != "measure_id"}


def page(teller: Teller, workspace: Workspace, run: Rehearsal) -> str:
    """One HTML file with the sentences and, per measure, what part of all units has enough and what can be seen."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    rows = [(teller.told(run, result), _drawn(result)) for result in run.results]
    return environment.get_template("dry_run.html.j2").render(
        teller=teller, run=run, rows=rows, beforehand=teller.beforehand(workspace, run.package)
    )


def _drawn(result: Found | Unfounded) -> list[dict[str, Any]]:
    """The bars of the page: percent with enough data, and percent of what there is to change (at most all of it)."""
    if isinstance(result, Unfounded):
        return []
    levels = (("practices", result.practice), ("clusters", result.cluster))
    return [
        {
            "name": name,
            "enough": 100 * level.enough / level.units,
            "change": None if level.reach is None else 100 * min(1.0, level.reach.part),
        }
        for name, level in levels
    ]


def write_page(path: Path, text: str) -> None:
    """`text` in `path`.

    Raises:
        SettingsError: there is no such folder.
    """
    if not path.parent.is_dir():
        raise SettingsError(f"There is no folder {path.parent} to put {path.name} in. Make it, or write another path.")
    path.write_text(text, encoding="utf-8")
