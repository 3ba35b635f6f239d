"""The verdict a second time: one unit after the other, with lists and the math module, from the docstrings' words.

A unit is a dictionary: cluster, region and the two windows' numbers, `x0` of `n0` before and `x1` of `n1` now; of a
mean also value and limits (`v0`, `l0`, `u0`, ...), in the measure's unit.
"""

from __future__ import annotations

import math
from typing import Any

from scipy import stats
from scipy.optimize import brentq

Unit = dict[str, Any]
Z = 1.959963984540054
LINK = {"rate": "log", "ratio": "log", "proportion": "logit", "mean": "identity"}
CONFIDENCE = {"practice": 0.99, "cluster": 0.95}


def held(kind: str, x: float, n: float) -> tuple[float, float]:
    """Events and what they are held against, half a one where there are none."""
    if LINK[kind] == "logit":
        events = max(0.5, min(x, n - 0.5)) if n - 0.5 > 0.5 else 0.5
        return events, max(0.5, n - events)
    return max(x, 0.5), n if kind == "rate" else max(n, 0.5)


def where(kind: str, unit: Unit, side: int, per: float) -> float:
    if LINK[kind] == "identity":
        return unit[f"v{side}"] / per
    events, others = held(kind, unit[f"x{side}"], unit[f"n{side}"])
    return math.log(events / others)


def noise(kind: str, unit: Unit, side: int, per: float, more: int = 0) -> float:
    if LINK[kind] == "identity":
        return ((unit[f"u{side}"] - unit[f"l{side}"]) / (2 * Z) / per) ** 2
    events, others = held(kind, unit[f"x{side}"], unit[f"n{side}"])
    return 1 / (events + more) + (0 if kind == "rate" else 1 / (others + more))


def to_scale(kind: str, value: float) -> float:
    return {"log": math.log, "logit": lambda p: math.log(p / (1 - p)), "identity": float}[LINK[kind]](value)


def from_scale(kind: str, at: float) -> float:
    return {"log": math.exp, "logit": lambda a: 1 / (1 + math.exp(-a)), "identity": float}[LINK[kind]](at)


def steepness(kind: str, value: float) -> float:
    return {"log": value, "logit": value * (1 - value), "identity": 1.0}[LINK[kind]]


def one(kind: str, value: float) -> float:
    """The variance of one unit of the denominator."""
    by_kind = {"rate": value, "ratio": value + value**2, "proportion": value - value**2, "mean": 1.0}
    return by_kind[kind]


def size(kind: str, unit: Unit, side: int, per: float) -> float:
    return 1 / noise(kind, unit, side, per) if LINK[kind] == "identity" else unit[f"n{side}"]


def mass(kind: str, unit: Unit) -> float:
    return unit["n0"] + unit["n1"] if LINK[kind] == "identity" else unit["x0"] + unit["x1"]


def crowding(kind: str, units: list[Unit]) -> float:
    each = [mass(kind, unit) for unit in units]
    if not sum(each):
        return 1 / len(units)
    return sum(m * m for m in each) / sum(each) ** 2


def together(kind: str, units: list[Unit], per: float) -> Unit:
    """Many practices as one."""
    whole: Unit = {part: sum(unit[part] for unit in units) for part in ("x0", "n0", "x1", "n1")}
    for side in (0, 1) if LINK[kind] == "identity" else ():
        shares = [unit[f"n{side}"] / whole[f"n{side}"] for unit in units]
        middle = sum(share * unit[f"v{side}"] for share, unit in zip(shares, units, strict=True))
        halves = [share * (unit[f"u{side}"] - unit[f"l{side}"]) / 2 for share, unit in zip(shares, units, strict=True)]
        reach = math.sqrt(sum(half**2 for half in halves))
        whole |= {f"v{side}": middle, f"l{side}": middle - reach, f"u{side}": middle + reach}
    return whole


def moved(kind: str, unit: Unit, per: float) -> float:
    return where(kind, unit, 1, per) - where(kind, unit, 0, per)


def tells(kind: str, unit: Unit) -> bool:
    counts = [unit["x0"], unit["x1"]]
    if LINK[kind] == "logit":
        counts += [unit["n0"] - unit["x0"], unit["n1"] - unit["x1"]]
    return LINK[kind] == "identity" or min(counts) >= 5


