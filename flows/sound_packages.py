"""Packages with a fault are left out, by name, line and remedy; the packs of the others are made."""

from __future__ import annotations

from collections.abc import Iterable

from flows.ingesting import Outcome
from flows.linting import folders, lint
from flows.settings import PackPlan, Workspace
from transforms.errors import UserError


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


def plans_of_sound_packages(workspace: Workspace) -> tuple[list[PackPlan], list[Outcome]]:
    """The plans of klyngeflow.toml whose packages can be used, and one outcome for each package that cannot."""
    plans = workspace.definition.packs
    left_out = {outcome.file_name: outcome for outcome in _left_out(workspace, [plan.package for plan in plans])}
    return [plan for plan in plans if plan.package not in left_out], list(left_out.values())


def _left_out(workspace: Workspace, package_ids: Iterable[str]) -> Iterable[Outcome]:
    for package_id in dict.fromkeys(package_ids):
        try:
            refuse_faults(workspace, package_id)
        except UserError as error:
            yield Outcome(package_id, "left_out", 0, str(error), error.shown(), error.exit_code)
