"""What a new package is made of: whatever was answered parses back, is told in five texts, and nothing is lost."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_workspace import SETTINGS
from typer.testing import CliRunner

from flows.cli import app
from flows.new_package import COUNTS, TEXTS, Answers, NewPackageError, folder_for, make_package, refuse_unfit
from flows.new_package_questions import Interview
from flows.new_package_toml import package_toml
from flows.settings import Definition, Workspace, load_workspace
from transforms.definitions import Package, parse_package
from transforms.errors import UserError

TODAY = date(2026, 11, 22)
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n\r\t\x85"\\'), min_size=1, max_size=30
)
HEADINGS = {
    "plan.md": ["Fokus", "Problemet", "Det vi håber på", "Hvem gør hvad hvornår"],
    "data_guide.md": ["Hvor tallene kommer fra", "Sådan gør I", "Hvad tallene ikke viser"],
    "fact_sheet.md": ["Det vi ved", "Anbefalinger", "Hvor vejledningerne er uenige"],
    "reflection.md": ["Før mødet", "På mødet"],
    "coordinator.md": ["Forberedelse", "Gruppearbejde", "Indvendinger", "Afslutning"],
}
USUAL = {
    "prescriptions": ("A02BC",),
    "services": ("7120",),
    "patient_counts": ("ppi_brugere",),
    "registrations": ("oere_kontakt",),
    "questionnaire": ("glaede",),
    "nothing": (),
}


def bare(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, Definition(name="Prøven"))


def answers(counts: str = "prescriptions", **changed: object) -> Answers:
    usual = {"name": "ppi", "title": "Syrehæmmere", "title_en": "Acid", "counts": counts, "codes": USUAL[counts]}
    return Answers.model_validate(usual | {"owner": "Klyngen"} | changed)


def made_in(folder: Path) -> Workspace:
    (folder / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    return load_workspace(folder)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return made_in(tmp_path)


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which nothing is made: its contracts and codes are read for the first test alone."""
    return made_in(tmp_path_factory.mktemp("read_once"))


def answered(workspace: Workspace, *arguments: str) -> Answers:
    """What the command makes of `arguments`, all that is not given being as usual."""
    name, *options = arguments
    pairs = zip(options[::2], options[1::2], strict=True)
    given_ = {key.removeprefix("--").replace("-", "_"): value for key, value in pairs}
    folder_for(workspace, name, None)
    found = Interview(workspace, name, given_, ask=False).answers()
    refuse_unfit(workspace, found)
    return found


def told(workspace: Workspace, *arguments: str, typed: str | None = None) -> tuple[int, str]:
    """What `klyngeflow new-package` says, and its exit code; a UserError is what the command line shows as one."""
    done = CliRunner().invoke(app, ["new-package", *arguments, "-w", str(workspace.root)], input=typed)
    if isinstance(done.exception, UserError):
        return done.exception.exit_code, done.exception.shown()
    return done.exit_code, done.output


@settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORDS, WORDS, WORDS, st.sampled_from(COUNTS), st.integers(1, 36), st.floats(0.01, 99) | st.none())
def test_what_is_written_parses_back_to_what_was_answered(
    title: str, english: str, owner: str, counts: str, months: int, expected: float | None
) -> None:
    given_ = answers(counts, title=title, title_en=english, owner=owner, months=months, expected=expected)
    found = tomllib.loads(package_toml(given_, TODAY))
    package = Package.model_validate(found)
    assert (package.title.da, package.title.en, package.owner, package.windows.months) == (
        title,
        english,
        owner,
        months,
    )
    for measure in package.measures:
        assert measure.numerator.source == counts
        assert (*measure.numerator.codes, *measure.numerator.groups) == USUAL[counts]
        assert (measure.expected and measure.expected.value) == expected
        assert title in measure.title.da or counts == "questionnaire"


@pytest.mark.parametrize("counts", COUNTS)
def test_a_package_of_every_source_parses_and_has_its_five_texts(counts: str, tmp_path: Path) -> None:
    workspace = bare(tmp_path)
    make_package(workspace, answers(counts), tmp_path / "ppi", TODAY)
    package = parse_package(tmp_path / "ppi" / "package.toml", workspace.known)
    assert bool(package.measures) == (counts != "nothing")
    assert all(measure.pitfalls and measure.direction == "none" for measure in package.measures)
    assert package.agenda
    assert package.feedback
    assert [change.version for change in package.changes] == [package.version]
    assert set(package.sources) == ({"list_sizes", counts} if package.measures else set())
    for name in TEXTS:
        text = (tmp_path / "ppi" / name).read_text(encoding="utf-8")
        assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == HEADINGS[name]
        sections = text.split("## ")[1:]
        assert all(len(section.split()) > 12 for section in sections)
        assert "TODO" not in text


@pytest.mark.parametrize("counts", COUNTS)
def test_lint_finds_only_what_people_must_add(counts: str, workspace: Workspace) -> None:
    linting = pytest.importorskip("flows.linting")
    folder = workspace.root / "klyngepakker" / "ppi"
    make_package(workspace, answers(counts), folder, date.today())
    findings = linting.lint(workspace, folder).findings
    assert {each.severity for each in findings} <= {"warning"}
    assert {each.rule for each in findings} <= {"few-measures", "without-references"}


