"""The model router in front of four simulated targets, on a real Envoy.

Its header picks the route, the route the cluster; a translator among every cluster's filters speaks
the dialect of the target that a request goes to.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

import pytest

from harness import client
from harness.config import free_port
from harness.envoy import Envoy
from harness.gateway import JSON, Cluster, Endpoint, Listener, config, wasm
from harness.provider import Provider
from harness.wires import ANTHROPIC_KEY, CHAT, MESSAGES, OPENAI_KEY, Wire, events

KEYS = {"OPENAI_API_KEY": OPENAI_KEY, "ANTHROPIC_API_KEY": ANTHROPIC_KEY}

TARGETS: Dict[str, Wire] = {"large": CHAT, "next": CHAT, "small": CHAT, "claude": MESSAGES}

ROUTER: JSON = {
    "targets": {
        "large": {},
        "next": {},
        "small": {"model": "tiny-1"},
        "claude": {},
    },
    "tier": {"header": "x-tier"},
    "models": {
        "fast": {"choose": {"target": "small"}},
        "quick": {"alias_of": "fast"},
        "spread": {"choose": {"weights": {"large": 70, "claude": 30}}},
        "kept": {
            "choose": {
                "sticky": {
                    "by": {"header": "x-user"},
                    "weights": {"large": 1, "next": 1, "claude": 1},
                }
            }
        },
        "trial": {
            "choose": {
                "canary": {
                    "stable": "large",
                    "canary": "next",
                    "share_percent": 20,
                    "by": {"header": "x-user"},
                    "shadow_percent": 100,
                }
            }
        },
        "safe": {"choose": {"target": "large"}, "fallbacks": ["claude"]},
    },
    "rules": [
        {
            "name": "header",
            "when": [{"header": {"name": "x-where", "value": {"exact": "claude"}}}],
            "choose": {"target": "claude"},
        },
        {
            "name": "content",
            "when": [{"keywords": {"any_of": ["invoice"]}}],
            "choose": {"target": "next"},
        },
        {"name": "tier", "when": [{"tier": ["gold"]}], "choose": {"target": "large"}},
    ],
    "breaker": {"min_requests": 5, "cool_down_ms": 1500, "probes": 2},
    "answer_model": "requested",
}


def matching(name: str, value: str) -> JSON:
    return {"name": name, "string_match": {"exact": value}}


def routes() -> List[JSON]:
    """A route for every target; a copy for the shadow; the cluster with the stand-in if there is one."""
    made: List[JSON] = []
    for name in TARGETS:
        to = [matching("x-tollgate-target", name)]
        if name == "large":
            then = [*to, matching("x-tollgate-fallbacks", "claude")]
            stand_in = {"cluster": "large-then-claude"}
            made.append({"match": {"prefix": "/", "headers": then}, "route": stand_in})
        made += [
            {
                "match": {"prefix": "/", "headers": [*to, matching("x-tollgate-shadow", "next")]},
                "route": {"cluster": name, "request_mirror_policies": [{"cluster": "next"}]},
            },
            {"match": {"prefix": "/", "headers": to}, "route": {"cluster": name}},
        ]
    return made


class Routed:
    """The Envoy and what stands behind it."""

    def __init__(self, modules: Path, provider: Callable[..., Provider]) -> None:
        self.providers = {name: provider(wire.dialect) for name, wire in TARGETS.items()}
        self.modules = modules
        self.envoy: Optional[Envoy] = None

    def clusters(self) -> List[Cluster]:
        """A cluster for each target, and one with a stand-in."""
        targets = {
            name: {
                "provider": wire.provider,
                "credential": {"env": f"{wire.provider.upper()}_API_KEY"},
                "models": [{"prefix": "", "to": wire.served}] if wire is MESSAGES else [],
            }
            for name, wire in TARGETS.items()
        }
        translator = [
            wasm(self.modules / "provider_translator.wasm", {"targets": targets}, environment=KEYS)
        ]
        ends = {name: Endpoint(at.port, name) for name, at in self.providers.items()}
        made = [Cluster(name, [end], translator) for name, end in ends.items()]
        return [*made, Cluster("large-then-claude", [ends["large"], ends["claude"]], translator)]

    def router(self, change: Optional[JSON] = None) -> List[JSON]:
        """The router, its configuration changed at the top."""
        return [wasm(self.modules / "model_router.wasm", {**ROUTER, **(change or {})})]

    def post(self, body: Any, wire: Wire = CHAT, **headers: str) -> client.Response:
        """Posts as a client; `x_user="a"` is the header `x-user: a`."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        head = {**wire.client_headers(), **more}
        assert self.envoy
        return client.stream(self.envoy.port, wire.path, json.dumps(body).encode(), head).read()

    def ask(self, model: str, text: str = "Hello", **headers: str) -> str:
        """The target that answered."""
        answer = self.post(CHAT.request(text, model=model), **headers)
        assert answer.status == 200, answer.body
        return str(answer.header("x-tollgate-target"))

    def arrived(self) -> Dict[str, int]:
        """How many requests each provider got."""
        return {name: len(at.requests()) for name, at in self.providers.items()}


