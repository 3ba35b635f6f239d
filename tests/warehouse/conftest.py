"""A store with its schema made and three practices in its registry."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_store import REGISTERED, brought_in, contract_of

from warehouse.schema import migrate
from warehouse.workspace import Store


@pytest.fixture(scope="session")
def migrated_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The schema and nothing else, made once."""
    store = Store(tmp_path_factory.mktemp("migrated_once"))
    migrate(store.database)
    return store


@pytest.fixture
def empty(migrated_store: Store, tmp_path: Path) -> Store:
    """A store of the test's own, with nothing in it."""
    return Store(Path(shutil.copytree(migrated_store.root, tmp_path / "workspace")))


@pytest.fixture(scope="session")
def registered_store(migrated_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Made once; every test has a copy."""
    store = Store(tmp_path_factory.mktemp("made_once"))
    shutil.copytree(migrated_store.root, store.root, dirs_exist_ok=True)
    brought_in(store, contract_of("registry"), "register_2025-01-01.csv", *REGISTERED.values())
    return store


@pytest.fixture
def store(registered_store: Store, tmp_path: Path) -> Store:
    """A store of the test's own."""
    copied = tmp_path / "workspace"
    shutil.copytree(registered_store.root, copied)
    return Store(copied)
