"""What a group of patients is that somebody counts."""

from typing import NamedTuple


class Ordered(NamedTuple):
    """A group that is ordered: over how many months it is counted, whether split by age, and what all in it have."""

    name: str
    months: int
    by_age: bool
    have: tuple[str, ...]


class Looked(NamedTuple):
    """A group of the care plans: of which condition, what all in it have, and what those it could hold for have."""

    condition: str
    name: str
    have: tuple[str, ...]
    of: tuple[str, ...]