def line(kind: str, units: list[Unit], per: float) -> tuple[float, float, int] | None:
    """Dispersion and drift: squared changes times their information, on a weighted line through that information."""
    told = [unit for unit in units if tells(kind, unit)]
    if len(told) < 3:
        return None
    u = [1 / (noise(kind, unit, 0, per, 1) + noise(kind, unit, 1, per, 1)) for unit in told]
    d = [moved(kind, unit, per) for unit in told]
    middle = sum(a * b for a, b in zip(u, d, strict=True)) / sum(u)
    q = [a * (b - middle) ** 2 * len(told) / (len(told) - 1) for a, b in zip(u, d, strict=True)]
    w = [1 / (1 + 0.05**2 * a) ** 2 for a in u]
    mean_u = sum(a * b for a, b in zip(w, u, strict=True)) / sum(w)
    mean_q = sum(a * b for a, b in zip(w, q, strict=True)) / sum(w)
    across = sum(a * (b - mean_u) ** 2 for a, b in zip(w, u, strict=True))
    along = sum(a * (b - mean_u) * (c - mean_q) for a, b, c in zip(w, u, q, strict=True))
    drift = max(0.0, along / across) if across > 0 else 0.0
    level = mean_q - drift * mean_u
    if level < 1:
        top = sum(a * b * (c - 1) for a, b, c in zip(w, u, q, strict=True))
        return 1.0, max(0.0, top / sum(a * b * b for a, b in zip(w, u, strict=True))), len(told)
    return level, drift, len(told)


def prior(kind: str, units: list[Unit], per: float) -> tuple[float, float, float, float]:
    """Mean, observed variance, mean size and effective number."""
    n = [size(kind, unit, 0, per) for unit in units]
    p = [unit["v0"] / per if LINK[kind] == "identity" else unit["x0"] / unit["n0"] for unit in units]
    mean = sum(a * b for a, b in zip(n, p, strict=True)) / sum(n)
    spread = sum(a * (b - mean) ** 2 for a, b in zip(n, p, strict=True)) / sum(n)
    return mean, spread, sum(n) / len(n), sum(n) ** 2 / sum(a * a for a in n)


def around(kind: str, units: list[Unit], cluster: str, per: float) -> Unit:
    """What everybody of the region but `cluster` shows."""
    region = next(unit["region"] for unit in units if unit["cluster"] == cluster)
    others = [unit for unit in units if unit["region"] == region and unit["cluster"] != cluster]
    fit = line(kind, others, per)
    by_cluster: dict[str, list[Unit]] = {}
    for unit in others:
        by_cluster.setdefault(unit["cluster"], []).append(unit)
    if not others or fit is None:
        return {}
    dispersion, drift, told = fit
    wholes = {name: together(kind, inside, per) for name, inside in by_cluster.items()}
    crowds = {name: crowding(kind, inside) for name, inside in by_cluster.items()}
    base = {
        name: dispersion * (noise(kind, whole, 0, per) + noise(kind, whole, 1, per)) + drift * crowds[name]
        for name, whole in wholes.items()
    }
    c = [1 / variance for variance in base.values()]
    d = [moved(kind, whole, per) for whole in wholes.values()]
    middle = sum(a * b for a, b in zip(c, d, strict=True)) / sum(c)
    found: Unit = {"dispersion": dispersion, "drift": drift, "cluster_drift": None}
    found |= {"freedom_practice": told - 2, "freedom_cluster": None}
    if len(wholes) > 1:
        excess = sum(a * (b - middle) ** 2 for a, b in zip(c, d, strict=True)) - (len(c) - 1)
        found["cluster_drift"] = max(0.0, excess / (sum(c) - sum(a * a for a in c) / sum(c)))
        found["freedom_cluster"] = len(c) - 1
    whole = together(kind, others, per)
    of_clusters = found["cluster_drift"] or 0.0
    masses = [sum(mass(kind, unit) for unit in inside) for inside in by_cluster.values()]
    found["background_change"] = moved(kind, whole, per)
    found["background_variance"] = (
        dispersion * (noise(kind, whole, 0, per) + noise(kind, whole, 1, per))
        + drift * crowding(kind, others)
        + of_clusters * sum(m * m for m in masses) / sum(masses) ** 2
    )
    values = [from_scale(kind, where(kind, whole, side, per)) for side in (0, 1)]
    found["background_ratio"] = values[1] / values[0]
    crowd = sum(crowds.values()) / len(crowds)
    for level, members, passing in (
        ("practice", others, drift),
        ("cluster", list(wholes.values()), of_clusters + drift * crowd),
    ):
        if level == "cluster" and found["cluster_drift"] is None:
            continue
        mean, spread, mean_size, number = prior(kind, members, per)
        sampling = dispersion * one(kind, mean) / mean_size
        lasting = max(0.0, spread - sampling - passing / 2 * steepness(kind, mean) ** 2)
        found |= {f"prior_mean_{level}": mean, f"prior_variance_{level}": lasting}
        found |= {f"prior_observed_{level}": spread, f"prior_units_{level}": number}
    return found


