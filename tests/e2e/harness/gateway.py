"""Envoy configs made of Python values, so that a test says only what is special to it.

`Listener`s and `Cluster`s go into `config`; every listener sends everything to one cluster. Envoy
reads the JSON that comes out as YAML.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

JSON = Dict[str, Any]

# Every buffer of a connection, and the copy that a retry is made from.
BUFFER_LIMIT = 32 << 20

# What the access log says of every request, besides `listener`.
FACTS = (
    "error.type",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "tollgate.client_dialect",
    "tollgate.dropped",
    "tollgate.provider_dialect",
    "tollgate.target",
    "url.path",
)

# The request header by which a test finds its own lines in the access log.
TEST_ID = "x-test-id"


def typed(kind: str, **fields: Any) -> JSON:
    """A message of the Envoy type `kind`, without its package `envoy.`."""
    return {"@type": f"type.googleapis.com/envoy.{kind}", **fields}


def wasm(
    module: Path,
    configuration: Any,
    hold: bool = True,
    environment: Optional[Mapping[str, str]] = None,
) -> JSON:
    """The HTTP filter `module` with `configuration` (JSON, or text as it is).

    `hold` is `allow_on_headers_stop_iteration`; left out of the config where it is False.
    `environment` are the variables of its VM. All plugins of one module and environment share VMs.
    """
    name = module.stem
    text = configuration if isinstance(configuration, str) else json.dumps(configuration, indent=1)
    plugin: JSON = {
        "name": name,
        "root_id": name,
        "failure_policy": "FAIL_RELOAD",
        "configuration": {
            "@type": "type.googleapis.com/google.protobuf.StringValue",
            "value": text,
        },
        "vm_config": {
            "vm_id": name,
            "runtime": "envoy.wasm.runtime.v8",
            "code": {"local": {"filename": str(module)}},
        },
    }
    if hold:
        plugin["allow_on_headers_stop_iteration"] = True
    if environment:
        plugin["vm_config"]["environment_variables"] = {"key_values": dict(environment)}
    return {
        "name": "envoy.filters.http.wasm",
        "typed_config": typed("extensions.filters.http.wasm.v3.Wasm", config=plugin),
    }


@dataclass(frozen=True)
class Endpoint:
    """A port of 127.0.0.1, and the target that its metadata names."""

    port: int
    target: Optional[str] = None


@dataclass(frozen=True)
class Cluster:
    """Endpoints in the order in which they are tried. `target` is in the cluster's own metadata."""

    name: str
    endpoints: Sequence[Endpoint]
    filters: Sequence[JSON] = ()
    target: Optional[str] = None


@dataclass(frozen=True)
class Listener:
    """A listener on a free port that sends to `cluster` what none of `routes` takes.

    `retries` is the number of further attempts after a failed one. `routes` are routes of Envoy without
    what every route of this listener has.
    """

    name: str
    cluster: str
    filters: Sequence[JSON] = ()
    retries: int = 0
    buffer_limit: int = BUFFER_LIMIT
    upgrades: Sequence[str] = field(default_factory=tuple)
    routes: Sequence[JSON] = ()


def config(
    listeners: Sequence[Listener], clusters: Sequence[Cluster], access_log: Optional[Path] = None
) -> str:
    """The config. `access_log` gets a line of JSON for every request and for every attempt."""
    return json.dumps(
        {
            "admin": {"address": _address(0)},
            "static_resources": {
                "listeners": [_listener(listener, access_log) for listener in listeners],
                "clusters": [_cluster(cluster) for cluster in clusters],
            },
        },
        indent=1,
    )


def _address(port: int) -> JSON:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _metadata(target: Optional[str]) -> JSON:
    return {"filter_metadata": {"tollgate": {"target": target}}} if target else {}


