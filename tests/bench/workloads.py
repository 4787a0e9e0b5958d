"""The work that the setups are given."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict

from harness.wires import CHAT
from setups import Setup

_TEXT = (Path(__file__).resolve().parent / "text.txt").read_text()
_INSTRUCTIONS = "You answer in one short paragraph and never make up a source."


@dataclass(frozen=True)
class Workload:
    """Requests of one kind. Answers have about 1 KB, or are streams."""

    name: str
    # About how many bytes a request body has.
    size: int
    concurrency: int
    rounds: int
    stream: bool = False

    @property
    def title(self) -> str:
        """What it is."""
        connections = "1 connection" if self.concurrency == 1 else f"{self.concurrency} connections"
        answer = "streamed" if self.stream else "buffered"
        return f"{self.size // 1024} KB requests, {answer} answers, {connections}"

    def body(self, setup: Setup) -> bytes:
        """The request of a client of `setup`: a conversation of turns of about 1 KB."""
        if setup.template:
            return self._filled(setup, self.size - len(self._filled(setup, 0)))
        # Odd: a conversation begins and ends with its user.
        turns = (self.size // 1024) | 1
        without_text = self._conversation(setup, turns, 0)
        return self._conversation(setup, turns, (self.size - len(without_text)) // turns)

    def _conversation(self, setup: Setup, turns: int, length: int) -> bytes:
        messages = [
            {"role": ("user", "assistant")[turn % 2], "content": _text(turn * length, length)}
            for turn in range(turns)
        ]
        messages[-1]["content"] += setup.says
        request: Dict[str, Any] = {"model": setup.model or setup.client.asked, "temperature": 0.5}
        if setup.client is CHAT:
            request["max_completion_tokens"] = 256
            request["messages"] = [{"role": "system", "content": _INSTRUCTIONS}, *messages]
        else:
            request.update({"max_tokens": 256, "system": _INSTRUCTIONS, "messages": messages})
        return self._written(request)

    def _filled(self, setup: Setup, length: int) -> bytes:
        values = {"language": "German", "text": _text(0, length)}
        request = {"messages": "{template://translate}", "properties": values}
        return self._written({"model": setup.client.asked, **request})

    def _written(self, request: Dict[str, Any]) -> bytes:
        if self.stream:
            request["stream"] = True
        return json.dumps(request, separators=(",", ":")).encode()


def _text(start: int, length: int) -> str:
    """So many characters of the text, which begins again at its end."""
    start %= len(_TEXT)
    return (_TEXT * (2 + length // len(_TEXT)))[start : start + length]


WORKLOADS = (
    Workload("1 KB × 16", 1 << 10, 16, rounds=5),
    Workload("streamed × 16", 1 << 10, 16, rounds=4, stream=True),
    Workload("1 KB × 1", 1 << 10, 1, rounds=5),
    Workload("16 KB × 16", 16 << 10, 16, rounds=3),
    Workload("16 KB × 1", 16 << 10, 1, rounds=3),
    Workload("128 KB × 16", 128 << 10, 16, rounds=3),
    Workload("128 KB × 1", 128 << 10, 1, rounds=3),
)
