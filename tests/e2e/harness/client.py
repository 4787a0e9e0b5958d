"""A plain HTTP/1.1 client that shows what really arrives, and when.

Written on sockets because http.client joins chunks, hides how a body ended and cannot send
trailers.
"""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

Headers = Mapping[str, Union[str, bytes]]
HOST = "127.0.0.1"


class ClientError(RuntimeError):
    """The answer is no HTTP, or the connection ended before there was one."""


@dataclass
class Head:
    """The status and headers of an answer."""

    status: int
    headers: List[Tuple[str, str]]

    def header(self, name: str) -> Optional[str]:
        """The first value of the header `name`."""
        return next((value for key, value in self.headers if key == name.lower()), None)


@dataclass
class Response(Head):
    """A whole answer. `complete` is False where the connection ended inside the body."""

    body: bytes
    complete: bool

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Chunk:
    """A piece of a body as the server framed it, `at` seconds after the request was sent."""

    at: float
    data: bytes


class Stream(Head):
    """An answer whose body is still arriving. Iterate it for its chunks; `close` walks away."""

    def __init__(self, connection: Connection, head: Head, method: str) -> None:
        super().__init__(head.status, head.headers)
        self._connection = connection
        self._method = method
        self.complete = False
        self.trailers: List[Tuple[str, str]] = []

    def __iter__(self) -> Iterator[Chunk]:
        """The chunks until the end; afterwards `complete` tells whether the body ended properly.

        Without chunked framing a chunk is whatever one read returned.
        """
        connection, length = self._connection, self.header("content-length")
        bodiless = self._method == "HEAD" or self.status in (204, 304) or self.status < 200
        if bodiless:
            self.complete = True
        elif self.header("transfer-encoding") == "chunked":
            yield from self._chunks()
        elif length is not None:
            left = int(length)
            while left > 0:
                data = connection.read_some(left)
                if not data:
                    return
                left -= len(data)
                yield Chunk(connection.elapsed(), data)
            self.complete = True
        else:
            data = connection.read_some(65536)
            while data:
                yield Chunk(connection.elapsed(), data)
                data = connection.read_some(65536)
            self.complete = True

    def read(self) -> Response:
        """The rest of the body, and the connection closed."""
        body = b"".join(chunk.data for chunk in self)
        self.close()
        return Response(self.status, self.headers, body, self.complete)

    def close(self) -> None:
        """Closes the connection, whether the body is complete or not."""
        self._connection.close()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _chunks(self) -> Iterator[Chunk]:
        while True:
            line = self._connection.read_line()
            if line is None:
                return
            size = int(line.split(b";")[0], 16)
            if size == 0:
                break
            data = self._connection.read_exactly(size + 2)
            if data is None:
                return
            yield Chunk(self._connection.elapsed(), data[:-2])
        trailers = self._connection.read_headers()
        self.complete = trailers is not None
        self.trailers = trailers or []


class Connection:
    """One TCP connection to a port of 127.0.0.1. Every read is bounded by `timeout` seconds."""

    def __init__(self, port: int, timeout: float = 10.0) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=timeout)
        # A test's writes are meant to arrive one by one.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._start = time.monotonic()

    def send(self, data: bytes) -> None:
        """Sends `data` as it is."""
        self._socket.sendall(data)
        self._start = time.monotonic()

    def send_head(self, method: str, path: str, headers: Headers) -> None:
        """Sends a request line and `headers`, with a `host` where they have none."""
        lines = [f"{method} {path} HTTP/1.1".encode()]
        if not any(name.lower() == "host" for name in headers):
            lines.append(b"host: tollgate.test")
        for name, value in headers.items():
            lines.append(_header_line(name, value))
        self.send(b"\r\n".join(lines) + b"\r\n\r\n")

    def receive(self, method: str = "POST") -> Stream:
        """Waits for the head of the answer to a `method` request; 100 Continue is skipped."""
        while True:
            line = self.read_line()
            headers = self.read_headers()
            if line is None or headers is None:
                raise ClientError("the connection was closed before the answer")
            parts = line.split(b" ", 2)
            if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():
                raise ClientError(f"no HTTP answer: {line[:100]!r}")
            status = int(parts[1])
            if status != 100:
                return Stream(self, Head(status, headers), method)

    def elapsed(self) -> float:
        """Seconds since the last `send`."""
        return time.monotonic() - self._start

    def read_some(self, limit: int) -> bytes:
        """Between 1 and `limit` bytes, or none where the peer has closed."""
        if not self._buffer:
            try:
                self._buffer = self._socket.recv(65536)
            except ConnectionResetError:
                return b""
        data, self._buffer = self._buffer[:limit], self._buffer[limit:]
        return data

    def read_exactly(self, size: int) -> Optional[bytes]:
        """`size` bytes, or None where the peer closed before."""
        data = b""
        while len(data) < size:
            more = self.read_some(size - len(data))
            if not more:
                return None
            data += more
        return data

    def read_line(self) -> Optional[bytes]:
        """A line without its CR LF, or None where the peer closed before its end."""
        line = b""
        while not line.endswith(b"\n"):
            more = self.read_some(1)
            if not more:
                return None
            line += more
        return line.rstrip(b"\r\n")

    def read_headers(self) -> Optional[List[Tuple[str, str]]]:
        """Header lines up to an empty one, names in lower case; None where the peer closed."""
        headers: List[Tuple[str, str]] = []
        while True:
            line = self.read_line()
            if line is None:
                return None
            if not line:
                return headers
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name.lower(), value.strip()))

    def close(self) -> None:
        """Closes the connection."""
        self._socket.close()


