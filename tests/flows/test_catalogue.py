"""`klyngeflow catalogue` and `klyngeflow describe PACKAGE`: every package is listed, also one that cannot be used."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

import reports.booklet
import reports.fonts
from flows.booklets import formats_of, make_booklet, names_in
from flows.catalogue import listed
from flows.cli import app
from flows.packages import workspace_or_none
from flows.settings import ROOT, SettingsError, Workspace
from flows.showing_packages import as_table, plain_line
from transforms.errors import UserError

SHIPPED = sorted(path.parent.name for path in (ROOT / "klyngepakker").glob("*/package.toml"))
OWN = """id = "{id}"
version = "0.2"
status = "draft"
owner = "Os"
review_due = 2026-01-31
title.da = "Vores eget emne, som har et ret langt navn"
focus.da = "Hvad ser vi?"
sources = ["registry", "services"]
windows.months = 3
[[measures]]
id = "visits"
kind = "rate"
numerator = {{ source = "services", quantity = "{quantity}", codes = ["0101"] }}
denominator = {{ source = "list_sizes", quantity = "patients" }}
title.da = "Besøg"
definition.da = "Besøg pr. 1.000"
unit.da = "pr. 1.000"
events.da = "besøg"
"""


def ran(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def write_package(root: Path, package_id: str, quantity: str = "services") -> None:
    folder = root / "klyngepakker" / package_id
    folder.mkdir(parents=True)
    (folder / "package.toml").write_text(OWN.format(id=package_id, quantity=quantity), "utf-8")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A workspace without data and with two packages of its own, one of which has a fault."""
    (tmp_path / "klyngeflow.toml").write_text('name = "Prøven"\n', "utf-8")
    write_package(tmp_path, "eget")
    write_package(tmp_path, "et_meget_langt_navn_paa_emne")
    write_package(tmp_path, "forkert", quantity="visits")
    (tmp_path / "klyngepakker" / "antibiotika").mkdir()
    return tmp_path


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The booklets that would have been rendered; fonts and engines are tested with the reports."""
    asked: list[Any] = []
    monkeypatch.setattr(reports.fonts, "cut_fonts", lambda folder: folder)

    def render(booklet: Any, stem: Path, renderer: Any, formats: Any) -> list[Path]:
        asked.append(booklet)
        return [stem.with_name(f"{stem.name}.{each}") for each in formats]

    monkeypatch.setattr(reports.booklet, "render_booklet", render)
    return asked


def test_without_a_workspace_the_shipped_packages_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = json.loads(ran("catalogue", "--json"))
    assert [row["id"] for row in rows] == SHIPPED
    assert {(row["fault"], row["origin"], row["delivered"], row["ready"]) for row in rows} == {
        (None, "shipped", None, None)
    }
    assert [line.partition(":")[0] for line in ran("catalogue").splitlines()] == SHIPPED
    assert list(tmp_path.iterdir()) == []


def test_in_klyngeflow_s_own_folder_its_packages_are_the_shipped_ones() -> None:
    assert {row.origin for row in listed(workspace_or_none(ROOT))} == {"shipped"}


def test_a_package_with_a_fault_is_listed_with_it_and_the_others_go_on(own: Path) -> None:
    rows = {row["id"]: row for row in json.loads(ran("catalogue", "-w", str(own), "--json"))}
    assert set(rows) == {*SHIPPED, "eget", "et_meget_langt_navn_paa_emne", "forkert"}
    assert "quantity 'visits' is not in services" in rows["forkert"]["fault"]
    assert "forkert/package.toml" in rows["forkert"]["fault"]
    sound = rows["eget"]
    assert sound["sources"] == ["registry", "services", "list_sizes"]
    assert (sound["measures"], sound["window_months"], sound["followup_after_months"]) == (1, 3, 12)
    assert (sound["review_due"], sound["review_overdue"], sound["origin"]) == ("2026-01-31", True, "own")
    assert rows["antibiotika"]["origin"] == "changed"
    assert "forkert: cannot be used: forkert/package.toml" in ran("catalogue", "-w", str(own))


def test_the_table_fits_a_hundred_columns_and_has_every_package(own: Path) -> None:
    rows = listed(workspace_or_none(own), date(2026, 1, 1))
    console = Console(file=io.StringIO(), width=100)
    console.print(as_table(rows))
    lines = console.file.getvalue().splitlines()  # pyright: ignore[reportAttributeAccessIssue]
    assert max(map(len, lines)) <= 100
    assert all(
        any(line.lstrip().startswith(name) for line in lines)
        for name in (*SHIPPED, "eget", "et_meget_langt_navn_paa_emne")
    )
    assert not any("overdue" in line for line in lines)


def test_with_a_warehouse_it_tells_what_has_come_and_until_when(workspace: Workspace) -> None:
    write_package(workspace.root, "eget")
    rows = {row.id: row for row in listed(workspace)}
    assert rows["antibiotika"].delivered == {
        **dict.fromkeys(rows["antibiotika"].sources),
        "prescriptions": date(2024, 12, 1),
    }
    assert rows["antibiotika"].ready is False
    assert "prescriptions 2024-12" in plain_line(rows["antibiotika"])
    assert "list_sizes missing" in plain_line(rows["antibiotika"])
    assert "cannot be asked for yet" in plain_line(rows["eget"])


def test_a_booklet_is_made_of_the_workspace_s_own_texts(own: Path, rendered: list[Any]) -> None:
    (own / "klyngepakker" / "eget" / "plan.md").write_text("## Fokus\n\nHer.\n", "utf-8-sig")
    printed = ran("describe", "eget", "-w", str(own), "--format", "pdf,html", "--language", "en")
    assert printed.split() == [str(own / "booklets" / f"eget_en.{kind}") for kind in ("pdf", "html")]
    assert rendered[0].texts == {"plan": "## Fokus\n\nHer.\n"}
    assert rendered[0].sources == {
        "registry": "Practice registry",
        "services": "Services",
        "list_sizes": "Listed patients",
    }


def test_a_shipped_package_needs_no_workspace(
    tmp_path: Path, rendered: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = json.loads(ran("describe", "antibiotika", "--to", "papers", "--json"))
    assert told["files"] == [str(Path("papers") / f"antibiotika.{kind}") for kind in ("html", "pdf", "docx")]
    assert rendered[0].names["prescriptions"]["uti"] == "urinvejsinfektion"
    assert rendered[0].sources["prescriptions"] == "Indløste recepter"


def test_short_names_are_words_in_both_languages() -> None:
    contract = workspace_or_none(Path("nowhere")).contract("care_plans")
    assert names_in(contract, "da")["ldl_in_target"] == "LDL under mål"
    assert names_in(contract, "en")["ldl_in_target"] == "ldl in target"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("describe", "antibiotik"), "no package; the nearest name is antibiotika"),
        (("describe", "antibiotika", "--format", "pdf,dox"), "no format 'dox'; the nearest name is docx"),
        (("describe", "antibiotika", "--format", ","), "--format , is empty"),
        (("describe", "antibiotika", "--out", "x.html"), "A booklet goes into a folder: --to DIR"),
        (("describe", "services", "--to", "x"), "--to and --format are of a package's booklet"),
        (("catalogue", "-w", "no_such_folder"), "There is no klyngeflow.toml"),
    ],
)
def test_what_cannot_be_done_is_said_of_booklets(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=re.escape(said)):
        ran(*arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_package_that_cannot_be_used_makes_no_booklet(own: Path, rendered: list[Any]) -> None:
    with pytest.raises(SettingsError, match=re.escape("forkert/package.toml")):
        ran("describe", "forkert", "-w", str(own))
    (own / "klyngepakker" / "eget" / "plan.md").write_bytes("Ærø".encode("latin-1"))
    with pytest.raises(SettingsError, match=re.escape("eget/plan.md is not UTF-8")):
        make_booklet(workspace_or_none(own), "eget", own, "da", formats_of("html"))
    assert rendered == []
