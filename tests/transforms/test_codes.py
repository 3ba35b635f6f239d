"""Codes by date: what a move does to figures, and what it never does."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from small_region import SmallRegion

from transforms.codes import CodeSystem, parse_code_system
from transforms.contract import Check
from transforms.definitions import Selection
from transforms.model import Text
from transforms.selection import DefinitionError, monthly_sums
from transforms.unknown_codes import check_codes, is_known

SHIPPED = sorted((Path(__file__).parents[2] / "klyngepakker" / "codes").glob("*.toml"))
MOVED = date(2017, 1, 1)
LETTERS = "ABCDEFGH"


def move(old: str, *new: str, until: date | None = None) -> dict[str, Any]:
    return {"old": old, "new": new, "moved": MOVED, "until": until, "what": "", "sure": "source", "seen": "a list"}


def system(*moves: dict[str, Any], **changes: Any) -> CodeSystem:
    words = Text(da="Koder")
    return CodeSystem.model_validate(
        {"system": "made", "title": words, "pattern": "[A-Z].*", "levels": (3,), "moves": moves} | changes
    )


def atc() -> CodeSystem:
    return parse_code_system([path for path in SHIPPED if path.stem == "atc"])


def shares(region: SmallRegion, codes: CodeSystem | None, *, asked: tuple[str, ...] = ("A10BK",)) -> list[float]:
    selection = Selection(source="prescriptions", quantity="items", codes=asked)
    sums = monthly_sums(selection, region.facts().by_source, {} if codes is None else {"prescriptions": codes})
    known = dict(sums.select("period", "total").collect().iter_rows())
    return [known.get(month, 0.0) for month in months()]


def months() -> list[date]:
    return [date(2016, month, 1) for month in range(7, 13)] + [date(2017, month, 1) for month in range(1, 7)]


def renamed_in_2017() -> SmallRegion:
    """A constant ten prescriptions of dapagliflozin a month, under the code of the time."""
    region = SmallRegion()
    for month in months():
        region.prescribes("a", month, 10, code="A10BX09" if month < MOVED else "A10BK01")
    return region


def test_a_constant_use_has_no_step_where_its_code_was_renamed() -> None:
    assert shares(renamed_in_2017(), atc()) == [10.0] * 12
    assert shares(renamed_in_2017(), None) == [0.0] * 6 + [10.0] * 6


def test_a_measure_that_names_the_old_code_counts_the_new_one_too() -> None:
    assert shares(renamed_in_2017(), atc(), asked=("A10BX09",)) == [10.0] * 12


def test_a_group_is_the_newest_one() -> None:
    assert shares(renamed_in_2017(), atc(), asked=("A10BX",)) == [0.0] * 12


@pytest.mark.parametrize(("asked", "expected"), [(("L01BA01", "L04AX03"), 10.0), (("L",), 10.0), (("J01",), 0.0)])
def test_what_was_split_is_counted_where_all_its_parts_are(asked: tuple[str, ...], expected: float) -> None:
    region = SmallRegion()
    for month in months():
        region.prescribes("a", month, 10, code="L01BA01")
    assert shares(region, atc(), asked=asked) == [expected] * 12


def test_a_part_of_what_was_split_is_refused_only_where_old_months_are_there() -> None:
    old, new = SmallRegion().prescribes("a", date(2016, 12, 1), 10, code="L01BA01"), SmallRegion()
    new.prescribes("a", date(2017, 1, 1), 10, code="L01BA01")
    with pytest.raises(DefinitionError, match=r"only some of L01BA01, L04AX03.*package\.toml"):
        shares(old, atc(), asked=("L04AX03",))
    assert sum(shares(new, atc(), asked=("L01BA01",))) == 10.0


def test_a_code_that_means_something_else_later_is_moved_in_its_own_time_only() -> None:
    dated = system(move("OLD1", "NEW1", until=date(2016, 12, 31)))
    frame = pl.LazyFrame({"code": ["OLD1", "OLD1"], "period": [date(2016, 12, 1), date(2017, 1, 1)]})
    assert dated.renamed(frame).collect()["code"].to_list() == ["NEW1", "OLD1"]
    assert (dated.newest("OLD1", date(2016, 12, 1)), dated.newest("OLD1", MOVED)) == (("NEW1",), ("OLD1",))


# Moves lead from an earlier letter to later ones: no circle, as the system itself demands.
@st.composite
def chains(draw: st.DrawFn) -> list[dict[str, Any]]:
    olds = draw(st.lists(st.sampled_from(LETTERS[:-1]), unique=True))
    return [move(old, draw(st.sampled_from(LETTERS[LETTERS.index(old) + 1 :]))) for old in olds]


facts = st.lists(st.tuples(st.sampled_from(LETTERS), st.integers(-5, 50)), max_size=20)


def frame(rows: list[tuple[str, int]]) -> pl.LazyFrame:
    schema = {"code": pl.String, "items": pl.Int64}
    return pl.LazyFrame(rows, schema=schema, orient="row").with_columns(period=pl.lit(MOVED))


@given(chains(), facts, st.randoms())
def test_moving_twice_is_moving_once_in_any_order_and_adds_up_the_same(
    moves: list[dict[str, Any]], rows: list[tuple[str, int]], random: Any
) -> None:
    made, shuffled = system(*moves), system(*random.sample(moves, len(moves)))
    once = made.renamed(frame(rows)).collect()
    assert made.renamed(once.lazy()).collect().equals(once)
    assert shuffled.renamed(frame(rows)).collect().equals(once)
    assert once["items"].to_list() == [items for _, items in rows]
    naive = {each["old"]: each["new"][0] for each in moves}
    for (code, _), newest in zip(rows, once["code"], strict=True):
        while code in naive:
            code = naive[code]
        assert newest == code


@given(st.permutations("ABCD"))
def test_a_circle_is_refused(codes: list[str]) -> None:
    ring = [move(old, new) for old, new in zip(codes, [*codes[1:], codes[0]], strict=True)]
    with pytest.raises(ValidationError, match="circle"):
        system(*ring)


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ((move("A", "B"), move("A", "C")), "moves A more than once"),
        ((move("A", "B", "C"),), "until"),
        ((move("A", "A"),), "leads to itself"),
        ((move("A", "B"), move("B", "C", until=MOVED)), "which has an `until` itself"),
    ],
)
def test_moves_that_mean_two_things_are_refused(moves: tuple[dict[str, Any], ...], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        system(*moves)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_code_has_its_systems_form_and_a_group(path: Path) -> None:
    shipped = parse_code_system([path])
    assert shipped.system == path.stem
    every = {code for each in shipped.moves for code in (each.old, *each.new)}
    assert [code for code in sorted(every) if not (shipped.has_form(code) and code.startswith(shipped.groups))] == []
    assert [each.old for each in shipped.moves if each.sure == "source" and each.moved is None] == []


def test_a_workspace_adds_moves_and_may_change_one(tmp_path: Path) -> None:
    own = tmp_path / "atc.toml"
    words = 'what = "x"\nsure = "unconfirmed"\nseen = "ours"\n'
    own.write_text(
        f'[[moves]]\nold = "A10BX09"\nnew = ["A10BX99"]\n{words}[[moves]]\nold = "Q"\nnew = ["V20"]\n{words}',
        encoding="utf-8",
    )
    both = parse_code_system([*(path for path in SHIPPED if path.stem == "atc"), own])
    assert both.newest("A10BX09", MOVED) == ("A10BX99",)
    assert both.newest("Q", MOVED) == ("V20",)
    assert both.newest("A10BX07", MOVED) == ("A10BJ02",)


@pytest.mark.parametrize(
    ("code", "known"), [("J01CE02", True), ("J01", True), ("J99AA01", False), ("X01", False), ("J01CE2", False)]
)
def test_a_code_is_known_by_its_group_and_form(code: str, known: bool) -> None:
    assert is_known(code, atc(), ()) is known
    assert is_known("J99AA01", atc(), ("J99",))


def test_a_code_that_has_no_form_is_counted_and_never_spelt_out() -> None:
    check = Check(rule="known_code", columns=("code",), severity="info", why=Text(da="x"))
    rows = {"J01CE02": 8, "Q99": 1, "Fru Hansen": 1}
    result = check_codes(check, rows, atc(), (frozenset(), ()))
    assert (result.outcome, result.rows_failed, result.effect) == ("failed", 2, 0.8)
    assert [dict(found.values) for found in result.found] == [{"code": "Q99", "rows": 1}, {"n": 1}]
    assert check_codes(check, rows, atc(), (frozenset({"Q99", "Fru Hansen"}), ())).outcome == "passed"
