"""Orders: which pack to make. Names, codes and dates only, so that one can travel between tasks and processes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from flows.code_systems import code_systems
from flows.settings import PackPlan, Workspace
from flows.starting import require_warehouse
from transforms.calendar import Window, month_after
from transforms.cluster_standing import standing
from transforms.definitions import Package
from transforms.disclosure_profiles import Mode
from transforms.errors import UserError
from transforms.model import Strict
from transforms.pack import Meeting
from transforms.requests import Request
from transforms.sources import FILLED_IN, NAMED
from transforms.window_rules import clear_baseline
from warehouse import meetings
from warehouse.facts import TABLES, last_known
from warehouse.mart import Period
from warehouse.registry import registry_known

Kind = Literal["baseline", "followup"]


class OrderError(UserError):
    """The pack that was asked for cannot be made from what is known."""


class NothingYetError(OrderError):
    """The extracts that the pack would be made of have not come yet: a request waits for them."""


class Order(Strict):
    """One pack: cluster, package, meeting and the first month of each window; `mode` where one was asked for.

    `request` is the number of the request that it is made for; None: of a plan, or made again.
    """

    cluster: str
    package: str
    kind: Kind
    meeting: date
    baseline_from: date
    followup_from: date | None = None
    mode: Mode | None = None
    request: str | None = None

    @property
    def pack_id(self) -> str:
        """A name that is the same each time this pack is made; also its folder in the outbox."""
        return pack_name(self.cluster, self.package, self.kind, self.meeting)

    def package_in(self, workspace: Workspace) -> Package:
        """The package as the order's cluster has it."""
        return workspace.package(self.package, self.cluster)

    def windows(self, package: Package) -> tuple[Window, Window | None]:
        """The baseline and, at a follow-up, the later window: as long as the package says."""
        months = package.windows.months
        baseline = Window.of(self.baseline_from, months)
        later = Window.of(self.followup_from, months) if self.followup_from else None
        if later and later.start <= baseline.end:
            raise OrderError(
                f"The windows of {self.package} overlap: {months} months from {baseline.start} and from {later.start}. "
                "Let the follow-up begin after the baseline has ended."
            )
        return baseline, later

    def meeting_of(self, workspace: Workspace) -> Meeting:
        """The meeting as the pack needs it."""
        baseline, followup = self.windows(self.package_in(workspace))
        definition = workspace.definition
        return Meeting(
            self.pack_id, self.cluster, self.meeting, baseline, followup, definition.mode, definition.language
        )

    def period(self, workspace: Workspace) -> Period:
        """The windows, with what silence and codes mean in this workspace."""
        baseline, followup = self.windows(self.package_in(workspace))
        return Period(baseline, followup, workspace.definition.consent.default == "given", code_systems(workspace))


def order_of_pack(pack: Mapping[str, Any]) -> Order:
    """The order that a pack was built for, by its row of report.pack."""
    followup = pack["before_start"] is not None
    return Order(
        cluster=pack["cluster_id"],
        package=pack["package_id"],
        kind="followup" if followup else "baseline",
        meeting=pack["meeting_date"],
        baseline_from=pack["before_start"] or pack["now_start"],
        followup_from=pack["now_start"] if followup else None,
        mode=pack["mode"],
    )


def pack_name(cluster: str, package: str, kind: Kind, meeting: date) -> str:
    """The name of a pack, safe as a folder."""
    safe = re.sub(r"[^\w-]+", "-", cluster)
    return f"{safe}_{package}_{kind}_{meeting.isoformat()}"


def planned(plan: PackPlan, cluster: str) -> Order:
    """A plan of klyngeflow.toml for one cluster."""
    return Order(
        cluster=cluster,
        package=plan.package,
        kind=plan.kind,
        meeting=plan.meeting,
        baseline_from=plan.baseline_from,
        followup_from=plan.followup_from,
    )


def for_meeting(workspace: Workspace, cluster: str, package_id: str, meeting: date, kind: Kind) -> Order:
    """The order for a meeting: the newest whole window that is delivered before it, and the same months before that.

    Raises:
        OrderError: an unknown cluster, no window delivered, or a follow-up that began before the baseline meeting.
    """
    asked = {"cluster": cluster, "package": package_id, "kind": kind, "meeting": meeting}
    return _order(workspace, asked, None)


def for_request(workspace: Workspace, request: Request) -> Order:
    """The order of a request: as `for_meeting`, until the month that it asks for.

    Raises:
        NothingYetError: what it would be made of has not come yet.
        OrderError: as `for_meeting`.
    """
    asked = {"cluster": request.cluster_id, "package": request.package_id, "kind": request.kind}
    return _order(workspace, asked | {"meeting": request.meeting_date, "mode": request.mode}, request.data_until)


