"""The redactor on a real Envoy: what the provider sees, and what comes back of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

from harness import client
from harness.envoy import Envoy
from harness.gateway import Cluster, Endpoint, Listener, config, wasm
from harness.provider import Provider
from harness.raw import END, Raw
from harness.session import KEYS, TARGETS
from harness.wires import CHAT, MESSAGES, WIRES, Wire, events

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)
both_modes = pytest.mark.parametrize("mode", ["hold", "continue"])

MAIL, CARD = "jane.doe@example.com", "4111 1111 1111 1111"
ASKED = f"Mail {MAIL} about card {CARD}; {MAIL} knows."
PLACEHOLDER = re.compile(r"<([A-Z_]+)_(\d+)_([A-Z]{6})>")
BLOCKS = {"actions": {"EMAIL_ADDRESS": "block"}}


@dataclass
class Redactor:
    """An Envoy with the redactor, and what stands behind it."""

    envoy: Envoy
    providers: Dict[str, Provider]
    raw: Raw

    def ask(self, listener: str, wire: Wire, text: str, **more: Any) -> client.Response:
        """Posts a request of one message."""
        body = json.dumps(wire.request(text, **more)).encode()
        port = self.envoy.ports[listener]
        return client.stream(port, wire.path, body, wire.client_headers()).read()


@pytest.fixture(scope="module")
def lasting(
    start_lasting_envoy: Callable[..., Envoy],
    start_lasting_provider: Callable[..., Provider],
    modules: Path,
) -> Iterator[Redactor]:
    """Listeners `MODE-PROVIDER`, `block-PROVIDER`, `raw-MODE`, `raw-act` and `chain`."""
    providers = {wire.provider: start_lasting_provider(wire.dialect) for wire in WIRES}
    module = modules / "pii_redactor.wasm"
    filters = {
        "hold": wasm(module, {}),
        "continue": wasm(module, {"host": {"headers": "continue"}}, hold=False),
        "block": wasm(module, BLOCKS),
    }
    stages: List[Any] = [
        {"pii-redactor": {"responses": "act"}},
        {"provider-translator": {"targets": TARGETS}},
    ]
    chain = wasm(modules / "chain.wasm", {"stages": stages}, environment=KEYS)
    listeners = [
        Listener(f"{mode}-{name}", name, [filter]) for mode, filter in filters.items()
        for name in providers
    ]
    with Raw() as raw:
        listeners += [
            Listener(f"raw-{mode}", "raw", [filters[mode]]) for mode in ("hold", "continue")
        ]
        listeners.append(Listener("raw-act", "raw", [wasm(module, {"responses": "act"})]))
        listeners.append(Listener("chain", "translated", [chain]))
        ports = {name: Endpoint(provider.port) for name, provider in providers.items()}
        clusters = [Cluster(name, [endpoint]) for name, endpoint in ports.items()]
        clusters.append(Cluster("raw", [Endpoint(raw.port)]))
        clusters.append(Cluster("translated", [ports["anthropic"]], target="claude"))
        yield Redactor(start_lasting_envoy(config(listeners, clusters)), providers, raw)


@pytest.fixture
def redactor(lasting: Redactor) -> Redactor:
    """The one Envoy of this file, its providers as they were at first."""
    for provider in lasting.providers.values():
        provider.reset()
    return lasting


def masked(text: str) -> List[str]:
    """The placeholders in `text`, which must hold nothing of what they stand for."""
    assert MAIL not in text and CARD not in text, text
    return [match.group() for match in PLACEHOLDER.finditer(text)]


@both_modes
@both_clients
@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
def test_a_value_is_hidden_from_the_provider_and_comes_back(
    redactor: Redactor, wire: Wire, mode: str, stream: bool
) -> None:
    provider = redactor.providers[wire.provider]
    provider.switch(chunk=7)
    answer = redactor.ask(f"{mode}-{wire.provider}", wire, ASKED, stream=stream)
    assert (answer.status, answer.complete) == (200, True)
    said = wire.stream_text(events(answer)) if stream else wire.text(answer.json())
    assert ASKED in said
    first, second, third = masked(provider.last()["raw"])
    assert first == third != second
    assert first.startswith("<EMAIL_ADDRESS_1_") and second.startswith("<CREDIT_CARD_2_")


@both_clients
def test_what_is_blocked_is_refused_and_not_sent(redactor: Redactor, wire: Wire) -> None:
    answer = redactor.ask(f"block-{wire.provider}", wire, ASKED)
    failure = wire.failure(answer.json())
    assert (answer.status, failure.code) == (400, "pii_in_request")
    assert failure.message.endswith("EMAIL_ADDRESS (2)") and MAIL not in answer.text
    assert not redactor.providers[wire.provider].requests()


def test_nothing_that_was_found_is_logged(redactor: Redactor) -> None:
    for listener in ("hold-openai", "block-openai"):
        redactor.ask(listener, CHAT, ASKED)
    assert MAIL not in redactor.envoy.log() and CARD not in redactor.envoy.log()


def test_a_placeholder_of_another_request_is_nobodys(redactor: Redactor) -> None:
    forged = "<EMAIL_ADDRESS_1_BCDFGH>"
    message = {"role": "assistant", "content": forged}
    redactor.raw.answer(json.dumps({"choices": [{"index": 0, "message": message}]}).encode())
    answer = redactor.ask("raw-hold", CHAT, f"{ASKED} {forged}")
    assert answer.json()["choices"][0]["message"]["content"] == forged


@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
def test_what_the_model_says_is_masked(redactor: Redactor, stream: bool) -> None:
    words = ["It ", "is ", "joe@exa", "mple.org ", "I think."]
    if stream:
        deltas = [{"choices": [{"index": 0, "delta": {"content": word}}]} for word in words]
        wire = [f"data: {json.dumps(delta)}\n\n".encode() for delta in deltas]
        redactor.raw.stream(*wire, b"data: [DONE]\n\n", END)
    else:
        message = {"role": "assistant", "content": "".join(words)}
        redactor.raw.answer(json.dumps({"choices": [{"index": 0, "message": message}]}).encode())
    answer = redactor.ask("raw-act", CHAT, "Hi", stream=stream)
    assert (answer.status, answer.complete) == (200, True)
    assert "joe" not in answer.text and "<EMAIL_ADDRESS_1>" in answer.text


@both_clients
@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
def test_a_chain_masks_before_it_translates(
    redactor: Redactor, wire: Wire, stream: bool
) -> None:
    answer = redactor.ask("chain", wire, ASKED, stream=stream)
    assert (answer.status, answer.complete) == (200, True), answer.body
    said = wire.stream_text(events(answer)) if stream else wire.text(answer.json())
    assert ASKED in said
    received = redactor.providers[MESSAGES.provider].last()
    assert len(masked(received["raw"])) == 3 and received["path"] == MESSAGES.path
