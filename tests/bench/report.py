"""Results as text for a terminal."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence

from aims import AIMS

Figures = Dict[str, Any]


def table(title: str, found: Dict[str, Figures], stream: bool) -> str:
    """A workload's figures, a line for each setup. Times in microseconds."""
    heads = ["", "req/s", "× no filter", "µs CPU", "× by CPU", "p50", "p99", "added p50", "added p99"]
    heads += ["1st byte"] if stream else []
    heads += ["Envoy busy", "MiB"]
    rows = []
    for name, one in found.items():
        row = [name, number(one["rps"]), span(one["share"]), number(one["cpu"]), span(one["cpu_share"])]
        row += [number(one[of]) for of in ("p50", "p99", "added_p50", "added_p99")]
        row += [number(one["first_byte"])] if stream else []
        busy = one["busy"]
        row += ["–" if busy is None else f"{busy:.0%}", number(one["memory"])]
        rows.append(row)
    return "\n".join([title, *_aligned([heads, *rows])])


def reached(results: Dict[str, Any]) -> List[str]:
    """Each aim with what was measured."""
    lines = []
    for aim in AIMS:
        value = aim.value(results)
        if value is not None:
            bound = f"aim: {'at most' if aim.most else 'at least'} {aim.told(aim.bound)}"
            missed = "" if aim.reached(results) else ", MISSED"
            lines.append(f"{aim.what}: {aim.told(value)} ({bound}{missed})")
    return lines


def number(value: Optional[float]) -> str:
    """A whole number with separators."""
    return "–" if value is None else f"{value:,.0f}"


def span(value: Optional[Sequence[float]]) -> str:
    """A ratio with its range over the rounds."""
    return "–" if value is None else "{:.2f} ({:.2f}–{:.2f})".format(*value)


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
