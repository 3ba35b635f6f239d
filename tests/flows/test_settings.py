"""A mistake in klyngeflow.toml, a contract or a package is one sentence that names the file and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_workspace import SETTINGS

from flows.settings import SettingsError, Workspace, load_workspace

PACK = '[[packs]]\npackage = "antibiotika"\nkind = "baseline"\nmeeting = 2025-09-01\nbaseline_from = 2025-01-01\n'


def workspace_of(folder: Path, settings: str) -> Workspace:
    (folder / "klyngeflow.toml").write_text(settings, encoding="utf-8")
    return load_workspace(folder)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("", "name: Field required"),
        ("name = 5", "name: Input should be a valid string"),
        ('name = "x"\nmodus = "open"', "modus: Extra inputs are not permitted; the nearest name is mode."),
        (
            'name = "x"\n[consent]\ndefalt = "ask"',
            "consent.defalt: Extra inputs are not permitted; the nearest name is default.",
        ),
        ('name = "x"\nlanguage = "sv"', "language: Input should be 'da' or 'en'"),
        ('name = "x"\nmode = "public"', "mode: Input should be "),
        ('name = "x"\n[consent]\ndefault = "yes"', "consent.default: Input should be 'ask' or 'given'"),
        ('name = "x"\n[letters]\nseed = "a"', "letters.seed: Input should be a valid integer"),
        (SETTINGS + PACK.replace("baseline_from", "from"), "packs.0.baseline_from: Field required"),
        (SETTINGS + PACK.replace('"baseline"', '"first"'), "packs.0.kind: Input should be 'baseline' or 'followup'"),
        (SETTINGS + PACK.replace("2025-09-01", '"september"'), "packs.0.meeting: Input should be a valid date"),
        ('name = "x', "is not valid TOML"),
        ('name = "x"\nname = "y"', "is not valid TOML"),
        ("[[packs]\n", "is not valid TOML"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_file_and_place(tmp_path: Path, settings: str, says: str) -> None:
    with pytest.raises(SettingsError) as mistake:
        workspace_of(tmp_path, settings)
    sentence = mistake.value.shown()
    assert "klyngeflow.toml" in sentence
    assert says in sentence
    assert (mistake.value.exit_code, "\n" in sentence, sentence[-1]) == (2, False, ".")


def test_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"There is no klyngeflow\.toml in .+--workspace DIR.+klyngeflow init DIR"):
        load_workspace(tmp_path)


@pytest.mark.parametrize("source", ["recepter", "", "Prescriptions"])
def test_an_unknown_source_lists_the_known_ones(tmp_path: Path, source: str) -> None:
    opened = workspace_of(tmp_path, SETTINGS)
    with pytest.raises(SettingsError, match=r"Write one of: benchmarks, care_plans, .*, registry, services\."):
        opened.contract(source)


def test_an_unknown_source_in_the_settings_is_found_when_contracts_are_asked_for(tmp_path: Path) -> None:
    opened = workspace_of(tmp_path, 'sources = ["registry", "recepter"]\n' + SETTINGS)
    with pytest.raises(SettingsError, match="There is no source called 'recepter'"):
        _ = opened.contracts


def test_an_unknown_package_lists_the_shipped_ones_and_the_workspaces_own(tmp_path: Path) -> None:
    own = tmp_path / "klyngepakker" / "hoste"
    own.mkdir(parents=True)
    (own / "package.toml").write_text("")
    opened = workspace_of(tmp_path, SETTINGS)
    with pytest.raises(
        SettingsError,
        match=r"There is no package called 'antibiotic'; the nearest .*antibiotika\. Write one of: .*hoste",
    ):
        opened.package("antibiotic")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("decimal = ", "prescriptions.toml in contracts/ is not valid TOML"),
        ("colour = 1", "contracts/prescriptions.toml, colour: Extra inputs are not permitted"),
        ("[file]\ndelimeter = ';'", "file.delimeter: Extra inputs are not permitted; the nearest name is delimiter."),
        ('drop_check = ["a"]', "drop_check: Extra inputs are not permitted; the nearest name is drop_checks."),
        (
            '[[checks]]\nrule = "nice"\nseverity = "info"\nwhy.da = ""',
            "contracts/prescriptions.toml, rule: Input should",
        ),
        ('key = ["postnummer"]', "names columns it does not describe: postnummer"),
    ],
)
def test_a_mistake_in_a_contract_of_ones_own_names_the_file(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "prescriptions.toml").write_text(content)
    with pytest.raises(SettingsError) as mistake:
        workspace_of(tmp_path, SETTINGS).contract("prescriptions")
    assert says in mistake.value.shown()
    assert "\n" not in mistake.value.shown()


def test_a_mistake_in_a_package_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "klyngepakker" / "hoste").mkdir(parents=True)
    (tmp_path / "klyngepakker" / "hoste" / "package.toml").write_text('id = "hoste"')
    with pytest.raises(SettingsError, match=r"^hoste/package\.toml, \w+: Field required\.$"):
        workspace_of(tmp_path, SETTINGS).package("hoste")


def test_a_contract_of_ones_own_changes_only_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "prescriptions.toml").write_text('[file]\ndelimiter = "|"')
    changed = workspace_of(tmp_path, SETTINGS).contract("prescriptions")
    (tmp_path / "contracts" / "prescriptions.toml").unlink()
    shipped = workspace_of(tmp_path, SETTINGS).contract("prescriptions")
    assert changed.file.delimiter == "|"
    assert changed.model_copy(update={"file": shipped.file}) == shipped


def test_the_shipped_workspaces_can_be_opened() -> None:
    examples = Path(__file__).parents[2] / "examples"
    for path in examples.glob("*/klyngeflow.toml"):
        opened = load_workspace(path.parent)
        assert [contract.source for contract in opened.contracts] == list(opened.definition.sources)
        assert [opened.package(plan.package).id for plan in opened.definition.packs] or not opened.definition.packs
