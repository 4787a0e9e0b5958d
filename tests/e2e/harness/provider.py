"""A simulated provider: `tollgate mock`, driven from outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Dict, List, Optional

from .install import REPOSITORY


class ProviderError(RuntimeError):
    """The simulated provider is not built, did not start or refused a switch."""


def tollgate() -> Path:
    """The `tollgate` binary: the variable `TOLLGATE`, or the newest build of the workspace.

    Raises ProviderError where there is none.
    """
    named = os.environ.get("TOLLGATE")
    if named:
        if not Path(named).is_file():
            raise ProviderError(f"TOLLGATE names {named}, which is no file")
        return Path(named)
    target = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    built = [target / profile / "tollgate" for profile in ("release", "debug")]
    built = [path for path in built if path.exists()]
    if not built:
        raise ProviderError("tollgate is not built: cargo build --release --package tollgate")
    return max(built, key=lambda path: path.stat().st_mtime)


class Provider:
    """A provider process that speaks `dialect`, stopped by `stop` or the end of a `with` block.

    Switches are those of `tollgate mock`, with underscores: `Provider("openai-chat", status=503,
    fail_first=1)`. `tollgate mock --help` lists them.
    """

    def __init__(self, dialect: str, port: int = 0, **switches: Any) -> None:
        """Starts the provider on `port` of 127.0.0.1 (0: a free one).

        Raises ProviderError where it does not start.
        """
        self.dialect = dialect
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [str(tollgate()), "mock", dialect, "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        try:
            self.port = self._read_port()
            self._defaults = self._control("GET", "switches")
            if switches:
                self.switch(**switches)
        except BaseException:
            self.stop()
            raise

    def requests(self) -> List[Dict[str, Any]]:
        """What arrived since the start or the last `forget`, oldest first (at most 100)."""
        requests: List[Dict[str, Any]] = self._control("GET", "requests")
        return requests

    def last(self) -> Dict[str, Any]:
        """The newest request. Raises ProviderError where there is none."""
        request: Dict[str, Any] = self._control("GET", "last")
        return request

    def forget(self) -> None:
        """Forgets the requests so far."""
        self._control("DELETE", "requests")

    def switch(self, **switches: Any) -> None:
        """Changes the named switches; None sets one back.

        Raises ProviderError on an unknown switch or an impossible value.
        """
        changes = {name.replace("_", "-"): value for name, value in switches.items()}
        self._control("POST", "switches", changes)

    def reset(self) -> None:
        """All switches as they were without any, and no requests."""
        self._control("POST", "switches", self._defaults)
        self.forget()

    def stop(self) -> None:
        """Ends the process (twice is fine)."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._errors.close()

    def __enter__(self) -> Provider:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _read_port(self) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode(errors="replace")
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", line)
        if not found:
            self._process.wait(5)
            self._errors.seek(0)
            said = line + self._errors.read().decode(errors="replace")
            raise ProviderError(f"tollgate mock {self.dialect} did not start: {said.strip()}")
        return int(found[1])

    def _control(self, method: str, what: str, body: Optional[Any] = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/__mock/{what}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise ProviderError(f"{method} /__mock/{what}: {error.read().decode()}") from error
