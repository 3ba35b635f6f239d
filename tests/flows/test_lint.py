"""Lint: silent on a whole package, and each rule finds its fault, on its line, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner
from whole_package import DEFINITION, TEXTS, TODAY, WORDS, Fault, findings, plant, write_package

from flows import linting
from flows.cli import app
from transforms.lint import SEVERITY, STOPS

TOML = "package.toml"
SHARE = 'numerator = { source = "prescriptions", quantity = "items", codes = ["M01AE01"] }'
PATIENTS = 'source = "patient_counts", quantity = "patients", window_months = 12'
COUNTED = f'numerator = {{ {PATIENTS}, groups = ["opioid_brugere"] }} #'
WHOLE = 'codes = ["M01A"], exclude_codes = ["M01AX05"] }'
RATE = DEFINITION[DEFINITION.index("[[measures]]") : DEFINITION.index('[[measures]]\nid = "opioid_users"')]
MORE = "".join(RATE.replace("nsaid_users", f"more_{number}") for number in range(4))
PAIR = DEFINITION[DEFINITION.index("[[pairs]]") : DEFINITION.index("[[questions]]")]
OPIOIDS = DEFINITION[DEFINITION.index('[[measures]]\nid = "opioid') : DEFINITION.index('[[measures]]\nid = "ibuprofen')]
FEEDBACK = DEFINITION[DEFINITION.index("[[feedback]]") : DEFINITION.index("[[changes]]")]
AGENDA = DEFINITION[DEFINITION.index("[[agenda]]") : DEFINITION.index("[[feedback]]")]
QUESTION = DEFINITION[DEFINITION.index("[[questions]]") : DEFINITION.index("[[references]]")]
REFERENCE = '[[references]]\nid = "anden_2020"\ntitle = "A"\npublisher = "B"\nyear = 2020\nopened = 2026-05-01\n\n'
FIRST = 'id = "smerter"'
WORTH = ("error", "warning", "note")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_package(tmp_path)


def test_a_whole_package_has_nothing_to_mend(folder: Path) -> None:
    assert findings(folder) == []


FAULTS = {
    "folder-name": [Fault(TOML, FIRST, 'id = "smerte"')],
    "syntax": [Fault(TOML, 'version = "0.1"', "version = 0,1"), Fault(TOML, "[[pairs]]", "[[pairs]", "[[pairs]")],
    "numerator-outside": [
        Fault(TOML, SHARE, SHARE.replace("M01AE01", "N02BE01")),
        Fault(TOML, SHARE, SHARE.replace("M01AE01", "M01")),
        Fault(TOML, SHARE, SHARE.replace('codes = ["M01AE01"]', 'codes = ["M01A"]')),
        Fault(TOML, WHOLE, WHOLE.replace("}", ', sex = "female" }'), SHARE),
        Fault(TOML, WHOLE, WHOLE.replace("}", ', age = "18+" }'), SHARE),
        Fault(TOML, WHOLE, WHOLE.replace("}", ', indications = ["uti"] }'), SHARE),
        Fault(TOML, SHARE, SHARE.replace("items", "ddd")),
    ],
    "numerator-unproven": [Fault(TOML, SHARE, COUNTED)],
    "unknown-code": [Fault(TOML, '"M01AE01"]', '"M01AE01",\n"Q09AA01"]', '"Q09AA01"')],
    "direction": [Fault(TOML, 'guidelines = ["raad_2023"]\n', "", 'direction = "lower"')],
    "pitfalls": [
        Fault(TOML, 'pitfalls = { da = "Dosis ses ikke.", en = "The dose is not seen." }\n', "", OPIOIDS[:40])
    ],
    "patient-window": [Fault(TOML, "window_months = 12 }", "window_months = 6 }")],
    "alternatives": [
        Fault(TOML, PAIR, "", "[[measures]]"),
        Fault(TOML, 'groups = ["opioid', 'groups = ["andre', "[[m"),
    ],
    "ordered-group": [Fault(TOML, '"nsaid_brugere"', '"nsaid_alle"')],
    "many-measures": [Fault(TOML, PAIR, MORE + PAIR, RATE.replace("nsaid_users", "more_3"))],
    "few-measures": [
        Fault(TOML, DEFINITION[DEFINITION.index(OPIOIDS) : DEFINITION.index(QUESTION)], "", "[[measures]]")
    ],
    "sources": [
        Fault(TOML, '"patient_counts"]', '"patient_counts", "services"]'),
        Fault(TOML, '"list_sizes", ', "", "sources ="),
    ],
    "review": [Fault(TOML, "2027-11-01", "2026-05-31")],
    "review-soon": [Fault(TOML, "2027-11-01", "2026-06-30")],
    "change-log": [Fault(TOML, 'version = "0.1"', 'version = "0.2"')],
    "agenda": [Fault(TOML, AGENDA, "", FIRST), Fault(TOML, ", virtual = 30", "", "[[agenda]]")],
    "feedback": [Fault(TOML, FEEDBACK, "", FIRST)],
    "questions": [
        Fault(TOML, QUESTION, "", FIRST),
        Fault(TOML, 'measures = ["nsaid_users"]\n\n', "\n", "[[questions]]"),
        Fault(TOML, "Hvornår vælger I hvad?", "Tal om det.", 'da = "Tal'),
    ],
    "whole": [
        Fault(TOML, 'author = "Kvalitetsenheden"\n', "", "owner ="),
        Fault(TOML, "population = ", "# ", FIRST),
        Fault(TOML, "followup_why = ", "# ", "[windows]"),
    ],
    "english": [Fault(TOML, ', en = "Opioids" }', " }", 'title = { da = "Opioider"')],
    "draft": [
        Fault(
            TOML, 'kind = "rate"\n', 'draft_why = { da = "Ja.", en = "Yes." }\ndraft = true\nkind = "rate"\n', "draft ="
        )
    ],
    "text-missing": [],
    "heading-missing": [Fault("plan.md", "## Problemet", "## Problemer", "## Hvem gør")],
    "empty-text": [
        Fault("plan.md", WORDS, "Kort.\n", "## Fokus"),
        Fault("reflection.md", WORDS, f"{WORDS}\nTODO: mere.\n", "TODO"),
        Fault("plan.md", WORDS, f"{WORDS}[Skriv her, hvad I vil]\n", "[Skriv"),
        Fault(TOML, "Brugere pr. 1.000.", "Skriv her"),
    ],
    "unknown-reference": [
        Fault("plan.md", WORDS, f"{WORDS}Se[^raad_2024].\n", "Se[^"),
        Fault("fact_sheet.md", WORDS, f"{WORDS}\n[^raad_2023]: Et råd.\n", "[^raad_2023]:"),
    ],
    "unread-reference": [Fault(TOML, "[[agenda]]", f"{REFERENCE}[[agenda]]", REFERENCE)],
    "without-references": [Fault("fact_sheet.md", "Se rådet[^raad_2023].", "", "## Anbefalinger")],
    "broken-characters": [
        Fault("plan.md", WORDS, f"{WORDS}Det er et mÃ¥l.\n", "Det er et"),
        Fault("plan.md", WORDS, f"{WORDS}Det er pr\ufffdvet.\n", "Det er pr"),
        Fault("plan.md", WORDS, f"{WORDS}Det er na\u030aet.\n", "Det er na"),
        Fault(TOML, "Håndkøb ses", "HÃ¥ndkøb ses"),
    ],
    "danish-letters": [
        Fault("plan.md", WORDS, f"{WORDS}Det er et maal for boern.\n", "Det er et"),
        Fault(TOML, "Håndkøb ses ikke.", "Det ses ogsaa."),
    ],
    "judging-words": [
        Fault("plan.md", WORDS, f"{WORDS}Det er et overforbrug.\n", "Det er et"),
        Fault(TOML, "Few prescriptions vary a lot.", "These are outliers."),
    ],
    "definition": [
        Fault(TOML, 'codes = ["M01AE01"]', 'codes = ["M01AE01",\n"MO1AE"]', '"MO1AE"'),
        Fault(TOML, "direction = ", "drection = "),
        Fault(TOML, 'unit = { da = "%", en = "%" }\n', "", '[[measures]]\nid = "ibuprofen'),
        Fault(TOML, 'status = "draft"', 'status = "final"'),
        Fault(TOML, '["nsaid_brugere"]', '["nsaid_brugere", "opioid_brugere"]'),
        Fault(TOML, 'measures = ["nsaid_users"]\n\n[[ref', 'measures = ["nsaid_user"]\n\n[[ref'),
        Fault(TOML, 'guidelines = ["raad_2023"]', 'guidelines = ["raad_2022"]'),
        Fault(
            TOML,
            'direction = "lower"',
            'national_aim = { da = "Mål", en = "Aim", origin = "maal_17" }\ndirection = "lower"',
        ),
        Fault(TOML, '"90" = 90', '"90" = 80', "[[agenda]]"),
        Fault(TOML, 'id = "opioid_users"', 'id = "ibuprofen_share"'),
        Fault(TOML, '["nsaid_users", "opioid_users"]', '["nsaid_users", "opioid_user"]'),
    ],
    "encoding": [],
}
"""By rule: faults that it alone finds. What a fault takes with it is told apart below."""
ALONGSIDE = {
    "numerator-unproven": {"alternatives"},
    "unknown-code": {"numerator-outside"},
    "alternatives": {"ordered-group"},
    "many-measures": {"alternatives"},
    "few-measures": {"alternatives", "sources"},
}
PLANTED = [(rule, fault) for rule, faults in FAULTS.items() for fault in faults]


@pytest.mark.parametrize(
    ("rule", "fault"), PLANTED, ids=[f"{rule}-{number}" for number, (rule, _) in enumerate(PLANTED)]
)
def test_a_planted_fault_is_found_on_its_line(folder: Path, rule: str, fault: Fault) -> None:
    line = plant(folder, fault)
    told = findings(folder)
    assert (rule, fault.file, line) in [(each.rule, each.file, each.line) for each in told]
    assert {each.rule for each in told} <= {rule} | ALONGSIDE.get(rule, set())
    assert {each.severity for each in told if each.rule == rule} <= {SEVERITY[rule], "warning"}


def test_every_rule_is_shown_to_fire() -> None:
    assert set(FAULTS) == set(SEVERITY)
    assert set(SEVERITY) >= STOPS


def test_the_documentation_has_every_rule_with_its_severity_and_what_it_stops() -> None:
    text = (Path(__file__).parents[2] / "docs" / "packages.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| `")]
    told = {
        row[0].strip("`"): (row[1].rstrip(" *"), row[1].endswith("*")) for row in rows if row[1].rstrip(" *") in WORTH
    }
    assert told == {rule: (severity, rule in STOPS) for rule, severity in SEVERITY.items()}


def test_everything_that_keeps_a_file_from_being_a_package_is_told_at_once(folder: Path) -> None:
    lines = [
        plant(folder, Fault(TOML, "direction = ", "drection = ")),
        plant(folder, Fault(TOML, 'codes = ["M01AE01"]', 'codes = ["MO1AE01"]')),
        plant(folder, Fault(TOML, 'answer = "yes_no"', 'answer = "perhaps"')),
    ]
    told = findings(folder)
    assert [(each.rule, each.line) for each in told] == [("definition", line) for line in lines]
    assert told[0].remedy == "Write direction"
    assert "nearest is M01AE01" in told[1].remedy


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        (Fault(TOML, 'title = { da = "NSAID", en = "NSAIDs" }', 'title = "NSAID"'), 'Write { da = "...", en = "..." }'),
        (Fault(TOML, 'guidelines = ["raad_2023"]', 'guidelines = "raad_2023"'), "Input should be a list in [ ]"),
        (Fault(TOML, "year = 2023", 'year = "i fjor"'), "Input should be a valid integer"),
    ],
)
def test_the_remedy_is_in_the_words_of_the_file(folder: Path, fault: Fault, remedy: str) -> None:
    line = plant(folder, fault)
    (told,) = findings(folder)
    assert (told.rule, told.line, told.remedy[: len(remedy)]) == ("definition", line, remedy)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, len(DEFINITION)), st.sampled_from(list("\"[]{}=,.#'0\n\\æ"))), max_size=4))
def test_whatever_is_typed_over_a_definition_is_told_and_never_a_crash(typed: list[tuple[int, str]]) -> None:
    text = DEFINITION
    for place, letter in typed:
        text = text[:place] + letter + text[place + 1 :]
    with TemporaryDirectory() as home:
        told = findings(write_package(Path(home), "smerter", text))
    assert all(1 <= each.line <= text.count("\n") + 1 for each in told if each.file == TOML)
    assert all("\n" not in each.wrong + each.remedy for each in told)


def test_lines_that_are_no_toml_are_told_together(folder: Path) -> None:
    first = plant(folder, Fault(TOML, "months = 12", "months = = 12"))
    second = plant(folder, Fault(TOML, 'kind = "proportion"', "kind = = 3"))
    assert [(each.rule, each.line) for each in findings(folder)] == [("syntax", first), ("syntax", second)]


def test_a_text_that_is_not_utf_8_is_told_with_the_line(folder: Path) -> None:
    (folder / "plan.md").write_bytes(TEXTS["plan.md"].encode("cp1252"))
    (told,) = findings(folder)
    assert (told.rule, told.file, told.line, told.stops) == ("encoding", "plan.md", 3, False)


def test_a_definition_that_is_not_utf_8_stops_the_figures(folder: Path) -> None:
    (folder / TOML).write_bytes(DEFINITION.encode("cp1252"))
    told = [each for each in findings(folder) if each.rule == "encoding"]
    assert [(each.file, each.stops) for each in told] == [(TOML, True)]


def test_texts_without_a_definition_are_no_package(folder: Path) -> None:
    (folder / TOML).unlink()
    told = json.loads(printed("smerter", "--json", root=folder.parents[1])[1])["findings"]
    assert [(each["rule"], each["wrong"], each["stops"]) for each in told] == [
        ("definition", "the file is not there", True)
    ]


def test_a_workspaces_own_package_may_be_without_texts(folder: Path) -> None:
    for name in TEXTS:
        (folder / name).unlink()
    told = {(each.rule, each.severity, each.line) for each in findings(folder)}
    assert ("text-missing", "warning", 1) in told
    assert {severity for _, severity, _ in told} == {"warning"}


def test_a_shipped_package_has_every_text_and_heading(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linting, "SHIPPED", folder.parent)
    (folder / "reflection.md").unlink()
    plant(folder, Fault("plan.md", "## Problemet", "## Problemer"))
    told = [(each.rule, each.file, each.severity) for each in findings(folder)]
    assert told == [("heading-missing", "plan.md", "error"), ("text-missing", "reflection.md", "error")]


def test_a_faulty_definition_does_not_hide_what_is_wrong_with_the_texts(folder: Path) -> None:
    plant(folder, Fault(TOML, "[windows]", "[windows"))
    line = plant(folder, Fault("plan.md", WORDS, f"{WORDS}Det er et overforbrug.\n", "Det er et"))
    assert ("plan.md", line, "judging-words") in [(each.file, each.line, each.rule) for each in findings(folder)]


@pytest.mark.parametrize(
    "words",
    [
        "Det kan ligne god eller dårlig praksis.",
        "Tallet viser ikke, hvilke praksis der klarer sig bedst.",
        "Se laegemiddelstyrelsen.dk og sundhed.dk/laegehaandbogen/oere.",
        "Koden `oere_kontakt` tælles.",
        "“FÅ” og »SÅ« – 1.000 ≥ 75 år, ½ × µg/l, Ærø.",
        "Children with ear pain are passed on.",
    ],
)
def test_words_that_only_look_like_a_fault_are_left_alone(folder: Path, words: str) -> None:
    plant(folder, Fault("plan.md", WORDS, f"{WORDS}{words}\n", WORDS))
    assert findings(folder) == []


def test_a_review_that_is_far_off_is_not_told(folder: Path) -> None:
    assert findings(folder, date(2027, 7, 1)) == []
    assert [each.rule for each in findings(folder, date(2027, 11, 1))] == ["review-soon"]
    assert [each.rule for each in findings(folder, date(2027, 11, 2))] == ["review"]


def printed(*arguments: str, root: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["lint", "--workspace", str(root), *arguments])
    return done.exit_code, done.stdout


def test_the_command_tells_each_finding_on_a_line_and_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder.parents[1]
    monkeypatch.chdir(root)
    assert printed("smerter", root=root) == (0, "Nothing to mend in 1 package.\n")
    line = plant(folder, Fault(TOML, 'measures = ["nsaid_users"]\n\n', "\n", "[[questions]]"))
    wrong = (
        f"klyngepakker/smerter/package.toml:{line}: warning: no question is tied to a measure. "
        "Name in `measures` what a question is about. [questions]"
    )
    assert printed("smerter", root=root) == (0, f"{wrong}\n1 warning in 1 package.\n")
    told = f"{wrong.replace('warning', 'error')}\n1 error in 1 package.\n"
    assert printed("smerter", "--strict", root=root) == (2, told)


def test_the_command_prints_json(folder: Path) -> None:
    line = plant(folder, Fault(TOML, "direction = ", "drection = "))
    code, text = printed("smerter", "--json", root=folder.parents[1])
    told = json.loads(text)
    assert (code, told["packages"], told["errors"], told["warnings"]) == (2, ["smerter"], 1, 0)
    (finding,) = told["findings"]
    assert (finding["line"], finding["rule"], finding["stops"], finding["remedy"]) == (
        line,
        "definition",
        True,
        "Write direction",
    )


def test_every_package_is_looked_at_where_none_is_named(folder: Path) -> None:
    _, text = printed("--json", root=folder.parents[1])
    assert {"smerter", "antibiotika"} <= set(json.loads(text)["packages"])


def test_texts_laid_over_a_shipped_package_are_no_package_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "klyngepakker" / "antibiotika"
    own.mkdir(parents=True)
    (own / "fact_sheet.md").write_text(TEXTS["fact_sheet.md"], encoding="utf-8")
    opened = linting.workspace_or_none_of_ones_own(tmp_path)
    assert linting.folders(opened, ["antibiotika"]) == [linting.SHIPPED / "antibiotika"]


def test_an_unknown_package_is_refused_with_the_nearest(folder: Path) -> None:
    done = CliRunner().invoke(app, ["lint", "--workspace", str(folder.parents[1]), "smerte"])
    assert "nearest name is smerter" in str(done.exception)


SHIPPED = sorted(path.parent for path in linting.SHIPPED.glob("*/package.toml"))


@pytest.mark.parametrize("package", SHIPPED, ids=lambda package: package.name)
def test_the_shipped_packages_have_nothing_to_mend(package: Path, tmp_path: Path) -> None:
    told = linting.lint(linting.workspace_or_none_of_ones_own(tmp_path), package, TODAY).findings
    assert [each for each in told if each.severity != "note"] == []
