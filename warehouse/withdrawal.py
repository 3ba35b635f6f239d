"""Withdrawal: a file that should not have been sent stops counting; what it had replaced comes back."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.contract import Contract
from transforms.errors import UserError
from warehouse.connection import writing
from warehouse.queries import one_value, run
from warehouse.standing import Moment, next_moment, settle
from warehouse.workspace import Store


class WithdrawalError(UserError):
    """The extract cannot be withdrawn."""


@dataclass(frozen=True)
class Withdrawal:
    """Which extract, or one practice's part of it, is taken back, and who says so and why."""

    extract_id: int
    why: str
    by: str
    practice_id: str | None = None


def withdraw(store: Store, contract: Contract, withdrawal: Withdrawal) -> None:
    """Take the extract's figures out of what is known from now on. Nothing is deleted: older moments stay as they were.

    Raises:
        WithdrawalError: it is not in use, is a registry, or has nothing of that practice.
    """
    with writing(store.database) as connection:
        _require_in_use(run(connection, "read_standing", vars(withdrawal)).fetchone(), withdrawal)
        if not one_value(connection, "has_coverage", vars(withdrawal)):
            raise WithdrawalError(
                f"Extract {withdrawal.extract_id} has nothing of practice {withdrawal.practice_id}. "
                "`klyngeflow status --json` lists the extracts."
            )
        now = next_moment(connection)
        values = vars(withdrawal) | {"withdrawn_by": withdrawal.by, "now": now}
        run(connection, "enter_withdrawal", values)
        if withdrawal.practice_id is None:
            run(connection, "mark_withdrawn", values)
        run(connection, "touch_withdrawn", extract_id=withdrawal.extract_id)
        settle(connection, contract, Moment(0, now))


def _require_in_use(row: tuple[object, ...] | None, withdrawal: Withdrawal) -> None:
    number = withdrawal.extract_id
    if row is None:
        raise WithdrawalError(f"There is no extract {number}. `klyngeflow status` lists them with their numbers.")
    source, file_name, state = row[:3]
    if state != "promoted":
        raise WithdrawalError(f"Extract {number} ({file_name}) is {state}, so there is nothing of it to withdraw.")
    if source == "registry":
        raise WithdrawalError(
            f"Extract {number} ({file_name}) is a registry: a wrong one is replaced by bringing in the right one."
        )
