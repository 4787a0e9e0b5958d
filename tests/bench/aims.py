"""What the filters are meant to reach, and whether they did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Tuple

Results = Dict[str, Any]

CHAIN = "chain + translation"
TRANSLATION = "provider-translator"


@dataclass(frozen=True)
class Aim:
    """A figure, and its bound."""

    what: str
    bound: float
    # Whether less is better.
    most: bool
    value: Callable[[Results], Optional[float]]
    unit: str = ""
    # The setup and the workload, if it is a share of the throughput without filters.
    share_of: Optional[Tuple[str, str]] = None

    def reached(self, results: Results) -> Optional[bool]:
        """Whether it is reached; None where it was not measured."""
        value = self.value(results)
        if value is None:
            return None
        return value <= self.bound if self.most else value >= self.bound

    def told(self, number: float) -> str:
        """A number of its kind."""
        if self.unit == "MiB":
            return f"{number:.0f} MiB"
        return f"{number:.2f}{' ' + self.unit if self.unit else ''}"


def _share(what: str, bound: float, setup: str, workload: str) -> Aim:
    def share(results: Results) -> Optional[float]:
        return (_figures(results, setup, workload).get("share") or [None])[0]

    return Aim(what, bound, False, share, share_of=(setup, workload))


def _added(name: str, workload: str) -> Callable[[Results], Optional[float]]:
    def milliseconds(results: Results) -> Optional[float]:
        added = _figures(results, CHAIN, workload).get(name)
        return None if added is None else added / 1000

    return milliseconds


def _figures(results: Results, setup: str, workload: str) -> Dict[str, Any]:
    return results["throughput"].get(workload, {}).get(setup, {})


def _over_separate(results: Results) -> Optional[float]:
    return results["chain_over_separate"].get("1 KB × 16", [None])[0]


def first_worker(results: Results) -> Optional[float]:
    """The resident memory of the chain's Envoy with one worker."""
    return results["memory"].get(CHAIN, {}).get("1")


def further_worker(results: Results, setup: str = CHAIN) -> Optional[float]:
    """What a worker after the first adds."""
    memory = {int(workers): size for workers, size in results["memory"].get(setup, {}).items()}
    if len(memory) < 2:
        return None
    fewest, most = min(memory), max(memory)
    return (memory[most] - memory[fewest]) / (most - fewest)


AIMS: List[Aim] = [
    _share("chain + translation, share of no filter, 1 KB", 0.45, CHAIN, "1 KB × 16"),
    _share("the same, 16 KB", 0.20, CHAIN, "16 KB × 16"),
    _share("the same, streamed", 0.30, CHAIN, "streamed × 16"),
    Aim("chain over five separate modules, 1 KB", 1.60, False, _over_separate),
    Aim("chain + translation, added p50, 1 connection", 0.10, True, _added("added_p50", "1 KB × 1"), "ms"),
    Aim("the same, added p99, 16 connections", 1.00, True, _added("added_p99", "1 KB × 16"), "ms"),
    Aim("the same, resident memory with one worker", 130, True, first_worker, "MiB"),
    Aim("the same, for each further worker", 25, True, further_worker, "MiB"),
    _share("provider-translator, share of no filter, 1 KB", 0.60, TRANSLATION, "1 KB × 16"),
    _share("the same, 16 KB", 0.55, TRANSLATION, "16 KB × 16"),
    _share("the same, streamed", 0.45, TRANSLATION, "streamed × 16"),
]
