"""The mart: exact figures, the quality unit's own. It can be computed again from the facts at any time."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain
from typing import Any

import polars as pl

from transforms.calendar import Window
from transforms.check_bias import OF_PRESENCE, check_bias
from transforms.codes import CodeSystem
from transforms.definitions import Package
from transforms.merging import STRATA, asked_by
from transforms.months import in_lists, practice_months
from transforms.once import Once
from transforms.package_figures import MeasureRun, parts_of
from transforms.practice_months import Facts
from transforms.stacked_figures import StackedRun, stacks
from transforms.topics import of_topic
from transforms.window_rules import window_reason
from warehouse import profiles
from warehouse.connection import reading, writing
from warehouse.facts import read_ground
from warehouse.merged_facts import MergedFacts, ReadFacts
from warehouse.queries import run
from warehouse.workspace import Store

MOST_HELD = 800_000_000
"""Bytes of rows that wait for being entered together."""


@dataclass(frozen=True)
class Period:
    """A pack's windows: a baseline and, at a follow-up, the later one; and how the facts in them are to be read.

    `silence_is_consent` is what a practice's silence means; `codes` has the code system of each source that has one;
    `apart` says which of sex and age band are not merged, since figures may be standardised by both.
    """

    baseline: Window
    followup: Window | None
    silence_is_consent: bool
    codes: Mapping[str, CodeSystem] = field(default_factory=dict[str, CodeSystem], compare=False)
    apart: tuple[str, ...] = field(default=STRATA, compare=False)

    @property
    def span(self) -> Window:
        """From the first day of the first window to the last day of the last."""
        return Window(self.baseline.start, (self.followup or self.baseline).end)

    def parameters(self, package: Package) -> dict[str, Any]:
        """The windows and the package as SQL parameters."""
        after = self.followup
        return {
            "package_id": package.id,
            "baseline": self.baseline.start,
            "baseline_end": self.baseline.end,
            "followup": after.start if after else None,
            "followup_end": after.end if after else None,
        }


def compute(store: Store, package: Package, period: Period, known_at: datetime, run_id: str) -> int:
    """Compute every measure of `package` and put the figures in the mart; returns how many rows were written."""
    return compute_packages(store, [package], period, known_at, run_id)


def compute_packages(store: Store, packages: Sequence[Package], period: Period, known_at: datetime, run_id: str) -> int:
    """Compute every measure of `packages` over the same windows; returns how many rows were written.

    As many packages as fit into memory share one reading of the facts.

    Raises:
        ValueError: a package is there twice, and so would its rows be.
    """
    if len({package.id for package in packages}) < len(packages):
        raise ValueError("a package is to be computed twice in one run")
    span = (period.span.start, period.span.end)
    ground = read_ground(store, span, known_at, silence_is_consent=period.silence_is_consent)
    reader = MergedFacts(store, span, known_at, period.codes, period.apart, ground.listed)
    written, held = 0, list[Made]()
    effects = check_effects(store, period, known_at)
    batches = reader.batches([asked_by(package) for package in packages])
    for number, batch in enumerate(batches, start=1):
        read = reader.read([asked_by(packages[place]) for place in batch])
        shared = replace(ground, codes=period.codes, once=Once())
        values = {"known_at": known_at, "run_id": run_id}
        held += Making(period, shared, read, effects, values).made([packages[place] for place in batch])
        # The engine writes a table's last rows anew with each commit: few large ones take half the time of many.
        if number == len(batches) or sum(each.bytes for each in held) > MOST_HELD:
            # Who the patients are is the same for every package: it goes in with the first ones.
            windows = [] if written else [each for each in (period.baseline, period.followup) if each is not None]
            written += _entered(store, held, ground, windows)
            held.clear()
    return written


STATEMENTS = {
    "measures": ("forget_measures", "enter_measures"),
    "months": ("forget_months", "enter_months"),
    "comparisons": ("forget_comparisons", "enter_comparisons"),
    "contributions": ("forget_contributions", "enter_contributions"),
}


@dataclass(frozen=True)
class Made:
    """A package's rows for the mart, by their name in STATEMENTS, and the parameters they are entered with."""

    values: dict[str, Any]
    rows: dict[str, pl.DataFrame]

    @property
    def bytes(self) -> int:
        """What the rows take."""
        return sum(int(frame.estimated_size()) for frame in self.rows.values())


