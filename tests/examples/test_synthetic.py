"""The synthetic region: the same bytes each time, figures that add up, and everything planted in its place."""

import csv
import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from examples.synthetic.generate import generate

FOR_PACKAGES = (
    *("dosisdispensering_", "forloebsplaner_", "kommune_", "patienttal_", "registreringer_", "spoergeskema_"),
    *("deliveries_besides.csv", "lessons.csv", "measures.csv"),
)
Row = dict[str, str]
Key = tuple[str, str]


class Region(NamedTuple):
    """The folders of one generated region."""

    inbox: Path
    truth: Path


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    root = tmp_path_factory.mktemp("region")
    generate(root / "inbox", root / "truth")
    return Region(root / "inbox", root / "truth")


@pytest.fixture(scope="module")
def figures(region: Region) -> list[Row]:
    return read(region.truth / "antibiotics.csv", delimiter=",")


@pytest.fixture(scope="module")
def prescriptions(region: Region) -> list[Row]:
    """The rows that stand when each file has replaced the practice-months that it holds, in order of delivery."""
    standing: dict[Key, list[Row]] = {}
    for delivery in read(region.truth / "deliveries.csv", delimiter=","):
        if delivery["file"].startswith("recepter_"):
            standing |= by_practice_month(read(region.inbox / delivery["file"]))
    return [row for rows in standing.values() for row in rows]


def read(path: Path, encoding: str = "utf-8", delimiter: str = ";") -> list[Row]:
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def register(region: Region) -> list[Row]:
    return read(region.inbox / "register_2026-07-01.csv", "cp1252")


def by_practice_month(rows: list[Row]) -> dict[Key, list[Row]]:
    grouped: dict[Key, list[Row]] = {}
    for row in rows:
        grouped.setdefault((row["Ydernummer"], row["Måned"]), []).append(row)
    return grouped


def whole(text: str) -> int:
    return int(text.replace(".", ""))


def total(rows: list[Row], column: str) -> Counter[Key]:
    """The column summed by practice and month."""
    sums: Counter[Key] = Counter()
    for row in rows:
        sums[row["Ydernummer"], row["Måned"]] += whole(row[column])
    return sums


def is_antibiotic(row: Row) -> bool:
    return row["ATC"].startswith("J01") and row["ATC"] != "J01XX05"


def is_broad(row: Row) -> bool:
    return row["ATC"] == "J01CR02" or row["ATC"][:5] in ("J01MA", "J01DB", "J01DC", "J01DD", "J01DE", "J01FA")


def is_uti_in_a_woman(row: Row) -> bool:
    adult = row["Aldersgruppe"] not in ("0-5", "6-15", "16-17")
    return is_antibiotic(row) and row["Indikation"] == "urinvejsinfektion" and row["Køn"] == "K" and adult


PRESCRIPTION_FIGURES = {
    "items_antibiotics": is_antibiotic,
    "items_penicillin_v": lambda row: row["ATC"] == "J01CE02",
    "items_broad": is_broad,
    "items_uti_women_18plus": is_uti_in_a_woman,
    "items_pivmecillinam_uti_women_18plus": lambda row: is_uti_in_a_woman(row) and row["ATC"] == "J01CA08",
}


def digests(region: Region) -> dict[str, str]:
    files = [path for folder in region for path in sorted(folder.iterdir())]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def per_1000(figures: list[Row], practices: set[str], months: tuple[str, ...]) -> float:
    """Antibiotics per 1,000 patients and year."""
    rows = [row for row in figures if row["ydernummer"] in practices and row["month"] in months]
    return 12_000 * sum(int(row["items_antibiotics"]) for row in rows) / sum(int(row["patients"]) for row in rows)


def half_year(year: int) -> tuple[str, ...]:
    return tuple(f"{year}-{month:02d}" for month in range(1, 7))


def test_a_second_run_writes_the_same_bytes_over_the_first(region: Region):
    before = digests(region)
    generate(region.inbox, region.truth)
    assert digests(region) == before
    assert len(before) == 60


@pytest.mark.parametrize(
    ("only_packages_ask", "digest"),
    [
        (False, "8b7501b018d24665a9c34d129aaab3136da09c6246716eb91b57c9c1479abf16"),
        (True, "ec0f4515b6dd500f91e5951d142e3ea230c350c5393d533c0210cd3d277a569a"),
    ],
    ids=["the quarters and the registry", "what only packages ask for"],
)
def test_the_bytes_are_the_same_on_every_machine(only_packages_ask: bool, digest: str, region: Region):
    """A change of the generator that is meant changes a digest; another machine or numpy must not."""
    chosen = [each for name, each in digests(region).items() if name.startswith(FOR_PACKAGES) == only_packages_ask]
    assert hashlib.sha256("".join(chosen).encode()).hexdigest() == digest


