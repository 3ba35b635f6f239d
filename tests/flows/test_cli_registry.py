"""The registry at the command line: a page to confirm, changes by year, and refusals that name row and practice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_workspace import bring_in, delivered, extract, own_copy, registered, rows_of
from typer.testing import CliRunner

from expectations.process import Validator
from flows.cli import app
from flows.settings import Workspace
from transforms.errors import UserError

RUNNER = CliRunner()
PAGE = """\
K1 Søklyngen, region Regionen, on 2025-06-01
Registry: register_2025-05-01.csv, as of 2025-05-01, brought in {loaded}.
  Memberships: 1 begun, 1 ended, 0 taken back.

Members on 2025-06-01: 4
  010101   Praksis 01                                   since 2020-01-01
  020202   Praksis 02                                   since 2020-01-01
  030303   Praksis 03                                   since 2020-01-01
  040404   Praksis 04                                   since 2025-02-01

In the 12 months before
  2025-02-01  040404 Praksis 04: came to K1 Søklyngen

Announced for later
  2025-08-31  030303 Praksis 03: last day; it is taken over by 010101 Praksis 01

Consent: 2 yes, 1 no, 1 not answered (which counts as yes in this workspace)
  no            020202   Praksis 02
  not answered  040404   Praksis 04

Anonymity: letters, other practices are letters (this workspace's setting; the
  registry says nothing)

Data in the newest month delivered
  prescriptions, December 2024: missing from
    020202   Praksis 02
    030303   Praksis 03
    040404   Praksis 04

Next: ask for the answers that are missing (1) and confirm the members with the
  cluster's coordinator, put what is wrong right in the registry and bring it in
  again (klyngeflow ingest registry FILE); then order the extract.
"""
NEWER = (
    registered("010101"),
    registered("020202").removesuffix("ja") + "nej",
    registered("030303").replace(";;;;;ja", ";;;31-08-2025;010101;ja"),
    registered("040404").replace("01-01-2020", "01-02-2025").removesuffix("ja"),
)


@pytest.fixture(scope="module")
def newer(made_once: Path, validator: Validator, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A fourth practice has come, one closes, one says no. Only looked at."""
    workspace = own_copy(made_once, tmp_path_factory.mktemp("newer"))
    bring_in(
        workspace, "registry", delivered(workspace, "register_2025-05-01.csv", extract("registry", *NEWER)), validator
    )
    return workspace


