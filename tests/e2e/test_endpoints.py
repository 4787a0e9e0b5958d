"""What clients call besides chat, through a real Envoy."""

from __future__ import annotations

import json

import pytest

from harness import client
from harness.session import Gateway
from harness.wires import CHAT, CLIENT_KEY, MESSAGES, OPENAI_KEY

both_placements = pytest.mark.parametrize("placement", ["downstream", "upstream"])

FORM = (
    b'--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'
    b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    b"RIFF\x00\xff\xfe" + bytes(range(256)) * 64 + b"\r\n--b--\r\n"
)


@both_placements
def test_embeddings_in_the_providers_own_words(gateway: Gateway, placement: str) -> None:
    body = {"model": "gemini-embedding-001", "input": ["one two", "three"], "dimensions": 4}
    answer = gateway.post(f"{placement}-gemini", CHAT, body, path="/v1/embeddings")
    assert (answer.status, answer.complete) == (200, True), answer.body
    told = answer.json()
    assert [row["index"] for row in told["data"]] == [0, 1]
    assert told["data"][0]["embedding"] == [7 / 4, ord("o") / 4, 0, 7 / 4]
    assert told["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    asked = gateway.gemini.last()
    assert asked["path"] == "/v1beta/models/gemini-embedding-001:batchEmbedContents"
    assert CLIENT_KEY not in json.dumps(asked)


@both_placements
def test_embeddings_and_rerank_as_they_are(gateway: Gateway, placement: str) -> None:
    body = {"model": "m", "input": [[1, 2], [3]], "encoding_format": "base64"}
    answer = gateway.post(f"{placement}-openai", CHAT, body, path="/v1/embeddings")
    assert (answer.status, len(answer.json()["data"])) == (200, 2), answer.body
    asked = gateway.openai.last()
    assert (asked["raw"], asked["headers"]["authorization"]) == (
        json.dumps(body),
        f"Bearer {OPENAI_KEY}",
    )
    ranked = {"model": "m", "query": "b", "documents": ["a", "b"], "top_n": 1}
    refused = gateway.post(f"{placement}-openai", CHAT, ranked, path="/v2/rerank")
    assert (refused.status, refused.json()["code"]) == (404, "unsupported_operation")
    answer = gateway.post("upstream-vllm", CHAT, ranked, path="/v2/rerank")
    assert [row["index"] for row in answer.json()["results"]] == [1], answer.body


@both_placements
@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
def test_completions_answered_by_a_chat_model(
    gateway: Gateway, placement: str, stream: bool
) -> None:
    body = {"model": "gpt-x", "prompt": "Hello", "stream": stream}
    answer = gateway.post(f"{placement}-anthropic", CHAT, body, path="/v1/completions")
    assert answer.status == 200, answer.body
    if stream:
        events = [data for _, data in client.events(answer.body)]
        assert events.pop() == "[DONE]"
        chunks = [json.loads(data) for data in events]
        text = "".join(choice["text"] for chunk in chunks for choice in chunk["choices"])
    else:
        text = answer.json()["choices"][0]["text"]
    assert text == f"You said: Hello. Model {MESSAGES.served}."


@both_placements
def test_a_form_is_passed_on_unread_or_refused(gateway: Gateway, placement: str) -> None:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    path = "/v1/audio/transcriptions"
    answer = gateway.post(f"{placement}-openai", CHAT, FORM, headers, path=path)
    assert (answer.status, answer.json()) == (200, {"text": f"{len(FORM)} bytes of sound"})
    asked = gateway.openai.last()
    assert asked["headers"]["authorization"] == f"Bearer {OPENAI_KEY}"
    assert asked["headers"]["host"] == CHAT.host
    refused = gateway.post(f"{placement}-anthropic", CHAT, FORM, headers, path=path)
    assert (refused.status, CHAT.failure(refused.json()).code) == (404, "unsupported_operation")
    assert gateway.anthropic.requests() == []


@both_placements
def test_tokens_are_counted_by_the_provider(gateway: Gateway, placement: str) -> None:
    body = {"model": "claude-x", "messages": [{"role": "user", "content": "Hi"}]}
    path = "/v1/messages/count_tokens"
    for provider in ("anthropic", "openai", "gemini"):
        answer = gateway.post(f"{placement}-{provider}", MESSAGES, body, path=path)
        assert (answer.status, answer.json()) == (200, {"input_tokens": 120}), answer.body


@both_placements
def test_models_are_the_configured_ones(gateway: Gateway, placement: str) -> None:
    port = gateway.port(f"{placement}-gemini")
    answer = client.request(port, "/v1/models", headers=CHAT.client_headers(), method="GET")
    assert [row["id"] for row in answer.json()["data"]] == ["small-vectors"]
    none = client.request(port, "/v1/models/x", headers=CHAT.client_headers(), method="GET")
    assert (none.status, none.json()["error"]["code"]) == (404, "model_not_found")
