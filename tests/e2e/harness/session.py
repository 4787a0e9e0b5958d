"""The Envoy that the tests of one Envoy version share.

Every placement of the filter in front of the same simulated providers, one listener for each:

| listener | what it is |
|---|---|
| `downstream-…` | among the listener's filters; the cluster has the target |
| `upstream-…` | among the cluster's filters; the endpoint has the target |
| `chain-…`, `chain-upstream-…` | the same with `chain.wasm` |
| `failover-ab`, `failover-ba` | upstream, OpenAI first, Anthropic second, or the other way |
| `failover-…-refused`, `failover-…-raw` | the first one refuses connections, or plays a script |
| `raw-…`, `raw-upstream-…` | the provider plays a script |
| `…-gemini`, `upstream-vllm` | providers that are asked for other things than chat |
| `small`, `small-raw`, `small-buffers` | the filter's and Envoy's own limits at a few kilobytes |
| `own-key-…`, `no-key-…` | the client's key passed on, and none sent |
| `probe-…`, `soft-probe-…` | the filter `probe`, with and without held headers |
| `raw-probe-…`, `raw-soft-probe-…` | the same in front of a script |
"""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional

from . import client, install
from .config import free_port
from .envoy import Envoy
from .gateway import JSON, TEST_ID, Cluster, Endpoint, Listener, config, read_access_log, wasm
from .provider import Provider
from .raw import Raw
from .wires import ANTHROPIC_KEY, CHAT, MESSAGES, OPENAI_KEY, WIRES, Wire

PLACEMENTS = ("downstream", "upstream", "chain", "chain-upstream")

# The limits of the listeners `small` and `small-buffers`, in bytes.
SMALL = 2000
SMALL_BUFFERS = 16384

KEYS = {"OPENAI_API_KEY": OPENAI_KEY, "ANTHROPIC_API_KEY": ANTHROPIC_KEY}

TARGETS: Dict[str, JSON] = {
    "claude": {
        "provider": "anthropic",
        "credential": {"env": "ANTHROPIC_API_KEY"},
        "models": [{"prefix": "gpt-", "to": MESSAGES.served}],
    },
    "gpt": {
        "provider": "openai",
        "credential": {"env": "OPENAI_API_KEY"},
        "models": [{"prefix": "claude-", "to": CHAT.served}],
    },
}

# Providers that are only asked for other things than chat.
OTHER_TARGETS: Dict[str, JSON] = {
    "gemini": {
        "provider": "gemini",
        "credential": {"env": "OPENAI_API_KEY"},
        "models": [{"exact": "small-vectors", "to": "gemini-embedding-001"}],
    },
    "vllm": {"provider": "vllm", "credential": {"env": "OPENAI_API_KEY"}},
}

# What the filter `probe` refuses and hides.
DENIED = "forbidden"
MASKED = "hush"


def translator(**host: Any) -> JSON:
    """The translator's configuration with both targets. `host` are settings of the key `host`."""
    return {"targets": TARGETS, **({"host": host} if host else {})}


