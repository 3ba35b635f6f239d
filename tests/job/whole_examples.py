"""Real input the whole way in one process, without Prefect: what `klyngeflow run` does, step by step.

The demo shows the command itself and every report; here the figures matter. Prefect, Great Expectations and the cut
fonts are the same for every workspace, so all are done by one process, and of each workspace's packs the first one's
cluster report and one member's report are rendered.

python whole_examples.py WORKSPACE ...
"""

from __future__ import annotations

import sys
from pathlib import Path

from expectations.process import Validator
from flows.building import build_pack, by_windows, compute_packages, planned_orders
from flows.documenting import document_checks
from flows.ingesting import (
    deliveries,
    land_delivery,
    prepare,
    promote_extract,
    stage_extract,
    validate_extract,
)
from flows.orders import Order
from flows.rendering import printed_versions
from flows.settings import Workspace, load_workspace
from reports.fonts import cut_fonts
from reports.pack import PackTables, documents, render_document
from reports.render import Renderer, find_renderer
from warehouse import packs, runs
from warehouse.publishing import publish

HEADING = "=== "


def main(roots: list[Path]) -> None:
    """Every workspace in turn; an error ends all of them, with its traceback."""
    with Validator() as validator:
        renderer = find_renderer(cut_fonts(roots[0].parent / "fonts"))
        for root in roots:
            workspace = load_workspace(root)
            sys.stdout.write(f"{heading(root)}\n")
            do_job(workspace, validator, renderer)


def heading(root: Path) -> str:
    """The line above what is said of a workspace."""
    return f"{HEADING}{root.name}"


def do_job(workspace: Workspace, validator: Validator, renderer: Renderer) -> None:
    """The files of the inbox in, then every figure and every pack that klyngeflow.toml plans."""
    prepare(workspace)
    with runs.recorded(workspace.store, "examples") as run_id:
        bring_all_in(workspace, validator)
        document_checks(workspace)
        orders = planned_orders(workspace)
        for together in by_windows(workspace, orders):
            compute_packages(workspace, together, run_id)
        for order in orders:
            build_pack(workspace, order)
    render_two(workspace, orders[0], renderer)
    publish(workspace.store)


def bring_all_in(workspace: Workspace, validator: Validator) -> None:
    """Land, stage, validate and promote each file, and print what is said of it."""
    for delivery in deliveries(workspace)[0]:
        extract_id = land_delivery(workspace, delivery).extract_id
        said = stage_extract(workspace, extract_id)
        validate_extract(workspace, extract_id, validator)
        outcome = promote_extract(workspace, extract_id)
        sys.stdout.write(f"{outcome.state} {outcome.file_name}: {'; '.join((outcome.sentence, *said))}\n")


def render_two(workspace: Workspace, order: Order, renderer: Renderer) -> None:
    """The cluster's report and the last member's."""
    tables = packs.read_pack(workspace.store, order.pack_id)
    package = workspace.package(order.package)
    every = documents(PackTables(*(tables[name] for name in packs.TABLES)), package, printed_versions(package))
    reports = [one for one in every if one.form == "report"]
    for document in (reports[0], reports[-1]):
        assert render_document(document, workspace.store.outbox / order.pack_id, renderer)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
