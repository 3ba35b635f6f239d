"""Which packages are computed together."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from small_workspace import SETTINGS

from flows.building import by_windows
from flows.orders import Order
from flows.settings import load_workspace


def order(cluster: str, baseline: date, followup: date | None = None) -> Order:
    kind = "followup" if followup else "baseline"
    meeting = date(2026, 9, 23)
    return Order(
        cluster=cluster,
        package="antibiotika",
        kind=kind,
        meeting=meeting,
        baseline_from=baseline,
        followup_from=followup,
    )


def test_a_package_is_computed_once_for_all_clusters_and_once_for_each_pair_of_windows(tmp_path: Path) -> None:
    (tmp_path / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    before, now = date(2025, 1, 1), date(2026, 1, 1)
    orders = [order("K1", before), order("K2", before), order("K1", before, now), order("K1", now)]
    assert by_windows(load_workspace(tmp_path), orders) == [[orders[0]], [orders[2]], [orders[3]]]
