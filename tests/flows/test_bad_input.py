"""Bad input: one sentence that says where and what to do, nothing half-loaded, and the next good file still works."""

from __future__ import annotations

import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_workspace import HEADERS, KEPT, bring_in, delivered, extract, prescribed, registered, rows_of

from expectations.process import Validator
from flows.refusals import refused_cell
from flows.settings import Workspace
from transforms.checked import Example
from transforms.errors import SHOWN_CHARACTERS, UserError
from warehouse.ledger import extracts

NAME = "recepter_2025K1.csv"
HEADER = HEADERS["prescriptions"]
GOOD = extract("prescriptions", prescribed())
DATE, SERIAL = "0101" + "80", "12" + "34"
PERSON = f"{DATE}-{SERIAL}"


@dataclass(frozen=True)
class Bad:
    """A bad file, what the sentence says after its name, the value shown, and whether its bytes may be kept."""

    content: bytes | None
    says: str
    shows: str | None = None
    name: str = NAME
    source: str = "prescriptions"
    exit_code: int = 2
    kept: bool = True


def cell(header: str, value: str, rule: str, shows: str | None = None) -> Bad:
    """One bad cell in the second of two rows. An empty one has nothing to show."""
    content = text(prescribed(ATC="J01CE02"), prescribed(**{header: value}))
    return Bad(content, f"row 3, column {header}: {rule}", shows or value or None)


def row(*lines: str, says: str) -> Bad:
    """A row that is none, among good ones."""
    return Bad(text(*lines), says + r".+end the file again\.")


def unkept(content: bytes | None, says: str, name: str = NAME) -> Bad:
    """A file that is refused before its bytes are kept."""
    return Bad(content, says, name=name, kept=False)


def registry(*lines: str, says: str, exit_code: int = 2) -> Bad:
    return Bad(
        extract("registry", *lines), says, name="register_2025-06-01.csv", source="registry", exit_code=exit_code
    )


def text(*rows: str) -> bytes:
    return extract("prescriptions", *rows)


def other_delimiter(sign: str) -> bytes:
    return GOOD.replace(b";", sign.encode())


ONE = prescribed()
MEND = "Mend the cell and send the file again; nothing of it was taken in."
FILES = {
    "missing file": unkept(None, "the file cannot be opened. Check that it exists"),
    "empty file": unkept(b"", "the file is empty. Ask the sender for it again"),
    "cut gzip": unkept(gzip.compress(GOOD * 50)[:-20], "the packed file is cut or damaged. Ask the sender"),
    "wrong encoding": Bad(GOOD.decode().encode("cp1252"), "row 1: a character is not utf-8. Save the file in that"),
    "wrong encoding in a row": Bad(GOOD + b"\xf8\n", "row 3: a character is not utf-8. Save the file"),
    "null characters": Bad(GOOD + b"\0", "row 3: the file is not utf-8 text.+Save the file"),
    "comma": Bad(other_delimiter(","), "row 1: .+separated by comma, the contract says semicolon. Save"),
    "tab": Bad(other_delimiter("\t"), "row 1: .+separated by tab, the contract says semicolon. Save"),
    "no period in the name": unkept(GOOD, "the file name does not say which period.+Name it like", "recepter_ny.csv"),
    "missing column": Bad(
        GOOD.replace(b"Recepter", b"Antal"), r"row 1: the column Recepter is missing .+ Add the column"
    ),
    "no header": Bad(GOOD.partition(b"\n")[2], r"row 1: .+none of the contract's column names.+ Put a line"),
    "mixed line ends": Bad(GOOD.replace(b"\n", b"\r\n", 1), "more than one kind of line end. Save the file with one"),
}
ROWS = {
    "too few columns": row(ONE, "010101;2025-01", says="row 3: the row has fewer columns than the header"),
    "too many columns": row(ONE, f"{ONE};9", says="row 3: the row has more columns than the header"),
    "unclosed quotation mark": row(ONE, f'"{ONE}', ONE, says="row 3: a quotation mark is not closed"),
    "empty row": row(ONE, "", ONE, says="row 3: the row is empty. Take it out"),
}
CELLS = {
    "text for a number": cell("Recepter", "tolv", f"not a whole number. {MEND}"),
    "a decimal point": cell("DDD", "12.34", f"not a number. {MEND}"),
    "a fraction of a prescription": cell("Recepter", "12.34", f"not a whole number. {MEND}"),
    "a number past all bounds": cell("Recepter", "9" * 20, f"not a whole number. {MEND}"),
    "a number longer than a line": cell("DDD", "9" * 400, f"not a number. {MEND}"),
    "unknown sex": cell("Køn", "Ukendt", f"not one of the contract's values. {MEND}"),
    "unknown indication": cell("Indikation", "hovedpine", f"not one of the contract's values. {MEND}"),
    "no month": cell("Måned", "", f"not a month. {MEND}"),
    "a day for a month": cell("Måned", "31-01-2025", f"not a month. {MEND}"),
    "unknown practice": cell("Ydernummer", "999999", "The practice is not in the registry. Load the newest registry"),
    "no practice": cell("Ydernummer", "", "A prescription without a provider number belongs to no practice"),
    "negative count": cell("Recepter", "-37", "A number of prescriptions cannot be negative"),
    "negative amount": cell("DDD", "-37,5", "An amount cannot be negative", "-37.5"),
    "no count": cell("Recepter", "", "Without a count the row cannot be counted"),
    "a code of another system": cell("ATC", "Penicillin", "The code does not have the form of an ATC code"),
    "an age for an age band": cell("Aldersgruppe", "under 6", "An age band is written like 0-5 or 80"),
    "a month outside the period": cell("Måned", "2025-04", "The month lies outside the period", "2025-04-01"),
    "a long wrong code": cell("ATC", "J01 " * 20, "The code does not have the form", ("J01 " * 20).strip()),
}
TWICE = r"row 2, column Ydernummer, Måned, ATC, Indikation, .+stands twice.+\(2 rows in all\)"
WHOLES = {
    "a key twice": Bad(
        text(*[prescribed(Indikation="andet")] * 2), TWICE, "010101, 2025-01-01, J01CA04, other, female, 0-5"
    ),
    "a key without indication twice": Bad(
        text(ONE, prescribed(Recepter="8")), TWICE, "010101, 2025-01-01, J01CA04, , female, 0-5"
    ),
    "a practice in no cluster": registry(
        registered("010101"),
        registered("020202", ""),
        says="row 3, column Klyngekode: A practice in no cluster can be in no report. Mend the registry",
    ),
    "an empty registry": registry(says=r"An empty registry would close every practice\. \(row_count\)", exit_code=3),
}
CASES = FILES | ROWS | CELLS | WHOLES
NEXT_GOOD = {"prescriptions": GOOD, "registry": extract("registry", *map(registered, ("010101", "020202", "040404")))}


