"""Each source's own example file goes the whole way: landed, typed, checked, entered as facts."""

from __future__ import annotations

import polars as pl
import pytest
from small_workspace import PRACTICES, bring_in, delivered, rows_of

from expectations.process import Validator
from flows.settings import SOURCES, SettingsError, Workspace, load_workspace
from transforms.calendar import last_day
from transforms.contract import Contract
from transforms.example_rows import FIRST_MONTH, Row, example_file, example_name, example_rows
from warehouse.connection import reading
from warehouse.facts import TABLES, last_known, read_facts

KNOWN = ("extract_id", "known_from", "known_to")


def file_of(contract: Contract, rows: list[Row]) -> bytes:
    lines = example_file(contract, rows)
    assert lines is not None
    return "".join(f"{line}\n" for line in lines).encode(contract.file.encoding)


def facts_of(workspace: Workspace, table: str, *, now: bool = True) -> list[Row]:
    held = "where known_to is null" if now else ""
    with reading(workspace.store.database) as connection:
        frame = connection.execute(f"from {table} {held}").pl()
    return frame.select(pl.exclude(*KNOWN)).rows(named=True)


def as_facts(contract: Contract, rows: list[Row], columns: list[str]) -> list[Row]:
    """What the rows should be as facts: corrections of the same key added up (there are none in example rows)."""
    return [{name: row[name] for name in columns} for row in rows]


def in_order(rows: list[Row]) -> list[str]:
    plain = [{name: float(cell) if isinstance(cell, int) else cell for name, cell in row.items()} for row in rows]
    return sorted(str(sorted(row.items())) for row in plain)


@pytest.mark.parametrize("source", [source for source in SOURCES if source != "registry"])
def test_an_example_file_becomes_facts(source: str, workspace: Workspace, validator: Validator) -> None:
    contract = workspace.contract(source)
    rows = example_rows(contract, 9)
    path = delivered(workspace, example_name(contract), file_of(contract, rows))
    outcome = bring_in(workspace, source, path, validator)
    assert (outcome.state, outcome.rows) == ("accepted", len(rows))
    found = [row for row in facts_of(workspace, contract.table) if row["period"] >= FIRST_MONTH]
    assert in_order(found) == in_order(as_facts(contract, rows, list(found[0])))
    assert contract.table == TABLES[source]


def test_facts_are_read_back_by_their_source(workspace: Workspace, validator: Validator) -> None:
    contract = workspace.contract("registrations")
    rows = example_rows(contract, 5)
    bring_in(
        workspace, "registrations", delivered(workspace, example_name(contract), file_of(contract, rows)), validator
    )
    span = (FIRST_MONTH, last_day(FIRST_MONTH))
    read = read_facts(workspace.store, span, last_known(workspace.store), silence_is_consent=True).by_source
    assert set(read) == set(TABLES)
    assert {source for source, frame in read.items() if frame.collect().height} == {"registrations"}
    assert read["registrations"].select(pl.col("count").sum()).collect().item() == sum(row["count"] for row in rows)


def test_a_published_figure_replaces_the_one_of_the_same_key_alone(workspace: Workspace, validator: Validator) -> None:
    contract = workspace.contract("benchmarks")
    rows = example_rows(contract, 4)
    restated = [rows[0] | {"value": 99.5, "sex": rows[0]["sex"]}]
    for name, delivery in (("sammenligningstal_1.csv", rows), ("sammenligningstal_2.csv", restated)):
        bring_in(workspace, "benchmarks", delivered(workspace, name, file_of(contract, delivery)), validator)
    held = facts_of(workspace, "fact.benchmark")
    assert in_order(held) == in_order([restated[0], *rows[1:]])
    assert len(facts_of(workspace, "fact.benchmark", now=False)) == len(rows) + 1
    submitted = rows_of(workspace, ["ledger.submission"])["ledger.submission"]
    assert {row[1] for row in submitted} == {"prescriptions"}


def test_municipal_figures_without_a_month_are_refused(workspace: Workspace, validator: Validator) -> None:
    contract = workspace.contract("municipal")
    lines = [line.split(";") for line in file_of(contract, example_rows(contract, 3)).decode("cp1252").splitlines()]
    without = "".join(";".join(cells[:1] + cells[2:]) + "\n" for cells in lines).encode("cp1252")
    with pytest.raises(Exception, match="the column Måned is missing"):
        bring_in(workspace, "municipal", delivered(workspace, example_name(contract), without), validator)
    assert facts_of(workspace, "fact.municipal") == []


