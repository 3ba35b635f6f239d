"""Bad files through the command line: each a sentence, the good one taken in, and no cell of a bad one stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from job_runs import Run, guarded, taken_in

from flows.ingesting import Delivery
from flows.settings import load_workspace
from flows.starting import make_workspace

pytestmark = pytest.mark.job
REGISTER = (
    "Ydernummer;Praksisnavn;Klyngekode;Klyngenavn;Regionskode;Regionsnavn;Medlem fra;Medlem til;Åbnet;Lukket;"
    "Efterfølger;Samtykke\n000103;Lægerne Bøgen;K1;Bøgeklyngen;R1;Region;01-01-2020;;01-01-2020;;;ja\n"
)
HEADER = "Ydernummer;Måned;ATC;Indikation;Køn;Aldersgruppe;Recepter;DDD\n"
SECRET = "hemmeligt-indhold"


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory, server: str) -> Run:
    home = tmp_path_factory.mktemp("bad")
    workspace = home / "region"
    make_workspace(workspace)
    number = "0101" + "80" + "-" + "1234"
    files = {
        "recepter_2025K1_tekst.csv": HEADER + f"000103;2025-01;J01CE02;;K;18-34;{SECRET};1\n",
        "recepter_2025K2_person.csv": HEADER + f"000103;2025-04;J01CE02;{number};K;18-34;1;1\n",
        "recepter_2025K3.csv": HEADER + "000103;2025-07;J01CE02;;K;18-34;12;84,0\n",
    }
    for name, text in files.items():
        (home / name).write_text(text, encoding="utf-8")
    registry = home / "register_1.csv"
    registry.write_text(REGISTER, encoding="cp1252")
    taken_in(load_workspace(workspace), [Delivery("registry", registry)])
    return guarded(workspace, "ingest", "prescriptions", *(str(home / name) for name in files), server=server)


def test_each_bad_file_gets_its_sentence_and_the_worst_exit_code(refused: Run) -> None:
    assert refused.code == 3
    assert "row 2, column Recepter: not a whole number. Mend the cell" in refused.printed
    assert SECRET in refused.printed
    assert "recepter_2025K2_person.csv, row 2, column Indikation: a person number" in refused.printed
    assert "1234" not in refused.printed


def test_the_good_file_after_them_is_taken_in(refused: Run) -> None:
    assert "accepted  recepter_2025K3.csv: 1 rows" in refused.printed
    status = " ".join(guarded(refused.workspace, "status").printed.split())
    assert "refused" in status
    assert "recepter_2025K1_tekst.csv, row 2, column Recepter" in status
    assert SECRET not in status


def test_a_bad_cell_is_in_no_log_and_nowhere_in_prefect(refused: Run, prefect_home: Path) -> None:
    kept = [path for path in prefect_home.rglob("*") if path.is_file()]
    assert any(b"stage" in path.read_bytes() for path in kept)
    logs = [path for path in (refused.workspace / "logs").rglob("*") if path.is_file()]
    assert [path.name for path in kept + logs if SECRET.encode() in path.read_bytes()] == []


def test_a_person_number_is_nowhere_at_all(refused: Run, prefect_home: Path) -> None:
    digits = ("0101" + "80").encode()
    files = [path for home in (refused.workspace, prefect_home) for path in home.rglob("*") if path.is_file()]
    assert [path for path in files if digits in path.read_bytes()] == []
