"""`make bench`: what the filters cost on a real Envoy.

Every setup of `setups.py` has an Envoy of its own with one worker, all in front of the same
backends, and is loaded in turn, round after round; a filter's figures are compared with those of
the Envoy without filters in the same round, because a machine's speed differs from minute to
minute. README.md says how to read the tables. It never fails because something is slow, only
because an answer is wrong.

ENVOY names another Envoy than 1.40.0, TOLLGATE_MODULES another folder of `.wasm` files than the
release build's. Python 3.9 and PyYAML.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Dict, List, Optional

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from harness import install
from harness.install import EnvoyError
from harness.wires import WIRES
from machine import load_average, machine
from measure import Backend, BenchError, Measured, Stand, Subject, build
from report import reached, table
from results import Rounds, figures, ratio
from setups import CHAIN, ONE_MODULE, PASSTHROUGH, SEPARATELY, SETUPS, TRANSLATION, Setup
from workloads import WORKLOADS, Workload

# Whose memory is measured, with so many workers.
KEEPERS = (PASSTHROUGH, TRANSLATION, SEPARATELY, CHAIN, ONE_MODULE)
WORKERS = (1, 2, 4)
# Until what loading has left behind is given back, in seconds: see `memory_allocator_manager`.
SETTLED = 3.0


def main() -> int:
    """Runs the benchmark; the exit code."""
    signal.signal(signal.SIGTERM, _stopped)
    args = _arguments()
    try:
        with ExitStack() as stack:
            results = _run(stack, args)
    except KeyboardInterrupt:
        return 130
    except (BenchError, EnvoyError) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 1
    _say("\n" + "\n".join([*reached(results), load_average()]))
    if args.json:
        args.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="What the filters cost on a real Envoy, next to an Envoy without them"
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="one round of 0.3 s: does it run at all?")
    add("--rounds", type=int, help="in place of each workload's own number")
    add("--seconds", type=float, default=1.0, help="of load per setup and round (default: 1)")
    add("--stream-events", type=int, default=32, help="texts in a streamed answer (default: 32)")
    add("--setup", metavar="TEXT", help="only setups with TEXT in their name, also unpublished ones")
    add("--workload", default="", metavar="TEXT", help="only workloads with TEXT in their title")
    add("--no-memory", action="store_true", help="nothing about memory by number of workers")
    add("--instructions", type=Path, metavar="FILE", help="what the example `instructions` wrote")
    add("--json", type=Path, metavar="FILE", help="the results go there, too")
    args = parser.parse_args()
    if args.quick:
        args.rounds, args.seconds = 1, 0.3
    if (args.rounds or 1) < 1 or args.seconds <= 0:
        parser.error("there must be at least one round, and some time in it")
    return args


def _run(stack: ExitStack, args: argparse.Namespace) -> Dict[str, Any]:
    wanted = [one for one in SETUPS if _is_wanted(one, args.setup)]
    workloads = [one for one in WORKLOADS if args.workload in one.title]
    stand = _stand(stack, wanted, args.stream_events)
    results: Dict[str, Any] = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": machine(stand.envoy),
        "load_average": round(os.getloadavg()[0], 1),
        "seconds": args.seconds,
        "setups": {one.name: one.does for one in wanted if one.published},
        "workloads": {one.name: one.title for one in workloads},
        "throughput": {},
        "chain_over_separate": {},
        "memory": {},
        "modules": {path.stem: path.stat().st_size for path in sorted(stand.modules.glob("*.wasm"))},
        "instructions": json.loads(args.instructions.read_text()) if args.instructions else {},
    }
    _say(f"{results['machine']}; {load_average()}")
    if not args.no_memory and not args.setup:
        results["memory"] = _memory(stand, args.seconds)
    with ExitStack() as envoys:
        subjects = []
        for number, setup in enumerate(wanted):
            _progress(f"starting Envoy {number + 1} of {len(wanted)}: {setup.name}")
            subjects.append(Subject(setup, stand))
            envoys.callback(subjects[-1].stop)
        for workload in workloads:
            rounds = _measure(subjects, workload, args.rounds or workload.rounds, args.seconds)
            found = {one.name: _figures(one, wanted, rounds) for one in wanted if one.name in rounds}
            results["throughput"][workload.name] = found
            if SEPARATELY.name in rounds and CHAIN.name in rounds:
                pairs = list(zip(rounds[CHAIN.name], rounds[SEPARATELY.name]))
                over = ratio(pairs, lambda one, other: one.rps / other.rps)
                results["chain_over_separate"][workload.name] = over
            _say("\n" + table(workload.title, found, workload.stream))
    return results


def _is_wanted(setup: Setup, text: Optional[str]) -> bool:
    if text is None:
        return setup.published
    return setup.is_baseline or text in setup.name


def _stand(stack: ExitStack, setups: List[Setup], stream_events: int) -> Stand:
    """Starts the backends, which `stack` ends."""
    modules = _modules(setups)
    envoy = install.find(None if os.environ.get("ENVOY") else install.DEFAULT_VERSION)
    program = build()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
    ports: Dict[str, int] = {}
    for wire in WIRES:
        backend = Backend(program, wire.dialect, stream_events)
        stack.callback(backend.stop)
        ports[wire.dialect] = backend.port
    return Stand(envoy, modules, program, folder, ports)


def _modules(setups: List[Setup]) -> Path:
    target = Path(os.environ.get("CARGO_TARGET_DIR") or install.REPOSITORY / "target")
    folder = Path(os.environ.get("TOLLGATE_MODULES") or target / "wasm32-wasip1" / "release")
    needed = {f"{module}.wasm" for setup in setups for module in setup.modules}
    missing = sorted(name for name in needed if not (folder / name).exists())
    if missing:
        raise BenchError(f"no {', '.join(missing)} in {folder}: make wasm probe")
    return folder.resolve()


def _measure(subjects: List[Subject], workload: Workload, rounds: int, seconds: float) -> Rounds:
    """Every setup once per round, after a time that does not count."""
    able = [one for one in subjects if one.setup.streams or not workload.stream]
    found: Rounds = {subject.setup.name: [] for subject in able}
    for subject in able:
        subject.check(workload)
        subject.run(workload, min(seconds, 0.4))
    for number in range(rounds):
        _progress(f"{workload.title}: round {number + 1} of {rounds}")
        for subject in able:
            found[subject.setup.name].append(subject.run(workload, seconds))
    return found


def _figures(setup: Setup, setups: List[Setup], rounds: Rounds) -> Dict[str, Any]:
    """A setup's figures, next to those of the Envoy without filters for the same clients."""
    base: List[Measured] = next(
        rounds[one.name] for one in setups if one.is_baseline and one.client is setup.client
    )
    return figures(rounds[setup.name], base)


def _memory(stand: Stand, seconds: float) -> Dict[str, Dict[str, float]]:
    """Resident memory in MiB under load by number of workers."""
    found: Dict[str, Dict[str, float]] = {}
    for setup in KEEPERS:
        for workers in WORKERS:
            _progress(f"memory: {setup.name} with {workers} workers")
            subject = Subject(setup, stand, workers)
            try:
                subject.run(WORKLOADS[0], seconds)
                time.sleep(SETTLED)
                memory = subject.run(WORKLOADS[0], seconds).memory
            finally:
                subject.stop()
            if memory is not None:
                found.setdefault(setup.name, {})[str(workers)] = round(memory, 1)
        _say(f"memory, {setup.name}: MiB by workers {found.get(setup.name)}")
    return found


def _say(text: str) -> None:
    print(text, flush=True)


def _progress(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


def _stopped(number: int, frame: Optional[FrameType]) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