@dataclass(frozen=True)
class Making:
    """What the packages of one batch are made of; `effects` are those of failed checks, by source."""

    period: Period
    shared: Facts
    read: ReadFacts
    effects: Mapping[str, Sequence[float]]
    values: Mapping[str, Any]

    def made(self, packages: Sequence[Package]) -> list[Made]:
        """The rows of each package. Measures that are reckoned alike are computed as one, whosever they are."""
        runs = [self._runs(package) for package in packages]
        every = [run for of_package in runs for run in of_package]
        together = stacks(every)
        # The engine lets go of the interpreter while it works, so stacks are made side by side.
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            stacked = list(pool.map(self._rows, [StackedRun.of([every[place] for place in each]) for each in together]))
            by_place = dict(zip(chain.from_iterable(together), chain.from_iterable(stacked), strict=True))
            places = iter(range(len(every)))
            rows = [[by_place[next(places)] for _ in own] for own in runs]
            return list(pool.map(self._made, packages, [own[0].facts for own in runs], rows))

    def _rows(self, run: StackedRun) -> list[dict[str, pl.DataFrame]]:
        """By table, the rows of each of the measures."""
        tables = {"measures": run.apart(run.figures())}
        if self.period.followup:
            tables["comparisons"] = run.apart(run.compared())
            tables["contributions"] = run.apart(run.contributed())
        return [dict(zip(tables, rows, strict=True)) for rows in zip(*tables.values(), strict=True)]

    def _made(self, package: Package, facts: Facts, rows: Sequence[Mapping[str, pl.DataFrame]]) -> Made:
        values = self.period.parameters(package) | dict(self.values) | {"definition": package.sha256}
        tables = {table: pl.concat([each[table] for each in rows]) for table in rows[0]}
        tables["months"] = pl.concat(
            [in_lists(practice_months(each, self.period.span, facts)) for each in package.measures]
        )
        named = {name: frame.with_columns(pl.lit(package.id).alias("package_id")) for name, frame in tables.items()}
        for name in ("measures", "months"):
            named[name] = named[name].with_columns(pl.lit(package.sha256).alias("definition_sha256"))
        return Made(values, named)

    def _runs(self, package: Package) -> list[MeasureRun]:
        counted = {**self.shared.by_source, **self.read.narrowed(asked_by(package))}
        facts = of_topic(replace(self.shared, by_source=counted), package)
        period, windows = self.period, package.windows
        reason = window_reason(windows, period.baseline, period.followup) if period.followup else None
        return [
            MeasureRun(
                part,
                facts,
                period.baseline,
                period.followup,
                package.minimum_events,
                window_reason=reason,
                check_bias=check_bias(part, self.effects),
            )
            for measure in package.measures
            for part in parts_of(measure, facts)
        ]


def _entered(store: Store, made: Sequence[Made], ground: Facts, windows: Sequence[Window]) -> int:
    """Put the rows of all of them in the mart at once, and the profiles of `windows`; returns how many figures."""
    with writing(store.database) as connection:
        for name in made[0].rows:
            forget, enter = STATEMENTS[name]
            for each in made:
                run(connection, forget, each.values)
            # In pieces, as they were made: the engine enters several at once.
            connection.register("frame", pl.concat([each.rows[name] for each in made], rechunk=False))
            run(connection, enter, made[0].values)
        for window in windows:
            profiles.keep(connection, ground, window, made[0].values)
    return sum(
        len(frame) for each in made for name, frame in each.rows.items() if name not in ("contributions", "months")
    )


def check_effects(store: Store, period: Period, known_at: datetime) -> dict[str, list[float]]:
    """By source, what came over what was to be expected, of each failed check of the windows that says so."""
    after = period.followup or period.baseline
    values = {
        "known_at": known_at,
        "of_presence": list(OF_PRESENCE),
        "baseline": period.baseline.start,
        "baseline_end": period.baseline.end,
        "followup": after.start,
        "followup_end": after.end,
    }
    effects: dict[str, list[float]] = {}
    with reading(store.database) as connection:
        found = run(connection, "read_check_effects", values).fetchall()
    for source, effect in found:
        effects.setdefault(source, []).append(effect)
    return effects


def newest_windows(store: Store, package: Package) -> tuple[date, date | None] | None:
    """The first months of the baseline and the follow-up (none) that were computed last, or None."""
    with reading(store.database) as connection:
        return run(connection, "newest_windows", {"package_id": package.id}).fetchone()


def measures(store: Store, package: Package, period: Period) -> pl.DataFrame:
    """The package's rows of mart.measure for the period's windows."""
    values = period.parameters(package) | {"definition": package.sha256}
    with reading(store.database) as connection:
        return run(connection, "read_measures", values).pl()


def comparisons(store: Store, package: Package, period: Period) -> pl.DataFrame:
    """The package's rows of mart.comparison for the period's windows; none without a follow-up."""
    with reading(store.database) as connection:
        return run(connection, "read_comparisons", period.parameters(package)).pl()


def months(store: Store, package: Package, period: Period, cluster_id: str) -> pl.DataFrame:
    """The exact months (`transforms.months.MONTHS`) of the practices that were ever in a cluster, over both windows."""
    values = period.parameters(package) | {"definition": package.sha256, "cluster_id": cluster_id}
    with reading(store.database) as connection:
        return run(connection, "read_months", values).pl()


def provisional_months(store: Store, cluster_id: str, span: Window) -> pl.DataFrame:
    """One row per practice, source and month of a cluster's practices that is not final."""
    values = {"cluster_id": cluster_id, "start": span.start, "end": span.end}
    with reading(store.database) as connection:
        return run(connection, "read_provisional", values).pl()
