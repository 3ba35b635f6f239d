"""Practices fill in sheets of several topics: whoever counted something else in a month is silent about this one."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest
from small_workspace import (
    OWN_INBOX,
    PRACTICES,
    bring_in,
    delivered,
    extract,
    registered,
    with_registry_alone,
)

from flows.assessing import needed
from flows.orders import Order
from flows.settings import Workspace
from transforms.calendar import Window
from warehouse import mart

FIRST = date(2026, 1, 1)
MONTHS = ("2026-01", "2026-02", "2026-03")
SHEET = "Ydernummer;Måned;Registrering;Antal\n"
KNOWN_AT = datetime(2100, 1, 1)
EARS = "oeregener_hos_boern"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The first practice counted ears, the second staff alone, the third ears and staff: its ears were 0 in March."""
    root = tmp_path_factory.mktemp("topics") / "workspace"
    opened = with_registry_alone(root, *map(registered, PRACTICES), settings=OWN_INBOX)
    listed = [f"{practice};{month};K;0-5;200" for practice in PRACTICES for month in MONTHS]
    bring_in(opened, "list_sizes", delivered(opened, "tilmeldte_2026K1.csv", extract("list_sizes", *listed)))
    for number, month in enumerate(MONTHS, 1):
        ears = {"010101": 10 * number, "030303": 0 if number == 3 else 5}
        lines = [f"{practice};{month};oere_kontakt;{count}\n" for practice, count in ears.items()]
        lines += [f"{practice};{month};trivsel_inviterede;4\n" for practice in ("020202", "030303")]
        path = delivered(opened, f"registreringer_{month}.csv", (SHEET + "".join(lines)).encode())
        assert bring_in(opened, "registrations", path).state == "accepted"
    return opened


@pytest.fixture(scope="module")
def figures(workspace: Workspace) -> dict[str, tuple[str, float | None]]:
    """By practice: state and numerator of the contacts, computed beside a package that was answered by the others."""
    period = mart.Period(Window.of(FIRST, 3), None, silence_is_consent=True)
    packages = [workspace.package("trivsel"), workspace.package(EARS)]
    mart.compute_packages(workspace.store, packages, period, KNOWN_AT, "r")
    rows = mart.measures(workspace.store, packages[1], period)
    contacts = rows.filter(measure_id="ear_contacts_per_1000", level="practice")
    return {row["unit_id"]: (row["state"], row["numerator"]) for row in contacts.iter_rows(named=True)}


def test_without_a_row_of_the_topic_there_is_no_figure_and_no_nought(
    figures: dict[str, tuple[str, float | None]],
) -> None:
    assert figures["020202"] == ("not_submitted", None)
    assert figures["010101"][1] == 60
    assert figures["030303"][1] == 10


def test_a_request_waits_for_who_counted_something_else(workspace: Workspace) -> None:
    order = Order(cluster="K1", package=EARS, kind="baseline", meeting=date(2026, 5, 1), baseline_from=FIRST)
    asked = needed(workspace, order, PRACTICES).filter(pl.col("source") == "registrations")
    lacking = asked.filter(pl.col("state") == "not_submitted")
    assert asked.height == 9
    assert set(lacking["practice_id"]) == {"020202"}
    assert lacking.height == 3


def test_what_is_read_for_two_topics_is_not_shared(
    workspace: Workspace, figures: dict[str, tuple[str, float | None]]
) -> None:
    """The packages were computed from one reading of the facts: alone the figures are the same."""
    period = mart.Period(Window.of(FIRST, 3), None, silence_is_consent=True)
    mart.compute(workspace.store, workspace.package(EARS), period, KNOWN_AT, "r")
    rows = mart.measures(workspace.store, workspace.package(EARS), period)
    alone = rows.filter(measure_id="ear_contacts_per_1000", level="practice")
    assert {row["unit_id"]: (row["state"], row["numerator"]) for row in alone.iter_rows(named=True)} == figures
