"""The groups of patients that are counted: who belongs to each, as the packages' data guides say."""

from examples.synthetic.draws import BoolArray
from examples.synthetic.groups_besides import LOOKED_BESIDES, ORDERED_BESIDES
from examples.synthetic.groups_shape import Looked, Ordered
from examples.synthetic.health import Health

_FEW = ("copd", "not two_exacerbations")
_SABA = ("saba", "from_35")
_ELDERLY = ("type2_diabetes", "from_75", "su_or_insulin")
_AT_RISK = ("type2_diabetes", "heart_or_kidney")
ORDERED = (
    Ordered("crp_patienter", 6, by_age=False, have=("crp",)),
    Ordered("nsaid_brugere", 12, by_age=True, have=("nsaid",)),
    Ordered("nsaid_med_blodfortyndende", 12, by_age=True, have=("nsaid", "blood_thinner")),
    Ordered("opioid_brugere", 12, by_age=True, have=("opioid",)),
    Ordered("kol_patienter", 12, by_age=False, have=("copd",)),
    Ordered("kol_to_kure", 12, by_age=False, have=("copd", "two_courses")),
    Ordered("kol_faa_forvaerringer", 12, by_age=False, have=_FEW),
    Ordered("kol_faa_forvaerringer_ics", 12, by_age=False, have=(*_FEW, "steroids")),
    Ordered("kol_mrc3", 12, by_age=False, have=("copd", "mrc3")),
    Ordered("kol_mrc3_langtidsvirkende", 12, by_age=False, have=("copd", "mrc3", "long_acting")),
    Ordered("saba_brugere", 12, by_age=False, have=_SABA),
    Ordered("saba_mange_uden_fast", 12, by_age=False, have=(*_SABA, "many_saba", "not maintenance")),
    Ordered("t2d_75_su_insulin", 12, by_age=False, have=_ELDERLY),
    Ordered("t2d_75_su_insulin_lavt_hba1c", 12, by_age=False, have=(*_ELDERLY, "hba1c_measured", "hba1c_below_48")),
    Ordered("t2d_hjerte_nyre", 12, by_age=False, have=_AT_RISK),
    Ordered("t2d_hjerte_nyre_sglt2_glp1", 12, by_age=False, have=(*_AT_RISK, "sglt2_glp1")),
    *ORDERED_BESIDES,
)

_LUNGS, _SUGAR = ("copd", "plan"), ("type2_diabetes", "plan")
_BREATHLESS = (*_LUNGS, "mrc_recorded", "mrc3")
_MEASURED = (*_SUGAR, "hba1c_measured")
_BANDS = {
    "HbA1c under 48": "hba1c_below_48",
    "HbA1c 48-53": "hba1c_48_53",
    "HbA1c 54-58": "hba1c_54_58",
    "HbA1c 59-74": "hba1c_59_74",
    "HbA1c over 58": "hba1c_above_58",
    "HbA1c 75 eller højere": "hba1c_75_or_more",
}
_TARGETS = {"LDL under mål": ("ldl_measured", "ldl_in_target")} | {
    "blodtryk under mål": ("pressure_measured", "pressure_in_target")
}
LOOKED = (
    Looked("KOL", "har forløbsplan", _LUNGS, ("copd",)),
    Looked("KOL", "MRC registreret", (*_LUNGS, "mrc_recorded"), _LUNGS),
    Looked("KOL", "MRC 3 eller højere", _BREATHLESS, (*_LUNGS, "mrc_recorded")),
    Looked("KOL", "MRC 3 eller højere, rehabilitering tilbudt", (*_BREATHLESS, "rehabilitation"), _BREATHLESS),
    Looked("KOL", "inhalationsteknik gennemgået", (*_LUNGS, "technique"), _LUNGS),
    Looked("Type 2-diabetes", "har forløbsplan", _SUGAR, ("type2_diabetes",)),
    Looked("Type 2-diabetes", "HbA1c målt", _MEASURED, _SUGAR),
    *(Looked("Type 2-diabetes", name, (*_MEASURED, value), _MEASURED) for name, value in _BANDS.items()),
    Looked("Type 2-diabetes", "LDL målt", (*_SUGAR, "ldl_measured"), _SUGAR),
    Looked("Type 2-diabetes", "blodtryk målt", (*_SUGAR, "pressure_measured"), _SUGAR),
    *(
        Looked("Type 2-diabetes", name, (*_SUGAR, measured, good), (*_SUGAR, measured))
        for name, (measured, good) in _TARGETS.items()
    ),
    *LOOKED_BESIDES,
)


def who(health: Health, have: tuple[str, ...]) -> BoolArray:
    """The patients of a group: those who have everything it asks for."""
    return health.all(*have)
