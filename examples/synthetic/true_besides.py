"""What every measure of the rest of the catalogue truly is, counted straight from events, patients and tables."""

from collections.abc import Callable, Iterable

import numpy as np

from examples.synthetic.autumn import CERTIFICATE, CERTIFICATES, FOUND, LISTS, Autumn
from examples.synthetic.draws import BoolArray
from examples.synthetic.health import Health
from examples.synthetic.rates import ADULT_BAND, BANDS
from examples.synthetic.true_measures import OF_LIST, PERSON_DAYS, TrueMeasure
from examples.synthetic.true_tables import Table, Tables

_35, _65, _75, _80 = (BANDS.index(band) for band in ("35-49", "65-74", "75-79", "80+"))
_CHILDREN, _WORKING = 0, (ADULT_BAND, BANDS.index("50-64"))
_CONTACTS = ("0101", "0105", "0125", "0201")
_NAMES = {
    "lists_matching_share": "fmk_stemmer",
    "lists_with_expired_share": "fmk_udloebet",
    "lists_without_reason_share": "fmk_uden_grund",
    "lists_updated_share": "fmk_ajourfoert",
}
_MACHINE = ("five_medicines", "dose_dispensed")
_BEGUN = (*_MACHINE, "started")
# By package and measure: what those counted out of have (nothing: everybody listed), what those counted have besides,
# and the first age band of both.
_Share = tuple[tuple[str, ...], tuple[str, ...], int]
_SHARES: dict[str, dict[str, _Share]] = {
    "ppi": {
        "ppi_users_per_1000": ((), ("ppi",), ADULT_BAND),
        "ppi_long_term_share": (("ppi",), ("ppi_long",), ADULT_BAND),
        "ppi_long_without_other_reason_share": (("ppi", "ppi_long"), ("not ppi_reason",), ADULT_BAND),
        "ppi_stopped_share": (("ppi_before",), ("ppi_stopped",), ADULT_BAND),
    },
    "conjunctivitis": {"children_eye_antibiotic_share": (("child",), ("eye_antibiotic",), 0)},
    "nedre_luftveje": {"second_course_share": (("pneumonia_treated",), ("second_course",), ADULT_BAND)},
    "hjerte_kar": {
        "statin_ihd_share": (("ischaemic_heart",), ("statin",), 0),
        "antithrombotic_ihd_share": (("ischaemic_heart",), ("antithrombotic",), 0),
    },
    "smerte_og_opioider": {
        "opioid_users_per_1000": ((), ("opioid",), ADULT_BAND),
        "nsaid_users_per_1000": ((), ("nsaid",), ADULT_BAND),
        "opioid_long_term_share": (("opioid",), ("opioid_long",), ADULT_BAND),
        "opioid_with_benzodiazepine_share": (("opioid",), ("with_benzodiazepine",), ADULT_BAND),
    },
    "afhaengighedsskabende": {
        "benzodiazepine_users_per_1000": ((), ("benzodiazepine",), ADULT_BAND),
        "melatonin_users_per_1000": ((), ("melatonin",), ADULT_BAND),
        "benzodiazepine_users_75_per_1000": ((), ("benzodiazepine",), _75),
        "benzodiazepine_long_term_share": (("benzodiazepine",), ("benzodiazepine_long",), ADULT_BAND),
    },
    "antipsykotika": {
        "antipsychotic_users_per_1000": ((), ("antipsychotic",), ADULT_BAND),
        "low_dose_without_diagnosis_share": (
            ("antipsychotic",),
            ("quetiapine_low", "without_diagnosis"),
            ADULT_BAND,
        ),
        "dementia_antipsychotic_share": (("dementia_medicine",), ("antipsychotic_dementia",), _65),
    },
    "kol_diagnostik": {
        "copd_35_per_1000": ((), ("copd",), _35),
        "new_inhaler_without_spirometry_share": (("new_inhaler",), ("no_spirometry",), _35),
    },
    "spirometri": {"copd_spirometry_share": (("copd",), ("spirometry",), 0)},
    "hjemmebesoeg": {"visited_80_share": ((), ("visited",), _80)},
    "dosisdispensering": {
        "users_75_share": ((), _MACHINE, _75),
        "users_65_share": ((), _MACHINE, _65),
        "users_of_five_medicines_share": (("five_medicines",), ("dose_dispensed",), 0),
        "starts_65_per_1000": ((), _BEGUN, _65),
        "stopped_90_days_share": (_BEGUN, ("stopped_early",), 0),
    },
}


def measures_besides(
    tables: Tables, counts: tuple[Health, ...], plans_came: BoolArray, found: Autumn
) -> list[TrueMeasure]:
    """Every measure of the packages that true_measures.py and true_own_counts.py do not have."""
    return [
        *_medicines(tables),
        *_airways(tables),
        *_services(tables),
        *_ordered(tables, counts),
        *_plans(tables, counts, plans_came),
        *_municipal(tables, found),
        *_own(found),
    ]


