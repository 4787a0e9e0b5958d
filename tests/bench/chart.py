"""The chart: what is left of an Envoy's throughput, setup by setup, for three workloads."""

from __future__ import annotations

from html import escape
from typing import Any, Dict, List, Optional

from aims import AIMS

# The workloads side by side, and what stands above each.
PANELS = (("1 KB × 16", "1 KB"), ("16 KB × 16", "16 KB"), ("streamed × 16", "streamed"))
# In pixels: the names, a panel, the space between two, a row and its bar.
NAMES, PANEL, GAP, ROW, BAR = 200, 190, 24, 24, 14
TOP = 52

# Readable on white and on black.
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #57606a }
.head { font-weight: 600 }
.small { font-size: 11px }
.grid { stroke: #8c959f; stroke-opacity: .35 }
.aim { stroke: #cf222e; stroke-width: 2 }
.other { fill: #8c959f } .lua { fill: #bf8700 } .one { fill: #54aeff } .all { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 } .aim { stroke: #ff7b72 } .all { fill: #1f6feb }
}
""".strip()


def chart(results: Dict[str, Any]) -> str:
    """The SVG."""
    names = list(results["setups"])[1:]
    width = NAMES + len(PANELS) * (PANEL + GAP)
    height = TOP + len(names) * ROW + 28
    parts: List[str] = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape('Throughput as a share of the same Envoy without a filter')}</title>",
        f"<style>{STYLE}</style>",
        '<text class="head" x="0" y="16">Share of the throughput without a filter, 16 connections</text>',
    ]
    for row, name in enumerate(names):
        y = TOP + row * ROW + BAR - 2
        parts.append(f'<text x="{NAMES - 10}" y="{y}" text-anchor="end">{escape(name)}</text>')
    for panel, (workload, title) in enumerate(PANELS):
        parts += _panel(results, workload, title, NAMES + panel * (PANEL + GAP), names)
    parts += _legend(height - 8)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(results: Dict[str, Any], workload: str, title: str, left: int, names: List[str]) -> List[str]:
    bottom = TOP + len(names) * ROW - (ROW - BAR)
    parts = [f'<text class="head" x="{left}" y="{TOP - 12}">{escape(title)}</text>']
    for tenths in (0, 5, 10):
        x = left + PANEL * tenths // 10
        parts.append(f'<path class="grid" d="M{x} {TOP - 6}V{bottom + 4}"/>')
    found = results["throughput"].get(workload, {})
    for row, name in enumerate(names):
        y = TOP + row * ROW
        share = (found.get(name, {}).get("share") or [None])[0]
        if share is None:
            parts.append(f'<text class="small" x="{left + 4}" y="{y + BAR - 3}">–</text>')
            continue
        size = round(PANEL * min(share, 1.0), 1)
        parts.append(f'<rect class="{_kind(name)}" x="{left}" y="{y}" width="{size}" height="{BAR}" rx="2"/>')
        aim = _aim(name, workload)
        end = size
        if aim is not None:
            x = round(left + PANEL * aim, 1)
            parts.append(f'<path class="aim" d="M{x} {y - 3}v{BAR + 6}"/>')
            end = max(size, PANEL * aim)
        parts.append(f'<text class="small" x="{left + end + 5:.1f}" y="{y + BAR - 3}">{share:.2f}</text>')
    return parts


def _kind(name: str) -> str:
    if name == "Lua":
        return "lua"
    if name.startswith("wasm"):
        return "other"
    return "all" if "chain" in name or "separate" in name else "one"


def _aim(name: str, workload: str) -> Optional[float]:
    """The least share that is aimed at."""
    shares = [aim for aim in AIMS if aim.share_of == (name, workload)]
    return shares[0].bound if shares else None


def _legend(y: int) -> List[str]:
    parts, x = [], 0
    kinds = (("all", "every stage"), ("one", "one filter"), ("lua", "Lua"), ("other", "for comparison"))
    for kind, label in kinds:
        parts.append(f'<rect class="{kind}" x="{x}" y="{y - 10}" width="12" height="12" rx="2"/>')
        parts.append(f'<text class="small" x="{x + 17}" y="{y}">{label}</text>')
        x += 34 + 7 * len(label)
    parts.append(f'<path class="aim" d="M{x + 6} {y - 11}v14"/>')
    parts.append(f'<text class="small" x="{x + 17}" y="{y}">aim</text>')
    return parts
