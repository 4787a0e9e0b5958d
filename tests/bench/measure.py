"""The processes of a benchmark, and what a run of the load costs Envoy."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from harness import client
from harness.envoy import Envoy, explained
from harness.install import REPOSITORY
from harness.wires import CHAT, Wire
from setups import Setup
from workloads import Workload


class BenchError(RuntimeError):
    """A part is missing, or an answer is wrong: there is nothing to measure."""


def build() -> Path:
    """The program `bench`, freshly built; the variable `TOLLGATE_BENCH` names another."""
    named = os.environ.get("TOLLGATE_BENCH")
    if named:
        return Path(named)
    command = ["cargo", "build", "--release", "--package", "bench"]
    if subprocess.run(command, cwd=REPOSITORY).returncode != 0:
        raise BenchError("the load generator was not built (see above)")
    target = Path(os.environ.get("CARGO_TARGET_DIR") or "target")
    return REPOSITORY / target / "release" / "bench"


class Backend:
    """`bench backend`, until `stop`."""

    def __init__(self, program: Path, dialect: str, stream_events: int) -> None:
        """Starts it on a free port. Raises BenchError where it does not start."""
        command = [str(program), "backend", "--dialect", dialect]
        command += ["--stream-events", str(stream_events)]
        # It ends with its standard input, so also when this process is killed.
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        found = re.search(rb"listening on 127\.0\.0\.1:(\d+)", self._process.stdout.readline())
        if not found:
            self.stop()
            raise BenchError(f"the backend for {dialect} did not start (see above)")
        self.port = int(found[1])

    def stop(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.communicate()


@dataclass(frozen=True)
class Stand:
    """What all Envoys have in common: `ports` are the backends' by dialect."""

    envoy: Path
    modules: Path
    program: Path
    folder: Path
    ports: Dict[str, int]


@dataclass(frozen=True)
class Measured:
    """One run of the load against one Envoy. Times in microseconds."""

    rps: float
    p50: int
    p99: int
    first_byte: int
    # Envoy's processor time per request, the share of a core that it had, and its memory in MB;
    # None where there is no /proc.
    cpu: Optional[float]
    busy: Optional[float]
    memory: Optional[float]


class Subject:
    """A setup with its Envoy running."""

    def __init__(self, setup: Setup, stand: Stand, workers: int = 1) -> None:
        """Starts Envoy in front of the provider."""
        self.setup = setup
        self._program, self._folder = stand.program, stand.folder
        config = setup.config(stand.modules, stand.ports[setup.provider.dialect])
        self._envoy = Envoy(
            stand.envoy, config, workers, wasm_log_level="warning", ready_within=120.0
        )

    def stop(self) -> None:
        """Ends Envoy."""
        self._envoy.stop()

    def check(self, workload: Workload) -> None:
        """Asks once and raises BenchError unless the answer is right, in the client's dialect."""
        wire = self.setup.client
        path = self.setup.path or wire.path
        body = workload.body(self.setup)
        answer = client.request(self._envoy.port, path, body, wire.client_headers())
        try:
            assert (answer.status, answer.complete) == (200, True)
            said = _said(wire, answer, workload.stream)
            assert "gateway" in said, "the text is missing"
        except (AssertionError, KeyError, TypeError, ValueError) as problem:
            raise BenchError(
                f"{self.setup.name}, {workload.name}: the answer is wrong ({problem!r}): "
                f"{answer.status} {answer.body[:500]!r}. {explained(self._envoy.log())}"
            ) from problem

    def run(self, workload: Workload, seconds: float) -> Measured:
        """Loads it for `seconds`. Raises BenchError where any answer was wrong."""
        wire = self.setup.client
        body = self._folder / "request.json"
        body.write_bytes(workload.body(self.setup))
        command = [str(self._program), "load", "--port", str(self._envoy.port)]
        command += ["--path", self.setup.path or wire.path, "--body", str(body)]
        command += ["--concurrency", str(workload.concurrency), "--seconds", str(seconds)]
        command += ["--ends-with", _ending(wire, workload.stream)]
        for name, value in wire.client_headers().items():
            if name != "content-type":
                command += ["--header", f"{name}: {value}"]
        before = _cpu_seconds(self._envoy.pid)
        ran = subprocess.run(command, stdout=subprocess.PIPE, timeout=seconds + 60)
        after = _cpu_seconds(self._envoy.pid)
        if ran.returncode != 0:
            raise BenchError("the load did not run (see above)")
        told = json.loads(ran.stdout)
        if told["errors"] or not told["requests"]:
            raise BenchError(
                f"{self.setup.name}, {workload.name}: {told['errors']} of "
                f"{told['errors'] + told['requests']} requests failed: {told['first_error']}. "
                f"{explained(self._envoy.log())}"
            )
        used = None if before is None or after is None else after - before
        return Measured(
            rps=told["rps"],
            p50=told["p50_us"],
            p99=told["p99_us"],
            first_byte=told["first_byte_p50_us"],
            cpu=None if used is None else used * 1e6 / told["requests"],
            busy=None if used is None else used / told["seconds"],
            memory=_memory(self._envoy.pid),
        )


def _ending(wire: Wire, stream: bool) -> str:
    """How a complete answer ends that a client of `wire` receives."""
    if not stream:
        return "}"
    return "data: [DONE]" if wire is CHAT else 'data: {"type":"message_stop"}'


def _said(wire: Wire, answer: client.Response, stream: bool) -> str:
    if not stream:
        return wire.text(answer.json())
    events: List[Tuple[Optional[str], str]] = client.events(answer.body)
    return wire.stream_text([event for event in events if event[0] != "ping"])


def _cpu_seconds(pid: int) -> Optional[float]:
    """The processor time of all threads of a process, user and system."""
    try:
        # In nanoseconds, where the kernel keeps it so; the other is in hundredths of a second.
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        spent = [int((thread / "schedstat").read_text().split()[0]) for thread in threads]
        if any(spent):
            return sum(spent) / 1e9
    except (OSError, ValueError, IndexError):
        pass
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The second field, the program's name in parentheses, may hold spaces.
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> Optional[float]:
    """The resident memory of a process in MB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else None
