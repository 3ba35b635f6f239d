"""report.* of invented packs, built row by row: 18 practices, 14 delivered, one new, every state of a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any, get_args

import polars as pl

from reports.pack import PackTables, documents, render_document
from reports.render import Renderer
from reports.sheets import sheets
from transforms.definitions import Package, parse_package
from transforms.published import CHECK, FIGURE, NOTE, PACK, SOURCE
from transforms.verdict import FIGURES, Verdict

PACKAGE = Path(__file__).parents[2] / "klyngepakker" / "antibiotika" / "package.toml"
TEXTS = ("fact_sheet", "reflection", "coordinator")
PACK_ID = "P1"
VERSIONS = {"klyngeflow": "0.1.0", "antibiotika": "0.1"}
LETTERS = "FGTKRELQHMCAPBDJNS"
DELIVERED = LETTERS[:14]
NEW, OWN_EXAMPLE = "T", "F"
MEASURES = ("antibiotics_per_1000", "penicillin_v_share", "broad_spectrum_share", "pivmecillinam_share_uti")

# measure, (before, now) of the first practice, step from practice to practice, (before, now) of cluster, of region
_SHAPES = (
    (MEASURES[0], (262.0, 221.0), 5.5, (226.0, 206.0), (224.0, 216.0)),
    (MEASURES[1], (29.8, 33.3), 1.1, (31.5, 35.7), (32.9, 33.6)),
    (MEASURES[2], (17.3, 17.0), 0.6, (16.0, 15.2), (15.8, 15.2)),
    (MEASURES[3], (54.2, 52.9), 2.3, (55.2, 65.4), (61.2, 62.3)),
)
STATES_OF_LAST = {
    "F": "too_few",
    "L": "too_few",
    "E": "suppressed",
    "R": "suppressed",
    "T": "not_computable",
    "G": "zero",
    "Q": "not_applicable",
}
"""What the last measure holds beside values: every state there is."""

LIKELY, CHANCE, FEW, APART = get_args(Verdict)
VERDICTS = {
    "practice": ((LIKELY, None), (CHANCE, None), (CHANCE, "expected"), (CHANCE, None)),
    "cluster": ((LIKELY, None), (LIKELY, None), (CHANCE, None), (LIKELY, None)),
    "G": ((CHANCE, "check"), (FEW, "background"), (FEW, None), (CHANCE, None)),
}
"""Verdict and its reason per measure: of a practice, of the cluster, and of one practice with the other reasons."""


def package() -> Package:
    return parse_package(PACKAGE)


@dataclass(frozen=True)
class Plan:
    """What a test wants changed in the ordinary pack."""

    followup: bool = True
    mode: str = "letters"
    language: str = "da"
    practices: str = LETTERS
    delivered: str = DELIVERED
    names: Mapping[str, str] = field(default_factory=dict)
    cluster: str = "Åbakke-klyngen"
    readers: str = "FGN"
    checks: tuple[tuple[str, str], ...] = (("warning", "failed"), ("critical", "crashed"))
    incomparable: str = "P"
    example: bool = True
    judged: bool = True


def tables(plan: Plan | None = None) -> PackTables:
    plan = plan or Plan()
    figures = [row for audience in ("cluster", *plan.readers) for row in _audience(audience, plan)]
    return PackTables(
        pl.DataFrame([_pack(plan)], schema=PACK),
        pl.DataFrame(figures, schema=FIGURE, orient="row"),
        pl.DataFrame(list(_sources()), schema=SOURCE),
        pl.DataFrame([_check(*check) for check in plan.checks], schema=CHECK),
        pl.DataFrame(
            [{"pack_id": PACK_ID, "change": change, "practices": 1} for change in ("joined", "closed")], schema=NOTE
        ),
    )


def practice_id(letter: str) -> str:
    """A provider number: what no file name and no page may hold."""
    return f"9{LETTERS.index(letter):05d}"


def _pack(plan: Plan) -> dict[str, Any]:
    before = (date(2025, 1, 1), date(2025, 6, 30)) if plan.followup else (None, None)
    return {
        "pack_id": PACK_ID,
        "package_id": "antibiotika",
        "cluster_id": "K1",
        "cluster_name": plan.cluster,
        "region_name": "Region Midt",
        "kind": "followup" if plan.followup else "baseline",
        "mode": plan.mode,
        "meeting_date": date(2026, 9, 23),
        "before_start": before[0],
        "before_end": before[1],
        "now_start": date(2026, 1, 1),
        "now_end": date(2026, 6, 30),
        "practices_members": len(plan.practices),
        "practices_delivered": len(plan.delivered),
        "practices_matched": len(set(plan.delivered) - {NEW}),
        "example_data": plan.example,
        "language": plan.language,
    }


def _audience(audience: str, plan: Plan) -> Iterable[dict[str, Any]]:
    reader = "cluster" if audience == "cluster" else practice_id(audience)
    for measure_id, start, step, cluster, region in _SHAPES:
        for at, letter in enumerate(plan.practices):
            own = letter == audience
            if plan.mode == "own_only" and not own:
                continue
            label = plan.names.get(letter, letter)
            values = tuple(round(value + (at - 6) * step * (1 if at else 0), 1) for value in start)
            row = _row(measure_id, "practice", label, values, plan)
            row |= _states(letter, measure_id, plan)
            row |= _judged(row, VERDICTS.get(letter, VERDICTS["practice"]), plan)
            if not own and plan.mode != "open":
                row = _hidden(row)
            yield {**_cleared(row), "audience": reader, "own": own}
        for level, name, values in (("cluster", plan.cluster, cluster), ("region", "Region Midt", region)):
            row = _row(measure_id, level, name, values, plan)
            if level == "cluster":
                row |= _judged(row, VERDICTS["cluster"], plan) | {"practices": _behind(plan)}
            yield {**_cleared(row), "audience": reader, "own": False}


def _behind(plan: Plan) -> int:
    """How many practices the cluster's figures rest on."""
    return len(set(plan.delivered) - ({NEW} if plan.followup else set()))


