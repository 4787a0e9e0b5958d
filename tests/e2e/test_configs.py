"""What Envoy says to a config when it loads it."""

from __future__ import annotations

import functools
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import pytest
import yaml

from harness import client, curl
from harness.config import LISTENER_PORT, free_port, relocate
from harness.envoy import Envoy, validate
from harness.gateway import Cluster, Endpoint, Listener, config, wasm
from harness.install import REPOSITORY, EnvoyError
from harness.provider import Provider, tollgate
from harness.published import simulated, without_modules
from harness.session import KEYS, TARGETS
from harness.wires import CHAT, MESSAGES, WIRES, Wire

CONFIGS = sorted((REPOSITORY / "envoy-configs").glob("*.yaml"))
# `test_full.py`, `test_bedrock.py`, `test_four_targets.py` and the demo start these.
ELSEWHERE = ("full.yaml", "separate.yaml", "bedrock.yaml", "four-targets.yaml", "demo.yaml")
SERVED = [path for path in CONFIGS if path.name not in ELSEWHERE]


def gateway(
    module: Path,
    configuration: Any,
    placement: str = "downstream",
    environment: Optional[Mapping[str, str]] = None,
) -> str:
    """A config with one filter."""
    variables = KEYS if environment is None else environment
    filters = [wasm(module, configuration, environment=variables)]
    upstream = placement == "upstream"
    return config(
        [Listener("front", "back", [] if upstream else filters)],
        [Cluster("back", [Endpoint(9)], filters if upstream else [])],
    )


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_config_of_the_repository_is_envoys(envoy_binary: Path, path: Path) -> None:
    """As it is published, TLS and addresses included; its modules load where it serves, below."""
    validate(envoy_binary, relocate(without_modules(path.read_text())))


@pytest.mark.parametrize("path", SERVED, ids=lambda path: path.name)
def test_every_config_of_the_repository_serves(
    start_envoy: Callable[..., Envoy],
    start_provider: Callable[..., Provider],
    modules: Path,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(REPOSITORY)
    openai, anthropic = start_provider(CHAT.dialect), start_provider(MESSAGES.dialect)
    text = path.read_text()
    ports = {10101: openai.port, 10102: anthropic.port}
    ports.update({port: port for port in ports.values()})
    config = relocate(simulated(text, openai.port, anthropic.port), ports, modules)
    envoy = start_envoy(config, env=KEYS)

    def ask(wire: Wire) -> client.Response:
        return client.post_json(envoy.port, wire.path, wire.request(), wire.client_headers())

    for wire in WIRES:
        answer = ask(wire)
        assert answer.status == 200, answer.body
        assert wire.text(answer.json()).startswith("You said: Hello.")
    for command in curl.commands(text):
        if f":{LISTENER_PORT}/" in command:
            assert curl.run(command, {LISTENER_PORT: envoy.port}).status == 200, command
    refused = client.request(envoy.port, CHAT.path, b"{", CHAT.client_headers())
    assert (refused.status, CHAT.failure(refused.json()).code) == (400, "invalid_json")

    if "retry_policy" in text:
        for failing, answering in ((openai, anthropic), (anthropic, openai)):
            failing.switch(status=503)
            answering.switch(status=None)
            assert [ask(wire).status for wire in WIRES] == [200, 200]
    if "local_reply_config" in text:
        openai.stop()
        anthropic.stop()
        for wire in WIRES:
            answer = ask(wire)
            assert (answer.status, answer.header("content-type")) == (503, "application/json")
            assert answer.json()["error"]["message"].startswith("gateway: ")


def check_tour(demo: "subprocess.Popen[str]") -> List[str]:
    """What the demo says is what the README shows. Returns the commands that it proposes, which work."""
    assert demo.stdout
    said = ""
    while "ANTHROPIC_BASE_URL" not in said:
        line = demo.stdout.readline()
        assert line, said
        said += line
    assert "All checks passed." in said
    # Headings and some of the checks; pieces of a stream may arrive together.
    shown = (REPOSITORY / "README.md").read_text().partition("Shortened, it says:\n\n```\n")[2]
    lines, plain = (re.sub(r"\d+", "0", text) for text in (shown.partition("```")[0], said))
    missing = [line for line in lines.splitlines() if line not in plain]
    assert lines.count("\n") > 20 and missing == []
    tried = curl.commands(said.partition("Your turn")[2])
    answers = [curl.run(command) for command in tried]
    assert [answer.status for answer in answers] == [200] * len(tried) and len(tried) >= 9
    return tried


def test_the_demo_passes_its_own_checks(envoy_binary: Path, modules: Path) -> None:
    keys = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")
    environment = {name: value for name, value in os.environ.items() if name not in keys}
    environment.update(ENVOY=str(envoy_binary), DEMO_PORT=str(free_port()))
    environment["TOLLGATE_MODULES"] = str(modules)
    command = [sys.executable, "-u", str(REPOSITORY / "examples" / "demo" / "demo.py")]
    # A shell that runs the tests in the background has them ignore Ctrl-C, and what they start.
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, preexec_fn=heed
    )
    with started as demo:
        # Should it ever hang, this reads its end.
        late = threading.Timer(180, demo.kill)
        late.daemon = True
        late.start()
        try:
            tried = check_tour(demo)
        finally:
            # It stays up until then, whatever was found.
            demo.send_signal(signal.SIGINT)
        assert demo.wait(20) == 0
    late.cancel()
    for command in tried:
        with pytest.raises(OSError):
            curl.run(command)


