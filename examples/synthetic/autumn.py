"""What is counted in the autumn: what two municipalities count of practices, and what practices count themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from examples.synthetic.draws import FloatArray, draw_counts, generator, on_grid, poisson_table, uniforms
from examples.synthetic.months import MONTHS, month_number
from examples.synthetic.plan import MUNICIPAL_MONTHS, MUNICIPALITY_OF, NO_LISTS_LOOKED_AT, OWN_MONTHS
from examples.synthetic.rates import PRACTICE_SPREAD
from examples.synthetic.region import Practice
from examples.synthetic.true_tables import Table

# Per 1,000 listed and year; those with a deadline have a share that came after it.
_KINDS = {
    "LÆ 125": (60, 0.16),
    "LÆ 135": (12, 0.24),
    "LÆ 145": (14, 0.26),
    "LÆ 225": (6, 0.12),
    "LÆ 265": (12, 0.22),
    "LÆ 285": (45, 0.14),
    "henvisning": (70, None),
    "korrespondance": (160, None),
    "udebleven vaccination": (5, None),
}
KINDS = tuple(_KINDS)
CERTIFICATES = tuple(kind for kind in KINDS if kind.startswith("LÆ"))
# What practices counted in November: 30 lists of medicines each, what was wrong with them, and time on certificates.
LISTS = "fmk_gennemgaaet"
FOUND = {"fmk_stemmer": 0.42, "fmk_udloebet": 0.34, "fmk_uden_grund": 0.28, "fmk_ajourfoert": 0.63}
LOOKED_AT, _LINES = 30, "fmk_linjer_rettet"
CERTIFICATE = "attest_udfyldt"
OWN = (LISTS, *FOUND, _LINES, CERTIFICATE)
_LINES_EACH, _CERTIFICATES, _MINUTES, _PARTS = 1.3, 7.0, 24, 12


@dataclass(frozen=True)
class Autumn:
    """Tables of practices by months: what was counted, what was late, minutes, and in which months it was delivered."""

    counted: dict[str, Table]
    overdue: dict[str, Table]
    minutes: Table
    municipal_came: NDArray[np.bool_]
    own_came: NDArray[np.bool_]


def autumn(practices: tuple[Practice, ...], listed: Table, seed: int) -> Autumn:
    """Everything of both autumns."""
    rng = generator(seed, 16)
    spread = np.array(PRACTICE_SPREAD)
    names = (*KINDS, *(f"{kind} sent" for kind in CERTIFICATES), *OWN)
    levels = dict(zip(names, spread[rng.integers(0, len(spread), size=(len(names), len(practices)))], strict=True))
    counted = {kind: _drawn(rng, listed * (levels[kind] * _KINDS[kind][0] / 12_000)[:, None]) for kind in KINDS}
    late = {kind: _part(rng, counted[kind], levels[f"{kind} sent"] * (_KINDS[kind][1] or 0.0)) for kind in CERTIFICATES}
    counted |= _own(rng, listed, levels)
    minutes = counted[CERTIFICATE] * _MINUTES + _part(rng, counted[CERTIFICATE] * 10, levels[CERTIFICATE] / 2)
    return Autumn(counted, late, minutes, _municipal_came(practices), _own_came(practices))


def _own(rng: np.random.Generator, listed: Table, levels: dict[str, FloatArray]) -> dict[str, Table]:
    lists = np.full_like(listed, LOOKED_AT)
    found = {name: _part(rng, lists, share * levels[name]) for name, share in FOUND.items()}
    lines = _drawn(rng, lists * (levels[_LINES] * _LINES_EACH)[:, None])
    certificates = _drawn(rng, np.ones_like(listed) * (levels[CERTIFICATE] * _CERTIFICATES)[:, None])
    return {LISTS: lists, **found, _LINES: lines, CERTIFICATE: certificates}


def _drawn(rng: np.random.Generator, expected: FloatArray) -> Table:
    row = np.repeat(np.arange(expected.size, dtype=np.int32), _PARTS)
    counts = draw_counts(rng, poisson_table(expected.reshape(-1) / _PARTS), row).reshape(-1, _PARTS).sum(axis=1)
    return counts.astype(np.int64).reshape(expected.shape)


def _part(rng: np.random.Generator, whole: Table, share: FloatArray) -> Table:
    """About this share of the whole, never more than all of it."""
    grid = on_grid(np.minimum(share, 0.97)).astype(np.int64)[:, None]
    return (whole * grid + uniforms(rng, whole.size).reshape(whole.shape)) // int(on_grid(1.0))


def _is_open(practice: Practice, month: str) -> bool:
    return practice.opens <= month_number(month) < practice.shuts


def _municipal_came(practices: tuple[Practice, ...]) -> NDArray[np.bool_]:
    table = np.zeros((len(practices), MONTHS), dtype=np.bool_)
    for month in MUNICIPAL_MONTHS:
        table[:, month_number(month)] = [
            practice.cluster in MUNICIPALITY_OF and _is_open(practice, month) for practice in practices
        ]
    return table


def _own_came(practices: tuple[Practice, ...]) -> NDArray[np.bool_]:
    table = np.zeros((len(practices), MONTHS), dtype=np.bool_)
    for month in OWN_MONTHS:
        table[:, month_number(month)] = [
            practice.number not in NO_LISTS_LOOKED_AT and _is_open(practice, month) for practice in practices
        ]
    return table
