"""The code systems of a workspace: the shipped ones of klyngepakker/codes/, with what its own codes/ adds."""

from __future__ import annotations

from collections.abc import Mapping

from flows.settings import ROOT, SettingsError, Workspace
from flows.settings import _named as named
from transforms.codes import CodeSystem, parse_code_system
from transforms.contract import Contract

SHIPPED = ROOT / "klyngepakker" / "codes"


def code_systems(workspace: Workspace) -> Mapping[str, CodeSystem]:
    """The code system of each source whose contract names one for its codes.

    Raises:
        SettingsError: there is no such system, or a file of it cannot be used.
    """
    found = {contract.source: system_of(workspace, contract) for contract in workspace.contracts}
    return {source: system for source, system in found.items() if system is not None}


def system_of(workspace: Workspace, contract: Contract) -> CodeSystem | None:
    """The code system of the contract's column `code`; None where it names none."""
    name = next((column.code_system for column in contract.columns if column.name == "code"), None)
    return load(workspace, name) if name else None


def load(workspace: Workspace, name: str) -> CodeSystem:
    """The code system called `name`.

    Raises:
        SettingsError: there is none, or its file cannot be used.
    """
    folders = [SHIPPED, workspace.root / "codes"]
    paths = [path for folder in folders if (path := folder / f"{name}.toml").exists()]
    if not paths:
        known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
        raise SettingsError(
            f"A contract names the code system {name!r}, of which there is no file. Make codes/{name}.toml in the "
            f"workspace, or write one of: {', '.join(known)}."
        )
    with named(paths[-1]):
        return parse_code_system(paths)