def told(workspace: Workspace, *arguments: str) -> str:
    done = RUNNER.invoke(app, ["registry", *arguments, "--workspace", str(workspace.root)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_the_page_says_what_a_coordinator_must_confirm_within_80_columns(newer: Workspace) -> None:
    page = told(newer, "check", "--cluster", "K1", "--date", "2025-06-01")
    ((loaded,),) = rows_of(newer, ["(select max(known_from)::date from registry.delivered)"]).values()
    assert page == PAGE.format(loaded=loaded[0].isoformat())
    assert max(map(len, page.splitlines())) <= 80


def test_a_name_cannot_tell_the_terminal_what_to_do(made_once: Path, validator: Validator, tmp_path: Path) -> None:
    workspace = own_copy(made_once, tmp_path)
    named = registered("010101").replace("Praksis 01", "Praksis\x1b[2J\x07 01")
    path = delivered(workspace, "register_2025-05-01.csv", extract("registry", named))
    bring_in(workspace, "registry", path, validator)
    page = told(workspace, "check", "--cluster", "K1", "--date", "2025-06-01")
    assert "010101   Praksis [2J  01" in page
    assert all(letter.isprintable() or letter == "\n" for letter in page)


def test_a_program_gets_the_same_as_json(newer: Workspace) -> None:
    found = json.loads(told(newer, "check", "--cluster", "K1", "--date", "2025-06-01", "--json"))
    assert [member["consent"] for member in found["members"]] == [True, False, True, None]
    assert found["missing"]["prescriptions"]["practices"] == ["020202", "030303", "040404"]
    assert found["registry"]["as_at"] == "2025-05-01"


def test_changes_are_counted_by_year_and_one_year_can_be_asked_for(newer: Workspace) -> None:
    years = json.loads(told(newer, "changes", "--json"))
    assert [(row["year"], row["came"], row["merged"]) for row in years] == [(2020, 3, 0), (2025, 1, 1)]
    assert told(newer, "changes", "--year", "2025").splitlines()[-1].split() == ["2025", "0", "1", *"00010", "0", "0"]


def test_a_cluster_that_is_not_there_is_one_sentence(newer: Workspace) -> None:
    with pytest.raises(
        UserError, match=r"^There is no cluster 'K7' in the registry on 2025-06-01\. .+ K1 \(Søklyngen\)"
    ):
        RUNNER.invoke(
            app,
            ["registry", "check", "--cluster", "K7", "--date", "2025-06-01", "-w", str(newer.root)],
            catch_exceptions=False,
        )


TWO_CLUSTERS = (registered("010101"), registered("020202"), registered("030303"), registered("010101", "K2"))
TWO_REGIONS = (registered("010101"), registered("020202").replace(";R1;", ";R2;"), registered("030303"))
ENDS_FIRST = (
    *map(registered, ("010101", "020202")),
    registered("030303").replace("01-01-2020;", "01-01-2020;31-12-2019", 1),
)
BAD_SUCCESSOR = (
    *map(registered, ("010101", "020202")),
    registered("030303").replace(";;;;;ja", ";;;31-08-2025;999999;ja"),
)
MANY = [registered(f"{number:06}") for number in range(20)]
REFUSED = {
    "two clusters": (TWO_CLUSTERS, "row 5, column Klyngekode: A practice can be in one cluster at a time", "010101"),
    "two regions": (TWO_REGIONS, "row 3, column Regionskode: A cluster can be in one region at a time", "K1"),
    "ends first": (ENDS_FIRST, "row 4, column Medlem til: A membership cannot end before it begins", "030303"),
    "no successor": (BAD_SUCCESSOR, "row 4, column Efterfølger: The successor must be another practice", "999999"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_faulty_registry_is_refused_and_changes_nothing(
    workspace: Workspace, validator: Validator, fault: str
) -> None:
    rows, sentence, value = REFUSED[fault]
    before = rows_of(workspace, ["registry.membership", "registry.delivered"])
    with pytest.raises(UserError) as refusal:
        bring_in(
            workspace,
            "registry",
            delivered(workspace, "register_2025-06-01.csv", extract("registry", *rows)),
            validator,
        )
    assert (refusal.value.exit_code, refusal.value.value) == (2, value)
    assert sentence in str(refusal.value)
    assert value not in str(refusal.value)
    assert rows_of(workspace, ["registry.membership", "registry.delivered"]) == before


def refused_whole(workspace: Workspace, validator: Validator, name: str, *rows: str) -> str:
    with pytest.raises(UserError) as refusal:
        bring_in(workspace, "registry", delivered(workspace, name, extract("registry", *rows)), validator)
    assert refusal.value.exit_code == 3
    return str(refusal.value)


def test_an_older_list_and_one_that_is_cut_off_are_refused_as_a_whole(
    workspace: Workspace, validator: Validator
) -> None:
    bring_in(workspace, "registry", delivered(workspace, "register_2025-05-01.csv", extract("registry", *MANY)))
    older = refused_whole(workspace, validator, "register_2025-04-30.csv", *MANY, registered("999999"))
    cut = refused_whole(workspace, validator, "register_2025-06-01.csv", *MANY[:10])
    assert older.startswith("register_2025-04-30.csv: A newer registry is in use, and this one would undo it.")
    assert cut.startswith("register_2025-06-01.csv: More than one in five of the practices known are missing")


def test_a_loosened_check_lets_a_small_registry_in(workspace: Workspace, validator: Validator) -> None:
    bring_in(workspace, "registry", delivered(workspace, "register_2025-05-01.csv", extract("registry", *MANY)))
    own = Path(workspace.root / "contracts" / "registry.toml")
    own.parent.mkdir()
    own.write_text(
        '[[checks]]\nrule = "most_practices_kept"\nseverity = "critical"\nminimum = 0.4\n'
        'why.da = "Halvdelen er nok."\nwhy.en = "Half is enough."\n',
        encoding="utf-8",
    )
    few = delivered(workspace, "register_2025-06-01.csv", extract("registry", *MANY[:10]))
    assert bring_in(Workspace(workspace.root, workspace.definition), "registry", few, validator).state == "accepted"
    assert (
        len(rows_of(workspace, ["(select practice_id from registry.practice where known_to is null)"]).popitem()[1])
        == 10
    )
