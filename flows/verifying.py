"""A delivered pack against the workspace it came from: is it what was printed, of what is known, and made the same?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from flows.building import build_pack, compute_packages
from flows.modes import meeting_for
from flows.orders import Order, order_of_pack
from flows.settings import SettingsError, Workspace
from flows.starting import require_warehouse
from reports.delivered import Finding, Manifest
from transforms.errors import UserError
from transforms.published import FIGURE, MONTH
from warehouse import ledger, packs
from warehouse.connection import checkpoint
from warehouse.erasing import erased_since
from warehouse.facts import last_known
from warehouse.files import clear_leftovers
from warehouse.head import log_of
from warehouse.locks import one_command
from warehouse.workspace import Store

KEY = ("audience", "measure_id", "category", "level", "label", "own")
KEY_OF_MONTHS = ("audience", "measure_id", "level", "label", "period_start", "months")
OTHERS, LOST = "would be others than were printed", "would no longer be there"


def verify_with(workspace: Workspace, manifest: Manifest) -> list[Finding]:
    """What the workspace knows of the pack. Nothing in the workspace is changed.

    Where the data and the definition are those of the manifest, the pack is built again in a copy of the warehouse.
    """
    require_warehouse(workspace)
    with one_command(workspace.store):
        clear_leftovers(workspace.store)
        tables = packs.read_pack(workspace.store, manifest.pack_id)
        erased = erased_since(workspace.store, manifest.pack_id)
        if erased and packs.printed_files(workspace.store, manifest.pack_id) != dict(manifest.files):
            words = (
                f"{manifest.pack_id} was printed with a practice that was erased on {erased:%Y-%m-%d}: it cannot be "
                "made again, and nothing here can tell whether its figures are those that were printed."
            )
            return [Finding("erased", manifest.pack_id, words, differs=False)]
        if tables["report.pack"].is_empty():
            words = f"{manifest.pack_id} was not built in this workspace: name the one it came from."
            return [Finding("pack", manifest.pack_id, words)]
        order = order_of_pack(tables["report.pack"].row(0, named=True))
        found = [*_extracts(workspace, manifest, order), *_definition(workspace, manifest, order)]
        found += _printed(workspace, manifest, replaced=bool(found))
        return found if found else _figures(workspace, order, tables)


def _extracts(workspace: Workspace, manifest: Manifest, order: Order) -> Iterator[Finding]:
    """Extracts that the ledger does not have, and those that the pack would no longer, or now as well, rest on."""
    entered = ledger.extracts(workspace.store)
    known = set(zip(entered["source"], entered["sha256"], strict=True))
    used = _in_use(workspace, order)
    named = {(each.source, each.sha256): each.file_name for each in manifest.extracts}
    for key, name in named.items():
        what = f"{name} ({key[0]}, {key[1][:8]}…)"
        if key not in known:
            yield Finding("extract", name, f"{what} is named in the manifest and was never received here.")
        elif used is not None and key not in used:
            words = f"{what} has been replaced or withdrawn since: the pack would not rest on it today."
            yield Finding("extract", name, words, differs=False)
    for key, name in (used or {}).items():
        if key not in named:
            words = f"{name} ({key[0]}, {key[1][:8]}…) has come since the pack was printed: its figures may be others."
            yield Finding("extract", name, words, differs=False)


def _in_use(workspace: Workspace, order: Order) -> dict[tuple[str, str], str] | None:
    """The file names of the extracts that the pack would rest on today; None where its package is gone."""
    try:
        package = order.package_in(workspace)
    except SettingsError:
        return None
    meeting = meeting_for(workspace, order)
    sources, _ = packs.sources_and_checks(workspace.store, meeting, package, last_known(workspace.store))
    return {(row["source"], row["sha256"]): row["file_name"] for row in sources.iter_rows(named=True)}


def _definition(workspace: Workspace, manifest: Manifest, order: Order) -> Iterator[Finding]:
    named = manifest.package
    try:
        package = order.package_in(workspace)
    except SettingsError:
        words = f"The package {named.id} can no longer be read here, so nothing could be built again."
        yield Finding("definition", named.id, words, differs=False)
        return
    if package.sha256 != named.definition_sha256:
        then, now = (named.version, named.definition_sha256), (package.version, package.sha256)
        was, is_now = (f"version {version}, {digest[:8]}…" for version, digest in (then, now))
        words = f"The definition of {named.id} has changed since: it was {was}, and is {is_now}."
        yield Finding("definition", named.id, words, differs=False)


def _printed(workspace: Workspace, manifest: Manifest, *, replaced: bool) -> Iterator[Finding]:
    """Whether the manifest is that of the last printing. A new printing of the same data would have the same files."""
    known = packs.printed_files(workspace.store, manifest.pack_id)
    if not known:
        words = (
            f"Nothing here says that {manifest.pack_id} was printed: a run may have been cut off. To print it again: "
        )
        yield Finding("printed", manifest.pack_id, f"{words}klyngeflow render --pack {manifest.pack_id}")
        return
    listed = dict(manifest.files)
    names = sorted(name for name in known.keys() | listed.keys() if known.get(name) != listed.get(name))
    if names:
        words = f"The manifest is not that of the last printing here: {len(names)} files are others, such as {names[0]}"
        why = "printed again since" if replaced else "printed by another version since, or the manifest was changed"
        yield Finding("printed", manifest.pack_id, f"{words} ({why}).", differs=not replaced)


def _figures(workspace: Workspace, order: Order, built: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """The figures of a new building that were never printed, and those of the last one that would not come again."""
    try:
        again = _built_again(workspace, order)
    except UserError as error:
        return [Finding("figure", order.pack_id, f"The pack cannot be built again: {error}")]
    printed = packs.printed_figures(workspace.store, order.pack_id)
    figures = again["report.figure"]
    other = figures.join(printed, on=FIGURE.names(), how="anti", nulls_equal=True)
    lost = built["report.figure"].join(figures, on=KEY, how="anti", nulls_equal=True)
    found = [*_of_measures(other, OTHERS), *_of_measures(lost, LOST)]
    return [*found, *_months(again["report.month"], built["report.month"])]


def _months(again: pl.DataFrame, built: pl.DataFrame) -> Iterator[Finding]:
    """As `_figures`, of the figures month by month: what is printed of them is kept in report.month alone."""
    if built.is_empty():  # no measure of the pack has months, or it is of before packs had them
        return
    told = [name for name in MONTH.names() if name != "meeting"]  # the day of a meeting is no figure
    yield from _of_months(again.join(built, on=told, how="anti", nulls_equal=True), OTHERS)
    yield from _of_months(built.join(again, on=KEY_OF_MONTHS, how="anti", nulls_equal=True), LOST)


def _of_months(months: pl.DataFrame, what: str) -> Iterator[Finding]:
    """One finding per measure: how many months, or quarters, of whom."""
    for (measure_id,), rows in months.group_by("measure_id", maintain_order=True):
        first = rows.sort("period_start").row(0, named=True)
        many = f"{rows.height} months" if rows.height > 1 else "a month"
        reader = "for the cluster" if first["audience"] == "cluster" else "for a member"
        when = f"{first['period_start']:%Y-%m} of {first['level']} {first['label']}".strip()
        words = f"{measure_id}: {many} {what} if the pack were built again, the first {when} {reader}."
        yield Finding("month", str(measure_id), words)


def _of_measures(figures: pl.DataFrame, what: str) -> Iterator[Finding]:
    """One finding per measure and category: how many figures of whom."""
    for (measure_id, category), rows in figures.group_by("measure_id", "category", maintain_order=True):
        measure = "/".join(filter(None, (str(measure_id), category and str(category))))
        first = rows.row(0, named=True)
        unit = f"{first['level']} {first['label']}".strip()
        reader = "for the cluster" if first["audience"] == "cluster" else "for a member"
        many = f"{rows.height} figures" if rows.height > 1 else "a figure"
        words = f"{measure}: {many} {what} if the pack were built again, the first that of {unit} {reader}."
        yield Finding("figure", measure, words)


def _built_again(workspace: Workspace, order: Order) -> dict[str, pl.DataFrame]:
    """The report.* tables of the pack, computed from the facts in a copy of the warehouse that is gone afterwards."""
    store = workspace.store
    checkpoint(store.database)
    store.spill.mkdir(parents=True, exist_ok=True)  # a killed command's is cleared by the next one
    with TemporaryDirectory(dir=store.spill) as name:
        copy = Workspace(workspace.root, workspace.definition)
        copy.store = Store(Path(name))
        copy.store.database.parent.mkdir()
        for path in (store.database, log_of(store.database)):
            shutil.copyfile(path, copy.store.database.with_name(path.name))
        compute_packages(copy, [order], "verify")
        build_pack(copy, order)
        return packs.read_pack(copy.store, order.pack_id)
