"""The official `openai` SDK against Anthropic's API."""

from __future__ import annotations

import base64
import json
from typing import Any, Dict, Iterator, List, Type

import openai
import pydantic
import pytest
from harness.gateway import TEST_ID
from harness.session import Gateway, new_test_id
from harness.wires import MESSAGES, count_tokens

MODEL = "gpt-4o-mini"
SERVED = MESSAGES.served
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n not really a picture").decode()


@pytest.fixture(params=["downstream", "upstream"])
def client(request: pytest.FixtureRequest, gateway: Gateway) -> Iterator[openai.OpenAI]:
    """A client whose requests are served by the Messages API."""
    port = gateway.port(f"{request.param}-anthropic")
    with openai.OpenAI(
        base_url=f"http://127.0.0.1:{port}/v1",
        api_key="sk-of-the-client",
        organization="org-of-the-client",
        max_retries=0,
        timeout=10,
        _strict_response_validation=True,
    ) as made:
        yield made


def asked(gateway: Gateway) -> Dict[str, Any]:
    """The newest request of the provider, which has accepted it."""
    last = gateway.anthropic.last()
    assert last["problem"] is None
    body: Dict[str, Any] = last["body"]
    return body


def user(text: str) -> List[Any]:
    return [{"role": "user", "content": text}]


def tool(name: str, **properties: Any) -> Any:
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    function = {"name": name, "description": "A tool.", "parameters": schema}
    return {"type": "function", "function": function}


WEATHER = tool("weather", city={"type": "string"}, days={"type": "integer"})
CLOCK = tool("clock", zone={"type": "string"})


def test_buffered(client: openai.OpenAI, gateway: Gateway) -> None:
    messages: List[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": "Be kind."},
        *user("Hello"),
        {"role": "assistant", "content": "Hi."},
        *user("Grüße, 你好 🎉"),
    ]
    answer = client.chat.completions.create(
        model=MODEL, messages=messages, temperature=0.5, top_p=0.9, user="u-1", max_tokens=200
    )
    (choice,) = answer.choices
    assert choice.message.content == (
        f"You said: Grüße, 你好 🎉. System: Be brief. Be kind.. Model {SERVED}."
    )
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    assert (answer.model, answer.object) == (SERVED, "chat.completion")
    assert answer.created > 1_700_000_000
    body = asked(gateway)
    assert (body["max_tokens"], body["metadata"]) == (200, {"user_id": "u-1"})


def test_usage_is_in_openais_convention(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=user("Hello"))
    usage = answer.usage
    assert usage is not None and usage.prompt_tokens_details is not None
    # Anthropic counts 56 apart from the 64 of the cache.
    assert (usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens) == (120, 64)
    said = answer.choices[0].message.content or ""
    assert usage.completion_tokens == count_tokens(said) == 6
    assert usage.total_tokens == 126


def test_streaming(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model=MODEL,
        messages=user("Grüße, 你好 🎉"),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == f"You said: Grüße, 你好 🎉. Model {SERVED}."
    assert len([c for c in chunks if c.choices and c.choices[0].delta.content]) > 4
    assert chunks[0].choices[0].delta.role == "assistant"
    reasons = [c.choices[0].finish_reason for c in chunks if c.choices]
    assert reasons == [None] * (len(reasons) - 1) + ["stop"]
    assert len({(c.id, c.created, c.model) for c in chunks}) == 1
    usage = chunks[-1].usage
    assert chunks[-1].choices == []
    assert usage is not None and usage.prompt_tokens_details is not None
    assert (usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens) == (120, 64)
    assert usage.completion_tokens == count_tokens(text)
    assert all(c.usage is None for c in chunks[:-1])


def test_stream_helper(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(model=MODEL, messages=user("Hello")) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_completion()
    assert kinds.count("content.done") == 1
    assert "content.delta" in kinds
    assert final.choices[0].message.content == f"You said: Hello. Model {SERVED}."


@pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])
def test_tools_round_trip(client: openai.OpenAI, gateway: Gateway, streamed: bool) -> None:
    messages: List[Any] = user("What does the weather tool say?")
    message = ask(client, streamed, messages=messages, tools=[WEATHER, CLOCK])
    (call,) = message["tool_calls"]
    assert (call["type"], call["function"]["name"]) == ("function", "weather")
    assert json.loads(call["function"]["arguments"]) == {"city": "sample", "days": 1}
    assert message["finish_reason"] == "tool_calls"
    assert [t["name"] for t in asked(gateway)["tools"]] == ["weather", "clock"]

    messages += [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": "sunny"},
    ]
    message = ask(client, streamed, messages=messages, tools=[WEATHER, CLOCK])
    assert message["content"] == f"The tools answered: sunny. Model {SERVED}."
    assert (message["finish_reason"], message["tool_calls"]) == ("stop", [])


@pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])
def test_parallel_tools(client: openai.OpenAI, gateway: Gateway, streamed: bool) -> None:
    messages: List[Any] = user("Use weather and clock in parallel")
    message = ask(client, streamed, messages=messages, tools=[WEATHER, CLOCK])
    calls = message["tool_calls"]
    assert [call["function"]["name"] for call in calls] == ["weather", "clock"]
    assert len({call["id"] for call in calls}) == 2
    messages += [
        {"role": "assistant", "tool_calls": calls},
        {"role": "tool", "tool_call_id": calls[0]["id"], "content": "sunny"},
        {"role": "tool", "tool_call_id": calls[1]["id"], "content": "noon"},
    ]
    message = ask(client, streamed, messages=messages, tools=[WEATHER, CLOCK])
    assert message["content"] == f"The tools answered: sunny | noon. Model {SERVED}."
    results = asked(gateway)["messages"][-1]
    assert results["role"] == "user"
    assert [block["type"] for block in results["content"]] == ["tool_result", "tool_result"]


def test_parallel_tools_can_be_turned_off(client: openai.OpenAI, gateway: Gateway) -> None:
    message = ask(
        client,
        False,
        messages=user("Use weather and clock in parallel"),
        tools=[WEATHER, CLOCK],
        parallel_tool_calls=False,
    )
    assert len(message["tool_calls"]) == 1
    assert asked(gateway)["tool_choice"]["disable_parallel_tool_use"] is True


@pytest.mark.parametrize(
    "choice, sent, called",
    [
        ("none", {"type": "none"}, []),
        ("auto", {"type": "auto"}, []),
        ("required", {"type": "any"}, ["weather"]),
        (
            {"type": "function", "function": {"name": "clock"}},
            {"type": "tool", "name": "clock"},
            ["clock"],
        ),
    ],
    ids=["none", "auto", "required", "named"],
)
def test_tool_choice(
    client: openai.OpenAI, gateway: Gateway, choice: Any, sent: Any, called: List[str]
) -> None:
    message = ask(
        client, False, messages=user("Hello"), tools=[WEATHER, CLOCK], tool_choice=choice
    )
    assert [call["function"]["name"] for call in message["tool_calls"]] == called
    assert asked(gateway)["tool_choice"] == sent


class Person(pydantic.BaseModel):
    name: str
    age: int


def test_structured_output(client: openai.OpenAI, gateway: Gateway) -> None:
    answer = client.chat.completions.parse(
        model=MODEL, messages=user("Who?"), response_format=Person
    )
    assert answer.choices[0].message.parsed == Person(name="sample", age=1)
    sent = asked(gateway)["output_config"]["format"]
    assert (sent["type"], sent["schema"]["required"]) == ("json_schema", ["name", "age"])


def test_structured_output_is_streamed(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(
        model=MODEL, messages=user("Who?"), response_format=Person
    ) as stream:
        for _ in stream:
            pass
        final = stream.get_final_completion()
    assert final.choices[0].message.parsed == Person(name="sample", age=1)


@pytest.mark.parametrize(
    "url, source",
    [
        (
            f"data:image/png;base64,{PIXEL}",
            {"type": "base64", "media_type": "image/png", "data": PIXEL},
        ),
        ("https://example.com/cat.png", {"type": "url", "url": "https://example.com/cat.png"}),
    ],
    ids=["data", "link"],
)
def test_images(client: openai.OpenAI, gateway: Gateway, url: str, source: Any) -> None:
    content: Any = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
    ]
    answer = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": content}]
    )
    assert "Attached: image." in (answer.choices[0].message.content or "")
    assert asked(gateway)["messages"][0]["content"][1] == {"type": "image", "source": source}


@pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])
def test_reasoning(client: openai.OpenAI, gateway: Gateway, streamed: bool) -> None:
    """What the model thought comes in `reasoning_content`, and proven in `thinking_blocks`."""
    messages: List[Any] = user("Use the weather tool")
    message = ask(
        client, streamed, messages=messages, tools=[WEATHER], reasoning_effort="medium"
    )
    thought = "The user said: Use the weather tool I shall answer."
    assert message["reasoning_content"] == thought
    (block,) = message["thinking_blocks"]
    assert (block["type"], block["thinking"]) == ("thinking", thought)
    assert asked(gateway)["thinking"]["type"] in ("enabled", "adaptive")

    (call,) = message["tool_calls"]
    messages += [
        {"role": "assistant", "tool_calls": [call], "thinking_blocks": [block]},
        {"role": "tool", "tool_call_id": call["id"], "content": "sunny"},
    ]
    message = ask(
        client, streamed, messages=messages, tools=[WEATHER], reasoning_effort="medium"
    )
    assert message["content"] == f"The tools answered: sunny. Model {SERVED}."
    # The provider has checked the signature.
    assert asked(gateway)["messages"][1]["content"][0] == block


