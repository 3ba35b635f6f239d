"""Packs of a made-up country of small counts and incomplete sources: each can be built, in every mode and profile.

What is hidden must be hidden so that the last look lets the pack through: what it stops is a cluster without a pack.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path

import polars as pl
import pytest

from bench.measure_world import World, make_world
from flows.building import build_pack, by_windows, compute_packages, planned_orders
from flows.orders import Order
from flows.settings import Workspace, load_workspace
from warehouse import packs

CLUSTERS, ROWS_PER_PRACTICE, MONTHS = 10, 400, 24
SETTINGS = """
name = "Landet"
example_data = true
mode = "{mode}"
[consent]
default = "given"
[letters]
seed = 1
[disclosure]
profile = "{profile}"
[[packs]]
package = "antibiotika"
kind = "followup"
meeting = 2025-09-23
baseline_from = 2023-01-01
followup_from = 2024-01-01
[[packs]]
package = "antibiotika"
kind = "baseline"
meeting = 2025-09-24
baseline_from = 2024-01-01
"""
EVERY = list(product(("sds", "strict", "internal"), ("letters", "open", "own_only")))
SMALL, LARGE = 6, 13
"""Practices in a cluster."""
PLANS = [(profile, mode, LARGE if at % 2 else SMALL) for at, (profile, mode) in enumerate(EVERY)]
PLANS += [("sds", "letters", LARGE), ("strict", "letters", SMALL)]


def opened(root: Path, profile: str, mode: str) -> Workspace:
    (root / "klyngeflow.toml").write_text(SETTINGS.format(profile=profile, mode=mode), encoding="utf-8")
    return load_workspace(root)


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Ten clusters of so many practices, two clusters in each region, with the figures of both windows."""

    @cache
    def made(members: int) -> Path:
        root = tmp_path_factory.mktemp(f"country_{members}")
        workspace, practices = opened(root, "sds", "letters"), members * CLUSTERS
        make_world(World(practices * ROWS_PER_PRACTICE, practices, CLUSTERS, MONTHS), workspace.store)
        for together in by_windows(workspace, planned_orders(workspace)):
            compute_packages(workspace, together, "test")
        return root

    return made


def some(orders: list[Order], at: int) -> list[Order]:
    """Three clusters of the ten, each as a follow-up and as a baseline; over all of PLANS each comes in turn."""
    chosen = {f"K{(3 * at + number) % CLUSTERS}" for number in range(3)}
    return [order for order in orders if order.cluster in chosen]


@pytest.mark.parametrize(("at", "profile", "mode", "members"), [(at, *plan) for at, plan in enumerate(PLANS)])
def test_every_pack_can_be_built(
    country: Callable[[int], Path], at: int, profile: str, mode: str, members: int
) -> None:
    workspace, printed = opened(country(members), profile, mode), list[pl.DataFrame]()
    for order in some(planned_orders(workspace), at):
        build_pack(workspace, order)  # raises where the last look finds anything
        printed.append(packs.read_pack(workspace.store, order.pack_id)["report.figure"])
    states = (
        pl.concat(printed).filter(~pl.col("own"), pl.col("level") != "practice").select("before_state", "now_state")
    )
    hidden = states.select(pl.any_horizontal((pl.all() == "suppressed").fill_null(value=False)).mean()).item()
    assert 0.05 < hidden < 0.95, f"{hidden:.0%} are hidden: the country tries nothing"
