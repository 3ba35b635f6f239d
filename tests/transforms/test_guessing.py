"""What a column looks like: real layouts on the left, what somebody would say of them on the right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.guessing import Guess, guess_column


@pytest.mark.parametrize(
    ("cells", "guess"),
    [
        (["12", "7", "1034", "0"], Guess("integer")),
        (["7.389", "228", "1.560"], Guess("integer", thousands=".")),
        (["1.234.567,89", "3,1", "12"], Guess("number", decimal=",", thousands=".")),
        (["27138.37", "0.5", "12"], Guess("number", decimal=".")),
        (["682.0", "2.0", "17.0"], Guess("integer", decimal=".")),
        (["2025-01", "2025-02"], Guess("month", format="%Y-%m")),
        (["01-02-2025", "31-12-2024", ""], Guess("date", format="%d-%m-%Y", missing=("",), cells_missing=1)),
        (["01JUL2018", "01OCT2018"], Guess("date", format="%d%b%Y")),
        (["01-Jan-18", "01-Apr-18"], Guess("date", format="%d-%b-%y")),
        (["19740401", "20130401"], Guess("date", format="%Y%m%d")),
        (["007021", "010022"], Guess("code")),
        (["J01CE02", "J01CA04"], Guess("code")),
        (["4,1", ":", "z", "3,0"], Guess("number", decimal=",", missing=(":", "z"), cells_missing=2)),
        (["", "", ""], Guess("text", missing=("",), cells_missing=3)),
        (["Dr. HOEY & PARTNERS", "Dr. MASON & PARTNERS"], Guess("text")),
    ],
)
def test_a_column_is_guessed_as_a_reader_would(cells: list[str], guess: Guess) -> None:
    assert guess_column(cells) == guess


def test_one_bad_cell_does_not_hide_what_the_others_are() -> None:
    assert guess_column([*(str(number) for number in range(300)), "3 or 4"]).type == "integer"


@given(st.lists(st.integers(-10_000_000, 10_000_000), min_size=1, max_size=30))
def test_whole_numbers_in_danish_notation_are_whole_numbers(numbers: list[int]) -> None:
    cells = [f"{number:,}".replace(",", ".") for number in numbers]
    assert guess_column(cells).type in {"integer", "code", "date"}
    assert guess_column(cells).decimal is None


@given(st.lists(st.text(max_size=12), max_size=20))
def test_any_cells_get_a_guess_that_counts_the_empty_ones(cells: list[str]) -> None:
    guess = guess_column(cells)
    assert guess.cells_missing <= len(cells)
    assert guess.cells_missing >= sum(not cell.strip() for cell in cells)
