"""A client of one dialect and a provider of the other, in every placement of the filter."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict

import pytest

from harness.gateway import TEST_ID
from harness.session import PLACEMENTS, Gateway, new_test_id
from harness.wires import CHAT, CLIENT_KEY, CREDENTIALS, WIRES, Wire, events, other

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)
every_placement = pytest.mark.parametrize("placement", PLACEMENTS)


@every_placement
@both_clients
@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
def test_each_side_hears_its_own_dialect(
    gateway: Gateway, wire: Wire, placement: str, stream: bool
) -> None:
    far = other(wire)
    more = {"stream": True} if stream else {}
    listener = f"{placement}-{far.provider}"
    answer = gateway.post(listener, wire, wire.request("Hello there", **more))

    assert (answer.status, answer.complete) == (200, True), answer.body
    if stream:
        assert answer.header("content-type") == "text/event-stream"
        said = wire.stream_text(events(answer))
    else:
        assert answer.header("content-type") == "application/json"
        said = wire.text(answer.json())
    assert said == f"You said: Hello there. Model {far.served}."

    (received,) = gateway.provider(far).requests()
    assert (received["accepted"], received["problem"]) == (True, None)
    assert (received["method"], received["path"]) == ("POST", far.path)
    headers = received["headers"]
    assert headers["host"] == far.host
    assert headers["content-type"] == "application/json"
    assert headers["content-length"] == str(len(received["raw"].encode()))
    assert "transfer-encoding" not in headers and "accept-encoding" not in headers
    assert {name: headers.get(name) for name in far.demands} == far.demands
    assert {name for name in CREDENTIALS if name in headers} == {far.key_header}
    assert CLIENT_KEY not in json.dumps(received)
    assert not [name for name in wire.headers if name in headers]


@every_placement
@both_clients
def test_the_answer_has_an_exact_length_where_it_was_held(
    gateway: Gateway, wire: Wire, placement: str
) -> None:
    answer = gateway.post(f"{placement}-{other(wire).provider}", wire, wire.request())
    if gateway.holds(placement):
        assert answer.header("content-length") == str(len(answer.body))
        assert answer.header("transfer-encoding") is None
    else:
        assert answer.header("content-length") is None
        assert answer.header("transfer-encoding") == "chunked"


@every_placement
@both_clients
def test_the_access_log_tells_what_was_done(gateway: Gateway, wire: Wire, placement: str) -> None:
    far = other(wire)
    test = new_test_id()
    extra: Dict[str, Any] = {"seed": 7} if wire is CHAT else {"top_k": 7}
    body = wire.request(**extra)
    gateway.post(f"{placement}-{far.provider}", wire, body, test, f"{wire.path}?trace=1")
    logged = gateway.logged(test[TEST_ID])
    assert (logged["status"], logged["details"]) == (200, "via_upstream")
    assert next(iter(extra)) in logged.pop("tollgate.dropped").split(" ")
    assert {name: logged[name] for name in logged if "." in name} == {
        "error.type": None,
        "gen_ai.provider.name": far.provider,
        "gen_ai.request.model": wire.asked,
        "gen_ai.response.model": far.served,
        "tollgate.client_dialect": wire.dialect,
        "tollgate.provider_dialect": far.dialect,
        "tollgate.target": far.target,
        "url.path": wire.path,
    }


@both_clients
def test_a_path_below_a_prefix_and_with_a_query_is_known(gateway: Gateway, wire: Wire) -> None:
    far = other(wire)
    for path in (f"/team-a{wire.path}", f"{wire.path}?beta=true"):
        answer = gateway.post(f"upstream-{far.provider}", wire, wire.request(), path=path)
        assert answer.status == 200, answer.body
        assert gateway.provider(far).last()["path"] == far.path


@every_placement
def test_requests_are_counted_by_target(gateway: Gateway, placement: str) -> None:
    prefix = "chain" if placement.startswith("chain") else "provider_translator"
    name = f"{prefix}.requests.target.claude"
    before = gateway.counted(name)
    for _ in range(3):
        gateway.post(f"{placement}-anthropic", CHAT, CHAT.request())
    assert gateway.counted(name) == before + 3


@pytest.mark.parametrize("placement", ["downstream", "upstream"])
@both_clients
def test_many_requests_at_once_do_not_mix(gateway: Gateway, wire: Wire, placement: str) -> None:
    def ask(number: int) -> None:
        stream = number % 2 == 1
        more = {"stream": True} if stream else {}
        body = wire.request(f"number {number}", **more)
        answer = gateway.post(f"{placement}-{other(wire).provider}", wire, body)
        said = wire.stream_text(events(answer)) if stream else wire.text(answer.json())
        assert f"You said: number {number}." in said

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(64)))
