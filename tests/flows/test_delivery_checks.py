"""The checks of a whole delivery and of its codes, as one file is brought in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_workspace import bring_in, delivered, extract, prescribed, rows_of
from typer.testing import CliRunner

from expectations.process import Validator
from flows import delivery_checks
from flows.cli import app
from flows.code_systems import code_systems
from flows.settings import SettingsError, Workspace
from transforms.contract import DELIVERY_RULES
from warehouse.connection import reading

STRANGE = "J99AA01"


def checks(workspace: Workspace, file_name: str) -> dict[str, dict[str, Any]]:
    """The ledger's checks of one file by their rule, those that look at rows alone left out."""
    with reading(workspace.store.database) as connection:
        rows = connection.execute(
            'select rule, outcome, effect, found, named, rows_failed from ledger."check" '
            "join ledger.extract using (extract_id) where file_name = $name",
            {"name": file_name},
        ).pl()
    wanted = {*DELIVERY_RULES, "known_code"}
    return {row["rule"]: row for row in rows.iter_rows(named=True) if row["rule"] in wanted}


def brought(workspace: Workspace, validator: Validator, *rows: str) -> dict[str, dict[str, Any]]:
    path = delivered(workspace, "recepter_2025K1.csv", extract("prescriptions", *rows))
    assert bring_in(workspace, "prescriptions", path, validator).state == "accepted"
    return checks(workspace, path.name)


def test_three_practices_are_too_few_to_ask_and_the_ledger_says_so(workspace: Workspace, validator: Validator) -> None:
    found = brought(workspace, validator, prescribed())
    assert {found[rule]["outcome"] for rule in DELIVERY_RULES} == {"not_asked"}
    assert {found[rule]["found"] for rule in DELIVERY_RULES} == {'[{"say": "no_history"}]'}
    assert found["known_code"]["outcome"] == "passed"


def test_an_unknown_code_is_listed_and_never_dropped(workspace: Workspace, validator: Validator) -> None:
    found = brought(workspace, validator, prescribed(), prescribed(ATC=STRANGE, Recepter="5"))["known_code"]
    assert (found["outcome"], found["rows_failed"], found["effect"]) == ("failed", 1, 0.5)
    assert json.loads(found["found"]) == [{"code": STRANGE, "rows": 1, "say": "code"}]
    assert STRANGE in {row[2] for row in rows_of(workspace, ["fact.prescription"])["fact.prescription"]}
    listed = CliRunner().invoke(app, ["codes", "--unknown", "--json", "-w", str(workspace.root)])
    assert [(row["code"], row["rows"], row["first_extract"]) for row in json.loads(listed.output)] == [
        (STRANGE, 1, "recepter_2025K1.csv")
    ]


def test_a_code_is_unknown_once(workspace: Workspace, validator: Validator) -> None:
    brought(workspace, validator, prescribed(ATC=STRANGE))
    again = delivered(
        workspace, "recepter_2025K2.csv", extract("prescriptions", prescribed(ATC=STRANGE, Måned="2025-04"))
    )
    bring_in(workspace, "prescriptions", again, validator)
    assert checks(workspace, again.name)["known_code"]["outcome"] == "passed"


def test_a_check_that_breaks_down_is_crashed_and_lets_the_extract_in(
    workspace: Workspace, validator: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a cell of the file")

    monkeypatch.setattr(delivery_checks, "read_delivery", broken)
    found = brought(workspace, validator, prescribed())
    assert {found[rule]["outcome"] for rule in DELIVERY_RULES} == {"crashed"}
    assert not any("cell" in str(row) for row in found.values())


def test_a_workspace_may_add_a_move_and_lists_it(workspace: Workspace, validator: Validator) -> None:
    own = workspace.root / "codes"
    own.mkdir()
    text = f'[[moves]]\nold = "{STRANGE}"\nnew = ["J01CA04"]\nwhat = "x"\nsure = "unconfirmed"\nseen = "ours"\n'
    (own / "atc.toml").write_text(text, encoding="utf-8")
    assert brought(workspace, validator, prescribed(ATC=STRANGE))["known_code"]["outcome"] == "passed"
    listed = CliRunner().invoke(app, ["codes", "-w", str(workspace.root)])
    assert f"{STRANGE}" in listed.output
    assert "counted as J01CA04" in listed.output


@pytest.mark.parametrize(
    ("text", "words"),
    [("[[moves]]\nold = ", "not valid TOML"), ('[[moves]]\nold = "A"\nnew = ["B"]\n', "moves.0.what")],
)
def test_a_code_file_that_cannot_be_used_is_named(workspace: Workspace, text: str, words: str) -> None:
    folder = workspace.root / "codes"
    folder.mkdir()
    (folder / "atc.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"atc\.toml.*{words}|{words}.*atc\.toml"):
        code_systems(workspace)


def test_a_code_system_without_a_file_is_named(workspace: Workspace) -> None:
    folder = workspace.root / "contracts"
    folder.mkdir()
    override: Path = folder / "prescriptions.toml"
    override.write_text('[[columns]]\nname = "code"\ncode_system = "bnf"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"code system 'bnf'.*codes/bnf\.toml.*atc, services"):
        code_systems(workspace)
