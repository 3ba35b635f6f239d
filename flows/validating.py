"""The one validating process of a command: started once, used by every task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from expectations.process import Validator

_running: list[Validator] = []


@contextmanager
def one_validator() -> Iterator[Validator]:
    """The validator in use; a new one, for as long as the block lasts, where there is none."""
    if _running:
        yield _running[-1]
        return
    with Validator() as validator:
        _running.append(validator)
        try:
            yield validator
        finally:
            _running.remove(validator)
