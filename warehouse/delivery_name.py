"""What a delivered file's name says: the period it covers, and whether it is provisional."""

from __future__ import annotations

import re
from datetime import date

from transforms.calendar import last_day, month_after
from transforms.contract import Contract
from warehouse.extract_file import UnreadableFileError


def declared_period(contract: Contract, name: str) -> tuple[date, date] | None:
    """First and last day of the period in the file's name, or None where the contract reads none from it.

    Raises:
        UnreadableFileError: the contract expects a period in the name and there is none.
    """
    if not contract.file.period_in_name:
        return None
    match = re.search(contract.file.period_in_name, name)
    if match is None:
        raise UnreadableFileError(
            f"{name}: the file name does not say which period it covers. "
            f"Name it like the contract's pattern ({contract.file.patterns[0]} with a period such as 2025K1)."
        )
    groups = match.groupdict()
    month = int(groups["month"]) if groups.get("month") else (int(groups["quarter"]) - 1) * 3 + 1
    months = 1 if groups.get("month") else 3
    start = date(int(groups["year"]), month, 1)
    return start, last_day(month_after(start, months - 1))


def delivery_status(contract: Contract, name: str) -> str:
    """`provisional` where the file's name says so, else `final`."""
    mark = contract.file.provisional_in_name
    return "provisional" if mark and mark in name else "final"


def delivery_kind(contract: Contract, name: str) -> str:
    """`difference` where the file's name says that it holds differences to an earlier delivery alone, else `full`."""
    mark = contract.file.difference_in_name
    return "difference" if mark and mark in name else "full"


def correction_number(contract: Contract, name: str) -> int:
    """Which correction the file's name says it is: 0 for none; a mark without a number is the first.

    Differences always correct something.
    """
    pattern = contract.file.correction_in_name
    match = re.search(pattern, name) if pattern else None
    if match is None:
        return 1 if delivery_kind(contract, name) == "difference" else 0
    return int(match.groupdict().get("number") or 1)
