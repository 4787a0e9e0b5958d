"""A simulated embeddings service: texts with words in common are near each other."""

from __future__ import annotations

import hashlib
import re
import time
from typing import Any, Dict, List, Tuple

from .server import Received, Server

DIMENSIONS = 256


def embedding(text: str) -> List[float]:
    """Counts the words of `text`, each in the place that its hash says."""
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"[a-z]+", text.lower()):
        place = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") % DIMENSIONS
        vector[place] += 1.0
    return vector


class Embeddings(Server):
    """OpenAI's `POST /v1/embeddings`.

    `requests` are the bodies and `keys` the `authorization` headers that came. `status` and `delay`
    (in seconds) change what it does.
    """

    def __init__(self) -> None:
        self.requests: List[Dict[str, Any]] = []
        self.keys: List[str] = []
        self.status, self.delay = 200, 0.0
        super().__init__()

    def reset(self) -> None:
        """It answers again as it should, and has forgotten what came."""
        self.status, self.delay = 200, 0.0
        self.requests.clear()
        self.keys.clear()

    def texts(self) -> List[int]:
        """How many texts each request had."""
        return [len(request["input"]) for request in self.requests]

    def answer(self, received: Received) -> Tuple[int, Any]:
        body = received.json()
        self.requests.append(body)
        self.keys.append(received.header("authorization"))
        time.sleep(self.delay)
        status = self.status if received.path == "/v1/embeddings" else 404
        if status != 200:
            return status, {"error": {}}
        data = [
            {"object": "embedding", "index": index, "embedding": embedding(text)}
            for index, text in enumerate(body["input"])
        ]
        # The order is the index's, not that of the list.
        return 200, {"object": "list", "model": body["model"], "data": data[::-1]}
