"""Rules for the package as a whole: what it is called, when it is reviewed, its questions, agenda and change log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from transforms.lint import Finding, Rule, Subject, found
from transforms.lint_prose import spoken
from transforms.package_parts import AGENDAS

SOON = timedelta(days=90)
"""A clinician needs about that long to be found and to have read a package."""
FEWEST, MOST = 3, 6
"""As many figures as a meeting of an hour and a half can talk about."""
_LENGTHS = AGENDAS[:-1]


def folder_name(subject: Subject) -> Iterator[Finding]:
    """The id is the folder's name: a package is asked for by either."""
    if subject.package.id != subject.folder:
        wrong = f"the package is called {subject.package.id!r} and its folder {subject.folder!r}"
        yield found("folder-name", subject.at("id"), wrong, f'Write id = "{subject.folder}", or rename the folder')


def number_of_measures(subject: Subject) -> Iterator[Finding]:
    """A meeting has time for three to six."""
    count = len(subject.package.measures)
    if count > MOST:
        wrong = f"{count} measures are more than a meeting has time for"
        yield found("many-measures", subject.at("measures", MOST), wrong, f"Keep the {MOST} that are talked about most")
    if 0 < count < FEWEST:
        wrong = f"{count} measure{'s show' if count > 1 else ' shows'} one side of a topic"
        yield found("few-measures", subject.at("measures", 0), wrong, f"Let there be {FEWEST} to {MOST}")


def review(subject: Subject) -> Iterator[Finding]:
    """A package is looked through again on the day it names."""
    due, place = subject.package.review_due, subject.at("review_due")
    if due < subject.today:
        wrong = f"the review was due on {due}"
        yield found("review", place, wrong, "Have it looked through, then write a new day and a line in [[changes]]")
    elif due <= subject.today + SOON:
        wrong = f"the review is due on {due}, in {(due - subject.today).days} days"
        yield found("review-soon", place, wrong, "Ask whoever is to look it through")


def change_log(subject: Subject) -> Iterator[Finding]:
    """The change log has a line for this version."""
    version = subject.package.version
    if version not in {change.version for change in subject.package.changes}:
        wrong = f"the change log has no line for version {version}"
        yield found("change-log", subject.at("version"), wrong, f'Add [[changes]] with version = "{version}"')


def agenda(subject: Subject) -> Iterator[Finding]:
    """There are times for each length of meeting, and for one on a screen."""
    items = subject.package.agenda
    there = {name for item in items for name in item.minutes}
    if not items:
        wrong = "there is no agenda"
        yield found("agenda", subject.at(), wrong, f"Add [[agenda]] with minutes for {', '.join(AGENDAS)}")
    elif missing := [name for name in AGENDAS if name not in there]:
        wrong = f"no item has minutes for {', '.join(missing)}"
        yield found("agenda", subject.at("agenda", 0), wrong, "Write them in `minutes` of the items that it has")


def feedback(subject: Subject) -> Iterator[Finding]:
    """Clusters that used the package are asked something."""
    if not subject.package.feedback:
        yield found("feedback", subject.at(), "nobody is asked how it went", "Add a question or two as [[feedback]]")


def questions(subject: Subject) -> Iterator[Finding]:
    """There are open questions, and each measure is what one of them is about."""
    package = subject.package
    if not package.questions:
        yield found("questions", subject.at(), "there is no question for the meeting", "Add open ones as [[questions]]")
        return
    if package.measures and not any(question.measures for question in package.questions):
        wrong = "no question is tied to a measure"
        yield found("questions", subject.at("questions", 0), wrong, "Name in `measures` what a question is about")
    for index, question in enumerate(package.questions):
        if not question.da.rstrip().endswith("?"):
            wrong = "this asks nothing"
            yield found("questions", subject.at("questions", index, "da"), wrong, "Write a question that ends in ?")


def whole(subject: Subject) -> Iterator[Finding]:
    """What a reader needs to know beside the measures is there."""
    package = subject.package
    if package.measures and package.population is None:
        wrong = "nothing says whom the figures are about"
        yield found("whole", subject.at(), wrong, "Write population, in Danish and English")
    if package.measures and package.windows.followup_why is None:
        wrong = "nothing says why the follow-up comes when it does"
        yield found("whole", subject.at("windows"), wrong, "Write followup_why under [windows]")
    if not package.author:
        yield found("whole", subject.at("owner"), "nobody stands as its author", "Write author")


def english(subject: Subject) -> Iterator[Finding]:
    """Whatever is in Danish is in English as well: the reports are in both."""
    for path, language, words in spoken(subject.package.model_dump(exclude_none=True)):
        if language == "en" and not words.strip():
            named = ".".join(str(part) for part in path[:-1] if isinstance(part, str))
            wrong = f"{named} has no English"
            yield found("english", subject.at(*path[:-1]), wrong, "Write `en` beside `da`")


PACKAGE_RULES: tuple[Rule, ...] = (
    folder_name,
    number_of_measures,
    review,
    change_log,
    agenda,
    feedback,
    questions,
    whole,
    english,
)
