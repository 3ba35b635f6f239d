"""Rendering packs: from the printed tables to finished folders in the outbox."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from multiprocessing import active_children, get_context
from pathlib import Path

from expectations.process import end_with_parent, interrupts_held_back
from flows.auditing import head_for_manifest
from flows.evaluations import write_evaluations
from flows.packages import texts_of
from flows.progress import DISPLAY
from flows.settings import Workspace
from reports.booklet import TEXTS
from reports.fonts import cut_fonts
from reports.manifest import Origin, write_manifest
from reports.pack import (
    CLUSTER,
    COORDINATOR,
    COORDINATOR_FOLDER,
    Document,
    PackTables,
    RenderedFile,
    documents,
)
from reports.render import Renderer, find_renderer
from reports.sheets import has_pages, sheets
from reports.together import render_documents, renders_whole_packs
from reports.unchanged import Inputs, Place, keep_made, made, narrowed, take_over
from transforms.definitions import Package
from transforms.requests import Level
from warehouse import packs, requests
from warehouse.files import sync_folder

PROCESSES = 2
AHEAD = 4
"""Packs on their way at once: one for each process, and one that waits for it."""
_Files = dict[str, list[RenderedFile]]
Tell = Callable[[int, int], None]
"""Called with how many documents are done, and of how many."""


@dataclass
class _Job:
    """One pack on its way: what is still to be rendered, and the files there are, by document."""

    place: Place
    aside: Path
    inputs: dict[str, str]
    to_render: list[Document]
    files: dict[str, list[RenderedFile]]
    formats: tuple[str, ...] = ()
    """Those that were asked for; none named: all."""


def render_packs(workspace: Workspace, pack_ids: Sequence[str], run_id: str, tell: Tell) -> list[Path]:
    """Render each pack aside and put it whole into the outbox as soon as it is; returns their folders.

    A document that would be made from what it was made from last time is taken from the folder that stands.
    """
    renderer = find_renderer(cut_fonts(workspace.store.cache / "fonts"))
    made = _Round(workspace, run_id, renderer, tell, len(pack_ids))
    with _workers() as pool:
        made.render(pack_ids, pool)
    return [workspace.store.outbox / pack_id for pack_id in pack_ids]


@dataclass
class _Round:
    """Packs on their way. So many lie in memory at once, however many there are: a national round has 116."""

    workspace: Workspace
    run_id: str
    renderer: Renderer
    tell: Tell
    packs: int
    jobs: dict[str, _Job] = field(default_factory=dict[str, _Job])
    read: int = 0
    standing: int = 0
    to_render: int = 0
    done: int = 0
    told: tuple[int, int] = (0, 0)

    def render(self, pack_ids: Sequence[str], pool: Executor) -> None:
        upcoming, waiting = iter(pack_ids), dict[Future[_Files], tuple[str, int]]()
        inputs = Inputs(self.renderer)
        while True:
            while len(self.jobs) < AHEAD and (pack_id := next(upcoming, None)) is not None:
                waiting |= self._begin(pack_id, _job(self.workspace, pack_id, inputs), pool)
            if not waiting:
                self._tell()
                return
            for future in _next_done(waiting):
                pack_id, count = waiting.pop(future)
                self.jobs[pack_id].files |= future.result()
                self.done += count
                self._tell()
                if not any(pack_id == other for other, _ in waiting.values()):
                    self._finish(pack_id)

    @property
    def total(self) -> int:
        """How many documents are rendered; while packs are unread, as many of each of them as of those read."""
        if self.read == self.packs or not self.to_render:
            return self.to_render
        return max(round(self.to_render / self.read * self.packs), self.to_render + 1)

    def _tell(self) -> None:
        if self.told != (self.done, self.total):
            self.told = self.done, self.total
            self.tell(*self.told)

    def _begin(self, pack_id: str, job: _Job, pool: Executor) -> dict[Future[_Files], tuple[str, int]]:
        self.jobs[pack_id] = job
        first = not self.to_render
        self.read += 1
        self.standing += len(job.files)
        self.to_render += len(job.to_render)
        self._tell_standing()
        if not job.to_render:
            self._finish(pack_id)
            return {}
        if first:
            self._tell()
        parts = _parts(job.to_render, whole=self.packs > 1 or renders_whole_packs(self.renderer))
        with interrupts_held_back():
            submitted = {
                pool.submit(_render_part, part, job.aside, self.renderer, job.formats): (pack_id, len(part))
                for part in parts
            }
        job.to_render = []
        return submitted

    def _tell_standing(self) -> None:
        if self.standing and self.read == self.packs:
            rest = f"{self.to_render} are rendered anew" if self.to_render else "nothing is rendered anew"
            every = self.standing + self.to_render
            DISPLAY.say(f"{self.standing} of {every} documents are what they were and stand: {rest}.")

    def _finish(self, pack_id: str) -> None:
        _finish(self.workspace, pack_id, self.jobs.pop(pack_id), self.renderer, self.run_id)


def _job(workspace: Workspace, pack_id: str, inputs: Inputs) -> _Job:
    outbox = workspace.store.outbox
    keys = outbox / COORDINATOR_FOLDER / pack_id
    place = Place(outbox / pack_id, keys, workspace.store.cache / "rendered" / f"{pack_id}.json")
    job = _Job(place, _aside(workspace, pack_id), {}, [], {}, _asked(workspace, pack_id)[1])
    if job.aside.exists():
        shutil.rmtree(job.aside)
    before = made(place)
    for document in map(narrowed, all_documents_of(workspace, pack_id)):
        job.inputs[document.name] = " ".join([inputs.of(document), *job.formats])
        digest, names = before.get(document.name, ("", {}))
        same = digest == job.inputs[document.name]
        standing = take_over(document, names, place, job.aside) if same else None
        if standing is None:
            job.to_render.append(document)
        else:
            job.files[document.name] = standing
    return job


def _next_done(waiting: Collection[Future[_Files]]) -> set[Future[_Files]]:
    """Those of `waiting` that are done, once one is. Looks up twice a second: a wait without an end does not hear
    Ctrl-C, which the system may have handed to another thread.
    """
    while True:
        done, _ = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
        if done:
            return done


@contextmanager
def _workers() -> Iterator[ProcessPoolExecutor]:
    """The processes that render; ended at once when the person stops the command, whatever they are at."""
    before = set(active_children())
    pool = ProcessPoolExecutor(PROCESSES, get_context("spawn"), _begin_worker)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        # What they write lies aside until a pack is whole, so there is nothing to finish.
        for process in set(active_children()) - before:
            process.terminate()
        raise
    finally:
        pool.shutdown()


def _begin_worker() -> None:
    # Ctrl-C reaches the whole group of processes; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def printed_versions(package: Package) -> Mapping[str, str]:
    """The versions that every page names."""
    return {"klyngeflow": version("klyngeflow"), package.id: package.version}


def _tables(workspace: Workspace, pack_id: str) -> PackTables:
    tables = packs.read_pack(workspace.store, pack_id)
    return PackTables(*(tables[name] for name in packs.TABLES))


def all_documents_of(workspace: Workspace, pack_id: str) -> list[Document]:
    """The reports, slides and sheets of a pack that was built."""
    tables, package = _printed(workspace, pack_id)
    texts = texts_of(workspace, package.id, TEXTS)
    every = [*documents_of(workspace, pack_id), *sheets(tables, package, printed_versions(package), texts)]
    level, formats = _asked(workspace, pack_id)
    shared = (CLUSTER, COORDINATOR)
    asked = [each for each in every if level == "practice" or each.audience in shared]
    return [each for each in asked if each.form != "deck" or not formats or "pptx" in formats]


def _asked(workspace: Workspace, pack_id: str) -> tuple[Level, tuple[str, ...]]:
    """Reports for whom, and in which formats (none named: all); a pack that nobody asked for by hand has everything."""
    request = requests.standing(workspace.store, pack_id)
    return (request.level, request.formats) if request else ("practice", ())


def pages_of(workspace: Workspace, pack_id: str) -> list[Document]:
    """Reports and sheets of a pack that was built: all that is rendered from a `.qmd`."""
    return [document for document in all_documents_of(workspace, pack_id) if has_pages(document)]


def documents_of(workspace: Workspace, pack_id: str) -> list[Document]:
    """The reports of a pack that was built, out of report.*."""
    tables, package = _printed(workspace, pack_id)
    return documents(tables, package, printed_versions(package))


def _printed(workspace: Workspace, pack_id: str) -> tuple[PackTables, Package]:
    tables = _tables(workspace, pack_id)
    return tables, workspace.package(tables.row["package_id"], tables.row["cluster_id"])


def _parts(each: list[Document], *, whole: bool) -> list[list[Document]]:
    """A pack is rendered by one process, so that its charts are drawn once; a pack on its own by all of them."""
    if whole:
        return [each] if each else []
    return [part for part in (each[index::PROCESSES] for index in range(PROCESSES)) if part]


def _render_part(part: list[Document], folder: Path, renderer: Renderer, formats: tuple[str, ...]) -> _Files:
    made = render_documents(part, folder, renderer)
    return {name: [file for file in files if _is_wanted(file.path, formats)] for name, files in made.items()}


def _is_wanted(path: Path, formats: tuple[str, ...]) -> bool:
    """Whether the file is of a format that was asked for; it is taken away where not. Figures as CSV go with XLSX."""
    form = "xlsx" if path.suffix == ".csv" else path.suffix[1:]
    if formats and form not in formats:
        path.unlink()
        return False
    return True


def _aside(workspace: Workspace, pack_id: str) -> Path:
    return workspace.store.outbox / f".{pack_id}.part"


def _finish(workspace: Workspace, pack_id: str, job: _Job, renderer: Renderer, run_id: str) -> None:
    """The manifest comes last; then the folder takes the place of the one before, and then it is put on record."""
    tables = _tables(workspace, pack_id)
    package = workspace.package(tables.row["package_id"], tables.row["cluster_id"])
    rendered = [file for each in job.files.values() for file in each]
    if not job.formats or "xlsx" in job.formats:
        rendered += write_evaluations(workspace, tables.row, job.aside / COORDINATOR_FOLDER)
    ordered = sorted(rendered, key=lambda file: file.path.name)
    made = Origin(renderer, printed_versions(package), {"run_id": run_id, **head_for_manifest(workspace)})
    write_manifest(job.aside, ordered, tables, package, made)
    found = {name: (job.inputs[name], _relative(files, job.aside)) for name, files in job.files.items()}
    _hand_to_coordinator(workspace, pack_id, job.aside)
    _swap(job.aside, job.place.folder)
    whose = {file.path.name: file.audience for file in ordered}
    packs.keep_printed(workspace.store, pack_id, {file.path.name: file.sha256 for file in ordered}, whose)
    keep_made(job.place, found)


def _relative(files: Sequence[RenderedFile], aside: Path) -> dict[str, str]:
    return {file.path.relative_to(aside).as_posix(): file.sha256 for file in files}


def _hand_to_coordinator(workspace: Workspace, pack_id: str, aside: Path) -> None:
    """Put the coordinator's own files beside the key: the folder that is sent around never holds them."""
    keys = workspace.store.outbox / COORDINATOR_FOLDER
    if (aside / COORDINATOR_FOLDER).exists():
        keys.mkdir(mode=0o700, exist_ok=True)
        keys.chmod(0o700)
        _for_one_reader(aside / COORDINATOR_FOLDER)
        _swap(aside / COORDINATOR_FOLDER, keys / pack_id)


def _for_one_reader(folder: Path) -> None:
    """As the key is: for whoever owns the workspace, and nobody else on the machine."""
    folder.chmod(0o700)
    for file in folder.iterdir():
        file.chmod(0o600)


def _swap(aside: Path, final: Path) -> None:
    """Put the finished folder in the place of the one before; what a killed run left behind is cleared away."""
    old = final.with_name(f".{final.name}.old")
    if old.exists():
        shutil.rmtree(old)
    if final.exists():
        final.replace(old)
    aside.replace(final)
    sync_folder(final.parent)
    shutil.rmtree(old, ignore_errors=True)
