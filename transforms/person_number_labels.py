"""Names of columns, sheets and files that say that persons are in them, and values that stand for persons."""

from __future__ import annotations

import re

from transforms.person_number_plain import plain

_TELLTALE = (
    r"cpr[-_ ]?(?:nr|nummer|numre|no)?|person[-_ ]?(?:nr|nummer)|pnr|patient[-_ ]?(?:id|nr|nummer)"
    r"|f(?:ø|oe|o)dsels[-_ ]?(?:dato|dag)|fornavn|efternavn"
)
_SOMEWHERE = re.compile(rf"(?<![a-zæøå])(?:{_TELLTALE})(?![a-zæøå])", re.IGNORECASE)
_WHOLE = re.compile(rf"[^a-zæøå]*(?:(?:borger|patient)(?:ens)?[-_ ]?)?(?:{_TELLTALE})[^a-zæøå]*", re.IGNORECASE)
_HUMP = re.compile("(?<=[a-zæøå])(?=[A-ZÆØÅ])")
_PSEUDONYM = re.compile(r"(?:[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.IGNORECASE)


def names_a_person(label: str) -> bool:
    """Whether a header, sheet or file name says that it holds persons."""
    written = plain(label)
    return any(_SOMEWHERE.search(form) for form in (written, _HUMP.sub(" ", written)))


def is_a_persons_label(cell: str) -> bool:
    """Whether `cell` is nothing but such a name: asked where a line may be a header or a sentence above it."""
    written = plain(cell)
    return any(_WHOLE.fullmatch(form) for form in (written, _HUMP.sub(" ", written)))


def is_a_pseudonym(cell: str) -> bool:
    """Whether `cell` is a SHA-256 digest or a UUID, by which persons are pseudonymised."""
    return bool(_PSEUDONYM.fullmatch(cell.strip(" {}\"'")))
