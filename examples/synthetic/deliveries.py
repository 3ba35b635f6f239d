"""The order in which the files came."""

from datetime import date, timedelta
from pathlib import Path

from examples.synthetic.months import FIRST_YEAR, QUARTERS, month_number, quarter_text
from examples.synthetic.plan import (
    COUNTED_TO,
    DOUBLED_QUARTER,
    EAR_MONTHS,
    LATE_LIST_SIZES,
    MUNICIPAL_MONTHS,
    NO_SERVICES,
    OWN_MONTHS,
    PROVISIONAL_QUARTER,
    WAVES,
)
from examples.synthetic.registry import REGISTER_FILE
from examples.synthetic.write import write_lines

# Days after the end of the quarter.
_USUAL = {"tilmeldte": 8, "ydelser": 12, "recepter": 15}
_BESIDES = (
    (date(2026, 7, 1), REGISTER_FILE, ""),
    (date(2025, 9, 1), f"recepter_{DOUBLED_QUARTER}_rettet.csv", "correction: replaces the practice-months it holds"),
    (date(2026, 7, 3), f"recepter_{PROVISIONAL_QUARTER}_foreloebig.csv", "provisional: the last month is incomplete"),
)
_NOTE = {
    f"tilmeldte_{LATE_LIST_SIZES}.csv": "late",
    f"recepter_{DOUBLED_QUARTER}.csv": "two practices have one month twice over",
    f"recepter_{PROVISIONAL_QUARTER}.csv": "final: replaces the provisional file",
}
_COUNTS = ("dosisdispensering", "forloebsplaner", "patienttal")
_DAYS_LATER = 50
_LATE_DAY = date(2026, 2, 20)


def deliveries() -> list[tuple[date, str, str]]:
    """One entry per delivered file: the day, the file and a note, in the order of delivery."""
    came = [
        (_day(source, quarter), f"{source}_{quarter_text(quarter)}.csv")
        for quarter in range(QUARTERS)
        for source in _USUAL
        if not (source == "ydelser" and quarter_text(quarter) in NO_SERVICES)
    ]
    return sorted([*((day, name, _NOTE.get(name, "")) for day, name in came), *_BESIDES])


def write_deliveries(truth: Path) -> None:
    """One row per file of the registry and the quarters, in the order of delivery; the others: see below."""
    rows = [f"{name},{day},{note}" for day, name, note in deliveries()]
    write_lines(truth / "deliveries.csv", ["file,delivered,note", *rows])


def write_deliveries_besides(truth: Path) -> None:
    """One row per file that only packages ask for, in the order of delivery, some weeks after the month it is of."""
    came = [
        *((_weeks_after(month), f"registreringer_{month}.csv") for month in (*EAR_MONTHS, *WAVES, *OWN_MONTHS)),
        *((_weeks_after(month), f"spoergeskema_trivsel_{month}.csv") for month in WAVES),
        *((_weeks_after(month), f"{what}_{month}.csv") for month in COUNTED_TO for what in _COUNTS),
        *((_weeks_after(month), f"kommune_{_quarter_of(month)}.csv") for month in MUNICIPAL_MONTHS[2::3]),
    ]
    rows = [f"{name},{day}," for day, name in sorted(came)]
    write_lines(truth / "deliveries_besides.csv", ["file,delivered,note", *rows])


def _weeks_after(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1) + timedelta(days=_DAYS_LATER)


def _quarter_of(month: str) -> str:
    return quarter_text(month_number(month) // 3)


def _day(source: str, quarter: int) -> date:
    if source == "tilmeldte" and quarter_text(quarter) == LATE_LIST_SIZES:
        return _LATE_DAY
    year, next_month = FIRST_YEAR + (quarter + 1) // 4, 3 * ((quarter + 1) % 4) + 1
    return date(year, next_month, 1) + timedelta(days=_USUAL[source])
