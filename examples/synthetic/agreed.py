"""What the simulated cluster K01 agreed on at its baseline meeting: invented, as every figure of the region is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

CLUSTER, CLUSTER_NAME, PACKAGE = "K01", "Åbakke-klyngen", "antibiotika"
MEETING = date(2025, 9, 17)


@dataclass(frozen=True)
class Agreed:
    """One goal; `hoped` is direction, number and what the number is, as the form asks for them."""

    what: str
    who: str
    by_when: date
    measure: str | None = None
    hoped: tuple[Literal["lower", "higher"], float, Literal["percent", "level"]] | None = None


GOALS = (
    Agreed(
        "Vi ser tiden an ved luftvejsinfektion og aftaler en ny kontakt i stedet for en recept",
        "Alle læger",
        date(2025, 12, 1),
        "antibiotics_per_1000",
        ("lower", 10, "percent"),
    ),
    Agreed(
        "Penicillin V er vores første valg, når der skal behandles",
        "Alle, der skriver recepter",
        date(2025, 12, 31),
        "penicillin_v_share",
        ("higher", 40, "level"),
    ),
    Agreed(
        "Vi laver en fælles frase til journalen om at se tiden an",
        "To fra hver praksis",
        date(2025, 11, 15),
    ),
)
