"""Bringing one delivery in, step by step, with Prefect's tasks or with the plain functions behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from flows.ingesting import Delivery, Outcome
from transforms.errors import MachineError, UserError
from warehouse.landing import Landed

Place = TypeVar("Place")


@dataclass(frozen=True)
class Steps(Generic[Place]):
    """What is done with a delivery, in this order. A `Place` says in which workspace: its folder, or itself."""

    land: Callable[[Place, Delivery], Landed]
    stage: Callable[[Place, int], tuple[str, ...]]
    validate: Callable[[Place, int], None]
    promote: Callable[[Place, int], Outcome]


def bring_in(place: Place, delivery: Delivery, steps: Steps[Place]) -> Outcome:
    """What became of the delivery.

    Raises:
        MachineError: nothing was decided about the file, and the next one would meet the same.
    """
    try:
        landed = steps.land(place, delivery)
        if landed.already_promoted:
            return Outcome(delivery.path.name, "known", sentence=_replaced(landed.replaced_by))
        unused = steps.stage(place, landed.extract_id)
        steps.validate(place, landed.extract_id)
        outcome = steps.promote(place, landed.extract_id)
        return replace(outcome, sentence="; ".join(filter(None, (outcome.sentence, *unused))))
    except MachineError:
        # A full disk, a writer elsewhere.
        raise
    except UserError as error:
        return Outcome(
            delivery.path.name, "refused", sentence=str(error), shown=error.shown(), exit_code=error.exit_code
        )


def _replaced(by: str | None) -> str:
    return f"accepted before, and {by} has come in its place. To put it back: klyngeflow ingest --again" if by else ""
