"""The groups of patients that the rest of the catalogue counts: who belongs to each, as the data guides say."""

from examples.synthetic.groups_shape import Looked, Ordered

_HALF, _YEAR = 6, 12
_LONG_PPI = ("ppi", "ppi_long")
_LUNGS, _SUGAR = ("copd", "plan"), ("type2_diabetes", "plan")
_PRESSURE, _HEART = ("hypertension", "plan"), ("ischaemic_heart", "plan")
_LDL = (*_HEART, "ldl_ischaemic_measured")
_DEMENTIA = ("from_65", "dementia_medicine")
_NEW_INHALER = ("from_35", "new_inhaler")
ORDERED_BESIDES = (
    Ordered("ppi_brugere", _YEAR, by_age=True, have=("ppi",)),
    Ordered("ppi_langtid", _YEAR, by_age=True, have=_LONG_PPI),
    Ordered("ppi_langtid_uden_anden_grund", _YEAR, by_age=True, have=(*_LONG_PPI, "not ppi_reason")),
    Ordered("ppi_langtid_aaret_foer", _YEAR, by_age=True, have=("ppi_before",)),
    Ordered("ppi_langtid_aaret_foer_stoppet", _YEAR, by_age=True, have=("ppi_before", "ppi_stopped")),
    Ordered("boern_oejenantibiotika", _YEAR, by_age=True, have=("child", "eye_antibiotic")),
    Ordered("pneumoni_behandlede", _HALF, by_age=True, have=("adult", "pneumonia_treated")),
    Ordered("pneumoni_ny_kur_14_dage", _HALF, by_age=True, have=("adult", "pneumonia_treated", "second_course")),
    Ordered("benzodiazepin_brugere", _YEAR, by_age=True, have=("benzodiazepine",)),
    Ordered("benzodiazepin_langtid", _YEAR, by_age=True, have=("benzodiazepine", "benzodiazepine_long")),
    Ordered("melatonin_brugere", _YEAR, by_age=True, have=("melatonin",)),
    Ordered("opioid_langtid", _YEAR, by_age=True, have=("opioid", "opioid_long")),
    Ordered("opioid_med_benzodiazepin", _YEAR, by_age=True, have=("opioid", "with_benzodiazepine")),
    Ordered("antipsykotika_brugere", _YEAR, by_age=True, have=("antipsychotic",)),
    Ordered("antipsykotika_lavdosis_uden_diagnose", _YEAR, by_age=True, have=("antipsychotic", "low_without")),
    Ordered("demensmedicin_65", _YEAR, by_age=False, have=_DEMENTIA),
    Ordered("demensmedicin_65_antipsykotika", _YEAR, by_age=False, have=(*_DEMENTIA, "antipsychotic_dementia")),
    Ordered("ihs_patienter", _YEAR, by_age=False, have=("ischaemic_heart",)),
    Ordered("ihs_statin", _YEAR, by_age=False, have=("ischaemic_heart", "statin")),
    Ordered("ihs_antitrombotisk", _YEAR, by_age=False, have=("ischaemic_heart", "antithrombotic")),
    Ordered("kol_diagnose", _YEAR, by_age=True, have=("copd",)),
    Ordered("kol_spirometri", _YEAR, by_age=False, have=("copd", "spirometry")),
    Ordered("nye_inhalation_35", _YEAR, by_age=False, have=_NEW_INHALER),
    Ordered("nye_inhalation_35_uden_spirometri", _YEAR, by_age=False, have=(*_NEW_INHALER, "no_spirometry")),
    Ordered("hjemmebesoeg_patienter", _YEAR, by_age=True, have=("visited",)),
)
LOOKED_BESIDES = (
    Looked("Type 2-diabetes", "årsstatus", (*_SUGAR, "annual_status"), _SUGAR),
    Looked("Type 2-diabetes", "urin-albumin målt", (*_SUGAR, "albumin"), _SUGAR),
    Looked("Type 2-diabetes", "fødder undersøgt", (*_SUGAR, "feet"), _SUGAR),
    Looked("Type 2-diabetes", "øjne undersøgt", (*_SUGAR, "eyes"), _SUGAR),
    Looked("KOL", "FEV1 registreret", (*_LUNGS, "fev1"), _LUNGS),
    Looked("KOL", "GOLD-gruppe registreret", (*_LUNGS, "gold"), _LUNGS),
    Looked("KOL", "rygestatus registreret", (*_LUNGS, "smoking_known"), _LUNGS),
    Looked("Hypertension", "årsstatus", (*_PRESSURE, "annual_status"), _PRESSURE),
    Looked("Hypertension", "blodtryk målt", (*_PRESSURE, "pressure_measured"), _PRESSURE),
    Looked(
        "Hypertension",
        "blodtryk under mål",
        (*_PRESSURE, "pressure_measured", "pressure_target"),
        (*_PRESSURE, "pressure_measured"),
    ),
    Looked("Iskæmisk hjertesygdom", "LDL målt", _LDL, _HEART),
    Looked("Iskæmisk hjertesygdom", "LDL under mål", (*_LDL, "ldl_ischaemic_target"), _LDL),
)
# Delivered by the register of medicines: the name of the group in its file.
DOSE_DISPENSED = (
    Ordered("modtager dosispakket medicin", _YEAR, by_age=True, have=("five_medicines", "dose_dispensed")),
    Ordered("begyndt", _YEAR, by_age=True, have=("five_medicines", "dose_dispensed", "started")),
    Ordered(
        "stoppet inden 90 dage",
        _YEAR,
        by_age=True,
        have=("five_medicines", "dose_dispensed", "started", "stopped_early"),
    ),
    Ordered("fem eller flere faste lægemidler", _YEAR, by_age=True, have=("five_medicines",)),
    Ordered(
        "dosispakket medicin og fem eller flere faste lægemidler",
        _YEAR,
        by_age=True,
        have=("five_medicines", "dose_dispensed"),
    ),
)
