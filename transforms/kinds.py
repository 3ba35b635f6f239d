"""The kinds of measure: what each is a figure of, on which scale it is compared, and its interval."""

from __future__ import annotations

from typing import Literal

Kind = Literal["rate", "proportion", "mean", "median", "distribution", "ratio"]
Link = Literal["log", "logit", "identity"]

_LINKS: dict[Kind, Link] = {
    "rate": "log",
    "ratio": "log",
    "proportion": "logit",
    "distribution": "logit",
    "mean": "identity",
    "median": "identity",
}


def link(kind: Kind) -> Link:
    """The scale on which figures of `kind` are compared: what changes them by a factor adds up on it."""
    return _LINKS[kind]
