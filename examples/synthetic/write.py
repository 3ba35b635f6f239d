"""How the files look: separators, encodings, Danish numbers and dates."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

UTF8 = "utf-8"
WINDOWS = "cp1252"


def thousands(value: int) -> str:
    """A whole number with a dot between thousands: 1.234."""
    return f"{value:,}".replace(",", ".")


def tenths(value: int) -> str:
    """A number of tenths as a Danish decimal number: 12345 is 1.234,5."""
    return f"{thousands(value // 10)},{value % 10}"


def danish_date(day: date | None) -> str:
    """dd-mm-yyyy, or nothing when the end is open."""
    return f"{day.day:02d}-{day.month:02d}-{day.year}" if day else ""


def write_lines(path: Path, lines: Iterable[str], encoding: str = UTF8) -> None:
    """Write the lines; a Windows-1252 file has Windows line ends, the others have not."""
    end = "\r\n" if encoding == WINDOWS else "\n"
    path.write_bytes("".join(line + end for line in lines).encode(encoding))
