"""The national round: the packs of 116 clusters and 1,700 practices, rendered by the bundled engines.

python -m bench.render --clusters 116
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import alone
from bench.measure_world import World, make_world
from bench.render_ordinary import ELSEWHERE, ordinary
from bench.render_stages import Stages, processor
from flows.building import build_pack, by_windows, compute_packages, planned_orders
from flows.rendering import all_documents_of, render_packs
from flows.settings import Workspace, load_workspace
from reports.fonts import cut_fonts
from reports.pack import Document, render_document
from reports.render import find_renderer

NATIONAL_CLUSTERS, NATIONAL_MEMBERS = 116, 1_700
MONTHS, ROWS_PER_PRACTICE = 24, 12_000
FEWEST_CLUSTERS = 10
"""Two in each of five regions: without a rest of the region nothing can be judged."""
MOST_SECONDS, MOST_MEGABYTES = 600.0, 3_000
ORDINARY_SAMPLE = 10
SETTINGS = """
name = "Benchmark"
example_data = true
[consent]
default = "given"
[letters]
seed = 1
[[packs]]
package = "antibiotika"
kind = "followup"
meeting = 2025-09-23
baseline_from = 2023-01-01
followup_from = 2024-01-01
clusters = [{clusters}]
"""


@dataclass
class Memory:
    """The most megabytes that this process and everything below it held at once, pages they share counted twice."""

    most: int = 0
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Memory:
        self._asking = threading.Thread(target=self._ask, daemon=True)
        self._asking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._asking.join()

    def _ask(self) -> None:
        while not self._done.wait(0.5):
            self.most = max(self.most, _of_family(os.getpid()))


def _of_family(eldest: int) -> int:
    """Megabytes of a process and its descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    pages: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        pages[int(folder.name)] = int(told[21])
        children[int(told[1])].append(int(folder.name))
    family = [eldest]
    for each in family:
        family.extend(children[each])
    return sum(pages.get(each, 0) for each in family) * os.sysconf("SC_PAGE_SIZE") >> 20


def world_of(root: Path, clusters: int) -> Workspace:
    """A workspace with a made-up region and the built packs of so many of its clusters."""
    in_all = max(clusters, FEWEST_CLUSTERS)
    practices = round(in_all * NATIONAL_MEMBERS / NATIONAL_CLUSTERS)
    named = ", ".join(f'"K{number}"' for number in range(clusters))
    (root / "klyngeflow.toml").write_text(SETTINGS.format(clusters=named), encoding="utf-8")
    workspace = load_workspace(root)
    make_world(World(practices * ROWS_PER_PRACTICE, practices, in_all, MONTHS), workspace.store)
    orders = planned_orders(workspace)
    for together in by_windows(workspace, orders):
        compute_packages(workspace, together, "bench")
    for order in orders:
        build_pack(workspace, order)
    return workspace


def packs_of(root: Path, clusters: int) -> list[str]:
    """Build the packs in a process of its own, so that the memory of rendering is its own."""
    return [order.pack_id for order in planned_orders(world_of(root, clusters))]


def by_stage(root: Path, pack_id: str) -> None:
    """Render one pack in this process, and print what each kind of document and each step takes of the processor."""
    workspace, stages = load_workspace(root), Stages()
    renderer = find_renderer(cut_fonts(workspace.store.cache / "fonts"))
    spent, many = Counter[str](), Counter[str]()
    documents: Sequence[Document] = all_documents_of(workspace, pack_id)
    render_document(documents[1], root / "first", renderer)  # imports and the first drawing are not the rule
    with stages.watching():
        for document in documents:
            begun, kind = processor(), document.name.partition("_")[0]
            render_document(document, root / "sample", renderer)
            spent[kind] += processor() - begun
            many[kind] += 1
    for kind, number in many.items():
        each = spent[kind] / number
        _say(f"{kind:16} {number:4} documents {each:7.2f} s of CPU each {1 / each:7.2f} a second of CPU")
    whole = sum(stages.spent.values())
    for step, of_step in stages.spent.most_common():
        _say(f"  {step:14} {of_step / len(documents):7.3f} s of CPU a document {of_step / whole:6.0%}")


def rendered(root: Path, pack_ids: Sequence[str]) -> bool:
    """Render all packs as `klyngeflow run` does, twice; whether the national round would meet its aims."""
    workspace = load_workspace(root)
    named = [one.name for each in pack_ids for one in all_documents_of(workspace, each)]
    members = sum(name.startswith("medlem_") for name in named)
    begun, used = time.perf_counter(), sum(os.times()[:4])
    with Memory() as memory:
        render_packs(workspace, pack_ids, "bench", _quietly)
    took, processor_time = time.perf_counter() - begun, sum(os.times()[:4]) - used
    begun = time.perf_counter()
    render_packs(workspace, pack_ids, "bench", _quietly)
    again = time.perf_counter() - begun
    _say(f"{len(pack_ids)} clusters, {members} members: {took:.1f} s, {processor_time:.1f} s of CPU, {memory.most} MB")
    _say(f"{len(named)} documents, {len(named) / took:.2f} a second, each in all its formats")
    _say(f"the same again, nothing changed: {again:.1f} s")
    times = NATIONAL_CLUSTERS / len(pack_ids)
    said = "took" if times == 1 else "would take"
    quiet = processor_time * times / 2
    _say(f"the national round {said} {took * times:.0f} s, {quiet:.0f} s on two cores that do nothing else")
    met = took * times <= MOST_SECONDS and memory.most <= MOST_MEGABYTES
    _say(f"{'met' if met else 'NOT met'}: {MOST_SECONDS:.0f} s and {MOST_MEGABYTES} MB")
    return met


def _quietly(_done: int, _total: int) -> None:
    """Progress is not shown."""


def told_ordinary(folder: Path) -> None:
    """What the ordinary way takes."""
    found = ordinary(ORDINARY_SAMPLE, folder)
    if found is None:
        _say("the ordinary way: quarto, or a Jupyter kernel, is absent here; figures from elsewhere:")
    each = found or ELSEWHERE
    _say(f"the ordinary way: {each['html']:.1f} s for HTML, {each['typst']:.1f} s for PDF, a member's report")
    _say(f"the members' reports alone: {NATIONAL_MEMBERS * sum(each.values()) / 3600:.1f} hours one after another")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Print what rendering takes; 1 where the national round would miss an aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clusters", type=int, default=4, help=f"how many to render; {NATIONAL_CLUSTERS} is all")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="klyngeflow_bench_") as name:
        root, begun = Path(name), time.perf_counter()
        pack_ids = alone(packs_of, root, chosen.clusters)
        _say(f"({chosen.clusters} packs built in {time.perf_counter() - begun:.0f} s)")
        alone(by_stage, root, pack_ids[0])
        met = rendered(root, pack_ids)
        told_ordinary(root)
    _say(f"{os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