@pytest.mark.parametrize(
    ("counts", "codes", "out_of", "kind", "per"),
    [
        ("prescriptions", "A02BC", "list", "rate", 1000),
        ("prescriptions", "A02BC,A02BD", "A02B", "proportion", 100),
        ("prescriptions", "A02BC", "M01A", "rate", 100),  # beside each other: not a part of it
        ("services", "7120", "0101", "rate", 100),
        ("patient_counts", "ppi_brugere", "nsaid_brugere", "proportion", 100),
        ("registrations", "oere_se_an", "oere_kontakt", "proportion", 100),
        ("questionnaire", "glaede", None, "mean", 1),
    ],
)
def test_what_it_is_held_against_decides_the_kind(
    read_once: Workspace, counts: str, codes: str, out_of: str | None, kind: str, per: int
) -> None:
    held = ["--out-of", out_of] if out_of else []
    found = answered(read_once, "min", "--counts", counts, "--codes", codes, *held)
    package = Package.model_validate(tomllib.loads(package_toml(found, TODAY)), context=read_once.known)
    assert (package.measures[0].kind, package.measures[0].per) == (kind, per)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["PPI og øl"], "Write it as ppi_og_oel"),
        (["antibiotika"], "taken by klyngeflow itself"),
        (["codes"], "taken by klyngeflow itself"),
        (["min", "--codes", "A0BC"], "the nearest is A"),
        (["min", "--codes", "J99"], "no known group of atc; the nearest is J0"),
        (["min", "--counts", "services", "--codes", "71200"], "the nearest is 71"),
        (["min", "--counts", "prescription"], "the nearest name is prescriptions"),
        (["min", "--counts", "registrations", "--codes", "Øre-kontakt"], "Write it as oere_kontakt"),
        (["min", "--counts", "patient_counts", "--codes", "a,b"], "do not add up"),
        (["min", "--counts", "patient_counts", "--months", "5"], "not 5"),
        (["min", "--counts", "questionnaire", "--out-of", "list"], "Leave it out"),
        (["min", "--months", "40"], "from 1 to 36"),
        (["min", "--per", "mange"], "no whole number"),
        (["min", "--codes", ","], "nothing is named"),
        (["min", "--title", " "], "--title is empty"),
        (["min", "--expected", "mange"], "no number above 0"),
        (["min", "--codes", "A02BC", "--out-of", "A02", "--expected", "100"], "all of them or more"),
    ],
)
def test_an_answer_of_no_use_is_refused(read_once: Workspace, arguments: list[str], said: str) -> None:
    with pytest.raises(NewPackageError) as refused:
        answered(read_once, *arguments)
    assert refused.value.exit_code == 2
    assert said in refused.value.shown()


def test_what_is_refused_is_not_made(workspace: Workspace) -> None:
    code, sentence = told(workspace, "mine", "--codes", "A0BC", "--yes")
    assert (code, "the nearest is A" in sentence) == (2, True)
    assert not (workspace.root / "klyngepakker").exists()


def test_the_questions_are_asked_again_until_they_are_answered(workspace: Workspace) -> None:
    typed = "Ørekontakter\nEar contacts\nservices\n9999\n7120\n0101\n\nseks\n6\n\nKlyngen\n"
    code, said = told(workspace, "mine", typed=typed)
    package = workspace.package("mine")
    assert code == 0
    assert "'9999' is in no known group" in said
    assert "'seks' is no whole number" in said
    assert (package.title.da, package.windows.months, package.measures[0].per) == ("Ørekontakter", 6, 100)
    assert all(f"klyngeflow {command} mine" in said for command in ("lint", "dry-run", "describe"))


def test_answers_that_end_too_early_make_nothing(workspace: Workspace) -> None:
    code, sentence = told(workspace, "mine", typed="Titel\n")
    assert (code, "--yes" in sentence) == (2, True)
    assert not (workspace.root / "klyngepakker").exists()


def test_what_is_there_is_never_overwritten(workspace: Workspace) -> None:
    told(workspace, "mine", "--yes", "--title", "Den første")
    code, sentence = told(workspace, "mine", "--yes", "--title", "Den anden")
    assert (code, "is left alone" in sentence) == (2, True)
    assert workspace.package("mine").title.da == "Den første"


def test_without_a_workspace_it_has_to_be_told_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(app, ["new-package", "mine", "--yes"])
    assert isinstance(refused.exception, NewPackageError)
    assert "--to DIR" in str(refused.exception)
    done = CliRunner().invoke(app, ["new-package", "mine", "--yes", "--to", str(tmp_path / "her")])
    assert done.exit_code == 0
    assert parse_package(tmp_path / "her" / "mine" / "package.toml").id == "mine"


def test_a_title_of_nothing_but_markup_stays_words_in_the_texts(tmp_path: Path) -> None:
    make_package(bare(tmp_path), answers(title="# *PPI*\n## {{ x }} <b>"), tmp_path / "ppi", TODAY)
    plan = (tmp_path / "ppi" / "plan.md").read_text(encoding="utf-8")
    assert [line[3:] for line in plan.splitlines() if line.startswith("## ")] == HEADINGS["plan.md"]
    assert r"\# \*PPI\* \#\#" in plan


def test_bytes_that_are_no_letters_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NewPackageError, match="no text has"):
        refuse_unfit(bare(tmp_path), answers(title="\udcff"))
