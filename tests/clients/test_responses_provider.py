"""The official SDKs of other dialects against OpenAI's Responses API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping

import anthropic
import openai
import pytest
from harness.envoy import Envoy
from harness.gateway import Cluster, Endpoint, Listener, config, wasm
from harness.provider import Provider

MODEL = "gpt-5"
SCHEMA: Dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
CREDENTIAL = {"env": "OPENAI_API_KEY"}
TARGETS = {
    "answers": {"provider": "openai-responses", "credential": CREDENTIAL},
    # Speaks both of its dialects, so a Responses client is not translated.
    "openai": {"provider": "openai", "credential": CREDENTIAL},
}
KEYS = {"OPENAI_API_KEY": "sk-of-the-gateway"}


@dataclass(frozen=True)
class Setup:
    """An Envoy in front of a provider."""

    provider: Provider
    # By target.
    ports: Mapping[str, int]

    def asked(self) -> Dict[str, Any]:
        """The newest request of the provider, which has accepted it."""
        last = self.provider.last()
        assert last["problem"] is None and last["path"] == "/v1/responses"
        body: Dict[str, Any] = last["body"]
        return body


@pytest.fixture(scope="module")
def shared(
    start_lasting_envoy: Callable[..., Envoy],
    start_lasting_provider: Callable[..., Provider],
    modules: Path,
) -> Setup:
    """The translator, upstream, in front of a simulated Responses API."""
    provider = start_lasting_provider("openai-responses")
    module = modules / "provider_translator.wasm"
    translator = wasm(module, {"targets": TARGETS}, environment=KEYS)
    clusters = [Cluster(name, [Endpoint(provider.port, name)], [translator]) for name in TARGETS]
    text = config([Listener(name, name) for name in TARGETS], clusters)
    return Setup(provider, start_lasting_envoy(text).ports)


@pytest.fixture
def setup(shared: Setup) -> Setup:
    """The one that all tests here share, its provider without switches."""
    shared.provider.reset()
    return shared


@pytest.fixture
def chat(setup: Setup) -> Iterator[openai.OpenAI]:
    """A client of Chat Completions."""
    with openai.OpenAI(
        base_url=f"http://127.0.0.1:{setup.ports['answers']}/v1",
        api_key="sk-x",
        max_retries=0,
        timeout=10,
        _strict_response_validation=True,
    ) as made:
        yield made


@pytest.fixture
def messages(setup: Setup) -> Iterator[anthropic.Anthropic]:
    """A client of the Messages API."""
    with anthropic.Anthropic(
        base_url=f"http://127.0.0.1:{setup.ports['answers']}",
        api_key="sk-x",
        max_retries=0,
        timeout=10,
        _strict_response_validation=True,
    ) as made:
        yield made


def user(text: str) -> List[Any]:
    return [{"role": "user", "content": text}]


def test_chat_completions(setup: Setup, chat: openai.OpenAI) -> None:
    said: List[Any] = [{"role": "system", "content": "Be brief."}, *user("Hello")]
    answer = chat.chat.completions.create(model=MODEL, messages=said, max_tokens=200)
    content = f"You said: Hello. System: Be brief.. Model {MODEL}."
    assert answer.choices[0].message.content == content
    assert answer.usage is not None and answer.usage.prompt_tokens == 120
    assert setup.asked()["instructions"] == "Be brief."
    assert setup.asked()["store"] is False

    stream = chat.chat.completions.create(
        model=MODEL, messages=said, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == content
    assert chunks[-1].usage is not None and chunks[-1].usage.prompt_tokens == 120


@pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])
def test_chat_completions_tools(setup: Setup, chat: openai.OpenAI, streamed: bool) -> None:
    tool: Any = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}
    said = user("Use weather")
    if streamed:
        with chat.chat.completions.stream(model=MODEL, messages=said, tools=[tool]) as stream:
            message: Any = stream.get_final_completion().choices[0].message
    else:
        answer = chat.chat.completions.create(model=MODEL, messages=said, tools=[tool])
        message = answer.choices[0].message
    (call,) = message.tool_calls
    assert json.loads(call.function.arguments) == {"city": "sample"}
    plain = {"id": call.id, "type": "function"}
    made = {**plain, "function": {"name": "weather", "arguments": call.function.arguments}}
    said += [
        {"role": "assistant", "content": None, "tool_calls": [made]},
        {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
    ]
    answer = chat.chat.completions.create(model=MODEL, messages=said, tools=[tool])
    assert answer.choices[0].message.content == f"The tools answered: sunny. Model {MODEL}."
    kinds = [item["type"] for item in setup.asked()["input"]]
    assert kinds == ["message", "function_call", "function_call_output"]


def test_chat_completions_structured_output(chat: openai.OpenAI) -> None:
    form: Any = {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA, "strict": True}}
    answer = chat.chat.completions.create(
        model=MODEL, messages=user("Where?"), response_format=form
    )
    assert json.loads(answer.choices[0].message.content or "") == {"city": "sample"}


def test_messages(setup: Setup, messages: anthropic.Anthropic) -> None:
    answer = messages.messages.create(
        model=MODEL, max_tokens=1, system="Be brief.", messages=[{"role": "user", "content": "x"}]
    )
    assert answer.content[0].type == "text"
    # The API takes no less.
    assert setup.asked()["max_output_tokens"] == 16
    assert (answer.usage.input_tokens, answer.usage.cache_read_input_tokens) == (56, 64)


@pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])
def test_messages_thinking_and_tools(
    setup: Setup, messages: anthropic.Anthropic, streamed: bool
) -> None:
    tool: Any = {"name": "weather", "input_schema": SCHEMA}
    said: List[Any] = [{"role": "user", "content": "Use weather"}]
    more: Any = {"model": MODEL, "max_tokens": 3000, "tools": [tool]}
    more["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    if streamed:
        with messages.messages.stream(messages=said, **more) as stream:
            message = stream.get_final_message()
    else:
        message = messages.messages.create(messages=said, **more)
    assert [block.type for block in message.content] == ["thinking", "tool_use"]
    assert message.stop_reason == "tool_use"
    assert setup.asked()["reasoning"] == {"effort": "low", "summary": "auto"}
    thought, call = message.content
    assert thought.type == "thinking" and call.type == "tool_use"
    assert thought.thinking.startswith("The user said: Use weather")
    said += [
        {"role": "assistant", "content": [block.model_dump() for block in message.content]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}],
        },
    ]
    answer = messages.messages.create(messages=said, **more)
    (text,) = [block for block in answer.content if block.type == "text"]
    assert text.text == f"The tools answered: sunny. Model {MODEL}."
    # The model gets its own thoughts back, as it encrypted them.
    kinds = [item["type"] for item in setup.asked()["input"]]
    assert kinds == ["message", "reasoning", "function_call", "function_call_output"]
    assert setup.asked()["input"][1]["encrypted_content"].startswith("gAAAAA")


def test_errors(setup: Setup, messages: anthropic.Anthropic, chat: openai.OpenAI) -> None:
    setup.provider.switch(status=429)
    with pytest.raises(anthropic.RateLimitError):
        messages.messages.create(model=MODEL, max_tokens=20, messages=user("x"))
    setup.provider.switch(status=None, error_after=4)
    with pytest.raises(openai.APIError):
        list(chat.chat.completions.create(model=MODEL, messages=user("x"), stream=True))


def test_responses_are_not_translated_for_openai(setup: Setup) -> None:
    with openai.OpenAI(
        base_url=f"http://127.0.0.1:{setup.ports['openai']}/v1", api_key="sk-x", max_retries=0
    ) as client:
        search: Any = {"type": "web_search", "search_context_size": "low"}
        answer = client.responses.create(model=MODEL, input="Hello", tools=[search])
        assert answer.output_text == f"You said: Hello. Model {MODEL}."
        assert setup.asked() == {"model": MODEL, "input": "Hello", "tools": [search]}
        # What was stored is the provider's business, not the gateway's.
        with pytest.raises(openai.BadRequestError) as caught:
            client.responses.create(model=MODEL, input="Hello", previous_response_id="resp_0")
        assert caught.value.code == "previous_response_not_found"
