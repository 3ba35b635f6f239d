"""The true figures, summed straight from the events and never from a delivered file."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from examples.synthetic.codes import ATC, SERVICE_CODES
from examples.synthetic.draws import BoolArray
from examples.synthetic.logs import Log
from examples.synthetic.months import MONTHS, month_text, quarter_text
from examples.synthetic.names import CLUSTERS, REGION_CODE, REGION_NAME
from examples.synthetic.plan import (
    BASELINE_MEETING,
    BROAD_TO_PENICILLIN_V,
    DOUBLED,
    DOUBLED_MONTH,
    EFFECT_FROM,
    EVENTS,
    NO_CONSENT,
    NO_SERVICES,
    NOT_SUBMITTED,
    TINY,
    TRUE_FACTOR,
    WINDOWS,
)
from examples.synthetic.rates import ADULT_BAND, BROAD, INDICATIONS, SEXES
from examples.synthetic.region import Practice
from examples.synthetic.simulate import Simulation
from examples.synthetic.write import write_lines

Table = NDArray[np.int64]
COLUMNS = (
    "patients",
    "items_antibiotics",
    "items_penicillin_v",
    "items_broad",
    "items_uti_women_18plus",
    "items_pivmecillinam_uti_women_18plus",
    "crp",
)


def write_figures(truth: Path, practices: tuple[Practice, ...], happened: Simulation) -> None:
    """One row per practice and month in which it had patients; `submitted_` tells whether its file ever came.

    Indications are as recorded: a urinary tract infection without an indication is not counted as one.
    """
    tables = dict(zip(COLUMNS, _tables(happened), strict=True))
    lines = ["ydernummer,month," + ",".join(COLUMNS) + ",submitted_prescriptions,submitted_services"]
    for index, practice in enumerate(practices):
        for month in range(practice.opens, practice.shuts):
            figures = [str(tables[column][index, month]) for column in COLUMNS]
            quarter = quarter_text(month // 3)
            came = [int((practice.number, quarter) not in NOT_SUBMITTED), int(quarter not in NO_SERVICES)]
            lines.append(",".join([practice.number, month_text(month), *figures, *map(str, came)]))
    write_lines(truth / "antibiotics.csv", lines)


def _tables(happened: Simulation) -> list[Table]:
    """One table of practices by months for each column."""
    log, services = happened.prescriptions, happened.services
    antibiotic = _coded(log, [code for code in ATC if code.startswith("J01") and code != "J01XX05"])
    woman = (log.sex == SEXES.index("K")) & (log.band >= ADULT_BAND)
    urinary = antibiotic & woman & (log.indication == INDICATIONS.index("urinvejsinfektion"))
    return [
        _tally(happened.listed, np.ones(len(happened.listed.month), dtype=np.bool_)),
        _tally(log, antibiotic),
        _tally(log, _coded(log, ["J01CE02"])),
        _tally(log, _coded(log, list(BROAD))),
        _tally(log, urinary),
        _tally(log, urinary & _coded(log, ["J01CA08"])),
        _tally(services, services.code == SERVICE_CODES.index("7120")),
    ]


def _coded(log: Log, codes: list[str]) -> BoolArray:
    return np.isin(log.code, [ATC.index(code) for code in codes])


def _tally(log: Log, keep: BoolArray) -> Table:
    """Events by practice and month."""
    table = np.zeros((256, MONTHS), dtype=np.int64)
    np.add.at(table, (log.practice[keep], log.month[keep]), 1)
    return table


def write_effects(truth: Path, practices: tuple[Practice, ...]) -> None:
    """One row per practice: what truly changed with it after the meeting; 1 and 0 mean nothing did."""
    lines = ["ydernummer,cluster_then,worked_with_topic,true_factor,broad_to_penicillin_v,from"]
    for practice in practices:
        factor = TRUE_FACTOR.get(practice.number)
        effect = f"1,{factor:.2f},{BROAD_TO_PENICILLIN_V:.2f},{EFFECT_FROM}" if factor else "0,1.00,0.00,"
        lines.append(f"{practice.number},{practice.cluster},{effect}")
    write_lines(truth / "effects.csv", lines)


def write_events(truth: Path) -> None:
    """One row per change in the region; the day is the first of an opening or move, the last of an end."""
    rows = [f"{event.kind},{event.practice},{event.day},{event.target}" for event in EVENTS]
    write_lines(truth / "events.csv", ["event,ydernummer,day,target", *rows])


def write_region(truth: Path, seed: int) -> None:
    """The seed, the windows and everything planted."""
    facts = {
        "region": {"code": REGION_CODE, "name": REGION_NAME},
        "seed": seed,
        "months": [month_text(0), month_text(MONTHS - 1)],
        "windows": WINDOWS,
        "baseline_meeting": str(BASELINE_MEETING),
        "effect_from": str(EFFECT_FROM),
        "clusters": {code: name for code, name, _ in CLUSTERS},
        "worked_with_topic": sorted(TRUE_FACTOR),
        "not_submitted_prescriptions": [list(pair) for pair in NOT_SUBMITTED],
        "services_never_delivered": list(NO_SERVICES),
        "doubled_then_corrected": {"practices": list(DOUBLED), "month": DOUBLED_MONTH},
        "no_consent": NO_CONSENT,
        "tiny_practice": TINY,
        "notes": _NOTES,
    }
    write_lines(truth / "region.json", [json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True)])


_NOTES = [
    "The region, its clusters, its practices and every figure are invented.",
    "true_factor multiplies all antibiotic prescribing of the practice from effect_from on; methenamine is untouched.",
    "The stated share of broad-spectrum items becomes penicillin V, except in urinary tract infection.",
    "A trend of -3 % of the first month's level per year applies to every practice.",
    "Figures in antibiotics.csv are final, corrected and net, also where a file never came (submitted_ is 0).",
    "A correction file replaces all rows of the practices and months that it holds.",
]
