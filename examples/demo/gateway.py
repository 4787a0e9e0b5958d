"""Envoy with the translator, and two providers: simulated, or real where there is a key."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Optional

from harness import config, install
from harness.envoy import Envoy
from harness.provider import Provider

CONFIG = install.REPOSITORY / "envoy-configs" / "demo.yaml"
# Where the certificates of public authorities are kept, by system.
AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


class DemoError(RuntimeError):
    """The demo cannot run. The message says what to do."""


@dataclass(frozen=True)
class Target:
    """One of the two targets of demo.yaml."""

    name: str
    title: str
    dialect: str
    host: str
    # Where demo.yaml has the simulated provider.
    port: int
    # The environment variable that holds the key.
    variable: str

    @property
    def simulated_key(self) -> str:
        """The only key that the simulated provider takes."""
        return f"simulated-{self.name}-key"

    @property
    def is_real(self) -> bool:
        """Whether the user has given a key for the real provider."""
        return bool(os.environ.get(self.variable))


CLAUDE = Target(
    "claude", "Anthropic", "anthropic-messages", "api.anthropic.com", 10102, "ANTHROPIC_API_KEY"
)
GPT = Target("gpt", "OpenAI", "openai-chat", "api.openai.com", 10101, "OPENAI_API_KEY")
TARGETS = (CLAUDE, GPT)


class Gateway:
    """What the tour talks to. Its parts end with the `ExitStack` that they were started on."""

    def __init__(self, stack: ExitStack, binary: Path, port: int) -> None:
        """Starts the simulated providers and Envoy on `port` of 127.0.0.1.

        Raises DemoError, ProviderError or EnvoyError.
        """
        self.port = port
        self.simulated: Dict[str, Provider] = {}
        for target in TARGETS:
            if not target.is_real:
                started = Provider(target.dialect, free_or_other(target.port))
                self.simulated[target.name] = stack.enter_context(started)
                started.switch(api_key=target.simulated_key, event_delay_ms=40)
        self.admin_port = free_or_other(config.ADMIN_PORT)
        keys = {target.variable: target.simulated_key for target in TARGETS if not target.is_real}
        self.envoy = stack.enter_context(Envoy(binary, self._config(), env=keys))

    def provider(self, target: Target) -> Optional[Provider]:
        """The simulated provider of `target`; None where it is the real one."""
        return self.simulated.get(target.name)

    def failure(self) -> Optional[str]:
        """What has ended although nobody asked it to."""
        code = self.envoy.exit_code
        return None if code is None else f"Envoy has ended with {code}"

    def _config(self) -> str:
        text = CONFIG.read_text()
        real = [target for target in TARGETS if target.is_real]
        for target in real:
            text = with_real_endpoint(text, target)
        if real:
            text = with_tls(text)
        ports = {config.LISTENER_PORT: self.port, config.ADMIN_PORT: self.admin_port}
        ports.update({t.port: self.simulated[t.name].port for t in TARGETS if not t.is_real})
        return config.relocate(text, ports, modules())


def modules() -> Path:
    """The folder of the built modules. Raises DemoError where there is none."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or install.REPOSITORY / "target")
    folder = Path(os.environ.get("TOLLGATE_MODULES") or target / "wasm32-wasip1" / "release")
    missing = [name for name in ("provider_translator", "chain") if not (folder / f"{name}.wasm").is_file()]
    if missing:
        raise DemoError(f"There is no {missing[0]}.wasm in {folder}. Build it: make wasm")
    return folder


def is_free(port: int) -> bool:
    """Whether nothing listens on `port` of 127.0.0.1."""
    with socket.socket() as probe:
        # A port whose last connections are still winding down counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_or_other(port: int) -> int:
    """`port`, or where it is taken another free one."""
    return port if is_free(port) else config.free_port()


def with_real_endpoint(text: str, target: Target) -> str:
    """The config `text` with the real provider in place of the simulated `target`."""
    simulated = (
        rf"address: \{{socket_address: \{{address: 127\.0\.0\.1, port_value: {target.port}\}}\}}"
        r"(\s+metadata: \{filter_metadata: \{)"
    )
    real = (
        f"address: {{socket_address: {{address: {target.host}, port_value: 443}}}}"
        r"\g<1>envoy.transport_socket_match: {tls: true}, "
    )
    return replaced(simulated, real, text, 1)


def with_tls(text: str) -> str:
    """The config `text` with TLS for the endpoints that ask for it in their metadata."""
    match = [{"name": "tls", "match": {"tls": True}, "transport_socket": tls()}]
    # JSON is YAML.
    added = f"type: STRICT_DNS\n      transport_socket_matches: {json.dumps(match)}\n"
    return replaced(r"type: STRICT_DNS\n", added, text, 2)


def replaced(pattern: str, by: str, text: str, times: int) -> str:
    """`text` with `pattern` replaced. Raises DemoError where it is not there `times` times."""
    text, count = re.subn(pattern, by, text)
    if count != times:
        raise DemoError(f"{CONFIG.name} no longer looks as this program expects: {pattern}")
    return text


def tls() -> Dict[str, object]:
    """A transport socket that checks the certificate for the endpoint's host name."""
    bundle = ssl.get_default_verify_paths().cafile
    found = [path for path in (bundle, *AUTHORITIES) if path and Path(path).is_file()]
    if not found:
        raise DemoError("No certificates of public authorities are installed (ca-certificates)")
    extension = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": extension,
            "auto_host_sni": True,
            "auto_sni_san_validation": True,
            "common_tls_context": {"validation_context": {"trusted_ca": {"filename": found[0]}}},
        },
    }
