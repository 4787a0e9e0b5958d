"""The order of events in a stream, which no SDK checks."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Tuple

import pytest
from harness import client
from harness.session import PLACEMENTS, Gateway
from harness.wires import CHAT, MESSAGES

every_placement = pytest.mark.parametrize("placement", PLACEMENTS)

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

REQUESTS: Dict[str, Dict[str, Any]] = {
    "text": {},
    "a call": {"messages": [{"role": "user", "content": "Use weather"}]},
    "calls": {"messages": [{"role": "user", "content": "Use weather twice in parallel"}]},
    "a limit": {"max_tokens": 2},
    "no text at all": {"messages": [{"role": "user", "content": "x"}], "stop_sequences": ["You"]},
}

# By the kind of block, the kinds of delta it may have.
DELTAS = {
    "text": {"text_delta", "citations_delta"},
    "tool_use": {"input_json_delta"},
    "thinking": {"thinking_delta", "signature_delta"},
}


def check_messages_stream(events: List[Tuple[Optional[str], str]]) -> None:
    """The flow that Anthropic documents:
    <https://platform.claude.com/docs/en/build-with-claude/streaming>, read 2026-11-20."""
    bodies = [json.loads(data) for _, data in events]
    # The name of every event is its type.
    assert [name for name, _ in events] == [body["type"] for body in bodies]
    bodies = [body for body in bodies if body["type"] != "ping"]
    kinds = [body["type"] for body in bodies]
    assert (kinds[0], kinds.count("message_start")) == ("message_start", 1)
    assert kinds[-2:] == ["message_delta", "message_stop"]
    assert (kinds.count("message_delta"), kinds.count("message_stop")) == (1, 1)

    message = bodies[0]["message"]
    assert (message["type"], message["role"], message["content"]) == ("message", "assistant", [])
    assert message["id"] and message["model"]
    assert (message["stop_reason"], message["stop_sequence"]) == (None, None)
    assert {"input_tokens", "output_tokens"} <= set(message["usage"])

    index, block = -1, None
    for body in bodies[1:-2]:
        if body["type"] == "content_block_start":
            assert block is None, "two blocks are open at a time"
            index, block = index + 1, body["content_block"]
            assert all(not block[name] for name in ("text", "input", "thinking") if name in block)
        elif body["type"] == "content_block_delta":
            assert block is not None, "a delta outside a block"
            assert body["delta"]["type"] in DELTAS[block["type"]]
        else:
            assert (body["type"], block is not None) == ("content_block_stop", True)
            block = None
        assert body["index"] == index
    assert block is None, "a block is not stopped"

    delta, usage = bodies[-2]["delta"], bodies[-2]["usage"]
    assert delta["stop_reason"] in ("end_turn", "tool_use", "max_tokens", "stop_sequence")
    assert "stop_sequence" in delta
    assert usage["output_tokens"] >= 0


def check_chat_stream(events: List[Tuple[Optional[str], str]]) -> None:
    """The chunks that OpenAI documents:
    <https://platform.openai.com/docs/api-reference/chat-streaming>, read 2026-11-20."""
    assert {name for name, _ in events} == {None}
    assert events[-1][1] == "[DONE]"
    chunks = [json.loads(data) for _, data in events[:-1]]
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in chunks}) == 1
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    with_choice = [chunk for chunk in chunks if chunk["choices"]]
    assert chunks[: len(with_choice)] == with_choice, "only the usage comes without a choice"
    assert len(chunks) - len(with_choice) <= 1
    choices = [choice for chunk in with_choice for choice in chunk["choices"]]
    assert {choice["index"] for choice in choices} == {0}
    assert choices[0]["delta"]["role"] == "assistant"
    assert not [c for c in choices[1:] if c["delta"].get("role")]
    reasons = [choice["finish_reason"] for choice in choices]
    assert all(reason is None for reason in reasons[:-1])
    assert reasons[-1] in ("stop", "length", "tool_calls")
    calls: List[str] = []
    for choice in choices:
        for call in choice["delta"].get("tool_calls", []):
            if call["index"] == len(calls):
                assert call["type"] == "function" and call["function"]["name"]
                calls.append(call["id"])
            else:
                assert call["index"] == len(calls) - 1
                assert not call.get("id") and not call["function"].get("name")


@every_placement
@pytest.mark.parametrize("case", REQUESTS)
def test_a_messages_stream_is_well_formed(gateway: Gateway, placement: str, case: str) -> None:
    tools = [{"name": "weather", "input_schema": SCHEMA}]
    body = MESSAGES.request(stream=True, tools=tools, **REQUESTS[case])
    gateway.openai.switch(comments=True)
    answer = gateway.post(f"{placement}-openai", MESSAGES, body)
    assert (answer.status, answer.complete) == (200, True), answer.body
    assert answer.text.count("event: ") == answer.text.count("data: ")
    check_messages_stream(client.events(answer.body))


@every_placement
@pytest.mark.parametrize("case", REQUESTS)
@pytest.mark.parametrize("reasoning", [False, True], ids=["plain", "with reasoning"])
def test_a_chat_stream_is_well_formed(
    gateway: Gateway, placement: str, case: str, reasoning: bool
) -> None:
    more = dict(REQUESTS[case])
    if "stop_sequences" in more:
        more["stop"] = more.pop("stop_sequences")
    if reasoning and "max_tokens" not in more:
        more["reasoning_effort"] = "low"
    tools = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]
    body = CHAT.request(stream=True, tools=tools, stream_options={"include_usage": True}, **more)
    gateway.anthropic.switch(comments=True)
    answer = gateway.post(f"{placement}-anthropic", CHAT, body)
    assert (answer.status, answer.complete) == (200, True), answer.body
    check_chat_stream(client.events(answer.body))


def test_the_simulated_providers_own_streams_are_well_formed(gateway: Gateway) -> None:
    """So the checks above ask for nothing that the real APIs do not do."""
    tools = [{"name": "weather", "input_schema": SCHEMA}]
    for case in REQUESTS.values():
        body = MESSAGES.request(stream=True, tools=tools, **case)
        answer = gateway.post("downstream-anthropic", MESSAGES, body)
        check_messages_stream(client.events(answer.body))
    answer = gateway.post("downstream-openai", CHAT, CHAT.request(stream=True))
    check_chat_stream(client.events(answer.body))
