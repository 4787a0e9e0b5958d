"""Rounds of measurements, as a table of medians and paired ratios."""

from __future__ import annotations

from statistics import median
from typing import Callable, Dict, List, Optional, Sequence, Tuple

from measure import Measured
from setups import AIMS, Setup, Workload

# What each setup measured, one entry per round.
Results = Dict[str, List[Measured]]


def table(workload: Workload, setups: Sequence[Setup], results: Results) -> str:
    """The table of a workload. Ratios are to the passthrough of the same round and dialect."""
    heads = ["", "req/s", "× passthrough", "µs CPU/req", "× CPU", "p50 µs", "p99 µs"]
    heads += ["1st byte µs"] if workload.stream else []
    heads += ["Envoy busy", "Envoy MB"]
    rows = []
    for setup in setups:
        found = results[setup.name]
        paired = [] if setup.is_baseline else _pairs(setup, setups, results)
        row = [
            setup.name,
            _number([one.rps for one in found]),
            _ratio([one.rps / base.rps for one, base in paired]),
            _number([one.cpu for one in found]),
            _ratio([one.cpu / base.cpu for one, base in paired if one.cpu and base.cpu]),
            _number([one.p50 for one in found]),
            _number([one.p99 for one in found]),
        ]
        row += [_number([one.first_byte for one in found])] if workload.stream else []
        row.append(_number([one.busy for one in found], "{:.0%}"))
        row.append(_number([one.memory for one in found]))
        rows.append(row)
    return "\n".join([workload.name, *_aligned([heads, *rows])])


def aims(workload: Workload, setups: Sequence[Setup], results: Results) -> List[str]:
    """What share of passthrough the upstream translators reached, where the workload has an aim."""
    least = AIMS.get(workload)
    lines = []
    for setup in setups:
        if least is not None and setup.has_aim:
            pairs = _pairs(setup, setups, results)
            reached = f"{median(one.rps / base.rps for one, base in pairs):.2f}"
            by_cpu = [base.cpu / one.cpu for one, base in pairs if base.cpu and one.cpu]
            if by_cpu:
                reached += f", by processor time {median(by_cpu):.2f}"
            lines.append(f"{setup.name}, {workload.name}: {reached} (aim {least:.2f})")
    return lines


def _pairs(
    setup: Setup, setups: Sequence[Setup], results: Results
) -> List[Tuple[Measured, Measured]]:
    """What `setup` measured and what the baseline of its clients did, round by round."""
    for baseline in setups:
        if baseline.is_baseline and baseline.client is setup.client:
            return list(zip(results[setup.name], results[baseline.name]))
    return []


def _number(values: Sequence[Optional[float]], how: str = "{:.0f}") -> str:
    known = [value for value in values if value is not None]
    return how.format(median(known)) if known else "-"


def _ratio(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def _aligned(rows: Sequence[Sequence[str]]) -> List[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells: List[str] = []
        for column, (cell, width) in enumerate(zip(row, widths)):
            justify: Callable[[int], str] = cell.ljust if column == 0 else cell.rjust
            cells.append(justify(width))
        lines.append("  " + "  ".join(cells).rstrip())
    return lines
