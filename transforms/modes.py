"""Which mode of anonymity holds for a cluster's pack on a topic, on the day of its meeting."""

from __future__ import annotations

from datetime import date
from typing import get_args

import polars as pl

from transforms.cluster_standing import valid_on
from transforms.disclosure_profiles import Mode

_CAUTIOUS: tuple[Mode, ...] = ("own_only", "letters", "open")


def mode_on(anonymity: pl.DataFrame, cluster_id: str, package_id: str, day: date) -> Mode | None:
    """What the registry says: for the package, else for the whole cluster; None where it says nothing for `day`.

    `anonymity` is the registry's table of that name. Of two modes that hold at once the more cautious counts.
    """
    of_cluster = valid_on(anonymity, day).filter(
        pl.col("cluster_id") == cluster_id, pl.col("mode").is_in(get_args(Mode))
    )
    of_package = of_cluster.filter(pl.col("package_id") == package_id)
    found = of_cluster.filter(pl.col("package_id").is_null()) if of_package.is_empty() else of_package
    said = set(found["mode"].to_list())
    return next((mode for mode in _CAUTIOUS if mode in said), None)


def more_cautious(agreed: Mode, asked: Mode | None) -> Mode:
    """The one of the two that shows less of the others; `agreed` where nothing was asked for."""
    return min((agreed, asked or agreed), key=_CAUTIOUS.index)
