"""Which day it is where the meetings are."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Copenhagen")


def today() -> date:
    """Today in Denmark, whatever the machine's own zone is."""
    return datetime.now(ZONE).date()
