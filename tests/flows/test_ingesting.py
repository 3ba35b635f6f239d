"""Which file goes where, and in which order."""

from __future__ import annotations

import pytest
from small_workspace import bring_in, delivered, extract, prescribed

from flows.ingesting import deliveries
from flows.settings import Workspace

INBOX = {
    "ydelser_2025K1.csv": "services",
    "recepter_2025K1_rettet.csv": "prescriptions",
    "recepter_2025K1.csv": "prescriptions",
    "recepter_2025K2_foreloebig.csv": "prescriptions",
    "tilmeldte_2025K1.csv": "list_sizes",
    "register_2025-01-01.csv": "registry",
}


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    for name in (*INBOX, "brev.docx", ".recepter_2025K3.csv.part"):
        delivered(workspace, name, b"x")
    return workspace


def test_every_file_goes_to_the_source_whose_pattern_it_fits(filled: Workspace) -> None:
    taken, _ = deliveries(filled)
    assert {delivery.path.name: delivery.source for delivery in taken} == INBOX


def test_what_no_source_takes_is_named_and_hidden_files_are_not(filled: Workspace) -> None:
    _, left = deliveries(filled)
    assert [path.name for path in left] == ["brev.docx"]


def test_the_registry_comes_first_and_corrections_last(filled: Workspace) -> None:
    taken, _ = deliveries(filled)
    assert [delivery.source for delivery in taken[:2]] == ["registry", "list_sizes"]
    assert [delivery.path.name for delivery in taken if delivery.source == "prescriptions"] == [
        "recepter_2025K2_foreloebig.csv",
        "recepter_2025K1.csv",
        "recepter_2025K1_rettet.csv",
    ]


QUARTER = [prescribed(Ydernummer=one, Måned=f"2025-{month}") for one in ("010101", "020202") for month in ("01", "02")]
LATER = [
    pytest.param(QUARTER, None, id="the same months"),
    pytest.param([*QUARTER, prescribed(Måned="2025-03")], None, id="a month more"),
    pytest.param(QUARTER[1:], "a month of a practice had figures and count as nought now", id="one month"),
    pytest.param(
        [prescribed(Ydernummer=one, Måned="2025-03") for one in ("010101", "020202")],
        "4 months of 2 practices had figures and count as nought now",
        id="another month of each",
    ),
    pytest.param(QUARTER[:2], None, id="a practice that is not in it is as it was"),
]


@pytest.mark.parametrize(("later", "told"), LATER)
def test_a_file_that_takes_months_away_says_so(workspace: Workspace, later: list[str], told: str | None) -> None:
    """A file with any row of a practice speaks for every month of its name."""
    first = delivered(workspace, "recepter_2025K1.csv", extract("prescriptions", *QUARTER))
    assert bring_in(workspace, "prescriptions", first).sentence == ""
    again = delivered(workspace, "recepter_2025K1_rettet.csv", extract("prescriptions", *later) + b"\n")
    sentence = bring_in(workspace, "prescriptions", again).sentence
    assert (told or "") in sentence
    assert ("klyngeflow withdraw --extract" in sentence) is bool(told)
