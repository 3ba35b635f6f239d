"""Errors a user can mend. Each is one sentence that says what came, what was expected and what to do next."""

from __future__ import annotations

SHOWN_CHARACTERS = 40


class UserError(Exception):
    """Shown without a traceback; the command ends with `exit_code`.

    `str()` of it may be logged: it names file, row and column, never a cell. The offending `value` goes to the terminal
    alone, and only where the caller has found no person number in it.
    """

    exit_code = 2

    def __init__(self, sentence: str, *, value: str | None = None) -> None:
        super().__init__(sentence)
        self.value = value

    def shown(self) -> str:
        """The sentence for the terminal, with the value found."""
        if self.value is None:
            return str(self)
        cut = self.value if len(self.value) <= SHOWN_CHARACTERS else self.value[: SHOWN_CHARACTERS - 1] + "…"
        return f"{self} Found: {cut!r}."


class DataRefusedError(UserError):
    """An extract or a pack was refused by a rule that no edit of one row mends."""

    exit_code = 3


class MachineError(UserError):
    """The machine and not the data is in the way: nothing was decided about an extract or a pack."""
