"""An upstream that answers every request with what it received, byte for byte."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List


class Echo:
    """An HTTP/1.1 server on a free port of 127.0.0.1, stopped by `stop` or a `with` block.

    It answers with JSON: `method`, `path`, `headers` (pairs, in order), `body` (base64). The
    request header `x-echo-status` sets the status of the answer.
    """

    def __init__(self) -> None:
        self.requests: List[Dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> Echo:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _handler(self) -> type:
        requests = self.requests

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def answer(self) -> None:
                received = {
                    "method": self.command,
                    "path": self.path,
                    "headers": [(name.lower(), value) for name, value in self.headers.items()],
                    "body": base64.b64encode(self._body()).decode(),
                }
                requests.append(received)
                body = json.dumps(received).encode()
                self.send_response(int(self.headers.get("x-echo-status", "200")))
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

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
