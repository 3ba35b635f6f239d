"""Looking at files: what the reading process makes of each, and which contract it fits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flows.settings import FILE, Definition, SettingsError, Workspace, load_workspace
from transforms.contract import Contract
from transforms.contract_fit import Fit, draft, fits
from transforms.errors import UserError
from transforms.guessing import Guess
from warehouse.files import write_whole
from warehouse.reading.probe import Probed
from warehouse.reading.process import shared_reader


@dataclass(frozen=True)
class Look:
    """What came of one file: what it is and the contracts it could fit, the best first; or why it is refused."""

    file_name: str
    probed: Probed | None
    fits: tuple[Fit, ...] = ()
    refusal: str = ""
    exit_code: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "file": self.file_name,
            "refused": self.refusal or None,
            "found": asdict(self.probed) if self.probed else None,
            "fits": [asdict(fit) | {"whole": fit.whole} for fit in self.fits],
        }


def look(folder: Path, path: Path, sheet: str | None) -> Look:
    """Look at one file; nothing is kept. In a workspace its own contracts count."""
    if not path.is_file():
        return Look(path.name, None, refusal=f"{path.name}: there is no such file. Check the name.", exit_code=2)
    try:
        probed = shared_reader().probe(path.name, path.resolve(), sheet)
    except UserError as error:
        return Look(path.name, None, refusal=str(error), exit_code=error.exit_code)
    return Look(path.name, probed, tuple(fits(_contracts(folder), probed.header)))


def write_draft(folder: Path, seen: Look, source: str | None, target: Path) -> str:
    """Write the draft of a contract to `target` and say what to do next.

    Raises:
        SettingsError: no source fits and none was named, there is none of that name, or the file is there already.
    """
    if target.exists():
        raise SettingsError(f"{target} is there already. Name another file, or take that one away first.")
    contract = _chosen(folder, seen, source)
    probed = seen.probed
    assert probed is not None
    write_whole(target, draft(contract, _file_of(probed), _columns_of(probed)).encode())
    return f"Wrote {target}, a draft for the source {contract.source}. Mend it, then probe the file again."


def _chosen(folder: Path, seen: Look, source: str | None) -> Contract:
    contracts = {contract.source: contract for contract in _contracts(folder)}
    chosen = source or (seen.fits[0].source if seen.fits else None)
    if chosen is None:
        raise SettingsError(
            f"{seen.file_name} fits no contract, so name the source that it is of: --source, one of "
            f"{', '.join(sorted(contracts))}."
        )
    if chosen not in contracts:
        raise SettingsError(f"There is no source called {chosen!r}. Write one of: {', '.join(sorted(contracts))}.")
    return contracts[chosen]


def _contracts(folder: Path) -> tuple[Contract, ...]:
    """Every contract that is known in the folder: the workspace's own ones, or klyngeflow's where it is none."""
    opened = load_workspace(folder) if (folder / FILE).exists() else Workspace(folder, Definition(name="no workspace"))
    return tuple(opened.contract(source) for source in opened.known_sources)


def _file_of(probed: Probed) -> dict[str, str]:
    found = {"encoding": (probed.encoding or "utf-8").removesuffix(" with a mark"), "delimiter": probed.delimiter}
    guesses = [column.guess for column in probed.columns]
    decimal = next((guess.decimal for guess in guesses if guess.decimal), None)
    thousands = next((guess.thousands for guess in guesses if guess.thousands), None)
    found |= {"decimal": decimal or ("," if thousands == "." else None), "thousands": thousands or ""}
    if probed.sheet is not None:
        found["sheet"] = probed.sheet
    return {key: value for key, value in found.items() if value is not None}


def _columns_of(probed: Probed) -> dict[str, Guess]:
    return {column.header: column.guess for column in probed.columns if column.header}