def _order(workspace: Workspace, asked: dict[str, Any], until: date | None) -> Order:
    cluster = asked["cluster"]
    require_cluster(workspace, cluster)
    package = workspace.package(asked["package"], cluster)
    require_numbers(package)
    later = newest_window(workspace, package, asked["meeting"], until, cluster)
    if asked["kind"] == "baseline":
        return Order.model_validate(asked | {"baseline_from": later.start})
    _require_after_baseline_meeting(
        package, later, meetings.baseline_meeting(workspace.store, cluster, package.id, asked["meeting"])
    )
    before = clear_baseline(package.windows, later)
    return Order.model_validate(asked | {"baseline_from": before.start, "followup_from": later.start})


def require_numbers(package: Package) -> None:
    """Nothing, where the package has measures.

    Raises:
        OrderError: it is of a topic that is talked about and not counted.
    """
    if not package.measures:
        raise OrderError(
            f"{package.id} has no figures: it is a topic to talk about. Its texts: klyngeflow describe {package.id}."
        )


def require_cluster(workspace: Workspace, cluster: str) -> None:
    """Nothing, where the registry has the cluster.

    Raises:
        OrderError: with the clusters there are.
    """
    require_warehouse(workspace)
    known = meetings.clusters(workspace.store)
    if not known:
        raise OrderError("The registry is empty. Bring it in first: klyngeflow ingest registry FILE.")
    if cluster not in known:
        named = ", ".join(f"{key} ({name})" for key, name in sorted(known.items())[:8])
        raise OrderError(f"There is no cluster {cluster!r} in the registry. Write a code such as: {named}.")


def newest_window(
    workspace: Workspace, package: Package, meeting: date, until: date | None, cluster: str | None = None
) -> Window:
    """The newest window of the package that is delivered and over before `meeting`; until the month `until`, if any.

    What practices fill in themselves is looked for among those of `cluster`, where one is named.

    Raises:
        NothingYetError: a source has not come, or not until that month.
    """
    used = {selection.source for each in package.measures for selection in each.selections}
    sources = used | {"list_sizes"}  # a month counts only where the practice had listed patients
    delivered = meetings.delivered_until(workspace.store, sorted(sources))
    months = package.windows.months
    missing = sorted(source for source in sources if source not in delivered)
    if missing:
        raise NothingYetError(f"Nothing of {', '.join(missing)} has been accepted yet. Bring it in: klyngeflow ingest.")
    practices = _practices_of(workspace, cluster, meeting)
    for source in sorted(used):
        delivered[source] = _until(workspace, package, source, delivered[source], practices)
    last = min(*delivered.values(), until or month_after(meeting, -1))
    if until is not None and last < until:
        late = ", ".join(f"{source} until {month:%Y-%m}" for source, month in delivered.items() if month < until)
        raise NothingYetError(f"The figures are to hold {until:%Y-%m}, and what came so far is {late}.")
    return Window.of(month_after(last, 1 - months), months)


def _practices_of(workspace: Workspace, cluster: str | None, day: date) -> Sequence[str]:
    """The practices of the cluster on that day, as far as is known; none where no cluster is named."""
    if cluster is None:
        return ()
    found = standing(registry_known(workspace.store, last_known(workspace.store)), cluster, day)
    return [member.practice_id for member in found.members] if found else ()


def _until(workspace: Workspace, package: Package, source: str, delivered: date, practices: Sequence[str] = ()) -> date:
    """Until when `source` was delivered, or what the package asks of it by name, of `practices` where there are any.

    Other packages ask the same source for other things: staff invited in May are no ears counted in May. And clusters
    count at different times: four sheets of twelve are what a cluster has, however many another once sent.
    """
    asked = [each for measure in package.measures for each in measure.selections if each.source == source]
    by, column = NAMED.get(asked[0].model, ("", ""))
    if not by or not all(getattr(each, by) for each in asked):
        return delivered
    names = {name for each in asked for name in getattr(each, by)}
    among = practices if asked[0].model in FILLED_IN else ()
    until = meetings.named_until(workspace.store, source, TABLES[asked[0].model], {column: names}, among)
    if until is None:
        raise NothingYetError(
            f"Nothing of {', '.join(sorted(names)[:4])} has been accepted yet, which {package.id} asks of {source}. "
            f"How it is delivered: klyngeflow describe {package.id}."
        )
    return until


def _require_after_baseline_meeting(package: Package, later: Window, held: date | None) -> None:
    if held is not None and later.start <= held:
        first = Window.of(month_after(held, 1), package.windows.months)
        raise NothingYetError(
            f"The newest window delivered begins on {later.start}, before the baseline meeting on {held}: it cannot "
            f"show what the meeting led to. Bring in extracts until {first.end} and ask again."
        )
