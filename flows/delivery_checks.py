"""The checks that need more than an extract's own rows: what else is known, and which codes there are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from flows.code_systems import system_of
from flows.settings import ROOT, SettingsError, Workspace
from transforms.checked import CheckResult, Found
from transforms.codes import CodeSystem
from transforms.completeness import check_delivery
from transforms.contract import DELIVERY_RULES, Check, Contract
from transforms.definitions import Package
from transforms.delivery import Delivery
from transforms.errors import UserError
from transforms.unknown_codes import check_codes, named_by
from warehouse.history import Source, codes_ever, read_delivery, staged_codes


def delivery_results(
    workspace: Workspace, contract: Contract, extract_id: int, staged: Path, rows: int
) -> tuple[CheckResult, ...]:
    """One result per check of `contract` that is about the delivery as a whole or about its codes."""
    whole = [check for check in contract.checks if check.rule in DELIVERY_RULES]
    coded = [check for check in contract.checks if check.rule == "known_code"]
    if not whole and not coded:
        return ()
    system = system_of(workspace, contract)
    results = [_or_crashed(check, rows, partial(_codes, workspace, contract, staged, check, system)) for check in coded]
    if whole:
        read = _Once(partial(read_delivery, workspace.store, Source(contract, system), extract_id, staged))
        results += [_or_crashed(check, rows, partial(_whole, check, read, rows)) for check in whole]
    return tuple(results)


class _Once:
    """Reads the delivery when the first check asks for it, and remembers it."""

    def __init__(self, read: Callable[[], Delivery | None]) -> None:
        self._read = read
        self._held: list[Delivery | None] = []

    def __call__(self) -> Delivery | None:
        if not self._held:
            self._held.append(self._read())
        return self._held[0]


def _whole(check: Check, read: _Once, rows: int) -> CheckResult:
    delivery = read()
    if delivery is None or delivery.months.is_empty():
        return _not_asked(check, rows)
    return check_delivery(check, delivery, rows)


def _codes(
    workspace: Workspace, contract: Contract, staged: Path, check: Check, system: CodeSystem | None
) -> CheckResult:
    if system is None:
        return _not_asked(check, 0, "no_code_system")
    (column,) = check.columns
    heard_of = codes_ever(workspace.store, contract, column), named_by(packages(workspace), contract.source)
    return check_codes(check, staged_codes(staged, column), system, heard_of)


def packages(workspace: Workspace) -> list[Package]:
    """Every package that the workspace has, the shipped ones and its own. One that cannot be read names no codes."""
    folders = [workspace.root / "klyngepakker", ROOT / "klyngepakker"]
    names = sorted({path.parent.name for folder in folders for path in folder.glob("*/package.toml")})
    found: list[Package] = []
    for name in names:
        with suppress(SettingsError):
            found.append(workspace.package(name))
    return found


def _not_asked(check: Check, rows: int, reason: str = "no_history") -> CheckResult:
    return CheckResult(
        check.check_id, check.rule, check.columns, check.severity, "not_asked", rows, 0, found=(Found(reason, {}),)
    )


def _or_crashed(check: Check, rows: int, ask: Callable[[], CheckResult]) -> CheckResult:
    try:
        return ask()
    except UserError:
        raise
    except Exception:
        # A check that breaks down says so in the ledger and the report, as those of the validating process do.
        return CheckResult(check.check_id, check.rule, check.columns, check.severity, "crashed", rows, 0)
