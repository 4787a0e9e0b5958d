"""A small HTTP/1.1 server for services that are simulated here."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, List, Tuple


@dataclass(frozen=True)
class Received:
    """A request: `headers` are pairs in order, their names in lower case."""

    method: str
    path: str
    headers: List[Tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, empty where there is none."""
        return dict(self.headers).get(name, "")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Server:
    """Serves on a free port of 127.0.0.1 until `stop` or the end of a `with` block."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), daemon=True)
        self._thread.start()

    def answer(self, received: Received) -> Tuple[int, Any]:
        """The status and what the body is: bytes as they are, anything else as JSON."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _handler(self) -> type:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def serve(self) -> None:
                headers = [(name.lower(), value) for name, value in self.headers.items()]
                received = Received(self.command, self.path, headers, self._body())
                status, answer = server.answer(received)
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(body)
                except OSError:
                    # Who has asked has given up by now.
                    self.close_connection = True

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = serve

            def _body(self) -> bytes:
                if self.headers.get("transfer-encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("content-length", "0")))
                body = b""
                while True:
                    size = int(self.rfile.readline().split(b";")[0], 16)
                    if size == 0:
                        break
                    body += self.rfile.read(size)
                    self.rfile.readline()
                while self.rfile.readline().strip():
                    pass
                return body

            def log_message(self, *_: Any) -> None:
                """Keeps the test output quiet."""

        return Handler
