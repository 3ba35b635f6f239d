"""Late figures: files brought in, and the packs of the one cluster whose figures they change made anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path

from flows.commands import in_surroundings, one_by_one
from flows.findings import Line, cluster_lines
from flows.ingesting import Delivery, Outcome
from flows.late_changes import Moved, Standing, moved, standing
from flows.modes import meeting_for
from flows.orders import Order, order_of_pack
from flows.settings import SettingsError, Workspace
from flows.starting import require_warehouse
from reports.delivered import extracts_of
from transforms.errors import UserError
from warehouse import ledger, packs
from warehouse.facts import last_known

REGISTRY = "registry"


class LateError(UserError):
    """What was asked for cannot be done as it stands; the sentence says what to write."""


@dataclass(frozen=True)
class Asked:
    """The files, and what narrows down which packs are meant: a cluster, a pack, the source of all files."""

    files: tuple[Path, ...]
    cluster: str | None = None
    pack: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Remade:
    """One pack made anew: where it lies, what moved, and the cluster's figures as printed then and now."""

    pack_id: str
    folder: Path
    moved: Moved
    before: tuple[Line, ...]
    now: tuple[Line, ...]


@dataclass(frozen=True)
class Late:
    """What became of the files, the packs that were made anew, and those of other clusters that were left."""

    outcomes: tuple[Outcome, ...]
    remade: tuple[Remade, ...] = ()
    left: tuple[str, ...] = ()
    blocked: tuple[Outcome, ...] = field(default=())

    @property
    def exit_code(self) -> int:
        return max((outcome.exit_code for outcome in (*self.outcomes, *self.blocked)), default=0)


def add_late(workspace: Workspace, asked: Asked) -> Late:
    """Bring the files in and make anew every pack of one cluster that rests on them; nothing where none does.

    A file that is in use already is asked of again: a command that was cut off goes on where it was.

    Raises:
        LateError: no pack has been built, an unknown pack or cluster, a file of no source, or several clusters meant.
    """
    built = _built(workspace)
    _require_known(asked, built)
    named = _deliveries(workspace, asked)
    with in_surroundings(workspace, validating=True):
        outcomes = one_by_one(workspace, named)
        if all(outcome.state == "refused" for outcome in outcomes):
            return Late(tuple(outcomes))
        came = [each for each, outcome in zip(named, outcomes, strict=True) if outcome.state != "refused"]
        touched = {pack_id: order for pack_id, order in built.items() if _rests_on(workspace, order, came)}
        chosen = _chosen(asked, touched)
        left = tuple(sorted(touched.keys() - chosen.keys()))
        if not chosen:
            return Late(tuple(outcomes), left=left)
        remade, blocked = _make(workspace, chosen)
        return Late(tuple(outcomes), tuple(remade), left, tuple(blocked))


def _built(workspace: Workspace) -> dict[str, Order]:
    require_warehouse(workspace)
    names = packs.built(workspace.store)
    if not names:
        raise LateError("No pack has been built yet. Begin with: klyngeflow run, or klyngeflow request.")
    found = packs.read_tables(workspace.store, names, ["report.pack"])
    return {name: order_of_pack(tables["report.pack"].row(0, named=True)) for name, tables in found.items()}


def _require_known(asked: Asked, built: dict[str, Order]) -> None:
    if asked.pack is not None and asked.pack not in built:
        raise LateError(f"There is no pack {asked.pack!r}. Write one of: {_few(built)}.")
    clusters = sorted({order.cluster for order in built.values()})
    if asked.cluster is not None and asked.cluster not in clusters:
        raise LateError(f"No pack has been built for a cluster {asked.cluster!r}. Write one of: {_few(clusters)}.")


def _deliveries(workspace: Workspace, asked: Asked) -> list[Delivery]:
    """Each file once, with the source that its name says, or that is named for all."""
    if asked.source is not None:
        workspace.contract(asked.source)
        return [Delivery(asked.source, path) for path in dict.fromkeys(asked.files)]
    return [Delivery(_source_of(workspace, path), path) for path in dict.fromkeys(asked.files)]


def _source_of(workspace: Workspace, path: Path) -> str:
    takers = [
        contract.source
        for contract in workspace.contracts
        if any(fnmatch(path.name, pattern) for pattern in contract.file.patterns)
    ]
    if len(takers) != 1:
        from warehouse.landing import is_personal

        name = "A file" if is_personal(path.name) else path.name
        why = f"{' and '.join(takers)} all take" if takers else "no source takes"
        raise LateError(f"{name}: {why} a file of that name. Say which it is of: --source prescriptions, for instance.")
    return takers[0]


def _rests_on(workspace: Workspace, order: Order, came: Sequence[Delivery]) -> bool:
    """Whether the pack would rest on one of the files, of a practice of its own, and was not printed from it yet."""
    try:
        package = order.package_in(workspace)
    except SettingsError:  # a package that was taken away since: its packs stay as they were delivered
        return False
    meeting = meeting_for(workspace, order)
    sources, _ = packs.sources_and_checks(workspace.store, meeting, package, last_known(workspace.store))
    used = set(sources.select("source", "sha256").iter_rows())
    printed = extracts_of(workspace.store.outbox / order.pack_id)
    return any(
        key in used and key not in printed and (each.source == REGISTRY or _is_of(workspace, order, key))
        for each in came
        if (key := (each.source, sha256(each.path.read_bytes()).hexdigest()))
    )


def _is_of(workspace: Workspace, order: Order, key: tuple[str, str]) -> bool:
    tables = packs.read_tables(workspace.store, [order.pack_id], ["report.figure"])
    figures = tables[order.pack_id]["report.figure"]
    members = set(figures.filter(figures["own"])["audience"])
    return not members.isdisjoint(ledger.practices_of(workspace.store, *key))


def _chosen(asked: Asked, touched: dict[str, Order]) -> dict[str, Order]:
    if asked.pack is not None:
        return {name: order for name, order in touched.items() if name == asked.pack}
    clusters = sorted({order.cluster for order in touched.values()})
    wanted = asked.cluster or next(iter(clusters), None)
    if asked.cluster is None and len(clusters) > 1:
        raise LateError(
            f"The files are in, and change packs of {len(clusters)} clusters: {_few(clusters)}. Packs are made anew "
            "for one at a time: run the same command again with --cluster, or klyngeflow run for all that are planned."
        )
    return {name: order for name, order in touched.items() if order.cluster == wanted}


def _make(workspace: Workspace, chosen: dict[str, Order]) -> tuple[list[Remade], list[Outcome]]:
    from flows.pipeline import report

    orders = list(chosen.values())
    earlier = {name: _seen(workspace, order) for name, order in chosen.items()}
    found = report(workspace.root, orders)
    folders = {folder.name: folder for folder in found.folders}
    return list(_remade(workspace, chosen, earlier, folders)), list(found.outcomes)


_Seen = tuple[Standing, tuple[Line, ...]]


def _seen(workspace: Workspace, order: Order) -> _Seen:
    return standing(workspace, order), tuple(cluster_lines(workspace, order))


def _remade(
    workspace: Workspace, chosen: dict[str, Order], earlier: dict[str, _Seen], folders: dict[str, Path]
) -> Iterator[Remade]:
    for name, order in chosen.items():
        if name in folders:
            (before, lines), (now, lines_now) = earlier[name], _seen(workspace, order)
            yield Remade(name, folders[name], moved(before, now), lines, lines_now)


def _few(names: Sequence[str] | dict[str, Order]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")