def stream(
    port: int,
    path: str,
    body: bytes = b"",
    headers: Optional[Headers] = None,
    method: str = "POST",
    timeout: float = 10.0,
) -> Stream:
    """Sends a request whose length is known and returns as soon as the answer's head is there."""
    connection = Connection(port, timeout)
    try:
        head = {"connection": "close", **(headers or {})}
        if body or method not in ("GET", "HEAD", "DELETE"):
            head.setdefault("content-length", str(len(body)))
        connection.send_head(method, path, head)
        if body:
            connection.send(body)
        return connection.receive(method)
    except BaseException:
        connection.close()
        raise


def request(
    port: int,
    path: str,
    body: bytes = b"",
    headers: Optional[Headers] = None,
    method: str = "POST",
    timeout: float = 10.0,
) -> Response:
    """Like `stream`, with the whole answer."""
    return stream(port, path, body, headers, method, timeout).read()


def post_json(
    port: int, path: str, payload: Any, headers: Optional[Headers] = None, timeout: float = 10.0
) -> Response:
    """Posts `payload` as JSON and returns the whole answer."""
    return stream_json(port, path, payload, headers, timeout).read()


def stream_json(
    port: int, path: str, payload: Any, headers: Optional[Headers] = None, timeout: float = 10.0
) -> Stream:
    """Posts `payload` as JSON and returns as soon as the answer's head is there."""
    head = {"content-type": "application/json", **(headers or {})}
    return stream(port, path, json.dumps(payload).encode(), head, timeout=timeout)


def post_chunked(
    port: int,
    path: str,
    pieces: Sequence[bytes],
    headers: Optional[Headers] = None,
    trailers: Optional[Headers] = None,
    pause: float = 0.0,
    timeout: float = 10.0,
) -> Response:
    """Posts `pieces` as chunks, `pause` seconds apart, then `trailers`."""
    connection = Connection(port, timeout)
    try:
        head = {"connection": "close", "transfer-encoding": "chunked", **(headers or {})}
        connection.send_head("POST", path, head)
        for piece in pieces:
            time.sleep(pause)
            connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        last = [b"0", *(_header_line(name, value) for name, value in (trailers or {}).items())]
        time.sleep(pause)
        connection.send(b"\r\n".join(last) + b"\r\n\r\n")
        return connection.receive().read()
    finally:
        connection.close()


def events(body: Union[bytes, Iterable[Chunk]]) -> List[Tuple[Optional[str], str]]:
    """The (event, data) pairs of a well-formed `text/event-stream` with LF or CR LF line ends."""
    data = body if isinstance(body, bytes) else b"".join(chunk.data for chunk in body)
    found = []
    for block in data.decode().replace("\r\n", "\n").split("\n\n"):
        lines = [line.partition(":") for line in block.split("\n")]
        fields = [(name, value[1:] if value[:1] == " " else value) for name, _, value in lines]
        texts = [value for name, value in fields if name == "data"]
        if texts:
            event = next((value for name, value in fields if name == "event"), None)
            found.append((event, "\n".join(texts)))
    return found


def _header_line(name: str, value: Union[str, bytes]) -> bytes:
    return name.encode() + b": " + (value.encode() if isinstance(value, str) else value)
