"""Where a workspace keeps its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Store:
    """The folders of one workspace below `root`."""

    root: Path

    @property
    def database(self) -> Path:
        """The writer's own file; nobody else opens it."""
        return self.root / "warehouse" / "klyngeflow.duckdb"

    @property
    def public(self) -> Path:
        """The copy that any DuckDB client may open."""
        return self.root / "warehouse" / "public.duckdb"

    @property
    def landing(self) -> Path:
        """Received bytes, by content."""
        return self.root / "landing"

    @property
    def outbox(self) -> Path:
        """Finished packs."""
        return self.root / "outbox"

    @property
    def cache(self) -> Path:
        """What can be made again: cut fonts."""
        return self.root / "warehouse" / "cache"

    @property
    def spill(self) -> Path:
        """What the engine cannot hold in memory, encrypted; emptied at every start."""
        return self.database.with_name("spill")

    @property
    def at_work(self) -> Path:
        """The locks of the processes that are at work."""
        return self.database.with_name("at_work")

    @property
    def logs(self) -> Path:
        """Logs of runs: names, counts and times only."""
        return self.root / "logs"

    @property
    def prefect(self) -> Path:
        """Prefect's own files."""
        return self.root / ".prefect"

    def staged(self, source: str, sha256: str) -> Path:
        """The file with one extract's staged rows."""
        return self.root / "staged" / source / f"{sha256[:16]}.duckdb"

    def landed(self, source: str, sha256: str) -> Path:
        """The bytes of one extract as received."""
        return self.landing / source / sha256
