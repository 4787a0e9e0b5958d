"""`examples/func-e`: Envoy takes its config, and its script starts and ends what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import yaml
from assemble import EXAMPLES
from harness import client
from harness.client import ClientError
from harness.config import free_port, relocate
from harness.envoy import validate
from harness.install import REPOSITORY
from harness.published import without_modules

FOLDER = EXAMPLES / "func-e"

# Stands in for func-e: tells how it was called, and goes on until it is told to end.
STAND_IN = """#!/bin/sh
echo "$OPENAI_API_KEY $ANTHROPIC_API_KEY $*" >"$TOLD"
exec sleep 60
"""


def test_envoy_takes_its_config(envoy_binary: Path) -> None:
    validate(envoy_binary, relocate(without_modules((FOLDER / "envoy.yaml").read_text())))


def test_it_looks_at_the_providers_that_the_script_starts() -> None:
    text, script = (FOLDER / "envoy.yaml").read_text(), (FOLDER / "run.sh").read_text()
    for dialect, port in (("openai-chat", 10101), ("anthropic-messages", 10102)):
        assert f"{dialect} --port {port}" in script
        assert text.count(f"port_value: {port}") == 2
    admin = yaml.safe_load(text)["admin"]["address"]["socket_address"]
    (scraped,) = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())["scrape_configs"]
    assert scraped["static_configs"] == [{"targets": [f"{admin['address']}:{admin['port_value']}"]}]


def serves(port: int) -> bool:
    """Whether a simulated provider answers there."""
    try:
        return client.stream(port, "/__mock/requests", b"", {}, method="GET").read().status == 200
    except (ClientError, OSError):
        return False


def until(wanted: bool, port: int) -> None:
    """Waits until the provider at `port` answers, or does not."""
    deadline = time.monotonic() + 20
    while serves(port) is not wanted:
        assert time.monotonic() < deadline, (port, wanted)
        time.sleep(0.05)


def test_the_script_starts_all_and_ends_all(tmp_path: Path) -> None:
    # Its place in a repository whose ports are free.
    folder, found, told = tmp_path / "examples" / "func-e", tmp_path / "bin", tmp_path / "told"
    folder.mkdir(parents=True)
    found.mkdir()
    (tmp_path / "target").symlink_to(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    script = (FOLDER / "run.sh").read_text()
    ports = {10101: free_port(), 10102: free_port()}
    for published, port in ports.items():
        script = script.replace(str(published), str(port))
    (folder / "run.sh").write_text(script)
    command = ["sh", str(folder / "run.sh"), "--concurrency", "1"]
    environment = {**os.environ, "TOLD": str(told), "PATH": f"{found}:/usr/bin:/bin"}

    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20)
    assert ran.returncode == 1 and "func-e is needed: https://func-e.io" in ran.stderr

    (found / "func-e").write_text(STAND_IN)
    (found / "func-e").chmod(0o755)
    started = subprocess.Popen(command, env=environment)
    try:
        for port in ports.values():
            until(True, port)
        deadline = time.monotonic() + 20
        while not told.exists() or not told.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert told.read_text().split() == "any any run -c examples/func-e/envoy.yaml --concurrency 1".split()
    finally:
        started.send_signal(signal.SIGTERM)
    assert started.wait(20) == 130
    for port in ports.values():
        until(False, port)
