"""What clients get wrong: each has one defined answer in the client's dialect.

The next request works.
"""

from __future__ import annotations

import gzip
import json
import time
from typing import Any, Callable, Dict, Iterator, Mapping, NamedTuple, Optional, Union

import pytest

from harness import client
from harness.gateway import TEST_ID
from harness.session import SMALL, SMALL_BUFFERS, Gateway, new_test_id
from harness.wires import CHAT, MESSAGES, WIRES, Wire, other

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)
both_placements = pytest.mark.parametrize("placement", ["downstream", "upstream"])


class Case(NamedTuple):
    """A request and its answer. `body` is JSON, bytes, or made from the wire."""

    body: Union[bytes, Callable[[Wire], Any]]
    status: int
    code: str
    param: Optional[str] = None
    headers: Mapping[str, str] = {}
    path: Optional[str] = None
    # The error's type where it is not that of every invalid request.
    kinds: Optional[Dict[str, str]] = None


NOT_FOUND = {"openai-chat": "invalid_request_error", "anthropic-messages": "not_found_error"}

CASES: Dict[str, Case] = {
    "no JSON": Case(b'{"model": ', 400, "invalid_json"),
    "text": Case(b"hello", 400, "invalid_json"),
    "invalid UTF-8": Case(b'{"model": "\xff"}', 400, "invalid_json"),
    "data behind the JSON": Case(b'{"model": "m"} {}', 400, "invalid_json"),
    "deep nesting": Case(b"[" * 100_000, 400, "invalid_json"),
    "a key twice": Case(b'{"model": "a", "messages": [], "model": "b"}', 400, "duplicate_key"),
    "a key twice, escaped": Case(b'{"model": "a", "mod\\u0065l": "b"}', 400, "duplicate_key"),
    "a list": Case(b"[]", 400, "missing_required_parameter", "model"),
    "no model": Case(
        lambda wire: {**wire.request(), "model": None}, 400, "missing_required_parameter", "model"
    ),
    "a number for a model": Case(
        lambda wire: wire.request(model=5), 400, "missing_required_parameter", "model"
    ),
    "an empty body": Case(b"", 400, "empty_body"),
    "a compressed body": Case(
        lambda wire: gzip.compress(json.dumps(wire.request()).encode()),
        415,
        "unsupported_content_encoding",
        headers={"content-encoding": "gzip"},
    ),
    "an unknown path": Case(
        lambda wire: wire.request(), 404, "unknown_endpoint", path="/v1/other", kinds=NOT_FOUND
    ),
}


@pytest.fixture(autouse=True)
def next_request_works(gateway: Gateway) -> Iterator[None]:
    """After every test the same Envoy serves a good request."""
    yield
    gateway.assert_serves("downstream-anthropic", CHAT)
    gateway.assert_serves("upstream-openai", MESSAGES)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@both_placements
@both_clients
def test_a_bad_request_is_answered_in_the_clients_dialect(
    gateway: Gateway, wire: Wire, placement: str, case: Case
) -> None:
    far = other(wire)
    body = case.body if isinstance(case.body, bytes) else case.body(wire)
    test = new_test_id()
    headers = {**case.headers, **test}
    answer = gateway.post(f"{placement}-{far.provider}", wire, body, headers, case.path)

    assert (answer.status, answer.complete) == (case.status, True), answer.body
    assert answer.header("content-type") == "application/json"
    assert answer.header("content-length") == str(len(answer.body))
    failure = wire.failure(answer.json())
    assert (failure.code, failure.param) == (case.code, case.param)
    assert failure.kind == (case.kinds or {}).get(wire.dialect, "invalid_request_error")
    assert failure.message
    assert gateway.provider(far).requests() == []
    logged = gateway.logged(test[TEST_ID], attempts=0)
    assert (logged["error.type"], logged["status"]) == (case.code, case.status)
    assert logged["details"].startswith(f"tollgate_{case.code}")


WRONG_TYPES: Dict[str, Dict[str, Any]] = {
    "messages": {"messages": "x"},
    "messages[0]": {"messages": ["x"]},
    "messages[0].role": {"messages": [{"role": "nobody", "content": "x"}]},
    "messages[0].content": {"messages": [{"role": "user", "content": 5}]},
    "temperature": {"temperature": "warm"},
    "stream": {"stream": "yes"},
    "tools": {"tools": {}},
    "max_tokens": {"max_tokens": "many"},
    "stop": {"stop": 5},
    "stop_sequences": {"stop_sequences": "x"},
}


@pytest.mark.parametrize("param", WRONG_TYPES)
@both_placements
@both_clients
def test_a_field_of_the_wrong_type_is_named(
    gateway: Gateway, wire: Wire, placement: str, param: str
) -> None:
    foreign = {"openai-chat": "stop_sequences", "anthropic-messages": "stop"}
    if param == foreign[wire.dialect]:
        pytest.skip("no field of this dialect")
    far = other(wire)
    body = {**wire.request(), **WRONG_TYPES[param]}
    answer = gateway.post(f"{placement}-{far.provider}", wire, body)
    assert answer.status == 400, answer.body
    failure = wire.failure(answer.json())
    assert (failure.kind, failure.param) == ("invalid_request_error", param)
    assert param in failure.message or failure.param == param
    assert gateway.provider(far).requests() == []


