"""The pytest fixtures of `tests/e2e` and `tests/clients`.

Every test that uses `envoy_binary`, `start_envoy` or `gateway` runs once per Envoy version.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator, List

import pytest

from . import install
from .echo import Echo
from .envoy import Envoy
from .provider import Provider
from .session import Gateway

# The oldest supported and the newest tried. `ENVOY_VERSIONS` holds others: versions or paths,
# separated by spaces.
VERSIONS = os.environ.get("ENVOY_VERSIONS", "1.36.4 1.40.0").split()

STARTED = pytest.StashKey[List[Envoy]]()


@pytest.fixture(scope="session", params=VERSIONS, ids=lambda version: f"envoy-{Path(version).name}")
def envoy_binary(request: pytest.FixtureRequest) -> Path:
    """The path of Envoy, installed where it is missing."""
    version = request.param
    return Path(version) if os.sep in version else install.find(version)


@pytest.fixture(scope="session")
def modules() -> Path:
    """The folder of the built `.wasm` files: `TOLLGATE_MODULES`, or the release build's."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or install.REPOSITORY / "target")
    folder = Path(os.environ.get("TOLLGATE_MODULES") or target / "wasm32-wasip1" / "release")
    missing = [
        name
        for name in (
            "chain",
            "model_router",
            "pii_redactor",
            "probe",
            "prompt_decorator",
            "prompt_guard",
            "prompt_template",
            "provider_translator",
            "token_counter",
        )
        if not (folder / f"{name}.wasm").exists()
    ]
    if missing:
        pytest.fail(f"no {', '.join(missing)} in {folder}: make wasm probe")
    return folder


@pytest.fixture(scope="session")
def shared_gateway(
    envoy_binary: Path, modules: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """One Envoy with every listener, for all tests of an Envoy version."""
    folder = tmp_path_factory.mktemp("gateway")
    with _envoys(envoy_binary, folder, []) as start:
        started = Gateway(envoy_binary, start, modules, folder)
        yield started
        started.stop()


@pytest.fixture
def gateway(request: pytest.FixtureRequest, shared_gateway: Gateway) -> Iterator[Gateway]:
    """The shared Envoy, its providers without switches. After the test all its VMs must live."""
    shared_gateway.openai.reset()
    shared_gateway.anthropic.reset()
    shared_gateway.gemini.reset()
    shared_gateway.raw.script = ()
    shared_gateway.raw.requests.clear()
    request.node.stash[STARTED] = [shared_gateway.envoy]
    yield shared_gateway
    shared_gateway.assert_alive()


@contextmanager
def _envoys(binary: Path, folder: Path, shown: List[Envoy]) -> Iterator[Callable[..., Envoy]]:
    """Starts Envoys with the arguments of `Envoy` after its first; the logs of those in `shown` are shown.

    Ends in a failure if one has ended before or one of its modules has panicked.
    """
    started: List[Envoy] = []

    def start(config: str, **options: Any) -> Envoy:
        options.setdefault("log", folder / f"envoy-{len(started)}.log")
        envoy = Envoy(binary, config, **options)
        started.append(envoy)
        shown.append(envoy)
        return envoy

    try:
        yield start
    except BaseException:
        for envoy in started:
            envoy.stop()
        raise
    codes = [envoy.exit_code for envoy in started]
    for envoy in started:
        envoy.stop()
    assert all(code is None for code in codes), f"an Envoy ended during the test: {codes}"
    for envoy in started:
        panics = [line for line in envoy.log().split("\n") if "panicked at" in line]
        assert not panics, f"a module panicked: {panics[0]}"


def _start_envoy(
    request: pytest.FixtureRequest,
    envoy_binary: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Envoy]]:
    """Starts Envoys, as `_envoys` says.

    They end with the test (`start_envoy`) or with its file (`start_lasting_envoy`: compiling the modules is
    most of what a short test takes).
    """
    shown = request.node.stash.setdefault(STARTED, [])
    with _envoys(envoy_binary, tmp_path_factory.mktemp("envoy"), shown) as start:
        yield start


start_envoy = pytest.fixture(name="start_envoy")(_start_envoy)
start_lasting_envoy = pytest.fixture(name="start_lasting_envoy", scope="module")(_start_envoy)


def _start_provider() -> Iterator[Callable[..., Provider]]:
    """Starts simulated providers with the arguments of `Provider`.

    They end with the test (`start_provider`) or with its file (`start_lasting_provider`).
    """
    started: List[Provider] = []

    def start(dialect: str, **switches: Any) -> Provider:
        provider = Provider(dialect, **switches)
        started.append(provider)
        return provider

    yield start
    for provider in started:
        provider.stop()


start_provider = pytest.fixture(name="start_provider")(_start_provider)
start_lasting_provider = pytest.fixture(name="start_lasting_provider", scope="module")(_start_provider)


@pytest.fixture
def echo() -> Iterator[Echo]:
    """An upstream that answers with what it received."""
    with Echo() as server:
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Shows the end of every Envoy log where a test failed."""
    report = yield
    if report.failed:
        nodes = item.listchain()
        for envoy in [envoy for node in nodes for envoy in node.stash.get(STARTED, [])]:
            report.sections.append((f"log of Envoy {envoy.pid}", envoy.log()[-6000:]))
    return report
