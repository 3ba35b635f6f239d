"""Packages with a fault are left out, by name, line and remedy; the packs of the others are made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flows.building import planned_orders
from flows.ingesting import Outcome
from flows.linting import folders, lint
from flows.orders import Order
from flows.settings import PackPlan, Workspace
from transforms.errors import MachineError, UserError


class PackageFaultError(UserError):
    """No figures are made of a package until a fault of its definition is mended."""


def refuse_faults(workspace: Workspace, package_id: str) -> None:
    """Nothing, where figures can be made of the package called `package_id`.

    Faults of its texts alone are no reason: they are for `klyngeflow lint`.
    Raises:
        SettingsError: there is no such package.
        PackageFaultError: there is a fault in its definition.
    """
    linted = lint(workspace, folders(workspace, [package_id])[0])
    stopping = [finding for finding in linted.findings if finding.stops]
    if stopping:
        first = stopping[0]
        more = f" ({len(stopping) - 1} more: klyngeflow lint {package_id}.)" if len(stopping) > 1 else ""
        place = f"{linted.shown(first.file)}, line {first.line}"
        raise PackageFaultError(f"No packs of {package_id!r} were made: {place}: {first.wrong}. {first.remedy}.{more}")


def sound_orders(workspace: Workspace) -> tuple[list[Order], list[Outcome]]:
    """The packs that klyngeflow.toml plans, and an outcome for each reason why some of them cannot be made."""
    orders: list[Order] = []
    left_out: dict[str, Outcome] = {}
    for plan in workspace.definition.packs:
        with _told(plan.package, left_out):
            refuse_faults(workspace, plan.package)
            for order in _orders_of(workspace, plan):
                with _told(plan.package, left_out):
                    order.meeting_of(workspace)  # refuses windows that overlap, before anything is computed
                    orders.append(order)
    return orders, list(left_out.values())


@contextmanager
def _told(package_id: str, left_out: dict[str, Outcome]) -> Iterator[None]:
    """Whatever the user can mend is put into `left_out`, once for each sentence."""
    try:
        yield
    except MachineError:
        raise
    except UserError as error:
        left_out[str(error)] = Outcome(package_id, "left_out", 0, str(error), error.shown(), error.exit_code)


def _orders_of(workspace: Workspace, plan: PackPlan) -> list[Order]:
    alone = workspace.definition.model_copy(update={"packs": (plan,)})
    return planned_orders(Workspace(workspace.root, alone))
