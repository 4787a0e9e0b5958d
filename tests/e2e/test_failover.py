"""The first provider fails and the second, which speaks the other dialect, answers."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest

from harness.gateway import TEST_ID
from harness.session import Gateway, new_test_id
from harness.wires import CHAT, CREDENTIALS, MESSAGES, WIRES, Wire, events

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)

ORDERS: Dict[str, Tuple[Wire, Wire]] = {
    "failover-ab": (CHAT, MESSAGES),
    "failover-ba": (MESSAGES, CHAT),
}
both_orders = pytest.mark.parametrize("order", ORDERS)


def switch(gateway: Gateway, wire: Wire, **switches: Any) -> None:
    gateway.provider(wire).switch(**switches)


# How the first provider fails: what is appended to the listener's name, and how it is arranged.
FAILURES: Dict[str, Tuple[str, Callable[[Gateway, Wire], Any]]] = {
    "503": ("", lambda gateway, first: switch(gateway, first, status=503)),
    "429": ("", lambda gateway, first: switch(gateway, first, status=429)),
    "529": ("", lambda gateway, first: switch(gateway, first, status=529)),
    "html": ("", lambda gateway, first: switch(gateway, first, status=502, error_body="html")),
    "empty": ("", lambda gateway, first: switch(gateway, first, status=500, error_body="empty")),
    "a page with status 200": (
        "",
        lambda gateway, first: switch(gateway, first, content_type="text/html"),
    ),
    "refused": ("-refused", lambda gateway, first: None),
    "reset": ("-raw", lambda gateway, first: setattr(gateway.raw, "script", ["reset"])),
    "cut before the headers end": (
        "-raw",
        lambda gateway, first: setattr(gateway.raw, "script", [b"HTTP/1.1 200 OK\r\ncontent-"]),
    ),
}

# What differs between two requests for other reasons.
CHANGING = ("content-length", "x-request-id", "x-envoy-expected-rq-timeout-ms", TEST_ID)


def unchanging(received: Dict[str, Any]) -> Dict[str, str]:
    return {name: value for name, value in received["headers"].items() if name not in CHANGING}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
@both_orders
@both_clients
def test_the_second_provider_answers(
    gateway: Gateway, wire: Wire, order: str, stream: bool, failure: str
) -> None:
    first, second = ORDERS[order]
    suffix, arrange = FAILURES[failure]
    arrange(gateway, first)
    more = {"stream": True} if stream else {}
    body = wire.request("Hello there", **more)
    test = new_test_id()
    answer = gateway.post(order + suffix, wire, body, test)

    assert (answer.status, answer.complete) == (200, True), answer.body
    said = wire.stream_text(events(answer)) if stream else wire.text(answer.json())
    model = wire.asked if second is wire else second.served
    assert said == f"You said: Hello there. Model {model}."

    (received,) = gateway.provider(second).requests()
    assert (received["problem"], received["path"]) == (None, second.path)
    assert received["headers"]["host"] == second.host
    assert received["headers"]["content-length"] == str(len(received["raw"]))
    if second is wire:
        assert received["raw"] == json.dumps(body)

    logged = gateway.logged(test[TEST_ID], attempts=2)
    assert [attempt["target"] for attempt in logged["attempts"]] == [first.target, second.target]
    assert logged["attempts"][-1]["status"] == 200
    facts = (logged["tollgate.target"], logged["tollgate.provider_dialect"], logged["url.path"])
    assert facts == (second.target, second.dialect, wire.path)
    assert logged["gen_ai.request.model"] == wire.asked


@both_orders
@both_clients
def test_no_header_of_the_first_attempt_reaches_the_second_provider(
    gateway: Gateway, wire: Wire, order: str
) -> None:
    first, second = ORDERS[order]
    headers = {"x-api-key": "sk-one", "authorization": "Bearer sk-two", "anthropic-beta": "b-1"}
    if wire is CHAT:
        headers["openai-project"] = "proj-1"
    gateway.post(f"upstream-{second.provider}", wire, wire.request(), headers)
    direct = gateway.provider(second).last()
    gateway.provider(first).switch(status=503)
    gateway.post(order, wire, wire.request(), headers)
    tried = gateway.provider(first).last()
    retried = gateway.provider(second).last()

    assert retried["serial"] > direct["serial"]
    assert unchanging(retried) == unchanging(direct)
    assert retried["raw"] == direct["raw"]
    assert {name for name in CREDENTIALS if name in tried["headers"]} == {first.key_header}
    assert {name for name in CREDENTIALS if name in retried["headers"]} == {second.key_header}
    assert retried["headers"][second.key_header] == second.demands[second.key_header]


@pytest.mark.parametrize("body", [None, b"<html>", b'{"id": '], ids=["503", "a page", "broken"])
@both_clients
def test_facts_of_the_first_attempt_do_not_stay(
    gateway: Gateway, wire: Wire, body: Optional[bytes]
) -> None:
    """The first provider would have lost a parameter, which the second knows, and answers with an
    error of its own or something unusable."""
    order = "failover-ba" if wire is CHAT else "failover-ab"
    if body is None:
        gateway.raw.answer(b"{}", status="503 Service Unavailable")
    else:
        html = body.startswith(b"<")
        gateway.raw.answer(body, content_type="text/html" if html else "application/json")
        if not html and not gateway.holds("upstream"):
            pytest.skip("the status has gone before the body is read, so it is not tried again")
    more: Dict[str, Any] = {"seed": 7} if wire is CHAT else {"top_k": 7}
    test = new_test_id()
    assert gateway.post(f"{order}-raw", wire, wire.request(**more), test).status == 200
    logged = gateway.logged(test[TEST_ID], attempts=2)
    assert logged["tollgate.target"] == wire.target
    # An empty fact is as good as none: filter state cannot be taken back.
    assert not logged["error.type"]
    assert not logged["tollgate.dropped"]


@both_clients
def test_an_answer_that_cannot_be_read_is_tried_again_where_headers_are_held(
    gateway: Gateway, wire: Wire
) -> None:
    order = "failover-ba" if wire is CHAT else "failover-ab"
    _, second = ORDERS[order]
    gateway.raw.answer(b'{"id": ')
    test = new_test_id()
    answer = gateway.post(f"{order}-raw", wire, wire.request(), test)
    if gateway.holds("upstream"):
        assert (answer.status, answer.complete) == (200, True)
        assert "You said: Hello." in wire.text(answer.json())
        logged = gateway.logged(test[TEST_ID], attempts=2)
        assert logged["tollgate.target"] == second.target
    else:
        assert wire.failure(answer.json()).code == "invalid_provider_response"
        assert gateway.provider(second).requests() == []


@both_orders
@both_clients
def test_if_both_fail_the_client_gets_the_seconds_error_in_its_dialect(
    gateway: Gateway, wire: Wire, order: str
) -> None:
    first, second = ORDERS[order]
    gateway.provider(first).switch(status=503)
    gateway.provider(second).switch(status=500)
    test = new_test_id()
    answer = gateway.post(order, wire, wire.request(), test)
    assert (answer.status, answer.complete) == (500, True)
    failure = wire.failure(answer.json())
    assert failure.kind == {"openai-chat": "server_error"}.get(wire.dialect, "api_error")
    assert gateway.logged(test[TEST_ID], attempts=2)["tollgate.target"] == second.target


@both_orders
@both_clients
def test_a_request_that_the_first_provider_refuses_is_not_tried_again(
    gateway: Gateway, wire: Wire, order: str
) -> None:
    first, second = ORDERS[order]
    gateway.provider(first).switch(status=400)
    answer = gateway.post(order, wire, wire.request())
    assert answer.status == 400
    assert wire.failure(answer.json()).kind == "invalid_request_error"
    assert gateway.provider(second).requests() == []


@both_clients
def test_a_bad_request_is_refused_once_and_tried_nowhere(gateway: Gateway, wire: Wire) -> None:
    test = new_test_id()
    answer = gateway.post("failover-ab", wire, b"{", test)
    assert answer.status == 400
    assert wire.failure(answer.json()).code == "invalid_json"
    assert gateway.openai.requests() == gateway.anthropic.requests() == []
    assert gateway.logged(test[TEST_ID], attempts=0)["error.type"] == "invalid_json"


@both_orders
def test_forty_at_once_are_all_answered_by_the_second(gateway: Gateway, order: str) -> None:
    first, second = ORDERS[order]
    gateway.provider(first).switch(status=503, delay_ms=50)

    def ask(number: int) -> Tuple[int, str]:
        wire = WIRES[number % 2]
        answer = gateway.post(order, wire, wire.request(f"number {number}"))
        return answer.status, wire.text(answer.json()) if answer.status == 200 else answer.text

    with ThreadPoolExecutor(40) as pool:
        answers: List[Tuple[int, str]] = list(pool.map(ask, range(40)))
    for number, (status, said) in enumerate(answers):
        assert status == 200, said
        assert said.startswith(f"You said: number {number}. Model")
    received = gateway.provider(second).requests()
    assert len(received) == 40
    assert {entry["problem"] for entry in received} == {None}
    keys = {entry["headers"].get(first.key_header) for entry in received}
    assert keys == {None}
