"""What can go wrong with validating itself, apart from a rule that the data broke."""

from __future__ import annotations

from transforms.errors import UserError


class IncompleteCheckError(UserError):
    """A check of a contract lacks what its rule needs, or says what cannot be."""


class ValidationUnavailableError(UserError):
    """No check of an extract could be asked at all. Nothing was decided about the extract."""
