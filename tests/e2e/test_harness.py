"""The harness itself, on plain Envoy without modules."""

from __future__ import annotations

import base64
import socket
import threading
import time
from pathlib import Path
from typing import Any, Callable, Iterator, List

import pytest
import yaml

from harness import client, install
from harness.config import free_port, relocate
from harness.echo import Echo
from harness.envoy import Envoy, validate
from harness.install import EnvoyError

PLAIN = """
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 9901}}}
static_resources:
  listeners:
    - name: front
      address:
        socket_address:
          address: 127.0.0.1
          port_value: 10000
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: front
                http_protocol_options: {enable_trailers: true}
                access_log:
                  - name: envoy.access_loggers.stdout
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
                      log_format:
                        text_format_source: {inline_string: "seen %REQ(:PATH)% %RESPONSE_CODE%\\n"}
                route_config:
                  virtual_hosts:
                    - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: echo}}]}
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:
    - name: echo
      connect_timeout: 1s
      load_assignment:
        cluster_name: echo
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 10101}}}
"""

STREAMED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.fixture
def front(start_envoy: Callable[..., Envoy], echo: Echo) -> Envoy:
    """An Envoy in front of `echo`."""
    return start_envoy(relocate(PLAIN, {10101: echo.port}))


@pytest.fixture
def scripted() -> Iterator[Callable[..., int]]:
    """Starts a server that reads once, then plays a script: pauses, bytes to send, "read"."""
    servers: List[socket.socket] = []

    def play(server: socket.socket, script: List[Any], seen: List[bytes]) -> None:
        server.settimeout(10)
        connection, _ = server.accept()
        with connection:
            connection.settimeout(2)
            seen.append(connection.recv(65536))
            for step in script:
                if isinstance(step, bytes):
                    connection.sendall(step)
                elif step == "read":
                    seen.append(connection.recv(65536))
                else:
                    time.sleep(step)

    def start(script: List[Any], seen: List[bytes]) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threading.Thread(target=play, args=(server, script, seen), daemon=True).start()
        return int(server.getsockname()[1])

    yield start
    for server in servers:
        server.close()


def test_a_request_goes_through_envoy_and_into_the_access_log(front: Envoy, echo: Echo) -> None:
    headers: client.Headers = {"x-raw": b"caf\xe9", "x-echo-status": "418"}
    answer = client.post_json(front.port, "/v1/x", {"a": 1}, headers)
    assert (answer.status, answer.complete) == (418, True)
    received = answer.json()
    assert (received["method"], received["path"]) == ("POST", "/v1/x")
    assert base64.b64decode(received["body"]) == b'{"a": 1}'
    assert dict(echo.requests[0]["headers"])["x-raw"] == "caf\xe9"
    assert "seen /v1/x 418\n" in front.wait_for_log("/v1/x")
    assert front.stats("cluster.echo.upstream_rq_total") == {"cluster.echo.upstream_rq_total": 1}


def test_two_envoys_run_side_by_side(start_envoy: Callable[..., Envoy], echo: Echo) -> None:
    both = [start_envoy(relocate(PLAIN, {10101: echo.port}), concurrency=2) for _ in range(2)]
    answers = [client.request(envoy.port, "/", method="GET") for envoy in both]
    assert [answer.status for answer in answers] == [200, 200]
    assert len({envoy.port for envoy in both}) == 2


def test_stop_ends_the_process_and_frees_the_port(envoy_binary: Path, echo: Echo) -> None:
    with Envoy(envoy_binary, relocate(PLAIN, {10101: echo.port})) as envoy:
        port = envoy.port
    assert envoy.exit_code == 0
    with pytest.raises(ConnectionRefusedError):
        client.request(port, "/", method="GET")


def test_the_wanted_version_is_found(envoy_binary: Path, request: pytest.FixtureRequest) -> None:
    found = install.version_of(envoy_binary)
    assert found >= install.MINIMUM
    wanted = request.node.callspec.params["envoy_binary"]
    assert wanted == install.dotted(found) or Path(wanted) == envoy_binary


def test_a_refused_config_is_explained_in_envoys_words(envoy_binary: Path) -> None:
    broken = relocate(PLAIN).replace("cluster: echo", "cluster: nobody")
    with pytest.raises(EnvoyError, match="nobody"):
        validate(envoy_binary, broken)
    with pytest.raises(EnvoyError, match="nobody"):
        Envoy(envoy_binary, broken)
    validate(envoy_binary, relocate(PLAIN))


def test_a_missing_module_is_explained(envoy_binary: Path) -> None:
    wasm = """- name: envoy.filters.http.wasm
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm
                      config:
                        vm_config: {runtime: envoy.wasm.runtime.v8, code: {local: {filename: ./none.wasm}}}
                  - name: envoy.filters.http.router"""
    config = PLAIN.replace("- name: envoy.filters.http.router", wasm, 1)
    with pytest.raises(EnvoyError, match="make wasm"):
        validate(envoy_binary, relocate(config, modules=Path("/nonexistent")))


