"""Code systems: which codes are known, and which code came in place of which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from transforms.model import Strict, Text
from transforms.toml_text import read_toml


class Move(Strict):
    """One code that was given up, and what came in its place. Several in `new`: the code was split.

    A code means the same in every month, also where a supplier went on using it after `moved`; where it was given to
    something else later, or stayed in use for a part (a split), `until` is the last day on which it meant this.
    `moved` is empty where no list gave the date.
    """

    old: str
    new: tuple[str, ...] = Field(min_length=1)
    moved: date | None = None
    until: date | None = None
    what: str
    sure: Literal["source", "unconfirmed"]
    seen: str

    @model_validator(mode="after")
    def _says_when_a_split_began(self) -> Self:
        if len(self.new) > 1 and self.until is None:
            raise ValueError(f"the move of {self.old} is a split: `until` must say the last day of the old code")
        if self.new == (self.old,):
            raise ValueError(f"the move of {self.old} leads to itself")
        return self

    @property
    def is_split(self) -> bool:
        """Whether facts with the old code may be of more than one new code."""
        return len(self.new) > 1


class CodeSystem(Strict):
    """A code system: `pattern` is the form of a code, `groups` prefixes of known codes, `levels` lengths of groups.

    `moves` may lead from one to the next, but never in a circle; nothing moves to a code that has an `until`, since
    what it means would then depend on when it was asked.
    """

    system: str
    title: Text
    pattern: str
    levels: tuple[int, ...] = Field(min_length=1)
    groups: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        olds = [move.old for move in self.moves]
        if twice := sorted({old for old in olds if olds.count(old) > 1}):
            raise ValueError(f"{self.system} moves {', '.join(twice)} more than once")
        dated = {move.old for move in self.moves if move.until is not None}
        if unclear := sorted({new for move in self.moves for new in move.new if new in dated and new != move.old}):
            raise ValueError(f"{self.system} moves codes to {', '.join(unclear)}, which has an `until` itself")
        for move in self.moves:
            _ends(move.old, {each.old: each for each in self.moves}, ())
        return self

    @cached_property
    def _resolved(self) -> dict[str, tuple[str, ...]]:
        by_old = {move.old: move for move in self.moves}
        return {old: _ends(old, by_old, ()) for old in by_old}

    @cached_property
    def _until(self) -> dict[str, date]:
        return {move.old: move.until for move in self.moves if move.until is not None}

    @cached_property
    def splits(self) -> dict[str, tuple[date | None, tuple[str, ...]]]:
        """By old code: the last day on which it stands for several newest codes, and those."""
        return {old: (self._until.get(old), ends) for old, ends in self._resolved.items() if len(ends) > 1}

    @cached_property
    def dated(self) -> frozenset[str]:
        """Codes whose meaning the month decides: given to something else later, or split."""
        return frozenset(self._until) | frozenset(self.splits)

    def newest(self, code: str, month: date) -> tuple[str, ...]:
        """The newest codes for what came as `code` in `month`; more than one where it was split."""
        until = self._until.get(code)
        if code not in self._resolved or (until is not None and month > until):
            return (code,)
        return self._resolved[code]

    def newest_prefixes(self, prefixes: Iterable[str]) -> tuple[str, ...]:
        """`prefixes` with, for each that is an old code, the codes that came in its place. A group stays as it is."""
        every = [end for prefix in prefixes for end in (prefix, *self._resolved.get(prefix, ()))]
        return tuple(dict.fromkeys(every))

    def renamed(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """`rows` (code, period) with the newest code where there is one. A code that was split stays as it came."""
        single = {old: ends[0] for old, ends in self._resolved.items() if len(ends) == 1}
        always = {old: new for old, new in single.items() if old not in self._until}
        code = pl.col("code")
        newest = code.replace(always) if always else code
        for old in sorted(set(single) - set(always)):
            inside = (code == old) & (pl.col("period") <= self._until[old])
            newest = pl.when(inside).then(pl.lit(single[old])).otherwise(newest)
        return rows.with_columns(newest.alias("code"))

    def has_form(self, code: str) -> bool:
        """Whether `code` is written as a code of this system is."""
        return re.fullmatch(self.pattern, code) is not None

    def may_begin(self, prefix: str) -> bool:
        """Whether a code of this system can be `prefix` or begin with it."""
        room = max(self.levels) - len(prefix)
        fillings = (filling for count in range(room + 1) for filling in product("0A", repeat=count))
        return bool(prefix) and any(self.has_form(prefix + "".join(filling)) for filling in fillings)

    def nearest(self, code: str) -> str:
        """The known code or group that `code` was probably meant to be."""
        named = {code for move in self.moves for code in (move.old, *move.new)}
        tidied = code.upper().replace(" ", "").replace(".", "")
        mended = [
            form for form in (tidied, tidied.replace("O", "0"), tidied[: max(self.levels)]) if self.may_begin(form)
        ]
        candidates = mended[:1] or sorted({*self.groups, *named})
        return next(iter(get_close_matches(tidied, candidates, 1, 0)), self.title.en)

    def knows(self, code: str) -> bool:
        """Whether `code` has the form, and lies in a known group or is named by a move."""
        named = code in self._resolved or any(code in ends for ends in self._resolved.values())
        return self.has_form(code) and (named or code.startswith(self.groups))


def _ends(code: str, moves: Mapping[str, Move], passed: tuple[str, ...]) -> tuple[str, ...]:
    if code in passed:
        raise ValueError(f"the moves {' to '.join((*passed, code))} lead in a circle")
    if code not in moves:
        return (code,)
    ends = [end for new in moves[code].new for end in ((new,) if new == code else _ends(new, moves, (*passed, code)))]
    return tuple(dict.fromkeys(ends))


def parse_code_system(paths: Iterable[Path]) -> CodeSystem:
    """The code system in the first of the TOML files `paths`, with what the later ones add.

    A later file adds groups and moves; its move of a code comes in place of an earlier one. A system that only the
    workspace has is whole in its one file.

    Raises:
        tomllib.TOMLDecodeError, pydantic.ValidationError: the files together are not a code system.
    """
    described: dict[str, Any] = {}
    for path in paths:
        added = read_toml(path)
        # The file's own moves come first, so that a complaint about the second of them counts as its reader would.
        own = {move.get("old", ""): move for move in added.pop("moves", [])}
        moves = own | {move["old"]: move for move in described.get("moves", []) if move["old"] not in own}
        groups = [*described.get("groups", []), *added.pop("groups", [])]
        described |= added | {"moves": list(moves.values()), "groups": groups}
    return CodeSystem.model_validate(described)