@both_clients
def test_a_missing_field_is_named(gateway: Gateway, wire: Wire) -> None:
    answer = gateway.post(f"downstream-{other(wire).provider}", wire, {"model": wire.asked})
    assert answer.status == 400
    assert wire.failure(answer.json()).param == "messages"


@both_clients
def test_a_body_above_the_filters_limit_is_refused_in_the_clients_dialect(
    gateway: Gateway, wire: Wire
) -> None:
    body = json.dumps(wire.request("x" * SMALL)).encode()
    known = gateway.post("small", wire, body)
    headers = wire.client_headers()
    pieces = [body[start : start + 500] for start in range(0, len(body), 500)]
    for answer in (known, client.post_chunked(gateway.port("small"), wire.path, pieces, headers)):
        assert (answer.status, answer.complete) == (413, True)
        failure = wire.failure(answer.json())
        assert (failure.code, str(SMALL) in failure.message) == ("request_too_large", True)
    assert gateway.openai.requests() == []
    assert gateway.post("small", wire, wire.request()).status == 200


@both_clients
def test_a_body_above_envoys_buffer_limit_is_refused_by_envoy(gateway: Gateway, wire: Wire) -> None:
    test = new_test_id()
    answer = gateway.post("small-buffers", wire, wire.request("x" * 2 * SMALL_BUFFERS), test)
    assert (answer.status, answer.complete) == (413, True)
    logged = gateway.logged(test[TEST_ID], attempts=0)
    assert logged["details"].startswith("request_payload_too_large")
    assert gateway.openai.requests() == []
    assert gateway.post("small-buffers", wire, wire.request()).status == 200


@both_placements
@both_clients
def test_a_megabyte_is_no_problem(gateway: Gateway, wire: Wire, placement: str) -> None:
    far = other(wire)
    text = "0123456789 " * 100_000
    answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request(text))
    assert answer.status == 200, answer.body[:200]
    received = gateway.provider(far).last()
    assert received["problem"] is None
    assert text in received["raw"]


@both_placements
@both_clients
def test_header_bytes_need_not_be_utf_8(gateway: Gateway, wire: Wire, placement: str) -> None:
    far = other(wire)
    head: Dict[str, Union[str, bytes]] = {
        **wire.client_headers(),
        "x-raw": b"caf\xe9 \xff",
        "user-agent": b"\x80\xfe",
        "x-long": "y" * 20_000,
    }
    body = json.dumps(wire.request()).encode()
    port = gateway.port(f"{placement}-{far.provider}")
    assert client.request(port, wire.path, body, head).status == 200
    # The record replaces what is not UTF-8.
    assert gateway.provider(far).last()["headers"]["x-raw"] == "caf\ufffd \ufffd"
    for name, value in (
        (wire.key_header, b"\xff\xfe"),
        ("content-type", b"\xff"),
        ("content-encoding", b"identity"),
    ):
        assert client.request(port, wire.path, body, {**head, name: value}).status == 200, name


@both_placements
@both_clients
def test_an_encoding_of_bad_bytes_is_refused(gateway: Gateway, wire: Wire, placement: str) -> None:
    head: client.Headers = {**wire.client_headers(), "content-encoding": b"\xff"}
    body = json.dumps(wire.request()).encode()
    port = gateway.port(f"{placement}-{other(wire).provider}")
    answer = client.request(port, wire.path, body, head)
    assert answer.status == 415
    assert wire.failure(answer.json()).code == "unsupported_content_encoding"


@both_placements
@both_clients
def test_expect_100_continue_is_served(gateway: Gateway, wire: Wire, placement: str) -> None:
    far = other(wire)
    body = json.dumps(wire.request()).encode()
    connection = client.Connection(gateway.port(f"{placement}-{far.provider}"))
    head = {**wire.client_headers(), "expect": "100-continue", "content-length": str(len(body))}
    connection.send_head("POST", wire.path, head)
    assert connection.read_line() == b"HTTP/1.1 100 Continue"
    assert connection.read_headers() == []
    connection.send(body)
    answer = connection.receive().read()
    assert answer.status == 200
    assert "You said: Hello." in wire.text(answer.json())
    assert "expect" not in gateway.provider(far).last()["headers"]


@both_placements
@both_clients
def test_an_empty_chunked_body_is_refused(gateway: Gateway, wire: Wire, placement: str) -> None:
    port = gateway.port(f"{placement}-{other(wire).provider}")
    answer = client.post_chunked(port, wire.path, [], wire.client_headers())
    assert answer.status == 400
    assert wire.failure(answer.json()).code == "empty_body"