def test_a_taken_port_is_explained(envoy_binary: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(EnvoyError, match="Another program listens"):
            Envoy(envoy_binary, relocate(PLAIN, {10000: taken.getsockname()[1]}))


def test_stream_shows_when_each_chunk_arrived(
    start_envoy: Callable[..., Envoy], scripted: Callable[..., int]
) -> None:
    script = [STREAMED, b"9\r\ndata: a\n\n\r\n", 0.3, b"9\r\ndata: b\n\n\r\n", b"0\r\n\r\n", 0.2]
    envoy = start_envoy(relocate(PLAIN, {10101: scripted(script, [])}))
    with client.stream_json(envoy.port, "/", {}) as answer:
        chunks = list(answer)
    assert client.events(chunks) == [(None, "a"), (None, "b")]
    assert answer.complete
    assert chunks[0].at < 0.2 <= chunks[-1].at


def test_a_body_that_breaks_off_is_not_complete(
    start_envoy: Callable[..., Envoy], scripted: Callable[..., int]
) -> None:
    envoy = start_envoy(relocate(PLAIN, {10101: scripted([STREAMED, b"3\r\nabc\r\n", 0.2], [])}))
    answer = client.post_json(envoy.port, "/", {})
    assert (answer.body, answer.complete) == (b"abc", False)


def test_closing_a_stream_reaches_envoy(
    start_envoy: Callable[..., Envoy], scripted: Callable[..., int]
) -> None:
    envoy = start_envoy(relocate(PLAIN, {10101: scripted([STREAMED, b"3\r\nabc\r\n", 2], [])}))
    answer = client.stream_json(envoy.port, "/left", {})
    assert next(iter(answer)).data == b"abc"
    answer.close()
    assert "seen /left 200\n" in envoy.wait_for_log("seen /left")
    name = "http.front.downstream_cx_destroy_remote_active_rq"
    assert envoy.stats(name) == {name: 1}


def test_chunked_requests_carry_trailers(
    start_envoy: Callable[..., Envoy], scripted: Callable[..., int]
) -> None:
    seen: List[bytes] = []
    reply = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    port = scripted([0.3, "read", reply], seen)
    answer = client.post_chunked(port, "/", [b"one", b"two"], trailers={"x-end": "1"}, pause=0.05)
    assert answer.body == b"ok"
    assert b"transfer-encoding: chunked\r\n" in seen[0]
    assert seen[1] == b"3\r\none\r\n3\r\ntwo\r\n0\r\nx-end: 1\r\n\r\n"
    envoy = start_envoy(relocate(PLAIN, {10101: scripted([0.3, reply, 0.2], seen)}))
    assert client.post_chunked(envoy.port, "/", [b"one"], trailers={"x-end": "1"}).status == 200


def test_relocate_moves_ports_and_modules_and_nothing_else() -> None:
    text = (
        "admin: {port_value: 9901}\n"
        "a: {port_value: 10000, local: {filename: target/x/provider_translator.wasm}}\n"
        '"port_value": 443 # port_value of a real provider\n'
        'b: {"port_value": 10101, "filename": "/opt/chain.wasm"}\n'
        "c:\n  port_value: 10101\n  filename: /etc/ssl/certs/ca.pem\n"
    )
    moved = relocate(text, {10101: 4711}, modules=Path("/with space/m"))
    assert moved == (
        "admin: {port_value: 0}\n"
        'a: {port_value: 0, local: {filename: "/with space/m/provider_translator.wasm"}}\n'
        '"port_value": 443 # port_value of a real provider\n'
        'b: {"port_value": 4711, "filename": "/with space/m/chain.wasm"}\n'
        "c:\n  port_value: 4711\n  filename: /etc/ssl/certs/ca.pem\n"
    )


def test_relocate_leaves_valid_yaml_and_gives_unnamed_ports_free_ones() -> None:
    moved = yaml.safe_load(relocate(PLAIN))
    cluster = moved["static_resources"]["clusters"][0]["load_assignment"]["endpoints"][0]
    port = cluster["lb_endpoints"][0]["endpoint"]["address"]["socket_address"]["port_value"]
    assert port not in (0, 10101)
    assert moved["admin"]["address"]["socket_address"]["port_value"] == 0
    assert free_port() != port


def test_a_program_that_is_no_envoy_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impostor = tmp_path / "envoy"
    impostor.write_text("#!/bin/sh\necho envoy, a theme for mkdocs\n")
    impostor.chmod(0o755)
    monkeypatch.setenv("ENVOY", str(impostor))
    with pytest.raises(EnvoyError, match="is no Envoy"):
        install.find()
    impostor.write_text("#!/bin/sh\necho 'envoy  version: 0a1b/1.34.2/Clean/RELEASE/BoringSSL'\n")
    with pytest.raises(EnvoyError, match="1.36.0 or newer"):
        install.find()
    monkeypatch.setenv("ENVOY", str(tmp_path / "missing"))
    with pytest.raises(EnvoyError, match="cannot be run"):
        install.find()


def test_envoy_on_path_is_taken_and_a_stranger_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, version in (("path", "1.35.0"), ("func-e-home", "1.39.1")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "envoy").write_text(
            f"#!/bin/sh\necho 'envoy  version: 0a1b/{version}/Clean/RELEASE/BoringSSL'\n"
        )
        (tmp_path / name / "envoy").chmod(0o755)
    func_e = tmp_path / "path" / "func-e"
    func_e.write_text(f"#!/bin/sh\necho {tmp_path}/func-e-home/envoy\n")
    func_e.chmod(0o755)
    monkeypatch.delenv("ENVOY", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    assert install.find() == tmp_path / "func-e-home" / "envoy"
    on_path = tmp_path / "path" / "envoy"
    on_path.write_text("#!/bin/sh\necho 'envoy  version: 0a1b/1.40.0/Clean'\n")
    assert install.find() == on_path


def test_events_understands_comments_names_and_several_data_lines() -> None:
    body = b": ping\n\nevent: a\ndata: 1\ndata:2\n\ndata:\r\n\r\ndata: [DONE]\n\n"
    assert client.events(body) == [("a", "1\n2"), (None, ""), (None, "[DONE]")]
