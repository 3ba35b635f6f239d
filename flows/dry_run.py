"""A dry run of a package: which package, what its measures are reckoned with, and what was found of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flows.cli_options import HERE
from flows.settings import FILE, Definition, Workspace, load_workspace
from flows.settings import _named as named
from transforms.definitions import Measure, Package, parse_package
from transforms.dry_run import Found, dry_run
from transforms.dry_run_country import country
from transforms.dry_run_habits import Lack, habits_of, lacking

PACKAGE = "package.toml"
Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Unfounded:
    """A measure that cannot be reckoned with yet, and what it lacks."""

    measure_id: str
    lack: Lack


@dataclass(frozen=True)
class Rehearsal:
    """A package on the synthetic Denmark: its size, and what was found of each measure in the order they are shown."""

    package: Package
    clusters: int
    practices: int
    patients: int
    results: tuple[Found | Unfounded, ...]

    def measure_of(self, result: Found | Unfounded) -> Measure:
        """The measure that a result is of."""
        return self.package.measure(result.measure_id)


def place_of(root: Path) -> Workspace:
    """The workspace in `root`; the shipped packages and contracts alone where no workspace was named and none is here.

    Raises:
        SettingsError: the folder that was named is no workspace, or its settings cannot be used.
    """
    if root == HERE and not (root / FILE).exists():
        return Workspace(root, Definition(name="klyngeflow"))
    return load_workspace(root)


def package_of(workspace: Workspace, name: str) -> Package:
    """The package called `name`, or the one in the folder `name`.

    Raises:
        SettingsError: there is none, or its file is not a package.
    """
    path = Path(name) / PACKAGE
    if not path.exists():
        return workspace.package(name)
    with named(path.resolve()):
        return parse_package(path, workspace.known)


def rehearse(workspace: Workspace, package: Package, advance: Advance | None = None) -> Rehearsal:
    """Every measure of the package on the synthetic Denmark, from the workspace's own figures where it has any."""
    from flows.dry_run_measured import measured

    practices = country()
    known = measured(workspace, package)
    results: list[Found | Unfounded] = []
    for place, measure in enumerate(package.shown):
        if advance is not None:
            advance(place, len(package.shown))
        habits = known.get(measure.id) or habits_of(measure)
        if habits is None:
            results.append(Unfounded(measure.id, lacking(measure) or "expected"))
        else:
            results.append(dry_run(measure, habits, practices, package.windows.months, package.minimum_events))
    if advance is not None:
        advance(len(results), len(results))
    clusters = practices["cluster_id"].n_unique()
    return Rehearsal(package, clusters, practices.height, int(practices["patients"].sum()), tuple(results))
