"""Lint of overlays: what a workspace lays over a package is looked at as the package is, with its own lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from whole_package import TODAY, Fault, plant, write_package

from flows.linting import workspace_or_none_of_ones_own
from flows.linting_overlays import lint_overlays
from transforms.lint import Finding

OVERLAY = """\
by = { da = "Klynge 1", en = "Cluster 1" }
clusters = ["K1"]
leave_out = ["ibuprofen_share"]

[words.nsaid_users]
pitfalls = { da = "Kun vores.", en = "Ours alone." }

[[measures]]
id = "naproxen_share"
kind = "proportion"
numerator = { source = "prescriptions", quantity = "items", codes = ["M01AE02"] }
denominator = { source = "prescriptions", quantity = "items", codes = ["M01A"] }
title = { da = "Naproxen", en = "Naproxen" }
definition = { da = "Andel.", en = "Share." }
unit = { da = "%", en = "%" }
events = { da = "recepter", en = "prescriptions" }
pitfalls = { da = "Få recepter.", en = "Few prescriptions." }
"""
FILE = "overlay.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = write_package(tmp_path)
    (made / FILE).write_text(OVERLAY, encoding="utf-8")
    return made


def findings(folder: Path) -> list[Finding]:
    linted = lint_overlays(workspace_or_none_of_ones_own(folder.parents[1]), folder, TODAY)
    assert linted is not None
    return list(linted.findings)


def test_an_overlay_that_fits_has_nothing_to_mend(folder: Path) -> None:
    assert findings(folder) == []


def test_a_package_without_overlays_has_none(tmp_path: Path) -> None:
    made = write_package(tmp_path)
    assert lint_overlays(workspace_or_none_of_ones_own(tmp_path), made, TODAY) is None


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("syntax", Fault(FILE, 'kind = "proportion"', "kind = = 3")),
        ("definition", Fault(FILE, "leave_out = ", "leaveout = ")),
        ("definition", Fault(FILE, '["ibuprofen_share"]', '["ibuprofen"]')),
        ("definition", Fault(FILE, '["ibuprofen_share"]', '["nsaid_users"]')),
        ("definition", Fault(FILE, "[words.nsaid_users]", "[words.nsaid]")),
        ("numerator-outside", Fault(FILE, '"M01AE02"', '"N02BE01"')),
        ("direction", Fault(FILE, 'kind = "prop', 'direction = "lower"\nkind = "prop', "direction")),
        ("pitfalls", Fault(FILE, 'pitfalls = { da = "Få recepter.", en = "Few prescriptions." }', "", "[[measures]]")),
        ("danish-letters", Fault(FILE, "Kun vores.", "Kun naar vi maa.")),
    ],
)
def test_a_planted_fault_is_found_on_its_line(folder: Path, rule: str, fault: Fault) -> None:
    line = plant(folder, fault)
    assert [(each.rule, each.file, each.line) for each in findings(folder)] == [(rule, FILE, line)]
