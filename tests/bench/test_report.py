"""What is published of the benchmark is made of `results.json`, and nothing here takes time."""

from __future__ import annotations

import copy
import json
import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path
from typing import Any, Dict, List

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import publish
from aims import AIMS
from chart import chart
from measure import Measured
from results import figures
from setups import SETUPS
from workloads import WORKLOADS

RESULTS: Dict[str, Any] = json.loads((HERE / "results.json").read_text())


def test_what_is_published_is_what_was_measured() -> None:
    stale = [path.name for path, text in publish.made().items() if path.read_text() != text]
    assert not stale, f"{stale}: run tests/bench/publish.py and commit"


def test_every_setup_and_workload_is_published() -> None:
    assert list(RESULTS["setups"]) == [one.name for one in SETUPS if one.published]
    assert list(RESULTS["workloads"]) == [one.name for one in WORKLOADS]
    for workload in WORKLOADS:
        expected = [one.name for one in SETUPS if one.published and (one.streams or not workload.stream)]
        assert list(RESULTS["throughput"][workload.name]) == expected
    assert all(aim.value(RESULTS) is not None for aim in AIMS)


def test_an_aim_that_is_missed_says_so() -> None:
    results = copy.deepcopy(RESULTS)
    chain = results["throughput"]["1 KB × 16"]["chain + translation"]
    for share, told in ((0.44, "**no**"), (0.45, "yes")):
        chain["share"] = [share, share, share]
        line = next(one for one in publish.whole(results).splitlines() if AIMS[0].what in one)
        assert line.endswith(f"| {share:.2f} | {told} |"), line


def test_the_chart_has_a_bar_for_each_share() -> None:
    shares = [
        one["share"]
        for name in ("1 KB × 16", "16 KB × 16", "streamed × 16")
        for setup, one in RESULTS["throughput"][name].items()
        if setup != "no filter"
    ]
    drawn: List[str] = [
        element.attrib["class"]
        for element in xml.fromstring(chart(RESULTS)).iter("{http://www.w3.org/2000/svg}rect")
    ]
    legend = 4
    assert len(drawn) == len(shares) + legend


def test_ratios_are_those_of_rounds_and_not_of_medians() -> None:
    def one(rps: float, p50: int, cpu: float) -> Measured:
        return Measured(rps, p50, 2 * p50, 0, cpu, None, None)

    # A machine that becomes half as fast from round to round.
    base = [one(1000.0, 10, 10.0), one(500.0, 20, 20.0), one(250.0, 40, 40.0)]
    found = [one(500.0, 15, 40.0), one(250.0, 30, 80.0), one(100.0, 60, 160.0)]
    told = figures(found, base)
    assert told["share"] == [0.5, 0.4, 0.5]
    assert told["cpu_share"] == [0.25, 0.25, 0.25]
    assert (told["added_p50"], told["added_p99"]) == (10, 20)
    assert told["busy"] is None


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.name)
@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_requests_are_as_big_as_they_say(setup: Any, workload: Any) -> None:
    body = workload.body(setup)
    assert abs(len(body) - workload.size) < 0.02 * workload.size + 60, len(body)
    assert json.loads(body).get("stream", False) == workload.stream


def test_the_machine_is_told_without_its_name() -> None:
    assert re.fullmatch(r"Envoy \d+\.\d+\.\d+, [^,]+, \d+ cores, \w+ \w+", RESULTS["machine"])