def test_another_seed_gives_another_region(region: Region, tmp_path: Path):
    generate(tmp_path / "inbox", tmp_path / "truth", seed=7)
    other = digests(Region(tmp_path / "inbox", tmp_path / "truth"))
    same = {name for name, digest in digests(region).items() if other[name] == digest}
    assert same == {"deliveries.csv", "deliveries_besides.csv", "effects.csv", "events.csv", "lessons.csv"}


def test_the_region_has_its_size(region: Region, figures: list[Row]):
    clusters = Counter(row["Klyngekode"] for row in register(region))
    assert len(clusters) == 7
    assert max(clusters.values()) >= 14
    assert min(clusters.values()) >= 6
    assert len({row["Ydernummer"] for row in register(region)}) == 64
    assert len({row["month"] for row in figures}) == 30
    assert 120_000 < sum(int(row["patients"]) for row in figures if row["month"] == "2025-01") < 170_000


@pytest.mark.parametrize("column", PRESCRIPTION_FIGURES)
def test_true_prescribing_is_the_sum_of_the_files(column: str, prescriptions: list[Row], figures: list[Row]):
    sums = total([row for row in prescriptions if PRESCRIPTION_FIGURES[column](row)], "Recepter")
    came = [row for row in figures if row["submitted_prescriptions"] == "1"]
    assert all(int(row[column]) == sums[row["ydernummer"], row["month"]] for row in came)
    assert sum(int(row[column]) for row in came) == sums.total()


def test_true_list_sizes_are_the_sum_of_the_files(region: Region, figures: list[Row]):
    rows = [row for path in sorted(region.inbox.glob("tilmeldte_*.csv")) for row in read(path)]
    assert {(row["ydernummer"], row["month"]): int(row["patients"]) for row in figures} == total(rows, "Tilmeldte")


def test_true_crp_is_the_net_of_the_files(region: Region, figures: list[Row]):
    rows = [row for path in sorted(region.inbox.glob("ydelser_*.csv")) for row in read(path, "cp1252")]
    sums = total([row for row in rows if row["Ydelseskode"] == "7120"], "Antal")
    came = [row for row in figures if row["submitted_services"] == "1"]
    assert all(int(row["crp"]) == sums[row["ydernummer"], row["month"]] for row in came)
    assert sum(int(row["crp"]) for row in came) == sums.total()


def test_negative_services_follow_the_row_they_correct(region: Region):
    rows = read(region.inbox / "ydelser_2025K1.csv", "cp1252")
    keys = ["Ydernummer", "Måned", "Ydelseskode", "Køn", "Aldersgruppe"]
    negative = [place for place, row in enumerate(rows) if int(row["Antal"]) < 0]
    assert len(negative) > 20
    assert all([rows[place][key] for key in keys] == [rows[place - 1][key] for key in keys] for place in negative)
    assert all(int(rows[place]["Antal"]) + int(rows[place - 1]["Antal"]) > 0 for place in negative)


def test_ddd_is_a_danish_number(region: Region):
    rows = read(region.inbox / "recepter_2025K1.csv")
    assert all(re.fullmatch(r"\d{1,3}(\.\d{3})*,\d", row["DDD"]) for row in rows)
    assert any("." in row["DDD"] for row in rows)


def test_the_level_is_danish_and_higher_in_winter(figures: list[Row]):
    everyone = {row["ydernummer"] for row in figures}
    for year in (2024, 2025):
        assert 350 < per_1000(figures, everyone, tuple(f"{year}-{month:02d}" for month in range(1, 13))) < 430
    winter, summer = ("2025-01", "2025-02"), ("2025-06", "2025-07")
    assert per_1000(figures, everyone, winter) > 1.3 * per_1000(figures, everyone, summer)


def test_indications_are_missing_for_some(prescriptions: list[Row]):
    items = Counter(
        row["Indikation"] for row in prescriptions if is_antibiotic(row) for _ in range(int(row["Recepter"]))
    )
    assert 0.05 < items[""] / items.total() < 0.10


def test_those_who_worked_with_the_topic_fell_and_the_others_did_not(region: Region, figures: list[Row]):
    effects = read(region.truth / "effects.csv", delimiter=",")
    worked = {row["ydernummer"] for row in effects if float(row["true_factor"]) < 1}
    others = {row["ydernummer"] for row in effects} - worked
    before, after = half_year(2025), half_year(2026)
    fell = per_1000(figures, worked, after) / per_1000(figures, worked, before)
    background = per_1000(figures, others, after) / per_1000(figures, others, before)
    assert 0.79 < fell / background < 0.88
    assert 0.94 < background < 1.0


