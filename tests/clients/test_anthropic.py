"""The official `anthropic` SDK against OpenAI's API."""

from __future__ import annotations

import base64
from typing import Any, Dict, Iterator, List, Tuple, Type

import anthropic
import pydantic
import pytest
from harness.gateway import TEST_ID
from harness.session import Gateway, new_test_id
from harness.wires import CHAT, count_tokens

MODEL = "claude-haiku-4-5"
SERVED = CHAT.served
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n not really a picture").decode()


@pytest.fixture(params=["downstream", "upstream"])
def client(request: pytest.FixtureRequest, gateway: Gateway) -> Iterator[anthropic.Anthropic]:
    """A client whose requests are served by Chat Completions."""
    port = gateway.port(f"{request.param}-openai")
    with anthropic.Anthropic(
        base_url=f"http://127.0.0.1:{port}",
        api_key="sk-of-the-client",
        max_retries=0,
        timeout=10,
        _strict_response_validation=True,
    ) as made:
        yield made


def asked(gateway: Gateway) -> Dict[str, Any]:
    """The newest request of the provider, which has accepted it."""
    last = gateway.openai.last()
    assert last["problem"] is None
    body: Dict[str, Any] = last["body"]
    return body


def user(text: str) -> List[Any]:
    return [{"role": "user", "content": text}]


def ask(client: anthropic.Anthropic, streamed: bool, **request: Any) -> anthropic.types.Message:
    """The answer, put together by the SDK's helper if `streamed`."""
    request = {"model": MODEL, "max_tokens": 300, **request}
    if not streamed:
        message: anthropic.types.Message = client.messages.create(**request)
        return message
    with client.messages.stream(**request) as stream:
        return stream.get_final_message()


def text_of(message: anthropic.types.Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def tool(name: str, **properties: Any) -> Any:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"name": name, "description": "A tool.", "input_schema": schema}


WEATHER = tool("weather", city={"type": "string"}, days={"type": "integer"})
CLOCK = tool("clock", zone={"type": "string"})

both_forms = pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])