OWN = """
source = "nsaid_brugere"
table = "fact.patient_count"
title = { da = "Brugere af NSAID" }
one_row = { da = "Én praksis og opgørelsesmåned med antal brugere." }
key = ["practice_id", "period", "window_months", "patient_group"]

[file]
patterns = ["nsaid_*.csv"]
delimiter = ","

[submission]
by = "any_row"

[[columns]]
name = "practice_id"
headers = ["yder"]
type = "code"
what.da = "Ydernummer"

[[columns]]
name = "period"
headers = ["til_og_med"]
type = "month"
what.da = "Sidste måned"

[[columns]]
name = "window_months"
constant = "12"
type = "integer"
what.da = "Måneder"

[[columns]]
name = "patient_group"
headers = ["gruppe"]
type = "code"
examples = ["nsaid_users"]
what.da = "Gruppe"

[[columns]]
name = "patients"
headers = ["antal"]
type = "integer"
what.da = "Patienter"

[[checks]]
rule = "known_practice"
columns = ["practice_id"]
severity = "critical"
why.da = "Praksis findes ikke i registret."
"""


def with_own_source(workspace: Workspace, text: str = OWN) -> Workspace:
    (workspace.root / "contracts").mkdir(exist_ok=True)
    (workspace.root / "contracts" / "nsaid_brugere.toml").write_text(text, encoding="utf-8")
    settings = workspace.root / "klyngeflow.toml"
    listed = 'sources = ["registry", "dose_dispensing", "nsaid_brugere"]\n'
    settings.write_text(listed + settings.read_text(encoding="utf-8"), encoding="utf-8")
    return load_workspace(workspace.root)


def test_a_source_of_the_workspaces_own_is_brought_in_without_code(workspace: Workspace, validator: Validator) -> None:
    opened = with_own_source(workspace)
    assert [contract.source for contract in opened.contracts] == ["registry", "dose_dispensing", "nsaid_brugere"]
    shipped = opened.contract("dose_dispensing")
    rows = example_rows(shipped, 3, PRACTICES)
    bring_in(opened, "dose_dispensing", delivered(opened, example_name(shipped), file_of(shipped, rows)), validator)
    practice, month = rows[0]["practice_id"], f"{FIRST_MONTH:%Y-%m}"
    content = f"yder,til_og_med,gruppe,antal\n{practice},{month},nsaid_users,41\n".encode()
    outcome = bring_in(opened, "nsaid_brugere", delivered(opened, "nsaid_1.csv", content), validator)
    assert outcome.state == "accepted"
    held = facts_of(opened, "fact.patient_count")
    assert [row["patients"] for row in held if row["patient_group"] == "nsaid_users"] == [41]
    # Two sources in one table: neither takes the other's figures away.
    assert len(held) == len(rows) + 1
    with reading(opened.store.database) as connection:
        submitted = connection.execute("select distinct source from ledger.submission").fetchall()
    assert ("nsaid_brugere",) in submitted


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = { da = "Brugere af NSAID" }', "", "is not whole: it lacks title. Add that"),
        ('source = "nsaid_brugere"', 'source = "nsaid"', "call it 'nsaid_brugere', as the file"),
        ('"fact.patient_count"', '"fact.patients"', "'fact.patients' is no fact table; write fact.patient_count"),
        ('"window_months", "patient_group"]', '"window_months", "patients"]', "the key has patients, which"),
        ('key = ["practice_id", "period", ', 'key = ["practice_id", ', "needs period among the columns"),
        ('name = "patients"', 'name = "brugere"', "no column counts anything; fact.patient_count holds patients"),
        ("patterns", "pattern", "file.pattern: Extra inputs are not permitted; the nearest name is patterns"),
        ('type = "month"', 'type = "maaned"', "columns.1.type: Input should be"),
    ],
)
def test_an_own_source_that_is_not_whole_is_told_in_one_sentence(
    old: str, new: str, said: str, workspace: Workspace
) -> None:
    assert old in OWN
    opened = with_own_source(workspace, OWN.replace(old, new, 1))
    with pytest.raises(SettingsError) as mistake:
        opened.contract("nsaid_brugere")
    sentence = mistake.value.shown()
    assert said in sentence
    assert sentence.startswith("contracts/nsaid_brugere.toml")
    assert "\n" not in sentence
