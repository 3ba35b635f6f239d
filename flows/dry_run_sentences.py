"""What a dry run found, in sentences that a coordinator can read aloud. The words are in dry_run_words.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flows.dry_run import Rehearsal, Unfounded
from flows.settings import SettingsError, Workspace
from reports.numbers import Numbers
from transforms import scales
from transforms.definitions import Measure, Package
from transforms.dry_run import Found, Reach
from transforms.dry_run_habits import happens
from transforms.kinds import SHARES

WORDS = Path(__file__).with_name("dry_run_words.toml")
FAR = 1.0
"""A change of more than all there is to change is told as one that cannot be shown."""
ROUND_FROM = 10
"""From how many points decimals say nothing."""
MILLION = 1_000_000


@dataclass(frozen=True)
class Told:
    """One measure, told: every sentence may be empty but the title and `use` (what the measure is good for)."""

    measure_id: str
    title: str
    reckoned: str
    enough: str
    change: str
    alarms: str
    use: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentences there are, in reading order."""
        return tuple(line for line in (self.reckoned, self.enough, self.change, self.alarms, self.use) if line)


@lru_cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Teller:
    """Tells in one language."""

    language: str

    @property
    def numbers(self) -> Numbers:
        """How numbers are written."""
        return Numbers(self.language)

    def say(self, key: str, **values: object) -> str:
        """The words `key`, with `values` put in."""
        return _words()[key][self.language].format(**values)

    def heading(self, run: Rehearsal) -> str:
        """Package and country."""
        count = self.numbers.count
        title = run.package.title.in_language(self.language)
        sizes = {"clusters": count(run.clusters), "practices": count(run.practices)}
        return self.say("heading", title=title, patients=self.numbers.decimal(run.patients / MILLION, 1), **sizes)

    def without_numbers(self, package: Package) -> str:
        """The one sentence on a package that counts nothing."""
        why = package.without_numbers.in_language(self.language) if package.without_numbers else ""
        return self.say("no_numbers", title=package.title.in_language(self.language), why=why)

    def beforehand(self, workspace: Workspace, package: Package) -> list[str]:
        """What has to be delivered and ordered, and how long the follow-up lets wait."""
        used = {selection.source for each in package.measures for selection in each.selections}
        names = [self._source(workspace, source) for source in sorted(used | {"list_sizes"} | set(package.sources))]
        said = [self.say("delivered", sources=", ".join(names))]
        if groups := self._ordered(package):
            said.append(self.say("ordered", groups=", ".join(groups)))
        years = package.windows.followup_after_months // 12
        shift = self.say("year") if years == 1 else self.say("years", n=years)
        return [*said, self.say("wait", months=package.windows.months, shift=shift)]

    def afterwards(self, run: Rehearsal) -> str:
        """What the figures rest on; nothing where there is none."""
        found = [result for result in run.results if isinstance(result, Found)]
        if not found:
            return ""
        return self.say("measured" if all(each.habits.spread_measured for each in found) else "assumed")

    def _source(self, workspace: Workspace, source: str) -> str:
        try:
            title = workspace.contract(source).title.in_language(self.language)
        except SettingsError:
            return source
        return f"{title[:1].lower()}{title[1:]} ({source})"

    def _ordered(self, package: Package) -> list[str]:
        """Groups of patients that somebody has to count, each with over how long."""
        asked = [part for each in package.measures for part in each.selections if part.model == "patient_counts"]
        every = [
            f"{part.groups[0]} ({self.say('months_long', n=part.window_months)})"
            for part in sorted(asked, key=lambda part: part.groups)
        ]
        return list(dict.fromkeys(every))

    def told(self, run: Rehearsal, result: Found | Unfounded) -> Told:
        """One measure."""
        measure = run.measure_of(result)
        title = measure.title.in_language(self.language)
        if isinstance(result, Unfounded):
            unit = measure.unit.in_language(self.language)
            lack = "value" if result.lack == "expected" and measure.denominator.is_stock else result.lack
            lacks = self.say(f"lacks_{lack}", measure=measure.id, unit=unit, per=self.numbers.count(measure.per))
            return Told(measure.id, title, "", "", "", "", lacks)
        judged = result.use != "no_interval"
        return Told(
            measure.id,
            title,
            self._reckoned(measure, result),
            self._enough(result),
            self._change(measure, result, run.package.minimum_events) if judged else "",
            self._alarms(result) if judged else "",
            self.say(f"use_{result.use}"),
        )

    def _reckoned(self, measure: Measure, found: Found) -> str:
        habits = found.habits
        origin = f"from_{habits.origin}"
        if habits.origin == "workspace" and not habits.spread_measured:
            origin += "_level"
        parts = {"value": self.numbers.with_unit(measure, habits.value), "origin": self.say(origin)}
        if measure.denominator.is_stock:
            return self.say("reckoned", **parts) + "."
        key = "reckoned_year" if happens(measure.denominator) else "reckoned_ground"
        return self.say(key, ground=self._sized(habits.ground), **parts) + "."

    def _enough(self, found: Found) -> str:
        count = self.numbers.count
        levels = {"practices": found.practice, "clusters": found.cluster}
        values = {name: count(level.enough) for name, level in levels.items()}
        return self.say("enough", **values, **{f"all_{name}": count(level.units) for name, level in levels.items()})

    def _change(self, measure: Measure, found: Found, minimum: int) -> str:
        parts: list[str] = []
        for name, level in (("cluster", found.cluster), ("practice", found.practice)):
            if level.enough * 2 >= level.units and level.reach is None:
                parts.append(self.say(f"{name}_unjudged"))
            elif level.reach is None or level.enough * 2 < level.units:
                observed = self.numbers.count(level.observed)
                parts.append(self.say(f"{name}_few", observed=observed, minimum=self.numbers.count(minimum)))
            elif level.reach.part > FAR:
                parts.append(self.say(f"{name}_far"))
            else:
                parts.append(self._can(measure, found, name, level.reach))
        return "".join(parts)

    def _can(self, measure: Measure, found: Found, name: str, reach: Reach) -> str:
        value = found.habits.value
        up = -1 if measure.kind in SHARES and value > measure.per / 2 else 1
        before = self.numbers.figure(measure, value)
        after = self.numbers.with_unit(measure, value + up * reach.middle)
        lower, upper = (self._amount(measure, value, each) for each in (reach.lower, reach.upper))
        change, lower = self.change(measure, value, reach.middle), lower.removesuffix(self.numbers.percent_sign)
        return self.say(f"{name}_can", change=change, before=before, after=after, lower=lower, upper=upper)

    def change(self, measure: Measure, value: float, by: float) -> str:
        """A change of `by` from `value` in the words of its kind: percent of a rate, points of a share or score."""
        amount = self._amount(measure, value, by)
        if _in_percent(measure):
            return self.say("change_percent", percent=amount)
        return self.say("change_points" if measure.kind in SHARES else "change_score", points=amount)

    def _amount(self, measure: Measure, value: float, by: float) -> str:
        if _in_percent(measure):
            return self.numbers.percent(100 * by / value)
        return self._sized(100 * by / measure.per if measure.kind in SHARES else by)

    def _alarms(self, found: Found) -> str:
        count = self.numbers.count
        parts: list[str] = []
        for name, level in (("clusters", found.cluster), ("practices", found.practice)):
            if level.read:
                most = self.numbers.percent(100 * level.stated)
                size = "many" if level.alarms >= 1 else "few"
                alarms = self.say(f"alarms_{size}", alarms=count(level.alarms))
                parts.append(self.say(f"alarms_{name}", alarms=alarms, read=count(level.read), most=most))
        return self.say("alarms", told=self.say("and").join(parts)) if parts else ""

    def _sized(self, number: float) -> str:
        """One decimal of a small number, none of a large one or of one that is whole."""
        return self.numbers.decimal(number, 0 if number >= ROUND_FROM or number == round(number) else 1)


def _in_percent(measure: Measure) -> bool:
    return scales.link(measure.kind) == "log"
