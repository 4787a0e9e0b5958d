"""The controller of `examples/fleet`, with a Prometheus that says what a test wants it to say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple

import pytest
import yaml

from harness.install import REPOSITORY
from harness.provider import tollgate

FLEET = REPOSITORY / "examples" / "fleet"

# Answers, errors and p95 of a target.
Row = Tuple[float, float, Optional[float]]

GOOD: Row = (20_000, 200, 1_900)


def series() -> Tuple[str, ...]:
    """The names that the recording rules make, in the order of `Row`."""
    rules = yaml.safe_load((FLEET / "recording-rules.yaml").read_text())
    return tuple(rule["record"] for group in rules["groups"] for rule in group["rules"])


class Prometheus:
    """Answers the queries that the recording rules make possible, and no others."""

    def __init__(self) -> None:
        self.targets: Dict[str, Row] = {}
        self.asked: Dict[str, int] = {}
        handler = self._handler()
        self._server = HTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query: str) -> Dict[str, Any]:
        if query not in series():
            return {"status": "error", "error": f"no rule records {query}"}
        self.asked[query] = self.asked.get(query, 0) + 1
        place = series().index(query)
        result = [
            {"metric": {"__name__": query, "target": name}, "value": [1_795_219_200, str(row[place])]}
            for name, row in self.targets.items()
            if row[place] is not None
        ]
        return {"status": "success", "data": {"resultType": "vector", "result": result}}

    def _handler(self) -> type:
        prometheus = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urllib.parse.urlsplit(self.path)
                query = urllib.parse.parse_qs(url.query)["query"][0]
                body = json.dumps(prometheus.answer(query)).encode()
                self.send_response(200 if url.path == "/api/v1/query" else 404)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Keeps the test output quiet."""

        return Handler


@pytest.fixture
def prometheus() -> Iterator[Prometheus]:
    server = Prometheus()
    yield server
    server.stop()


class Repository:
    """A clone with a router's configuration, and where it is pushed to."""

    def __init__(self, folder: Path) -> None:
        self.remote, self.clone = folder / "remote.git", folder / "clone"
        who = {"NAME": "test", "EMAIL": "test@localhost"}
        self._env = {
            **os.environ,
            **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(self.remote), at=folder)
        self._git("clone", "--quiet", str(self.remote), str(self.clone), at=folder)
        self.write((FLEET / "router.json").read_text())
        self._git("checkout", "--quiet", "-B", "main")
        self._git("add", ".")
        self._git("commit", "--quiet", "--message", "Begin")
        self._git("push", "--quiet", "--set-upstream", "origin", "main")

    def write(self, text: str) -> None:
        (self.clone / "router.json").write_text(text)

    def weights(self) -> Dict[str, int]:
        """As they were pushed."""
        pushed = json.loads(self._git("show", "main:router.json", at=self.remote))
        return dict(pushed["models"]["smart"]["choose"]["weights"])

    def messages(self) -> str:
        """What the pushed commits say, the newest first."""
        return self._git("log", "--format=%B", "main", at=self.remote)

    def clean(self) -> bool:
        return self._git("status", "--porcelain") == ""

    def control(self, url: str, *more: str) -> "subprocess.CompletedProcess[str]":
        """One round of the controller."""
        command = [sys.executable, str(FLEET / "controller.py"), "--once", "--prometheus", url]
        command += ["--router", str(self.clone / "router.json"), "--model", "smart"]
        command += ["--stable", "stable", "--canary", "next"]
        command += ["--check", f"{tollgate()} check model-router", *more]
        return subprocess.run(command, capture_output=True, text=True, env=self._env, timeout=60)

    def _git(self, *arguments: str, at: Optional[Path] = None) -> str:
        command = ["git", "-C", str(at or self.clone), *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, env=self._env
        ).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_good_canary_climbs_and_a_bad_one_falls_for_good(
    repository: Repository, prometheus: Prometheus
) -> None:
    prometheus.targets = {"stable": GOOD, "next": (1_000, 9, 1_880)}
    for weight in (10, 25, 50):
        done = repository.control(prometheus.url)
        assert done.returncode == 0, done.stderr
        assert repository.weights() == {"stable": 100 - weight, "next": weight}
    assert "p95 1880 ms against 1900 ms" in repository.messages()
    assert "(it has its last share)" in repository.control(prometheus.url).stdout

    prometheus.targets["next"] = (10_000, 480, 1_880)
    assert repository.control(prometheus.url).stdout.startswith("next: 50 -> 0 (4.80% errors against")
    assert repository.weights() == {"stable": 100, "next": 0}
    prometheus.targets["next"] = GOOD
    assert "it was rolled back" in repository.control(prometheus.url).stdout
    assert repository.weights() == {"stable": 100, "next": 0}
    assert len(repository.messages().split("\n\n")) > 4
    assert set(prometheus.asked) == set(series())


@pytest.mark.parametrize(
    "canary, weight",
    [
        # Too few to promote, whatever they are; even a few can be too bad.
        ((40, 0, 1_900), 5),
        ((40, 20, 1_900), 0),
        ((3, 3, None), 5),
        # More errors, but not surely.
        ((1_000, 16, 1_900), 10),
        # A fifth slower.
        ((1_000, 9, 2_400), 0),
        # Nothing is known of its latency, or of the target at all.
        ((1_000, 9, None), 5),
        ((0, 0, None), 5),
    ],
)
def test_the_weight_follows_the_evidence(
    repository: Repository, prometheus: Prometheus, canary: Row, weight: int
) -> None:
    prometheus.targets = {"stable": GOOD, "next": canary}
    done = repository.control(prometheus.url)
    assert done.returncode == 0, done.stderr
    assert repository.weights() == {"stable": 100 - weight, "next": weight}, done.stdout


def test_what_goes_wrong_changes_nothing(repository: Repository, prometheus: Prometheus) -> None:
    before = repository.weights()
    prometheus.targets = {"stable": GOOD, "next": (1_000, 9, 1_880)}
    # No Prometheus; a check that refuses; weights that are not these two's.
    for url, more in (("http://127.0.0.1:9", ()), (prometheus.url, ("--check", "false"))):
        done = repository.control(url, *more)
        assert done.returncode == 1 and "nothing changed" in done.stderr
        assert repository.weights() == before and repository.clean()
    done = repository.control(prometheus.url, "--canary", "other")
    assert done.returncode == 1 and "must be these two targets'" in done.stderr
