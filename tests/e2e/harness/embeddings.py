"""A simulated embeddings service: texts with words in common are near each other."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, List

DIMENSIONS = 256


def embedding(text: str) -> List[float]:
    """Counts the words of `text`, each in the place that its hash says."""
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"[a-z]+", text.lower()):
        place = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") % DIMENSIONS
        vector[place] += 1.0
    return vector


class Embeddings:
    """OpenAI's `POST /v1/embeddings` on a free port of 127.0.0.1, stopped by `stop`.

    `requests` are the bodies and `keys` the `authorization` headers that came. `status` and `delay`
    (in seconds) change what it does.
    """

    def __init__(self) -> None:
        self.requests: List[Dict[str, Any]] = []
        self.keys: List[str] = []
        self.status, self.delay = 200, 0.0
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

    def reset(self) -> None:
        """It answers again as it should, and has forgotten what came."""
        self.status, self.delay = 200, 0.0
        self.requests.clear()
        self.keys.clear()

    def texts(self) -> List[int]:
        """How many texts each request had."""
        return [len(request["input"]) for request in self.requests]

    def _answer(self, body: Dict[str, Any]) -> Dict[str, Any]:
        data = [
            {"object": "embedding", "index": index, "embedding": embedding(text)}
            for index, text in enumerate(body["input"])
        ]
        # The order is the index's, not that of the list.
        return {"object": "list", "model": body["model"], "data": data[::-1]}

    def _handler(self) -> type:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                service.requests.append(body)
                service.keys.append(self.headers.get("authorization", ""))
                time.sleep(service.delay)
                known = self.path == "/v1/embeddings" and service.status == 200
                status = service.status if self.path == "/v1/embeddings" else 404
                answer = json.dumps(service._answer(body) if known else {"error": {}}).encode()
                try:
                    self.send_response(status)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    # The gateway has given up by now.
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Keeps the test output quiet."""

        return Handler