class Gateway:
    """The shared Envoy and what stands behind it."""

    def __init__(
        self, binary: Path, start_envoy: Callable[..., Envoy], modules: Path, folder: Path
    ) -> None:
        """Starts everything. The access log goes to `folder`."""
        self.version = install.version_of(binary)
        self.openai, self.anthropic = Provider(CHAT.dialect), Provider(MESSAGES.dialect)
        self.gemini = Provider("gemini")
        self.raw = Raw()
        self.access_log = folder / "access.log"
        text = config(self._listeners(modules), self._clusters(modules), self.access_log)
        self.envoy = start_envoy(text)
        self.vms = self.active_vms()

    def stop(self) -> None:
        """Stops what stands behind Envoy."""
        self.openai.stop()
        self.anthropic.stop()
        self.gemini.stop()
        self.raw.stop()

    def provider(self, wire: Wire) -> Provider:
        """The provider that speaks `wire`."""
        return self.openai if wire is CHAT else self.anthropic

    def port(self, listener: str) -> int:
        """The port of a listener."""
        return self.envoy.ports[listener]

    def holds(self, placement: str) -> bool:
        """Whether answers are held there until they are complete: Envoy 1.36 cannot, upstream."""
        return "upstream" not in placement or self.version >= (1, 37, 0)

    def post(
        self,
        listener: str,
        wire: Wire,
        body: Any,
        headers: Optional[Mapping[str, str]] = None,
        path: Optional[str] = None,
    ) -> client.Response:
        """Posts `body` (JSON, or bytes as they are) as a client of `wire`."""
        return self.stream(listener, wire, body, headers, path).read()

    def stream(
        self,
        listener: str,
        wire: Wire,
        body: Any,
        headers: Optional[Mapping[str, str]] = None,
        path: Optional[str] = None,
    ) -> client.Stream:
        """Like `post`, but returns when the head of the answer is there."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = {**wire.client_headers(), **(headers or {})}
        return client.stream(self.port(listener), path or wire.path, data, head)

    def logged(self, test: str, attempts: int = 1, within: float = 5.0) -> JSON:
        """The access log's line for the request with the test id `test`, and under `attempts` the
        lines of its attempts, once they are all there."""
        deadline = time.monotonic() + within
        while True:
            entries = read_access_log(self.access_log, test)
            requests = [entry for entry in entries if entry["kind"] == "request"]
            tried = [entry for entry in entries if entry["kind"] == "attempt"]
            if requests and len(tried) >= attempts:
                return {**requests[0], "attempts": tried}
            assert time.monotonic() < deadline, f"{test} is not in the access log: {entries}"
            time.sleep(0.02)

    def counted(self, name: str) -> int:
        """The filters' counter `name`, which Envoy 1.36 puts below the first cluster with a VM."""
        found = self.envoy.stats(rf"(^|\.)wasmcustom\.{name}$")
        return sum(found.values())

    def active_vms(self) -> int:
        """How many VMs run in Envoy."""
        return sum(self.envoy.stats(r"wasm\.runtime\.v8\.active$").values())

    def assert_alive(self) -> None:
        """Fails where a VM has panicked or was reloaded, or Envoy has ended."""
        assert self.envoy.exit_code is None, self.envoy.log()[-3000:]
        panics = [line for line in self.envoy.log().split("\n") if "panicked at" in line]
        assert not panics, panics[0]
        reloads = {n: v for n, v in self.envoy.stats("vm_reload").items() if v}
        assert not reloads, reloads
        assert self.active_vms() == self.vms

    def assert_serves(self, listener: str, wire: Wire = CHAT) -> None:
        """Fails where a good request is not answered."""
        answer = self.post(listener, wire, wire.request("Still there"))
        assert (answer.status, answer.complete) == (200, True), answer.body
        assert "You said: Still there" in wire.text(answer.json())

    def _endpoint(self, wire: Wire, named: bool) -> Endpoint:
        return Endpoint(self.provider(wire).port, wire.target if named else None)

    def _clusters(self, modules: Path) -> List[Cluster]:
        upstream = self._filters(modules, chain=False)
        chain = self._filters(modules, chain=True)
        made = []
        for wire in WIRES:
            plain, named = self._endpoint(wire, False), self._endpoint(wire, True)
            raw = Endpoint(self.raw.port, wire.target)
            made += [
                Cluster(wire.provider, [plain], target=wire.target),
                Cluster(f"upstream-{wire.provider}", [named], upstream),
                Cluster(f"chain-upstream-{wire.provider}", [named], chain),
                Cluster(f"raw-{wire.provider}", [Endpoint(self.raw.port)], target=wire.target),
                Cluster(f"raw-upstream-{wire.provider}", [raw], upstream),
            ]
        gemini, vllm = Endpoint(self.gemini.port, "gemini"), Endpoint(self.openai.port, "vllm")
        other = self._others(modules)
        made += [
            Cluster("gemini", [Endpoint(self.gemini.port)], target="gemini"),
            Cluster("upstream-gemini", [gemini], other),
            Cluster("upstream-vllm", [vllm], other),
        ]
        first, second = self._endpoint(CHAT, True), self._endpoint(MESSAGES, True)
        orders = {"failover-ab": [first, second], "failover-ba": [second, first]}
        for name, tried in orders.items():
            made.append(Cluster(name, tried, upstream))
            for how, port in {"refused": free_port(), "raw": self.raw.port}.items():
                broken = Endpoint(port, tried[0].target)
                made.append(Cluster(f"{name}-{how}", [broken, tried[1]], upstream))
        return made

    def _filters(self, modules: Path, chain: bool, **host: Any) -> List[JSON]:
        configuration = translator(**host)
        if not chain:
            return [wasm(modules / "provider_translator.wasm", configuration, environment=KEYS)]
        settings = {"host": configuration.pop("host")} if host else {}
        stages = {"stages": [{"provider-translator": configuration}], **settings}
        return [wasm(modules / "chain.wasm", stages, environment=KEYS)]

    def _listeners(self, modules: Path) -> List[Listener]:
        module = modules / "provider_translator.wasm"
        plain = self._filters(modules, chain=False)
        chain = self._filters(modules, chain=True)
        own_key, no_key = self._keyed(module, "client"), self._keyed(module, "none")
        made = [
            Listener(name, name, retries=1)
            for order in ("failover-ab", "failover-ba")
            for name in (order, f"{order}-refused", f"{order}-raw")
        ]
        for wire in WIRES:
            name = wire.provider
            made += [
                Listener(f"downstream-{name}", name, plain),
                Listener(f"upstream-{name}", f"upstream-{name}"),
                Listener(f"chain-{name}", name, chain),
                Listener(f"chain-upstream-{name}", f"chain-upstream-{name}"),
                Listener(f"raw-{name}", f"raw-{name}", plain, upgrades=["websocket"]),
                Listener(f"raw-upstream-{name}", f"raw-upstream-{name}", upgrades=["websocket"]),
                Listener(f"own-key-{name}", name, own_key),
                Listener(f"no-key-{name}", name, no_key),
                *self._probes(wire, modules / "probe.wasm"),
            ]
        limits = ("max_request_bytes", "max_response_bytes", "max_event_bytes")
        limited = self._filters(modules, chain=False, **dict.fromkeys(limits, SMALL))
        made.append(Listener("small", "openai", limited))
        made.append(Listener("small-raw", "raw-openai", limited))
        made.append(Listener("downstream-gemini", "gemini", self._others(modules)))
        made.append(Listener("upstream-gemini", "upstream-gemini"))
        made.append(Listener("upstream-vllm", "upstream-vllm"))
        made.append(Listener("small-buffers", "openai", plain, buffer_limit=SMALL_BUFFERS))
        return made

    def _others(self, modules: Path) -> List[JSON]:
        module = modules / "provider_translator.wasm"
        return [wasm(module, {"targets": OTHER_TARGETS}, environment=KEYS)]

    def _keyed(self, module: Path, credential: str) -> List[JSON]:
        targets = {name: {**target, "credential": credential} for name, target in TARGETS.items()}
        return [wasm(module, {"targets": targets}, environment=KEYS)]

    def _probes(self, wire: Wire, module: Path) -> List[Listener]:
        word = {"deny": DENIED, "mask": MASKED}
        hold = wasm(module, {**word, "host": {"headers": "hold"}})
        soft = wasm(module, {**word, "host": {"headers": "continue"}}, hold=False)
        return [
            Listener(f"probe-{wire.provider}", wire.provider, [hold]),
            Listener(f"soft-probe-{wire.provider}", wire.provider, [soft]),
            Listener(f"raw-probe-{wire.provider}", f"raw-{wire.provider}", [hold]),
            Listener(f"raw-soft-probe-{wire.provider}", f"raw-{wire.provider}", [soft]),
        ]


def new_test_id() -> Dict[str, str]:
    """The header by which a request is found in the access log."""
    return {TEST_ID: uuid.uuid4().hex}
