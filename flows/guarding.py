"""What leaves a step when it fails: Prefect keeps the words of an error, and an engine's words repeat the data."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from transforms.errors import UserError
from warehouse.faults import is_full, no_space
from warehouse.queries import StatementError

P = ParamSpec("P")
R = TypeVar("R")


class StepFailedError(Exception):
    """A step failed by a fault of ours. The text is the kind of error alone; the places in the code travel along."""


def words_kept_back(step: Callable[P, R]) -> Callable[P, R]:
    """`step`, whose errors carry sentences of our own, or their kind and nothing else."""

    @wraps(step)
    def guarded(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return step(*arguments, **named)
        except (UserError, StepFailedError) as error:
            # Its own words are ours; those of what led to it are not.
            error.__cause__ = error.__context__ = None
            raise
        except Exception as error:
            told = _told(error).with_traceback(error.__traceback__)
        told.__cause__ = told.__context__ = None
        raise told

    return guarded


def _told(error: Exception) -> Exception:
    if isinstance(error, OSError) and error.errno is not None:
        if is_full(error):
            return no_space(Path(error.filename).parent if error.filename else Path("the workspace"))
        # The system's words are a number's; a path is not data, and a retry may help.
        return type(error)(error.errno, error.strerror, error.filename)
    return StepFailedError(str(error) if isinstance(error, StatementError) else type(error).__name__)
