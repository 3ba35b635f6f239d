"""Person numbers are found in every form they take, and what only looks like one is let through.

No number is written down here: each is put together from a date and a serial when the test runs.
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.person_number import GATE, OLDEST_AGE, candidates, first_finding, names_a_person, passes_mod11, plain
from transforms.person_number_labels import is_a_persons_label, is_a_pseudonym

TODAY = date(2026, 11, 22)
explore = settings(deadline=None, max_examples=150, derandomize=True)


def number(born: date, serial: str, *, replacement: bool = False) -> str:
    day = born.day + 60 if replacement else born.day
    return f"{day:02}{born.month:02}{born.year % 100:02}" + serial


PERSON = number(date(1980, 1, 1), "1" + "234")
TENTH = number(date(1980, 12, 10), "1" + "234")
CHILD = number(date(2012, 3, 9), "5" + "011")


def found(text: str) -> bool:
    return first_finding(plain(text), TODAY) is not None


def split(digits: str, between: str) -> str:
    return digits[:6] + between + digits[6:]


def dotted(digits: str, between: str, last: str) -> str:
    return between.join((digits[:2], digits[2:4], digits[4:6])) + last + digits[6:]


def exponent(digits: str, sign: str = ",", power: str = "E+{:02}") -> str:
    whole = str(int(digits))
    return whole[0] + sign + (whole[1:].rstrip("0") or "0") + power.format(len(whole) - 1)


def swapped(digits: str, first_digit: int) -> str:
    return "".join(chr(first_digit + int(digit)) for digit in digits)


FORMS: dict[str, Callable[[str], str]] = {
    "ten digits": lambda n: n,
    "hyphen": lambda n: split(n, "-"),
    "spaced hyphen": lambda n: split(n, " - "),
    "space": lambda n: split(n, " "),
    "slash": lambda n: split(n, "/"),
    "underscore": lambda n: split(n, "_"),
    "colon": lambda n: split(n, ":"),
    "plus": lambda n: split(n, "+"),
    "dot": lambda n: split(n, "."),
    "en dash": lambda n: split(n, "\u2013"),
    "non-breaking hyphen": lambda n: split(n, "\u2011"),
    "minus sign": lambda n: split(n, "\u2212"),
    "full-width hyphen": lambda n: split(n, "\uff0d"),
    "no-break space": lambda n: split(n, "\u00a0"),
    "thin space": lambda n: split(n, "\u2009"),
    "date with dots": lambda n: dotted(n, ".", "-"),
    "date with slashes": lambda n: dotted(n, "/", " - "),
    "date with hyphens": lambda n: dotted(n, "-", "-"),
    "date with spaces": lambda n: dotted(n, " ", " "),
    "date with spaces and a hyphen": lambda n: dotted(n, " ", "-"),
    "number": lambda n: str(int(n)),
    "float": lambda n: f"{int(n)}.0",
    "float with decimal comma": lambda n: f"{int(n)},00",
    "text with decimals": lambda n: n + ".0",
    "thousands points": lambda n: f"{int(n):,}".replace(",", "."),
    "thousands spaces and decimals": lambda n: f"{int(n):,}".replace(",", " ") + ",00",
    "thousands apostrophes": lambda n: f"{int(n):,}".replace(",", "'"),
    "two spaces": lambda n: split(n, "  "),
    "date with dots and a space": lambda n: dotted(n, ".", " "),
    "middle dot": lambda n: split(n, "\u00b7"),
    "line separator": lambda n: split(n, "\u2028"),
    "control character": lambda n: split(n, "\x1f"),
    "combining mark": lambda n: split(n, "\u0301"),
    "superscripts": lambda n: n.translate(str.maketrans("123", "¹²³")),
    "long exponent": lambda n: f"{int(n):.12e}".replace("e+0", "E"),
    "exponent": exponent,
    "small exponent": lambda n: exponent(n, ".", "e{}"),
    "zero-width space": lambda n: split(n, "\u200b"),
    "soft hyphen": lambda n: split(n, "\u00ad"),
    "byte order mark": lambda n: split(n, "\ufeff-"),
    "full-width digits": lambda n: swapped(n, 0xFF10),
    "Arabic digits": lambda n: swapped(n, 0x0660),
    "mathematical digits": lambda n: swapped(n, 0x1D7CE),
    "quoted": lambda n: f'"{n}"',
    "after an apostrophe": lambda n: f"'{n}",
    "inside a sentence": lambda n: f"Ring til {split(n, '-')}, hun ved det.",
    "touching letters": lambda n: f"cpr{n}x",
    "a cell": lambda n: f"1234;{n};56\n",
    "last thing in a file": lambda n: f"a;b\n1;{n}",
}


@pytest.mark.parametrize("digits", [PERSON, TENTH, CHILD], ids=["leading zero", "born on the tenth", "born after 2000"])
@pytest.mark.parametrize("form", FORMS)
def test_a_person_number_is_found_in_every_form(form: str, digits: str) -> None:
    assert found(FORMS[form](digits))


def born_alive(digits: str) -> bool:
    """Whether some century makes `digits` a person of today: the rule of the seventh digit, written as a table."""
    seventh, year = int(digits[6]), int(digits[4:6])
    if seventh <= 3:
        century = 1900
    elif seventh in (4, 9):
        century = 2000 if year <= 36 else 1900
    else:
        century = 2000 if year <= 57 else 1800
    day = int(digits[:2]) % 60
    born = date(century + year, int(digits[2:4]), day)
    return born <= TODAY and TODAY.year - born.year <= OLDEST_AGE


def serials(born: date) -> Iterator[str]:
    for seventh in "0123456789":
        digits = number(born, seventh + "000")
        century = 1900 if seventh in "0123" else 2000 if int(digits[4:6]) <= (36 if seventh in "49" else 57) else 1800
        if seventh in "49" and century == 1800:
            century = 1900
        if century == born.year // 100 * 100:
            yield seventh


BIRTHS = st.dates(date(TODAY.year - OLDEST_AGE, 1, 1), TODAY)


@st.composite
def persons(drawn: st.DrawFn) -> str:
    born = drawn(BIRTHS)
    # Numbers that end in two zeros lose digits when a spreadsheet writes them with an exponent.
    serial = drawn(st.sampled_from(list(serials(born)))) + f"{drawn(st.integers(0, 999).filter(lambda n: n % 100)):03}"
    return number(born, serial, replacement=drawn(st.booleans()))


@explore
@given(persons(), st.sampled_from(sorted(FORMS)))
def test_every_valid_number_is_found_in_every_form(digits: str, form: str) -> None:
    assert born_alive(digits)
    assert found(FORMS[form](digits))


@explore
@given(persons(), st.text("abc ;\n-.,0123456789", max_size=60), st.text("abc ;\n-.,0123456789", max_size=60))
def test_what_stands_around_a_cell_does_not_hide_it(digits: str, before: str, after: str) -> None:
    assert found(f"{before};{split(digits, '-')};{after}")


LETTERED = [
    pytest.param(date(1951, 2, 3), "1" + "AB9", id="national"),
    pytest.param(date(1951, 2, 3), "7" + "xy1", id="national in small letters"),
    pytest.param(date(2019, 2, 3), "0" + "ÆØ5", id="decentral"),
    pytest.param(date(2019, 2, 3), "6" + "ab0", id="decentral in small letters"),
]


@pytest.mark.parametrize(("born", "serial"), LETTERED)
@pytest.mark.parametrize("between", ["", "-", " ", "_"])
def test_a_replacement_number_with_letters_is_found(born: date, serial: str, between: str) -> None:
    assert found(split(number(born, serial), between))


@pytest.mark.parametrize("between", ["", "-"])
def test_a_replacement_number_with_sixty_added_to_the_day_is_found(between: str) -> None:
    assert found(split(number(date(1980, 1, 31), "1" + "234", replacement=True), between))


def day_of(day: int, month: int, year: int, seventh: str = "1") -> str:
    return f"{day:02}{month:02}{year:02}" + seventh + "234"


@pytest.mark.parametrize(
    "digits",
    [
        pytest.param(day_of(29, 2, 0, "4"), id="29 February 2000"),
        pytest.param(day_of(29, 2, 80), id="29 February 1980"),
        pytest.param(day_of(91, 12, 80), id="the 31st with sixty added"),
        pytest.param(number(TODAY, "5" + "678"), id="born today"),
        pytest.param(day_of(1, 1, 11), id="115 years old"),
        pytest.param(day_of(1, 1, 60)[:-4] + "0" + "000", id="a serial of zeros"),
    ],
)
def test_a_date_of_somebody_alive_is_found(digits: str) -> None:
    assert found(digits)
    assert found(split(digits, "-"))


@pytest.mark.parametrize(
    "digits",
    [
        pytest.param(day_of(29, 2, 1), id="29 February 1901"),
        pytest.param(day_of(29, 2, 1, "4"), id="29 February 2001"),
        pytest.param(day_of(30, 2, 80), id="30 February"),
        pytest.param(day_of(31, 4, 80), id="31 April"),
        pytest.param(day_of(1, 0, 80), id="month 0"),
        pytest.param(day_of(1, 13, 80), id="month 13"),
        pytest.param(day_of(0, 1, 80), id="day 0"),
        pytest.param(day_of(32, 1, 80), id="day 32"),
        pytest.param(day_of(60, 1, 80), id="day 60"),
        pytest.param(day_of(92, 1, 80), id="day 92"),
        pytest.param(number(TODAY + timedelta(days=1), "5" + "678"), id="born tomorrow"),
        pytest.param(day_of(1, 1, 58, "5"), id="born in 1858"),
        pytest.param(day_of(1, 1, 10), id="116 years old"),
    ],
)
def test_no_date_of_anybody_alive_is_let_through(digits: str) -> None:
    assert not found(digits)
    assert not found(split(digits, "-"))


NO_PERSONS = [
    pytest.param("57" + PERSON + "4", id="EAN-13"),
    pytest.param(PERSON[:6] + "1" + "000016" + "1", id="SOR"),
    pytest.param(PERSON[:6], id="provider number"),
    pytest.param("0990027", id="unit number"),
    pytest.param("2026-11-22", id="ISO date"),
    pytest.param("2026-11-22T14:30:00", id="ISO time"),
    pytest.param("31.12.25 14:30", id="Danish date and time"),
    pytest.param("2026112214", id="year to hour"),
    pytest.param("1.234.567,89", id="amount"),
    pytest.param("0," + PERSON, id="decimals"),
    pytest.param("0." + PERSON, id="decimals after a point"),
    pytest.param(str(int(PERSON)) + ",5", id="nine digits and a half"),
    pytest.param(PERSON + ".5", id="ten digits and a half"),
    pytest.param("+45" + PERSON[:8], id="phone"),
    pytest.param("+45 12 34 56 78", id="spaced phone"),
    pytest.param("45123456" + "78", id="phone without a plus"),
    pytest.param("J01CE02;18-64;1234", id="a row of counts"),
    pytest.param(PERSON[:5] + ";" + PERSON[5:], id="two cells"),
    pytest.param(PERSON[:6] + "\n" + PERSON[6:], id="two rows"),
    pytest.param("", id="nothing"),
]


@pytest.mark.parametrize("text", NO_PERSONS)
def test_what_only_looks_like_a_person_number_is_let_through(text: str) -> None:
    assert not found(text)
    assert not found(f"1;{text};2\n")


@pytest.mark.parametrize("gap", range(31))
@pytest.mark.parametrize("long", [PERSON + "123", "123" + PERSON, "9" * 20 + PERSON], ids=["after", "before", "far"])
def test_a_long_number_is_not_cut_into_a_person_number_by_its_neighbour(long: str, gap: int) -> None:
    other = "99" + "9" * 11
    assert not found(other + ";" + "x" * gap + ";" + long)
    assert not found(long + ";" + "x" * gap + ";" + other)


@pytest.mark.parametrize("before", ["", "Ydernummer;Antal\n", "æøå;" * 40, "1234567890123;" * 9])
@pytest.mark.parametrize("form", ["ten digits", "hyphen", "date with dots", "float", "exponent"])
def test_the_place_of_the_first_finding_is_given(before: str, form: str) -> None:
    text = before + FORMS[form](TENTH) + ";" + PERSON
    finding = first_finding(text, TODAY)
    assert finding is not None
    assert finding.offset == len(before)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("ten digits", "ten digits"),
        ("hyphen", "with a separator"),
        ("date with dots", "as a date with four digits"),
        ("number", "nine digits"),
        ("exponent", "with an exponent"),
    ],
)
def test_a_finding_names_its_form_and_never_the_value(form: str, said: str) -> None:
    finding = first_finding(FORMS[form](PERSON), TODAY)
    assert finding is not None
    assert finding.form == said
    assert PERSON[:6] not in repr(finding)
    assert PERSON[-4:] not in repr(finding)


DASHES = [chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) == "Pd"]


@pytest.mark.parametrize("dash", [*DASHES, "\u2212"], ids=ascii)
def test_every_dash_of_unicode_is_a_hyphen(dash: str) -> None:
    assert found(split(PERSON, dash))


def test_plain_makes_every_digit_and_space_plain_and_drops_what_cannot_be_seen() -> None:
    for code in range(sys.maxunicode):
        character = chr(code)
        match unicodedata.category(character):
            case "Nd":
                assert plain(character) == str(unicodedata.digit(character))
            case "Zs":
                assert set(plain(character)) <= {" "}
            case "Cf":
                assert plain(character) == ""


@pytest.mark.parametrize("text", ["Praksis på Østerbro;12\n", "J01CE02", "1.234.567,89 kr."])
def test_plain_leaves_ordinary_text_alone(text: str) -> None:
    assert plain(text) == text


LABELS = [
    "CPR",
    "cpr-nr",
    "CPRNR",
    "Cpr_nummer",
    "borger_cpr",
    "cprno",
    "personnummer",
    "PNR",
    "patient-id",
    "PatientID",
]
MORE_LABELS = [
    "Patient id",
    "fødselsdato",
    "foedselsdato",
    "Fornavn",
    "EFTERNAVN",
    "c\u00adpr",
    "ｃｐｒ",
    "med cpr.csv",
]


@pytest.mark.parametrize("label", [*LABELS, *MORE_LABELS])
def test_a_label_that_names_persons_is_known(label: str) -> None:
    assert names_a_person(label)


@pytest.mark.parametrize("label", ["Ydernummer", "Praksis", "Aldersgruppe", "Antal patienter", "P-nummer", "Køn", ""])
def test_a_label_of_counts_names_nobody(label: str) -> None:
    assert not names_a_person(label)


PLACES: dict[str, Callable[[str], str]] = {
    "alone": lambda cell: cell,
    "first": lambda cell: f"{cell};12;84,0",
    "between": lambda cell: f"000103;2025-01;{cell};12\n",
    "last": lambda cell: f"000103;2025-01;{cell}\n",
    "quoted": lambda cell: f'000103;"{cell}";12\n',
    "between tabs": lambda cell: f"000103\t{cell}\t12\n",
    "between tags": lambda cell: f"<t>{cell}</t>",
    "in brackets": lambda cell: f"[{cell}]",
    "a line of its own": lambda cell: f"000103;12\n{cell}\n000105;13",
}


def planted(count: int, seed: int = 1) -> Iterator[tuple[str, str, str]]:
    """Made-up persons, each written in a random form and place: form, place, text."""
    draw = random.Random(seed)
    first = date(TODAY.year - OLDEST_AGE, 1, 1)
    for _ in range(count):
        born = first + timedelta(days=draw.randrange((TODAY - first).days + 1))
        digits = number(
            born, draw.choice(list(serials(born))) + f"{draw.randrange(1000):03}", replacement=draw.random() < 0.1
        )
        form, place = draw.choice(sorted(FORMS)), draw.choice(sorted(PLACES))
        yield form, place, PLACES[place](FORMS[form](digits))


def test_a_hundred_thousand_made_up_persons_are_all_found_and_pass_the_gate() -> None:
    gate = re.compile(GATE)
    missed = [
        (form, place) for form, place, text in planted(100_000) if not found(text) or not gate.search(plain(text))
    ]
    assert missed == []


def living_dates() -> set[tuple[str, str]]:
    """Every six digits of a date of birth with each seventh digit that its year allows, day by day."""
    allowed = {1800: "5678", 1900: "012349", 2000: "456789"}
    known: set[tuple[str, str]] = set()
    day = date(TODAY.year - OLDEST_AGE, 1, 1)
    while day <= TODAY:
        for seventh in allowed[day.year // 100 * 100]:
            short = day.year % 100
            if seventh in "49" and (short <= 36) != (day.year >= 2000):
                continue
            if seventh in "5678" and short > 57:
                continue
            known.add((day.strftime("%d%m%y"), seventh))
            known.add((f"{day.day + 60}{day:%m%y}", seventh))
        day += timedelta(days=1)
    return known


def test_twenty_thousand_random_numbers_are_judged_as_a_calendar_judges_them() -> None:
    draw, living = random.Random(3), living_dates()
    judged = {True: 0, False: 0}
    for _ in range(20_000):
        digits = f"{draw.randrange(100):02}{draw.randrange(15):02}{draw.randrange(10**6):06}"
        truth = (digits[:6], digits[6]) in living
        assert found(digits) == truth == found(split(digits, "-")), digits[:4]
        judged[truth] += 1
    assert judged[True] > 2_000 < judged[False]


def test_somebody_too_old_to_live_is_a_candidate_and_no_finding() -> None:
    digits = day_of(1, 1, 58, "5")
    assert [candidate.age for candidate in candidates(digits, TODAY)] == ["old"]
    assert digits not in repr(next(candidates(digits, TODAY)))


def test_the_control_digit_fits_one_number_in_eleven() -> None:
    fitting = [serial for serial in range(1000) if passes_mod11(f"010180{serial:04}")]
    assert 85 <= len(fitting) <= 95
    assert all(
        sum(map(int.__mul__, map(int, f"010180{s:04}"), (4, 3, 2, 7, 6, 5, 4, 3, 2, 1))) % 11 == 0 for s in fitting
    )
    assert not passes_mod11("0101801AB2")


@pytest.mark.parametrize("cell", ["CPR", "cpr-nr.", "Patientens CPR", "PNR", "FødselsDato", "patient_id"])
def test_a_cell_that_is_only_such_a_name_is_told_from_a_sentence(cell: str) -> None:
    assert is_a_persons_label(cell)
    assert not is_a_persons_label(f"Udtrækket er uden {cell} og adresse")


def test_digests_and_uuids_are_pseudonyms() -> None:
    assert is_a_pseudonym("0F" * 32)
    assert is_a_pseudonym("{123e4567-e89b-12d3-a456-426614174000}")
    assert not any(map(is_a_pseudonym, ("0f" * 31, "J01CE02", "", "1234")))
