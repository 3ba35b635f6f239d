"""What only packages ask for: the files agree with each other and with the truth, and everything planted is in them."""

import csv
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from examples.synthetic.generate import generate

Row = dict[str, str]
PARTS = {
    "nsaid_med_blodfortyndende": "nsaid_brugere",
    "kol_to_kure": "kol_patienter",
    "kol_faa_forvaerringer": "kol_patienter",
    "kol_faa_forvaerringer_ics": "kol_faa_forvaerringer",
    "kol_mrc3": "kol_patienter",
    "kol_mrc3_langtidsvirkende": "kol_mrc3",
    "saba_mange_uden_fast": "saba_brugere",
    "t2d_75_su_insulin_lavt_hba1c": "t2d_75_su_insulin",
    "t2d_hjerte_nyre_sglt2_glp1": "t2d_hjerte_nyre",
    "ppi_langtid": "ppi_brugere",
    "ppi_langtid_uden_anden_grund": "ppi_langtid",
    "ppi_langtid_aaret_foer_stoppet": "ppi_langtid_aaret_foer",
    "pneumoni_ny_kur_14_dage": "pneumoni_behandlede",
    "benzodiazepin_langtid": "benzodiazepin_brugere",
    "opioid_langtid": "opioid_brugere",
    "opioid_med_benzodiazepin": "opioid_brugere",
    "antipsykotika_lavdosis_uden_diagnose": "antipsykotika_brugere",
    "demensmedicin_65_antipsykotika": "demensmedicin_65",
    "ihs_statin": "ihs_patienter",
    "ihs_antitrombotisk": "ihs_patienter",
    "kol_spirometri": "kol_patienter",
    "nye_inhalation_35_uden_spirometri": "nye_inhalation_35",
}
BANDS = ("HbA1c under 48", "HbA1c 48-53", "HbA1c 54-58", "HbA1c 59-74", "HbA1c 75 eller højere")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("for_packages")
    generate(root / "inbox", root / "truth")
    return root


def read(path: Path, delimiter: str = ";") -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def groups(region: Path, month: str) -> dict[str, Counter[tuple[str, str]]]:
    """Patients by group, and in it by practice and age band."""
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in read(region / "inbox" / f"patienttal_{month}.csv"):
        found[row["Patientgruppe"]][row["Ydernummer"], row["Aldersgruppe"]] += int(row["Patienter"])
    return found


def share(region: Path, measure: str, clusters: set[str], window_end: str) -> float:
    rows = [
        row
        for row in read(region / "truth" / "measures.csv", ",")
        if row["measure"] == measure and row["cluster"] in clusters and row["window_end"] == window_end
    ]
    came = [row for row in rows if row["submitted"] == "1"]
    return sum(int(row["numerator"]) for row in came) / sum(int(row["denominator"]) for row in came)


@pytest.mark.parametrize("month", ["2025-06", "2026-06"])
def test_a_group_lies_within_the_one_it_is_counted_out_of(region: Path, month: str) -> None:
    found = groups(region, month)
    for narrow, wide in PARTS.items():
        assert found[narrow]
        assert all(count <= found[wide][who] for who, count in found[narrow].items())


@pytest.mark.parametrize("month", ["2025-06", "2026-06"])
def test_no_group_is_larger_than_the_list(region: Path, month: str) -> None:
    listed: Counter[tuple[str, str]] = Counter()
    for row in read(region / "inbox" / f"tilmeldte_{month[:4]}K2.csv"):
        if row["Måned"] == month:
            listed[row["Ydernummer"], row["Aldersgruppe"]] += int(row["Tilmeldte"])
            listed[row["Ydernummer"], ""] += int(row["Tilmeldte"])
    assert all(count <= listed[who] for counts in groups(region, month).values() for who, count in counts.items())


@pytest.mark.parametrize("month", ["2025-06", "2026-06"])
def test_bands_of_hba1c_are_all_that_were_measured(region: Path, month: str) -> None:
    plans: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in read(region / "inbox" / f"forloebsplaner_{month}.csv"):
        if row["Sygdom"] == "Type 2-diabetes":
            plans[row["Ydernummer"]][row["Patientgruppe"]] = row
    assert len(plans) > 55
    for rows in plans.values():
        count = {name: int(row["Patienter"]) for name, row in rows.items()}
        assert sum(count[band] for band in BANDS) == count["HbA1c målt"] <= count["har forløbsplan"]
        assert count["HbA1c over 58"] == count["HbA1c 59-74"] + count["HbA1c 75 eller højere"]
        assert all(int(rows[band]["Ud af"]) == count["HbA1c målt"] for band in BANDS)


