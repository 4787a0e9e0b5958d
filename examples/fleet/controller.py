#!/usr/bin/env python3
"""One decision about a canary for a whole fleet: reads Prometheus, edits weights in Git.

An example to start from. Every round it pulls, asks Prometheus how both targets did (recording-rules.yaml),
moves the canary's weight one step up, keeps it or sets it to 0, and pushes the change as a commit that says
why. Whatever delivers configuration to the Envoys does the rest. Python 3.9, standard library only.

  controller.py --router router.json --model smart --stable stable --canary next --prometheus http://…:9090

A canary that was rolled back stays at 0 until somebody gives it a weight again: that is a decision for people.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Tuple

RESPONSES = "target:model_router_responses:increase10m"
ERRORS = "target:model_router_errors:increase10m"
LATENCY = "target:model_router_latency_ms:p95_10m"

# How many standard errors make a difference. At every 10 minutes for a day this is wrong about an equal
# canary less than once in two hundred days; an error of the other kind only waits for more requests.
SIGMAS = 4.0
# Below so many errors the normal distribution says nothing.
FEW_ERRORS = 5
# What is never worth a rollback, however sure it is: half a percent point of errors, a fifth of latency.
ERRORS_MARGIN = 0.005
LATENCY_FACTOR = 1.2


@dataclass(frozen=True)
class Seen:
    """What a target did in the last ten minutes."""

    responses: float
    errors: float
    p95_ms: Optional[float]


@dataclass(frozen=True)
class Verdict:
    """The canary's next weight of 100, and why."""

    weight: int
    why: str


def decide(
    weight: int, steps: Sequence[int], stable: Seen, canary: Seen, min_requests: int
) -> Verdict:
    """The next weight of a canary that has `weight` of 100. Pure: all that it knows is in its arguments."""
    if weight == 0:
        return Verdict(0, "it was rolled back; give it a weight to try again")
    worse = worse_errors(stable, canary)
    if worse:
        return Verdict(0, worse)
    if min(stable.responses, canary.responses) < min_requests:
        few = f"{canary.responses:.0f} and {stable.responses:.0f} answers, {min_requests} are needed"
        return Verdict(weight, few)
    if stable.p95_ms is None or canary.p95_ms is None:
        return Verdict(weight, "no latency is known")
    if canary.p95_ms > LATENCY_FACTOR * stable.p95_ms:
        return Verdict(0, f"p95 {canary.p95_ms:.0f} ms against {stable.p95_ms:.0f} ms")
    higher = [step for step in steps if step > weight]
    if not higher:
        return Verdict(weight, "it has its last share")
    sound = f"{share(canary):.2%} errors against {share(stable):.2%}"
    return Verdict(higher[0], f"{sound}, p95 {canary.p95_ms:.0f} ms against {stable.p95_ms:.0f} ms")


def share(seen: Seen) -> float:
    """The share of errors."""
    return seen.errors / seen.responses if seen.responses else 0.0


def worse_errors(stable: Seen, canary: Seen) -> Optional[str]:
    """Why the canary's errors are too many, by a test of two proportions; None if they are not."""
    if stable.responses < 1 or canary.errors < FEW_ERRORS:
        return None
    both = (stable.errors + canary.errors) / (stable.responses + canary.responses)
    spread = math.sqrt(both * (1 - both) * (1 / stable.responses + 1 / canary.responses))
    more = share(canary) - share(stable)
    if more > ERRORS_MARGIN and more > SIGMAS * spread:
        return f"{share(canary):.2%} errors against {share(stable):.2%}"
    return None


def ask(prometheus: str, series: str) -> Dict[str, float]:
    """The present value of a recorded series for each target. Raises OSError or ValueError."""
    query = urllib.parse.urlencode({"query": series})
    with urllib.request.urlopen(f"{prometheus}/api/v1/query?{query}", timeout=10) as answer:
        told = json.loads(answer.read())
    if told.get("status") != "success":
        raise ValueError(f"Prometheus could not answer {series}: {told.get('error')}")
    values = {row["metric"]["target"]: float(row["value"][1]) for row in told["data"]["result"]}
    return {target: value for target, value in values.items() if math.isfinite(value)}


