"""The catalogue: every package there is, what it needs, and which of that has been delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from flows.packages import is_changed, is_own, needed_sources, package_ids
from flows.settings import Workspace
from transforms.errors import UserError


@dataclass(frozen=True)
class Listed:
    """One package as the catalogue has it. `origin` is `changed` where a workspace lays something over klyngeflow's.

    `delivered` holds the newest delivered month of each needed source, null for one that has not come; it is None where
    there is no warehouse to ask. `fault` says why the package cannot be used: nothing else of it is known then.
    """

    id: str
    origin: Literal["shipped", "changed", "own"]
    fault: str | None = None
    title: Mapping[str, str] = field(default_factory=dict[str, str])
    version: str = ""
    status: str = ""
    measures: int = 0
    drafts: int = 0
    sources: tuple[str, ...] = ()
    window_months: int | None = None
    followup_after_months: int | None = None
    review_due: date | None = None
    review_overdue: bool = False
    delivered: Mapping[str, date | None] | None = None

    @property
    def ready(self) -> bool | None:
        """Whether everything it needs has been delivered; None where it is not known."""
        return None if self.delivered is None else all(self.delivered.values())

    def as_dict(self) -> dict[str, Any]:
        """For a program to read."""
        return {**asdict(self), "ready": self.ready}


def listed(workspace: Workspace, today: date | None = None) -> list[Listed]:
    """The packages of klyngeflow and of the workspace, by name. `today` tells which reviews are overdue."""
    rows = [_row(workspace, package_id, today or date.today()) for package_id in package_ids(workspace)]
    if not workspace.store.database.exists():
        return rows
    until = _delivered_until(workspace, sorted({source for row in rows for source in row.sources}))
    return [_with_deliveries(row, until) for row in rows]


def _row(workspace: Workspace, package_id: str, today: date) -> Listed:
    own, changed = is_own(workspace, package_id), is_changed(workspace, package_id)
    origin = "own" if own else "changed" if changed else "shipped"
    try:
        package = workspace.package(package_id)
    except UserError as error:
        return Listed(package_id, origin, fault=error.shown())
    counted = bool(package.measures)
    return Listed(
        id=package_id,
        origin=origin,
        title={"da": package.title.da, "en": package.title.in_language("en")},
        version=package.version,
        status=package.status,
        measures=len(package.measures),
        drafts=sum(measure.draft for measure in package.measures),
        sources=needed_sources(package),
        window_months=package.windows.months if counted else None,
        followup_after_months=package.windows.followup_after_months if counted else None,
        review_due=package.review_due,
        review_overdue=package.review_due < today,
    )


def _delivered_until(workspace: Workspace, sources: Sequence[str]) -> dict[str, date]:
    from warehouse.meetings import delivered_until
    from warehouse.schema import migrate

    migrate(workspace.store.database)
    return delivered_until(workspace.store, sources)


def _with_deliveries(row: Listed, until: Mapping[str, date]) -> Listed:
    if row.fault is not None:
        return row
    return Listed(**{**row.__dict__, "delivered": {source: until.get(source) for source in row.sources}})
