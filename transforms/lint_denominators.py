"""Whether a share is a share: is everything in the numerator counted in the denominator as well?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transforms.codes import CodeSystem
from transforms.definitions import Measure, Selection
from transforms.lint import Finding, Subject, found
from transforms.sources import COLUMNS, FILTERS

PARTS_OF = {"patients": "out_of", "count": "out_of", "overdue": "count"}
"""Quantities that a source holds beside the whole they are of."""
_PREFIXED = ("prescriptions", "services")
"""Sources whose codes are a hierarchy. Elsewhere a code is a name, and one fact can be behind several of them."""


def within_its_denominator(subject: Subject) -> Iterator[Finding]:
    """A numerator that goes beyond its denominator, or of which nothing shows that it does not."""
    for index, measure in enumerate(subject.package.measures):
        if measure.kind != "proportion":
            continue
        place = subject.at("measures", index, "numerator")
        if fault := _outside(measure, subject.system(measure.numerator.source)):
            wrong = f"measure {measure.id!r}: the numerator is not all in the denominator: {fault}"
            yield found("numerator-outside", place, wrong, "Widen the denominator, or narrow the numerator")
        elif (both := _unproven(measure)) and not _told(subject, measure, both):
            wrong = f"measure {measure.id!r}: nothing shows that {both[0]} is a part of {both[1]}"
            yield found("numerator-unproven", place, wrong, "Name both in data_guide.md and say who belongs to each")


def _outside(measure: Measure, system: CodeSystem | None) -> str | None:
    """What of the numerator is not in the denominator; nothing where that cannot be told from the selections."""
    part, whole = measure.numerator, measure.denominator
    if fault := _people(part, whole):
        return fault
    if part.source != whole.source:
        return None
    if part.quantity != whole.quantity and PARTS_OF.get(part.quantity) != whole.quantity:
        return f"it adds up {part.quantity}, and the denominator {whole.quantity}"
    if part.window_months != whole.window_months:
        return f"it is counted over {part.window_months} months, and the denominator over {whole.window_months}"
    if part.counts_patients or part.model == "registrations":
        return None
    return (_codes(part, whole, system) if part.model in _PREFIXED else None) or _names(part, whole)


def _people(part: Selection, whole: Selection) -> str | None:
    told = [name for name in ("sex", "age") if name in FILTERS[part.model] and name in FILTERS[whole.model]]
    if "sex" in told and whole.sex is not None and part.sex != whole.sex:
        return f"it has {part.sex or 'both sexes'}, and the denominator {whole.sex}"
    if "age" not in told or whole.age_range is None:
        return None
    (low, high), (from_, to) = part.age_range or (0, None), whole.age_range
    if low >= from_ and (to is None or (high is not None and high <= to)):
        return None
    return f"it has the ages {part.age or '0+'}, and the denominator {whole.age}"


def _names(part: Selection, whole: Selection) -> str | None:
    for name in COLUMNS:
        inside: Sequence[str] = getattr(part, name)
        every: Sequence[str] = getattr(whole, name)
        beyond = [value for value in inside if value not in every]
        if every and (beyond or not inside):
            return f"it has {', '.join(beyond) or 'all'} of {name}, and the denominator {', '.join(every)}"
    return None


def _codes(part: Selection, whole: Selection, system: CodeSystem | None) -> str | None:
    left_out = _newest(part.exclude_codes, system)
    for code in part.codes or ("",):
        forms = _newest([code], system)
        if whole.codes and not any(_begins(form, _newest(whole.codes, system)) for form in forms):
            return f"{code or 'every code'} is not among {', '.join(whole.codes)}"
        for excluded in whole.exclude_codes:
            taken = any(form.startswith(excluded) or excluded.startswith(form) for form in forms)
            if taken and not _begins(excluded, left_out):
                return f"{excluded} is left out of the denominator, and not of {code or 'the numerator'}"
    return None


def _newest(codes: Iterable[str], system: CodeSystem | None) -> tuple[str, ...]:
    return tuple(codes) if system is None else system.newest_prefixes(codes)


def _begins(code: str, prefixes: tuple[str, ...]) -> bool:
    return bool(prefixes) and code.startswith(prefixes)


def _unproven(measure: Measure) -> tuple[str, str] | None:
    """The names of what is counted on both sides, where no selection tells whether one holds the other."""
    part, whole = measure.numerator, measure.denominator
    # Whoever is counted as a patient of a practice is on its list.
    if whole.is_stock and (part.counts_patients or part.is_stock):
        return None
    if part.source == whole.source and (part.model in _PREFIXED or _same(part, whole)):
        return None
    return _counted(part), _counted(whole)


def _same(part: Selection, whole: Selection) -> bool:
    """Whether both sides are of the same group, or the same questions or things counted."""
    same_group = (part.groups, part.conditions) == (whole.groups, whole.conditions)
    return same_group and (not whole.codes or all(_begins(code, whole.codes) for code in part.codes or ("",)))


def _counted(selection: Selection) -> str:
    """What a data guide calls the facts of `selection`: its group, its first code, or its source."""
    return next(iter((*selection.groups, *selection.codes)), selection.source)


def _told(subject: Subject, measure: Measure, names: tuple[str, str]) -> bool:
    guide = subject.text("data_guide.md")
    told = (guide.source if guide else "") + (measure.pitfalls.da if measure.pitfalls else "")
    return all(name in told for name in names)
