"""`token_counter.wasm` alone, in front of a provider that speaks the client's dialect."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Tuple

import pytest

from harness import client
from harness.envoy import Envoy
from harness.gateway import Cluster, Endpoint, Listener, config, wasm
from harness.provider import Provider
from harness.wires import CHAT, MESSAGES, WIRES, Wire

CONFIGURATION: Dict[str, Any] = {
    "models": {
        "gpt-*": {
            "provider": "openai",
            "context_window_tokens": 2000,
            "price": {"input": 2.5, "output": 10},
        },
        "claude-*": {"provider": "anthropic", "price": {"input": 3, "output": 15}},
    },
    "consumer": {"from": {"header": "x-team"}, "names": ["a", "b"]},
    "context": {"action": "reject"},
    "budgets": [
        {
            "name": "team",
            "key": [{"header": "x-team"}],
            "limit": 5000,
            "window": {"sliding": "month"},
        },
    ],
    "headers": {"usage": True},
}


class Counted:
    """An Envoy with the counter before either provider."""

    def __init__(self, envoy: Envoy, providers: Dict[str, Provider]) -> None:
        self.envoy = envoy
        self.providers = providers

    def stream(self, wire: Wire, team: str, **more: Any) -> client.Stream:
        """A request of a team, as soon as the answer begins."""
        headers = {**wire.client_headers(), "x-team": team, "x-tollgate-cost-usd": "0"}
        port = self.envoy.ports[wire.provider]
        return client.stream_json(port, wire.path, wire.request("Hello.", **more), headers)

    def ask(self, wire: Wire, team: str, **more: Any) -> client.Response:
        """A request of a team, its answer read whole."""
        return self.stream(wire, team, **more).read()

    def tokens(self, team: str) -> Tuple[int, int]:
        """The tokens that metrics show for a team."""
        stats = self.envoy.stats(r"^wasmcustom\.token_counter\.tokens\.")

        def of(kind: str) -> int:
            named = f".token_type.{kind}.consumer.{team}"
            return sum(value for name, value in stats.items() if name.endswith(named))

        return of("input"), of("output")

    def wait_for_tokens(self, team: str, expected: Tuple[int, int]) -> None:
        """Until metrics show so many; they are flushed a little after the answer."""
        deadline = time.monotonic() + 5
        while self.tokens(team) != expected:
            assert time.monotonic() < deadline, (self.tokens(team), expected)
            time.sleep(0.05)


@pytest.fixture(scope="module")
def counted(
    start_lasting_envoy: Callable[..., Envoy],
    start_lasting_provider: Callable[..., Provider],
    modules: Path,
) -> Iterator[Counted]:
    """One Envoy for all tests here."""
    providers = {wire.provider: start_lasting_provider(wire.dialect) for wire in WIRES}
    filters = [wasm(modules / "token_counter.wasm", CONFIGURATION)]
    text = config(
        [Listener(name, name, filters) for name in providers],
        [Cluster(name, [Endpoint(provider.port)]) for name, provider in providers.items()],
    )
    yield Counted(start_lasting_envoy(text, concurrency=2), providers)


def stated(body: Dict[str, Any]) -> Tuple[int, int]:
    """The usage in an answer. Anthropic's input leaves out what a cache was used for."""
    usage = body["usage"]
    if "prompt_tokens" in usage:
        return int(usage["prompt_tokens"]), int(usage["completion_tokens"])
    cached = ("cache_read_input_tokens", "cache_creation_input_tokens")
    apart = sum(int(usage.get(name) or 0) for name in cached)
    return int(usage["input_tokens"]) + apart, int(usage["output_tokens"])


def test_what_an_answer_used_is_told(counted: Counted) -> None:
    before = counted.tokens("a")
    answer = counted.ask(CHAT, "a")
    assert answer.status == 200
    tokens = stated(answer.json())
    assert answer.header("x-tollgate-input-tokens") == str(tokens[0])
    assert answer.header("x-tollgate-output-tokens") == str(tokens[1])
    cost = (tokens[0] * 2500 + tokens[1] * 10000) / 1e9
    assert answer.header("x-tollgate-cost-usd") == f"{cost:.9f}"
    assert answer.header("x-ratelimit-limit-tokens") == "5000"
    sent = counted.providers["openai"].last()["headers"]
    assert not [name for name in sent if name.startswith("x-tollgate-")], "a client's are taken out"
    counted.wait_for_tokens("a", (before[0] + tokens[0], before[1] + tokens[1]))


def test_usage_is_asked_for_and_kept_from_a_client_that_did_not_ask(counted: Counted) -> None:
    asked = {"stream": True, "stream_options": {"include_usage": True}}
    loud = counted.ask(CHAT, "loud", **asked)
    chunks = [json.loads(data) for _, data in client.events(loud.body) if data != "[DONE]"]
    tokens = next(stated(chunk) for chunk in chunks if chunk.get("usage"))
    before = counted.tokens("b")
    quiet = counted.ask(CHAT, "b", stream=True)
    assert counted.providers["openai"].last()["body"]["stream_options"] == {"include_usage": True}
    events = client.events(quiet.body)
    assert "usage" not in quiet.text and events[-1] == (None, "[DONE]")
    assert CHAT.stream_text(events) == CHAT.stream_text(client.events(loud.body))
    counted.wait_for_tokens("b", (before[0] + tokens[0], before[1] + tokens[1]))


def test_a_stream_of_the_other_dialect_is_untouched_and_counted(counted: Counted) -> None:
    before = counted.tokens("a")
    answer = counted.ask(MESSAGES, "a", stream=True)
    assert MESSAGES.stream_text(client.events(answer.body)).startswith("You said: Hello.")
    whole = counted.ask(MESSAGES, "elsewhere")
    tokens = stated(whole.json())
    counted.wait_for_tokens("a", (before[0] + tokens[0], before[1] + tokens[1]))


def test_a_client_that_leaves_pays_for_what_it_got(counted: Counted) -> None:
    provider = counted.providers["openai"]
    provider.switch(event_delay_ms=50)
    before = counted.tokens("b")
    try:
        with counted.stream(CHAT, "b", stream=True) as stream:
            got: List[bytes] = []
            for chunk in stream:
                got.append(chunk.data)
                if b"said" in b"".join(got):
                    break
    finally:
        provider.switch(event_delay_ms=None)
    deadline = time.monotonic() + 5
    while counted.tokens("b") == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    prompt, answer = (now - then for now, then in zip(counted.tokens("b"), before))
    # "You said", perhaps with what was under way.
    assert 5 <= prompt <= 15 and 2 <= answer <= 6
    estimated = counted.envoy.stats(r"^wasmcustom\.token_counter\.estimated_usage\.")
    assert sum(estimated.values()) >= 1


def test_what_does_not_fit_is_refused_in_the_clients_dialect(counted: Counted) -> None:
    long = counted.ask(CHAT, "c", max_tokens=1995)
    assert (long.status, CHAT.failure(long.json()).code) == (400, "context_length_exceeded")
    # Five thousand tokens, a thousand reserved each time and most of it given back.
    answers = [counted.ask(MESSAGES, "d", max_tokens=1000) for _ in range(3)]
    assert {answer.status for answer in answers} == {200}
    refused = counted.ask(MESSAGES, "d", max_tokens=4900)
    assert refused.status == 429 and refused.json()["error"]["type"] == "rate_limit_error"
    assert int(refused.header("retry-after") or 0) > 0
    left = int(refused.header("x-ratelimit-remaining-tokens") or 0)
    spent = sum(sum(stated(answer.json())) for answer in answers)
    assert left == 5000 - spent, "reservations were given back to the token"
