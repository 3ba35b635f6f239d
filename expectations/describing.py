"""The description of a source, from its contract alone: for the terminal, as Markdown and as a page.

A description is what a supplier of the file needs to know; nothing of any delivered file is in it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from expectations.pages import page, words
from transforms.contract import Check, Column, Contract
from transforms.example_rows import NoExampleError, example_file, example_name, example_rows

EXAMPLE_LINES = 3
_SIGNS = {";": "semicolon", ",": "comma", "\t": "tab", "": "empty"}


@dataclass(frozen=True)
class ColumnLine:
    """One column: its name here, its headers in the file, its type, what it is and what may stand in it."""

    name: str
    headers: tuple[str, ...]
    type: str
    required: bool
    constant: str | None
    what: str
    values: dict[str, str]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class RuleLine:
    """One check: its name, how much it matters and why it is there."""

    check_id: str
    severity: str
    why: str


@dataclass(frozen=True)
class Description:
    """One source as its contract has it, in one language. `file` is pairs of a name and what holds."""

    source: str
    table: str
    title: str
    one_row: str
    key: tuple[str, ...]
    file: tuple[tuple[str, str], ...]
    columns: tuple[ColumnLine, ...]
    checks: tuple[RuleLine, ...]
    corrections: str
    submission: str
    bad_rows: str | None
    excluded: tuple[str, ...]
    example_name: str
    example: tuple[str, ...]
    changed: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For a program to read."""
        return asdict(self)


def describe(contract: Contract, language: str, *, changed: bool = False) -> Description:
    """The description of `contract`; `changed` says that a workspace has laid its own over the shipped one."""
    return Description(
        source=contract.source,
        table=contract.table,
        title=contract.title.in_language(language),
        one_row=contract.one_row.in_language(language),
        key=contract.key,
        file=_file(contract, words(language)),
        columns=tuple(_column(column, language) for column in contract.columns),
        checks=tuple(_rule(check, language) for check in contract.checks),
        corrections=_corrections(contract, words(language)),
        submission=words(language)[f"submission_{contract.submission.by if contract.submission else 'none'}"],
        bad_rows=_bad_rows(contract, language),
        excluded=tuple(rule.why.in_language(language) for rule in contract.exclude),
        example_name=example_name(contract),
        example=_example(contract),
        changed=changed,
    )


def _file(contract: Contract, say: Any) -> tuple[tuple[str, str], ...]:
    form = contract.file
    missing = ", ".join(say["empty"] if mark == "" else mark for mark in form.missing)
    lines = [
        (say["names"], ", ".join(form.patterns)),
        (say["encoding"], form.encoding),
        (say["delimiter"], say.get(_SIGNS.get(form.delimiter, ""), form.delimiter)),
        (say["decimal"], say.get(_SIGNS.get(form.decimal, ""), form.decimal)),
        (say["thousands"], say.get(_SIGNS.get(form.thousands, ""), form.thousands)),
        (say["missing"], missing),
    ]
    return tuple(lines)


def _column(column: Column, language: str) -> ColumnLine:
    return ColumnLine(
        name=column.name,
        headers=column.headers or column.parts,
        type=_type(column, words(language)),
        required=column.required,
        constant=column.constant,
        what=column.what.in_language(language),
        values=column.values,
        examples=column.examples,
    )


def _type(column: Column, say: Any) -> str:
    forms = (column.format,) if isinstance(column.format, str) else column.format or ()
    return say[f"type_{column.type}"] + (f" ({', '.join(forms)})" if forms else "")


def _rule(check: Check, language: str) -> RuleLine:
    return RuleLine(check.check_id, check.severity, check.why.in_language(language))


def _corrections(contract: Contract, say: Any) -> str:
    if all(column.name != "practice_id" for column in contract.columns):
        return say["corrections_published"]
    told = say[f"corrections_{contract.corrections}"]
    return f"{told} {say['corrections_slice']} {', '.join(contract.slice)}." if contract.slice else told


def _bad_rows(contract: Contract, language: str) -> str | None:
    most = contract.bad_rows.most
    if not most:
        return None
    share = f"{most:.1%}" if language == "en" else f"{most * 100:.1f} %".replace(".", ",")
    return f"{words(language)['bad_rows']} {share}"


def _example(contract: Contract) -> tuple[str, ...]:
    try:
        return tuple(example_file(contract, example_rows(contract, EXAMPLE_LINES)) or ())
    except NoExampleError:
        # A workspace's own column with a pattern: the description stands without an example.
        return ()


def as_page(description: Description, language: str) -> str:
    """One HTML page, whole in itself."""
    return page("source.html", language, it=description)


def as_markdown(description: Description, language: str) -> str:
    """One Markdown page."""
    return page("source.md", language, it=description, cell=lambda text: str(text).replace("|", "\\|"))
