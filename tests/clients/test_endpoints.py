"""The official SDKs for what is no chat."""

from __future__ import annotations

import anthropic
import openai
import pytest
from harness.session import Gateway
from harness.wires import MESSAGES

TEXTS = ["one two", "three"]


def openai_client(gateway: Gateway, listener: str) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"http://127.0.0.1:{gateway.port(listener)}/v1",
        api_key="sk-of-the-client",
        max_retries=0,
        timeout=10,
        _strict_response_validation=True,
    )


@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_embeddings(gateway: Gateway, provider: str) -> None:
    """The SDK asks for base64 by itself and reads floats out of it."""
    with openai_client(gateway, f"upstream-{provider}") as client:
        made = client.embeddings.create(model="small-vectors", input=TEXTS, dimensions=5)
        plain = client.embeddings.create(
            model="small-vectors", input=TEXTS, dimensions=5, encoding_format="float"
        )
    expected = [[7 / 4, ord("o") / 4, 0, 7 / 4, ord("o") / 4], [5 / 4, ord("t") / 4, 1 / 4, 5 / 4, 29]]
    assert [row.embedding for row in made.data] == expected
    assert [row.embedding for row in plain.data] == expected
    assert (made.usage.prompt_tokens, made.usage.total_tokens) == (3, 3)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_completions(gateway: Gateway, provider: str) -> None:
    with openai_client(gateway, f"upstream-{provider}") as client:
        whole = client.completions.create(model="gpt-x", prompt="Hello", max_tokens=50)
        stream = client.completions.create(
            model="gpt-x", prompt="Hello", max_tokens=50, stream=True
        )
        text = "".join(chunk.choices[0].text for chunk in stream if chunk.choices)
    said = f"You said: Hello. Model {MESSAGES.served}."
    expected = said if provider == "anthropic" else "Hello and so on."
    assert (whole.choices[0].text, text) == (expected, expected)
    assert whole.choices[0].finish_reason == "stop"
    assert whole.usage and whole.usage.total_tokens > 0


def test_models(gateway: Gateway) -> None:
    with openai_client(gateway, "downstream-gemini") as client:
        assert [model.id for model in client.models.list()] == ["small-vectors"]
        assert client.models.retrieve("small-vectors").id == "small-vectors"
        with pytest.raises(openai.NotFoundError) as refused:
            client.models.retrieve("large")
    assert refused.value.code == "model_not_found"
    port = gateway.port("downstream-gemini")
    other = anthropic.Anthropic(base_url=f"http://127.0.0.1:{port}", api_key="k", max_retries=0)
    with other as claude:
        assert [model.id for model in claude.models.list()] == ["small-vectors"]


def test_a_recording_is_passed_on_or_refused(gateway: Gateway) -> None:
    sound = ("a.wav", b"RIFF\x00\xff" * 1000)
    with openai_client(gateway, "upstream-openai") as client:
        told = client.audio.transcriptions.create(model="whisper-1", file=sound)
    assert told.text.endswith("bytes of sound")
    with openai_client(gateway, "upstream-anthropic") as client:
        with pytest.raises(openai.NotFoundError) as refused:
            client.audio.transcriptions.create(model="whisper-1", file=sound)
    assert refused.value.code == "unsupported_operation"


@pytest.mark.parametrize("provider", ["anthropic", "openai", "gemini"])
def test_tokens_are_counted(gateway: Gateway, provider: str) -> None:
    port = gateway.port(f"upstream-{provider}")
    client = anthropic.Anthropic(
        base_url=f"http://127.0.0.1:{port}",
        api_key="k",
        max_retries=0,
        _strict_response_validation=True,
    )
    with client:
        counted = client.messages.count_tokens(
            model="claude-x", system="Be brief.", messages=[{"role": "user", "content": "Hi"}]
        )
    assert counted.input_tokens == 120