@both_forms
def test_an_answer(client: anthropic.Anthropic, gateway: Gateway, streamed: bool) -> None:
    messages: List[Any] = [
        *user("Hello"),
        {"role": "assistant", "content": [{"type": "text", "text": "Hi."}]},
        *user("Grüße, 你好 🎉"),
    ]
    message = ask(
        client,
        streamed,
        system=[{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        messages=messages,
        # The SDK's own parameters have none of the sampling any more.
        extra_body={"temperature": 0.5},
        metadata={"user_id": "u-1"},
    )
    assert text_of(message) == f"You said: Grüße, 你好 🎉. System: Be brief.. Model {SERVED}."
    assert (message.type, message.role, message.model) == ("message", "assistant", SERVED)
    assert (message.stop_reason, message.stop_sequence) == ("end_turn", None)
    body = asked(gateway)
    assert [entry["role"] for entry in body["messages"]] == ["system", "user", "assistant", "user"]
    assert (body["temperature"], body["user"]) == (0.5, "u-1")
    assert body.get("max_completion_tokens", body.get("max_tokens")) == 300


@both_forms
def test_usage_is_in_anthropics_convention(client: anthropic.Anthropic, streamed: bool) -> None:
    message = ask(client, streamed, messages=user("Hello"))
    usage = message.usage
    # OpenAI's 120 prompt tokens have the 64 of the cache in them.
    assert (usage.input_tokens, usage.cache_read_input_tokens) == (56, 64)
    assert usage.output_tokens == count_tokens(text_of(message)) == 5


def test_streaming_yields_every_event(client: anthropic.Anthropic) -> None:
    with client.messages.create(
        model=MODEL, max_tokens=300, messages=user("one two"), stream=True
    ) as stream:
        kinds = [event.type for event in stream]
    text = [kind for kind in kinds if kind == "content_block_delta"]
    assert len(text) == count_tokens(f"You said: one two. Model {SERVED}.")
    assert kinds == [
        "message_start",
        "content_block_start",
        *text,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_text_stream(client: anthropic.Anthropic) -> None:
    with client.messages.stream(model=MODEL, max_tokens=300, messages=user("Hello")) as stream:
        pieces = list(stream.text_stream)
    assert "".join(pieces) == f"You said: Hello. Model {SERVED}."
    assert len(pieces) == 5


@both_forms
def test_tools_round_trip(client: anthropic.Anthropic, gateway: Gateway, streamed: bool) -> None:
    messages = user("What does the weather tool say?")
    message = ask(client, streamed, messages=messages, tools=[WEATHER, CLOCK])
    (call,) = message.content
    assert call.type == "tool_use"
    assert (call.name, call.input) == ("weather", {"city": "sample", "days": 1})
    assert message.stop_reason == "tool_use"
    assert [t["function"]["name"] for t in asked(gateway)["tools"]] == ["weather", "clock"]

    result = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
    messages += [
        {"role": "assistant", "content": message.content},
        {"role": "user", "content": [result]},
    ]
    message = ask(client, streamed, messages=messages, tools=[WEATHER, CLOCK])
    assert text_of(message) == f"The tools answered: sunny. Model {SERVED}."
    assert message.stop_reason == "end_turn"


@both_forms
def test_parallel_tools(client: anthropic.Anthropic, gateway: Gateway, streamed: bool) -> None:
    messages = user("Use weather and clock in parallel")
    message = ask(client, streamed, messages=messages, tools=[WEATHER, CLOCK])
    calls = [block for block in message.content if block.type == "tool_use"]
    assert [(call.name, call.input) for call in calls] == [
        ("weather", {"city": "sample", "days": 1}),
        ("clock", {"zone": "sample"}),
    ]
    results = [
        {
            "type": "tool_result",
            "tool_use_id": call.id,
            "content": [{"type": "text", "text": said}],
        }
        for call, said in zip(calls, ("sunny", "noon"))
    ]
    messages += [
        {"role": "assistant", "content": message.content},
        {"role": "user", "content": results},
    ]
    message = ask(client, streamed, messages=messages, tools=[WEATHER, CLOCK])
    assert text_of(message) == f"The tools answered: sunny | noon. Model {SERVED}."
    roles = [entry["role"] for entry in asked(gateway)["messages"]]
    assert roles == ["user", "assistant", "tool", "tool"]


@pytest.mark.parametrize(
    "choice, sent, called",
    [
        ({"type": "none"}, "none", []),
        ({"type": "auto"}, "auto", []),
        ({"type": "any"}, "required", ["weather"]),
        (
            {"type": "tool", "name": "clock"},
            {"type": "function", "function": {"name": "clock"}},
            ["clock"],
        ),
    ],
    ids=["none", "auto", "any", "named"],
)
def test_tool_choice(
    client: anthropic.Anthropic, gateway: Gateway, choice: Any, sent: Any, called: List[str]
) -> None:
    message = ask(
        client, False, messages=user("Hello"), tools=[WEATHER, CLOCK], tool_choice=choice
    )
    assert [block.name for block in message.content if block.type == "tool_use"] == called
    assert asked(gateway)["tool_choice"] == sent


def test_parallel_tools_can_be_turned_off(client: anthropic.Anthropic, gateway: Gateway) -> None:
    message = ask(
        client,
        False,
        messages=user("Use weather and clock in parallel"),
        tools=[WEATHER, CLOCK],
        tool_choice={"type": "auto", "disable_parallel_tool_use": True},
    )
    assert len(message.content) == 1
    assert asked(gateway)["parallel_tool_calls"] is False


@both_forms
def test_a_tool_runner(client: anthropic.Anthropic, gateway: Gateway, streamed: bool) -> None:
    """It leaves the conversation with Anthropic, and sends the whole one elsewhere."""

    @anthropic.beta_tool
    def weather(city: str) -> str:
        """Tells the weather."""
        return f"sunny in {city}"

    messages = user("What does the weather tool say?")
    request = {"model": MODEL, "max_tokens": 300, "messages": messages, "tools": [weather]}
    runner = client.beta.messages.tool_runner(**request, stream=streamed)
    said = [each.get_final_message() if streamed else each for each in runner]
    assert [block.type for message in said for block in message.content] == ["tool_use", "text"]
    assert said[-1].content[0].text == f"The tools answered: sunny in sample. Model {SERVED}."
    roles = [message["role"] for message in asked(gateway)["messages"]]
    assert roles == ["user", "assistant", "tool"]


SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


class Person(pydantic.BaseModel):
    name: str
    age: int


@both_forms
def test_structured_output(client: anthropic.Anthropic, gateway: Gateway, streamed: bool) -> None:
    config = {"format": {"type": "json_schema", "schema": SCHEMA}}
    message = ask(client, streamed, messages=user("Who?"), output_config=config)
    assert Person.model_validate_json(text_of(message)) == Person(name="sample", age=1)
    sent = asked(gateway)["response_format"]
    assert sent["type"] == "json_schema"
    assert (sent["json_schema"]["schema"], sent["json_schema"]["strict"]) == (SCHEMA, True)


def test_parsed_output(client: anthropic.Anthropic) -> None:
    message = client.messages.parse(
        model=MODEL, max_tokens=300, messages=user("Who?"), output_format=Person
    )
    assert message.parsed_output == Person(name="sample", age=1)


@pytest.mark.parametrize(
    "source, url",
    [
        (
            {"type": "base64", "media_type": "image/png", "data": PIXEL},
            f"data:image/png;base64,{PIXEL}",
        ),
        ({"type": "url", "url": "https://example.com/cat.png"}, "https://example.com/cat.png"),
    ],
    ids=["data", "link"],
)
def test_images(client: anthropic.Anthropic, gateway: Gateway, source: Any, url: str) -> None:
    content = [{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}]
    message = ask(client, False, messages=[{"role": "user", "content": content}])
    assert "Attached: image." in text_of(message)
    parts = asked(gateway)["messages"][0]["content"]
    assert parts[0]["image_url"]["url"] == url


@pytest.mark.parametrize(
    "thinking, effort",
    [
        ({"type": "enabled", "budget_tokens": 1024}, "low"),
        ({"type": "enabled", "budget_tokens": 2048}, "medium"),
        ({"type": "enabled", "budget_tokens": 8000}, "high"),
    ],
    ids=["low", "medium", "high"],
)
@both_forms
def test_reasoning(
    client: anthropic.Anthropic, gateway: Gateway, thinking: Any, effort: str, streamed: bool
) -> None:
    message = ask(
        client, streamed, messages=user("Hello"), thinking=thinking, max_tokens=16_000
    )
    assert text_of(message) == f"You said: Hello. Model {SERVED}."
    assert asked(gateway)["reasoning_effort"] == effort
    # OpenAI counts what it thought, and does not show it.
    details = message.usage.output_tokens_details
    thought = count_tokens("The user said: Hello I shall answer.")
    assert details is not None and details.thinking_tokens == thought
    assert message.usage.output_tokens == thought + count_tokens(text_of(message))


@both_forms
def test_stop_sequences(client: anthropic.Anthropic, gateway: Gateway, streamed: bool) -> None:
    message = ask(
        client, streamed, messages=user("one two three"), stop_sequences=["three", "four"]
    )
    # OpenAI does not tell a stop sequence from the end.
    assert (text_of(message), message.stop_reason) == ("You said: one two ", "end_turn")
    assert asked(gateway)["stop"] == ["three", "four"]


@both_forms
def test_output_limit(client: anthropic.Anthropic, streamed: bool) -> None:
    message = ask(client, streamed, messages=user("Hello"), max_tokens=3)
    assert (text_of(message), message.stop_reason) == ("You said: Hello. ", "max_tokens")


def test_what_openai_does_not_know_is_dropped(
    client: anthropic.Anthropic, gateway: Gateway
) -> None:
    test = new_test_id()
    body = {"top_k": 5}
    ask(client, False, messages=user("Hello"), extra_body=body, extra_headers=test)
    assert "top_k" not in asked(gateway)
    assert "top_k" in gateway.logged(test[TEST_ID])["tollgate.dropped"].split(" ")


ERRORS: Dict[int, Tuple[Type[anthropic.APIStatusError], str]] = {
    400: (anthropic.BadRequestError, "invalid_request_error"),
    401: (anthropic.AuthenticationError, "authentication_error"),
    403: (anthropic.PermissionDeniedError, "permission_error"),
    404: (anthropic.NotFoundError, "not_found_error"),
    429: (anthropic.RateLimitError, "rate_limit_error"),
    500: (anthropic.InternalServerError, "api_error"),
    503: (anthropic.InternalServerError, "overloaded_error"),
}


@pytest.mark.parametrize("status", ERRORS)
@both_forms
def test_errors(
    client: anthropic.Anthropic, gateway: Gateway, status: int, streamed: bool
) -> None:
    gateway.openai.switch(status=status)
    kind, word = ERRORS[status]
    with pytest.raises(kind) as raised:
        ask(client, streamed, messages=user("Hello"))
    error = raised.value
    assert error.status_code == (529 if status == 503 else status)
    assert (error.type, bool(error.api_message)) == (word, True)
    codes = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
    if status in codes:
        assert error.error_code == codes[status]


def test_a_refused_parameter_is_named(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match=r"messages\[0\]\.role") as raised:
        ask(client, False, messages=[{"role": "nobody", "content": "x"}])
    assert raised.value.type == "invalid_request_error"


def test_an_error_in_mid_stream_is_raised(client: anthropic.Anthropic, gateway: Gateway) -> None:
    gateway.openai.switch(error_after=3)
    with pytest.raises(anthropic.APIStatusError, match="overloaded") as raised:
        ask(client, True, messages=user("Hello"))
    assert raised.value.type == "api_error"