def test_there_are_configs() -> None:
    assert len(CONFIGS) >= 4


CLAUDE: Dict[str, Any] = {"provider": "anthropic", "credential": "none"}

# A wrong configuration, and what has to be said about it.
REFUSED: Dict[str, Tuple[Any, List[str]]] = {
    "an unknown provider": (
        {"targets": {"a": {"provider": "klingon"}}},
        ["targets.a.provider: unknown provider `klingon`", '"provider": "klingon"', "^"],
    ),
    "an unknown field": (
        {"targets": {"a": {**CLAUDE, "modells": []}}},
        ["targets.a", "unknown field `modells`", "^"],
    ),
    "a wrong type": (
        {"targets": {"a": {**CLAUDE, "models": [{"prefix": 5, "to": "m"}]}}},
        ["targets.a.models[0].prefix: invalid type", '"prefix": 5', "^"],
    ),
    "a missing field": (
        {"targets": {"a": {"credential": "none"}}},
        ["targets.a: missing field `provider`", "^"],
    ),
    "a broken regex": (
        {"targets": {"a": {**CLAUDE, "models": [{"regex": "(", "to": "m"}]}}},
        ["targets.a.models[0].regex:", '"regex": "("', "^"],
    ),
    "everything that is wrong at once": (
        {
            "targets": {
                "a": {**CLAUDE, "base_url": "nowhere"},
                "b": {**CLAUDE, "max_output_tokens": 0},
            },
            "default_target": "c",
        },
        [
            "targets.a.base_url: must be like",
            "targets.b.max_output_tokens: must be greater than 0",
            "default_target: no target is named `c`",
        ],
    ),
    "no target": ({"targets": {}}, ["targets: must name at least one target"]),
    "no configuration": ("", ["missing field `targets`"]),
    "no JSON": ('{"targets": ', ["line 1"]),
    "a key twice": ('{"targets": {}, "targets": {}}', ["duplicate object key at line 1 column 17"]),
    # Without the lines around it: somebody may have put a key there.
    "a variable that is not set": (
        {"targets": {"a": {"provider": "anthropic", "credential": {"env": "NOWHERE_KEY"}}}},
        ["targets.a.credential.env: environment variable `NOWHERE_KEY` is not set"],
    ),
    "headers that are not held": (
        {"targets": {"a": CLAUDE}, "host": {"headers": "continue"}},
        ["host.headers:", "allow_on_headers_stop_iteration: true", '"headers": "continue"', "^"],
    ),
}


# Loading a module takes Envoy seconds; `tollgate check` runs the same code.
THROUGH_ENVOY = {
    "everything that is wrong at once": "downstream",
    "a variable that is not set": "upstream",
    "headers that are not held": "downstream",
    "an unknown field": "upstream",
    "no JSON": "downstream",
}


@pytest.mark.parametrize("case", THROUGH_ENVOY)
def test_a_wrong_configuration_is_refused_with_its_place(
    envoy_binary: Path, modules: Path, case: str
) -> None:
    configuration, lines = REFUSED[case]
    text = gateway(modules / "provider_translator.wasm", configuration, THROUGH_ENVOY[case])
    with pytest.raises(EnvoyError) as refused:
        validate(envoy_binary, text)
    said = str(refused.value)
    for line in lines:
        assert line in said
    assert "provider-translator: " in said
    assert "panicked" not in said


def checked(filter_name: str, configuration: Any, folder: Path) -> str:
    """What `tollgate check` says while it refuses `configuration`."""
    text = configuration if isinstance(configuration, str) else json.dumps(configuration, indent=1)
    path = folder / "config.json"
    path.write_text(text)
    command = [str(tollgate()), "check", "--env", filter_name, str(path)]
    ran = subprocess.run(command, capture_output=True, timeout=10)
    assert ran.returncode == 1
    return ran.stderr.decode()


@pytest.mark.parametrize("case", REFUSED)
def test_tollgate_check_refuses_what_envoy_refuses(tmp_path: Path, case: str) -> None:
    configuration, lines = REFUSED[case]
    said = checked("provider-translator", configuration, tmp_path)
    for line in lines:
        assert line in said