def _cluster(cluster: Cluster) -> JSON:
    def locality(priority: int, endpoint: Endpoint) -> JSON:
        host = {"endpoint": {"address": _address(endpoint.port)}}
        if endpoint.target:
            host["metadata"] = _metadata(endpoint.target)
        return {"priority": priority, "lb_endpoints": [host]}

    made: JSON = {
        "name": cluster.name,
        "type": "STATIC",
        "connect_timeout": "2s",
        # By default only three retries may be under way at a time.
        "circuit_breakers": {"thresholds": [{"max_retries": 1024}]},
        "load_assignment": {
            "cluster_name": cluster.name,
            "endpoints": [locality(*pair) for pair in enumerate(cluster.endpoints)],
        },
    }
    if cluster.target:
        made["metadata"] = _metadata(cluster.target)
    if cluster.filters:
        codec = {
            "name": "envoy.filters.http.upstream_codec",
            "typed_config": typed("extensions.filters.http.upstream_codec.v3.UpstreamCodec"),
        }
        options = "extensions.upstreams.http.v3.HttpProtocolOptions"
        made["typed_extension_protocol_options"] = {
            f"envoy.{options}": typed(
                options,
                explicit_http_config={"http_protocol_options": {"enable_trailers": True}},
                http_filters=[*cluster.filters, codec],
            )
        }
    return made


def _listener(listener: Listener, access_log: Optional[Path]) -> JSON:
    manager = typed(
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=listener.name,
        http_protocol_options={"enable_trailers": True},
        route_config={
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [
                        *(
                            {**route, "route": _route(listener, route["route"])}
                            for route in listener.routes
                        ),
                        {"match": {"prefix": "/"}, "route": _route(listener)},
                    ],
                }
            ]
        },
        http_filters=[*listener.filters, _router(access_log)],
    )
    if listener.upgrades:
        manager["upgrade_configs"] = [{"upgrade_type": name} for name in listener.upgrades]
    if access_log is not None:
        facts = {name: f"%FILTER_STATE(wasm.{name}:PLAIN)%" for name in FACTS}
        entry = {"listener": listener.name, "details": "%RESPONSE_CODE_DETAILS%", **facts}
        manager["access_log"] = [_file_log(access_log, "request", entry)]
    chain = {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": manager,
    }
    return {
        "name": listener.name,
        "address": _address(0),
        "per_connection_buffer_limit_bytes": listener.buffer_limit,
        "filter_chains": [{"filters": [chain]}],
    }


def _route(listener: Listener, own: Optional[JSON] = None) -> JSON:
    route: JSON = {"timeout": "20s"}
    if "cluster_header" not in (own or {}):
        route["cluster"] = listener.cluster
    if listener.retries:
        priorities = "extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig"
        route["retry_policy"] = {
            "retry_on": "5xx,retriable-status-codes",
            "retriable_status_codes": [429, 529],
            "num_retries": listener.retries,
            "retry_back_off": {"base_interval": "0.005s", "max_interval": "0.02s"},
            "retry_priority": {
                "name": "envoy.retry_priorities.previous_priorities",
                "typed_config": typed(priorities, update_frequency=1),
            },
        }
    return {**route, **(own or {})}


def _router(access_log: Optional[Path]) -> JSON:
    router = typed("extensions.filters.http.router.v3.Router")
    if access_log is not None:
        # Filter state cannot be seen in this log, metadata of the attempt's endpoint can.
        entry = {"target": "%UPSTREAM_METADATA(tollgate:target)%"}
        router["upstream_log"] = [_file_log(access_log, "attempt", entry)]
    return {"name": "envoy.filters.http.router", "typed_config": router}


def _file_log(path: Path, kind: str, entry: JSON) -> JSON:
    every = {"kind": kind, "test": f"%REQ({TEST_ID})%", "status": "%RESPONSE_CODE%"}
    log = typed(
        "extensions.access_loggers.file.v3.FileAccessLog",
        path=str(path),
        log_format={"json_format": {**every, **entry}},
    )
    return {"name": "envoy.access_loggers.file", "typed_config": log}


def read_access_log(path: Path, test: str) -> List[JSON]:
    """The whole lines of the access log so far that belong to the request with that test id."""
    text = path.read_text() if path.exists() else ""
    lines = text.split("\n")[:-1]
    return [entry for entry in map(json.loads, lines) if entry["test"] == test]
