"""Which contract a file fits, and that a draft of one is an override that can be used."""

from __future__ import annotations

import tomllib
from pathlib import Path

from transforms.contract import Contract, parse_contract
from transforms.contract_fit import draft, fits
from transforms.guessing import Guess

CONTRACTS = Path(__file__).parents[2] / "expectations" / "contracts"


def contracts() -> list[Contract]:
    return [parse_contract(path) for path in sorted(CONTRACTS.glob("*.toml"))]


def contract(source: str) -> Contract:
    return parse_contract(CONTRACTS / f"{source}.toml")


def test_the_files_own_contract_fits_best_and_whole() -> None:
    for each in contracts():
        header = [column.headers[0] for column in each.columns if column.headers]
        best = fits(contracts(), header)[0]
        assert best.whole
        assert best.unused == ()
        assert set(best.found) == {column.name for column in each.columns if column.headers}, best.source


def test_what_is_missing_and_what_has_no_use_is_named() -> None:
    best = fits(contracts(), ["Ydernummer", "Måned", "ATC", "Køn", "Aldersgruppe", "Bemærkning"])[0]
    assert (best.source, best.missing, best.unused) == ("prescriptions", ("items",), ("Bemærkning",))
    assert not best.whole


def test_a_header_of_another_world_fits_nothing() -> None:
    assert fits(contracts(), ["alpha", "beta"]) == []


def test_a_draft_is_an_override_with_the_likely_headers(tmp_path: Path) -> None:
    columns = {
        "Yder nummer": Guess("code"),
        "Maaned": Guess("month", format="%m-%Y"),
        "ATC-kode": Guess("code"),
        "Koen": Guess("code"),
        "Alder": Guess("code"),
        "Recepter i alt": Guess("integer", missing=("-",)),
        "DDD": Guess("number", decimal=","),
        "Sagsbehandler": Guess("text"),
    }
    text = draft(contract("prescriptions"), {"encoding": "windows-1252", "delimiter": ";"}, columns)
    described = tomllib.loads(text)
    headers = {column["name"]: column.get("headers") for column in described["columns"]}
    assert headers["practice_id"] == ["Yder nummer"]
    assert headers["period"] == ["Maaned"]
    assert headers["code"] == ["ATC-kode"]
    assert headers["items"] == ["Recepter i alt"]
    assert headers["ddd"] == ["DDD"]
    assert "Sagsbehandler" not in str(headers)
    assert next(column for column in described["columns"] if column["name"] == "period")["format"] == "%m-%Y"
    assert described["file"] == {"encoding": "windows-1252", "delimiter": ";", "missing": ["", "-"]}
    own = tmp_path / "prescriptions.toml"
    own.write_text(text, encoding="utf-8")
    laid_over = parse_contract(CONTRACTS / "prescriptions.toml", own)
    assert laid_over.column("items").headers == ("Recepter i alt",)
