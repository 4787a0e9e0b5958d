"""Budgets: in one Envoy with several workers, and across Envoys by a rate limit service."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

import pytest
import yaml

from harness import client
from harness.config import relocate
from harness.envoy import Envoy
from harness.install import REPOSITORY
from harness.provider import Provider
from harness.ratelimit import Service
from harness.session import KEYS
from harness.wires import CHAT

CONFIGS = REPOSITORY / "envoy-configs"
BODY = {"model": "gpt-4o", "max_tokens": 50, "messages": [{"role": "user", "content": "Hello."}]}


def ask(envoy: Envoy, team: str, stream: bool = False, **more: Any) -> client.Response:
    """One request of a team, its answer read whole."""
    body: Dict[str, Any] = {**BODY, **more}
    if stream:
        body.update(stream=True, stream_options={"include_usage": True})
    headers = {**CHAT.client_headers(), "x-team": team}
    return client.post_json(envoy.port, CHAT.path, body, headers)


def used(answer: client.Response) -> int:
    """The tokens that an answer says it used."""
    if (answer.header("content-type") or "").startswith("text/event-stream"):
        chunks = [json.loads(data) for _, data in client.events(answer.body) if data != "[DONE]"]
        usage = next(chunk["usage"] for chunk in chunks if chunk.get("usage"))
    else:
        usage = answer.json()["usage"]
    return int(usage["total_tokens"])


@pytest.fixture
def provider(start_provider: Callable[..., Provider]) -> Provider:
    """The simulated provider of both configs."""
    return start_provider(CHAT.dialect)


@pytest.fixture
def start(
    start_envoy: Callable[..., Envoy],
    provider: Provider,
    modules: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Envoy]:
    """Starts Envoy with two workers on one of the configs, its texts and ports exchanged."""
    monkeypatch.chdir(REPOSITORY)

    def started(
        name: str, ports: Optional[Dict[int, int]] = None, texts: Optional[Dict[str, str]] = None
    ) -> Envoy:
        text = (CONFIGS / name).read_text()
        for old, new in (texts or {}).items():
            assert old in text
            text = text.replace(old, new)
        moved = {10101: provider.port, **(ports or {})}
        return start_envoy(relocate(text, moved, modules), concurrency=2, env=KEYS)

    return started


def counted(envoy: Envoy, kind: str) -> int:
    """The sum of the counter of tokens of a kind."""
    stats = envoy.stats(r"^wasmcustom\.chain\.tokens\.")
    return sum(value for name, value in stats.items() if f".token_type.{kind}." in name)


def test_what_was_recorded_is_what_was_used(start: Callable[..., Envoy]) -> None:
    envoy = start("token-budgets.yaml")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: ask(envoy, f"t{n % 7}", stream=n % 2 == 0), range(200)))
    assert {answer.status for answer in answers} == {200}
    total = sum(map(used, answers))
    deadline = time.monotonic() + 5
    while counted(envoy, "input") + counted(envoy, "output") != total:
        assert time.monotonic() < deadline, envoy.stats("tokens")
        time.sleep(0.05)


def test_a_budget_is_never_oversold_by_any_number_of_workers(start: Callable[..., Envoy]) -> None:
    # 600 requests a minute become 40 an hour.
    texts = {'"limit": 600': '"limit": 40', '"fixed": "minute"': '"fixed": "hour"'}
    envoy = start("token-budgets.yaml", texts=texts)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: ask(envoy, "search", stream=n % 3 == 0), range(120)))
    served: List[client.Response] = [answer for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status == 429]
    assert (len(served), len(refused)) == (40, 80)
    assert {answer.header("x-ratelimit-limit-requests") for answer in answers} == {"40"}
    left = sorted(int(answer.header("x-ratelimit-remaining-requests") or -1) for answer in served)
    assert left == list(range(40))
    for answer in refused:
        assert CHAT.failure(answer.json()).code == "rate_limit_exceeded"
        assert 0 < int(answer.header("retry-after") or 0) <= 3600
    assert ask(envoy, "support").status == 200, "another team has its own"


def told(envoy: Envoy, calls: int) -> List[Dict[str, Any]]:
    """The lines of the access log, once there are so many."""
    deadline = time.monotonic() + 10
    while True:
        lines = [line for line in envoy.log().splitlines() if '"tokens_in"' in line]
        if len(lines) >= calls:
            return [json.loads(line) for line in lines]
        assert time.monotonic() < deadline, envoy.log()[-3000:]
        time.sleep(0.05)


def test_one_line_tells_a_call(start: Callable[..., Envoy]) -> None:
    # With a guard and a redactor in the chain their verdicts stand in the line too.
    more = '"stages": [{"pii-redactor": {}}, {"prompt-guard": {"mode": "shadow"}},'
    envoy = start("token-budgets.yaml", texts={'"stages": [': more})
    said = [{"role": "user", "content": "I am jane.roe@example.com."}]
    answer = ask(envoy, "search", messages=said)
    (line,) = told(envoy, 1)
    usage = answer.json()["usage"]
    expected = {
        "consumer": "search",
        "model_asked": "gpt-4o",
        "model_served": answer.json()["model"],
        "target": "gpt",
        "pii": "EMAIL_ADDRESS=1",
        "provider": "openai",
        "tokens_in": str(usage["prompt_tokens"]),
        "tokens_out": str(usage["completion_tokens"]),
        "estimated": "false",
        "status": 200,
    }
    assert expected.items() <= line.items()
    assert line["guard"].endswith("pass") and int(line["duration_ms"]) >= 0
    streamed = ask(envoy, "search", stream=True)
    (_, line_of_stream) = told(envoy, 2)
    tokens = int(line_of_stream["tokens_in"]) + int(line_of_stream["tokens_out"])
    assert tokens == used(streamed) and int(line_of_stream["first_token_ms"]) >= 0
    assert line["cost_usd"] == answer.header("x-tollgate-cost-usd")
    prometheus = envoy.admin("/stats/prometheus").decode()
    labels = ['consumer="search"', 'model="gpt-4o"', 'provider="openai"', 'token_type="input"']
    found = re.findall(r"chain_tokens\{([^}]*)\} (\d+)", prometheus)
    both = str(int(line["tokens_in"]) + int(line_of_stream["tokens_in"]))
    assert (labels, both) in [(sorted(tags.split(",")), n) for tags, n in found]


def test_the_service_of_the_example_knows_what_envoy_asks() -> None:
    """The compose file, the limits of envoyproxy/ratelimit and the Envoy config fit together."""
    example = REPOSITORY / "examples" / "token-budgets"
    compose = yaml.safe_load((example / "compose.yaml").read_text())
    limits = yaml.safe_load((example / "limits.yaml").read_text())
    config = yaml.safe_load((CONFIGS / "token-budgets-shared.yaml").read_text())
    (listener,) = config["static_resources"]["listeners"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    (host,) = manager["route_config"]["virtual_hosts"]
    filters = {found["name"]: found["typed_config"] for found in manager["http_filters"]}
    ratelimit = filters["envoy.filters.http.ratelimit"]
    assert limits["domain"] == ratelimit["domain"]

    # Both the check and the charge send one descriptor of one entry, for which there is a limit.
    asked = host["typed_per_filter_config"]["envoy.filters.http.ratelimit"]["rate_limits"]
    check, charge = asked
    assert check["actions"] == charge["actions"] and charge["apply_on_stream_done"]
    assert check["hits_addend"] == {"number": 0}
    keys = [action["request_headers"]["descriptor_key"] for action in check["actions"]]
    rows = limits["descriptors"]
    assert keys == ["team"] and {row["key"] for row in rows} == set(keys)
    assert any("value" not in row for row in rows), "every team has a limit"
    for row in rows:
        assert row["rate_limit"]["unit"] in ("second", "minute", "hour", "day", "month", "year")
        assert row["rate_limit"]["requests_per_unit"] > 0

    # The service listens where Envoy's cluster points, and reads the limits where they are mounted.
    service = compose["services"]["ratelimit"]
    clusters = {found["name"]: found for found in config["static_resources"]["clusters"]}
    name = ratelimit["rate_limit_service"]["grpc_service"]["envoy_grpc"]["cluster_name"]
    (endpoints,) = clusters[name]["load_assignment"]["endpoints"]
    address = endpoints["lb_endpoints"][0]["endpoint"]["address"]["socket_address"]
    published = f"{address['address']}:{address['port_value']}:8081"
    assert service["ports"] == [published], "envoyproxy/ratelimit serves gRPC on 8081"
    variables = service["environment"]
    folder = f"{variables['RUNTIME_ROOT']}/{variables['RUNTIME_SUBDIRECTORY']}/config"
    (mount,) = service["volumes"]
    source, target, _ = mount.split(":")
    assert (example / source).is_file() and target == f"{folder}/{Path(source).name}"
    assert set(service["depends_on"]) <= set(compose["services"])
    assert variables["REDIS_URL"].split(":")[0] in compose["services"]


@pytest.fixture
def service() -> Any:
    """A rate limit service with a small limit."""
    service = Service(limit=60)
    yield service
    service.stop()


def test_the_service_is_charged_what_was_used(
    start: Callable[..., Envoy], service: Service
) -> None:
    first = start("token-budgets-shared.yaml", {8081: service.port})
    second = start("token-budgets-shared.yaml", {8081: service.port})
    key = (("team", "search"),)
    spent = 0
    for envoy, stream in [(first, False), (second, True)] * 10:
        answer = ask(envoy, "search", stream)
        if answer.status == 429:
            break
        spent += used(answer)
        # The charge goes out when the stream is over, and nobody waits for it.
        deadline = time.monotonic() + 5
        while service.counts.get(key) != spent:
            assert time.monotonic() < deadline, (service.charges, spent)
            time.sleep(0.02)
    assert answer.status == 429 and spent >= service.limit
    charges = [hits for _, hits in service.charges if hits]
    assert sum(charges) == spent
    assert service.charges.count((key, 0)) == len(charges) + 1, "a check for every request"
    assert ask(second, "support").status == 200