@pytest.fixture(params=CASES.values(), ids=CASES)
def bad(request: pytest.FixtureRequest) -> Bad:
    return request.param


def refused(workspace: Workspace, bad: Bad, validator: Validator) -> UserError:
    with pytest.raises(UserError) as refusal:
        bring_in(workspace, bad.source, delivered(workspace, bad.name, bad.content), validator)
    return refusal.value


def test_a_bad_file_ends_in_one_sentence_and_changes_nothing(
    workspace: Workspace, bad: Bad, validator: Validator
) -> None:
    before = rows_of(workspace, KEPT)
    refusal = refused(workspace, bad, validator)
    assert_says(refusal, bad)
    assert rows_of(workspace, KEPT) == before
    assert_ledger(workspace, bad, str(refusal))
    good = delivered(workspace, "register_2025-07-01.csv" if bad.source == "registry" else NAME, NEXT_GOOD[bad.source])
    assert bring_in(workspace, bad.source, good).state == "accepted"
    assert rows_of(workspace, KEPT) != before


def assert_says(refusal: UserError, bad: Bad) -> None:
    shown = refusal.shown()
    assert refusal.exit_code == bad.exit_code
    assert "\n" not in shown
    assert re.search(rf"^{bad.name}[:,] .*{bad.says}", shown)
    if bad.shows is None:
        assert shown == str(refusal)
    else:
        found = shown.removeprefix(f"{refusal} Found: '").removesuffix("'.")
        assert len(found) <= SHOWN_CHARACTERS
        assert found == bad.shows or found.rstrip("…") == bad.shows[: len(found.rstrip("…"))] != bad.shows
        assert bad.shows[:SHOWN_CHARACTERS] not in str(refusal)


def assert_ledger(workspace: Workspace, bad: Bad, sentence: str) -> None:
    """A file that could be read stands as refused with its sentence, whether its bytes were kept or not."""
    rows = extracts(workspace.store).select("file_name", "state", "reason", "promoted_at").rows()[2:]
    assert rows == ([(bad.name, "refused", sentence, None)] if bad.content else [])
    assert len(list((workspace.store.landing / bad.source).iterdir())) == 1 + bad.kept


def packed(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=buffer) as file:
        file.write(content)
    return buffer.getvalue()


