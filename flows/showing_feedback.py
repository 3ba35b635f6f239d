"""What came back about packages, on the terminal or for a program: what to look at when each is reviewed next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from flows.settings import Workspace
from flows.starting import require_warehouse
from reports.wording import voice
from transforms.answer_layout import of_evaluation
from transforms.errors import UserError
from transforms.feedback import Answered, Feedback, collected
from warehouse import returned


def feedback(workspace: Workspace) -> list[Feedback]:
    """What came back, by package and version."""
    require_warehouse(workspace)
    return collected(returned.feedback(workspace.store))


def feedback_lines(workspace: Workspace, found: list[Feedback]) -> Iterator[str]:
    """A line per version and one per question, least content first; what too few answered is not told."""
    if not found:
        yield "No evaluation has come back. klyngeflow sheets PACKAGE --cluster X --evaluation makes the forms."
    for each in found:
        words, due = _words(workspace, each.package)
        many = f"{each.forms} evaluation{'' if each.forms == 1 else 's'}"
        yield f"{each.package}, version {each.version}: {many}{due}"
        hidden = sum(not question.shown for question in each.questions)
        for question in each.questions:
            if question.shown:
                yield from _lines(question, words.get(question.question, question.question))
        if hidden:
            yield f"  {hidden} question{'' if hidden == 1 else 's'} not told: fewer than 5 answers, or of one practice."


def feedback_dicts(found: list[Feedback]) -> list[dict[str, Any]]:
    """The same for a program to read."""
    return [asdict(each) for each in found]


def _lines(question: Answered, words: str) -> Iterator[str]:
    told = ""
    if question.mean is not None:
        told = f"{question.mean:.1f} of 5"
    elif question.yes is not None:
        told = f"{question.yes:.0f} % yes"
    yield f"  {told or 'in words':9} {words} ({question.answers} answers)"
    for text in question.texts:
        yield f"            - {text}"


def _words(workspace: Workspace, package_id: str) -> tuple[dict[str, str], str]:
    """The questions in the workspace's language, and when the package is reviewed next; nothing where it is gone."""
    try:
        package = workspace.package(package_id)
    except UserError:
        return {}, ""
    speaking = voice(workspace.definition.language)
    words = {
        each.code: speaking.write("answer_form", each.code) if each.words is None else speaking.text(each.words)
        for each in of_evaluation(package)
    }
    return words, f"; now version {package.version}, review due {package.review_due}"
