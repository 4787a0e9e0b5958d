"""Client and provider speak one dialect: nothing is lost, and what need not change does not."""

from __future__ import annotations

import json

import pytest

from harness import client
from harness.raw import END
from harness.session import Gateway
from harness.wires import CREDENTIALS, WIRES, Wire

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)
both_placements = pytest.mark.parametrize("placement", ["downstream", "upstream"])
scripted = pytest.mark.parametrize("placement", ["raw", "raw-upstream"])

UNKNOWN_REQUEST = (
    b'{ "model" : "%s","x_new":{"deep":[1.0e0, 12345678901234567890.5, null]}, "messages":'
    b'[{"role":"user","content":"caf\\u00e9 \\ud83c\\udf89","x_mark":true}],\t"max_tokens":300}\n'
)
UNKNOWN_ANSWER = b'{"id":"x", "x_new":{"deep":[1.0e0,null]},"usage":{"x_tokens":5} }\n'
UNKNOWN_STREAM = (
    b': first\r\n\r\nevent: x_new\r\ndata: {"type":"x_new", "v":1.0e0}\r\n\r\ndata:no json\n\n'
    b"id: 7\nretry: 10\ndata: a\ndata: b\n\n\n\ndata: [DONE]"
)


@both_placements
@both_clients
def test_a_request_that_needs_no_edit_is_sent_byte_for_byte(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    body = json.dumps(wire.request("café 🎉"), indent=3).encode() + b"\n\n"
    answer = gateway.post(f"{placement}-{wire.provider}", wire, body)
    assert answer.status == 200
    received = gateway.provider(wire).last()
    assert (received["raw"].encode(), received["path"]) == (body, wire.path)
    headers = received["headers"]
    assert headers["content-length"] == str(len(body))
    assert headers["host"] == wire.host
    assert {name: headers.get(name) for name in wire.demands} == wire.demands
    assert {name for name in CREDENTIALS if name in headers} == {wire.key_header}
    for name, value in wire.headers.items():
        assert headers[name] == value


@scripted
@both_clients
def test_unknown_fields_survive_both_ways(gateway: Gateway, wire: Wire, placement: str) -> None:
    gateway.raw.answer(UNKNOWN_ANSWER)
    body = UNKNOWN_REQUEST % wire.asked.encode()
    answer = gateway.post(f"{placement}-{wire.provider}", wire, body)
    assert (answer.status, answer.body) == (200, UNKNOWN_ANSWER)
    assert answer.header("content-length") == str(len(UNKNOWN_ANSWER))
    ((_, sent),) = gateway.raw.requests
    assert sent == body


@scripted
@both_clients
def test_a_mapped_model_changes_nothing_else(gateway: Gateway, wire: Wire, placement: str) -> None:
    """The other dialect's model names are mapped, so such a name has to be edited in."""
    asked = {"openai-chat": "claude-opus-4-5", "anthropic-messages": "gpt-4.1"}[wire.dialect]
    gateway.raw.answer(UNKNOWN_ANSWER)
    # How an exponent is written is the one thing that does change.
    body = UNKNOWN_REQUEST.replace(b"1.0e0", b"1.0") % asked.encode()
    assert gateway.post(f"{placement}-{wire.provider}", wire, body).status == 200
    ((_, sent),) = gateway.raw.requests
    # Numbers are compared as they are written, and fields in their order.
    before, after = (json.loads(text, parse_float=str) for text in (body, sent))
    assert list(after.items()) == list({**before, "model": wire.served}.items())


@scripted
@both_clients
def test_a_stream_comes_back_byte_for_byte(gateway: Gateway, wire: Wire, placement: str) -> None:
    gateway.raw.stream(UNKNOWN_STREAM[:33], 0.01, UNKNOWN_STREAM[33:], END)
    answer = gateway.post(f"{placement}-{wire.provider}", wire, wire.request(stream=True))
    assert (answer.status, answer.complete) == (200, True)
    assert answer.body == UNKNOWN_STREAM


@both_placements
def test_a_query_and_a_version_of_the_clients_choice_are_kept(
    gateway: Gateway, placement: str
) -> None:
    wire = WIRES[1]
    headers = {"anthropic-version": "2026-10-21", "anthropic-beta": "context-1m-2025-08-07"}
    path = f"/team{wire.path}?beta=true"
    answer = gateway.post(f"{placement}-anthropic", wire, wire.request(), headers, path)
    assert answer.status == 200, answer.body
    received = gateway.anthropic.last()
    assert received["path"] == "/v1/messages?beta=true"
    assert {name: received["headers"][name] for name in headers} == headers


@both_placements
def test_a_version_that_the_client_left_out_is_added(gateway: Gateway, placement: str) -> None:
    wire = WIRES[1]
    body = json.dumps(wire.request()).encode()
    head = {"content-type": "application/json"}
    port = gateway.port(f"{placement}-anthropic")
    assert client.request(port, wire.path, body, head).status == 200
    assert gateway.anthropic.last()["headers"]["anthropic-version"] == "2023-06-01"
