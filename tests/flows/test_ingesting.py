"""Which file goes where, and in which order."""

from __future__ import annotations

import pytest
from small_workspace import delivered

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
