"""`klyngeflow dry-run`: one sentence for everything a coordinator asks, in lines, as JSON and as a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.dry_run_showing import BAR, bar
from transforms.dry_run import LevelFound
from transforms.errors import UserError

runner = CliRunner()


def made(folder: Path, *options: str) -> str:
    """A package that new-package made in `folder`."""
    arguments = ["new-package", "min", "--to", str(folder), "--yes", *options]
    assert runner.invoke(app, arguments).exit_code == 0
    return str(folder / "min")


def told(*arguments: str) -> str:
    done = runner.invoke(app, ["dry-run", *arguments])
    assert done.exit_code == 0, done.output
    return done.output.replace("\N{NO-BREAK SPACE}", " ")


def test_a_rate_is_told_in_percent_and_what_it_is_good_for(tmp_path: Path) -> None:
    page = tmp_path / "side.html"
    said = told(made(tmp_path, "--title", "PPI <b>", "--expected", "600"), "--to", str(page))
    assert "116 klynger" in said
    assert "Skal leveres: tilmeldte patienter (list_sizes), indløste recepter (prescriptions)." in said
    assert "tidligst 12 hele måneder efter mødet" in said
    assert "Regnet med 600,0 pr. 1.000 (pakkens eget skøn)." in said
    assert "En typisk klynge kan vise en ændring på" in said
    assert "en typisk praksis" in said
    assert "alligevel kaldt en sandsynlig ændring" in said
    assert "Brug: " in said
    html = page.read_text(encoding="utf-8")
    assert "PPI &lt;b&gt;" in html
    assert html.count("<svg") == 4


def test_few_in_each_practice_are_for_the_cluster(tmp_path: Path) -> None:
    options = ["--counts", "patient_counts", "--codes", "a_b", "--out-of", "a", "--expected", "40"]
    said = told(made(tmp_path, *options, "--expected-denominator", "6"), "--language", "en")
    assert "a typical practice has too few: about" in said
    assert "Use: too few in each practice. Show the cluster alone." in said


def test_a_share_is_told_in_points_and_its_groups_are_ordered(tmp_path: Path) -> None:
    options = ["--counts", "patient_counts", "--codes", "a_b", "--out-of", "a", "--expected", "30"]
    said = told(made(tmp_path, *options, "--expected-denominator", "60"))
    assert "procentpoint eller mere (fx fra 30,0 til" in said
    assert "Skal bestilles som optælling af patienter: a (12 mdr.), a_b (12 mdr.)." in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "Skriv expected = { value = ... } på min_per_1000"),
        (["--out-of", "J"], "Skriv expected = { value = ..., denominator = ... } på min_share"),
        (["--out-of", "J", "--expected", "30"], "Skriv denominator i expected på min_share"),
    ],
)
def test_a_measure_without_anything_to_reckon_with_says_what_to_write(
    tmp_path: Path, options: list[str], sentence: str
) -> None:
    said = told(made(tmp_path, *options))
    assert sentence in said
    assert "antaget" not in said


def test_a_package_without_numbers_is_one_sentence(tmp_path: Path) -> None:
    said = told(made(tmp_path, "--counts", "nothing", "--why", "Det er en samtale."))
    assert said == "Min har ingen tal, så der er intet at prøvekøre: Det er en samtale.\n"


def test_json_has_the_figures_and_the_sentences(tmp_path: Path) -> None:
    found: dict[str, Any] = json.loads(told(made(tmp_path, "--expected", "600"), "--json"))
    (measure,) = found["measures"]
    assert found["country"]["clusters"] == measure["cluster"]["units"] == 116
    assert measure["practice"]["alarms"] <= 0.01 * measure["practice"]["read"]
    assert measure["cluster"]["reach"]["part"] < measure["practice"]["reach"]["part"]
    assert measure["sentences"]["use"].startswith("Brug: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["antibiotikka"], "the nearest name is antibiotika"),
        (["antibiotika", "-w", "findes_ikke"], "klyngeflow init"),
        (["antibiotika", "--to", "findes/ikke/side.html"], "There is no folder"),
    ],
)
def test_what_is_not_there_is_one_sentence(arguments: list[str], said: str) -> None:
    done = runner.invoke(app, ["dry-run", *arguments])
    assert isinstance(done.exception, UserError)
    assert said in done.exception.shown()


@pytest.mark.parametrize(("enough", "full"), [(0, 0), (1, 0), (50, BAR // 2), (100, BAR)])
def test_a_bar_is_as_long_as_its_part_and_shows_even_one(enough: int, full: int) -> None:
    drawn = bar(LevelFound(100, enough, 0.0, 0, 0.0, 0.05, None))
    assert (len(drawn), drawn.count("█")) == (BAR, full)
    assert (drawn == "·" * BAR) == (enough == 0)
