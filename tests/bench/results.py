"""Rounds of measurements, as medians and paired ratios, in a shape that is written down as JSON."""

from __future__ import annotations

from statistics import median
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from measure import Measured

# What each setup measured in a workload, one entry per round.
Rounds = Dict[str, List[Measured]]
# A setup's figures: see `figures`.
Figures = Dict[str, Any]


def figures(found: Sequence[Measured], base: Sequence[Measured]) -> Figures:
    """A setup's figures in a workload. `base` is what no filter measured in the same rounds.

    Times in microseconds. `share`: of the requests per second that there are without a filter;
    `cpu_share`: the same if nothing but Envoy's processor time limited both. These two are
    [median, lowest, highest].
    """
    pairs = list(zip(found, base))
    made: Figures = {
        name: _rounded(_median([getattr(one, name) for one in found]))
        for name in ("rps", "cpu", "p50", "p99", "first_byte", "busy", "memory")
    }
    made["added_p50"] = median(one.p50 - other.p50 for one, other in pairs)
    made["added_p99"] = median(one.p99 - other.p99 for one, other in pairs)
    made["share"] = ratio(pairs, lambda one, other: one.rps / other.rps)
    made["cpu_share"] = ratio(pairs, _cpu_share)
    return made


def ratio(
    pairs: Sequence[Tuple[Measured, Measured]],
    of: Callable[[Measured, Measured], Optional[float]],
) -> Optional[List[float]]:
    """The median of a ratio over the rounds, its lowest and its highest."""
    known = [value for value in (of(*pair) for pair in pairs) if value is not None]
    if not known:
        return None
    return [round(value, 3) for value in (median(known), min(known), max(known))]


def _cpu_share(one: Measured, other: Measured) -> Optional[float]:
    return other.cpu / one.cpu if one.cpu and other.cpu else None


def _median(values: Sequence[Optional[float]]) -> Optional[float]:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _rounded(value: Optional[float]) -> Optional[float]:
    if value is None:
        return None
    return round(value) if value >= 100 else round(value, 2)
