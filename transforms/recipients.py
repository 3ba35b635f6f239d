"""Recipients: where what a practice or a coordinator gets is sent. One row of modtagere.csv is one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from typing import Literal

from transforms.errors import UserError

Role = Literal["praksis", "koordinator"]
COLUMNS = ("Rolle", "Kode", "Navn", "E-mail", "CVR", "Adresse", "Postnr", "By", "Age-nøgle")
_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)


class RecipientError(UserError):
    """modtagere.csv cannot be used as it is written; nothing was sent."""


@dataclass(frozen=True)
class Contact:
    """One row: `code` is a practice's number or, of a coordinator, the cluster's code. What is not known is empty."""

    role: Role
    code: str
    name: str = ""
    email: str = ""
    cvr: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    public_key: str = ""


def contacts(rows: Sequence[Mapping[str, str]]) -> dict[tuple[Role, str], Contact]:
    """The rows by role and code; line 1 of the file is its header.

    Raises:
        RecipientError: names the line and the column; never the cell.
    """
    found: dict[tuple[Role, str], Contact] = {}
    for number, row in enumerate(rows, start=2):
        contact = _contact(row, number)
        if (contact.role, contact.code) in found:
            raise RecipientError(f"modtagere.csv, line {number}: {contact.role} {contact.code} stands on two lines.")
        found[contact.role, contact.code] = contact
    return found


def _contact(row: Mapping[str, str], number: int) -> Contact:
    cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
    role = cells["Rolle"].lower()
    if role not in ("praksis", "koordinator"):
        raise RecipientError(f"modtagere.csv, line {number}, Rolle: write praksis or koordinator.")
    if not cells["Kode"]:
        remedy = "the practice's number" if role == "praksis" else "the cluster's code"
        raise RecipientError(f"modtagere.csv, line {number}, Kode is empty: write {remedy}.")
    cvr = re.sub(r"[\s.]", "", cells["CVR"]).upper().removeprefix("DK")
    if cells["E-mail"] and not is_address(cells["E-mail"]):
        raise RecipientError(f"modtagere.csv, line {number}, E-mail is no address: write one, such as name@place.dk.")
    if cvr and not is_cvr(cvr):
        raise RecipientError(
            f"modtagere.csv, line {number}, CVR: no CVR number has these digits (there are eight, and the last "
            "one checks the others). A wrong one would be somebody else's mailbox: look it up."
        )
    return Contact(
        role,
        cells["Kode"],
        cells["Navn"],
        cells["E-mail"],
        cvr,
        cells["Adresse"],
        cells["Postnr"],
        cells["By"],
        cells["Age-nøgle"],
    )


def is_address(text: str) -> bool:
    """Whether an e-mail can be addressed to `text`: one address in letters that every mail server takes."""
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):
        return False
    return text.isascii() and text.isprintable() and bool(address.username) and "." in address.domain.strip(".")


def is_cvr(text: str) -> bool:
    """Whether `text` is eight digits whose weighted sum is a multiple of 11, as that of every CVR number is."""
    if not re.fullmatch(r"[1-9][0-9]{7}", text, re.ASCII):
        return False
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=True)) % 11 == 0
