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


TitleOption = Annotated[str | None, typer.Option("--title", help="What the package is called, in Danish.")]
EnglishOption = Annotated[str | None, typer.Option("--title-en", help="The same in English.")]
CountsOption = Annotated[
    str | None, typer.Option(help="prescriptions, services, patient_counts, registrations, questionnaire or nothing.")
]
CodesOption = Annotated[
    str | None, typer.Option(help="Codes or names to count, with commas between: A02BC takes all that begin so.")
]
OutOfOption = Annotated[
    str | None, typer.Option(help="Codes or names that they are held against; list: everybody listed.")
]
PerOption = Annotated[str | None, typer.Option(help="1000 listed is usual, 100 for a share.")]
MonthsOption = Annotated[str | None, typer.Option(help="How many months a report looks at, 1 to 36.")]
OwnerOption = Annotated[str | None, typer.Option(help="Who answers for the package.")]
WhyOption = Annotated[str | None, typer.Option(help="Why there are no figures, where nothing is counted.")]
ExpectedOption = Annotated[str | None, typer.Option(help="A typical figure, for a dry run.")]
ExpectedOfOption = Annotated[
    str | None, typer.Option(help="What it is out of, per 1,000 listed and year; not where that is the list.")
]


class Language(StrEnum):
    """What is told in."""

    da = "da"
    en = "en"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command("new-package")(new_package)
    app.command("dry-run")(dry_run)


def new_package(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and _, such as ppi.")],
    workspace: WorkspaceOption = HERE,
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="Make it in DIR and not in the workspace.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what is usual for the rest.")] = False,
    title: TitleOption = None,
    title_en: EnglishOption = None,
    counts: CountsOption = None,
    codes: CodesOption = None,
    out_of: OutOfOption = None,
    per: PerOption = None,
    months: MonthsOption = None,
    owner: OwnerOption = None,
    why: WhyOption = None,
    expected: ExpectedOption = None,
    expected_denominator: ExpectedOfOption = None,
) -> None:
    """Make a package of your own: a few questions, and a folder that lints, computes and renders. No code.

    Every question has a usual answer and can be answered by an option. The folder has a package.toml with one measure
    and comments that teach, and the five texts, each with a start to write on from. Nothing is ever overwritten.

    Example: `klyngeflow new-package ppi --counts prescriptions --codes A02BC --yes`
    """
    from flows.new_package_questions import ASKED

    told = (title, title_en, counts, codes, out_of, per, months, owner, why, expected, expected_denominator)
    folder = _made(workspace, name, to, dict(zip(ASKED, told, strict=True)), ask=not yes)
    typer.echo(f"\nLavet: {folder} (package.toml og fem tekster). Skriv videre i teksterne, og så:")
    place = "" if workspace == HERE else f" --workspace {workspace}"
    for command in ("lint", "dry-run", "describe"):
        typer.echo(f"  klyngeflow {command} {name if to is None else folder}{place}")


def _made(workspace: Path, name: str, to: Path | None, given: dict[str, str | None], *, ask: bool) -> Path:
    """The folder of the package, made."""
    from datetime import UTC, datetime

    from flows.dry_run import place_of
    from flows.new_package import folder_for, make_package
    from flows.new_package_questions import Interview

    opened = place_of(workspace)
    folder = folder_for(opened, name, to)
    make_package(opened, Interview(opened, name, given, ask).answers(), folder, datetime.now(UTC).date())
    return folder


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
