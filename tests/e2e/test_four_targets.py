"""Four providers on three dialects: each step from one to the next."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from harness import client
from harness.config import relocate
from harness.envoy import Envoy
from harness.install import REPOSITORY
from harness.provider import Provider
from harness.wires import CHAT, MESSAGES, WIRES, Wire, events

CONFIG = REPOSITORY / "envoy-configs" / "four-targets.yaml"
# In the order in which they are tried: the target, its port in the config, its dialect, its model.
TARGETS = (
    ("openai", 10101, "openai-chat", "gpt-5.4-mini"),
    ("anthropic", 10102, "anthropic-messages", "claude-sonnet-4-5"),
    ("gemini", 10103, "gemini", "gemini-2.5-flash"),
    ("house", 10104, "openai-chat", "house-model"),
)
ORDER = [name for name, *_ in TARGETS]
MODELS = {name: model for name, _, _, model in TARGETS}

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)
both_forms = pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])


@dataclass
class Setup:
    """The Envoy of the config, and its four providers."""

    envoy: Envoy
    providers: Dict[str, Provider]
    read: int = 0

    def post(self, wire: Wire, stream: bool, text: str = "Hello") -> client.Response:
        """Asks as a client of `wire`."""
        self.read = len(self.envoy.log())
        more = {"stream": True} if stream else {}
        body = wire.request(text, **more)
        return client.post_json(self.envoy.port, wire.path, body, wire.client_headers())

    def logged(self, attempts: int) -> Dict[str, Any]:
        """The access log's line of the last request; under `tried` the targets of its attempts."""
        deadline = time.monotonic() + 5
        while True:
            lines = self.envoy.log()[self.read :].split("\n")[:-1]
            entries = [json.loads(line) for line in lines if line.startswith('{"')]
            requests = [entry for entry in entries if entry.get("log") == "request"]
            tried = [entry for entry in entries if entry.get("log") == "attempt"]
            if requests and len(tried) >= attempts:
                return {**requests[0], "tried": [entry["target"] for entry in tried], "all": tried}
            assert time.monotonic() < deadline, lines
            time.sleep(0.02)

    def heal(self) -> None:
        """Lets each of them answer once, so that none has failed several times in a row."""
        for name in reversed(ORDER):
            for other in ORDER:
                failing = ORDER.index(other) < ORDER.index(name)
                self.providers[other].switch(status=429 if failing else None)
            assert self.post(CHAT, False).status == 200
            assert self.logged(1 + ORDER.index(name))["target"] == name
        for provider in self.providers.values():
            provider.reset()


@pytest.fixture(scope="module")
def shared(
    start_lasting_envoy: Callable[..., Envoy],
    start_lasting_provider: Callable[..., Provider],
    modules: Path,
) -> Setup:
    """The config as it is published, but for ports and a shorter silence."""
    providers = {name: start_lasting_provider(dialect) for name, _, dialect, _ in TARGETS}
    ports = {port: providers[name].port for name, port, *_ in TARGETS}
    ports.update({port: port for port in ports.values()})
    text = CONFIG.read_text()
    assert "per_try_idle_timeout: 120s" in text
    text = text.replace("per_try_idle_timeout: 120s", "per_try_idle_timeout: 0.4s")
    envoy = start_lasting_envoy(relocate(text, ports, modules), env={"KEY": "sk-any"})
    return Setup(envoy, providers)


@pytest.fixture
def setup(shared: Setup) -> Setup:
    """The one that all tests here share, its providers without switches."""
    for provider in shared.providers.values():
        provider.reset()
    shared.heal()
    return shared


def said(wire: Wire, stream: bool, answer: client.Response) -> str:
    """What a good answer says."""
    assert (answer.status, answer.complete) == (200, True), answer.body
    return wire.stream_text(events(answer)) if stream else wire.text(answer.json())


@pytest.mark.parametrize("step", range(4))
@both_forms
@both_clients
def test_each_failure_leads_to_the_next(
    setup: Setup, wire: Wire, stream: bool, step: int
) -> None:
    """Out of its limits, overloaded, silent: the next one answers, in the client's dialect."""
    failures: List[Dict[str, Any]] = [{"status": 429}, {"status": 503}, {"delay_ms": 2000}]
    for name, failure in zip(ORDER, failures[:step]):
        setup.providers[name].switch(**failure)
    answer = setup.post(wire, stream, "Hello there")
    name = ORDER[step]
    assert said(wire, stream, answer) == f"You said: Hello there. Model {MODELS[name]}."
    logged = setup.logged(step + 1)
    assert (logged["target"], logged["tried"]) == (name, ORDER[: step + 1])
    assert int(logged["attempts"]) == step + 1
    assert logged["tollgate.client_dialect"] == wire.dialect
    assert setup.providers[name].last()["problem"] is None


@both_forms
def test_a_refused_connection_leads_to_the_next(setup: Setup, stream: bool) -> None:
    old = setup.providers["openai"]
    port = old.port
    old.stop()
    try:
        answer = setup.post(MESSAGES, stream)
        assert said(MESSAGES, stream, answer) == f"You said: Hello. Model {MODELS['anthropic']}."
        assert setup.logged(2)["tried"] == ["openai", "anthropic"]
    finally:
        setup.providers["openai"] = Provider("openai-chat", port=port)


@both_clients
def test_a_stream_that_has_begun_is_not_tried_again(setup: Setup, wire: Wire) -> None:
    setup.providers["openai"].switch(error_after=3)
    answer = setup.post(wire, True)
    assert answer.status == 200
    assert "You " in answer.text and "overloaded" in answer.text
    assert setup.logged(1)["tried"] == ["openai"]
    assert setup.providers["anthropic"].requests() == []


@both_clients
def test_if_all_fail_the_client_gets_the_last_error_in_its_dialect(
    setup: Setup, wire: Wire
) -> None:
    for provider in setup.providers.values():
        provider.switch(status=429)
    answer = setup.post(wire, False)
    assert answer.status == 429
    # The last one speaks OpenAI's dialect and has its own word for requests that are too many.
    assert wire.failure(answer.json()).kind in ("rate_limit_error", "requests")
    assert setup.logged(4)["tried"] == ORDER
    for inner in ("house", "vllm", "gemini", "sk-any"):
        assert inner not in answer.text


def test_one_that_keeps_failing_is_passed_over(setup: Setup) -> None:
    """Last, because it stays so for a while."""
    setup.providers["openai"].switch(status=500)
    for _ in range(5):
        assert setup.post(CHAT, False).status == 200
        assert setup.logged(2)["tried"] == ["openai", "anthropic"]
    setup.providers["openai"].reset()
    for stream in (False, True):
        assert f"Model {MODELS['anthropic']}." in said(CHAT, stream, setup.post(CHAT, stream))
        assert setup.logged(1)["tried"] == ["anthropic"]
    assert setup.providers["openai"].requests() == []