def _medicines(tables: Tables) -> Iterable[TrueMeasure]:
    """What rests on prescriptions alone, whatever they were for."""
    came, everybody = tables.came("prescriptions"), tables.patients()
    eyes, small = tables.items(_begins("S01AA")), tables.happened.prescriptions.band == _CHILDREN
    fusidic, chloramphenicol = tables.items(_begins("S01AA13")), tables.items(_begins("S01AA01"))
    package = "conjunctivitis"
    yield TrueMeasure(package, "eye_antibiotics_per_1000", eyes, everybody, came, OF_LIST)
    children = tables.items(_begins("S01AA"), small)
    listed = tables.patients(_CHILDREN, _CHILDREN)
    yield TrueMeasure(package, "eye_antibiotics_children_per_1000", children, listed, came, OF_LIST)
    yield TrueMeasure(package, "fusidic_acid_per_1000", fusidic, everybody, came, OF_LIST)
    yield TrueMeasure(package, "chloramphenicol_share", chloramphenicol, chloramphenicol + fusidic, came)
    doac, both = tables.items(_begins("B01AF", "B01AE07")), tables.items(_begins("B01AF", "B01AE07", "B01AA03"))
    yield TrueMeasure("hjerte_kar", "doac_share", doac, both, came)
    tramadol, opioids = tables.items(_begins("N02AX02")), tables.items(_begins("N02A"))
    yield TrueMeasure("smerte_og_opioider", "tramadol_share", tramadol, opioids, came)
    per_day: dict[tuple[str, str], Callable[[str], bool]] = {
        ("ppi", "ppi_ddd_per_1000_days"): _begins("A02BC"),
        ("smerte_og_opioider", "gabapentinoid_ddd_per_1000_days"): _begins("N02BF"),
        ("afhaengighedsskabende", "benzodiazepine_ddd_per_1000_days"): _begins("N05BA", "N05CD", "N05CF"),
        ("antipsykotika", "antipsychotic_ddd_per_1000_days"): lambda code: code[:4] == "N05A" and code != "N05AN01",
    }
    for (package, measure), codes in per_day.items():
        yield TrueMeasure(package, measure, tables.ddd_tenths(codes), everybody, came, PERSON_DAYS, tenths=True)


def _airways(tables: Tables) -> Iterable[TrueMeasure]:
    """nedre_luftveje but for its patients: prescriptions of antibiotics to adults by what they were for."""
    came, adult = tables.came("prescriptions"), tables.happened.prescriptions.band >= ADULT_BAND
    pneumonia = adult & tables.indicated("lungebetændelse")
    every, listed = tables.items(_antibiotic, pneumonia), tables.patients(ADULT_BAND)
    bronchitis = tables.items(_antibiotic, adult & tables.indicated("bronkitis"))
    package = "nedre_luftveje"
    yield TrueMeasure(package, "pneumonia_per_1000", every, listed, came, OF_LIST)
    yield TrueMeasure(package, "bronchitis_per_1000", bronchitis, listed, came, OF_LIST)
    for measure, code in {"pneumonia_penicillin_v_share": "J01CE02", "pneumonia_macrolide_share": "J01FA"}.items():
        yield TrueMeasure(package, measure, tables.items(_begins(code), pneumonia), every, came)
    crp = tables.services("7120", first_band=ADULT_BAND)
    yield TrueMeasure(package, "crp_adults_per_1000", crp, listed, tables.came("services"), OF_LIST)


def _services(tables: Tables) -> Iterable[TrueMeasure]:
    """What rests on services alone."""
    came = tables.came("services")

    def rate(package: str, measure: str, codes: tuple[str, ...], ages: tuple[int, int] = (0, 8)) -> TrueMeasure:
        listed = tables.patients(*ages)
        return TrueMeasure(package, measure, _given(tables, codes, ages), listed, came, OF_LIST)

    def share(package: str, measure: str, codes: tuple[str, ...], of: tuple[str, ...], first: int = 0) -> TrueMeasure:
        ages = (first, 8)
        return TrueMeasure(package, measure, _given(tables, codes, ages), _given(tables, of, ages), came)

    clinic, visits, lungs, old = "covid19_i_klinikken", "hjemmebesoeg", "spirometri", (_75, 8)
    yield rate(clinic, "consultations_per_1000", ("0101",))
    yield rate(clinic, "annual_checks_per_1000", ("0120",))
    yield share(clinic, "video_share", ("0125",), _CONTACTS)
    yield share(clinic, "e_consultation_share", ("0105",), _CONTACTS)
    yield share(clinic, "telephone_share", ("0201",), _CONTACTS)
    yield rate(clinic, "home_visits_75_per_1000", ("0411",), old)
    yield rate(visits, "outreach_visits_75_per_1000", ("0121",), old)
    yield rate(visits, "sick_visits_75_per_1000", ("0411",), old)
    yield share(visits, "outreach_share", ("0121",), ("0121", "0411"), _75)
    yield rate(lungs, "spirometry_35_per_1000", ("7113", "7121"), (_35, 8))
    yield rate(lungs, "spirometry_young_per_1000", ("7113", "7121"), (1, _35 - 1))
    yield share(lungs, "extended_share", ("7121",), ("7113", "7121"))
    yield rate("attester", "social_medicine_per_1000", ("3301",))


