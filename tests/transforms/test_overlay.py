"""Overlays: what is laid over a package, for whom, and what may not be."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from small_region import RATE, SHARE, package

from transforms.definitions import Package
from transforms.model import Text
from transforms.overlay import Overlay, computed, laid_over

BASE = package()
BY = {"da": "Region Nord", "en": "Region North"}
OWN = RATE.model_dump() | {"id": "own_measure", "title": {"da": "Vores eget"}}
FOR_ALL: dict[str, Any] = {"by": BY, "measures": [OWN], "focus": {"da": "Et andet fokus"}}
FOR_K1: dict[str, Any] = {
    "by": {"da": "Klynge 1"},
    "clusters": ["K1"],
    "leave_out": [SHARE.id],
    "windows": {"months": 12},
    "words": {RATE.id: {"pitfalls": {"da": "Husk vagtlægen."}}},
}


def overlays(*described: dict[str, Any]) -> list[Overlay]:
    return [Overlay.model_validate(each) for each in described]


def ids(laid: Package) -> list[str]:
    return [measure.id for measure in laid.measures]


def test_what_is_for_everybody_is_in_every_cluster_and_what_is_for_one_in_that_alone() -> None:
    both = overlays(FOR_K1, FOR_ALL)
    elsewhere, there = laid_over(BASE, both, "K2"), laid_over(BASE, both, "K1")
    assert elsewhere == laid_over(BASE, both, None)
    assert ids(elsewhere) == [*ids(BASE), "own_measure"]
    assert elsewhere.windows == BASE.windows
    assert ids(there) == [*(name for name in ids(BASE) if name != SHARE.id), "own_measure"]
    assert there.windows.months == 12
    assert there.focus == Text(da="Et andet fokus")
    assert there.measure(RATE.id).pitfalls == Text(da="Husk vagtlægen.")


def test_the_package_tells_what_was_laid_over_it_and_by_whom() -> None:
    region, cluster = laid_over(BASE, overlays(FOR_K1, FOR_ALL), "K1").laid_over
    assert (region.by.da, [title.da for title in region.added], region.words) == ("Region Nord", ["Vores eget"], True)
    assert (cluster.by.da, cluster.left_out, cluster.months) == ("Klynge 1", (SHARE.title,), 12)


def test_what_is_computed_is_the_same_for_every_cluster_with_the_same_windows() -> None:
    other = FOR_ALL | {"by": {"da": "Klynge 2"}, "clusters": ["K2"], "measures": [OWN | {"id": "of_k2"}]}
    every = overlays(FOR_K1, FOR_ALL, other)
    k1, k2, k3 = (computed(BASE, every, cluster) for cluster in ("K1", "K2", "K3"))
    assert k2 == k3
    assert k2.sha256 != k1.sha256
    assert ids(k1) == ids(k2) == [*ids(BASE), "own_measure", "of_k2"]
    for cluster, made in (("K1", k1), ("K2", k2)):
        assert {*ids(laid_over(BASE, every, cluster))} <= {*ids(made)}


def test_without_an_overlay_nothing_is_another() -> None:
    assert laid_over(BASE, [], "K1") == BASE
    assert ids(computed(BASE, [], "K1")) == ids(BASE)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"leave_out": ["items_per_100"]}, "the nearest name is items_per_1000"),
        ({"words": {"items_per_100": {}}}, "words: .*the nearest name is items_per_1000"),
        ({"measures": [OWN | {"id": RATE.id}]}, f"more than one measure called {RATE.id}"),
        ({"minimum_events": 5, "clusters": ["K1"]}, "minimum_events holds for everybody"),
        ({"numerator": {}}, "Extra inputs"),
        ({"questions": [{"da": "Hvorfor?", "measures": ["x"]}]}, "measure 'x'"),
    ],
)
def test_an_overlay_that_does_not_fit_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        laid_over(BASE, overlays({"by": BY} | changed), "K1")


def test_one_of_two_alternatives_cannot_be_left_out() -> None:
    pair = {"measures": [RATE.id, SHARE.id], "title": {"da": "De to"}, "why": {"da": "Hører sammen."}}
    paired = Package.model_validate(dict(BASE) | {"pairs": [pair]})
    with pytest.raises(ValueError, match="always shown together"):
        laid_over(paired, overlays({"by": BY, "leave_out": [SHARE.id]}), None)


def test_an_overlay_without_a_name_is_refused() -> None:
    with pytest.raises(ValidationError, match="by"):
        Overlay.model_validate({"focus": {"da": "Nyt"}})
