"""What the facts of each source hold: what can be counted of them, chosen by and divided by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from transforms.codes import CodeSystem

QUANTITIES: dict[str, tuple[str, ...]] = {
    "prescriptions": ("items", "ddd"),
    "services": ("services",),
    "list_sizes": ("patients",),
    "care_plans": ("patients", "out_of"),
    "questionnaire": ("answers", "score"),
    "dose_dispensing": ("patients",),
    "patient_counts": ("patients",),
    "registrations": ("count", "out_of", "minutes"),
    "municipal": ("count", "overdue"),
    "benchmarks": ("value", "per", "numerator", "denominator"),
}
"""What is counted in the facts of each source. A list size is a stock: over a window it is person-months / months."""

DERIVED: dict[str, dict[str, str]] = {"list_sizes": {"person_years": "patients", "person_days": "patients"}}
"""What else can be asked of a source, and the quantity it is made of."""

MONTHS_IN: dict[str, float] = {"person_years": 12.0, "person_days": 12 / 365.25}
"""How many person-months make one of what is derived from list sizes."""

PATIENT_COUNTS = frozenset({"care_plans", "dose_dispensing", "patient_counts"})
"""Sources whose quantities are patients, counted before they came: they do not add up over codes, groups or months."""

INDIVIDUAL: dict[str, tuple[str, ...]] = {"questionnaire": ("score",)}
"""Quantities of which every single value is known, with whose it is. The facts of every other source hold sums."""

FILTERS: dict[str, tuple[str, ...]] = {
    "prescriptions": ("codes", "exclude_codes", "indications", "sex", "age"),
    "services": ("codes", "exclude_codes", "sex", "age"),
    "list_sizes": ("sex", "age"),
    "care_plans": ("conditions", "groups", "sex", "age"),
    "questionnaire": ("codes", "exclude_codes", "answers", "questionnaires"),
    "dose_dispensing": ("groups", "sex", "age"),
    "patient_counts": ("groups", "sex", "age"),
    "registrations": ("codes", "exclude_codes", "groups"),
    "municipal": ("codes", "exclude_codes"),
    "benchmarks": ("codes", "exclude_codes", "sex", "age"),
}
"""What facts of each source can be chosen by."""

COLUMNS: dict[str, str] = {
    "indications": "indication",
    "conditions": "condition",
    "groups": "patient_group",
    "answers": "answer",
    "questionnaires": "questionnaire",
}
"""The column behind each filter that names values as they stand."""

NAMED: dict[str, tuple[str, str]] = {
    "care_plans": ("groups", "patient_group"),
    "questionnaire": ("questionnaires", "questionnaire"),
    "dose_dispensing": ("groups", "patient_group"),
    "patient_counts": ("groups", "patient_group"),
    "registrations": ("codes", "code"),
}
"""Sources that hold what several packages had counted, each under names of its own: filter and column of them."""

FILLED_IN = ("questionnaire", "registrations")
"""Sources that practices fill in themselves: sheets and forms of one topic, which say nothing of another."""

DIVIDERS: dict[str, tuple[str, ...]] = {
    "prescriptions": ("code", "indication", "sex", "age_band"),
    "services": ("code", "sex", "age_band"),
    "list_sizes": ("sex", "age_band"),
    "care_plans": ("sex", "age_band"),
    "questionnaire": ("answer", "code", "questionnaire"),
    "dose_dispensing": ("sex", "age_band"),
    "patient_counts": ("sex", "age_band"),
    "registrations": ("code", "patient_group"),
    "municipal": ("code", "municipality"),
}
"""The columns a distribution can be made over. Groups of patients overlap: counts of them are not parts of a whole."""

NOT_MEASURED = frozenset({"benchmarks"})
"""Figures published about areas: they belong to no practice, and no measure is made of them."""


@dataclass(frozen=True)
class Known:
    """What a definition may name beside the shipped sources.

    `own` a workspace's own sources, each with the shipped source whose fact table it fills; `systems` the code system
    of each source that has one; `values` by source and column the names that its contract gives, where it gives any.
    """

    own: Mapping[str, str] = field(default_factory=dict[str, str])
    systems: Mapping[str, CodeSystem] = field(default_factory=dict[str, CodeSystem])
    values: Mapping[str, Mapping[str, tuple[str, ...]]] = field(
        default_factory=dict[str, Mapping[str, tuple[str, ...]]]
    )

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source a measure may be made of."""
        return (*(source for source in QUANTITIES if source not in NOT_MEASURED), *sorted(self.own))

    def model_of(self, source: str) -> str:
        """The shipped source whose facts those of `source` look like: itself, unless it is a workspace's own."""
        return self.own.get(source, source)
