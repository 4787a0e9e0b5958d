"""Streamed answers: a token leaves when it has come, however the provider cuts and frames them."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional, Tuple

import pytest

from harness import client
from harness.session import PLACEMENTS, Gateway
from harness.wires import WIRES, Wire, events, other

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)
every_placement = pytest.mark.parametrize("placement", PLACEMENTS)

FRAMINGS: Dict[str, Dict[str, Any]] = {
    "one byte at a time": {"chunk": 1},
    "seven bytes at a time": {"chunk": 7},
    "all at once": {"chunk": 1_000_000},
    "CR LF": {"crlf": True},
    "CR LF, one byte at a time": {"crlf": True, "chunk": 1},
    "no space after the colon": {"no_space": True},
    "comments": {"comments": True},
    "no blank line at the end": {"no_final_blank_line": True},
    "everything odd": {
        "chunk": 3,
        "crlf": True,
        "no_space": True,
        "comments": True,
        "no_final_blank_line": True,
    },
}


@every_placement
@both_clients
@pytest.mark.parametrize("same", [False, True], ids=["translated", "same dialect"])
def test_tokens_arrive_one_by_one(
    gateway: Gateway, wire: Wire, placement: str, same: bool
) -> None:
    far = wire if same else other(wire)
    pause = 0.04
    gateway.provider(far).switch(event_delay_ms=int(pause * 1000))
    body = wire.request("one two three four five six", stream=True)
    with gateway.stream(f"{placement}-{far.provider}", wire, body) as answer:
        chunks = list(answer)
    assert answer.complete

    arrived = [chunk.at for chunk in chunks if b"content" in chunk.data]
    tokens = len("You said: one two three four five six.".split())
    assert arrived[-1] - arrived[0] > (tokens - 2) * pause
    gaps = [later - earlier for earlier, later in zip(arrived, arrived[1:])]
    # On a busy machine two may arrive together; all at the end they may not.
    assert sum(gap > pause / 2 for gap in gaps) >= tokens - 3


@both_clients
@pytest.mark.parametrize("placement", ["downstream", "upstream"])
@pytest.mark.parametrize("framing", FRAMINGS)
def test_framing_does_not_change_what_the_client_gets(
    gateway: Gateway, wire: Wire, placement: str, framing: str
) -> None:
    far = other(wire)
    tool = "Use the weather tool. Grüße, 你好 🎉"
    body = {**wire.request(tool, stream=True), "tools": [WEATHER[wire.dialect]]}
    plain = gateway.post(f"{placement}-{far.provider}", wire, body)
    gateway.provider(far).switch(**FRAMINGS[framing])
    framed = gateway.post(f"{placement}-{far.provider}", wire, body)
    assert (framed.status, framed.complete) == (200, True)
    assert same_for_all(events(framed)) == same_for_all(events(plain))

    body = wire.request("Grüße, 你好 🎉", stream=True)
    framed = gateway.post(f"{placement}-{far.provider}", wire, body)
    said = f"You said: Grüße, 你好 🎉. Model {far.served}."
    assert wire.stream_text(events(framed)) == said


@both_clients
@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_stream_of_the_clients_own_dialect_is_not_touched(
    gateway: Gateway, wire: Wire, framing: str
) -> None:
    provider = gateway.provider(wire)
    provider.switch(**FRAMINGS[framing])
    body = wire.request("Grüße, 你好 🎉", stream=True)
    through = gateway.post(f"upstream-{wire.provider}", wire, body)
    headers = {**wire.client_headers(), **wire.demands}
    direct = client.post_json(provider.port, wire.path, body, headers)
    assert without_ids(through.text) == without_ids(direct.text)


@both_clients
@pytest.mark.parametrize("placement", ["downstream", "upstream"])
def test_a_long_stream_is_whole(gateway: Gateway, wire: Wire, placement: str) -> None:
    far = other(wire)
    text = " ".join(f"word-{number}" for number in range(5000))
    body = {**wire.request(text, stream=True), "max_tokens": 20_000}
    answer = gateway.post(f"{placement}-{far.provider}", wire, body)
    assert (answer.status, answer.complete) == (200, True)
    assert wire.stream_text(events(answer)) == f"You said: {text}. Model {far.served}."


def test_usage_is_streamed_to_a_chat_client_only_if_it_asks(gateway: Gateway) -> None:
    wire = WIRES[0]
    plain = gateway.post("upstream-anthropic", wire, wire.request(stream=True))
    assert '"usage":{' not in plain.text.replace(" ", "")
    asked = wire.request(stream=True, stream_options={"include_usage": True})
    answer = gateway.post("upstream-anthropic", wire, asked)
    assert '"prompt_tokens":120' in answer.text.replace(" ", "")
    assert '"cached_tokens":64' in answer.text.replace(" ", "")


@both_clients
@pytest.mark.parametrize("placement", ["raw", "raw-upstream"])
def test_an_answer_that_is_not_streamed_is_told_as_a_stream(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    """Some providers answer with one JSON body whatever was asked for."""
    far = other(wire)
    plain = gateway.post(f"downstream-{far.provider}", far, {**far.request(), "model": far.served})
    gateway.raw.answer(plain.body)
    answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request(stream=True))
    assert (answer.status, answer.complete) == (200, True)
    assert answer.header("content-type") == "text/event-stream"
    assert wire.stream_text(events(answer)) == f"You said: Hello. Model {far.served}."


WEATHER: Dict[str, Any] = {
    "openai-chat": {
        "type": "function",
        "function": {
            "name": "weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string", "enum": ["Zürich"]}},
                "required": ["city"],
            },
        },
    },
    "anthropic-messages": {
        "name": "weather",
        "input_schema": {
            "type": "object",
            "properties": {"city": {"type": "string", "enum": ["Zürich"]}},
            "required": ["city"],
        },
    },
}


def without_ids(text: str) -> str:
    """`text` without what the provider numbers and times."""
    text = re.sub(r'"(chatcmpl-|msg_|call_|toolu_|req_)[^"]*"', '"id"', text)
    text = re.sub(r'"obfuscation":"x*"', '"obfuscation":""', text)
    return re.sub(r'"created": ?\d+', '"created":0', text)


def same_for_all(found: List[Tuple[Optional[str], str]]) -> List[Tuple[Optional[str], str]]:
    """Events without ids and times."""
    return [(name, without_ids(data)) for name, data in found]
