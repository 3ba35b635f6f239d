"""The packages of bench.measure: each of one group of medicines, of the kinds of measures that packages have."""

from __future__ import annotations

from datetime import date
from typing import Any

from bench.measure_world import GROUPS, SERVICES
from transforms.definitions import Package

WORDS = {"da": "ord", "en": "words"}
LISTED = {"source": "list_sizes", "quantity": "patients"}


def _items(**filters: Any) -> dict[str, Any]:
    return {"source": "prescriptions", "quantity": "items"} | filters


def _measure(measure_id: str, kind: str, numerator: dict[str, Any], denominator: dict[str, Any]) -> dict[str, Any]:
    described = {"id": measure_id, "kind": kind, "numerator": numerator, "denominator": denominator}
    per = {"rate": 1000, "proportion": 100}[kind]
    return described | {"per": per} | dict.fromkeys(("title", "definition", "unit", "events"), WORDS)


def _measures(number: int) -> list[dict[str, Any]]:
    group = GROUPS[number % len(GROUPS)]
    every = {"codes": (group,), "exclude_codes": (f"{group}EB02",)}
    women = {"codes": (group,), "indications": ("uti", "skin"), "sex": "female", "age": "18+"}
    old = {"age": "65+"}
    service = SERVICES[2 * number % len(SERVICES)]
    quantity = "ddd" if number % 4 == 0 else "items"
    broad = tuple(f"{group}{part}" for part in ("AA", "AB01", "CE"))
    return [
        _measure("per_1000", "rate", _items(**every), LISTED),
        _measure("first_choice", "proportion", _items(codes=(f"{group}CA01",)), _items(**every)),
        _measure("broad", "rate", _items(codes=broad, quantity=quantity), LISTED),
        _measure("women", "proportion", _items(**women | {"codes": (f"{group}CE",)}), _items(**women)),
        _measure("elderly", "rate", _items(**every, **old), LISTED | old),
        _measure("services", "rate", {"source": "services", "quantity": "services", "codes": (service[:3],)}, LISTED),
    ]


def make_packages(count: int) -> list[Package]:
    """`count` packages of six measures each; each fourth has one of doses."""
    return [
        Package.model_validate(
            {
                "id": f"package_{number:02}",
                "version": "1",
                "status": "draft",
                "owner": "bench",
                "review_due": date(2027, 1, 1),
                "title": WORDS,
                "focus": WORDS,
                "windows": {"months": 12},
                "measures": _measures(number),
            }
        )
        for number in range(count)
    ]