@pytest.mark.parametrize(
    ("measure", "cluster", "least", "most"),
    [("ics_few_exacerbations_share", "K03", 0.55, 0.88), ("sglt2_glp1_share", "K05", 1.12, 1.45)],
)
def test_what_a_cluster_learned_shows_there_and_nowhere_else(
    region: Path, measure: str, cluster: str, least: float, most: float
) -> None:
    [lesson] = [row for row in read(region / "truth" / "lessons.csv", ",") if row["measure"] == measure]
    assert lesson["cluster"] == cluster
    others = {f"K0{number}" for number in range(1, 8)} - {cluster}
    there, elsewhere = (
        share(region, measure, of, "2026-06") / share(region, measure, of, "2025-06") for of in ({cluster}, others)
    )
    assert least < there / elsewhere < most
    assert 0.94 < elsewhere < 1.06


def test_some_answer_both_times_and_nobody_twice(region: Path) -> None:
    waves = [read(region / "inbox" / f"spoergeskema_trivsel_{year}-05.csv") for year in (2025, 2026)]
    for rows in waves:
        assert max(Counter((row["Besvarelse"], row["Spørgsmål"]) for row in rows).values()) == 1
    first, then = ({(row["Besvarelse"], row["Ydernummer"]) for row in rows} for rows in waves)
    assert 100 < len(first & then) < len(first) < 350


def test_no_more_answer_than_were_asked(region: Path) -> None:
    for year in (2025, 2026):
        invited = read(region / "inbox" / f"registreringer_{year}-05.csv")
        asked = {row["Ydernummer"]: int(row["Antal"]) for row in invited if row["Registrering"] == "trivsel_inviterede"}
        answers = read(region / "inbox" / f"spoergeskema_trivsel_{year}-05.csv")
        who = Counter(practice for practice, _ in {(row["Ydernummer"], row["Besvarelse"]) for row in answers})
        assert all(5 <= count <= 12 for count in asked.values())
        assert all(count <= asked[practice] for practice, count in who.items())
        assert {"000131", "000445"} <= asked.keys() - who.keys()


def test_ears_are_counted_by_some_and_nothing_is_a_row_with_nought(region: Path) -> None:
    files = {
        month: read(region / "inbox" / f"registreringer_{month}.csv") for month in ("2025-01", "2025-02", "2025-03")
    }
    delivered = {month: {row["Ydernummer"] for row in rows} for month, rows in files.items()}
    assert len(delivered["2025-01"]) == 23
    assert delivered["2025-01"] - delivered["2025-02"] == {"000238"}
    rows = [row for month in files.values() for row in month]
    assert any(row["Antal"] == "0" for row in rows)
    assert all(len([row for row in rows if row["Ydernummer"] == number]) == 12 for number in delivered["2025-02"])


def test_person_months_of_the_truth_are_those_of_the_list_sizes(region: Path) -> None:
    listed: Counter[str] = Counter()
    for quarter in ("2025K1", "2025K2"):
        for row in read(region / "inbox" / f"tilmeldte_{quarter}.csv"):
            listed[row["Ydernummer"]] += int(row["Tilmeldte"])
    rows = [row for row in read(region / "truth" / "measures.csv", ",") if row["measure"] == "crp_per_1000"]
    half = [row for row in rows if row["window_start"] == "2025-01"]
    assert {row["ydernummer"]: int(row["denominator"]) for row in half} == listed
    assert {Fraction(row["denominator_times"]) for row in half} == {Fraction(1, 6)}


@pytest.mark.parametrize("quarter", ["2024K4", "2025K4"])
def test_a_municipality_counts_its_own_practices_every_month_and_nothing_late_that_has_no_deadline(
    region: Path, quarter: str
) -> None:
    with (region / "inbox" / f"kommune_{quarter}.csv").open(encoding="cp1252", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    assert {row["Kommunekode"] for row in rows} == {"991", "992"}
    assert Counter(Counter((row["Ydernummer"], row["Måned"]) for row in rows).values()).keys() == {9}
    with_deadline = [row for row in rows if row["Slags"].startswith("LÆ")]
    assert all(int(row["Efter fristen"]) <= int(row["Antal"]) for row in with_deadline)
    assert {row["Efter fristen"] for row in rows if not row["Slags"].startswith("LÆ")} == {""}
    assert any(row["Antal"] == "0" for row in rows)


def test_lists_of_medicines_are_counted_in_november_by_those_who_look_through_them(region: Path) -> None:
    for year in (2024, 2025):
        counted: dict[str, Row] = defaultdict(dict)
        for row in read(region / "inbox" / f"registreringer_{year}-11.csv"):
            counted[row["Ydernummer"]][row["Registrering"]] = row["Antal"]
        assert len(counted) > 50
        assert not {"000117", "000703"} & counted.keys()
        within = ("fmk_stemmer", "fmk_udloebet", "fmk_uden_grund", "fmk_ajourfoert")
        assert {each["fmk_gennemgaaet"] for each in counted.values()} == {"30"}
        assert all(int(each[code]) <= 30 for each in counted.values() for code in within)
