"""What providers get wrong: each has one defined answer in the client's dialect.

The next request works.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, NamedTuple, Tuple

import pytest

from harness.gateway import TEST_ID
from harness.raw import END, Step
from harness.session import SMALL, Gateway, new_test_id
from harness.wires import CHAT, MESSAGES, WIRES, Wire, events, other

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)
both_placements = pytest.mark.parametrize("placement", ["downstream", "upstream"])
scripted = pytest.mark.parametrize("placement", ["raw", "raw-upstream"])
both_forms = pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])

SERVER = {"openai-chat": "server_error", "anthropic-messages": "api_error"}
HTML = b"<!DOCTYPE html><html><body><h1>It works!</h1></body></html>"


@pytest.fixture(autouse=True)
def next_request_works(gateway: Gateway) -> Iterator[None]:
    """After every test the same Envoy serves a good request."""
    yield
    gateway.openai.reset()
    gateway.anthropic.reset()
    gateway.assert_serves("downstream-anthropic", CHAT)
    gateway.assert_serves("upstream-openai", MESSAGES)


class Error(NamedTuple):
    """What a client gets for a provider's status: its status and the error's type and code."""

    status: int
    kind: str
    code: Any


# By the client's dialect and the status of the provider, which speaks the other one.
ERRORS: Dict[str, Dict[int, Error]] = {
    "openai-chat": {
        400: Error(400, "invalid_request_error", None),
        401: Error(401, "invalid_request_error", "invalid_api_key"),
        403: Error(403, "invalid_request_error", None),
        404: Error(404, "invalid_request_error", None),
        413: Error(413, "invalid_request_error", "request_too_large"),
        429: Error(429, "rate_limit_error", "rate_limit_exceeded"),
        500: Error(500, "server_error", None),
        503: Error(503, "service_unavailable_error", "server_is_overloaded"),
        529: Error(503, "service_unavailable_error", "server_is_overloaded"),
    },
    # Where OpenAI gives no code, its type takes the place.
    "anthropic-messages": {
        400: Error(400, "invalid_request_error", "invalid_request_error"),
        401: Error(401, "authentication_error", "invalid_api_key"),
        403: Error(403, "permission_error", "unsupported_country_region_territory"),
        404: Error(404, "not_found_error", "model_not_found"),
        413: Error(413, "request_too_large", "invalid_request_error"),
        429: Error(429, "rate_limit_error", "rate_limit_exceeded"),
        500: Error(500, "api_error", "server_error"),
        503: Error(529, "overloaded_error", "server_error"),
        529: Error(529, "overloaded_error", "server_error"),
    },
}


@both_forms
@pytest.mark.parametrize("status", ERRORS["openai-chat"])
@both_placements
@both_clients
def test_a_providers_error_is_told_in_the_clients_dialect(
    gateway: Gateway, wire: Wire, placement: str, status: int, stream: bool
) -> None:
    far = other(wire)
    gateway.provider(far).switch(status=status)
    body = wire.request(stream=stream)
    answer = gateway.post(f"{placement}-{far.provider}", wire, body)
    expected = ERRORS[wire.dialect][status]
    assert (answer.status, answer.complete) == (expected.status, True), answer.body
    assert answer.header("content-type") == "application/json"
    failure = wire.failure(answer.json())
    assert (failure.kind, failure.code) == (expected.kind, expected.code)
    assert failure.message
    if status == 429:
        assert answer.header("retry-after") == "1"


def stays_empty(placement: str, status: int) -> bool:
    """Whether an answer without a body stays without one: an upstream filter could only give it one by a
    reply of its own, which Envoy never retries, so where a retry may help it gets its status alone."""
    return "upstream" in placement and (status == 429 or status >= 500)


@pytest.mark.parametrize("body", ["html", "empty", "unknown-json", "text"])
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
@both_placements
@both_clients
def test_an_error_of_unknown_shape_is_told_by_its_status(
    gateway: Gateway, wire: Wire, placement: str, status: int, body: str
) -> None:
    far = other(wire)
    gateway.provider(far).switch(status=status, error_body=body)
    answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request())
    expected = ERRORS[wire.dialect][status]
    assert (answer.status, answer.complete) == (expected.status, True), answer.body
    assert answer.header("content-type") == "application/json"
    if body == "empty" and stays_empty(placement, expected.status):
        assert answer.body == b""
        return
    failure = wire.failure(answer.json())
    assert failure.kind == expected.kind
    # Nothing of a stranger's page is repeated.
    for word in ("html", "could not answer", "unexpected", "from upstream"):
        assert word not in answer.text


@pytest.mark.parametrize("body", ["html", "empty", "text"])
@both_placements
@both_clients
def test_an_error_of_unknown_shape_is_told_in_the_clients_dialect_by_its_own_provider_too(
    gateway: Gateway, wire: Wire, placement: str, body: str
) -> None:
    gateway.provider(wire).switch(status=500, error_body=body, content_type="text/html")
    answer = gateway.post(f"{placement}-{wire.provider}", wire, wire.request())
    assert (answer.status, answer.complete) == (500, True), answer.body
    if body == "empty" and stays_empty(placement, 500):
        assert answer.body == b""
        return
    assert wire.failure(answer.json()).kind == SERVER[wire.dialect]


@both_placements
@both_clients
def test_an_error_of_the_clients_own_dialect_is_not_touched(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    gateway.provider(wire).switch(status=429, error_body="unknown-json")
    answer = gateway.post(f"{placement}-{wire.provider}", wire, wire.request())
    assert (answer.status, answer.json()) == (429, {"fault": {"reason": "unexpected"}})


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/plain", "x"])
@pytest.mark.parametrize("same", [False, True], ids=["translated", "same dialect"])
@both_forms
@scripted
@both_clients
def test_a_page_instead_of_an_answer_is_a_bad_gateway(
    gateway: Gateway, wire: Wire, placement: str, stream: bool, same: bool, kind: str
) -> None:
    far = wire if same else other(wire)
    gateway.raw.answer(HTML, content_type=kind)
    test = new_test_id()
    body = wire.request(stream=stream)
    answer = gateway.post(f"{placement}-{far.provider}", wire, body, test)
    assert (answer.status, answer.complete) == (502, True), answer.body
    assert answer.header("content-type") == "application/json"
    failure = wire.failure(answer.json())
    assert (failure.kind, failure.code) == (SERVER[wire.dialect], "unexpected_content_type")
    assert "It works" not in answer.text
    assert gateway.logged(test[TEST_ID])["error.type"] == "unexpected_content_type"


@both_clients
@scripted
def test_media_types_are_read_as_such(gateway: Gateway, wire: Wire, placement: str) -> None:
    far = other(wire)
    plain = gateway.post(f"downstream-{far.provider}", far, far.request(model="m"))
    for kind in ("Application/JSON; Charset=UTF-8", "application/x+json", "application/json ;x"):
        gateway.raw.answer(plain.body, content_type=kind)
        answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request())
        assert (answer.status, answer.header("content-type")) == (200, "application/json")
        assert wire.text(answer.json()) == "You said: Hello. Model m."


@both_clients
@scripted
def test_a_stream_that_was_not_asked_for_is_a_bad_gateway(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    far = other(wire)
    gateway.raw.stream(BEGUN[far.dialect], END)
    answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request())
    assert (answer.status, answer.complete) == (502, True)
    assert wire.failure(answer.json()).code == "unexpected_content_type"


@both_clients
@scripted
def test_an_answer_without_a_content_type_is_a_bad_gateway(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    gateway.raw.script = [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"]
    answer = gateway.post(f"{placement}-{other(wire).provider}", wire, wire.request())
    assert (answer.status, answer.complete) == (502, True)
    assert wire.failure(answer.json()).code == "unexpected_content_type"


NO_ANSWERS: Dict[str, bytes] = {
    "broken JSON": b'{"id": ',
    "no JSON": HTML,
    "an empty body": b"",
    "an empty object": b"{}",
    "a list": b"[]",
    "null": b"null",
    "a key twice": b'{"id": "a", "id": "b"}',
    "wrong types": b'{"choices": 5, "content": 5, "type": "message", "id": []}',
}


@pytest.mark.parametrize("body", NO_ANSWERS.values(), ids=NO_ANSWERS)
@both_forms
@scripted
@both_clients
def test_json_that_is_no_answer_is_a_bad_gateway(
    gateway: Gateway, wire: Wire, placement: str, stream: bool, body: bytes
) -> None:
    gateway.raw.answer(body)
    request = wire.request(stream=stream)
    answer = gateway.post(f"{placement}-{other(wire).provider}", wire, request)
    assert answer.complete
    if not body and stays_empty(placement, 502):
        assert (answer.status, answer.body) == (502, b"")
        return
    # Where the headers cannot be held, status and kind have gone before the body is read; an empty
    # body shows in the headers.
    known = gateway.holds(placement) or not body
    assert answer.status == (502 if known else 200), answer.body
    if stream and not known:
        assert answer.header("content-type") == "text/event-stream"
        failure = wire.stream_failure(events(answer))
    else:
        failure = wire.failure(answer.json())
    assert failure.kind == SERVER[wire.dialect]


@both_forms
@both_placements
@both_clients
def test_a_compressed_answer_is_a_bad_gateway(
    gateway: Gateway, wire: Wire, placement: str, stream: bool
) -> None:
    far = other(wire)
    gateway.provider(far).switch(gzip=True)
    answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request(stream=stream))
    assert (answer.status, answer.complete) == (502, True)
    assert answer.header("content-encoding") is None
    assert wire.failure(answer.json()).code == "unsupported_content_encoding"


@both_placements
@both_clients
def test_a_compressed_answer_of_the_clients_own_dialect_passes(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    gateway.provider(wire).switch(gzip=True)
    answer = gateway.post(f"{placement}-{wire.provider}", wire, wire.request())
    assert (answer.status, answer.header("content-encoding")) == (200, "gzip")
    assert answer.body[:2] == b"\x1f\x8b"


@both_placements
@both_clients
def test_a_stream_that_ends_with_an_error_says_so(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    far = other(wire)
    gateway.provider(far).switch(error_after=4)
    answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request(stream=True))
    assert (answer.status, answer.complete) == (200, True)
    failure = wire.stream_failure(events(answer))
    # Anthropic's event says what is wrong, OpenAI's only that it is the server.
    assert failure.kind == ("service_unavailable_error" if wire is CHAT else "api_error")


@both_placements
@both_clients
def test_a_stream_that_is_cut_is_cut_for_the_client_too(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    far = other(wire)
    gateway.provider(far).switch(cut_after=5)
    test = new_test_id()
    answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request(stream=True), test)
    assert answer.status == 200
    assert not answer.complete
    assert not finished(wire, answer.text)
    logged = gateway.logged(test[TEST_ID])
    assert logged["tollgate.target"] == far.target


# A stream's beginning, and how it goes on.
BEGUN: Dict[str, bytes] = {
    "openai-chat": (
        b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m",'
        b'"choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},'
        b'"finish_reason":null}]}\n\n'
    ),
    "anthropic-messages": (
        b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1",'
        b'"type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,'
        b'"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}\n\n'
        b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
        b'"content_block":{"type":"text","text":""}}\n\n'
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        b'"delta":{"type":"text_delta","text":"Hel"}}\n\n'
    ),
}

ENDINGS: Dict[str, Tuple[Step, ...]] = {
    "half an event": (b'data: {"id":"chatcmpl-1","choi', END),
    "nothing": (END,),
    "no JSON": (b"data: oops\n\n", END),
    "broken JSON": (b'data: {"id": \n\n', END),
    "JSON of another kind": (b"data: [1, 2]\n\n", END),
    "invalid UTF-8": (b"data: \xff\xfe\n\n", END),
    "a page": (HTML, END),
}


@pytest.mark.parametrize("ending", ENDINGS)
@scripted
@both_clients
def test_a_stream_that_ends_in_nonsense_ends_with_an_error(
    gateway: Gateway, wire: Wire, placement: str, ending: str
) -> None:
    far = other(wire)
    gateway.raw.stream(BEGUN[far.dialect], *ENDINGS[ending])
    answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request(stream=True))
    assert (answer.status, answer.complete) == (200, True)
    assert "Hel" in answer.text
    assert wire.stream_failure(events(answer)).kind == SERVER[wire.dialect]


@pytest.mark.parametrize("cut", [b"", b'data: {"id":"chatcmpl-1","choi'], ids=["whole", "half"])
@scripted
@both_clients
def test_a_connection_that_breaks_after_an_event_breaks_for_the_client_too(
    gateway: Gateway, wire: Wire, placement: str, cut: bytes
) -> None:
    far = other(wire)
    steps: List[Step] = [BEGUN[far.dialect], 0.05, *([cut] if cut else []), "reset"]
    gateway.raw.stream(*steps)
    answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request(stream=True))
    assert (answer.status, answer.complete) == (200, False)
    assert "Hel" in answer.text
    assert not finished(wire, answer.text)


@scripted
@both_clients
def test_an_empty_stream_is_an_error(gateway: Gateway, wire: Wire, placement: str) -> None:
    gateway.raw.stream(END)
    answer = gateway.post(f"{placement}-{other(wire).provider}", wire, wire.request(stream=True))
    assert (answer.status, answer.complete) == (200, True)
    assert wire.stream_failure(events(answer)).kind == SERVER[wire.dialect]


@scripted
@both_clients
def test_a_stream_with_trailers_is_whole(gateway: Gateway, wire: Wire, placement: str) -> None:
    far = other(wire)
    plain = gateway.post(f"downstream-{far.provider}", far, far.request(model="m", stream=True))
    gateway.raw.stream(plain.body)
    gateway.raw.script = [*gateway.raw.script, b"0\r\nx-end: 1\r\n\r\n"]
    answer = gateway.post(f"{placement}-{far.provider}", wire, wire.request(stream=True))
    assert (answer.status, answer.complete) == (200, True)
    assert wire.stream_text(events(answer)) == "You said: Hello. Model m."


def test_an_answer_above_the_limit_is_a_bad_gateway(gateway: Gateway) -> None:
    answer = gateway.post("downstream-openai", CHAT, CHAT.request(model="m"))
    padded = answer.body[:-1] + b'," x":"' + b"x" * SMALL + b'"}'
    chunked = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n"
    chunked += b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(padded), padded)
    for known in (True, False):
        gateway.raw.answer(padded)
        if not known:
            gateway.raw.script = [chunked, END]
        answer = gateway.post("small-raw", MESSAGES, MESSAGES.request())
        assert (answer.status, answer.complete) == (502, True)
        assert MESSAGES.failure(answer.json()).code == "response_too_large"
    gateway.raw.answer(padded)
    assert gateway.post("raw-openai", MESSAGES, MESSAGES.request()).status == 200


def test_an_event_above_the_limit_ends_the_stream(gateway: Gateway) -> None:
    huge = b'data: {"x": "' + b"x" * SMALL
    gateway.raw.stream(BEGUN["openai-chat"], huge, 0.01, b'"}\n\ndata: [DONE]\n\n', END)
    answer = gateway.post("small-raw", MESSAGES, MESSAGES.request(stream=True))
    assert (answer.status, answer.complete) == (200, True)
    assert "Hel" in answer.text and "xxx" not in answer.text
    assert MESSAGES.stream_failure(events(answer)).code == "event_too_large"


@scripted
@both_clients
def test_a_provider_that_resets_is_reported_by_envoy(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    gateway.raw.script = ["reset"]
    answer = gateway.post(f"{placement}-{other(wire).provider}", wire, wire.request())
    assert (answer.status, answer.complete) == (503, True)


@scripted
@both_clients
@pytest.mark.parametrize("status", ["204 No Content", "302 Found", "304 Not Modified"])
def test_a_status_without_an_answer_passes(
    gateway: Gateway, wire: Wire, placement: str, status: str
) -> None:
    head = f"HTTP/1.1 {status}\r\nlocation: /\r\nconnection: close\r\n"
    length = "" if status[:3] in ("204", "304") else "content-length: 0\r\n"
    gateway.raw.script = [f"{head}{length}\r\n".encode()]
    answer = gateway.post(f"{placement}-{other(wire).provider}", wire, wire.request())
    assert answer.complete
    if status.startswith("204"):
        # Success without an answer is none.
        assert answer.status == 502
        empty = stays_empty(placement, 502)
        assert empty or wire.failure(answer.json()).kind == SERVER[wire.dialect]
    else:
        assert (answer.status, answer.body) == (int(status[:3]), b"")


def finished(wire: Wire, text: str) -> bool:
    """Whether a stream claims to be whole."""
    return ("[DONE]" if wire is CHAT else "message_stop") in text
