"""What is planted: what happens to practices, who worked with the topic, and what is wrong with the files."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

BASELINE_MEETING = date(2025, 9, 17)
# The first whole month after the meeting: from here on the practices that worked with the topic prescribe otherwise.
EFFECT_FROM = date(2025, 10, 1)
WINDOWS = {"baseline": ("2025-01-01", "2025-06-30"), "followup": ("2026-01-01", "2026-06-30")}
BROAD_TO_PENICILLIN_V = 0.30


@dataclass(frozen=True)
class Event:
    """One change in the region: what happened to which practice, on which day, and to whom it led.

    The day is the first day for `opens` and `moves` and the last day for `closes` and `merges`.
    `target` is the successor of a merger, the new cluster of a move, and empty otherwise.
    """

    kind: Literal["opens", "closes", "merges", "moves"]
    practice: str
    day: date
    target: str = ""


EVENTS = (
    Event("opens", "000266", date(2024, 10, 1)),
    Event("closes", "000452", date(2024, 11, 30)),
    Event("opens", "000194", date(2025, 8, 1)),
    Event("moves", "000652", date(2025, 10, 1), "K07"),
    Event("merges", "000552", date(2025, 12, 31), "000545"),
    Event("closes", "000359", date(2026, 4, 30)),
)

# Practice -> what is left of its antibiotic prescribing after the meeting. Everybody else has 1: one cluster
# worked with the topic, the others show what happens without.
TRUE_FACTOR = {
    "000103": 0.82,
    "000110": 0.85,
    "000117": 0.80,
    "000124": 0.88,
    "000131": 0.84,
    "000138": 0.82,
    "000145": 0.86,
    "000152": 0.80,
    "000159": 0.85,
    "000166": 0.83,
}

NO_CONSENT = "000431"
TINY = "000745"
TINY_PATIENTS = 150

# (practice, quarter): the practice is in no row of that quarter's prescription file, and never was.
NOT_SUBMITTED = (("000610", "2025K1"), ("000317", "2026K1"))
# Quarters whose service file was never delivered at all.
NO_SERVICES = ("2024K3",)
# Items and DDD of these practices were delivered twice over in that month, and corrected later.
DOUBLED = ("000217", "000510")
DOUBLED_MONTH = "2025-05"
DOUBLED_QUARTER = "2025K2"
# The quarter that came in a provisional file first: some of its last month's items were not in yet.
PROVISIONAL_QUARTER = "2026K2"
PROVISIONAL_LATE_SHARE = 0.06
LATE_LIST_SIZES = "2025K4"

# Patients are counted, and care plans looked at, at the end of these months: one before the meeting, one after it.
COUNTED_TO = ("2025-06", "2026-06")
# Never shown any care plans; and missing from the second count of them.
NO_CARE_PLANS = ("000338",)
NO_CARE_PLANS_NOW = ("000624",)

# The months in which staff were asked how they thrive. Where nobody is named, all practices of the cluster were asked.
WAVES = ("2025-05", "2026-05")
ASKED = {"K01": (), "K02": (), "K03": (), "K04": (), "K05": (), "K06": ("000603", "000617"), "K07": ("000703",)}
# Asked, and nobody answered.
SILENT = ("000131", "000445")

# Clusters that count children's ear trouble themselves from January to March, practices of theirs that never deliver,
# and one month that one of them forgot.
EAR_CLUSTERS = ("K02", "K05", "K06")
EAR_MONTHS = ("2025-01", "2025-02", "2025-03", "2026-01", "2026-02", "2026-03")
NO_EARS = ("000224", "000517", "000631")
FORGOTTEN_EARS = (("000238", "2025-02"),)


@dataclass(frozen=True)
class Lesson:
    """What a cluster changed between the two counts: the true share of the measure is multiplied by the factor."""

    package: str
    measure: str
    cluster: str
    factor: float


FEWER_STEROIDS = Lesson("kol_behandling", "ics_few_exacerbations_share", "K03", 0.70)
MORE_HEART_AND_KIDNEY = Lesson("diabetes_behandling", "sglt2_glp1_share", "K05", 1.30)
LESSONS = (FEWER_STEROIDS, MORE_HEART_AND_KIDNEY)

# Months that municipalities count, the municipality of each cluster that has one that does, and when practices
# look through lists of medicines and time certificates; who never did.
MUNICIPAL_MONTHS = ("2024-10", "2024-11", "2024-12", "2025-10", "2025-11", "2025-12")
MUNICIPALITY_OF = {"K01": "991", "K02": "991", "K03": "992", "K04": "992", "K05": "992"}
OWN_MONTHS = ("2024-11", "2025-11")
NO_LISTS_LOOKED_AT = ("000117", "000231", "000324", "000510", "000617", "000703")
