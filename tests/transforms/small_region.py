"""A small made-up region: rows as plain dictionaries, the frames made of them, and the measures asked of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Self

import polars as pl

from transforms.calendar import Window
from transforms.definitions import Measure, Package
from transforms.practice_months import Facts

Row = dict[str, Any]

BASELINE = Window(date(2025, 1, 1), date(2025, 3, 31))
FOLLOWUP = Window(date(2026, 1, 1), date(2026, 3, 31))
BEFORE = (date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1))
NOW = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
BOTH = BEFORE + NOW
LONG_AGO = date(2015, 1, 1)
MINIMUM = 20

COUNTED: dict[str, Any] = {"practice_id": pl.String, "period": pl.Date, "sex": pl.String, "age_band": pl.String}
CODED: dict[str, Any] = COUNTED | {"code": pl.String}
SCHEMAS: dict[str, dict[str, Any]] = {
    "prescriptions": CODED | {"indication": pl.String, "items": pl.Int64, "ddd": pl.Float64},
    "services": CODED | {"services": pl.Int64},
    "list_sizes": COUNTED | {"patients": pl.Float64},
    "questionnaire": {
        **dict.fromkeys(("practice_id", "questionnaire", "respondent", "code", "answer"), pl.String),
        "period": pl.Date,
        "answers": pl.Int64,
        "score": pl.Float64,
    },
    "registrations": {
        **dict.fromkeys(("practice_id", "code", "patient_group"), pl.String),
        **dict.fromkeys(("count", "out_of"), pl.Int64),
        "period": pl.Date,
        "minutes": pl.Float64,
    },
    "submissions": {"practice_id": pl.String, "source": pl.String, "period": pl.Date},
    "memberships": {
        "practice_id": pl.String,
        "cluster_id": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
    },
    "clusters": dict.fromkeys(("cluster_id", "cluster_name", "region_id", "region_name"), pl.String),
    "practices": {
        "practice_id": pl.String,
        "practice_name": pl.String,
        "opened": pl.Date,
        "closed": pl.Date,
        "successor_id": pl.String,
        "consented": pl.Boolean,
    },
}
SOURCES = ("prescriptions", "services", "list_sizes", "questionnaire", "registrations")
CLUSTERS = {"c1": "r1", "c2": "r1", "c3": "r1", "c4": "r2", "c5": "r2"}


@dataclass
class SmallRegion:
    """Rows by table. `add` is one practice with everything that belongs to it."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in SCHEMAS})

    def __post_init__(self) -> None:
        self.rows["clusters"] = [
            {"cluster_id": cluster, "cluster_name": f"Klynge {cluster}", "region_id": region, "region_name": "Region"}
            for cluster, region in CLUSTERS.items()
        ]

    def add(self, name: str, *, cluster: str | None = "c1", months: Any = BOTH, **what: Any) -> Self:
        """A practice with `patients` listed in `months`, submitting both sources, and `items` of J01CE02 each month.

        `others` is a month's items of other antibiotics; what is left belongs to the registry.
        """
        patients, items, others = what.pop("patients", 300), what.pop("items", 30), what.pop("others", 70)
        self.rows["practices"].append(
            {"practice_id": name, "practice_name": f"Praksis {name}", "consented": True} | what
        )
        if cluster:
            self.belongs(name, cluster)
        for month in months:
            self.lists(name, month, patients)
            self.prescribes(name, month, items)
            self.prescribes(name, month, others, code="J01CA04")
            self.submits(name, month)
        return self

    def belongs(self, name: str, cluster: str, start: date = LONG_AGO, end: date | None = None) -> Self:
        row = {"practice_id": name, "cluster_id": cluster, "valid_from": start, "valid_to": end}
        self.rows["memberships"].append(row)
        return self

    def moves(self, name: str, day: date, cluster: str | None) -> Self:
        """From `day` on in another cluster, or in none."""
        self.rows["memberships"][-1]["valid_to"] = day - timedelta(days=1)
        return self.belongs(name, cluster, day) if cluster else self

    def lists(self, name: str, month: date, patients: float, sex: str = "female", band: str = "18-64") -> Self:
        row = {"practice_id": name, "period": month, "sex": sex, "age_band": band, "patients": patients}
        self.rows["list_sizes"].append(row)
        return self

    def prescribes(self, name: str, month: date, items: int, **what: Any) -> Self:
        row = {"practice_id": name, "period": month, "code": "J01CE02", "sex": "female", "age_band": "18-64"}
        if items:
            self.rows["prescriptions"].append(row | {"items": items, "ddd": 7.0 * items} | what)
        return self

    def answers(self, name: str, month: date, respondent: str, score: float | None, **what: Any) -> Self:
        """One respondent's answer to one question; the answer is the score in words."""
        row = {"practice_id": name, "period": month, "questionnaire": "trivsel_2026", "respondent": respondent}
        answer = "ved_ikke" if score is None else f"{score:.0f}"
        row |= {"code": "trivsel_01", "answer": answer, "answers": 1, "score": score}
        self.rows["questionnaire"].append(row | what)
        return self

    def registers(self, name: str, month: date, count: int, minutes: float) -> Self:
        row = {"practice_id": name, "period": month, "code": "attest", "count": count, "out_of": None}
        self.rows["registrations"].append(row | {"patient_group": None, "minutes": minutes})
        return self

    def submits(self, name: str, month: date, *sources: str) -> Self:
        for source in sources or ("prescriptions", "list_sizes"):
            self.rows["submissions"].append({"practice_id": name, "source": source, "period": month})
        return self

    def keeps_back(self, name: str, months: Any, source: str = "prescriptions") -> Self:
        """The submission of `source` never came for `months`."""
        self.rows["submissions"] = [
            row
            for row in self.rows["submissions"]
            if (row["practice_id"], row["source"]) != (name, source) or row["period"] not in months
        ]
        return self

    def facts(self) -> Facts:
        frames = {name: pl.LazyFrame(rows, schema=SCHEMAS[name]) for name, rows in self.rows.items()}
        sources = {name: frames.pop(name) for name in SOURCES}
        return Facts(by_source=sources, **frames)


