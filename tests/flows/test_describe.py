"""`klyngeflow describe`: all that a contract says reaches whoever makes the file: terminal, page and JSON."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from small_workspace import SETTINGS
from typer.testing import CliRunner

from expectations.describing import as_markdown, as_page, describe
from flows.cli import app
from flows.settings import SHIPPED, SOURCES
from transforms.contract import Contract, parse_contract
from transforms.errors import UserError

CONTRACTS = [parse_contract(path) for path in sorted(SHIPPED.glob("*.toml"))]


def ran(*arguments: str, width: int = 100) -> str:
    done = CliRunner().invoke(app, ["describe", *arguments], env={"COLUMNS": str(width)}, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "klyngeflow.toml").write_text('sources = ["registry", "services"]\n' + SETTINGS, "utf-8")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "services.toml").write_text(
        '[file]\ndelimiter = "|"\n[bad_rows]\nmost = 0.025\n', "utf-8"
    )
    return tmp_path


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.source)
@pytest.mark.parametrize("language", ["da", "en"])
def test_a_page_holds_all_that_its_contract_says(contract: Contract, language: str) -> None:
    told = describe(contract, language)
    texts = [contract.title, contract.one_row, *(one.what for one in contract.columns)]
    texts += [check.why for check in contract.checks]
    wanted = [text.in_language(language) for text in texts]
    wanted += [header for column in contract.columns for header in column.headers]
    wanted += [mark for column in contract.columns for mark in column.values]
    wanted += [check.check_id for check in contract.checks]
    for page in (unescape(as_page(told, language)), as_markdown(told, language)):
        assert [text for text in wanted if text not in page] == []
    assert not re.search(r"https?:|<script|<link|<img", as_page(told, language))
    assert len(told.example) == 4


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_has_every_check_and_fits(source: str, width: int) -> None:
    shown = ran(source, width=width)
    contract = parse_contract(SHIPPED / f"{source}.toml")
    for check in contract.checks:
        assert check.why.da.split()[0] in shown
        assert check.check_id[:40] in shown
    # A line of an example file stays one line, so that it can be copied.
    wide = [line for line in shown.splitlines() if len(line) > width]
    assert all(contract.file.delimiter in line for line in wide)


def test_without_a_source_all_are_listed_in_the_order_of_bringing_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = json.loads(ran("--json"))
    assert [row["source"] for row in rows] == list(SOURCES)
    assert {(row["origin"], row["used"]) for row in rows} == {("shipped", True)}
    assert len(rows) == 11
    assert all(row["source"] in ran() for row in rows)


def test_a_workspace_says_what_it_has_changed_and_what_it_uses(workspace: Path) -> None:
    rows = {row["source"]: row for row in json.loads(ran("--json", "-w", str(workspace)))}
    assert (rows["services"]["origin"], rows["registry"]["origin"]) == ("changed", "shipped")
    assert {source for source, row in rows.items() if row["used"]} == {"registry", "services"}
    listed = plain(ran("-w", str(workspace)))
    assert "services Ydelser ydelser_*.csv changed here" in listed
    assert "municipal Kommunale data kommune_*.csv klyngeflow's; unused" in listed


def test_a_changed_contract_is_described_as_it_holds(workspace: Path) -> None:
    told = plain(ran("services", "-w", str(workspace)))
    assert "tilpasset i arbejdsområdet" in told
    assert "Ydernummer|Måned|Ydelseskode" in told
    assert "højst 2,5 %" in told
    assert "at most 2.5%" in plain(ran("services", "-w", str(workspace), "--lang", "en"))


@pytest.mark.parametrize(("name", "begins"), [("side.html", "<!doctype html>"), ("side.md", "# Ydelser")])
def test_out_writes_the_page(name: str, begins: str, tmp_path: Path) -> None:
    out = tmp_path / name
    assert f"Wrote {out}" in ran("services", "--out", str(out), width=300)
    assert out.read_text("utf-8").startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("services", "--out", "side.pdf"), "neither in .html nor in .md"),
        (("--out", "side.md"), "--out writes the page of one source"),
        (("recepter",), "There is no source called 'recepter'"),
        (("services", "-w", "no_such_folder"), "There is no klyngeflow.toml"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=re.escape(said)):
        ran(*arguments)
    assert list(tmp_path.iterdir()) == []
