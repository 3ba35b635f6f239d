"""Lint: silent on a whole package, and each rule finds its fault, on its line, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner
from whole_package import DEFINITION, TEXTS, WORDS, Fault, findings, plant, write_package

from flows import linting
from flows.cli import app
from transforms.lint import SEVERITY, STOPS

TOML = "package.toml"
NSAID = 'id = "nsaid_users"\n'
SHARE = 'numerator = { source = "prescriptions", quantity = "items", codes = ["M01AE01"] }'
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
    "numerator-unproven": [
        Fault(
            TOML,
            f"{SHARE}\n",
            'numerator = { source = "patient_counts", quantity = "patients", groups = ["opioid_brugere"], '
            "window_months = 12 }\n#",
        )
    ],
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
    "few-measures": [Fault(TOML, DEFINITION[DEFINITION.index(OPIOIDS) : DEFINITION.index(PAIR)], "", "[[measures]]")],
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
        Fault(TOML, '"90" = 90', '"90" = 80', FIRST),
    ],
    "encoding": [],
}
"""By rule: faults that it alone finds. What a fault takes with it is told apart below."""
ALONGSIDE = {
    "folder-name": {"folder-name"},
    "numerator-unproven": {"alternatives", "sources"},
    "unknown-code": {"numerator-outside"},
    "direction": set(),
    "patient-window": set(),
    "many-measures": {"alternatives"},
    "few-measures": {"alternatives", "definition"},
    "heading-missing": set(),
}
PLANTED = [(rule, fault) for rule, faults in FAULTS.items() for fault in faults]


@pytest.mark.parametrize(
    ("rule", "fault"), PLANTED, ids=[f"{rule}-{number}" for number, (rule, _) in enumerate(PLANTED)]
)
def test_a_planted_fault_is_found_on_its_line(folder: Path, rule: str, fault: Fault) -> None:
    line = plant(folder, fault)
    told = findings(folder)
    print([(each.rule, each.file, each.line, each.wrong, each.remedy) for each in told])
    assert (rule, fault.file, line) in [(each.rule, each.file, each.line) for each in told]
    assert {each.rule for each in told} <= {rule} | ALONGSIDE.get(rule, set())
    assert {each.severity for each in told if each.rule == rule} <= {SEVERITY[rule], "warning"}
