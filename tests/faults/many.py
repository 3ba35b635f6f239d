"""`make faults`: the small job killed many times, and what came of it. Not a test: as many kills as there is time for.

python tests/faults/many.py [KILLS] [SEED]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from small_job import Child, calls_made, do_job, fill_inbox, killed_after, killed_at_call, marks, outcome  # noqa: E402

CALLS = ("pwrite64", "write", "fsync", "rename", "unlink", "ftruncate")


def main(kills: int, seed: int) -> int:
    """Kill at a moment, and at each kind of call in turn; print a table; how many were not recovered from."""
    chance, began = Random(seed), time.monotonic()
    killed: Counter[str] = Counter()
    recovered: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="klyngeflow-faults-") as folder:
        root = Path(folder) / "workspace"
        seconds, expected = undisturbed(root)
        made = {call: calls_made(fresh(root), call) or 0 for call in CALLS}
        ways = ["a moment", *(call for call in CALLS if made[call])]
        for number in range(kills):
            way = ways[number % len(ways)]
            fresh(root)
            if way == "a moment":
                killed[way] += killed_after(root, chance.random() * seconds)
            else:
                killed[way] += bool(killed_at_call(root, way, chance.randint(1, made[way])))
            do_job(root)
            head, log, _ = marks(root)
            recovered[way] += outcome(root) == expected and head == log
            tell(f"\r{number + 1} of {kills}")
    tries = Counter(ways[number % len(ways)] for number in range(kills))
    tell(f"\n{'killed at':12}{'tries':>8}{'killed':>8}{'recovered':>11}\n")
    for way in ways:
        tell(f"{way:12}{tries[way]:8}{killed[way]:8}{recovered[way]:11}\n")
    tell(
        f"{'all':12}{kills:8}{killed.total():8}{recovered.total():11}   {time.monotonic() - began:.0f} s, seed {seed}\n"
    )
    return kills - recovered.total()


def undisturbed(root: Path) -> tuple[float, dict[str, object]]:
    child = Child(fresh(root))
    began = child.begin()
    child.end()
    return time.monotonic() - began, outcome(root)


def fresh(root: Path) -> Path:
    shutil.rmtree(root, ignore_errors=True)
    fill_inbox(root)
    return root


def tell(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:3]]
    sys.exit(min(1, main(*(numbers + [300, 20260101][len(numbers) :]))))
