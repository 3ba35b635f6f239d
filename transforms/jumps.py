"""A jump in nearly every practice at once: what behaviour does not do, and a new code or definition does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

from transforms.delivery import FEWEST_PRACTICES, Delivery

USUAL_SHARE = 0.9
USUAL_FACTOR = 2.0
FEWEST_EVENTS = 10
"""A practice has a say where it had, or was to have, as many events: with fewer, a factor of two is chance."""


@dataclass(frozen=True)
class Jump:
    """A quantity of a code group that jumped in `practices` of the `of` practices that could tell.

    `ratio` is the median over those practices of what came over what was expected. `code` is empty for all codes.
    """

    quantity: str
    code: str
    ratio: float
    practices: int
    of: int


def grouped(coded: pl.DataFrame, levels: Sequence[int]) -> pl.DataFrame:
    """`coded` (practice, side, `code`) added up by each group that its codes lie in.

    Groups are a code's beginnings of `levels` characters, the code itself, and the empty one that holds all codes.
    """
    numbered = coded.with_columns(_numbered(coded, "practice_id"), _numbered(coded, "side"), _numbered(coded, "code"))
    members = _groups_of(numbered["code"], levels)
    # One level after the other: every code in all its groups at once would be as many rows as there are levels.
    parts = [
        numbered.join(part, on="code").group_by("practice_id", "side", "group").agg(cs.numeric().sum())
        for part in members.partition_by("level", include_key=False)
    ]
    return pl.concat(parts) if parts else numbered.rename({"code": "group"})


def _numbered(frame: pl.DataFrame, name: str) -> pl.Expr:
    """The texts of a column as numbers of a list of them: a country's practices and codes are few, their rows many."""
    text = pl.col(name).fill_null("") if name == "code" else pl.col(name)
    return text.cast(pl.Enum(frame.select(text.drop_nulls().unique().sort()).to_series()))


def _groups_of(codes: pl.Series, levels: Sequence[int]) -> pl.DataFrame:
    """One row per code and group that it lies in; `level` is how long the group's name is, -1 for another length."""
    named = pl.DataFrame({"code": codes.unique().cast(pl.String).sort()})
    length = pl.col("code").str.len_chars()
    parts = [
        named.filter(length >= level).with_columns(
            pl.col("code").str.slice(0, level).alias("group"), pl.lit(level, pl.Int32).alias("level")
        )
        for level in (0, *sorted(set(levels) - {0}))
    ]
    others = named.filter(length > 0, ~length.is_in(list(levels)))
    parts.append(others.with_columns(pl.col("code").alias("group"), pl.lit(-1, pl.Int32).alias("level")))
    members = pl.concat(parts)
    return members.with_columns(pl.col("code").cast(codes.dtype), _numbered(members, "group"))


def jumps(
    delivery: Delivery, quantities: Sequence[str], share: float | None, factor: float | None
) -> list[Jump] | None:
    """Groups that jumped the same way by every yardstick (the nearest months, the same months of another year).

    For each practice ln((came + 1/2) / (expected + 1/2)); a jump is one beyond ln(`factor`) in at least `share` of the
    practices that could tell. A group stands for the groups inside it. None: there is nothing to hold it against.
    """
    share, factor = share or USUAL_SHARE, factor or USUAL_FACTOR
    sides = [side for side in ("near", "year") if delivery.matched(getattr(delivery, side))]
    if not sides:
        return None
    found: list[Jump] = []
    for quantity in quantities:
        by_side = [_of_side(delivery, side, quantity, share, factor) for side in sides]
        everywhere = [
            _nearest_to_one([jumped[code] for jumped in by_side])
            for code in sorted(set(by_side[0]).intersection(*by_side[1:]))
            if len({jumped[code].ratio > 1 for jumped in by_side}) == 1
        ]
        found += _outermost(everywhere)
    return found


def _of_side(delivery: Delivery, side: str, quantity: str, share: float, factor: float) -> dict[str, Jump]:
    """The jumps by one yardstick, by code group; the empty group holds all codes."""
    months = getattr(delivery, side)
    both = sorted(delivery.matched(months))
    scale = len(delivery.window.months) / len(months)
    rows = delivery.coded.filter(pl.col("practice_id").cast(pl.String).is_in(both), pl.col("side").is_in(["now", side]))
    figure, now = pl.col(quantity).cast(pl.Float64), pl.col("side") == "now"
    # Two columns added up are many times faster than one that is filtered in each group.
    parted = rows.select(
        "practice_id",
        "group",
        pl.when(now).then(figure).otherwise(0.0).alias("came"),
        pl.when(now).then(0.0).otherwise(figure).alias("expected"),
    )
    sums = parted.group_by("practice_id", "group").agg(pl.col("came").sum(), pl.col("expected").sum() * scale)
    ratio = pl.col("ratio")
    telling = sums.filter(pl.max_horizontal("came", "expected") >= FEWEST_EVENTS).select(
        "group", ((pl.col("came") + 0.5) / (pl.col("expected") + 0.5)).alias("ratio")
    )
    grouped = telling.group_by("group").agg(
        ratio.median(),
        (ratio >= factor).sum().alias("up"),
        (ratio <= 1 / factor).sum().alias("down"),
        pl.len().alias("of"),
    )
    most = pl.max_horizontal("up", "down")
    jumped = grouped.filter(pl.col("of") >= FEWEST_PRACTICES, most >= share * pl.col("of"))
    return {
        row["group"]: Jump(quantity, row["group"], row["ratio"], max(row["up"], row["down"]), row["of"])
        for row in jumped.iter_rows(named=True)
    }


def _nearest_to_one(jumped: Sequence[Jump]) -> Jump:
    return min(jumped, key=lambda jump: max(jump.ratio, 1 / jump.ratio))


def _outermost(jumped: Sequence[Jump]) -> list[Jump]:
    codes = [jump.code for jump in jumped]
    return [jump for jump in jumped if not any(jump.code.startswith(other) and jump.code != other for other in codes)]