def test_envoy_does_not_start_with_a_wrong_configuration(
    envoy_binary: Path, modules: Path, tmp_path: Path
) -> None:
    configuration, lines = REFUSED["an unknown provider"]
    text = gateway(modules / "provider_translator.wasm", configuration)
    log = tmp_path / "envoy.log"
    with pytest.raises(EnvoyError, match="unknown provider"):
        Envoy(envoy_binary, text, log=log)
    said = log.read_text()
    line, caret = said.split("\n")[next_line(said, '"provider": "klingon"') :][:2]
    # The caret stands under the key.
    assert line[caret.index("^") :].startswith('"provider"')
    assert lines[0] in said


def next_line(text: str, part: str) -> int:
    """The number of the line with `part`."""
    return next(number for number, line in enumerate(text.split("\n")) if part in line)


CHAINS: Dict[str, Tuple[Any, str]] = {
    "no stages": ({}, "missing field `stages`"),
    "an unknown stage": ({"stages": [{"klingon": {}}]}, "stages[0].klingon: unknown stage"),
    "an error in a stage": (
        {"stages": [{"provider-translator": {"targets": {"a": {"provider": "x"}}}}]},
        "stages[0].provider-translator.targets.a.provider: unknown provider `x`",
    ),
    "stages in a wrong order": (
        {"stages": [{"prompt-guard": {}}, {"pii-redactor": {}}]},
        "stages[1].pii-redactor: must stand before stages[0].prompt-guard: what judges prompts",
    ),
    "a stage behind the translator": (
        {"stages": [{"provider-translator": {"targets": {"a": CLAUDE}}}] * 2},
        "stages[0].provider-translator: must be the last stage",
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_tollgate_check_refuses_a_wrong_chain(tmp_path: Path, case: str) -> None:
    configuration, line = CHAINS[case]
    assert line in checked("chain", configuration, tmp_path)


def test_a_wrong_chain_is_refused_with_its_place(envoy_binary: Path, modules: Path) -> None:
    configuration, line = CHAINS["stages in a wrong order"]
    with pytest.raises(EnvoyError) as refused:
        validate(envoy_binary, gateway(modules / "chain.wasm", configuration))
    assert line in str(refused.value)


def test_a_variable_that_is_no_key_is_refused_without_its_value(
    envoy_binary: Path, modules: Path
) -> None:
    text = gateway(
        modules / "provider_translator.wasm",
        {"targets": {"claude": TARGETS["claude"]}},
        environment={"ANTHROPIC_API_KEY": "two words"},
    )
    with pytest.raises(EnvoyError) as refused:
        validate(envoy_binary, text)
    said = str(refused.value)
    assert "targets.claude.credential.env:" in said
    assert "environment variable `ANTHROPIC_API_KEY` does not hold an API key" in said
    assert "two words" not in said


def test_a_key_of_envoys_own_environment_is_read(
    start_envoy: Callable[..., Envoy], modules: Path
) -> None:
    """`host_env_keys` hands variables of Envoy's process to the VM."""
    plain = gateway(modules / "provider_translator.wasm", {"targets": {"c": TARGETS["claude"]}})
    handed = json.loads(plain)
    (listener,) = handed["static_resources"]["listeners"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    plugin = manager["http_filters"][0]["typed_config"]["config"]
    plugin["vm_config"]["environment_variables"] = {"host_env_keys": ["ANTHROPIC_API_KEY"]}
    envoy = start_envoy(json.dumps(handed), env={"ANTHROPIC_API_KEY": "sk-from-outside"})
    assert b"ANTHROPIC_API_KEY" in envoy.admin("/config_dump")
    assert b"sk-from-outside" not in envoy.admin("/config_dump")
    with pytest.raises(EnvoyError, match="`ANTHROPIC_API_KEY` does not hold an API key"):
        start_envoy(json.dumps(handed), env={"ANTHROPIC_API_KEY": ""})


def test_a_structure_is_read_as_configuration(envoy_binary: Path, modules: Path) -> None:
    """Envoy hands over the bytes of a `google.protobuf.Struct`, not JSON."""
    for target, refusal in [(TARGETS["claude"], None), ({"provider": "klingon"}, "klingon")]:
        text = gateway(modules / "provider_translator.wasm", {"targets": {"c": TARGETS["claude"]}})
        whole = json.loads(text)
        (listener,) = whole["static_resources"]["listeners"]
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        plugin = manager["http_filters"][0]["typed_config"]["config"]
        plugin["configuration"] = {
            "@type": "type.googleapis.com/google.protobuf.Struct",
            "value": {"targets": {"c": target}, "host": {"max_request_bytes": 33554432}},
        }
        if refusal is None:
            validate(envoy_binary, json.dumps(whole))
        else:
            with pytest.raises(EnvoyError, match=f"targets.c.provider: unknown provider `{refusal}`"):
                validate(envoy_binary, json.dumps(whole))
