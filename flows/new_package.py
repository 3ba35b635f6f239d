"""A new package: from a few answers to a folder that lints, computes and renders. It never overwrites."""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Literal, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.settings import FILE, ROOT, Workspace
from reports.markdown import Markdown, finalize
from transforms.errors import UserError
from transforms.model import Strict

Counts = Literal["prescriptions", "services", "patient_counts", "registrations", "questionnaire", "nothing"]
COUNTS: tuple[Counts, ...] = get_args(Counts)
CODED = ("prescriptions", "services")
THE_LIST = "list"
TEXTS = ("plan.md", "data_guide.md", "fact_sheet.md", "reflection.md", "coordinator.md")
TEMPLATES = Path(__file__).with_name("templates") / "new_package"
FOLDER = "klyngepakker"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", " ": "_", "-": "_"})
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters but tab and the ends of lines, and bytes of a terminal that were no letters."""
_FORM = {"patient_counts": "patient_group", "registrations": "code", "questionnaire": "code"}


class NewPackageError(UserError):
    """A package cannot be made of these answers."""


class Answers(Strict):
    """What a new package is made of. `out_of` empty: all listed patients. `why`: of a package without numbers."""

    name: str
    title: str
    title_en: str
    counts: Counts
    codes: tuple[str, ...] = ()
    out_of: tuple[str, ...] = ()
    per: int = 1000
    months: int = 12
    owner: str
    why: str | None = None
    expected: float | None = None
    expected_denominator: float | None = None

    @property
    def counted(self) -> bool:
        """Whether the package has a figure."""
        return self.counts != "nothing"

    @property
    def is_share(self) -> bool:
        """Whether what is counted is a part of what it is held against, and not something beside it."""
        if self.counts in CODED:
            return bool(self.out_of) and all(code.startswith(self.out_of) for code in self.codes)
        return bool(self.out_of)


def folder_for(workspace: Workspace, name: str, to: Path | None) -> Path:
    """Where the package called `name` is to lie: in the workspace, or in `to`.

    Raises:
        NewPackageError: `name` is no name of a package or is taken, or there is neither a workspace nor `to`.
    """
    if not _NAME.fullmatch(name):
        tidy = re.sub(r"[^a-z0-9_]", "", name.lower().translate(_LETTERS)).lstrip("0123456789_") or "ny_pakke"
        raise NewPackageError(
            f"{name!r} is no name of a package: small letters a to z, digits and _, beginning with a letter. "
            f"Write it as {tidy}."
        )
    if name == "codes" or (ROOT / FOLDER / name).exists():
        raise NewPackageError(f"{name} is taken by klyngeflow itself. Choose another name, such as {name}_lokal.")
    if to is None and not (workspace.root / FILE).exists():
        raise NewPackageError(
            f"There is no {FILE} in {workspace.root}. Name a workspace with --workspace DIR, make one (klyngeflow init "
            "DIR), or say where the package is to lie with --to DIR."
        )
    folder = (to or workspace.root / FOLDER) / name
    if folder.exists():
        raise NewPackageError(f"{folder} is there already and is left alone. Choose another name, or edit that one.")
    return folder


def refuse_unknown(workspace: Workspace, counts: Counts, codes: tuple[str, ...], place: str) -> None:
    """Nothing, where each of `codes` can be counted in extracts of `counts`; `place` is the option it was given as.

    Raises:
        NewPackageError: one is no code of the source's system, in none of its groups, or no name; with the nearest.
    """
    if counts in CODED:
        for code in codes:
            _refuse_code(workspace, counts, code, place)
        return
    pattern = _pattern(workspace, counts)
    for name in codes:
        if not re.fullmatch(pattern, name):
            tidy = re.sub(r"[^a-z0-9_]", "", name.lower().translate(_LETTERS)).lstrip("0123456789_") or "navn"
            raise NewPackageError(
                f"{place}: {name!r} is no name in {counts}: small letters, digits and _, beginning with a letter. "
                f"Write it as {tidy}."
            )
    if counts == "patient_counts" and len(codes) > 1:
        raise NewPackageError(f"{place}: counts of patients do not add up. Name one group, and order it as one.")


def _refuse_code(workspace: Workspace, source: str, code: str, place: str) -> None:
    system = workspace.known.systems.get(source)
    if system is None:
        return
    if not system.may_begin(code):
        raise NewPackageError(
            f"{place}: {code!r} is no code of {system.system}, the code system of {source}; the nearest is "
            f"{system.nearest(code)}."
        )
    heard_of = system.knows(code) or any(code.startswith(group) or group.startswith(code) for group in system.groups)
    if not heard_of:
        near = max(system.groups, key=lambda group: _begin_alike(group, code), default="")
        meant = f"; the nearest is {near}" if near else ""
        raise NewPackageError(
            f"{place}: {code!r} is in no known group of {system.system}{meant}. Mend it, or add its group to "
            f"codes/{system.system}.toml of the workspace."
        )


def _begin_alike(one: str, other: str) -> int:
    """How many characters two codes begin with alike."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _pattern(workspace: Workspace, source: str) -> str:
    column = _FORM[source]
    checks = workspace.contract(source).checks
    return next((each.pattern for each in checks if each.rule == "pattern" and column in each.columns), None) or ".+"


