"""A module that ends in mid-request (`failure_policy: FAIL_RELOAD`), and one of another `vm_id` beside it."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any, Callable, List

from harness import client
from harness.envoy import Envoy
from harness.gateway import Cluster, Endpoint, Listener, config, wasm
from harness.provider import Provider
from harness.wires import CHAT, events


def test_a_trap_costs_one_request_and_its_own_vms_streams(
    start_envoy: Callable[..., Envoy], start_provider: Callable[..., Provider], modules: Path
) -> None:
    provider = start_provider(CHAT.dialect)
    trapping, other = (wasm(modules / "probe.wasm", it) for it in ({"trap": "boom"}, {"mask": "red"}))
    other["typed_config"]["config"]["vm_config"]["vm_id"] = "other"
    listeners = [Listener("trapping", "c", [trapping]), Listener("other", "c", [other])]
    envoy = start_envoy(config(listeners, [Cluster("c", [Endpoint(provider.port)])]))

    def ask(listener: str, text: str, **more: Any) -> client.Response:
        body = json.dumps(CHAT.request(text, **more)).encode()
        return client.request(envoy.ports[listener], CHAT.path, body, CHAT.client_headers())

    assert ask("trapping", "Hello").status == 200
    # A stream through the other VM goes on meanwhile.
    provider.switch(event_delay_ms=50)
    streamed: List[client.Response] = []
    stream = threading.Thread(target=lambda: streamed.append(ask("other", "a red word " * 8, stream=True)))
    stream.start()
    time.sleep(0.2)
    before = len(provider.requests())
    refused = ask("trapping", "boom")
    assert (refused.status, len(provider.requests())) == (503, before), "it fails closed"
    provider.switch(event_delay_ms=None)
    stream.join(30)
    assert [(answer.status, answer.complete) for answer in streamed] == [(200, True)]
    assert "***" in CHAT.stream_text(events(streamed[0]))
    # A fresh VM, at most one a second.
    deadline = time.monotonic() + 10
    while ask("trapping", "Hello").status != 200:
        assert time.monotonic() < deadline, envoy.log()[-2000:]
        time.sleep(0.1)
    assert sum(envoy.stats(r"vm_reload_success$").values()) == 1
    assert ask("other", "Hello").status == 200
