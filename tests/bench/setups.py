"""What is compared: filters in front of a provider, and the work they are given."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Optional

from harness.gateway import Cluster, Endpoint, Listener, config, wasm
from harness.wires import ANTHROPIC_KEY, CHAT, MESSAGES, OPENAI_KEY, Wire

KEYS = {"OPENAI_API_KEY": OPENAI_KEY, "ANTHROPIC_API_KEY": ANTHROPIC_KEY}

# The configuration of both translators; the endpoint's or cluster's metadata chooses.
TRANSLATOR = {
    "targets": {
        "claude": {
            "provider": "anthropic",
            "credential": {"env": "ANTHROPIC_API_KEY"},
            "models": [{"prefix": "gpt-", "to": MESSAGES.served}],
        },
        "gpt": {
            "provider": "openai",
            "credential": {"env": "OPENAI_API_KEY"},
            "models": [{"prefix": "claude-", "to": CHAT.served}],
        },
    }
}


@dataclass(frozen=True)
class Setup:
    """An Envoy with one filter, or none: what clients say to it and what stands behind it."""

    name: str
    client: Wire
    provider: Wire
    # "probe", "least" or "provider_translator".
    module: Optional[str] = None
    configuration: Any = None
    # The filter is the cluster's, not the listener's.
    upstream: bool = False
    path: Optional[str] = None

    @property
    def has_aim(self) -> bool:
        """Whether it is one that an aim is about: the translator in its usual place."""
        return self.module == "provider_translator" and self.upstream

    @property
    def is_baseline(self) -> bool:
        """Whether it is the Envoy without a filter, which others are compared with."""
        return self.module is None

    def config(self, modules: Path, port: int) -> str:
        """Envoy's configuration, for a provider on `port`. Nothing is logged."""
        filters = []
        if self.module:
            module = modules / f"{self.module}.wasm"
            filters = [wasm(module, self.configuration, environment=KEYS)]
        target = self.provider.target
        cluster = Cluster(
            "provider", [Endpoint(port, target)], filters if self.upstream else (), target
        )
        return config([Listener("in", "provider", () if self.upstream else filters)], [cluster])


# Without the facts of each request in filter state.
NO_FACTS = {**TRANSLATOR, "host": {"facts": []}}

SETUPS = (
    Setup("passthrough, chat", CHAT, CHAT),
    Setup("wasm, a path not its own", CHAT, CHAT, "probe", {}, path="/v1/other"),
    Setup("wasm, hold and parse", CHAT, CHAT, "probe", {}),
    Setup("wasm, the least, upstream", CHAT, CHAT, "least", {}, True),
    Setup("chat → Anthropic, upstream", CHAT, MESSAGES, "provider_translator", TRANSLATOR, True),
    Setup("chat → Anthropic, no facts", CHAT, MESSAGES, "provider_translator", NO_FACTS, True),
    Setup("chat → Anthropic, downstream", CHAT, MESSAGES, "provider_translator", TRANSLATOR),
    Setup("passthrough, Messages", MESSAGES, MESSAGES),
    Setup("Messages → OpenAI, upstream", MESSAGES, CHAT, "provider_translator", TRANSLATOR, True),
)


@dataclass(frozen=True)
class Workload:
    """Requests of one kind."""

    name: str
    # About how many bytes a request body has.
    size: int
    concurrency: int
    stream: bool = False

    def body(self, wire: Wire) -> bytes:
        """The request in `wire`: a conversation of turns of about 1 KB."""
        # Odd: a conversation begins and ends with its user.
        turns = (self.size // 1024) | 1
        without_text = self._conversation(wire, turns, 0)
        return self._conversation(wire, turns, (self.size - len(without_text)) // turns)

    def _conversation(self, wire: Wire, turns: int, length: int) -> bytes:
        messages = [
            {"role": ("user", "assistant")[turn % 2], "content": (_TEXT * 16)[:length]}
            for turn in range(turns)
        ]
        request: Dict[str, Any] = {"model": wire.asked, "temperature": 0.5}
        if wire is CHAT:
            request["max_completion_tokens"] = 256
            request["messages"] = [{"role": "system", "content": _INSTRUCTIONS}, *messages]
        else:
            request.update({"max_tokens": 256, "system": _INSTRUCTIONS, "messages": messages})
        if self.stream:
            request["stream"] = True
        return json.dumps(request, separators=(",", ":")).encode()


WORKLOADS = (
    Workload("1 KB request, 1 KB answer, 16 connections", 1024, 16),
    Workload("16 KB request, 1 KB answer, 16 connections", 16384, 16),
    Workload("1 KB request, streamed answer, 16 connections", 1024, 16, stream=True),
    Workload("1 KB request, 1 KB answer, 1 connection", 1024, 1),
)

# The least throughput that the upstream translator is meant to keep, as a ratio to passthrough.
AIMS: Dict[Workload, float] = {WORKLOADS[0]: 0.60, WORKLOADS[2]: 0.45}


def ending(wire: Wire, stream: bool) -> str:
    """How a complete answer ends that a client of `wire` receives."""
    if not stream:
        return "}"
    return "data: [DONE]" if wire is CHAT else 'data: {"type":"message_stop"}'


_INSTRUCTIONS = "You answer in one short paragraph and never make up a source."
_TEXT = "Why does every event of a stream have to leave at once, and who would notice? "
