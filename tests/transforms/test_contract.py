"""Contracts: what is refused, how a workspace's override is laid over one, and that every shipped one parses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from transforms.contract import Check, Contract, parse_contract
from transforms.errors import UserError

SHIPPED = sorted((Path(__file__).parents[2] / "expectations" / "contracts").glob("*.toml"))
BASE = """
source = "visits"
table = "fact.visit"
title.da = "Besøg"
one_row.da = "Én praksis og måned."
key = ["practice_id", "period"]

[file]
patterns = ["besoeg_*.csv"]
delimiter = ";"
decimal = ","

[[columns]]
name = "practice_id"
headers = ["Ydernummer"]
type = "code"
what.da = "Ydernummer"

[[columns]]
name = "period"
headers = ["Måned"]
type = "month"
format = "%Y-%m"
what.da = "Måned"

[[columns]]
name = "visits"
headers = ["Besøg"]
type = "integer"
what.da = "Antal"

[[checks]]
rule = "not_null"
columns = ["visits"]
severity = "critical"
why.da = "Uden antal."

[[checks]]
rule = "between"
columns = ["visits"]
maximum = 100
severity = "warning"
why.da = "Mange."
"""


def laid_over(tmp_path: Path, override: str = "", base: str = BASE) -> Contract:
    first, second = tmp_path / "visits.toml", tmp_path / "override.toml"
    first.write_text(base, encoding="utf-8")
    second.write_text(override, encoding="utf-8")
    return parse_contract(first, second if override else None)


def test_contracts_are_shipped() -> None:
    assert {"prescriptions", "services", "list_sizes", "registry"} <= {path.stem for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_contract_parses_and_is_named_as_its_file(path: Path) -> None:
    contract = parse_contract(path)
    assert contract.source == path.stem
    ids = [check.check_id for check in contract.checks]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_check_of_a_shipped_contract_says_why_in_both_languages(path: Path) -> None:
    assert [check.check_id for check in parse_contract(path).checks if not (check.why.da and check.why.en)] == []


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('source = "visits"', 'source = "visits"\ncolour = "red"', "Extra inputs"),
        ('delimiter = ";"', 'separator = ";"', "Extra inputs"),
        ('type = "integer"', 'type = "whole"', "integer"),
        ('rule = "not_null"', 'rule = "tidy"', "not_null"),
        ('severity = "warning"', 'severity = "fatal"', "critical"),
        ('key = ["practice_id", "period"]', 'key = ["practice_id", "week"]', "does not describe: week"),
        ('columns = ["visits"]', 'columns = ["visit"]', "does not describe: visit"),
        ('headers = ["Besøg"]\n', "", "column .visits. needs headers, parts, a constant"),
        ('patterns = ["besoeg_*.csv"]', "", "patterns"),
    ],
)
def test_a_contract_that_says_something_unknown_is_refused(
    tmp_path: Path, written: str, instead: str, said: str
) -> None:
    assert written in BASE
    with pytest.raises(ValidationError, match=said):
        laid_over(tmp_path, base=BASE.replace(written, instead))


@pytest.mark.parametrize("instead", ['constant = "1"\n', "required = false\n"])
def test_a_column_without_a_header_has_a_constant_or_may_be_missing(tmp_path: Path, instead: str) -> None:
    contract = laid_over(tmp_path, base=BASE.replace('headers = ["Besøg"]\n', instead))
    assert contract.column("visits").headers == ()


def test_an_override_of_the_file_changes_only_the_settings_it_names(tmp_path: Path) -> None:
    base, contract = laid_over(tmp_path).file, laid_over(tmp_path, '[file]\ndelimiter = "|"').file
    assert contract == base.model_copy(update={"delimiter": "|"})


def test_an_override_of_a_column_keeps_its_place_and_the_rest_of_it(tmp_path: Path) -> None:
    contract = laid_over(tmp_path, '[[columns]]\nname = "period"\nheaders = ["Month"]')
    assert [column.name for column in contract.columns] == ["practice_id", "period", "visits"]
    assert contract.column("period").headers == ("Month",)
    assert contract.column("period").format == "%Y-%m"


def test_a_new_column_comes_last(tmp_path: Path) -> None:
    contract = laid_over(tmp_path, '[[columns]]\nname = "sex"\nheaders = ["Køn"]\ntype = "code"\nwhat.da = "Køn"')
    assert [column.name for column in contract.columns][-1] == "sex"


def checks(contract: Contract) -> dict[str, Any]:
    return {check.check_id: (check.severity, check.maximum) for check in contract.checks}


BETWEEN = '[[checks]]\nrule = "between"\ncolumns = ["visits"]\nseverity = "info"\nwhy.da = "Få."\n'


def test_an_override_replaces_the_check_of_the_same_id(tmp_path: Path) -> None:
    found = checks(laid_over(tmp_path, BETWEEN + "maximum = 900"))
    assert found == {"not_null.visits": ("critical", None), "between.visits.maximum": ("info", 900)}


def test_another_bound_is_another_check(tmp_path: Path) -> None:
    found = checks(laid_over(tmp_path, BETWEEN + "minimum = 1"))
    assert list(found) == ["not_null.visits", "between.visits.maximum", "between.visits.minimum"]


def test_drop_checks_takes_checks_away_by_id(tmp_path: Path) -> None:
    assert list(checks(laid_over(tmp_path, 'drop_checks = ["between.visits.maximum"]'))) == ["not_null.visits"]


def test_dropping_a_check_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"names between\.visits\.max,.*Write one of: between\.visits\.maximum"):
        laid_over(tmp_path, 'drop_checks = ["between.visits.max"]')


def test_an_override_of_a_plain_setting_replaces_it(tmp_path: Path) -> None:
    assert laid_over(tmp_path, 'corrections = "net"').corrections == "net"


def test_an_override_cannot_name_what_a_contract_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        laid_over(tmp_path, "colour = 1")


@pytest.mark.parametrize(
    ("bounds", "check_id"),
    [
        ({}, "between.visits"),
        ({"minimum": 0}, "between.visits.minimum"),
        ({"minimum": 0, "maximum": 9}, "between.visits.minimum.maximum"),
    ],
)
def test_a_checks_id_names_its_rule_columns_and_bounds(bounds: dict[str, int], check_id: str) -> None:
    described = {"rule": "between", "columns": ["visits"], "severity": "info", "why": {"da": "x"}}
    assert Check.model_validate(described | bounds).check_id == check_id
