"""An upstream that answers every request with what it received, byte for byte."""

from __future__ import annotations

import base64
from typing import Any, Dict, List, Tuple

from .server import Received, Server


class Echo(Server):
    """It answers with JSON: `method`, `path`, `headers` (pairs, in order), `body` (base64).

    The request header `x-echo-status` sets the status of the answer.
    """

    def __init__(self) -> None:
        self.requests: List[Dict[str, Any]] = []
        super().__init__()

    def answer(self, received: Received) -> Tuple[int, Any]:
        told = {
            "method": received.method,
            "path": received.path,
            "headers": received.headers,
            "body": base64.b64encode(received.body).decode(),
        }
        self.requests.append(told)
        return int(received.header("x-echo-status") or 200), told