@both_placements
@both_clients
@pytest.mark.parametrize("trailers", [{}, {"x-end": "1"}], ids=["plain", "with trailers"])
def test_a_chunked_body_is_read_to_its_end(
    gateway: Gateway, wire: Wire, placement: str, trailers: Dict[str, str]
) -> None:
    far = other(wire)
    body = json.dumps(wire.request("Grüße", stream=False), ensure_ascii=False).encode()
    pieces = [body[start : start + 9] for start in range(0, len(body), 9)]
    port = gateway.port(f"{placement}-{far.provider}")
    answer = client.post_chunked(
        port, wire.path, pieces, wire.client_headers(), trailers=trailers, pause=0.002
    )
    assert answer.status == 200, answer.body
    assert "You said: Grüße." in wire.text(answer.json())
    received = gateway.provider(far).last()
    assert received["headers"]["content-length"] == str(len(received["raw"].encode()))
    assert "transfer-encoding" not in received["headers"]
    answer = client.post_chunked(port, wire.path, [b"{"], wire.client_headers(), trailers=trailers)
    assert (answer.status, wire.failure(answer.json()).code) == (400, "invalid_json")


@both_placements
@both_clients
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_unknown(
    gateway: Gateway, wire: Wire, placement: str, method: str
) -> None:
    far = other(wire)
    port = gateway.port(f"{placement}-{far.provider}")
    answer = client.request(port, wire.path, headers=wire.client_headers(), method=method)
    assert (answer.status, answer.complete) == (404, True)
    if method == "HEAD":
        assert answer.body == b""
    else:
        assert wire.failure(answer.json()).code == "unknown_endpoint"
    assert gateway.provider(far).requests() == []


@both_placements
def test_paths_that_only_look_known_are_not(gateway: Gateway, placement: str) -> None:
    disguised = ("/v1/messages/", "/v1/chat//completions", "/v1/%63hat/completions")
    for path in ("/v1/messages/count", *disguised, "/v1/chat/completions/x", "/", "*"):
        answer = gateway.post(f"{placement}-openai", MESSAGES, MESSAGES.request(), path=path)
        if path == "*":
            assert answer.status in (400, 404)
            continue
        assert answer.status == 404, path
        assert MESSAGES.failure(answer.json()).code == "unknown_endpoint"


@both_placements
@both_clients
def test_a_client_that_leaves_in_mid_request_does_no_harm(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    far = other(wire)
    for sent in (0, 1, 20):
        connection = client.Connection(gateway.port(f"{placement}-{far.provider}"))
        head = {**wire.client_headers(), "content-length": "500"}
        connection.send_head("POST", wire.path, head)
        if sent:
            connection.send(b'{"model": "claude-or-gpt"'[:sent])
        time.sleep(0.02)
        connection.close()
    time.sleep(0.05)
    assert gateway.provider(far).requests() == []


@both_placements
@both_clients
@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
def test_a_client_that_leaves_in_mid_answer_does_no_harm(
    gateway: Gateway, wire: Wire, placement: str, stream: bool
) -> None:
    far = other(wire)
    gateway.provider(far).switch(event_delay_ms=30, delay_ms=0 if stream else 200)
    test = new_test_id()
    body = json.dumps(wire.request(stream=stream)).encode()
    connection = client.Connection(gateway.port(f"{placement}-{far.provider}"))
    head = {**wire.client_headers(), **test, "content-length": str(len(body))}
    connection.send_head("POST", wire.path, head)
    connection.send(body)
    if stream:
        answer = connection.receive()
        assert answer.status == 200
        assert next(iter(answer)).data
    else:
        time.sleep(0.1)
    connection.close()
    logged = gateway.logged(test[TEST_ID])
    assert logged["details"].startswith("downstream_remote_disconnect")
    assert logged["tollgate.target"] == far.target


@pytest.mark.parametrize("placement", ["raw", "raw-upstream"])
def test_a_websocket_passes(gateway: Gateway, placement: str) -> None:
    gateway.raw.script = [
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
        b"hello",
        "read",
        b"goodbye",
    ]
    connection = client.Connection(gateway.port(f"{placement}-openai"))
    upgrade = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    connection.send_head("GET", "/v1/realtime", upgrade)
    assert connection.read_line() == b"HTTP/1.1 101 Switching Protocols"
    assert dict(connection.read_headers() or [])["upgrade"] == "websocket"
    assert connection.read_exactly(5) == b"hello"
    connection.send(b"a frame")
    assert connection.read_exactly(7) == b"goodbye"
    connection.close()


@both_placements
def test_errors_without_a_known_path_speak_the_dialect_of_the_headers(
    gateway: Gateway, placement: str
) -> None:
    port = gateway.port(f"{placement}-openai")
    for wire, headers in ((MESSAGES, {"anthropic-version": "2023-06-01"}), (CHAT, {})):
        answer = client.post_json(port, "/nowhere", {}, headers)
        assert answer.status == 404
        assert wire.failure(answer.json()).code == "unknown_endpoint"
