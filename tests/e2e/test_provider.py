"""The simulated provider as the end-to-end tests drive it."""

from __future__ import annotations

from typing import Callable, Iterator

import pytest

from harness import client
from harness.provider import Provider, ProviderError

CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}
KEY = {"authorization": "Bearer sk-test"}
PATH = "/v1/chat/completions"


@pytest.fixture
def openai(start_provider: Callable[..., Provider]) -> Iterator[Provider]:
    """A provider that speaks OpenAI Chat Completions."""
    yield start_provider("openai-chat")


def test_a_request_is_answered_and_remembered(openai: Provider) -> None:
    answer = client.post_json(openai.port, PATH, CHAT, KEY)
    assert answer.status == 200
    assert answer.json()["object"] == "chat.completion"
    assert openai.last()["path"] == PATH
    assert len(openai.requests()) == 1
    openai.forget()
    assert openai.requests() == []
    with pytest.raises(ProviderError, match="no request yet"):
        openai.last()


def test_switches_change_the_next_answers_until_reset(openai: Provider) -> None:
    openai.switch(status=529, fail_first=1, error_body="html")
    failed = client.post_json(openai.port, PATH, CHAT, KEY)
    assert (failed.status, failed.body.lstrip()[:1]) == (529, b"<")
    assert client.post_json(openai.port, PATH, CHAT, KEY).status == 200
    openai.switch(status=503, fail_first=None)
    assert client.post_json(openai.port, PATH, CHAT, KEY).status == 503
    openai.reset()
    assert client.post_json(openai.port, PATH, CHAT, KEY).status == 200


def test_a_stream_comes_event_by_event(start_provider: Callable[..., Provider]) -> None:
    provider = start_provider("openai-chat", event_delay_ms=30)
    with client.stream_json(provider.port, PATH, {**CHAT, "stream": True}, KEY) as answer:
        chunks = list(answer)
    assert client.events(chunks)[-1] == (None, "[DONE]")
    assert chunks[-1].at - chunks[0].at > 0.05


def test_an_unknown_switch_or_dialect_is_refused(openai: Provider) -> None:
    with pytest.raises(ProviderError, match="statuss"):
        openai.switch(statuss=500)
    with pytest.raises(ProviderError, match="did not start"):
        Provider("klingon")
