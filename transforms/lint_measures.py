"""Rules for each measure: its words, its direction, its codes and what has to be delivered for it."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.codes import CodeSystem
from transforms.lint import Finding, Rule, Subject, found
from transforms.lint_alternatives import alternatives
from transforms.lint_denominators import within_its_denominator
from transforms.naming import nearest

ALWAYS = "list_sizes"
"""Needed for every figure: a month counts only where the practice had listed patients."""
_UNASKED = frozenset({ALWAYS, "registry", "benchmarks"})
"""Sources that are used without any measure naming them."""


def pitfalls(subject: Subject) -> Iterator[Finding]:
    """Every measure says what it does not say."""
    for index, measure in enumerate(subject.package.measures):
        if measure.pitfalls is None or not measure.pitfalls.da.strip():
            wrong = f"measure {measure.id!r} has no pitfalls"
            yield found("pitfalls", subject.at("measures", index), wrong, "Write what the figure does not say")


def direction(subject: Subject) -> Iterator[Finding]:
    """Lower or higher is better only where a guideline says so."""
    for index, measure in enumerate(subject.package.measures):
        if measure.direction != "none" and not measure.guidelines:
            wrong = f"measure {measure.id!r}: no guideline stands behind {measure.direction!r}"
            place = subject.at("measures", index, "direction")
            yield found("direction", place, wrong, 'Write direction = "none", or name the reference in guidelines')


def drafts(subject: Subject) -> Iterator[Finding]:
    """A measure that is not confirmed yet, and why."""
    for index, measure in enumerate(subject.package.measures):
        if measure.draft and measure.draft_why is not None:
            wrong = f"measure {measure.id!r} is a draft: {measure.draft_why.en or measure.draft_why.da}"
            remedy = "Take draft away when that is confirmed"
            yield found("draft", subject.at("measures", index, "draft"), wrong.rstrip("."), remedy)


def unknown_codes(subject: Subject) -> Iterator[Finding]:
    """Codes and groups of codes that have the form of their system, but lie in none of its groups."""
    for index, measure in enumerate(subject.package.measures):
        system = subject.system(measure.numerator.source)
        if measure.by == "code" and system is not None:
            codes = [value for band in measure.bands for value in band.values]
            yield from _unheard_of(subject, codes, system, ("measures", index, "bands"))
        for side in ("numerator", "denominator"):
            selection = measure.numerator if side == "numerator" else measure.denominator
            system = subject.system(selection.source)
            if system is not None and not (side == "denominator" and selection == measure.numerator):
                codes = [*selection.codes, *selection.exclude_codes]
                yield from _unheard_of(subject, codes, system, ("measures", index, side))


def _unheard_of(
    subject: Subject, codes: list[str], system: CodeSystem, path: tuple[str | int, ...]
) -> Iterator[Finding]:
    for code in codes:
        in_a_group = any(code.startswith(group) or group.startswith(code) for group in system.groups)
        if system.may_begin(code) and (in_a_group or system.knows(code)):
            continue
        wrong = f"{code!r} is in no known group of {system.system}{nearest(code, system.groups)}"
        remedy = f"Mend it, or add its group to codes/{system.system}.toml of the workspace"
        yield found("unknown-code", subject.at(*path, value=code), wrong, remedy)


def patient_windows(subject: Subject) -> Iterator[Finding]:
    """Patients are counted over as many months as the package looks at."""
    months = subject.package.windows.months
    for index, measure in enumerate(subject.package.measures):
        for side in ("numerator", "denominator"):
            counted = (measure.numerator if side == "numerator" else measure.denominator).window_months
            if counted not in (None, months):
                wrong = f"measure {measure.id!r} counts patients over {counted} months, and the package's are {months}"
                remedy = f"Order counts over {months} months and write window_months = {months}"
                yield found("patient-window", subject.at("measures", index, side), wrong, remedy)


def sources(subject: Subject) -> Iterator[Finding]:
    """What is declared is what the measures need, no more and no less."""
    package = subject.package
    used = {selection.source for measure in package.measures for selection in measure.selections}
    needed = used | {ALWAYS} if package.measures else used
    for name in package.sources:
        if name not in needed | _UNASKED or (name == ALWAYS and not package.measures):
            there = subject.known.sources
            near = nearest(name, there) if name not in there else ""
            wrong = f"no measure uses the source {name!r}{near}"
            yield found("sources", subject.at("sources", value=name), wrong, "Take it out of sources")
    if missing := sorted(needed - set(package.sources)):
        wrong = f"sources lacks {', '.join(missing)}"
        yield found("sources", subject.at("sources"), wrong, "Add what has to be delivered for the measures")


def ordered_groups(subject: Subject) -> Iterator[Finding]:
    """Counts of patients are ordered by name: the data guide gives the names."""
    guide = subject.text("data_guide.md")
    if guide is None:
        return
    for index, measure in enumerate(subject.package.measures):
        for side in ("numerator", "denominator"):
            selection = measure.numerator if side == "numerator" else measure.denominator
            for group in selection.groups if selection.model == "patient_counts" else ():
                if group not in guide.source:
                    wrong = f"{group!r} has to be ordered, and data_guide.md does not name it"
                    place = subject.at("measures", index, side, value=group)
                    yield found("ordered-group", place, wrong, "Say there who belongs to it and how it is ordered")


MEASURE_RULES: tuple[Rule, ...] = (
    within_its_denominator,
    unknown_codes,
    alternatives,
    direction,
    pitfalls,
    patient_windows,
    sources,
    ordered_groups,
    drafts,
)
