"""Data Docs of a workspace: made from the ledger after extracts came in, beside the logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from expectations.data_docs import KEPT, CheckLine, ExtractPage, write_data_docs
from flows.settings import SettingsError, Workspace
from transforms.contract import Contract
from transforms.model import Text
from warehouse.check_records import newest_extracts


def data_docs_index(workspace: Workspace) -> Path:
    """Where the pages begin."""
    return workspace.store.logs / "data_docs" / "index.html"


def document_checks(workspace: Workspace) -> Path:
    """Write the pages of the newest extracts, in the workspace's language, and return their index."""
    language = workspace.definition.language
    contracts = {source: _contract(workspace, source) for source in workspace.known_sources}
    pages = [
        _page(row, checks, contracts.get(row["source"]), language)
        for row, checks in newest_extracts(workspace.store, KEPT)
    ]
    return write_data_docs(data_docs_index(workspace).parent, pages, language)


def _contract(workspace: Workspace, source: str) -> Contract | None:
    try:
        return workspace.contract(source)
    except SettingsError:
        # A contract being edited must not stand in the way of what was found with it before.
        return None


def _page(row: dict[str, Any], checks: list[dict[str, Any]], contract: Contract | None, language: str) -> ExtractPage:
    lines = tuple(
        CheckLine(
            **{name: check[name] for name in CheckLine.__dataclass_fields__ if name != "why"},
            why=Text(da=check["why_da"] or "", en=check["why_en"] or "").in_language(language),
        )
        for check in checks
    )
    known = {name: row[name] for name in ExtractPage.__dataclass_fields__ if name in row}
    title = row["source"] if contract is None else contract.title.in_language(language)
    one_row = "" if contract is None else contract.one_row.in_language(language)
    return ExtractPage(**known, title=title, one_row=one_row, checks=lines)
