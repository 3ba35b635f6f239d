"""Months are counted from 0 (January 2024) to 29 (June 2026); a quarter is three of them."""

from datetime import date

FIRST_YEAR = 2024
MONTHS = 30
QUARTERS = MONTHS // 3


def month_text(month: int) -> str:
    """The month as the extracts write it, such as 2024-01."""
    return f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}"


def month_of(day: date) -> int:
    """The number of the month that holds the day."""
    return (day.year - FIRST_YEAR) * 12 + day.month - 1


def quarter_text(quarter: int) -> str:
    """The quarter as file names write it, such as 2024K1."""
    return f"{FIRST_YEAR + quarter // 4}K{quarter % 4 + 1}"


def quarter_number(text: str) -> int:
    """The number of the quarter that a file name calls 2024K1."""
    return (int(text[:4]) - FIRST_YEAR) * 4 + int(text[5]) - 1


def month_number(text: str) -> int:
    """The number of the month that the extracts write as 2024-01."""
    return month_of(date(int(text[:4]), int(text[5:]), 1))
