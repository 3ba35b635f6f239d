"""Every aggregate of the mart against SQL written by hand for the purpose, over a made-up region."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.measure import Spent, Task, judged
from bench.measure_world import World, make_world
from warehouse.workspace import Store


def test_the_mart_has_the_aggregates_made_by_hand(tmp_path: Path) -> None:
    store = Store(tmp_path)
    make_world(World(80_000, practices=60, clusters=7, months=24), store)
    task = Task(store, packages=2, months=24)
    task.in_the_mart()
    hand = task.by_hand()
    # Per measure and window about 60 practices, 7 clusters twice and 5 regions twice.
    assert hand.every > 2 * 6 * 2 * 75
    assert hand.same == hand.every


@pytest.mark.parametrize(
    ("seconds", "megabytes", "same", "aim_missed"),
    [(20, 5_999, 100, None), (21, 900, 100, "2.10 times"), (9, 6_000, 100, "6000 MB"), (9, 900, 99, "99 of 100")],
)
def test_each_aim_is_judged(
    seconds: float, megabytes: int, same: int, aim_missed: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    met = judged(Spent(seconds, 20.0, megabytes), Spent(10.0, 10.0, 500, same, 100))
    missed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("NOT met")]
    assert met is (aim_missed is None)
    assert [aim_missed in line for line in missed] == ([] if aim_missed is None else [True])
