"""What a person sees while work goes on: moving bars on a terminal, plain lines anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Display:
    """Steps with a count. `step` begins one, `advance` says how far it has come, `say` prints a lasting line."""

    def __init__(self) -> None:
        self.console = Console(soft_wrap=True, highlight=False)
        self.lively = sys.stdout.isatty() and not self.console.is_dumb_terminal
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._started: dict[str, float] = {}

    def say(self, line: str) -> None:
        """Print a line that stays."""
        self.console.print(line, markup=False)

    def advance(self, step: str, done: int, total: int) -> None:
        """Show that `done` of `total` of `step` are finished."""
        if self._progress is not None:
            task = self._tasks.get(step)
            if task is None:
                task = self._tasks[step] = self._progress.add_task(step, total=total)
            self._progress.update(task, completed=done, total=total)
            return
        begun = self._started.setdefault(step, time.monotonic())
        if done == total:
            self.say(f"{step}: {done} of {total}, {time.monotonic() - begun:.0f} s")
        elif done == 0:
            self.say(f"{step} ...")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Show bars while the block lasts, where there is a terminal."""
        self._tasks.clear()
        self._started.clear()
        if not self.lively:
            yield
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console) as self._progress:
            try:
                yield
            finally:
                self._progress = None


DISPLAY = Display()
"""The one display of this process: tasks run in threads of it and cannot be handed one."""
