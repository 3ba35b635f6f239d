"""Who carries a practice's patients on: successors followed through merger after merger, forwards and backwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.errors import DataRefusedError


class SuccessionError(DataRefusedError):
    """Following the successors comes back to where it began."""


@dataclass(frozen=True)
class Successions:
    """The mergers of a registry: for each practice that was taken over, its last day and who took it over."""

    taken_over: Mapping[str, tuple[date, str]]

    @classmethod
    def of(cls, practices: pl.DataFrame) -> Successions:
        """The mergers among `practices` (practice_id, closed, successor_id). Without a last day there is none yet.

        Raises:
            SuccessionError: the successors go round in a circle.
        """
        merged = practices.drop_nulls(["closed", "successor_id"])
        rows = merged.select("practice_id", "closed", "successor_id").iter_rows()
        found = cls({practice: (closed, successor) for practice, closed, successor in rows})
        for practice in found.taken_over:
            found._ends(practice)
        return found

    def carried_by(self, practice: str, day: date) -> str:
        """The practice that has the patients of `practice` on `day`: itself, until it was taken over.

        A practice that was taken over by one that had been taken over before is carried on by the latter's successor.
        """
        at = practice
        while at in self.taken_over and self.taken_over[at][0] < day:
            at = self.taken_over[at][1]
        return at

    def continues(self, practice: str, day: date) -> frozenset[str]:
        """The practices whose patients `practice` has on `day`: itself, and all that were taken over into it before.

        Empty when it was itself taken over by then. Each practice of a registry is in exactly one such set.
        """
        own = {practice, *self.taken_over}
        return frozenset(each for each in own if self.carried_by(each, day) == practice)

    def _ends(self, practice: str) -> None:
        passed = {practice}
        at = practice
        while at in self.taken_over:
            at = self.taken_over[at][1]
            if at in passed:
                raise SuccessionError(
                    "The successors of the registry go round in a circle, so nobody can say who has the patients. "
                    "Mend the successors and bring the registry in again."
                )
            passed.add(at)
