"""The packages there are for a workspace: the shipped ones and its own, each with its texts, sound or not."""

from __future__ import annotations

from pathlib import Path

from flows.settings import FILE, ROOT, Definition, SettingsError, Workspace, load_workspace
from transforms.definitions import Package

FOLDER = "klyngepakker"


def workspace_or_none(folder: Path) -> Workspace:
    """The workspace in `folder`; an empty one where nothing is there: the shipped packages can be read without any.

    Raises:
        SettingsError: there is a klyngeflow.toml that cannot be used.
    """
    return load_workspace(folder) if (folder / FILE).exists() else Workspace(folder, Definition(name=""))


def package_ids(workspace: Workspace) -> list[str]:
    """The packages by name: the shipped ones and the workspace's own."""
    return sorted({path.parent.name for folder in _folders(workspace) for path in folder.glob("*/package.toml")})


def is_own(workspace: Workspace, package_id: str) -> bool:
    """Whether the package is the workspace's and not klyngeflow's."""
    folder = _own_folder(workspace)
    return folder is not None and (folder / package_id / "package.toml").is_file()


def is_changed(workspace: Workspace, package_id: str) -> bool:
    """Whether the workspace lays something over the package: measures, words, or a text in place of the shipped."""
    folder = _own_folder(workspace)
    return folder is not None and not is_own(workspace, package_id) and (folder / package_id).is_dir()


def needed_sources(package: Package) -> tuple[str, ...]:
    """The sources the package says it needs, and any other that its measures are made of."""
    used = (selection.source for measure in package.measures for selection in measure.selections)
    return tuple(dict.fromkeys((*package.sources, *used)))


def texts_of(workspace: Workspace, package_id: str, names: tuple[str, ...]) -> dict[str, str]:
    """The texts of the package that there are, by name: the workspace's own before the shipped.

    Raises:
        SettingsError: one of them is not UTF-8.
    """
    found: dict[str, str] = {}
    for name in names:
        paths = (folder / package_id / f"{name}.md" for folder in _folders(workspace))
        if path := next((each for each in paths if each.is_file()), None):
            found[name] = _read(path)
    return found


def _own_folder(workspace: Workspace) -> Path | None:
    """The workspace's folder of packages; None where that is klyngeflow's own, as in its source code."""
    own, shipped = _folders(workspace)
    return None if own.resolve() == shipped.resolve() else own


def _folders(workspace: Workspace) -> tuple[Path, Path]:
    return workspace.root / FOLDER, ROOT / FOLDER


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"{path.parent.name}/{path.name} is not UTF-8. Save it in UTF-8.") from None