def _ordered(tables: Tables, counts: tuple[Health, ...]) -> Iterable[TrueMeasure]:
    """What rests on counts of patients, by practice at the end of the window."""
    always = np.ones_like(tables.patients(), dtype=np.bool_)
    for package, measures in _SHARES.items():
        for measure, (of, also, first) in measures.items():
            wide, narrow = (_having(tables, counts, have, first) for have in (of, (*of, *also)))
            yield TrueMeasure(package, measure, narrow, wide, always, at_end=True)


def _plans(tables: Tables, counts: tuple[Health, ...], came: BoolArray) -> Iterable[TrueMeasure]:
    """What rests on care plans, of the practices that show them."""
    sugar, lungs = ("type2_diabetes", "plan"), ("copd", "plan")
    pressure, heart = ("hypertension", "plan"), ("ischaemic_heart", "plan")
    wanted = {
        ("diabetes_organisering", "care_plan_share"): (("type2_diabetes",), "plan"),
        ("diabetes_organisering", "annual_status_share"): (sugar, "annual_status"),
        ("diabetes_organisering", "hba1c_measured_share"): (sugar, "hba1c_measured"),
        ("diabetes_organisering", "albumin_measured_share"): (sugar, "albumin"),
        ("diabetes_organisering", "feet_examined_share"): (sugar, "feet"),
        ("diabetes_organisering", "eyes_examined_share"): (sugar, "eyes"),
        ("kol_diagnostik", "fev1_recorded_share"): (lungs, "fev1"),
        ("kol_diagnostik", "mrc_recorded_share"): (lungs, "mrc_recorded"),
        ("kol_diagnostik", "smoking_recorded_share"): (lungs, "smoking_known"),
        ("kol_diagnostik", "gold_group_share"): (lungs, "gold"),
        ("hjerte_kar", "annual_status_hypertension_share"): (pressure, "annual_status"),
        ("hjerte_kar", "pressure_in_target_share"): ((*pressure, "pressure_measured"), "pressure_target"),
        ("hjerte_kar", "ldl_in_target_ihd_share"): ((*heart, "ldl_ischaemic_measured"), "ldl_ischaemic_target"),
    }
    for (package, measure), (of, also) in wanted.items():
        narrow, wide = _having(tables, counts, (*of, also), 0), _having(tables, counts, of, 0)
        yield TrueMeasure(package, measure, narrow, wide, came, at_end=True)


def _municipal(tables: Tables, found: Autumn) -> Iterable[TrueMeasure]:
    """What the municipalities counted of practices."""
    came, together = found.municipal_came, "tvaersektorielt_samarbejde"
    certificates = _sum(found.counted[kind] for kind in CERTIFICATES)
    working = tables.patients(*_WORKING)
    everybody, children = tables.patients(), tables.patients(_CHILDREN, _CHILDREN)
    yield TrueMeasure(together, "referrals_per_1000", found.counted["henvisning"], everybody, came, OF_LIST)
    yield TrueMeasure(together, "correspondence_per_1000", found.counted["korrespondance"], everybody, came, OF_LIST)
    missed = found.counted["udebleven vaccination"]
    yield TrueMeasure(together, "vaccination_missed_per_1000", missed, children, came, OF_LIST)
    yield TrueMeasure(together, "certificates_per_1000", certificates, working, came, OF_LIST)
    yield TrueMeasure("attester", "certificates_per_1000", certificates, working, came, OF_LIST)
    overdue = _sum(found.overdue[kind] for kind in CERTIFICATES)
    yield TrueMeasure("attester", "overdue_share", overdue, certificates, came)
    for kind in CERTIFICATES:
        code = f"certificate_{kind[-3:]}"
        yield TrueMeasure("attester", "certificate_types", found.counted[kind], certificates, came, category=code)


def _own(found: Autumn) -> Iterable[TrueMeasure]:
    """What practices counted themselves in November."""
    package, came, lists = "fmk_ajourfoering", found.own_came, found.counted[LISTS]
    assert set(_NAMES.values()) == set(FOUND)
    for measure, code in _NAMES.items():
        yield TrueMeasure(package, measure, found.counted[code], lists, came)
    yield TrueMeasure(package, "lines_corrected_per_10", found.counted["fmk_linjer_rettet"], lists, came)
    yield TrueMeasure("attester", "minutes_per_certificate", found.minutes, found.counted[CERTIFICATE], came)


def _having(tables: Tables, counts: tuple[Health, ...], have: tuple[str, ...], first: int) -> Table:
    return tables.at_ends(counts, lambda health: health.all(*have) & (health.band >= first))


def _given(tables: Tables, codes: tuple[str, ...], ages: tuple[int, int]) -> Table:
    return _sum(tables.services(code, ages[1], ages[0]) for code in codes)


def _sum(parts: Iterable[Table]) -> Table:
    return np.sum(list(parts), axis=0)


def _begins(*prefixes: str) -> Callable[[str], bool]:
    return lambda code: code.startswith(prefixes)


def _antibiotic(code: str) -> bool:
    return code.startswith("J01") and code != "J01XX05"