PERSONS = {
    "a cell": Bad(text(prescribed(ATC=PERSON)), "row 2, column ATC: a person number"),
    "a cell without its hyphen": Bad(text(prescribed(ATC=DATE + SERIAL)), "row 2, column ATC: a person number"),
    "a cell that a spreadsheet shortened": Bad(text(prescribed(ATC=(DATE + SERIAL)[1:])), "row 2, column ATC"),
    "a place past the last column": Bad(text(f"{prescribed()};{PERSON}"), "row 2, column number 9: a person number"),
    "the header": Bad(GOOD.replace(b"ATC", PERSON.encode()), "row 1, column number 3: a person number"),
    "a column of its own": Bad(GOOD.replace(b"ATC", b"CPR-nr"), "row 1, column 3: the header names a person's data"),
    "the file name": Bad(GOOD, "its name holds a person number", name=f"recepter_2025K1_{PERSON}.csv"),
    "the file name's words": Bad(GOOD, "its name holds a person number", name="recepter_2025K1_cpr.csv"),
    "a gzip": Bad(gzip.compress(text(prescribed(ATC=PERSON))), "row 2, column ATC: a person number"),
    "the name inside a gzip": Bad(packed(f"{PERSON}.csv", GOOD), "name inside the packed file holds a person number"),
}


@pytest.mark.parametrize("bad", PERSONS.values(), ids=PERSONS)
def test_a_person_number_stops_the_file_and_is_nowhere_afterwards(
    workspace: Workspace, bad: Bad, validator: Validator
) -> None:
    before = rows_of(workspace, KEPT)
    refusal = refused(workspace, bad, validator)
    assert refusal.exit_code == 3
    assert bad.says in refusal.shown()
    assert "Nothing of" in refusal.shown()
    assert refusal.__cause__ is None
    assert not any(part in refusal.shown() for part in (SERIAL, DATE))
    assert rows_of(workspace, KEPT) == before
    assert extracts(workspace.store).select("state", "reason").rows()[2:] == [("stopped_cpr", str(refusal))]
    assert [path.name for path in files_holding(workspace.store.root, SERIAL, DATE)] == []


def files_holding(folder: Path, *parts: str) -> list[Path]:
    """Files whose name or bytes hold all of `parts`, as text of one or of two bytes a character."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file()
        for content in [path.name.encode() + path.read_bytes()]
        if all(part.encode() in content or part.encode("utf-16-le") in content for part in parts)
    ]


def test_the_search_for_planted_digits_finds_them(workspace: Workspace) -> None:
    (workspace.root / "planted").write_bytes(f"x{PERSON}x".encode("utf-16-le"))
    assert [path.name for path in files_holding(workspace.root, SERIAL, DATE)] == ["planted"]


def test_a_check_that_crashes_refuses_the_file_as_a_whole(workspace: Workspace, validator: Validator) -> None:
    (workspace.root / "contracts").mkdir()
    broken = '[[checks]]\nrule = "pattern"\ncolumns = ["code"]\npattern = "("\nseverity = "critical"\nwhy.da = "x"\n'
    (workspace.root / "contracts" / "prescriptions.toml").write_text(broken)
    before = rows_of(workspace, KEPT)
    refusal = refused(workspace, Bad(GOOD, ""), validator)
    assert refusal.exit_code == 3
    assert refusal.shown().startswith(f"{NAME}: the check pattern.code could not be run, so the extract was not taken")
    assert rows_of(workspace, KEPT) == before


def test_a_file_refused_for_the_period_in_its_name_is_accepted_under_another(
    workspace: Workspace, validator: Validator
) -> None:
    refusal = refused(workspace, Bad(GOOD, "", name="recepter_2025K2.csv"), validator)
    assert "The month lies outside the period" in str(refusal)
    assert bring_in(workspace, "prescriptions", delivered(workspace, NAME, GOOD), validator).state == "accepted"
    assert extracts(workspace.store)["state"].to_list()[2:] == ["refused", "promoted"]


def test_the_same_bad_file_is_refused_again_in_the_same_words(workspace: Workspace, validator: Validator) -> None:
    bad = CASES["negative count"]
    assert refused(workspace, bad, validator).shown() == refused(workspace, bad, validator).shown()
    assert_ledger(workspace, bad, str(refused(workspace, bad, validator)))


def test_a_good_file_twice_is_known_and_changes_nothing(workspace: Workspace, validator: Validator) -> None:
    good = delivered(workspace, NAME, GOOD)
    bring_in(workspace, "prescriptions", good, validator)
    before = rows_of(workspace, [*KEPT, "ledger.extract"])
    assert bring_in(workspace, "prescriptions", good, validator).state == "known"
    assert rows_of(workspace, [*KEPT, "ledger.extract"]) == before


@pytest.mark.parametrize("value", [PERSON, f"se {DATE}{SERIAL}", f"{DATE}\u2013{SERIAL}", ""])
def test_a_value_that_could_be_a_person_is_never_shown(workspace: Workspace, value: str) -> None:
    example = Example(7, "code", value)
    assert refused_cell(NAME, workspace.contract("prescriptions"), example, "not a code").value is None
