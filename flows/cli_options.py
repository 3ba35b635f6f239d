"""What the parts of the command line share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace's folder.", metavar="DIR")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
HERE = Path()
