"""Recipients and notices: a wrong cell is told by line and column, and no word of a notice holds a figure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.notices import PAUSES, Occasion, next_try, refusal, worded
from transforms.parcels import Delivery, Parcel, PrintedFile, allotted, next_version
from transforms.recipients import RecipientError, contacts, is_address, is_cvr

GOOD = {"Rolle": "Praksis", "Kode": "010101", "E-mail": "a@b.dk", "CVR": "DK 31 00 00 09"}


def test_a_row_as_people_write_it() -> None:
    (contact,) = contacts([GOOD]).values()
    assert (contact.role, contact.code, contact.cvr) == ("praksis", "010101", "31000009")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"Rolle": "læge"}, "line 2, Rolle"),
        ({"Kode": " "}, "line 2, Kode is empty"),
        ({"E-mail": "a b@c.dk"}, "line 2, E-mail"),
        ({"E-mail": "a@b.dk\nBcc: x@y.dk"}, "line 2, E-mail"),
        ({"CVR": "31000008"}, "line 2, CVR"),
    ],
)
def test_a_wrong_cell_is_told_by_its_place_and_not_repeated(cells: dict[str, str], words: str) -> None:
    with pytest.raises(RecipientError, match=words) as told:
        contacts([GOOD | cells])
    assert not any(value.strip() and value in str(told.value) for value in cells.values())


def test_two_rows_of_one_practice_are_refused() -> None:
    with pytest.raises(RecipientError, match="line 3: praksis 010101 stands on two lines"):
        contacts([GOOD, GOOD])


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.integers(10_000_000, 99_999_999), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_makes_no_other_cvr_number(number: int, place: int, off: int) -> None:
    digits = str(number)
    wrong = f"{digits[:place]}{(int(digits[place]) + off) % 10}{digits[place + 1 :]}"
    assert not (is_cvr(digits) and is_cvr(wrong))


@pytest.mark.parametrize("text", ["", "a", "@b.dk", "a@b", "æ@b.dk", "a@b.dk, c@d.dk", "A <a@b.dk>"])
def test_what_is_no_single_plain_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize("kind", ["ready", "corrected", "reminder"])
@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("channel", ["letter", "digital_post", "coordinator"])
def test_the_only_digits_of_a_notice_are_those_of_its_days(kind: Any, language: Any, channel: Any) -> None:
    occasion = Occasion(date(2027, 3, 1), "Ved\nÅen {x}", "Enheden", language, channel, until=date(2027, 2, 5))
    subject, body = worded(kind, occasion)
    assert not any(letter.isdigit() for letter in subject)
    for day in (("1. marts 2027", "5. februar 2027"), ("1 March 2027", "5 February 2027"))[language == "en"]:
        body = body.replace(day, "")
    assert not any(letter.isdigit() for letter in body)
    assert "Ved Åen {x}" in body


def test_waits_grow_and_end() -> None:
    now = datetime(2027, 1, 1)
    tries = [next_try(attempt, now) for attempt in range(1, len(PAUSES) + 2)]
    waits = [each - now for each in tries if each is not None]
    assert waits == sorted(set(waits))
    assert waits[0] >= timedelta(minutes=5)
    assert tries[-1] is None
    assert [refusal(code)[-5:] for code in (550, 571)] == ["(550)", "(571)"]


def test_each_file_is_one_recipients_and_an_unknown_one_nobodys() -> None:
    files = [PrintedFile(f"f{at}", "x", who) for at, who in enumerate(("cluster", "coordinator", "1", "2", "1", None))]
    found = {parcel.key: sorted(parcel.files) for parcel in allotted("K1", files)}
    shared = {("cluster", "K1"): ["f0"], ("coordinator", "K1"): ["f1"]}
    assert found == shared | {("member", "1"): ["f2", "f4"], ("member", "2"): ["f3"]}


@pytest.mark.parametrize(
    ("state", "same", "version"),
    [("prepared", False, 3), ("delivered", True, None), ("delivered", False, 4), ("withheld", True, 4)],
)
def test_a_number_names_the_same_files_for_good(state: Any, same: bool, version: int | None) -> None:
    parcel = Parcel("member", "1", {"a": "x"})
    digest = parcel.content_sha256 if same else "other"
    newest = Delivery("P", None, "member", "1", 3, "m", digest, state, "", datetime(2027, 1, 1))
    assert next_version(parcel, newest) == version
    assert next_version(parcel, None) == 1
