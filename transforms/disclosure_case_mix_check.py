"""The last look at a pack's case-mix, by code that did not make it: reads finished report.figure and report.profile."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from transforms.definitions import Package
from transforms.disclosure_profiles import Profile

_STANDARDISED = {"before_standardised": "before", "now_standardised": "now"}
_LIMITS = {"now_standardised_lower": "now", "now_standardised_upper": "now"}
_SHARES = ("share_women", "share_0_17", "share_65", "share_80")
_POOLED = ("cluster", "region", "similar")


def case_mix_violations(figures: pl.DataFrame, profiles: pl.DataFrame, package: Package, rules: Profile) -> list[str]:
    """One sentence per standardised figure or profile that its reader may not see by `rules`. None: write the pack."""
    found = [f"{_name(row)} {fault}" for row in figures.iter_rows(named=True) for fault in _figure_faults(row, package)]
    return found + [
        f"profile, {row['level']}, for {row['audience']}: {fault}"
        for row in profiles.iter_rows(named=True)
        for fault in _profile_faults(row, rules)
    ]


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['measure_id']}, {row['level']} {row['label'] or '(no label)'}, for {row['audience']}:"


def _figure_faults(row: Mapping[str, Any], package: Package) -> Iterable[str]:
    if row["level"] == "similar" and (row["label"] or row["audience"] == "cluster"):
        yield "says of practices like one's own more than their pool, or says it to all"
    decimals = package.measure(row["measure_id"]).decimals
    for name, side in (_STANDARDISED | _LIMITS).items():
        value = row[name]
        if value is None or row["own"]:
            continue
        if row["level"] not in _POOLED:
            yield "is another practice's standardised figure"
        if row[f"{side}_value"] is None:
            yield "is hidden and standardised all the same"
        if not math.isclose(value, round(value, decimals), abs_tol=1e-9):
            yield "has a standardised figure with more decimals than are printed"


def _profile_faults(row: Mapping[str, Any], rules: Profile) -> Iterable[str]:
    if row["level"] == "practice":
        if row["audience"] == "cluster":
            yield "is a practice's own profile, told to all"
        return
    shown = [row[name] for name in ("list_size", "mean_age", *_SHARES) if row[name] is not None]
    if row["level"] not in _POOLED or (row["level"] == "similar" and row["audience"] == "cluster"):
        yield "is not the reader's"
    if shown and (row["practices"] is None or row["practices"] < rules.fewest_practices):
        yield f"stands on fewer than {rules.fewest_practices} practices"
    if row["list_size"] is not None and row["list_size"] % rules.rounding != 0:
        yield f"has a list size that is not rounded to {rules.rounding}"
    for name in _SHARES:
        if row[name] is not None and not math.isclose(row[name] * 100, round(row[name] * 100), abs_tol=1e-9):
            yield "has a share that is not in whole per cents"
