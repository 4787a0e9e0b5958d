"""`make bench-report`: the results as tables and a chart, where people read them.

Writes RESULTS.md and chart.svg beside this file, and the part of the root's README between its
marks, all made of results.json and nothing else. `--check` writes nothing and fails where one of
them says something else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Sequence

from aims import AIMS, CHAIN, further_worker
from chart import chart

HERE = Path(__file__).resolve().parent
README = HERE.parents[1] / "README.md"
BEGIN, END = "<!-- bench: made by `make bench-report` -->\n", "<!-- /bench -->"

Results = Dict[str, Any]


def main() -> int:
    """Writes, or checks; the exit code."""
    stale = [path for path, text in made().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.name}: not what results.json says; run publish.py", file=sys.stderr)
        return 1 if stale else 0
    for path, text in made().items():
        path.write_text(text)
    return 0


def made() -> Dict[Path, str]:
    """Every file, as results.json wants it."""
    results = json.loads((HERE / "results.json").read_text())
    readme = README.read_text()
    before, rest = readme.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    return {
        HERE / "chart.svg": chart(results),
        HERE / "RESULTS.md": whole(results),
        README: before + BEGIN + short(results) + END + after,
    }


def short(results: Results) -> str:
    """What stands in the README."""
    return "\n".join(
        [
            "![Requests per second as a share of what the same Envoy does without a filter](tests/bench/chart.svg)",
            "",
            *_overview(results),
            "",
            _conditions(results),
            "Envoy has one worker. A share is of the requests per second that the same Envoy does without filters in the same",
            "round with 16 connections, or what it would be if only Envoy's processor time counted (by CPU); medians of the",
            "rounds. The p50 added is that of one connection. Ranges, other sizes, memory and instruction counts are in",
            "[tests/bench](tests/bench/RESULTS.md).",
            "",
            *_aims(results),
            "",
        ]
    )


def whole(results: Results) -> str:
    """RESULTS.md."""
    parts: List[str] = [
        "# What the filters cost",
        "",
        "Made by `make bench-report` of results.json; README.md says what is compared and how to read it.",
        "",
        f"{_conditions(results)} {results['seconds']:g} s of load per setup and round.",
        "",
        "## Aims",
        "",
        *_aims(results),
    ]
    for name, title in results["workloads"].items():
        parts += ["", f"## {title}", "", *_workload(results, name)]
    parts += ["", "## Memory", "", *_memory(results)]
    if results["instructions"]:
        parts += ["", "## Instructions", "", *_instructions(results)]
    parts += ["", "## Modules", "", *_modules(results)]
    return "\n".join(parts) + "\n"


def _conditions(results: Results) -> str:
    load = f"load average before: {results['load_average']}"
    return f"{results['machine']}; {results['date']}, {load}."


def _overview(results: Results) -> List[str]:
    heads = ["", "", "1 KB", "by CPU", "16 KB", "streamed", "µs CPU", "added p50, ms", "added p99, ms"]
    rows = []
    for name, does in results["setups"].items():
        main, large, streamed, single = (
            results["throughput"].get(workload, {}).get(name, {})
            for workload in ("1 KB × 16", "16 KB × 16", "streamed × 16", "1 KB × 1")
        )
        cells = [_share(main, "share"), _share(main, "cpu_share"), _share(large, "share")]
        cells += [_share(streamed, "share"), _number(main.get("cpu"))]
        cells += [_milliseconds(single.get("added_p50")), _milliseconds(main.get("added_p99"))]
        rows.append([f"**{name}**" if name == CHAIN else name, does, *cells])
    return _table(heads, rows)


def _workload(results: Results, workload: str) -> List[str]:
    heads = ["", "req/s", "share", "by CPU", "µs CPU", "p50 µs", "p99 µs", "added p50", "added p99", "Envoy busy"]
    rows = []
    for name, one in results["throughput"][workload].items():
        cells = [_number(one["rps"]), _span(one["share"]), _span(one["cpu_share"])]
        cells += [_number(one[of]) for of in ("cpu", "p50", "p99", "added_p50", "added_p99")]
        busy = one["busy"]
        rows.append([name, *cells, "–" if busy is None else f"{busy:.0%}"])
    lines = _table(heads, rows)
    over = results["chain_over_separate"].get(workload)
    return lines + (["", f"Chain over five separate modules: {_span(over)}."] if over else [])


def _aims(results: Results) -> List[str]:
    rows = []
    for aim in AIMS:
        value, reached = aim.value(results), aim.reached(results)
        bound = f"{'≤' if aim.most else '≥'} {aim.told(aim.bound)}"
        told = "not measured" if value is None else aim.told(value)
        rows.append([aim.what, bound, told, {True: "yes", False: "**no**", None: ""}[reached]])
    return _table(["aim", "", "measured", "reached"], rows)


def _memory(results: Results) -> List[str]:
    workers = sorted({int(count) for one in results["memory"].values() for count in one})
    heads = ["MiB resident, under load", *(f"{count} worker{'s' * (count > 1)}" for count in workers), "each further"]
    rows = [
        [name, *(_number(one.get(str(count))) for count in workers), f"{further_worker(results, name) or 0:.1f}"]
        for name, one in results["memory"].items()
    ]
    return _table(heads, rows)


def _instructions(results: Results) -> List[str]:
    told = results["instructions"]
    heads = ["wasm instructions", "request", "answer", "event", "host calls"]
    rows = [
        [row["name"], *(_number(row.get(of)) for of in ("request", "answer", "event", "calls"))]
        for row in told["rows"]
    ]
    return [told["what"], "", *_table(heads, rows)]


def _modules(results: Results) -> List[str]:
    rows = [[f"`{name}`", f"{size / 1e6:.2f}"] for name, size in results["modules"].items()]
    return _table(["module, stripped", "MB"], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> List[str]:
    rule = ["---", *("--:" if _is_number(rows, column) else "---" for column in range(1, len(heads)))]
    return ["| " + " | ".join(cells) + " |" for cells in (heads, rule, *rows)]


def _is_number(rows: Sequence[Sequence[str]], column: int) -> bool:
    cells = [row[column] for row in rows if row[column] not in ("", "–")]
    return bool(cells) and all(cell.lstrip("≤≥ +-−*")[:1].isdigit() for cell in cells)


def _share(one: Dict[str, Any], of: str) -> str:
    value = one.get(of)
    return "–" if value is None else f"{value[0]:.2f}"


def _span(value: Any) -> str:
    return "–" if value is None else "{:.2f} ({:.2f}–{:.2f})".format(*value)


def _number(value: Any) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _milliseconds(value: Any) -> str:
    return "–" if value is None else f"{value / 1000:.2f}"


if __name__ == "__main__":
    sys.exit(main())
