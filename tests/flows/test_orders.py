"""Orders: from a meeting's date to the windows that its pack is made of."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_workspace import (
    PRACTICES,
    SETTINGS,
    bring_in,
    delivered,
    extract,
    own_copy,
    registered,
    with_registry_alone,
)

from flows.ingesting import prepare
from flows.orders import Order, OrderError, for_meeting, planned
from flows.settings import Workspace, load_workspace
from transforms.errors import UserError
from warehouse.meetings import record_request

QUARTERS = ("2024K3", "2024K4", "2025K2", "2025K3", "2025K4")
MEETING = date(2026, 2, 10)


def bring_quarter_in(workspace: Workspace, source: str, quarter: str) -> None:
    month = f"{quarter[:4]}-{int(quarter[-1]) * 3:02}"
    name, row = {
        "prescriptions": (f"recepter_{quarter}.csv", f"010101;{month};J01CA04;;K;0-5;3;1,5"),
        "list_sizes": (f"tilmeldte_{quarter}.csv", f"010101;{month};K;0-5;40"),
    }[source]
    bring_in(workspace, source, delivered(workspace, name, extract(source, row)))


@pytest.fixture(scope="module")
def registered_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a registry alone."""
    root = tmp_path_factory.mktemp("registered") / "workspace"
    return with_registry_alone(root, *map(registered, PRACTICES)).root


