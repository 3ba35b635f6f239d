"""Many packs rendered in one run: how many are on their way at once, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows import rendering

SIZES = st.lists(st.integers(0, 5), min_size=1, max_size=14)
"""How many documents of each pack are to be rendered; none where all stand."""


class Round:
    """`rendering._Round` over packs of so many documents, with everything that takes time left out."""

    def __init__(self, sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes = {f"pack_{at}": size for at, size in enumerate(sizes)}
        self.read: list[str] = []
        self.finished: list[str] = []
        self.told: list[tuple[int, int]] = []
        self.at_once = 0
        monkeypatch.setattr(rendering, "Inputs", lambda _: None)
        monkeypatch.setattr(rendering, "_job", self._job)
        monkeypatch.setattr(rendering, "_finish", lambda _, pack_id, *__: self.finished.append(pack_id))
        monkeypatch.setattr(rendering, "_render_part", lambda part, *_: {name: [] for name in part})

    def _job(self, _: object, pack_id: str, __: object) -> rendering._Job:
        self.read.append(pack_id)
        self.at_once = max(self.at_once, len(self.read) - len(self.finished))
        documents: Any = [f"{pack_id}_{number}" for number in range(self.sizes[pack_id])]
        return rendering._Job(cast("Any", None), Path(), {}, documents, {})

    def run(self, pool: Executor) -> None:
        made = rendering._Round(
            cast("Any", None), "run", cast("Any", None), lambda *said: self.told.append(said), len(self.sizes)
        )
        with pool:
            made.render(list(self.sizes), pool)


class AtOnce(Executor):
    """Everything is done as soon as it is asked for: all that are on their way are done together."""

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(call(*arguments, **named))
        return done


@settings(max_examples=40, deadline=None, derandomize=True)
@given(SIZES, st.booleans())
def test_few_packs_lie_in_memory_and_each_is_finished_once(sizes: list[int], at_once: bool) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        one = Round(sizes, monkeypatch)
        one.run(AtOnce() if at_once else ThreadPoolExecutor(2))
    assert sorted(one.finished) == sorted(one.sizes)
    assert one.at_once <= rendering.AHEAD


@settings(max_examples=60, deadline=None, derandomize=True)
@given(SIZES, st.booleans())
@example(sizes=[1, 1, 1, 1, 0], at_once=True)
def test_what_is_told_grows_to_the_whole_and_reaches_it_in_the_end_alone(sizes: list[int], at_once: bool) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        one = Round(sizes, monkeypatch)
        one.run(AtOnce() if at_once else ThreadPoolExecutor(2))
    if not sum(sizes):
        assert one.told == []
        return
    done = [told for told, _ in one.told]
    assert done == sorted(done)
    assert one.told[0][0] == 0
    assert one.told[-1] == (sum(sizes), sum(sizes))
    assert all(told < total for told, total in one.told[:-1])
