"""A filter that asks another service before a message goes on.

The filter is `tests/probe`, which shows the cluster `judge` every body and lets pass what it answers
with 200.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Callable, Iterator, Sequence, Tuple

import pytest

from harness import client
from harness.envoy import Envoy
from harness.gateway import Cluster, Endpoint, Listener, config, wasm
from harness.provider import Provider
from harness.raw import Raw, Step
from harness.wires import CHAT

MODES = ("hold", "continue")
both_modes = pytest.mark.parametrize("mode", MODES)


@pytest.fixture(scope="module")
def lasting_judge() -> Iterator[Raw]:
    """The service that is asked."""
    with Raw() as server:
        yield server


@pytest.fixture
def judge(lasting_judge: Raw) -> Raw:
    """The service that is asked, and has not been yet."""
    lasting_judge.script = ()
    lasting_judge.requests.clear()
    return lasting_judge


@pytest.fixture(scope="module")
def lasting(
    start_lasting_envoy: Callable[..., Envoy],
    start_lasting_provider: Callable[..., Provider],
    modules: Path,
    lasting_judge: Raw,
) -> Tuple[Envoy, Provider]:
    """An Envoy with one listener for each mode, and the provider behind it."""
    provider = start_lasting_provider(CHAT.dialect)
    listeners = []
    for mode in MODES:
        settings = {"ask": "judge", "host": {"headers": mode}}
        filters = [wasm(modules / "probe.wasm", settings, hold=mode == "hold")]
        listeners.append(Listener(mode, "provider", filters))
    clusters = [
        Cluster("provider", [Endpoint(provider.port)]),
        Cluster("judge", [Endpoint(lasting_judge.port)]),
    ]
    return start_lasting_envoy(config(listeners, clusters)), provider


@pytest.fixture
def asking(lasting: Tuple[Envoy, Provider]) -> Tuple[Envoy, Provider]:
    """The one Envoy of this file, its provider as it was at first."""
    lasting[1].reset()
    return lasting


class Later(Sequence[Step]):
    """A script that is another one from the second request on."""

    def __init__(self, server: Raw, first: bytes, then: bytes) -> None:
        self._server, self._first, self._then = server, first, then

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: Any) -> Any:
        return [self._first if len(self._server.requests) == 1 else self._then][index]


def post(envoy: Envoy, mode: str, body: Any) -> client.Response:
    return client.stream(
        envoy.ports[mode], CHAT.path, json.dumps(body).encode(), CHAT.client_headers()
    ).read()


@both_modes
@pytest.mark.parametrize("size", [10, 200_000], ids=["small", "large"])
def test_what_the_service_allows_passes_unchanged(
    asking: Tuple[Envoy, Provider], judge: Raw, mode: str, size: int
) -> None:
    envoy, provider = asking
    judge.script = [0.05, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"]
    text = "x" * size
    answer = post(envoy, mode, CHAT.request(text))
    assert (answer.status, answer.complete) == (200, True)
    assert f"You said: {text}." in CHAT.text(answer.json())
    assert provider.last()["body"] == CHAT.request(text)
    asked = [json.loads(body) for _, body in judge.requests]
    assert asked == [CHAT.request(text), answer.json()]
    assert judge.requests[0][0].startswith(b"POST /ask HTTP/1.1\r\nhost: judge.test\r\n")


@both_modes
@pytest.mark.parametrize("how", ["403", "reset", "too-late"])
def test_what_it_does_not_allow_is_refused(
    asking: Tuple[Envoy, Provider], judge: Raw, mode: str, how: str
) -> None:
    envoy, provider = asking
    if how == "403":
        judge.answer(b"{}", status="403 Forbidden")
    else:
        judge.script = ["reset"] if how == "reset" else [2.0]
    began = time.monotonic()
    answer = post(envoy, mode, CHAT.request("hello"))
    assert time.monotonic() - began < 1.9, "the call's own time limit is half a second"
    assert (answer.status, answer.header("x-refused-by")) == (403, "probe")
    assert CHAT.failure(answer.json()).code == "asked_and_refused"
    assert not [entry for entry in provider.requests() if entry["raw"]]


@both_modes
def test_an_answer_that_is_not_allowed_is_replaced(
    asking: Tuple[Envoy, Provider], judge: Raw, mode: str
) -> None:
    envoy, provider = asking
    no = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    judge.script = Later(judge, first=no.replace(b"403 Forbidden", b"200 OK"), then=no)
    answer = post(envoy, mode, CHAT.request("hello"))
    assert len(provider.requests()) == 1
    assert CHAT.failure(answer.json()).code == "asked_and_refused"
    assert (answer.status, answer.complete) == (403 if mode == "hold" else 200, True)
    assert "hello" not in answer.text
