"""The command line's part about making a package: a new one, and what it could show before there are data."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from flows.dry_run import Rehearsal
    from flows.settings import Workspace
    from transforms.definitions import Package


class Language(StrEnum):
    """What is told in."""

    da = "da"
    en = "en"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command("dry-run")(dry_run)


def dry_run(
    package: Annotated[str, typer.Argument(metavar="PACKAGE", help="Such as antibiotika, or a package's folder.")],
    workspace: WorkspaceOption = HERE,
    language: Annotated[
        Language | None, typer.Option(help="What to tell in; default: the workspace's language.")
    ] = None,
    to: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Also write it as a page.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a package could show, before anyone is asked for data: on a synthetic Denmark, measure by measure.

    How many practices and clusters would have enough to be read on their own, what change each could show, how many
    would be called changed by chance alone, how long the follow-up lets wait, and what the measure is good for.

    116 clusters, some 1,700 practices. What they do comes from the figures of the workspace where it has any, else from
    `expected` of each measure in package.toml: the typical value, and the denominator per 1,000 listed and year. Two
    windows are drawn in which nobody does anything new, and judged as real ones are.
    """
    from flows.dry_run import package_of, place_of
    from flows.dry_run_sentences import Teller
    from flows.dry_run_showing import described, page, show, write_page

    opened = place_of(workspace)
    teller = Teller(str(language or opened.definition.language))
    chosen = package_of(opened, package)
    if not chosen.measures and not as_json:
        typer.echo(teller.without_numbers(chosen))
        return
    lively = sys.stdout.isatty() and not as_json
    run = _rehearsed(opened, chosen, lively=lively)
    if to is not None:
        write_page(to, page(teller, opened, run))
    if as_json:
        typer.echo(json.dumps(described(teller, opened, run), ensure_ascii=False, indent=1))
    else:
        show(teller, opened, run, lively=lively)


def _rehearsed(workspace: Workspace, package: Package, *, lively: bool) -> Rehearsal:
    """The dry run, with a bar while it lasts on a terminal."""
    from flows.dry_run import rehearse
    from flows.progress import DISPLAY

    if not lively:
        return rehearse(workspace, package)
    with DISPLAY.running():
        return rehearse(workspace, package, lambda done, total: DISPLAY.advance("Dry run", done, total))
