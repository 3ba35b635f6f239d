"""What late figures changed in a pack: which practices count now that did not, and whose own figures moved."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from flows.orders import Order
from flows.settings import Workspace
from warehouse import packs

_COUNTS = ("value", "zero", "too_few", "suppressed", "not_computable")
_KEY = ("audience", "measure_id", "category")


@dataclass(frozen=True)
class Standing:
    """The members' own rows of a pack, exact, and how many of its practices had delivered."""

    own: pl.DataFrame
    delivered: int
    members: int


@dataclass(frozen=True)
class OwnMove:
    """One own figure of a practice that counted before, then and now; for the quality unit, not for a page."""

    practice: str
    measure: str
    before: float | None
    now: float | None


@dataclass(frozen=True)
class Moved:
    """`joined` and `lost`: the practices with figures now and not before, and the other way round."""

    delivered_before: int
    delivered: int
    members: int
    joined: tuple[str, ...]
    lost: tuple[str, ...]
    own: tuple[OwnMove, ...]


def standing(workspace: Workspace, order: Order) -> Standing:
    """The pack as it was built last."""
    tables = packs.read_pack(workspace.store, order.pack_id)
    pack = tables["report.pack"].row(0, named=True)
    own = tables["report.figure"].filter("own").select(*_KEY, "now_state", "now_value", "before_value")
    return Standing(own, pack["practices_delivered"], pack["practices_members"])


def moved(before: Standing, now: Standing) -> Moved:
    """What differs between two standings of one pack."""
    then, later = _counting(before.own), _counting(now.own)
    both = before.own.join(now.own, on=_KEY, nulls_equal=True, suffix="_later").filter(
        pl.col("audience").is_in(sorted(then & later)),
        pl.col("now_value").ne_missing(pl.col("now_value_later")),
    )
    figures = both.sort(_KEY).select("audience", "measure_id", "category", "now_value", "now_value_later")
    own = tuple(
        OwnMove(practice, "/".join(filter(None, (measure, category))), value, value_later)
        for practice, measure, category, value, value_later in figures.iter_rows()
    )
    return Moved(
        before.delivered, now.delivered, now.members, tuple(sorted(later - then)), tuple(sorted(then - later)), own
    )


def _counting(own: pl.DataFrame) -> set[str]:
    """The practices with a figure of any measure in the latest period."""
    return set(own.filter(pl.col("now_state").is_in(_COUNTS))["audience"])
