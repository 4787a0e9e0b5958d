"""The model router in front of simulated targets, on a real Envoy (`harness/routed.py`)."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Tuple

import pytest
import yaml

from harness import client
from harness.envoy import Envoy, validate
from harness.gateway import JSON, Cluster, Endpoint, Listener, config, wasm
from harness.install import REPOSITORY, EnvoyError
from harness.provider import tollgate
from harness.routed import EMBEDDINGS_KEY, EXAMPLES, ROUTER, Routed
from harness.wires import CHAT, MESSAGES, Wire, events


@pytest.fixture(scope="module")
def shared_routed(
    start_lasting_envoy: Callable[..., Envoy], modules: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Routed]:
    """One Envoy for all tests of this file: loading a module takes it seconds."""
    started = Routed(start_lasting_envoy, modules, tmp_path_factory.mktemp("routed"))
    yield started
    started.stop()


@pytest.fixture
def routed(shared_routed: Routed) -> Routed:
    """The shared Envoy, and nothing has come to its targets yet."""
    shared_routed.reset()
    return shared_routed


def test_virtual_models_are_served_and_listed(routed: Routed) -> None:
    for model in ("fast", "quick"):
        answer = routed.post(CHAT.request("Hello", model=model))
        assert answer.status == 200
        # In the headers the model that served, in the body what was asked for.
        assert answer.header("x-tollgate-target") == "small"
        assert answer.header("x-tollgate-model") == "tiny-1"
        assert answer.json()["model"] == model
        assert routed.providers["small"].last()["body"]["model"] == "tiny-1"
    listed = client.stream(routed.envoy.ports["llm"], "/v1/models", b"", {}, method="GET").read()
    names = [model["id"] for model in listed.json()["data"]]
    assert names == sorted(ROUTER["models"])
    one = client.stream(routed.envoy.ports["llm"], "/v1/models/fast", b"", {}, method="GET").read()
    assert (one.status, one.json()["id"]) == (200, "fast")
    none = client.stream(routed.envoy.ports["llm"], "/v1/models/none", b"", {}, method="GET").read()
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
    assert routed.arrived() == {"claude": 1, "next": 1, "large": 1, "small": 2, "fragile": 0}


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
    users = [f"user-{n}" for n in range(60)]
    first = {user: routed.ask("trial", x_user=user) for user in users}
    sides = Counter(first.values())
    assert set(sides) == {"large", "next"} and 3 <= sides["next"] <= 25, sides
    assert first == {user: routed.ask("trial", x_user=user) for user in users}
    deadline = time.monotonic() + 5
    while routed.arrived()["next"] < 100 and time.monotonic() < deadline:
        time.sleep(0.05)
    # Its own requests and the copies of all others; the mock remembers a hundred.
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
    assert routed.arrived() == {"claude": 1, "next": 0, "large": 1, "small": 0, "fragile": 0}


def test_a_breaker_opens_probes_and_closes(routed: Routed) -> None:
    routed.providers["fragile"].switch(status=503)
    for _ in range(5):
        assert routed.ask("guarded") == "claude"
    before = routed.arrived()["fragile"]
    assert before == 5
    # Open: nobody asks it any more.
    for _ in range(5):
        assert routed.ask("guarded") == "claude"
    assert routed.arrived()["fragile"] == before
    routed.providers["fragile"].switch(status=None)
    time.sleep(1.6)
    assert [routed.ask("guarded") for _ in range(6)] == ["fragile"] * 6
    assert "the breaker of target fragile is open" in routed.envoy.log()


def test_meaning_decides_and_the_examples_are_embedded_once(routed: Routed) -> None:
    service = routed.embeddings
    assert routed.ask("topical", "May I sue my landlord?") == "claude"
    assert routed.ask("topical", "There is a bug in this program") == "next"
    assert routed.ask("topical", "Colours of autumn leaves") == "small"
    # Whoever came first had the examples embedded too, nobody later.
    assert service.texts() in ([EXAMPLES + 1, 1, 1], [1, 1, 1]), service.texts()
    assert service.requests[-1]["input"] == ["Colours of autumn leaves"]
    # Its own key and not the client's.
    assert service.keys == [f"Bearer {EMBEDDINGS_KEY}"] * 3
    # A stream waits for the answer like any other request.
    streamed = CHAT.request("Please fix the bug in this program", model="topical", stream=True)
    answer = routed.post(streamed)
    assert (answer.status, answer.header("x-tollgate-target")) == (200, "next")
    assert answer.complete


@pytest.mark.parametrize("how", ["late", "500", "gone"])
def test_without_an_answer_about_meaning_the_rest_decides(routed: Routed, how: str) -> None:
    service = routed.embeddings
    if how == "late":
        service.delay = 3.0
    else:
        service.status = 500 if how == "500" else 404
    began = time.monotonic()
    assert routed.ask("topical", "May I sue my landlord?") == "small"
    assert time.monotonic() - began < 2.5, "the call's own time limit is 0.4 seconds"
    assert len(service.requests) == 1
    service.delay, service.status = 0.0, 200
    assert routed.ask("topical", "May I sue my landlord?") == "claude"


def test_targets_are_added_while_streams_run(routed: Routed) -> None:
    def post(model: str, **more: Any) -> client.Response:
        body = json.dumps(CHAT.request("Hello " * 20, model=model, **more)).encode()
        return client.stream(routed.hot_port, CHAT.path, body, CHAT.client_headers()).read()

    assert post("fast").status == 200
    routed.providers["small"].switch(event_delay_ms=60)
    streams: List[client.Response] = []
    threads = [
        threading.Thread(target=lambda: streams.append(post("fast", stream=True))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert post("new").status == 404
    models = {"fast": ROUTER["models"]["fast"], "new": {"choose": {"target": "claude"}}}
    routed.replace_hot({"targets": {"small": {}, "claude": {}}, "models": models})
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
    assert routed.arrived()["claude"] > 0, "the target that was added answers"


def test_what_the_recording_rules_ask_for_is_there(routed: Routed) -> None:
    """Every metric and label in `examples/fleet` is one that this Envoy exposes."""
    assert routed.ask("fast") == "small"
    rules = yaml.safe_load((REPOSITORY / "examples/fleet/recording-rules.yaml").read_text())
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    names = {name for expr in asked for name in re.findall(r"(?<![:\w])model_router_\w+", expr)}
    assert names, asked
    exposed = routed.envoy.admin("/stats/prometheus").decode()
    for name in names:
        wanted = {'target="small"'} | ({'class="success"'} if name.endswith("_responses") else set())
        found = re.findall(rf"^{name}{{([^}}]*)}}", exposed, re.MULTILINE)
        assert any(wanted <= set(labels.split(",")) for labels in found), (name, found[:5])


TO_A: JSON = {"target": "a"}

# A wrong configuration, and what is said about it.
REFUSED: Dict[str, Tuple[JSON, str]] = {
    "weights that are all zero": (
        {"targets": {"a": {}}, "rules": [{"name": "r", "choose": {"weights": {"a": 0}}}]},
        "rules[0].choose.weights: must have at least one weight above 0",
    ),
    "an unknown target": (
        {"targets": {"a": {}}, "rules": [{"name": "r", "choose": {"target": "x"}}]},
        "rules[0].choose.target: unknown target `x`",
    ),
    "a rule that is never reached": (
        {
            "targets": {"a": {}},
            "rules": [{"name": "all", "choose": TO_A}, {"name": "late", "choose": TO_A}],
        },
        "rules[1]: can never be reached: rules[0]",
    ),
    "fallbacks in a circle": (
        {
            "targets": {"a": {"fallback": "b"}, "b": {"fallback": "a"}},
            "rules": [{"name": "r", "choose": TO_A}],
        },
        "targets.b.fallback: is a circle: b → a → b",
    ),
    "a share over its bound": (
        {
            "targets": {"a": {}, "b": {}},
            "rules": [
                {
                    "name": "r",
                    "choose": {
                        "canary": {
                            "stable": "a",
                            "canary": "b",
                            "share_percent": 30,
                            "judge": {"mode": "automatic", "max_share_percent": 20},
                        }
                    },
                }
            ],
        },
        "rules[0].choose.canary.share_percent: is above `max_share_percent`",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_tollgate_check_refuses_a_wrong_router(tmp_path: Path, case: str) -> None:
    configuration, line = REFUSED[case]
    path = tmp_path / "router.json"
    path.write_text(json.dumps(configuration))
    ran = subprocess.run([str(tollgate()), "check", "model-router", str(path)], capture_output=True)
    assert ran.returncode == 1
    assert line in ran.stderr.decode()


def test_envoy_refuses_a_wrong_router(envoy_binary: Path, modules: Path) -> None:
    configuration, line = REFUSED["fallbacks in a circle"]
    filters = [wasm(modules / "model_router.wasm", configuration)]
    text = config([Listener("l", "c", filters)], [Cluster("c", [Endpoint(9)])])
    with pytest.raises(EnvoyError) as refused:
        validate(envoy_binary, text)
    assert line in str(refused.value)
