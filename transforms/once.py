"""What several measures of one run need, computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Once:
    """Results by name and by what they were computed of. It lives as long as the run's facts, and knows no others."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], object] = {}

    def get(self, make: Callable[[], T], name: str, *of: object) -> T:
        """The result called `name` of `of`: from `make` the first time, kept from then on."""
        key = (name, *of)
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]  # pyright: ignore[reportReturnType]
