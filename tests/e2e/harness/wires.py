"""What a test has to know of each wire format: how to ask, and how to read what comes back."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from . import client

JSON = Dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """What an error says, whatever its shape."""

    kind: str
    message: str
    code: Optional[str]
    param: Optional[str]


@dataclass(frozen=True)
class Wire:
    """A dialect, and the provider that is simulated for it."""

    # In the filter's configuration and facts.
    dialect: str
    provider: str
    target: str
    # Where clients send requests, and where they arrive.
    path: str
    host: str
    # What clients send besides their key, and the header in which keys are sent.
    headers: Dict[str, str]
    key_header: str
    # The models that clients of this dialect ask for, and that this provider is asked for.
    asked: str
    served: str
    # What the gateway has to send to the provider, the key included.
    demands: Dict[str, str] = field(default_factory=dict)

    def key(self, key: str) -> Dict[str, str]:
        """The header that carries `key`."""
        prefix = "Bearer " if self.key_header == "authorization" else ""
        return {self.key_header: prefix + key}

    def client_headers(self) -> Dict[str, str]:
        """The headers of a client of this dialect."""
        return {"content-type": "application/json", **self.headers, **self.key(CLIENT_KEY)}

    def request(self, text: str = "Hello", **more: Any) -> JSON:
        """A request of a client. `more` are further parameters."""
        body: JSON = {"model": self.asked, "messages": [{"role": "user", "content": text}]}
        if self.dialect == "anthropic-messages":
            body["max_tokens"] = 300
        return {**body, **more}

    def text(self, body: JSON) -> str:
        """What a buffered answer says. Fails on anything that is no answer of this dialect."""
        if self.dialect == "anthropic-messages":
            assert (body["type"], body["role"]) == ("message", "assistant")
            return "".join(block["text"] for block in body["content"] if block["type"] == "text")
        assert body["object"] == "chat.completion"
        (choice,) = body["choices"]
        assert choice["message"]["role"] == "assistant"
        return str(choice["message"]["content"])

    def stream_text(self, events: List[Tuple[Optional[str], str]]) -> str:
        """What a whole stream says. Fails on anything that is no stream of this dialect."""
        if self.dialect == "anthropic-messages":
            bodies = [json.loads(data) for _, data in events]
            assert [name for name, _ in events] == [body["type"] for body in bodies]
            assert bodies[0]["type"] == "message_start" and bodies[-1]["type"] == "message_stop"
            deltas = [body["delta"] for body in bodies if body["type"] == "content_block_delta"]
            return "".join(delta.get("text", "") for delta in deltas)
        assert events[-1] == (None, "[DONE]")
        assert all(name is None for name, _ in events)
        chunks = [json.loads(data) for _, data in events[:-1]]
        assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
        choices = [choice for chunk in chunks for choice in chunk["choices"]]
        assert [choice["finish_reason"] for choice in choices[-1:]] == ["stop"]
        return "".join(choice["delta"].get("content") or "" for choice in choices)

    def failure(self, body: JSON) -> Failure:
        """What an error says. Fails on anything that is no error of this dialect."""
        error = body["error"]
        if self.dialect == "anthropic-messages":
            assert body["type"] == "error" and set(body) <= {"type", "error", "request_id"}
            assert set(error) <= {"type", "message", "details"}
            details = error.get("details", {})
            code, param = details.get("error_code"), details.get("param")
        else:
            assert set(body) == {"error"}
            assert set(error) == {"message", "type", "param", "code"}
            code, param = error["code"], error["param"]
        return Failure(error["type"], error["message"], code, param)

    def stream_failure(self, events: List[Tuple[Optional[str], str]]) -> Failure:
        """What the error says that a stream ends with."""
        if self.dialect == "anthropic-messages":
            name, data = events[-1]
            assert name == "error"
            return self.failure(json.loads(data))
        assert events[-1] == (None, "[DONE]")
        return self.failure(json.loads(events[-2][1]))


CLIENT_KEY = "sk-of-the-client"
OPENAI_KEY = "sk-of-the-gateway-for-openai"
ANTHROPIC_KEY = "sk-of-the-gateway-for-anthropic"

CHAT = Wire(
    dialect="openai-chat",
    provider="openai",
    target="gpt",
    path="/v1/chat/completions",
    host="api.openai.com",
    headers={"openai-organization": "org-of-the-client"},
    key_header="authorization",
    asked="gpt-4o-mini",
    served="gpt-5.4-mini",
    demands={"authorization": f"Bearer {OPENAI_KEY}"},
)
MESSAGES = Wire(
    dialect="anthropic-messages",
    provider="anthropic",
    target="claude",
    path="/v1/messages",
    host="api.anthropic.com",
    headers={"anthropic-version": "2023-06-01"},
    key_header="x-api-key",
    asked="claude-haiku-4-5",
    served="claude-sonnet-4-5",
    demands={"x-api-key": ANTHROPIC_KEY, "anthropic-version": "2023-06-01"},
)
WIRES = (CHAT, MESSAGES)

# Every header that tells who pays, whichever provider reads it.
CREDENTIALS = ("authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization")


def other(wire: Wire) -> Wire:
    """The other dialect."""
    return MESSAGES if wire is CHAT else CHAT


def count_tokens(text: str) -> int:
    """How many tokens the simulated models count: words with the space behind them, long ones cut
    after every 16 characters."""
    return sum(-(-len(word) // 16) for word in re.findall(r"\S+\s?", text))


def events(response: client.Response) -> List[Tuple[Optional[str], str]]:
    """The events of a whole streamed answer, without pings."""
    return [event for event in client.events(response.body) if event[0] != "ping"]
