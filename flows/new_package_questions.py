"""The questions behind a new package: asked on a terminal, or answered by options, or by what is usual."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import typer

from flows.new_package import CODED, COUNTS, THE_LIST, Answers, Counts, NewPackageError, refuse_unknown
from flows.new_package_toml import asked
from flows.settings import FILE, Workspace
from transforms.errors import UserError
from transforms.naming import unknown

MONTHS = {"registrations": 3, "questionnaire": 3}
"""As long as people keep counting by hand; of what is extracted, a year."""
LONGEST = 36
ASKED = (
    *("title", "title_en", "counts", "codes", "out_of", "per", "months", "owner", "why"),
    *("expected", "expected_denominator"),
)
"""Everything that can be answered, as an option or when asked."""


@dataclass(frozen=True)
class Interview:
    """Answers given as options, and whether to ask for the rest or take what is usual."""

    workspace: Workspace
    name: str
    given: Mapping[str, Any]
    ask: bool

    def answers(self) -> Answers:
        """Every answer, each looked at as soon as it is given.

        Raises:
            NewPackageError: an option is of no use, or the answers end before the questions do.
        """
        try:
            return self._answers()
        except typer.Abort:
            raise NewPackageError(
                "The answers ended before the questions did; nothing was made. Give the rest as options, or --yes."
            ) from None

    def _answers(self) -> Answers:
        title = self._text("title", self.name.replace("_", " ").capitalize())
        title_en = self._text("title_en", title)
        counts = cast("Counts", self._answer("counts", "prescriptions", _of_counts))
        of_numbers = self._of_numbers(counts) if counts != "nothing" else self._of_nothing()
        owner = self._text("owner", self._usual_owner())
        every = {"name": self.name, "title": title, "title_en": title_en, "counts": counts, "owner": owner}
        return Answers.model_validate(every | of_numbers)

    def _of_nothing(self) -> dict[str, Any]:
        from flows.new_package_toml import said

        return {"why": self._text("why", said("why").da)}

    def _of_numbers(self, counts: Counts) -> dict[str, Any]:
        codes = self._answer("codes", self._usual_codes(counts), self._codes(counts), f"codes_{counts}")
        out_of: tuple[str, ...] = ()
        if counts != "questionnaire":
            out_of = self._answer("out_of", THE_LIST, self._codes(counts, "--out-of"))
        elif self.given.get("out_of"):
            raise NewPackageError("--out-of: the mean of a questionnaire is over those who answered. Leave it out.")
        per = 1 if counts == "questionnaire" else self._answer("per", "100" if out_of else "1000", _whole(1, None))
        months = self._answer("months", str(MONTHS.get(counts, 12)), _whole(1, LONGEST))
        found = {"codes": codes, "out_of": out_of, "per": per, "months": months}
        found["expected"] = self._answer("expected", "", _positive)
        if found["expected"] is not None and (out_of or counts == "questionnaire"):
            found["expected_denominator"] = self._answer("expected_denominator", "", _positive)
        return found

    def _text(self, key: str, usual: str) -> str:
        return self._answer(key, usual, str)

    def _answer(self, key: str, usual: str, read: Callable[[str], Any], question: str = "") -> Any:
        """The answer to `key`: the option's, else asked for, else the usual one."""
        if (given := self.given.get(key)) is not None:
            return read(str(given))
        if not self.ask:
            return read(usual)
        typer.echo("\n" + asked(question or key))
        label = f"--{key.replace('_', '-')}"
        return typer.prompt(label, default=usual, show_default=bool(usual), value_proc=_again(read))

    def _usual_owner(self) -> str:
        return self.workspace.definition.name if (self.workspace.root / FILE).exists() else "klyngen"

    def _usual_codes(self, counts: Counts) -> str:
        usual = {"prescriptions": "J01", "services": "0101", "patient_counts": f"{self.name}_patienter"}
        return usual.get(counts, self.name)

    def _codes(self, counts: Counts, option: str = "--codes") -> Callable[[str], tuple[str, ...]]:
        def read(text: str) -> tuple[str, ...]:
            codes = tuple(dict.fromkeys(part for part in re.split(r"[,;\s]+", text) if part))
            if option == "--out-of" and codes == (THE_LIST,):
                return ()
            codes = tuple(code.upper() for code in codes) if counts in CODED else codes
            if not codes:
                raise NewPackageError(f"{option}: nothing is named. Write what is to be counted.")
            refuse_unknown(self.workspace, counts, codes, option)
            return codes

        return read


def _again(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """`read`, whose complaint makes the question be asked again."""

    def value_proc(text: str) -> Any:
        try:
            return read(text)
        except UserError as error:
            raise typer.BadParameter(error.shown()) from None

    return value_proc


def _of_counts(text: str) -> str:
    if text not in COUNTS:
        raise NewPackageError(f"--counts: {unknown('source to count in', text, COUNTS)}.")
    return text


def _whole(least: int, most: int | None) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text) if re.fullmatch(r"\d{1,9}", text.strip()) else least - 1
        if number < least or (most is not None and number > most):
            span = f"from {least} to {most}" if most is not None else f"from {least}"
            raise NewPackageError(f"{text!r} is no whole number {span}. Write it in digits, such as 12.")
        return number

    return read


def _positive(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise NewPackageError(f"{text!r} is no number above 0. Write it in digits, such as 12.5, or leave it empty.")
    return number
