"""A running Envoy."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Dict, Mapping, Optional

from .install import EnvoyError

_HINTS = {
    "compiled without support for it": "This build of Envoy has no V8; use an official release.",
    "no such field": "The config needs a newer Envoy.",
    "Invalid path": "Build the modules first: make wasm",
    "Address already in use": "Another program listens on a port of the config.",
}


def validate(binary: Path, config: str, env: Optional[Mapping[str, str]] = None) -> None:
    """Lets Envoy load `config` (YAML or JSON text) and all its modules without serving.

    `env` is added to the environment. Raises EnvoyError with Envoy's own words where it refuses.
    """
    with tempfile.TemporaryDirectory(prefix="envoy-") as folder:
        path = Path(folder) / "envoy.yaml"
        path.write_text(config)
        command = [str(binary), "--mode", "validate", "--log-level", "warning"]
        command += ["--config-path", str(path)]
        ran = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            timeout=120,
        )
    if ran.returncode != 0:
        raise EnvoyError(explained(ran.stdout.decode(errors="replace")))


def explained(log: str) -> str:
    """The end of an Envoy log, and what to do about it where that is known."""
    hints = [hint for sign, hint in _HINTS.items() if sign in log]
    return "\n".join(hints + ["Envoy said:"] + log.rstrip().split("\n")[-25:])


class Envoy:
    """An Envoy process, ready to serve once constructed, stopped by `stop` or the `with` block."""

    def __init__(
        self,
        binary: Path,
        config: str,
        concurrency: int = 1,
        env: Optional[Mapping[str, str]] = None,
        log: Optional[Path] = None,
        wasm_log_level: str = "info",
        ready_within: float = 60.0,
    ) -> None:
        """Starts `binary` on `config` (YAML or JSON text, with an `admin` address) and waits.

        `env` is added to the environment, which modules read through `host_env_keys`. Envoy's log,
        its access log on standard output and the modules' log go to the file `log`.
        `ready_within` is in seconds. Raises EnvoyError where Envoy refuses or is not ready in time.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="envoy-")
        folder = Path(self._folder.name)
        self.log_path = log or folder / "envoy.log"
        self._admin_address = folder / "admin"
        (folder / "envoy.yaml").write_text(config)
        command = [str(binary), "--config-path", str(folder / "envoy.yaml")]
        # Without these, two Envoys on one machine fight over shared memory and port files.
        command += ["--disable-hot-restart", "--admin-address-path", str(self._admin_address)]
        command += ["--concurrency", str(concurrency), "--log-level", "warning"]
        # Access logs are otherwise written every ten seconds.
        command += ["--file-flush-interval-msec", "50"]
        command += ["--component-log-level", f"wasm:{wasm_log_level}"]
        with open(self.log_path, "wb") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
            )
        try:
            self._wait_until_ready(time.monotonic() + ready_within)
            self.ports = self._listener_ports()
        except BaseException:
            self.stop()
            raise

    @property
    def port(self) -> int:
        """The port of the first listener of the config."""
        return next(iter(self.ports.values()))

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_code(self) -> Optional[int]:
        """None while it runs; negative where a signal ended it (-11: it crashed)."""
        return self._process.poll()

    def log(self) -> str:
        """What Envoy, its access log and the modules have written so far."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def wait_for_log(self, text: str, within: float = 5.0) -> str:
        """The log, once it holds `text`: Envoy writes access logs late. Raises EnvoyError."""
        deadline = time.monotonic() + within
        while text not in self.log():
            if time.monotonic() > deadline:
                raise EnvoyError(f"{text!r} did not appear in the log. " + explained(self.log()))
            time.sleep(0.02)
        return self.log()

    def admin(self, path: str, method: str = "GET") -> bytes:
        """The answer of the admin interface to `path` ("/stats")."""
        address = self._admin_address.read_text().strip()
        request = urllib.request.Request(f"http://{address}{path}", method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return bytes(answer.read())

    def stats(self, pattern: str = ".*") -> Dict[str, int]:
        """The counters and gauges whose name matches the regular expression `pattern`."""
        found = json.loads(self.admin(f"/stats?format=json&filter={urllib.parse.quote(pattern)}"))
        return {stat["name"]: int(stat["value"]) for stat in found["stats"] if "name" in stat}

    def stop(self) -> None:
        """Ends the process (twice is fine). Only a log file that was named stays readable."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._folder.cleanup()

    def __enter__(self) -> Envoy:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait_until_ready(self, deadline: float) -> None:
        while True:
            if self._process.poll() is not None:
                raise EnvoyError(explained(self.log()))
            try:
                self.admin("/ready")
                return
            # Not listening yet, not ready yet (503), or the address file is not there yet.
            except (OSError, ValueError, urllib.error.URLError):
                pass
            if time.monotonic() > deadline:
                raise EnvoyError("Envoy did not become ready. " + explained(self.log()))
            time.sleep(0.03)

    def _listener_ports(self) -> Dict[str, int]:
        listeners = json.loads(self.admin("/listeners?format=json")).get("listener_statuses", [])
        return {
            listener["name"]: int(listener["local_address"]["socket_address"]["port_value"])
            for listener in listeners
        }
