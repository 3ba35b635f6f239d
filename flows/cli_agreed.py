"""The command line's part about what clusters agree on at their meetings."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows.cli_options import HERE, JsonOption, WorkspaceOption


class _FormFirst(TyperGroup):
    """`klyngeflow agreed FILE` is `klyngeflow agreed form FILE`: whoever has a form has no need of the word."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["form", *args]
        return super().resolve_command(ctx, args)


agreed = typer.Typer(
    cls=_FormFirst,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="""What a cluster agreed on at a meeting: recorded now, and printed at the follow-up beside what was seen.

    The easy way is the form `aftaler.xlsx` that lies in the coordinator's folder of every baseline pack
    (`outbox/noegler/<pack>/`). Filled in, it is recorded by `klyngeflow agreed aftaler.xlsx`, or by the next
    `klyngeflow run` when it lies in the inbox. Word by word:

    `klyngeflow agreed add "Wait and see in airway infections" --who all --by 2026-12-01 --cluster K01
    --package antibiotika --measure antibiotics_per_1000 --hope "-10 %"`

    Goals are the cluster's own: they are printed in its words, and nothing says whether a hope was met.
    """,
)
ClusterOption = Annotated[str, typer.Option("--cluster", help="The cluster's code in the registry.")]
PackageOption = Annotated[str, typer.Option("--package", help="The package that the meeting was about.")]
MeetingOption = Annotated[
    datetime | None,
    typer.Option(
        "--meeting", formats=["%Y-%m-%d"], help="The day of the meeting; without it the newest that is known."
    ),
]


_OPTION = {"what": "WHAT", "who": "--who", "by_when": "--by", "measure": "--measure", "hope": "--hope"}


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(agreed, name="agreed")


@agreed.command()
def form(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Filled forms.")],
    workspace: WorkspaceOption = HERE,
) -> None:
    """Record filled forms. A form takes the place of what its meeting had; one fault, and nothing of it is recorded."""
    from flows.agreeing import record
    from flows.settings import load_workspace

    opened = load_workspace(workspace)
    for path in files:
        typer.echo(f"{path.name}: {record(opened, path).sentence()}")


@agreed.command()
def add(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="What the cluster will do, in its own words.")],
    who: Annotated[str, typer.Option(help="Who does it, such as: all of us.")],
    by: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="By when.")],
    cluster: ClusterOption,
    package: PackageOption,
    meeting: MeetingOption = None,
    measure: Annotated[str | None, typer.Option(help="The measure that may show it: its code or its title.")] = None,
    hope: Annotated[
        str | None,
        typer.Option(help="What is hoped for: lower, higher, '-10 %', '+3 points', '-20' (its unit) or 'to 36'."),
    ] = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Record one goal of a meeting."""
    from flows import agreeing
    from flows.clock import today
    from flows.settings import load_workspace
    from transforms.goals import Goal, GoalError, hope_of

    opened, day = load_workspace(workspace), meeting and meeting.date()
    try:
        hoped = None if hope is None else hope_of(hope, today())
        held, number = agreeing.add(opened, cluster, package, day, Goal(what, who, by.date(), measure, hoped))
    except GoalError as error:
        raise agreeing.AgreedError(f"{_OPTION.get(error.field, error.field)}: {error}", value=error.value) from None
    typer.echo(f"Goal {number} of {held.cluster_id} in {held.package_id}, meeting of {held.meeting_date}, is recorded.")


@agreed.command("list")
def show(
    cluster: Annotated[str | None, typer.Option(help="Only this cluster's.")] = None,
    package: Annotated[str | None, typer.Option(help="Only this package's.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Every goal that is recorded, meeting by meeting."""
    from flows.agreeing import listed
    from flows.settings import load_workspace

    rows = listed(load_workspace(workspace), cluster, package)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=_written))
        return
    if not rows:
        typer.echo("Nothing is recorded. A filled aftaler.xlsx: klyngeflow agreed FILE.")
    last = None
    for row in rows:
        meeting = (row["cluster_id"], row["package_id"], row["meeting_date"])
        if meeting != last:
            typer.echo(f"{row['cluster_id']}, {row['package_id']}, meeting of {row['meeting_date']}:")
        last = meeting
        typer.echo(f"  {row['number']}. {row['what']} ({row['who']}, by {row['by_when']}){_hoped(row)}")


@agreed.command()
def remove(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `klyngeflow agreed list` has it.")],
    cluster: ClusterOption,
    package: PackageOption,
    meeting: MeetingOption = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Delete one goal of a meeting, words and all. Packs that were rendered keep it until they are rendered again."""
    from flows import agreeing
    from flows.settings import load_workspace

    held = agreeing.remove(load_workspace(workspace), cluster, package, meeting and meeting.date(), number)
    typer.echo(f"Goal {number} of {held.cluster_id} in {held.package_id}, meeting of {held.meeting_date}, is deleted.")


def _hoped(row: dict[str, Any]) -> str:
    """`; antibiotics_per_1000 10 percent lower`."""
    if row["measure_id"] is None:
        return ""
    amount = "" if row["amount"] is None else f" {row['amount']:g} {row['amount_is']}"
    return f"; {row['measure_id']}{amount}{' ' + row['direction'] if row['direction'] else ''}"


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
