"""Asking the checks of one staged extract: bad rows are set aside first, the rest is asked of what is left."""

from __future__ import annotations

from pathlib import Path

from expectations.process import Validator
from transforms.checked import CheckResult, Reference
from transforms.contract import DELIVERY_RULES, Check, Contract
from transforms.sources import QUANTITIES
from warehouse import bad_rows
from warehouse.delivery_name import delivery_kind
from warehouse.ledger import Entry

# What a delivery as a whole must be like says nothing about a handful of mended rows.
_OF_A_WHOLE_DELIVERY = {"row_count", *DELIVERY_RULES}


def checked(validator: Validator, staged: Path, contract: Contract, reference: Reference) -> tuple[CheckResult, ...]:
    """One result per check of `contract`. Rows that a check rejects lie apart in the staged file afterwards."""
    if not contract.bad_rows.most or all(check.rows == "refuse" for check in contract.checks):
        return validator.validate(staged, contract, reference)
    bad_rows.put_back(staged)
    first = validator.validate(staged, contract, reference)
    rejecting = {result.check_id: result for result in first if result.rejected}
    if not rejecting:
        return first
    bad_rows.set_aside(staged, rejecting.values(), {check.check_id: check.why.en for check in contract.checks})
    left = tuple(check for check in contract.checks if check.check_id not in rejecting)
    again = validator.validate(staged, contract.model_copy(update={"checks": left}), reference)
    second = {result.check_id: result for result in again}
    return tuple(rejecting.get(result.check_id) or second[result.check_id] for result in first)


def contract_of_part(contract: Contract, entry: Entry, mended: int | None) -> Contract:
    """The contract without the checks that cannot hold for a supplement or a file of differences."""
    difference = delivery_kind(contract, entry.file_name) == "difference"
    if mended is None and not difference:
        return contract
    kept = tuple(check for check in contract.checks if not _is_of_a_whole(check, contract, difference=difference))
    return contract.model_copy(update={"checks": kept})


def _is_of_a_whole(check: Check, contract: Contract, *, difference: bool) -> bool:
    counts = set(check.columns) & set(QUANTITIES[contract.source]) if contract.source in QUANTITIES else set()
    negative = difference and check.rule == "between" and check.minimum is not None and bool(counts)
    return check.rule in _OF_A_WHOLE_DELIVERY or negative
