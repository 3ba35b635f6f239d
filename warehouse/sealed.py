"""Files that only one person may open: age files (age-encryption.org/v1), written and opened by pyrage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyrage

from transforms.errors import UserError
from warehouse.files import written_whole

_ERRORS = (pyrage.EncryptError, pyrage.DecryptError, pyrage.RecipientError, pyrage.IdentityError)


class SealError(UserError):
    """A key is none, or a file cannot be opened with it."""


@dataclass(frozen=True)
class KeyPair:
    """`public` (age1...) may be known to all and seals; `secret` (AGE-SECRET-KEY-1...) opens and is for one alone."""

    public: str
    secret: str


def new_key() -> KeyPair:
    """A key that nobody has had before."""
    identity = pyrage.x25519.Identity.generate()
    return KeyPair(public=str(identity.to_public()), secret=str(identity))


def require_public(public: str) -> str:
    """The public key without spaces around it.

    Raises:
        SealError: it is not one.
    """
    _recipient(public.strip())
    return public.strip()


def seal_file(source: Path, target: Path, publics: Sequence[str]) -> None:
    """`source` as a file that each owner of one of the keys can open; it is there whole or not at all.

    Raises:
        SealError: no key, or one that is none.
    """
    if not publics:
        raise SealError(f"{target.name} has nobody who could open it. Name at least one public key (age1...).")
    recipients = [_recipient(each) for each in publics]
    with source.open("rb") as plain, written_whole(target) as sealed:
        pyrage.encrypt_io(plain, sealed, recipients)


def open_file(sealed: Path, target: Path, secret: str) -> None:
    """What `sealed` holds as a plain file; it is there whole or not at all.

    Raises:
        SealError: the key is none, it is not this file's, or the file was changed.
    """
    identity = _identity(secret.strip())
    with sealed.open("rb") as closed, written_whole(target) as plain:
        try:
            pyrage.decrypt_io(closed, plain, [identity])
        except (OSError, *_ERRORS) as error:
            # A changed file comes as an OSError without a number; a full disk has one.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise SealError(
                f"{sealed.name} cannot be opened with this key: it was sealed for another, or the file was changed on "
                "its way. Ask for it to be made anew for your public key."
            ) from error


def _recipient(public: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(public)
    except _ERRORS as error:
        raise SealError("That is no public age key: it begins with age1 and has 62 characters.") from error


def _identity(secret: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(secret)
    except _ERRORS as error:
        raise SealError("That is no secret age key: it begins with AGE-SECRET-KEY-1.") from error