def refuse_unfit(workspace: Workspace, answers: Answers) -> None:
    """Nothing, where the answers fit each other.

    Raises:
        NewPackageError: one has to be another.
    """
    for option, words in (("--title", answers.title), ("--title-en", answers.title_en), ("--owner", answers.owner)):
        if not words.strip() or _UNREADABLE.search(words):
            raise NewPackageError(f"{option} is empty, or has characters that no text has. Write it in words.")
    if not answers.counted:
        return
    if not answers.codes:
        raise NewPackageError("--codes: nothing is named. Write what is to be counted.")
    refuse_unknown(workspace, answers.counts, answers.codes, "--codes")
    refuse_unknown(workspace, answers.counts, answers.out_of, "--out-of")
    if answers.counts == "questionnaire" and answers.out_of:
        raise NewPackageError("--out-of: the mean of a questionnaire is over those who answered. Leave it out.")
    if answers.counts == "patient_counts" and str(answers.months) not in (allowed := _ordered(workspace)):
        raise NewPackageError(
            f"--months: patients are counted over {', '.join(allowed)} months, not {answers.months}. Write one of them."
        )
    if answers.is_share and answers.expected is not None and answers.expected >= answers.per:
        raise NewPackageError(
            f"--expected: {answers.expected:g} per {answers.per} is all of them or more. Write a typical share."
        )


def _ordered(workspace: Workspace) -> tuple[str, ...]:
    checks = workspace.contract("patient_counts").checks
    return next((each.values for each in checks if each.rule == "allowed" and "window_months" in each.columns), ())


def make_package(workspace: Workspace, answers: Answers, folder: Path, today: date) -> list[Path]:
    """The files of the package in `folder`, which is made whole or not at all.

    Raises:
        NewPackageError: the answers do not fit, the folder came to be there meanwhile, or cannot be made.
    """
    from flows.new_package_toml import package_toml

    refuse_unfit(workspace, answers)
    files = {"package.toml": package_toml(answers, today)} | texts(answers)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, text in files.items():
            (aside / name).write_text(text, encoding="utf-8", newline="\n")
        aside.chmod(0o755)
        if folder.exists():
            raise NewPackageError(f"{folder} is there already and is left alone. Choose another name.")
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return [folder / name for name in files]


def texts(answers: Answers) -> dict[str, str]:
    """The five Danish texts by file name. Answers are escaped on their way in: a title may hold anything."""
    from flows.new_package_toml import said

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, finalize=finalize, trim_blocks=True
    )
    values = {
        "title": answers.title,
        "counts": answers.counts,
        "counted": answers.counted,
        "months": answers.months,
        # Names and codes have been looked at, and stand in code, where an escape would be read as it is.
        "codes": Markdown(", ".join(answers.codes)),
        "out_of": Markdown(", ".join(answers.out_of)),
        "pitfalls": Markdown(said(f"pitfalls_{answers.counts}").da if answers.counted else ""),
    }
    return {name: environment.get_template(f"{name}.j2").render(values).strip() + "\n" for name in TEXTS}