def look(prometheus: str, targets: Sequence[str]) -> Tuple[Seen, ...]:
    """What each of `targets` did. One that nothing is known of has answered nothing."""
    responses, errors, latency = (ask(prometheus, name) for name in (RESPONSES, ERRORS, LATENCY))
    return tuple(
        Seen(responses.get(name, 0.0), errors.get(name, 0.0), latency.get(name))
        for name in targets
    )


def git(folder: Path, *arguments: str) -> None:
    """Runs git in `folder`. Raises CalledProcessError."""
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, stdout=sys.stderr)


def round_of(options: argparse.Namespace) -> Verdict:
    """One round: pull, look, decide; commit and push if the weight is another."""
    folder = options.router.resolve().parent
    git(folder, "pull", "--quiet", "--ff-only")
    router: Dict[str, Any] = json.loads(options.router.read_text())
    weights = router["models"][options.model]["choose"]["weights"]
    if set(weights) != {options.stable, options.canary} or sum(weights.values()) != 100:
        raise ValueError(f"the weights of {options.model} must be these two targets' and sum up to 100")
    before = int(weights[options.canary])
    seen = look(options.prometheus, (options.stable, options.canary))
    verdict = decide(before, options.steps, *seen, options.min_requests)
    print(f"{options.canary}: {before} -> {verdict.weight} ({verdict.why})", flush=True)
    if verdict.weight == before:
        return verdict
    weights[options.canary] = verdict.weight
    weights[options.stable] = 100 - verdict.weight
    options.router.write_text(json.dumps(router, indent=2) + "\n")
    if options.check:
        # Envoy would refuse what this refuses.
        subprocess.run(
            [*options.check.split(), str(options.router)], check=True, stdout=subprocess.DEVNULL
        )
    message = f"{options.canary}: {before} % to {verdict.weight} %\n\n{verdict.why}"
    git(folder, "commit", "--quiet", "--message", message, "--", options.router.name)
    git(folder, "push", "--quiet")
    return verdict


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description="Move a canary's weight in Git by what Prometheus says")
    parser.add_argument("--prometheus", required=True, help="its address: http://prometheus:9090")
    parser.add_argument("--router", required=True, type=Path, help="the router's JSON in a Git clone")
    parser.add_argument("--model", required=True, help="the virtual model whose weights move")
    parser.add_argument("--stable", required=True, help="the proven target")
    parser.add_argument("--canary", required=True, help="the new target")
    parser.add_argument("--steps", default="5,10,25,50", help="the canary's weights of 100, rising")
    parser.add_argument("--min-requests", default=500, type=int, help="of each target in ten minutes")
    parser.add_argument("--check", default="", help="a command that checks the file before the commit")
    parser.add_argument("--every", default=600, type=int, help="seconds from round to round")
    parser.add_argument("--once", action="store_true", help="one round; exit 1 if it fails")
    options = parser.parse_args(arguments)
    options.steps = [int(step) for step in options.steps.split(",")]
    if options.steps != sorted(set(options.steps)) or not 0 < options.steps[-1] <= 100:
        parser.error("--steps must rise, to 100 at most")
    return options


def main(arguments: Sequence[str]) -> int:
    """Rounds until it is stopped. One that fails changes nothing and says why."""
    options = parsed(arguments)
    while True:
        try:
            round_of(options)
        except (OSError, ValueError, KeyError, subprocess.CalledProcessError) as problem:
            print(f"nothing changed: {type(problem).__name__}: {problem}", file=sys.stderr)
            # What was half done must not get into the next round's commit.
            folder = str(options.router.resolve().parent)
            subprocess.run(["git", "-C", folder, "checkout", "--quiet", "--", str(options.router.resolve())])
            if options.once:
                return 1
        if options.once:
            return 0
        time.sleep(options.every)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
