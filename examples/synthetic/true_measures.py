"""What every measure of the packages truly is: numerators and denominators by practice and month."""

from dataclasses import dataclass

import numpy as np

from examples.synthetic.draws import BoolArray
from examples.synthetic.health import Health
from examples.synthetic.rates import ADULT_BAND, BANDS, BROAD, SEXES
from examples.synthetic.true_tables import Table, Tables

_CHILD_BANDS = 1
_OLDEST = len(BANDS) - 1
PERSON_DAYS = "487/16"  # 365.25 / 12 of a person-month
OF_LIST = "of the window's months"


@dataclass(frozen=True)
class TrueMeasure:
    """One measure of a package: tables of practices by months, and in which months a practice's figures came.

    `times` is what the sum of the denominator is multiplied by (OF_LIST: divided by the number of months). What is
    counted `at_end` stands in the window's last month alone, and for the whole of it. A numerator in `tenths` is ten
    times too large.
    """

    package: str
    measure: str
    numerator: Table
    denominator: Table
    came: BoolArray
    times: str = "1"
    at_end: bool = False
    tenths: bool = False
    category: str = ""


def of_prescriptions(tables: Tables) -> list[TrueMeasure]:
    """antibiotika, and what nsaid has of prescriptions."""
    came = tables.came("prescriptions")
    every = tables.items(_antibiotic)
    log = tables.happened.prescriptions
    woman = (log.sex == SEXES.index("K")) & (log.band >= ADULT_BAND) & tables.indicated("urinvejsinfektion")
    oldest = (log.band == _OLDEST) & tables.indicated("urinvejsinfektion")
    nsaid = tables.items(_nsaid)
    shares = {
        "penicillin_v_share": (tables.items(lambda code: code == "J01CE02"), every),
        "broad_spectrum_share": (tables.items(lambda code: code in BROAD), every),
        "pivmecillinam_share_uti": (
            tables.items(lambda code: code == "J01CA08", woman),
            tables.items(_antibiotic, woman),
        ),
    }
    per_list = {
        "antibiotics_per_1000": (every, tables.patients()),
        "uti_80_per_1000": (tables.items(_antibiotic, oldest), tables.patients(_OLDEST)),
    }
    doses = {"nsaid_ddd_per_1000_days": _nsaid, "opioid_ddd_per_1000_days": _opioid}
    return [
        *(TrueMeasure("antibiotika", name, *pair, came) for name, pair in shares.items()),
        *(TrueMeasure("antibiotika", name, *pair, came, OF_LIST) for name, pair in per_list.items()),
        *(
            TrueMeasure("nsaid", name, tables.ddd_tenths(codes), tables.patients(), came, PERSON_DAYS, tenths=True)
            for name, codes in doses.items()
        ),
        # Ibuprofen and naproxen are all there is in this region.
        TrueMeasure("nsaid", "nsaid_non_preferred_share", np.zeros_like(nsaid), nsaid, came),
    ]


def of_services(tables: Tables) -> list[TrueMeasure]:
    """crp but for its patients."""
    came, crp = tables.came("services"), tables.services("7120")
    airways = tables.items(_antibiotic_of_any_kind, tables.indicated("lungebetændelse", "bronkitis", "halsbetændelse"))
    both = came & tables.came("prescriptions")
    return [
        TrueMeasure("crp", "crp_per_1000", crp, tables.patients(), came, OF_LIST),
        TrueMeasure("crp", "crp_children_share", tables.services("7120", _CHILD_BANDS), crp, came),
        TrueMeasure("crp", "crp_per_100_consultations", crp, tables.services("0101"), came),
        TrueMeasure("crp", "airway_antibiotics_per_100_crp", airways, crp, both),
    ]


def of_patients(tables: Tables, counts: tuple[Health, ...]) -> list[TrueMeasure]:
    """What rests on counts of patients, by practice at the end of the window."""
    always = np.ones_like(tables.patients(), dtype=np.bool_)

    def share(package: str, measure: str, of: tuple[str, ...], *also: str, ages: int = 0) -> TrueMeasure:
        wide, narrow = (
            tables.at_ends(counts, lambda health, have=have: health.all(*have) & (health.band >= ages))
            for have in (of, (*of, *also))
        )
        return TrueMeasure(package, measure, narrow, wide, always, at_end=True)

    everybody: tuple[str, ...] = ()
    few = ("copd", "not two_exacerbations")
    elderly = ("type2_diabetes", "from_75", "su_or_insulin")
    at_risk = ("type2_diabetes", "heart_or_kidney")
    lungs, sugar = "kol_behandling", "diabetes_behandling"
    return [
        share("crp", "crp_patients_share", everybody, "crp"),
        share("nsaid", "nsaid_users_per_1000", everybody, "nsaid", ages=ADULT_BAND),
        share("nsaid", "opioid_users_per_1000", everybody, "opioid", ages=ADULT_BAND),
        share("nsaid", "nsaid_with_anticoagulant_share", ("nsaid",), "blood_thinner", ages=ADULT_BAND),
        share(lungs, "ics_few_exacerbations_share", few, "steroids"),
        share(lungs, "long_acting_mrc3_share", ("copd", "mrc3"), "long_acting"),
        share(lungs, "two_courses_share", ("copd",), "two_courses"),
        share(lungs, "saba_without_maintenance_share", ("saba", "from_35"), "many_saba", "not maintenance"),
        share(sugar, "tight_control_75_plus_share", elderly, "hba1c_measured", "hba1c_below_48"),
        share(sugar, "sglt2_glp1_share", at_risk, "sglt2_glp1"),
    ]


def of_care_plans(tables: Tables, counts: tuple[Health, ...], came: BoolArray) -> list[TrueMeasure]:
    """What rests on care plans; `came` says of which practices they were shown, in the months of the counts."""
    lungs, sugar = "kol_behandling", "diabetes_behandling"
    plans, diabetes = ("copd", "plan"), ("type2_diabetes", "plan")
    wanted = [
        (lungs, "rehabilitation_offered_share", (*plans, "mrc_recorded", "mrc3"), "rehabilitation"),
        (lungs, "inhalation_technique_share", plans, "technique"),
        (sugar, "hba1c_above_58_share", (*diabetes, "hba1c_measured"), "hba1c_above_58"),
        (sugar, "hba1c_75_or_more_share", (*diabetes, "hba1c_measured"), "hba1c_75_or_more"),
        (sugar, "ldl_in_target_share", (*diabetes, "ldl_measured"), "ldl_in_target"),
        (sugar, "blood_pressure_in_target_share", (*diabetes, "pressure_measured"), "pressure_in_target"),
    ]
    return [
        TrueMeasure(
            package,
            measure,
            tables.at_ends(counts, lambda health, have=(*of, also): health.all(*have)),
            tables.at_ends(counts, lambda health, have=of: health.all(*have)),
            came,
            at_end=True,
        )
        for package, measure, of, also in wanted
    ]


def _antibiotic(code: str) -> bool:
    return code.startswith("J01") and code != "J01XX05"


def _antibiotic_of_any_kind(code: str) -> bool:
    return code.startswith("J01")


def _opioid(code: str) -> bool:
    return code.startswith("N02A")


def _nsaid(code: str) -> bool:
    return code.startswith("M01A")
