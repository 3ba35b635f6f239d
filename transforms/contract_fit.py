"""Which contract a file's columns fit, and a first draft of one for a file that fits none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from transforms.contract import Column, Contract
from transforms.guessing import Guess

_ALIKE = 0.55


@dataclass(frozen=True)
class Fit:
    """How well a header fits one contract: columns found, required ones that are missing, and headers without a use."""

    source: str
    found: tuple[str, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every column that the contract needs is there."""
        return bool(self.found) and not self.missing


def fits(contracts: Sequence[Contract], header: Sequence[str]) -> list[Fit]:
    """One fit per contract with at least one column in common, the best first."""
    found = [fit for contract in contracts if (fit := _fit(contract, header)).found]
    return sorted(found, key=lambda fit: (len(fit.missing) / (len(fit.found) + len(fit.missing)), -len(fit.found)))


def _fit(contract: Contract, header: Sequence[str]) -> Fit:
    present = {cell.casefold() for cell in header}
    reshaped = {name for wide in contract.wide for name in (*wide.columns, *wide.fill)}
    found: list[str] = []
    missing: list[str] = []
    for column in contract.columns:
        names = column.headers or column.parts
        here = [name for name in names if name.casefold() in present]
        if (column.parts and len(here) == len(column.parts)) or (column.headers and here):
            found.append(column.name)
        elif column.required and column.constant is None and column.name not in reshaped:
            missing.append(column.name)
    found += [name for wide in contract.wide for name, cell in wide.columns.items() if cell.casefold() in present]
    used = {name.casefold() for column in contract.columns for name in (*column.headers, *column.parts)}
    used |= {cell.casefold() for wide in contract.wide for cell in wide.columns.values()}
    used |= {rule.header.casefold() for rule in (*contract.exclude, *contract.ignore)}
    unused = tuple(cell for cell in header if cell.casefold() not in used)
    return Fit(contract.source, tuple(dict.fromkeys(found)), tuple(missing), unused)


def draft(contract: Contract, file: Mapping[str, str], columns: Mapping[str, Guess]) -> str:
    """An override of `contract` for a file with `columns` (header -> guess), as TOML with what is left to decide.

    `file` holds keys of `[file]` as they were found, such as encoding and delimiter.
    """
    missing = sorted({mark for guess in columns.values() for mark in guess.missing} | {""})
    lines = [
        f"# A first draft, from the look of one file. Put it in contracts/{contract.source}.toml, choose where two or",
        "# more headers are proposed, take out what does not hold, then try it: klyngeflow probe FILE",
        "[file]",
        *(f"{key} = {_text(value)}" for key, value in file.items()),
        f"missing = {_list(missing)}",
    ]
    taken: set[str] = set()
    for column in contract.columns:
        lines += ["", "[[columns]]", f"name = {_text(column.name)}", *_proposal(column, columns, taken)]
    left = [header for header in columns if header not in taken]
    if left:
        lines += ["", f"# Not used: {', '.join(left)}"]
    return "\n".join(lines) + "\n"


def _proposal(column: Column, columns: Mapping[str, Guess], taken: set[str]) -> list[str]:
    likely = _likely(column, [header for header in columns if header not in taken], columns)
    if not likely:
        needed = "needed" if column.required else "may stay empty"
        return [f"# headers = []  # none looks like it; {needed}: {column.what.en}"]
    first, *others = likely
    taken.add(first)
    lines = [f"headers = {_list([first])}"]
    if others:
        lines.append(f"# or: {', '.join(others[:3])}")
    if column.type in ("date", "month") and (form := columns[first].format):
        lines.append(f"format = {_text(form)}")
    return lines


def _likely(column: Column, headers: Sequence[str], columns: Mapping[str, Guess]) -> list[str]:
    """The headers that could be meant, the likeliest first: by name, and of a kind that the column can take."""
    wanted = [_plain(name) for name in (*column.headers, column.name)]
    scored: list[tuple[float, str]] = []
    for header in headers:
        alike = max(SequenceMatcher(None, _plain(header), name).ratio() for name in wanted)
        bonus = 0.15 if _could_be(column, columns[header]) else -0.3
        if alike + bonus >= _ALIKE:
            scored.append((alike + bonus, header))
    return [header for _, header in sorted(scored, key=lambda pair: -pair[0])]


def _plain(name: str) -> str:
    # As in a file that could not hold the Danish letters.
    return name.casefold().replace("ø", "oe").replace("å", "aa").replace("æ", "ae")


def _could_be(column: Column, guess: Guess) -> bool:
    kinds = {"integer": {"integer"}, "number": {"number", "integer"}, "month": {"month", "date"}, "date": {"date"}}
    return guess.type in kinds.get(column.type, {"code", "text", "integer"})


def _text(value: str) -> str:
    # JSON's strings are TOML's basic strings.
    return json.dumps(value, ensure_ascii=False)


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"
