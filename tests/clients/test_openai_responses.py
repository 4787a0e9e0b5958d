"""The official `openai` SDK's Responses API against the APIs of other dialects."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping

import openai
import pydantic
import pytest
from harness.envoy import Envoy
from harness.gateway import Cluster, Endpoint, Listener, config, wasm
from harness.provider import Provider
from harness.wires import CHAT, MESSAGES, Wire, count_tokens

MODEL = "gpt-4o-mini"
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n not really a picture").decode()


# OpenAI itself speaks the Responses API; other providers of its older one do not.
TARGETS: Dict[str, Any] = {
    CHAT.dialect: {"provider": "cerebras", "credential": {"env": "KEY"}},
    MESSAGES.dialect: {
        "provider": "anthropic",
        "credential": {"env": "KEY"},
        "models": [{"prefix": "gpt-", "to": MESSAGES.served}],
    },
}


@pytest.fixture(params=[CHAT, MESSAGES], ids=lambda wire: wire.dialect)
def wire(request: pytest.FixtureRequest) -> Wire:
    """What the provider speaks."""
    wire: Wire = request.param
    return wire


@dataclass(frozen=True)
class Setup:
    """An Envoy with a listener for every placement and dialect, and the providers behind it."""

    envoy: Envoy
    providers: Mapping[str, Provider]


@pytest.fixture(scope="module")
def setup(
    start_lasting_envoy: Callable[..., Envoy],
    start_lasting_provider: Callable[..., Provider],
    modules: Path,
) -> Setup:
    """The one that all tests here share."""
    module = modules / "provider_translator.wasm"
    filters = [wasm(module, {"targets": TARGETS}, environment={"KEY": "sk-of-the-gateway"})]
    providers = {name: start_lasting_provider(name) for name in TARGETS}
    clusters, listeners = [], []
    for name, provider in providers.items():
        endpoints = [Endpoint(provider.port, name)]
        clusters.append(Cluster(f"downstream-{name}", endpoints, (), name))
        clusters.append(Cluster(f"upstream-{name}", endpoints, filters))
        listeners.append(Listener(f"downstream-{name}", f"downstream-{name}", filters))
        listeners.append(Listener(f"upstream-{name}", f"upstream-{name}"))
    return Setup(start_lasting_envoy(config(listeners, clusters)), providers)


@pytest.fixture
def provider(wire: Wire, setup: Setup) -> Provider:
    """The provider, without switches."""
    setup.providers[wire.dialect].reset()
    return setup.providers[wire.dialect]


@pytest.fixture(params=["downstream", "upstream"])
def client(
    request: pytest.FixtureRequest, wire: Wire, provider: Provider, setup: Setup
) -> Iterator[openai.OpenAI]:
    """A client whose requests are served by a provider of another dialect."""
    port = setup.envoy.ports[f"{request.param}-{wire.dialect}"]
    with openai.OpenAI(
        base_url=f"http://127.0.0.1:{port}/v1",
        api_key="sk-of-the-client",
        max_retries=0,
        timeout=10,
        _strict_response_validation=True,
    ) as made:
        yield made


def served(wire: Wire) -> str:
    """The model that the provider is asked for."""
    return MESSAGES.served if wire is MESSAGES else MODEL


def asked(provider: Provider) -> Dict[str, Any]:
    """The newest request of the provider, which has accepted it."""
    last = provider.last()
    assert last["problem"] is None
    body: Dict[str, Any] = last["body"]
    return body


def tool(name: str, **properties: Any) -> Any:
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    kinds = {"type": "function", "name": name, "description": "A tool."}
    return {**kinds, "parameters": schema, "strict": True}


WEATHER = tool("weather", city={"type": "string"}, days={"type": "integer"})
CLOCK = tool("clock", zone={"type": "string"})


def test_buffered(client: openai.OpenAI, provider: Provider, wire: Wire) -> None:
    items: List[Any] = [
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi."},
        {"role": "user", "content": [{"type": "input_text", "text": "Grüße, 你好 🎉"}]},
    ]
    answer = client.responses.create(
        model=MODEL,
        instructions="Be brief.",
        input=items,
        temperature=0.5,
        top_p=0.9,
        user="u-1",
        max_output_tokens=200,
    )
    expected = f"You said: Grüße, 你好 🎉. System: Be brief. Be kind.. Model {served(wire)}."
    assert answer.output_text == expected
    assert (answer.status, answer.object, answer.model) == ("completed", "response", served(wire))
    # What was asked is repeated.
    assert (answer.instructions, answer.temperature) == ("Be brief.", 0.5)
    assert (answer.user, answer.max_output_tokens) == ("u-1", 200)
    assert answer.created_at > 1_700_000_000
    body = asked(provider)
    if wire is MESSAGES:
        assert (body["max_tokens"], body["metadata"]) == (200, {"user_id": "u-1"})
    else:
        assert (body["max_completion_tokens"], body["user"]) == (200, "u-1")


def test_usage(client: openai.OpenAI) -> None:
    answer = client.responses.create(model=MODEL, input="Hello")
    usage = answer.usage
    assert usage is not None
    assert (usage.input_tokens, usage.input_tokens_details.cached_tokens) == (120, 64)
    assert usage.output_tokens == count_tokens(answer.output_text)
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens
    assert usage.output_tokens_details.reasoning_tokens == 0


def test_streaming(client: openai.OpenAI, wire: Wire) -> None:
    events = list(client.responses.create(model=MODEL, input="Grüße, 你好 🎉", stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert kinds[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert set(kinds[4:-4]) == {"response.output_text.delta"} and len(kinds) > 12
    text = "".join(e.delta for e in events if e.type == "response.output_text.delta")
    assert text == f"You said: Grüße, 你好 🎉. Model {served(wire)}."
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == text
    usage = last.response.usage
    assert usage is not None
    assert (usage.input_tokens, usage.input_tokens_details.cached_tokens) == (120, 64)
    assert usage.output_tokens == count_tokens(text)


def test_stream_helper(client: openai.OpenAI, wire: Wire) -> None:
    with client.responses.stream(model=MODEL, input="Use weather", tools=[WEATHER]) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert "response.function_call_arguments.delta" in kinds
    (call,) = final.output
    assert call.type == "function_call" and call.name == "weather"
    assert json.loads(call.arguments) == {"city": "sample", "days": 1}


@pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])
def test_tools_round_trip(
    client: openai.OpenAI, provider: Provider, wire: Wire, streamed: bool
) -> None:
    items: List[Any] = [{"role": "user", "content": "Use weather and clock in parallel"}]
    answer = ask(client, streamed, model=MODEL, input=items, tools=[WEATHER, CLOCK])
    assert [item["type"] for item in answer["output"]] == ["function_call"] * 2
    assert [item["name"] for item in answer["output"]] == ["weather", "clock"]
    # What came is sent back as it is.
    items += answer["output"]
    for call, said in zip(answer["output"], ("sunny", "noon")):
        items.append({"type": "function_call_output", "call_id": call["call_id"], "output": said})
    answer = ask(client, streamed, model=MODEL, input=items, tools=[WEATHER, CLOCK])
    (message,) = answer["output"]
    assert message["content"][0]["text"] == (
        f"The tools answered: sunny | noon. Model {served(wire)}."
    )
    assert len(asked(provider)["messages"]) == (3 if wire is MESSAGES else 4)


def test_one_call_at_a_time(client: openai.OpenAI) -> None:
    answer = client.responses.create(
        model=MODEL,
        input="Use weather and clock in parallel",
        tools=[WEATHER, CLOCK],
        parallel_tool_calls=False,
    )
    assert [item.type for item in answer.output] == ["function_call"]
    assert answer.parallel_tool_calls is False


@pytest.mark.parametrize(
    "choice, called",
    [
        ("required", 1),
        ("none", 0),
        ({"type": "function", "name": "clock"}, 1),
        (
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "clock"}],
            },
            1,
        ),
    ],
)
def test_tool_choice(client: openai.OpenAI, choice: Any, called: int) -> None:
    answer = client.responses.create(
        model=MODEL, input="Hello", tools=[WEATHER, CLOCK], tool_choice=choice
    )
    calls = [item for item in answer.output if item.type == "function_call"]
    assert len(calls) == called
    if isinstance(choice, dict):
        assert calls[0].name == "clock"


@pytest.mark.parametrize(
    "image", [f"data:image/png;base64,{PIXEL}", "https://images.example/a.png"]
)
def test_images(client: openai.OpenAI, image: str) -> None:
    content: List[Any] = [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": image, "detail": "auto"},
    ]
    answer = client.responses.create(model=MODEL, input=[{"role": "user", "content": content}])
    assert "Attached: image." in answer.output_text


class Person(pydantic.BaseModel):
    """A structured answer."""

    name: str
    age: int


def test_structured_output(client: openai.OpenAI) -> None:
    answer = client.responses.parse(model=MODEL, input="A person", text_format=Person)
    assert answer.output_parsed is not None and answer.output_parsed.age == 1


def test_reasoning_is_shown_and_given_back(client: openai.OpenAI, wire: Wire) -> None:
    if wire is CHAT:
        pytest.skip("Chat Completions shows no thoughts")
    items: List[Any] = [{"role": "user", "content": "Use weather"}]
    more: Any = {"model": "claude-sonnet-4-6", "tools": [WEATHER]}
    more["reasoning"] = {"effort": "high", "summary": "auto"}
    answer = ask(client, True, input=items, **more)
    assert [item["type"] for item in answer["output"]] == ["reasoning", "function_call"]
    thought, call = answer["output"]
    assert thought["summary"][0]["text"].startswith("The user said: Use weather")
    assert answer["usage"]["output_tokens_details"]["reasoning_tokens"] >= 0
    items += [thought, call]
    items.append({"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"})
    # Anthropic refuses thoughts that are not as it signed them.
    answer = ask(client, False, input=items, **more)
    assert answer["output"][-1]["content"][0]["text"].startswith("The tools answered: sunny.")


def test_a_short_answer_is_incomplete(client: openai.OpenAI) -> None:
    answer = client.responses.create(model=MODEL, input="x " * 40, max_output_tokens=16)
    assert answer.status == "incomplete" and answer.incomplete_details is not None
    assert answer.incomplete_details.reason == "max_output_tokens"


@pytest.mark.parametrize(
    "field, value",
    [
        ("previous_response_id", "resp_1"),
        ("conversation", "conv_1"),
        ("background", True),
        ("prompt", {"id": "pmpt_1"}),
    ],
)
def test_what_needs_a_store_is_refused(
    client: openai.OpenAI, provider: Provider, field: str, value: Any
) -> None:
    more: Any = {field: value}
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model=MODEL, input="Hello", **more)
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", field)
    assert provider.requests() == []


@pytest.mark.parametrize(
    "status, error",
    [
        (401, openai.AuthenticationError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
def test_errors(
    client: openai.OpenAI, provider: Provider, status: int, error: type[openai.APIStatusError]
) -> None:
    provider.switch(status=status)
    with pytest.raises(error) as caught:
        client.responses.create(model=MODEL, input="Hello")
    assert caught.value.message and "sk-" not in str(caught.value)


def test_an_error_in_a_stream_is_raised(client: openai.OpenAI, provider: Provider) -> None:
    provider.switch(error_after=4)
    with pytest.raises(openai.APIError) as caught:
        list(client.responses.create(model=MODEL, input="Hello", stream=True))
    assert caught.value.message


def ask(client: openai.OpenAI, streamed: bool, **request: Any) -> Dict[str, Any]:
    """The answer, whole or as the last event of a stream tells it."""
    if not streamed:
        whole: Dict[str, Any] = client.responses.create(**request).model_dump(exclude_unset=True)
        return whole
    last = list(client.responses.create(**request, stream=True))[-1]
    assert last.type == "response.completed"
    told: Dict[str, Any] = last.response.model_dump(exclude_unset=True)
    return told