def measure(measure_id: str = "items_per_1000", **changed: Any) -> Measure:
    """Penicillin V per 1,000 listed, unless `changed` says otherwise."""
    words = {"da": "ord", "en": "words"}
    described = {
        "id": measure_id,
        "kind": "rate",
        "numerator": {"source": "prescriptions", "quantity": "items", "codes": ("J01CE02",)},
        "denominator": {"source": "list_sizes", "quantity": "patients"},
        **dict.fromkeys(("title", "definition", "unit", "events"), words),
    }
    return Measure.model_validate(described | changed)


RATE = measure()
SHARE = measure(
    "penicillin_share",
    kind="proportion",
    per=100,
    denominator={"source": "prescriptions", "quantity": "items", "codes": ("J01",)},
)
WOMEN = measure(
    "items_of_grown_women",
    numerator={
        "source": "prescriptions",
        "quantity": "items",
        "codes": ("J01",),
        "exclude_codes": ("J01CA",),
        "sex": "female",
        "age": "18+",
    },
    denominator={"source": "list_sizes", "quantity": "patients", "sex": "female", "age": "18+"},
)
MEASURES = (RATE, SHARE, WOMEN)


def package(*measures: Measure) -> Package:
    words = {"da": "ord", "en": "words"}
    return Package.model_validate(
        {
            "id": "antibiotika",
            "version": "1",
            "status": "draft",
            "owner": "os",
            "review_due": date(2027, 1, 1),
            "title": words,
            "focus": words,
            "windows": {"months": 3},
            "measures": measures or (RATE, SHARE),
        }
    )


def random_region(seed: int) -> SmallRegion:
    """Fourteen practices that open, close, merge, move, forget to submit and keep their consent back."""
    random, region = Random(seed), SmallRegion()
    names = [f"p{number:02}" for number in range(14)]
    for name in names:
        _random_practice(region, random, name, names)
    for rows in region.rows.values():
        random.shuffle(rows)
    return region


def _some_day(random: Random) -> date:
    return date(2024, 12, 1) + timedelta(days=random.randrange(500))


def _random_practice(region: SmallRegion, random: Random, name: str, names: list[str]) -> None:
    opened = _some_day(random) if random.random() < 0.15 else None
    closed = _some_day(random) if random.random() < 0.2 else None
    heir = random.choice([other for other in names if other != name]) if closed and random.random() < 0.4 else None
    region.add(name, cluster=None, months=(), opened=opened, closed=closed, successor_id=heir)
    region.rows["practices"][-1]["consented"] = random.random() < 0.85
    if random.random() < 0.95:
        region.belongs(name, random.choice(list(CLUSTERS)))
        if random.random() < 0.3:
            region.moves(name, _some_day(random), random.choice([*CLUSTERS, None]))
    for month in BOTH:
        _random_month(region, random, name, month)


def _random_month(region: SmallRegion, random: Random, name: str, month: date) -> None:
    for source in ("prescriptions", "list_sizes"):
        if random.random() < 0.93:
            region.submits(name, month, source)
    for sex in ("female", "male"):
        for band in ("0-5", "6-17", "18-64", "65+"):
            if random.random() < 0.9:
                region.lists(name, month, random.choice([0, 7, 40, 120]), sex, band)
            for code in random.sample(["J01CE02", "J01CA04", "J01MA02", "A02BC01"], 2):
                region.prescribes(name, month, random.randrange(9), code=code, sex=sex, age_band=band)


def surveyed_region(seed: int, busiest: int = 6) -> SmallRegion:
    """A random region in which most practices also answer a questionnaire and register what they do."""
    region, random = random_region(seed), Random(f"survey {seed}")
    for practice in region.rows["practices"]:
        for month in BOTH:
            _random_survey(region, random, practice["practice_id"], month, busiest)
    for source in ("questionnaire", "registrations"):
        random.shuffle(region.rows[source])
    return region


def _random_survey(region: SmallRegion, random: Random, name: str, month: date, busiest: int) -> None:
    for source in ("questionnaire", "registrations"):
        if random.random() < 0.9:
            region.submits(name, month, source)
    for number in range(random.randrange(busiest)):
        for code in random.sample(["trivsel_01", "trivsel_02", "pause_01"], 2):
            score = random.choice([None, 1, 2, 3, 4, 5])
            region.answers(name, month, f"R{number:02}{random.choice('AB')}", score, code=code)
    if random.random() < 0.8:
        region.registers(name, month, random.randrange(30), random.randrange(400))
