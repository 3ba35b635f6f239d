"""Beginning: an empty workspace, the demo's synthetic region."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.progress import DISPLAY
from flows.settings import FILE, ROOT, SettingsError, Workspace, load_workspace
from warehouse.facts import NothingLoadedError
from warehouse.schema import migrate

TEMPLATE = ROOT / "examples" / "empty" / FILE
DEMO = ROOT / "examples" / "demo" / FILE
SEED = 20260101


def make_workspace(folder: Path) -> Path:
    """An empty workspace in `folder`; what is there already is left alone.

    Raises:
        SettingsError: there is a workspace in it.
    """
    if (folder / FILE).exists():
        raise SettingsError(f"{folder} is a workspace already. Choose another folder, or edit its {FILE}.")
    for name in ("inbox", "contracts", "klyngepakker"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(TEMPLATE, folder / FILE)
    return folder


def make_demo(folder: Path) -> Workspace:
    """The demo's workspace in `folder`, its inbox filled with a freshly simulated region."""
    from examples.synthetic.generate import generate

    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / FILE).exists():
        shutil.copyfile(DEMO, folder / FILE)
    DISPLAY.say("Simulating a region: 64 practices, 7 clusters, 30 months. Every figure in it is invented.")
    generate(folder / "inbox", folder / "truth", SEED)
    workspace = load_workspace(folder)
    _deliver_goals(workspace)
    return workspace


def _deliver_goals(workspace: Workspace) -> None:
    """The form of what the demo's first cluster agreed on, filled in as a coordinator would."""
    from examples.synthetic import agreed
    from reports.goal_form import NAME, FormOf, goal_form
    from reports.wording import voice
    from transforms.goals import Goal, Hope

    goals = [
        Goal(each.what, each.who, each.by_when, each.measure, each.hoped and Hope(*each.hoped)) for each in agreed.GOALS
    ]
    form = FormOf(agreed.CLUSTER, agreed.CLUSTER_NAME, agreed.MEETING)
    filled = goal_form(workspace.package(agreed.PACKAGE), form, voice(workspace.definition.language), goals)
    (workspace.inbox / f"{NAME}_{agreed.CLUSTER}_{agreed.PACKAGE}.xlsx").write_bytes(filled)


def require_warehouse(workspace: Workspace) -> None:
    """Refuse where nothing has been brought in; tables of an earlier klyngeflow are brought up to date.

    Raises:
        NothingLoadedError: says how to begin.
    """
    if not workspace.store.database.exists():
        raise NothingLoadedError("Nothing has been brought in yet. Begin with: klyngeflow run, or klyngeflow ingest.")
    migrate(workspace.store.database)