def test_the_effect_is_the_only_change_in_what_is_prescribed(region: Region, figures: list[Row]):
    worked = set(json.loads((region.truth / "region.json").read_text("utf-8"))["worked_with_topic"])

    def broad(in_worked: bool, year: int) -> float:
        rows = [r for r in figures if (r["ydernummer"] in worked) == in_worked and r["month"] in half_year(year)]
        return sum(int(r["items_broad"]) for r in rows) / sum(int(r["items_antibiotics"]) for r in rows)

    assert broad(True, 2026) < 0.9 * broad(True, 2025)
    assert 0.95 < broad(False, 2026) / broad(False, 2025) < 1.08


@pytest.mark.parametrize(("practice", "quarter"), [("000610", "2025K1"), ("000317", "2026K1")])
def test_a_practice_is_missing_from_a_quarter(practice: str, quarter: str, region: Region, figures: list[Row]):
    rows = read(region.inbox / f"recepter_{quarter}.csv")
    absent = {
        row["month"] for row in figures if row["ydernummer"] == practice and row["submitted_prescriptions"] == "0"
    }
    assert practice not in {row["Ydernummer"] for row in rows}
    assert absent == {row["Måned"] for row in rows}


def test_one_month_came_twice_over_and_was_corrected(region: Region):
    wrong = total(read(region.inbox / "recepter_2025K2.csv"), "Recepter")
    right = total(read(region.inbox / "recepter_2025K2_rettet.csv"), "Recepter")
    assert {practice for practice, _ in right} == {"000217", "000510"}
    assert len(right) == 6
    assert {key: wrong[key] / right[key] for key in right} == {key: 1 + (key[1] == "2025-05") for key in right}


def test_the_provisional_file_lacks_some_of_the_last_month_only(region: Region):
    first = total(read(region.inbox / "recepter_2026K2_foreloebig.csv"), "Recepter")
    final = total(read(region.inbox / "recepter_2026K2.csv"), "Recepter")
    june = [sum(count for (_, month), count in rows.items() if month == "2026-06") for rows in (first, final)]
    assert 0.92 < june[0] / june[1] < 0.96
    assert all(first[key] == final[key] for key in final if key[1] != "2026-06")


def test_late_and_undelivered_files_are_in_the_order_of_delivery(region: Region):
    order = [row["file"] for row in read(region.truth / "deliveries.csv", delimiter=",")]
    besides = [row["file"] for row in read(region.truth / "deliveries_besides.csv", delimiter=",")]
    assert sorted(order + besides) == sorted(path.name for path in region.inbox.iterdir())
    assert "ydelser_2024K3.csv" not in order
    assert order.index("tilmeldte_2025K4.csv") > order.index("recepter_2025K4.csv")
    assert order.index("recepter_2026K2_foreloebig.csv") < order.index("recepter_2026K2.csv")


def test_practices_open_close_merge_and_move(region: Region):
    rows = {row["Ydernummer"]: row for row in register(region)}
    assert (rows["000194"]["Åbnet"], rows["000266"]["Åbnet"]) == ("01-08-2025", "01-10-2024")
    assert (rows["000359"]["Lukket"], rows["000452"]["Lukket"]) == ("30-04-2026", "30-11-2024")
    assert (rows["000552"]["Lukket"], rows["000552"]["Efterfølger"]) == ("31-12-2025", "000545")
    moved = [(row["Klyngekode"], row["Medlem til"]) for row in register(region) if row["Ydernummer"] == "000652"]
    assert moved == [("K06", "30-09-2025"), ("K07", "")]
    assert [row["Ydernummer"] for row in register(region) if row["Samtykke"] == "nej"] == ["000431"]


def test_patients_follow_a_merger(figures: list[Row]):
    size = {(row["ydernummer"], row["month"]): int(row["patients"]) for row in figures}
    assert ("000552", "2026-01") not in size
    grown = size["000545", "2026-01"] - size["000545", "2025-12"]
    assert abs(grown - size["000552", "2025-12"]) < 60


def test_one_practice_is_tiny(prescriptions: list[Row], figures: list[Row]):
    sizes = [int(row["patients"]) for row in figures if row["ydernummer"] == "000745"]
    counts = [int(row["items_antibiotics"]) for row in figures if row["ydernummer"] == "000745"]
    assert all(120 < size < 180 for size in sizes)
    assert min(counts) < 5
    assert max(counts) < 20


def test_nothing_looks_like_a_person(region: Region):
    for path in region.inbox.iterdir():
        text = path.read_bytes().decode("latin-1")  # digits are the same in every encoding of the files
        assert not re.search(r"\d{6}[- ]?\d{4}(?!\d)", text)
        assert "0990027" not in text
