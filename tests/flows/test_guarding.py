"""What a failed step says: sentences of ours, or a kind of error, and nothing that an engine said."""

from __future__ import annotations

import traceback

import duckdb
import polars as pl
import pytest

from flows.guarding import StepFailedError, words_kept_back
from transforms.errors import UserError
from warehouse.faults import NoSpaceError
from warehouse.queries import StatementError

PLANTED = "hemmeligt-indhold"


def ask_duckdb() -> None:
    duckdb.connect().execute(f"select '{PLANTED}'::integer")


def ask_polars() -> None:
    pl.Series([PLANTED]).str.to_integer(strict=True)


def decode() -> None:
    (PLANTED.encode() + b"\xff").decode("utf-8")


def refuse_because_of_duckdb() -> None:
    try:
        ask_duckdb()
    except duckdb.Error as error:
        raise UserError("A sentence.") from error


def told(step: object) -> Exception:
    with pytest.raises(Exception) as raised:
        words_kept_back(step)()  # type: ignore[arg-type]
    return raised.value


@pytest.mark.parametrize("step", [ask_duckdb, ask_polars, decode, refuse_because_of_duckdb])
def test_an_engines_words_are_in_nothing_that_travels_with_the_error(step: object) -> None:
    error = told(step)
    whole = "".join(traceback.format_exception(error)) + repr(error) + repr(error.__context__) + repr(error.__cause__)
    assert PLANTED not in whole
    assert error.__cause__ is None
    assert error.__context__ is None


def test_the_kind_and_the_places_remain() -> None:
    error = told(ask_duckdb)
    assert isinstance(error, StepFailedError)
    assert str(error) == "ConversionException"
    assert "ask_duckdb" in {frame.name for frame in traceback.extract_tb(error.__traceback__)}


def test_a_statement_of_ours_is_named() -> None:
    def fail() -> None:
        raise StatementError("warehouse/sql/x.sql failed: BinderException")

    assert "x.sql" in str(told(fail))


def test_a_full_disk_anywhere_has_its_sentence() -> None:
    def fail() -> None:
        raise OSError(28, "No space left on device", "/somewhere/outbox/page.html")

    assert isinstance(told(fail), NoSpaceError)
    assert "/somewhere/outbox" in str(told(fail))


def test_what_may_pass_keeps_its_kind_for_the_retry() -> None:
    def fail() -> None:
        raise ConnectionResetError(104, "reset")

    assert isinstance(told(fail), ConnectionResetError)