def verdict(kind: str, unit: Unit, level: str, found: Unit, per: float) -> Unit:
    """The verdict of a unit that can be compared and read; `crowd` is its concentration."""
    mean, lasting = found[f"prior_mean_{level}"], found[f"prior_variance_{level}"]
    observed, number = found[f"prior_observed_{level}"], found[f"prior_units_{level}"]
    phi, change = found["dispersion"], found["background_change"]
    drift = found["drift"] if level == "practice" else found["cluster_drift"] + found["drift"] * unit["crowd"]
    critical = float(stats.t.ppf(1 - (1 - CONFIDENCE[level]) / 2, found[f"freedom_{level}"]))
    before, now = where(kind, unit, 0, per), where(kind, unit, 1, per)

    def about(value: float) -> float:
        sampling = phi * one(kind, value) / size(kind, unit, 0, per)
        return sampling + drift / 2 * steepness(kind, value) ** 2

    def later(value: float) -> float:
        if LINK[kind] == "identity":
            return noise(kind, unit, 1, per)
        return one(kind, value) / unit["n1"] / steepness(kind, value) ** 2

    kept = lasting / (lasting + about(mean)) if lasting > 0 else 0.0
    apart = from_scale(kind, before) - mean
    shrunken = mean + kept * apart
    slope_of_weight = (1 - kept) / (lasting + about(mean))
    doubt = (1 - kept) ** 2 * observed / number + (slope_of_weight * apart) ** 2 * 2 * observed**2 / (number - 1)
    own = (kept * about(shrunken) + doubt) / steepness(kind, shrunken) ** 2
    expected = from_scale(kind, to_scale(kind, shrunken) + change)
    error = math.sqrt(own + phi * later(expected) + drift / 2 + found["background_variance"])
    limits = reach(kind, expected, error, float(stats.norm.cdf(-critical)))
    rest = drift + found["background_variance"] + phi * noise(kind, unit, 0, per)
    net_error = math.sqrt(rest + phi * noise(kind, unit, 1, per))
    shift = now - before - change
    alone = from_scale(kind, before + change)
    net = [
        from_scale(kind, before + change + s) / alone
        for s in (shift, shift - critical * net_error, shift + critical * net_error)
    ]
    found_out = detectable(
        kind, expected, (critical + sureness(found[f"freedom_{level}"]), net_error, rest, phi), later
    )
    value = from_scale(kind, now) if LINK[kind] == "identity" else unit["x1"] / unit["n1"]
    likely = abs(shift) > critical * net_error and not limits[0] <= value <= limits[1]
    return {
        "expected": expected * per,
        "expected_lower": limits[0] * per,
        "expected_upper": limits[1] * per if math.isfinite(limits[1]) else None,
        "net_ratio": net[0],
        "net_lower": min(net[1:]),
        "net_upper": max(net[1:]),
        "detectable_change": None if found_out is None else abs(found_out - expected) * per,
        "verdict": "likely change" if likely else "cannot be told from chance",
    }


def reach(kind: str, expected: float, error: float, tail: float) -> tuple[float, float]:
    """What is to be expected: as much as `tail` lies below, and as much above."""
    if LINK[kind] == "log":
        spread = stats.gamma(1 / error**2, scale=expected * error**2)
    elif LINK[kind] == "identity":
        spread = stats.norm(expected, error)
    else:
        total = 1 / (error**2 * expected * (1 - expected)) - 1
        if total <= 0.001:  # Next to everything lies at 0 and at 1.
            return 0.0, 1.0
        spread = stats.beta(expected * total, (1 - expected) * total)
        within = {"a": 0.0, "b": 1.0, "xtol": 1e-300, "maxiter": 9999}
        return brentq(lambda x: spread.cdf(x) - tail, **within), brentq(lambda x: spread.sf(x) - tail, **within)
    return float(spread.ppf(tail)), float(spread.isf(tail))


def detectable(kind: str, expected: float, sure: tuple[float, float, float, float], later: Any) -> float | None:
    """The least value that would have been found, or None where it lies beyond all numbers."""
    enough, error, rest, phi = sure
    at, farther = to_scale(kind, expected), enough * error
    side = -1 if LINK[kind] == "logit" and expected > 0.5 else 1
    try:
        for _ in range(2):
            farther = enough * math.sqrt(rest + phi * later(from_scale(kind, at + side * farther)))
        value = from_scale(kind, at + side * farther)
        most = {"logit": 1, "log": 1000 * expected, "identity": math.inf}[LINK[kind]]
        return value if value < most and (value > 0 or LINK[kind] == "identity") else None
    except (ZeroDivisionError, OverflowError):
        return None


def sureness(freedom: float) -> float:
    return float(stats.t.ppf(0.8, freedom))
