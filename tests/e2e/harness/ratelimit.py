"""A rate limit service: Envoy's v3 gRPC API, as much of it as a test needs, over h2.

https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/ratelimit/v3/rls.proto (read 2026-11-21)
"""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Tuple, Union

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, StreamEnded
from h2.exceptions import ProtocolError

OK, OVER_LIMIT = 1, 2

Descriptor = Tuple[Tuple[str, str], ...]


@dataclass
class Service:
    """Keeps one count for each descriptor; once it has reached `limit`, the next call is refused."""

    limit: int
    counts: Dict[Descriptor, int] = field(default_factory=dict)
    # Every charge that came, checks (0) included, oldest first.
    charges: List[Tuple[Descriptor, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listens on a free port of 127.0.0.1."""
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Takes no more connections."""
        self._socket.close()

    def should_rate_limit(self, request: bytes) -> bytes:
        """Answers a RateLimitRequest."""
        addend = next((n for number, n in _fields(request) if number == 3 and isinstance(n, int)), 0)
        codes = []
        for number, descriptor in _fields(request):
            if number == 2 and isinstance(descriptor, bytes):
                codes.append(self._charge(descriptor, addend))
        statuses = b"".join(b"\x12\x02\x08" + bytes([code]) for code in codes)
        return b"\x08" + bytes([max(codes, default=OK)]) + statuses

    def _charge(self, message: bytes, addend: int) -> int:
        entries: List[Tuple[str, str]] = []
        # The field is absent for the default of 1; a descriptor's own wins.
        hits = addend or 1
        for number, value in _fields(message):
            if number == 1 and isinstance(value, bytes):
                pair = {n: v for n, v in _fields(value)}
                entries.append((_text(pair.get(1)), _text(pair.get(2))))
            if number == 3 and isinstance(value, bytes):
                hits = next((n for _, n in _fields(value) if isinstance(n, int)), 0)
        key = tuple(entries)
        with self._lock:
            self.charges.append((key, hits))
            used = self.counts.get(key, 0)
            self.counts[key] = used + hits
            return OVER_LIMIT if used >= self.limit else OK

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        http = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        http.initiate_connection()
        connection.sendall(http.data_to_send())
        bodies: Dict[int, bytes] = {}
        while True:
            data = connection.recv(65536)
            if not data:
                return
            for event in http.receive_data(data):
                if isinstance(event, DataReceived):
                    bodies[event.stream_id] = bodies.get(event.stream_id, b"") + event.data
                    http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                if isinstance(event, StreamEnded):
                    # A gRPC message: one flag, four bytes of length.
                    answer = self.should_rate_limit(bodies.pop(event.stream_id)[5:])
                    head = [(":status", "200"), ("content-type", "application/grpc")]
                    try:
                        http.send_headers(event.stream_id, head)
                        http.send_data(event.stream_id, struct.pack(">BI", 0, len(answer)) + answer)
                        http.send_headers(event.stream_id, [("grpc-status", "0")], end_stream=True)
                    except ProtocolError:
                        # Envoy has waited long enough.
                        pass
            connection.sendall(http.data_to_send())


def _text(value: Union[int, bytes, None]) -> str:
    return value.decode() if isinstance(value, bytes) else ""


def _fields(message: bytes) -> Iterator[Tuple[int, Union[int, bytes]]]:
    """The fields of a protobuf message: varints and length-delimited ones."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        else:
            length = varint()
            yield tag >> 3, message[at : at + length]
            at += length