def _row(measure_id: str, level: str, label: str, values: tuple[float, float], plan: Plan) -> dict[str, Any]:
    size = {"practice": 3412.0, "cluster": 51635.0, "region": 1300000.0}[level]
    row: dict[str, Any] = {"pack_id": PACK_ID, "measure_id": measure_id, "level": level, "label": label}
    per = 1000 if measure_id == MEASURES[0] else 100
    for window, value in zip(("before", "now"), values, strict=True):
        numerator = round(value * size / per)
        row |= {f"{window}_state": "value", f"{window}_numerator": float(numerator), f"{window}_denominator": size}
        row |= {f"{window}_value": value, f"{window}_lower": value * 0.93, f"{window}_upper": value * 1.08}
    change = values[1] - values[0]
    row |= {"change": change, "change_lower": change - abs(change) * 0.4 - 1, "change_upper": change + 2.3}
    return row | {"ratio": values[1] / values[0], "comparable": True, "reason": None}


def _states(letter: str, measure_id: str, plan: Plan) -> dict[str, Any]:
    if letter not in plan.delivered:
        return {"before_state": "not_submitted", "now_state": "not_submitted"}
    changed: dict[str, Any] = {}
    if letter == NEW and plan.followup:
        changed |= {"before_state": "not_applicable", "comparable": False, "reason": "joined"}
    if letter in plan.incomparable and plan.followup:
        changed |= {"comparable": False, "reason": "merged"}
    if measure_id == MEASURES[3]:
        state = STATES_OF_LAST.get(letter, "value")
        changed["now_state"] = state
        changed |= (
            {"now_value": 0.0, "now_numerator": 0.0, "now_lower": 0.0, "now_upper": 9.7} if state == "zero" else {}
        )
        changed |= {"now_value": 52.9, "now_numerator": 9.0, "now_denominator": 17.0} if letter == "F" else {}
        changed |= {"before_numerator": 13.0, "before_denominator": 24.0} if letter == "F" else {}
    return changed


def _judged(row: dict[str, Any], verdicts: tuple[tuple[str, str | None], ...], plan: Plan) -> dict[str, Any]:
    """A verdict as `VERDICTS` has it, with figures around it that agree with it."""
    if not plan.judged or not plan.followup:
        return {}
    verdict, why = verdicts[MEASURES.index(row["measure_id"])]
    if row["now_state"] not in ("value", "zero", "too_few") or not row["comparable"]:
        verdict, why = APART, None
    elif row["now_state"] == "too_few":
        verdict, why = FEW, None
    found = {"verdict": verdict, "verdict_reason": why}
    if verdict == APART:
        return found
    before, now = row["before_value"], row["now_value"]
    region = next(shape[4] for shape in _SHAPES if shape[0] == row["measure_id"])
    ratio = region[1] / region[0]
    expected = 0.75 * before * ratio + 0.25 * region[1]
    net, wide = now / (before * ratio), abs(now - expected) * (0.6 if verdict == LIKELY else 1.6) + 0.2
    off = abs(net - 1) * (0.7 if verdict == LIKELY else 2.2) + 0.001
    return found | {
        "expected": expected,
        "expected_lower": expected - wide,
        "expected_upper": expected + wide,
        "background_ratio": ratio,
        "net_ratio": net,
        "net_lower": net - off,
        "net_upper": net + off,
        "detectable_change": expected * (0.12 if row["level"] == "practice" else 0.04),
    }


