"""Filters that need no held headers, on hosts that hold them and on hosts that do not.

The filter is `tests/probe`: it refuses one word and hides another.
"""

from __future__ import annotations

import json
from typing import Iterator

import pytest

from harness import client
from harness.raw import END
from harness.session import DENIED, MASKED, Gateway
from harness.wires import WIRES, Wire, events

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)
both_modes = pytest.mark.parametrize("mode", ["probe", "soft-probe"], ids=["hold", "continue"])

PERMISSION = {"openai-chat": "invalid_request_error", "anthropic-messages": "permission_error"}


@pytest.fixture(autouse=True)
def next_request_works(gateway: Gateway) -> Iterator[None]:
    """After every test the same Envoy serves a good request."""
    yield
    for wire in WIRES:
        for mode in ("probe", "soft-probe"):
            gateway.assert_serves(f"{mode}-{wire.provider}", wire)


@both_modes
@both_clients
@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
def test_a_denied_word_is_refused_and_not_sent(
    gateway: Gateway, wire: Wire, mode: str, stream: bool
) -> None:
    body = wire.request(f"a {DENIED} word", stream=stream)
    answer = gateway.post(f"{mode}-{wire.provider}", wire, body)
    assert (answer.status, answer.complete) == (403, True)
    assert answer.header("content-type") == "application/json"
    failure = wire.failure(answer.json())
    assert (failure.kind, failure.code) == (PERMISSION[wire.dialect], "denied_word")
    assert DENIED not in answer.text
    received = gateway.provider(wire).requests()
    # Without held headers the provider has seen those, and then the connection broke off.
    assert [entry["raw"] for entry in received] == [""] * len(received)
    assert mode == "soft-probe" or not received


@both_modes
@both_clients
def test_a_denied_word_in_pieces_is_refused(gateway: Gateway, wire: Wire, mode: str) -> None:
    body = json.dumps(wire.request(f"a {DENIED} word")).encode()
    pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
    port = gateway.port(f"{mode}-{wire.provider}")
    for trailers in ({}, {"x-end": "1"}):
        answer = client.post_chunked(
            port, wire.path, pieces, wire.client_headers(), trailers=trailers, pause=0.002
        )
        assert (answer.status, wire.failure(answer.json()).code) == (403, "denied_word")
    assert not [entry for entry in gateway.provider(wire).requests() if entry["raw"]]


@both_modes
@both_clients
def test_a_masked_word_is_hidden_in_the_request(gateway: Gateway, wire: Wire, mode: str) -> None:
    body = wire.request(f"say {MASKED} and Grüße")
    answer = gateway.post(f"{mode}-{wire.provider}", wire, body)
    assert answer.status == 200
    received = gateway.provider(wire).last()
    assert received["problem"] is None
    messages = [{"role": "user", "content": "say *** and Grüße"}]
    assert received["body"] == {**body, "messages": messages}
    if mode == "probe":
        assert received["headers"]["content-length"] == str(len(received["raw"].encode()))
    else:
        # The headers left before the new length was known.
        assert "content-length" not in received["headers"]
    assert "You said: say *** and Grüße." in wire.text(answer.json())


@pytest.mark.parametrize("mode", ["raw-probe", "raw-soft-probe"], ids=["hold", "continue"])
@both_clients
def test_a_masked_word_is_hidden_in_the_answer(gateway: Gateway, wire: Wire, mode: str) -> None:
    plain = gateway.post(f"downstream-{wire.provider}", wire, wire.request("quiet"))
    gateway.raw.answer(plain.body.replace(b"quiet", MASKED.encode()))
    answer = gateway.post(f"{mode}-{wire.provider}", wire, wire.request())
    assert (answer.status, answer.complete) == (200, True)
    assert "You said: ***." in wire.text(answer.json())

    plain = gateway.post(f"downstream-{wire.provider}", wire, wire.request("quiet", stream=True))
    gateway.raw.stream(plain.body.replace(b"quiet", MASKED.encode()), END)
    answer = gateway.post(f"{mode}-{wire.provider}", wire, wire.request(stream=True))
    assert (answer.status, answer.complete) == (200, True)
    assert "You said: ***." in wire.stream_text(events(answer))


# Odd space, escapes and numbers that a parser and a writer would change.
UNTOUCHED = (
    b' \r\n{ "messages" :[ {"role":"user",\t"content":"caf\\u00e9 \\ud83c\\udf89 \\/ \xc3\xbc"} ] ,'
    b'"temperature":1.0e0, "max_tokens" : 300,"model":"%s"}  \n'
)


@both_modes
@both_clients
def test_a_body_that_is_not_edited_goes_on_byte_for_byte(
    gateway: Gateway, wire: Wire, mode: str
) -> None:
    body = UNTOUCHED % wire.asked.encode()
    answer = gateway.post(f"{mode}-{wire.provider}", wire, body)
    assert answer.status == 200, answer.body
    assert gateway.provider(wire).last()["raw"].encode() == body
    port = gateway.port(f"{mode}-{wire.provider}")
    pieces = [body[start : start + 11] for start in range(0, len(body), 11)]
    assert client.post_chunked(port, wire.path, pieces, wire.client_headers()).status == 200
    assert gateway.provider(wire).last()["raw"].encode() == body


@both_modes
@both_clients
def test_an_answer_that_is_not_edited_comes_back_byte_for_byte(
    gateway: Gateway, wire: Wire, mode: str
) -> None:
    raw = f"raw-{mode}-{wire.provider}"
    body = b'{ "unknown" : [1.0e0 , "\\u00e9"],\n "choices":[],"content":[]}\n'
    gateway.raw.answer(body)
    answer = gateway.post(raw, wire, wire.request())
    assert (answer.status, answer.body) == (200, body)
    stream = b": hello\r\n\r\nevent:x\r\ndata:{ \"a\":1.0e0 }\r\n\r\ndata: text\n\n\ndata: [DONE]"
    gateway.raw.stream(stream[:20], 0.01, stream[20:], END)
    answer = gateway.post(raw, wire, wire.request(stream=True))
    assert (answer.status, answer.body, answer.complete) == (200, stream, True)


@both_modes
@both_clients
def test_what_cannot_be_read_is_refused(gateway: Gateway, wire: Wire, mode: str) -> None:
    """Two parsers that disagree are a way around a guard."""
    for body, code in (
        (b'{"model": "a", "messages": [], "messages": []}', "duplicate_key"),
        (b'{"model": "a"} {}', "invalid_json"),
    ):
        answer = gateway.post(f"{mode}-{wire.provider}", wire, body)
        assert (answer.status, wire.failure(answer.json()).code) == (400, code)
    packed = {"content-encoding": "br"}
    answer = gateway.post(f"{mode}-{wire.provider}", wire, wire.request(), packed)
    assert answer.status == 415
    assert not [entry for entry in gateway.provider(wire).requests() if entry["raw"]]


@both_modes
def test_other_paths_pass_untouched(gateway: Gateway, mode: str) -> None:
    """A guard has no say about what is no chat."""
    wire = WIRES[0]
    headers = {**wire.client_headers(), "accept-encoding": "gzip"}
    port = gateway.port(f"{mode}-openai")
    answer = client.request(port, "/v1/models", headers=headers, method="GET")
    assert (answer.status, answer.json()["object"]) == (200, "list")
    assert gateway.openai.last()["headers"]["authorization"] == headers["authorization"]
    gateway.post(f"{mode}-openai", wire, b"no JSON, " + DENIED.encode(), path="/v1/files")
    assert gateway.openai.last()["raw"] == f"no JSON, {DENIED}"
