"""The shape of report.*: the only tables reports read. What is in them is already rounded and hidden.

`report.pack` one row per pack, `report.figure` one row per pack, audience, measure and unit, `report.source` one row
per pack and extract used, `report.check` one row per pack and check that did not pass, `report.note` one row per pack
and kind of change in who is in the cluster, `report.profile` one row per pack, audience and unit: who the patients are,
`report.goal` one row per follow-up pack and goal that the cluster set itself at an earlier meeting, `report.bound` one
row per pack and measure while too few have delivered, `report.month` one row per pack, audience, measure and month (or
quarter) of the windows and the time between, `report.missing` one row per pack, practice and source that has
not come: the one table that names others, and for the coordinator alone; `report.paired` one row per follow-up pack
and measure of what people answered: whether the same people are compared, and how they changed.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

State = Literal["value", "zero", "not_submitted", "not_applicable", "not_computable", "suppressed", "too_few"]
STATES: tuple[State, ...] = (
    "value",
    "zero",
    "not_submitted",
    "not_applicable",
    "not_computable",
    "suppressed",
    "too_few",
)

PACK = pl.Schema(
    {
        "pack_id": pl.String,
        "package_id": pl.String,
        "cluster_id": pl.String,
        "cluster_name": pl.String,
        "region_name": pl.String,
        "kind": pl.String,  # baseline | followup
        "mode": pl.String,  # letters | open | own_only
        "meeting_date": pl.Date,
        "before_start": pl.Date,  # null in a baseline pack: there is one window, and it is "now"
        "before_end": pl.Date,
        "now_start": pl.Date,
        "now_end": pl.Date,
        "practices_members": pl.Int64,  # consenting members at the end of the later window
        "practices_delivered": pl.Int64,  # of them, those with a figure of any measure in the later window
        "practices_matched": pl.Int64,  # of them, those with figures of one measure in both windows
        "example_data": pl.Boolean,  # synthetic: every page says so
        "language": pl.String,
    }
)

FIGURE = pl.Schema(
    {
        "pack_id": pl.String,
        "audience": pl.String,  # "cluster", or the practice_id of the one reader of a member report
        "measure_id": pl.String,
        "level": pl.String,  # practice | cluster | region (without the cluster) | similar (practices like the reader's)
        "label": pl.String,  # the letter, or the practice's name in `open` mode; the name of a cluster or region
        "own": pl.Boolean,
        "before_state": pl.String,
        "before_numerator": pl.Float64,  # null wherever this audience may not see it
        "before_denominator": pl.Float64,
        "before_value": pl.Float64,
        "before_lower": pl.Float64,
        "before_upper": pl.Float64,
        "now_state": pl.String,
        "now_numerator": pl.Float64,
        "now_denominator": pl.Float64,
        "now_value": pl.Float64,
        "now_lower": pl.Float64,
        "now_upper": pl.Float64,
        "change": pl.Float64,  # now - before in the measure's unit; null where either is no value
        "change_lower": pl.Float64,
        "change_upper": pl.Float64,
        "ratio": pl.Float64,  # now / before
        "comparable": pl.Boolean,  # false: the two windows hold different things, `reason` says why
        "reason": pl.String,  # a word of transforms.compare.REASONS, null when comparable
        "category": pl.String,  # a band, an age group or a Likert step of a distribution, else null
        "before_standardised": pl.Float64,  # by sex and age, with the region as reference, in the measure's unit
        "now_standardised": pl.Float64,
        "now_standardised_lower": pl.Float64,
        "now_standardised_upper": pl.Float64,
        "expected": pl.Float64,  # the follow-up's value if nothing but the background had changed
        "expected_lower": pl.Float64,
        "expected_upper": pl.Float64,
        "background_ratio": pl.Float64,  # the rest of the region: now / before
        "net_ratio": pl.Float64,  # now over what the background alone would have made of before
        "net_lower": pl.Float64,
        "net_upper": pl.Float64,
        "detectable_change": pl.Float64,  # in the measure's unit: what these numbers would have shown 4 times of 5
        "verdict": pl.String,  # likely change | cannot be told from chance | too few data | not comparable
        "verdict_reason": pl.String,  # why, where the verdict alone does not say it: a word of transforms.verdict
        "practices": pl.Int64,  # of a cluster: how many of its practices the figure rests on; null: no figure is shown
    }
)

SOURCE = pl.Schema(
    {
        "pack_id": pl.String,
        "source": pl.String,
        "file_name": pl.String,
        "sha256": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "status": pl.String,  # provisional | final
        "rows": pl.Int64,
        "rows_excluded": pl.Int64,
        "rows_rejected": pl.Int64,  # could not be used, and no mended row has come for them
    }
)

CHECK = pl.Schema(
    {
        "pack_id": pl.String,
        "source": pl.String,
        "file_name": pl.String,
        "check_id": pl.String,
        "severity": pl.String,
        "outcome": pl.String,  # failed | crashed | not_asked
        "rows_failed": pl.Int64,
        "rows_checked": pl.Int64,
        "why": pl.String,
        "found": pl.String,  # a list of findings as JSON, for the reports' words; null where the rows say it all
    }
)

NOTE = pl.Schema(
    {
        "pack_id": pl.String,
        "change": pl.String,  # joined | left | closed | merged | not_submitted
        "practices": pl.Int64,  # how many; never which
    }
)

PROFILE = pl.Schema(
    {
        "pack_id": pl.String,
        "audience": pl.String,
        "level": pl.String,  # practice (the reader's own, exact) | cluster | region (without the cluster) | similar
        "practices": pl.Int64,  # how many stand behind it; null: too few to be shown
        "list_size": pl.Float64,  # listed patients per practice, average of the window's months
        "share_women": pl.Float64,  # of 1; null where the age bands do not tell, or it may not be shown
        "share_0_17": pl.Float64,
        "share_65": pl.Float64,  # 65 and over
        "share_80": pl.Float64,
        "mean_age": pl.Float64,  # in years
    }
)

GOAL = pl.Schema(
    {
        "pack_id": pl.String,
        "number": pl.Int64,
        "agreed_on": pl.Date,  # the day of the meeting
        "what": pl.String,  # the cluster's own words, as is `who`
        "who": pl.String,
        "by_when": pl.Date,
        "measure_id": pl.String,  # null: nothing that is counted; the outcome is the cluster's row of report.figure
        "direction": pl.String,  # lower | higher; null: none was named
        "amount": pl.Float64,  # null: no number was named
        "amount_is": pl.String,  # percent (of the value before) | unit (a difference) | level (the value to come to)
    }
)

BOUND = pl.Schema(
    {
        "pack_id": pl.String,
        "measure_id": pl.String,
        "practices": pl.Int64,  # how many have delivered of this measure: fewer than a cluster's figure takes
        "lower": pl.Float64,  # what the cluster's figure lies between, on a coarse grid; null: `reason` says why
        "upper": pl.Float64,
        "basis": pl.String,  # of the upper bound: certain | region (the missing are no higher than 19 of 20 elsewhere)
        "reason": pl.String,  # a word of transforms.bounds.Reason
    }
)

MONTH = pl.Schema(
    {
        "pack_id": pl.String,
        "audience": pl.String,  # "cluster", or the practice_id of the one reader
        "measure_id": pl.String,
        "level": pl.String,  # cluster | practice (the reader's own, exact)
        "label": pl.String,  # as in report.figure
        "period_start": pl.Date,
        "months": pl.Int64,  # 1, or 3 where single months are too small to be printed
        "side": pl.String,  # before | between | now: which window it lies in
        "meeting": pl.Boolean,  # the baseline meeting was held in it
        "provisional": pl.Boolean,  # something it rests on is not final
        "state": pl.String,  # value | zero | suppressed | not_submitted (by one of those behind it)
        "numerator": pl.Float64,
        "denominator": pl.Float64,
        "value": pl.Float64,  # per month (or three) where the measure is a rate of listed patients
    }
)

MISSING = pl.Schema(
    {
        "pack_id": pl.String,
        "practice_id": pl.String,
        "practice_name": pl.String,
        "label": pl.String,  # as in report.figure
        "source": pl.String,
        "months": pl.Int64,  # of the later window that have not been submitted
        "of_months": pl.Int64,
    }
)

PAIRED = pl.Schema(
    {
        "pack_id": pl.String,
        "measure_id": pl.String,  # of what people answered, its cluster's figures shown in both windows
        "way": pl.String,  # pairs | groups: how the two rounds are compared; of groups the rest is null
        "pairs": pl.Float64,  # how many answered both times under one code, rounded
        "before_value": pl.Float64,  # theirs alone, in the measure's unit
        "now_value": pl.Float64,
        "change": pl.Float64,  # now - before of the same people
        "change_lower": pl.Float64,  # 95 %: a share by Newcombe 1998, method 10; a mean by Student's t of the changes
        "change_upper": pl.Float64,
    }
)