JUDGEMENT = (*FIGURES, "background_ratio", "verdict", "verdict_reason")


def _hidden(row: dict[str, Any]) -> dict[str, Any]:
    """What another reader may see in letters mode: a rounded value and no more."""
    hidden = {key: None for key in row if key.split("_")[-1] in ("numerator", "denominator", "lower", "upper")}
    rounded: dict[str, Any] = {key: float(round(row[key])) for key in ("before_value", "now_value")}
    if row["now_state"] in ("not_submitted", "not_applicable"):
        rounded["label"] = ""
    return {**row, **hidden, **rounded, "reason": None, **dict.fromkeys(JUDGEMENT)}


def _cleared(row: dict[str, Any]) -> dict[str, Any]:
    """No value where the state says there is none, and no change where a side has none."""
    for window in ("before", "now"):
        if row[f"{window}_state"] not in ("value", "zero", "too_few"):
            row = {
                **row,
                **{f"{window}_{part}": None for part in ("value", "lower", "upper", "numerator", "denominator")},
            }
    if row["before_value"] is None or row["now_value"] is None or not row["comparable"]:
        row = {**row, "change": None, "change_lower": None, "change_upper": None, "ratio": None}
    return row


def _sources() -> Iterable[dict[str, Any]]:
    for source, count, status in (("prescriptions", 2, "final"), ("list_sizes", 6, "provisional")):
        for at in range(count):
            yield {
                "pack_id": PACK_ID,
                "source": source,
                "file_name": f"{source}_{at}.csv",
                "sha256": f"{at}{source.encode().hex()}"[:16].ljust(64, "a"),
                "period_start": date(2025 + at % 2, 1, 1),
                "period_end": date(2025 + at % 2, 6, 30),
                "status": status,
                "rows": 12000 + at,
                "rows_excluded": 3 if at == 0 and source == "prescriptions" else 0,
                "rows_rejected": 2 if at == 0 and source == "prescriptions" else 0,
            }


def _check(severity: str, outcome: str) -> dict[str, Any]:
    return {
        "pack_id": PACK_ID,
        "source": "prescriptions",
        "file_name": "prescriptions_0.csv",
        "check_id": f"indication_{outcome}",
        "severity": severity,
        "outcome": outcome,
        "rows_failed": 612,
        "rows_checked": 12000,
        "why": "Indikation mangler oftere end aftalt.",
    }


def baseline(plan: Plan | None = None) -> PackTables:
    """The same pack with one window: everything of the earlier one is null."""
    made = tables(plan or Plan(followup=False))
    return _without_before(made)


def _without_before(made: PackTables) -> PackTables:
    gone = [name for name in FIGURE if name.startswith("before_") or name.startswith("change") or name == "ratio"]
    figures = made.figures.with_columns(pl.lit(None, dtype=FIGURE[name]).alias(name) for name in gone)
    return PackTables(made.pack, figures, made.sources, made.checks, made.notes.clear())


def texts() -> dict[str, str]:
    """The package's own texts, by name."""
    return {name: (PACKAGE.parent / f"{name}.md").read_text(encoding="utf-8") for name in TEXTS}


def render_rest(made: PackTables, folder: Path, renderer: Renderer) -> Path:
    """The slides and the sheets, beside the reports."""
    deck = documents(made, package(), VERSIONS)[-1]
    for document in (deck, *sheets(made, package(), VERSIONS, texts())):
        render_document(document, folder, renderer)
    return folder


def text_of(html: str) -> str:
    """What a reader of the HTML sees, without tags; words of charts included."""
    body = re.sub(r"<style>.*?</style>|</?span>", "", html, flags=re.DOTALL)
    return re.sub(r"[ \n]+", " ", unescape(re.sub(r"<[^>]*>", " ", body)))


def svgs_of(html: str) -> list[str]:
    return re.findall(r"<svg\b.*?</svg>", html, flags=re.DOTALL)


def table_rows(html: str) -> list[list[str]]:
    """The cells of every table row, as text."""
    rows = re.findall(r"<tr\b.*?</tr>", html, flags=re.DOTALL)
    return [[text_of(cell).strip(" ") for cell in re.findall(r"<t[dh]\b.*?</t[dh]>", row, re.DOTALL)] for row in rows]