def started(
    modules: Path, start_envoy: Callable[..., Envoy], start_provider: Callable[..., Provider]
) -> Routed:
    """The Envoy of almost every test here."""
    made = Routed(modules, start_provider)
    listener = Listener("llm", "small", made.router(), retries=1, routes=routes())
    made.envoy = start_envoy(config([listener], made.clusters()))
    return made


@pytest.fixture(scope="module")
def lasting(
    modules: Path,
    start_lasting_envoy: Callable[..., Envoy],
    start_lasting_provider: Callable[..., Provider],
) -> Routed:
    return started(modules, start_lasting_envoy, start_lasting_provider)


@pytest.fixture
def routed(lasting: Routed) -> Routed:
    """The one Envoy of this file, its providers as they were at first."""
    for provider in lasting.providers.values():
        provider.reset()
    return lasting


def test_virtual_models_are_served_and_listed(routed: Routed) -> None:
    for model in ("fast", "quick"):
        answer = routed.post(CHAT.request("Hello", model=model))
        assert answer.status == 200
        # In the headers the model that served, in the body what was asked for.
        assert answer.header("x-tollgate-target") == "small"
        assert answer.header("x-tollgate-model") == "tiny-1"
        assert answer.json()["model"] == model
        assert routed.providers["small"].last()["body"]["model"] == "tiny-1"
    assert routed.envoy
    listed = client.stream(routed.envoy.port, "/v1/models", b"", {}, method="GET").read()
    names = [model["id"] for model in listed.json()["data"]]
    assert names == ["fast", "kept", "quick", "safe", "spread", "trial"]
    one = client.stream(routed.envoy.port, "/v1/models/fast", b"", {}, method="GET").read()
    assert (one.status, one.json()["id"]) == (200, "fast")
    none = client.stream(routed.envoy.port, "/v1/models/none", b"", {}, method="GET").read()
    assert (none.status, none.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize("wire", [CHAT, MESSAGES], ids=["chat", "messages"])
def test_what_no_rule_takes_is_a_404_in_the_clients_dialect(routed: Routed, wire: Wire) -> None:
    answer = routed.post(wire.request("Hello", model="unheard-of"), wire)
    assert answer.status == 404
    assert wire.failure(answer.json()).code in ("model_not_found", None)
    assert sum(routed.arrived().values()) == 0


def test_header_content_and_tier_decide(routed: Routed) -> None:
    assert routed.ask("fast", x_where="claude") == "claude"
    assert routed.ask("fast", "Please pay this invoice") == "next"
    assert routed.ask("fast", x_tier="gold") == "large"
    assert routed.ask("fast", x_tier="silver") == "small"
    # What a client writes there itself does not count.
    assert routed.ask("fast", x_tollgate_target="claude", x_tollgate_shadow="next") == "small"
    assert routed.arrived() == {"claude": 1, "next": 1, "large": 1, "small": 2}


def test_a_streamed_answer_of_the_other_dialect_names_the_model_that_was_asked_for(
    routed: Routed,
) -> None:
    answer = routed.post(CHAT.request("Hello", model="fast", stream=True), x_where="claude")
    assert (answer.status, answer.header("x-tollgate-target")) == (200, "claude")
    said = events(answer)
    assert CHAT.stream_text(said).startswith("You said: Hello")
    assert {json.loads(data)["model"] for _, data in said[:-1]} == {"fast"}


def test_requests_are_spread_by_the_weights(routed: Routed) -> None:
    found = Counter(routed.ask("spread") for _ in range(300))
    assert set(found) == {"large", "claude"}
    # 70 %, within four standard deviations.
    assert 178 <= found["large"] <= 242, found


def test_keys_stay_where_they_are(routed: Routed) -> None:
    users = [f"user-{n}" for n in range(30)]
    first = {user: routed.ask("kept", x_user=user) for user in users}
    assert len(set(first.values())) == 3
    assert first == {user: routed.ask("kept", x_user=user) for user in users}


def test_a_canary_keeps_its_keys_and_the_others_are_copied_to_it(routed: Routed) -> None:
    users = [f"user-{n}" for n in range(50)]
    first = {user: routed.ask("trial", x_user=user) for user in users}
    sides = Counter(first.values())
    assert set(sides) == {"large", "next"} and 3 <= sides["next"] <= 25, sides
    assert first == {user: routed.ask("trial", x_user=user) for user in users}
    deadline = time.monotonic() + 5
    while routed.arrived()["next"] < 100 and time.monotonic() < deadline:
        time.sleep(0.05)
    # Its own requests and the copies of all others.
    assert routed.arrived()["next"] == 100
    problems = [request["problem"] for request in routed.providers["next"].requests()]
    assert problems == [None] * 100


@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
def test_a_stand_in_of_another_dialect_answers_by_envoys_retry(routed: Routed, stream: bool) -> None:
    routed.providers["large"].switch(status=503)
    more = {"stream": True} if stream else {}
    answer = routed.post(CHAT.request("Hello", model="safe", **more))
    assert answer.status == 200, answer.body
    said = CHAT.stream_text(events(answer)) if stream else CHAT.text(answer.json())
    assert said == f"You said: Hello. Model {MESSAGES.served}."
    assert answer.header("x-tollgate-target") == "claude"
    assert routed.arrived() == {"claude": 1, "next": 0, "large": 1, "small": 0}


def test_a_breaker_opens_probes_and_closes(
    modules: Path, start_envoy: Callable[..., Envoy], start_provider: Callable[..., Provider]
) -> None:
    # Of its own: a breaker remembers what other tests asked for.
    routed = started(modules, start_envoy, start_provider)
    routed.providers["large"].switch(status=503)
    for _ in range(5):
        assert routed.ask("safe") == "claude"
    before = routed.arrived()["large"]
    assert before == 5
    # Open: nobody asks it any more.
    for _ in range(5):
        assert routed.ask("safe") == "claude"
    assert routed.arrived()["large"] == before
    routed.providers["large"].switch(status=None)
    time.sleep(1.6)
    assert [routed.ask("safe") for _ in range(6)] == ["large"] * 6
    assert routed.envoy
    assert "the breaker of target large is open" in routed.envoy.log()


def test_targets_are_added_while_streams_run(
    modules: Path,
    start_envoy: Callable[..., Envoy],
    start_provider: Callable[..., Provider],
    tmp_path: Path,
) -> None:
    made = Routed(modules, start_provider)
    port = free_port()
    folder = tmp_path / "lds"
    folder.mkdir()

    def listener(change: JSON) -> None:
        """Puts the listener where Envoy watches for it, in one move."""
        one = Listener("llm", "small", made.router(change), routes=routes())
        (resource,) = json.loads(config([one], []))["static_resources"]["listeners"]
        resource["address"]["socket_address"]["port_value"] = port
        kind = "type.googleapis.com/envoy.config.listener.v3.Listener"
        fresh = tmp_path / "fresh.json"
        fresh.write_text(json.dumps({"resources": [{"@type": kind, **resource}]}))
        os.replace(fresh, folder / "listeners.json")

    listener({})
    bootstrap = json.loads(config([], made.clusters()))
    bootstrap["node"] = {"id": "test", "cluster": "test"}
    bootstrap["dynamic_resources"] = {
        "lds_config": {
            "path_config_source": {
                "path": str(folder / "listeners.json"),
                "watched_directory": {"path": str(folder)},
            }
        }
    }
    made.envoy = start_envoy(json.dumps(bootstrap))

    def post(model: str, **more: Any) -> client.Response:
        body = json.dumps(CHAT.request("Hello " * 20, model=model, **more)).encode()
        return client.stream(port, CHAT.path, body, CHAT.client_headers()).read()

    deadline = time.monotonic() + 20
    while True:
        try:
            assert post("fast").status == 200
            break
        except (client.ClientError, OSError):
            assert time.monotonic() < deadline
            time.sleep(0.1)

    made.providers["small"].switch(event_delay_ms=60)
    streams: List[client.Response] = []
    threads = [
        threading.Thread(target=lambda: streams.append(post("fast", stream=True))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert post("new").status == 404
    models = {**ROUTER["models"], "new": {"choose": {"target": "claude"}}}
    listener({"models": models})
    deadline = time.monotonic() + 20
    while post("new").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    still = sum(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join(30)
    assert still > 0, "the streams were over before the change"
    assert [(answer.status, answer.complete) for answer in streams] == [(200, True)] * 5
    for answer in streams:
        assert CHAT.stream_text(events(answer)).count("Hello") == 20
