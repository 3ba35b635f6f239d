"""One validating process for all tests of this room, and a workspace with three practices in one cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
from delivery_world import make_world
from small_workspace import PRACTICES, SETTINGS, bring_in, delivered, extract, own_copy, prescribed, registered

from expectations.process import Validator
from flows.ingesting import prepare
from flows.settings import Workspace, load_workspace


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, validator: Validator) -> Path:
    """A workspace with its registry and one quarter of prescriptions."""
    root = tmp_path_factory.mktemp("made_once") / "workspace"
    root.mkdir()
    (root / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    opened = load_workspace(root)
    prepare(opened)
    registry = delivered(opened, "register_2025-01-01.csv", extract("registry", *map(registered, PRACTICES)))
    bring_in(opened, "registry", registry, validator)
    accepted = delivered(opened, "recepter_2024K4.csv", extract("prescriptions", prescribed(Måned="2024-10")))
    bring_in(opened, "prescriptions", accepted, validator)
    return root


@pytest.fixture
def workspace(made_once: Path, tmp_path: Path) -> Workspace:
    """A workspace of the test's own."""
    return own_copy(made_once, tmp_path)


@pytest.fixture(scope="session")
def rendered_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one pack that is rendered and has not been handed over."""
    return make_world(tmp_path_factory.mktemp("rendered") / "workspace")


@pytest.fixture
def rendered(rendered_once: Path, tmp_path: Path) -> Workspace:
    """One of the test's own."""
    return own_copy(rendered_once, tmp_path)
