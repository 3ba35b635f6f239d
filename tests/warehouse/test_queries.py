"""The statements: every file renders, names are quoted, and an engine's words never get out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.queries import SQL, StatementError, one_value, quoted_name, quoted_text, run, statement

COLUMN = {"name": "items", "place": 0, "type": "integer", "required": True, "values": {}, "spelling": None}
PARTS = {
    "columns": [COLUMN | {"formats": ["%Y-%m"], "reject_rule": "not a whole number"}],
    "entries": [SimpleNamespace(sources=[SimpleNamespace(positions=(0,), constant=None, leading=False)])],
    "row_number": "rowid",
    "missing": ("", "-"),
    "other_marks": True,
    "delimiter": ";",
    "quote": '"',
    "kind": "text",
    "skip": 1,
    "width": 1,
    "rejected": True,
    "file": SimpleNamespace(delimiter=";", quote='"', decimal=",", thousands=".", missing=("",)),
    "exclusions": [{"header": "ATC", "keep": ("J",), "position": 0}],
    "integer_pattern": "[0-9]+",
    "number_pattern": "[0-9]+",
    "no_fraction": ",0+$",
    "table": "fact.prescription",
    "column": "code",
    "listed": False,
    "source": "prescriptions",
    "key": ("practice_id",),
    "quantities": ["items"],
    "net": True,
    "months_held": 3,
    "now": "2025-01-01",
    "extract_id": 1,
    "slice": ("code",),
    "in_month": False,
    "difference": False,
    "outranked": True,
    "failed": True,
    "code": "code",
}
STATEMENTS = sorted(path.stem for path in SQL.glob("*.sql"))
KEPT_BACK = "0101" + "80" + "1234"


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("flag", [True, False])
def test_every_statement_renders_to_sql_that_the_engine_can_parse(name: str, flag: bool) -> None:
    flags = ("listed", "net", "in_month", "difference", "outranked", "failed", "view")
    flags += ("numbered", "padded", "parallel", "rejects", "reshaped", "one_of_each")
    parts = PARTS | dict.fromkeys(flags, flag)
    parts |= {"months_held": 3 if flag else 1, "slice": ("code",) if flag else ()}
    if name in {"promote_registry", "enter_registry"}:
        parts["columns"] = ["practice_id", "cluster_id"]
    if name in {"read_combinations", "read_merged_facts"}:
        parts |= {"columns": ["code"], "strata": ["sex"], "unsplit": ["age_band"], "fractions": ["ddd"]}
    if name == "stage_counts":
        parts["entries"] = 1 + flag
    assert duckdb.extract_statements(statement(name, **parts))


@pytest.mark.parametrize("path", sorted((SQL / "migrations").glob("*.sql")), ids=lambda path: path.stem)
def test_every_migration_can_be_parsed(path: Path) -> None:
    assert duckdb.extract_statements(path.read_text(encoding="utf-8"))


def test_an_engines_words_about_a_value_stay_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.queries.statement", lambda _, **__: f"select '{KEPT_BACK} persons'::integer")
    with duckdb.connect() as connection, pytest.raises(StatementError) as failure:
        run(connection, "count_rows")
    assert str(failure.value) == "warehouse/sql/count_rows.sql failed: ConversionException"
    assert (failure.value.__cause__, failure.value.__suppress_context__) == (None, True)


def test_only_the_parameters_a_statement_names_reach_the_engine() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table schema_migration (migration varchar)")
        run(connection, "remember_migration", {"migration": "x", "another": object()})
        assert connection.execute("from schema_migration").fetchall() == [("x",)]


def test_a_statement_that_gives_no_row_says_so() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema ledger")
        columns = "extract_id integer, state varchar, source varchar, sha256 varchar, status varchar, file_name varchar"
        connection.execute(
            f"create table ledger.extract ({columns}, period_start date, period_end date, promoted_at timestamp)"
        )
        nothing = dict.fromkeys(("source", "file_name", "sha256", "status", "period_start", "period_end"))
        with pytest.raises(LookupError, match=r"^find_extract\.sql gave no row"):
            one_value(connection, "find_extract", nothing)


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8")))
def test_a_quoted_text_is_read_back_as_itself(text: str) -> None:
    assert duckdb.execute(f"select {quoted_text(text)}").fetchone() == (text,)


@given(st.text(st.characters(exclude_characters="\0.", codec="utf-8"), min_size=1))
def test_a_quoted_name_is_one_name(name: str) -> None:
    result = duckdb.execute(f"select 1 as {quoted_name(name)}")
    assert [column[0] for column in result.description or ()] == [name]
