"""Clients that speak HTTP/2."""

from __future__ import annotations

import json
import socket
from typing import Any, Dict, List, Optional, Tuple

import h2.config
import h2.connection
import h2.events
import pytest

from harness import client
from harness.session import Gateway
from harness.wires import WIRES, Wire, other

both_clients = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.dialect)
every_placement = pytest.mark.parametrize(
    "placement", ["downstream", "upstream", "chain", "chain-upstream"]
)


def post(
    port: int,
    wire: Wire,
    pieces: List[bytes],
    trailers: Optional[Dict[str, str]] = None,
) -> Tuple[Dict[str, str], bytes]:
    """Posts with prior knowledge of HTTP/2. Returns the headers and the body of the answer."""
    connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
    connection.initiate_connection()
    head = {":method": "POST", ":path": wire.path, ":scheme": "http", ":authority": "tollgate.test"}
    connection.send_headers(1, [*head.items(), *wire.client_headers().items()])
    for index, piece in enumerate(pieces):
        last = index == len(pieces) - 1 and not trailers
        connection.send_data(1, piece, end_stream=last)
    if trailers:
        connection.send_headers(1, list(trailers.items()), end_stream=True)
    headers: Dict[str, str] = {}
    body = b""
    with socket.create_connection((client.HOST, port), timeout=10) as stream:
        stream.sendall(connection.data_to_send())
        while True:
            received = stream.recv(65536)
            assert received, "the connection was closed before the answer ended"
            for event in connection.receive_data(received):
                if isinstance(event, h2.events.ResponseReceived):
                    headers = {str(name): str(value) for name, value in event.headers}
                elif isinstance(event, h2.events.DataReceived):
                    body += event.data
                    connection.acknowledge_received_data(event.flow_controlled_length, 1)
                elif isinstance(event, h2.events.StreamEnded):
                    return headers, body
                elif isinstance(event, h2.events.StreamReset):
                    raise AssertionError(f"the stream was reset: {event.error_code}")
            stream.sendall(connection.data_to_send())


def encoded(request: Any) -> bytes:
    return json.dumps(request).encode()


@every_placement
@both_clients
@pytest.mark.parametrize("trailers", [None, {"x-end": "1"}], ids=["plain", "with trailers"])
def test_a_request_is_served(
    gateway: Gateway, wire: Wire, placement: str, trailers: Optional[Dict[str, str]]
) -> None:
    far = other(wire)
    body = encoded(wire.request())
    port = gateway.port(f"{placement}-{far.provider}")
    headers, answer = post(port, wire, [body[:10], body[10:]], trailers)
    assert headers[":status"] == "200", answer
    assert wire.text(json.loads(answer)) == f"You said: Hello. Model {far.served}."
    received = gateway.provider(far).last()
    assert received["problem"] is None
    assert received["headers"]["host"] == far.host
    assert received["headers"]["content-length"] == str(len(received["raw"]))


@every_placement
@both_clients
def test_a_stream_is_served(gateway: Gateway, wire: Wire, placement: str) -> None:
    far = other(wire)
    port = gateway.port(f"{placement}-{far.provider}")
    headers, answer = post(port, wire, [encoded(wire.request(stream=True))])
    assert (headers[":status"], headers["content-type"]) == ("200", "text/event-stream")
    found = [event for event in client.events(answer) if event[0] != "ping"]
    assert wire.stream_text(found) == f"You said: Hello. Model {far.served}."


@every_placement
@both_clients
def test_a_bad_request_is_refused(gateway: Gateway, wire: Wire, placement: str) -> None:
    port = gateway.port(f"{placement}-{other(wire).provider}")
    for pieces, trailers, code in (
        ([b"{"], None, "invalid_json"),
        ([b"{"], {"x-end": "1"}, "invalid_json"),
        ([b""], None, "empty_body"),
    ):
        headers, answer = post(port, wire, pieces, trailers)
        assert headers[":status"] == "400"
        assert wire.failure(json.loads(answer)).code == code
