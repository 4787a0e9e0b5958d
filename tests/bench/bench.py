"""`make bench`: what the filters cost in throughput on a real Envoy.

Every setup of `setups.py` has an Envoy of its own with one worker, all in front of the same
backends, and is loaded in turn, round after round; a filter's figures are compared with those of
the passthrough Envoy in the same round, because a machine's speed differs from minute to minute.
README.md says how to read the table. It never fails because something is slow, only because an
answer is wrong.

ENVOY names another Envoy than 1.40.0, TOLLGATE_MODULES another folder of `.wasm` files than the
release build's. Python 3.9, standard library only.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Dict, List, Optional

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from harness import install
from harness.install import EnvoyError
from harness.wires import WIRES
from measure import Backend, BenchError, Subject, build
from report import Results, aims, table
from setups import SETUPS, WORKLOADS, Setup, Workload


def main() -> int:
    """Runs the benchmark; the exit code."""
    signal.signal(signal.SIGTERM, _stopped)
    args = _arguments()
    setups = [one for one in SETUPS if one.is_baseline or args.setup in one.name]
    workloads = [one for one in WORKLOADS if args.workload in one.name]
    kept: Dict[str, Results] = {}
    reached: List[str] = []
    try:
        with ExitStack() as stack:
            subjects = _start(stack, setups, args.stream_events)
            ranges = "median (lowest–highest) of the rounds" if args.rounds > 1 else "one round"
            _say(f"{args.rounds} × {args.seconds:g} s of load per setup; {ranges}")
            for workload in workloads:
                results = _measure(subjects, workload, args.rounds, args.seconds)
                _say("\n" + table(workload, setups, results))
                reached += aims(workload, setups, results)
                kept[workload.name] = results
            _say("\n" + "\n".join([*reached, _load_average()]))
    except KeyboardInterrupt:
        return 130
    except (BenchError, EnvoyError) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 1
    if args.json:
        args.json.write_text(json.dumps(kept, default=dataclasses.asdict, indent=1) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Throughput of the filters on a real Envoy, as ratios to an Envoy without them"
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="one round of half a second: does it run at all?")
    add("--rounds", type=int, default=5)
    add("--seconds", type=float, default=3.0, help="of load per setup and round (default: 3)")
    add("--stream-events", type=int, default=32, help="texts in a streamed answer (default: 32)")
    add("--setup", default="", metavar="TEXT", help="only setups with TEXT in their name")
    add("--workload", default="", metavar="TEXT", help="only workloads with TEXT in their name")
    add("--json", type=Path, metavar="FILE", help="every measurement goes there, too")
    args = parser.parse_args()
    if args.quick:
        args.rounds, args.seconds = 1, 0.5
    if args.rounds < 1 or args.seconds <= 0:
        parser.error("there must be at least one round, and some time in it")
    return args


def _start(stack: ExitStack, setups: List[Setup], stream_events: int) -> List[Subject]:
    """Starts the backends and every setup's Envoy, which `stack` ends."""
    modules = _modules(setups)
    envoy = install.find(None if os.environ.get("ENVOY") else install.DEFAULT_VERSION)
    program = build()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
    ports: Dict[str, int] = {}
    for wire in WIRES:
        backend = Backend(program, wire.dialect, stream_events)
        stack.callback(backend.stop)
        ports[wire.dialect] = backend.port
    subjects = []
    for setup in setups:
        port = ports[setup.provider.dialect]
        subject = Subject(setup, envoy, modules, port, program, folder)
        stack.callback(subject.stop)
        subjects.append(subject)
    version = install.dotted(install.version_of(envoy))
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    _say(f"Envoy {version} with one worker on {machine}; {_load_average()}")
    return subjects


def _modules(setups: List[Setup]) -> Path:
    target = Path(os.environ.get("CARGO_TARGET_DIR") or install.REPOSITORY / "target")
    folder = Path(os.environ.get("TOLLGATE_MODULES") or target / "wasm32-wasip1" / "release")
    needed = {f"{setup.module}.wasm" for setup in setups if setup.module}
    missing = sorted(name for name in needed if not (folder / name).exists())
    if missing:
        raise BenchError(f"no {', '.join(missing)} in {folder}: make wasm probe")
    return folder.resolve()


def _measure(
    subjects: List[Subject], workload: Workload, rounds: int, seconds: float
) -> Results:
    """Every setup once per round, after a time that does not count: V8 compiles hot code late."""
    results: Results = {subject.setup.name: [] for subject in subjects}
    for subject in subjects:
        subject.check(workload)
        subject.run(workload, min(seconds, 1.0))
    for number in range(rounds):
        for subject in subjects:
            name = subject.setup.name
            _progress(f"{workload.name}: round {number + 1} of {rounds}, {name}")
            results[name].append(subject.run(workload, seconds))
    _progress("")
    return results


def _load_average() -> str:
    """How busy the machine is, this benchmark included."""
    return "load average " + ", ".join(f"{average:.1f}" for average in os.getloadavg())


def _say(text: str) -> None:
    print(text, flush=True)


def _progress(text: str) -> None:
    """A line that the next one overwrites, where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _stopped(number: int, frame: Optional[FrameType]) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