def test_reasoning_tokens_are_counted(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model=MODEL, messages=user("Hello"), reasoning_effort="high"
    )
    usage = answer.usage
    assert usage is not None and usage.completion_tokens_details is not None
    thought = count_tokens("The user said: Hello I shall answer.")
    assert usage.completion_tokens_details.reasoning_tokens == thought
    said = answer.choices[0].message.content or ""
    assert usage.completion_tokens == thought + count_tokens(said)


@pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])
def test_stop_sequences(client: openai.OpenAI, gateway: Gateway, streamed: bool) -> None:
    message = ask(client, streamed, messages=user("one two three"), stop=["three", "four"])
    assert (message["content"], message["finish_reason"]) == ("You said: one two ", "stop")
    assert asked(gateway)["stop_sequences"] == ["three", "four"]
    message = ask(client, streamed, messages=user("one two three"), stop="two")
    assert message["content"] == "You said: one "


@pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])
def test_output_limit(client: openai.OpenAI, gateway: Gateway, streamed: bool) -> None:
    message = ask(client, streamed, messages=user("Hello"), max_completion_tokens=3)
    assert (message["content"], message["finish_reason"]) == ("You said: Hello. ", "length")
    assert asked(gateway)["max_tokens"] == 3


def test_several_answers_become_one(client: openai.OpenAI, gateway: Gateway) -> None:
    """Anthropic has no `n`; the filter names it among what it dropped."""
    test = new_test_id()
    answer = client.chat.completions.create(
        model=MODEL, messages=user("Hello"), n=2, extra_headers=test
    )
    assert len(answer.choices) == 1
    assert "n" in gateway.logged(test[TEST_ID])["tollgate.dropped"].split(" ")


ERRORS: Dict[int, Type[openai.APIStatusError]] = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
    529: openai.InternalServerError,
}
CODES = {
    401: "invalid_api_key",
    429: "rate_limit_exceeded",
    529: "server_is_overloaded",
}


@pytest.mark.parametrize("status", ERRORS)
@pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])
def test_errors(client: openai.OpenAI, gateway: Gateway, status: int, streamed: bool) -> None:
    gateway.anthropic.switch(status=status)
    with pytest.raises(ERRORS[status]) as raised:
        ask(client, streamed, messages=user("Hello"))
    error = raised.value
    assert error.status_code == (503 if status == 529 else status)
    assert error.code == CODES.get(status)
    assert error.message and isinstance(error.body, dict) and error.body["message"]


def test_a_refused_parameter_is_named(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        ask(client, False, messages=[{"role": "nobody", "content": "x"}])
    assert raised.value.param == "messages[0].role"


def test_an_error_in_mid_stream_is_raised(client: openai.OpenAI, gateway: Gateway) -> None:
    gateway.anthropic.switch(error_after=5)
    stream = client.chat.completions.create(model=MODEL, messages=user("Hello"), stream=True)
    with pytest.raises(openai.APIError, match="Overloaded") as raised:
        list(stream)
    assert raised.value.code == "server_is_overloaded"


def ask(client: openai.OpenAI, streamed: bool, **request: Any) -> Dict[str, Any]:
    """The answer's message and `finish_reason`, put together from the chunks if `streamed`."""
    if not streamed:
        answer = client.chat.completions.create(model=MODEL, **request)
        (choice,) = answer.choices
        message = choice.message.model_dump(exclude_none=True)
        return {"content": None, "tool_calls": [], **message, "finish_reason": choice.finish_reason}
    whole: Dict[str, Any] = {"content": None, "tool_calls": [], "finish_reason": None}
    for chunk in client.chat.completions.create(model=MODEL, stream=True, **request):
        for piece in chunk.choices:
            whole["finish_reason"] = piece.finish_reason or whole["finish_reason"]
            delta = piece.delta.model_dump(exclude_none=True)
            for name in ("content", "reasoning_content"):
                if delta.get(name):
                    whole[name] = (whole.get(name) or "") + delta[name]
            for block in delta.get("thinking_blocks", []):
                whole.setdefault("thinking_blocks", []).append(block)
            for call in delta.get("tool_calls", []):
                add_call(whole["tool_calls"], call)
    return whole


def add_call(calls: List[Dict[str, Any]], piece: Dict[str, Any]) -> None:
    """Adds a piece of a tool call as OpenAI documents it: the first has id and name."""
    if piece["index"] == len(calls):
        calls.append({name: piece[name] for name in ("id", "type", "function")})
        return
    calls[piece["index"]]["function"]["arguments"] += piece["function"]["arguments"]