@pytest.fixture(scope="module")
def two_years(registered_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with its newest half year, and the same months a year before, delivered."""
    opened = own_copy(registered_once, tmp_path_factory.mktemp("two_years"))
    for quarter in QUARTERS:
        bring_quarter_in(opened, "list_sizes", quarter)
        bring_quarter_in(opened, "prescriptions", quarter)
    return opened.root


@pytest.fixture
def delivered_workspace(two_years: Path, tmp_path: Path) -> Workspace:
    return load_workspace(Path(shutil.copytree(two_years, tmp_path / "workspace")))


def asked(workspace: Workspace, meeting: date, kind: str = "baseline") -> Order:
    return for_meeting(workspace, "K1", "antibiotika", meeting, kind)


@pytest.mark.parametrize(
    ("meeting", "first"),
    [
        (date(2026, 2, 10), date(2025, 7, 1)),
        (date(2027, 6, 1), date(2025, 7, 1)),
        (date(2026, 1, 1), date(2025, 7, 1)),
        (date(2025, 12, 31), date(2025, 6, 1)),
        (date(2025, 12, 1), date(2025, 6, 1)),
    ],
)
def test_a_baseline_is_the_newest_whole_window_before_the_meeting(
    delivered_workspace: Workspace, meeting: date, first: date
) -> None:
    order = asked(delivered_workspace, meeting)
    assert (order.baseline_from, order.followup_from) == (first, None)


def count(workspace: Workspace, month: str, what: str, *practices: str) -> None:
    rows = "".join(f"{practice};{month};{what};;7\n" for practice in practices or ("010101",))
    content = f"Ydernummer;Måned;Registrering;Gruppe;Antal\n{rows}".encode()
    bring_in(workspace, "registrations", delivered(workspace, f"registreringer_{month}.csv", content))


def test_what_another_package_asks_of_the_same_source_does_not_decide(delivered_workspace: Workspace) -> None:
    def ears() -> Order:
        return for_meeting(delivered_workspace, "K1", "oeregener_hos_boern", MEETING, "baseline")

    with pytest.raises(OrderError, match="registrations has been accepted"):
        ears()
    count(delivered_workspace, "2025-11", "trivsel_inviterede")
    with pytest.raises(OrderError, match=r"Nothing of oere_.+oeregener_hos_boern asks of registrations"):
        ears()
    count(delivered_workspace, "2025-09", "oere_kontakt")
    assert ears().baseline_from == date(2025, 7, 1)


def test_few_sheets_of_a_cluster_are_its_own_however_many_another_cluster_sent(delivered_workspace: Workspace) -> None:
    """One of three practices in November is what K1 has; that K2 sent three sheets in September is not its affair."""
    others = ("040404", "050505", "060606")
    rows = [*map(registered, PRACTICES), *(registered(practice, "K2") for practice in others)]
    registry = delivered(delivered_workspace, "register_2025-01-01.csv", extract("registry", *rows))
    bring_in(delivered_workspace, "registry", registry)
    count(delivered_workspace, "2025-09", "oere_kontakt", *others)
    count(delivered_workspace, "2025-11", "oere_kontakt")
    for cluster, first in (("K1", date(2025, 9, 1)), ("K2", date(2025, 7, 1))):
        assert (
            for_meeting(delivered_workspace, cluster, "oeregener_hos_boern", MEETING, "baseline").baseline_from == first
        )


def test_the_source_that_lags_behind_decides(delivered_workspace: Workspace) -> None:
    bring_quarter_in(delivered_workspace, "prescriptions", "2026K1")
    assert asked(delivered_workspace, date(2026, 6, 1)).baseline_from == date(2025, 7, 1)
    bring_quarter_in(delivered_workspace, "list_sizes", "2026K1")
    assert asked(delivered_workspace, date(2026, 6, 1)).baseline_from == date(2025, 10, 1)


def test_a_follow_up_compares_with_the_same_months_a_year_before(delivered_workspace: Workspace) -> None:
    order = asked(delivered_workspace, MEETING, "followup")
    assert (order.baseline_from, order.followup_from) == (date(2024, 7, 1), date(2025, 7, 1))
    before, after = order.windows(delivered_workspace.package("antibiotika"))
    assert after is not None
    assert (len(before.months), len(after.months)) == (6, 6)


@pytest.mark.parametrize(("held", "refused"), [(date(2025, 6, 30), False), (date(2025, 7, 1), True), (MEETING, True)])
def test_a_follow_up_that_began_before_the_baseline_meeting_is_refused(
    delivered_workspace: Workspace, held: date, refused: bool
) -> None:
    earlier = asked(delivered_workspace, held)
    record_request(delivered_workspace.store, earlier.meeting_of(delivered_workspace), "antibiotika", "coordinator")
    if not refused:
        assert asked(delivered_workspace, MEETING, "followup").followup_from == date(2025, 7, 1)
        return
    with pytest.raises(OrderError, match=rf"begins on 2025-07-01, before the baseline meeting on {held}.+ask again"):
        asked(delivered_workspace, MEETING, "followup")


def test_a_baseline_meeting_of_another_cluster_or_package_does_not_matter(delivered_workspace: Workspace) -> None:
    other = asked(delivered_workspace, MEETING).model_copy(update={"cluster": "K2"})
    record_request(delivered_workspace.store, other.meeting_of(delivered_workspace), "antibiotika", "coordinator")
    assert asked(delivered_workspace, MEETING, "followup").kind == "followup"


def test_an_unknown_cluster_lists_known_ones(delivered_workspace: Workspace) -> None:
    with pytest.raises(
        OrderError, match=r"There is no cluster 'K9' in the registry\. Write a code such as: K1 \(Søkly"
    ):
        for_meeting(delivered_workspace, "K9", "antibiotika", MEETING, "baseline")


@pytest.mark.parametrize(("has", "misses"), [("prescriptions", "list_sizes"), ("list_sizes", "prescriptions")])
def test_a_source_that_never_came_is_named(registered_once: Path, tmp_path: Path, has: str, misses: str) -> None:
    workspace = own_copy(registered_once, tmp_path)
    bring_quarter_in(workspace, has, "2025K4")
    with pytest.raises(
        OrderError, match=rf"^Nothing of {misses} has been accepted yet\. Bring it in: klyngeflow ingest"
    ):
        asked(workspace, MEETING)


def test_before_anything_was_brought_in_the_sentence_says_how_to_begin(tmp_path: Path) -> None:
    (tmp_path / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    with pytest.raises(UserError, match=r"Nothing has been brought in yet\. Begin with: klyngeflow"):
        asked(load_workspace(tmp_path), MEETING)
    prepare(load_workspace(tmp_path))
    with pytest.raises(OrderError, match=r"The registry is empty\. Bring it in first: klyngeflow ingest registry FILE"):
        asked(load_workspace(tmp_path), MEETING)


def test_a_plan_is_an_order_for_each_cluster(tmp_path: Path) -> None:
    plan = '[[packs]]\npackage = "antibiotika"\nkind = "baseline"\nmeeting = 2025-09-01\nbaseline_from = 2025-01-15\n'
    (tmp_path / "klyngeflow.toml").write_text(SETTINGS + plan)
    order = planned(load_workspace(tmp_path).definition.packs[0], "K2")
    assert (order.package, order.cluster, order.kind) == ("antibiotika", "K2", "baseline")
    assert (order.meeting, order.baseline_from, order.followup_from) == (date(2025, 9, 1), date(2025, 1, 15), None)


@pytest.mark.parametrize(
    ("kind", "later", "fault"),
    [
        ("followup", "", "a follow-up has followup_from"),
        ("baseline", "followup_from = 2026-01-01\n", "a follow-up has followup_from"),
        ("followup", "followup_from = 2026-03-01\n", "the season would differ"),
        ("followup", "followup_from = 2025-01-20\n", "the season would differ"),
    ],
)
def test_a_plan_whose_windows_cannot_be_compared_is_refused(tmp_path: Path, kind: str, later: str, fault: str) -> None:
    plan = f'[[packs]]\npackage = "a"\nkind = "{kind}"\nmeeting = 2026-09-01\nbaseline_from = 2025-01-15\n{later}'
    (tmp_path / "klyngeflow.toml").write_text(SETTINGS + plan)
    with pytest.raises(UserError, match=fault):
        load_workspace(tmp_path)


def test_windows_that_overlap_are_refused() -> None:
    package = load_workspace(Path(__file__).parents[2] / "examples" / "empty").package("antibiotika")
    days = {"baseline_from": date(2025, 1, 1), "followup_from": date(2025, 6, 1)}
    order = Order(cluster="K1", package="antibiotika", kind="followup", meeting=MEETING, **days)
    with pytest.raises(OrderError, match="overlap: 6 months from 2025-01-01 and from 2025-06-01"):
        order.windows(package)


@given(st.text(min_size=1, max_size=30))
def test_a_packs_name_is_safe_as_a_folder(cluster: str) -> None:
    order = Order(cluster=cluster, package="a", kind="baseline", meeting=MEETING, baseline_from=MEETING)
    assert not set(order.pack_id) & set('/\\:*?"<>|. \n\0')


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.dates(date(2051, 1, 1), date(2100, 1, 1)))
def test_any_day_of_a_month_names_the_same_window(baseline: date, followup: date) -> None:
    package = load_workspace(Path(__file__).parents[2] / "examples" / "empty").package("antibiotika")
    order = Order(
        cluster="K1",
        package="antibiotika",
        kind="followup",
        meeting=MEETING,
        baseline_from=baseline,
        followup_from=followup,
    )
    first = order.model_copy(
        update={"baseline_from": baseline.replace(day=1), "followup_from": followup.replace(day=1)}
    )
    assert order.windows(package) == first.windows(package)
