"""How many verdicts chance alone would call likely: counted over every report of the meeting, told to the cluster."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import report_packs as packs

from reports.assemble import assemble
from reports.luck import luck_words
from reports.markdown import plain
from reports.pack import documents
from reports.setting import Setting
from reports.wording import voice
from transforms.published import FIGURE


def figures(practices: int, clusters: int, verdict: str = packs.CHANCE) -> pl.DataFrame:
    """As many own rows, each of a reader of its own, and cluster rows, told again to each reader."""
    empty = dict.fromkeys(FIGURE)
    each = empty | {"level": "practice", "own": True, "verdict": verdict}
    own = [each | {"audience": f"p{at}"} for at in range(practices)]
    others = [row | {"audience": "cluster", "own": False} for row in own]
    cluster = [
        empty | {"audience": audience, "level": "cluster", "own": False, "verdict": verdict}
        for audience in ("cluster", "p0", "p1")
        for _ in range(clusters)
    ]
    return pl.DataFrame([*own, *others, *cluster], schema=FIGURE, orient="row")


def told(made: pl.DataFrame, language: str = "da") -> str:
    setting = Setting(packs.tables().row, voice(language), Path(), member=False)
    return plain(luck_words(made, setting)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("practices", "clusters", "times"),
    [
        (52, 4, "omkring 1 gang."),
        (200, 20, "omkring 3 gange."),
        (6, 4, "næppe en eneste gang."),
        (0, 20, "omkring 1 gang."),
        (50, 0, "omkring 1 gang."),
    ],
)
def test_one_in_a_hundred_of_practices_and_one_in_twenty_of_clusters(practices: int, clusters: int, times: str) -> None:
    words = told(figures(practices, clusters))
    assert words.endswith(times)
    assert f"er {practices + clusters} ændringer holdt op mod tilfældigheden" in words


def test_in_english() -> None:
    assert told(figures(52, 4), "en") == (
        "The reports of this meeting hold 56 changes against chance: 52 of practices and 4 of the cluster. Had nothing"
        " changed, “likely change” would still stand there about 1 time."
    )


@pytest.mark.parametrize("verdict", [packs.FEW, packs.APART, None])
def test_what_can_never_be_likely_is_not_counted(verdict: str) -> None:
    assert told(figures(52, 4, verdict)) == ""


def test_how_many_came_out_likely_does_not_show() -> None:
    assert told(figures(30, 4, packs.LIKELY)) == told(figures(30, 4, packs.CHANCE))


def test_the_cluster_is_told_and_a_member_is_not(fonts: Path) -> None:
    made = packs.tables()
    cluster, *members = (
        assemble(one, fonts).markdown for one in documents(made, packs.package(), {}) if one.form == "report"
    )
    assert "holdt op mod tilfældigheden" in cluster
    assert not [one for one in members if "tilfældigheden:" in one]
