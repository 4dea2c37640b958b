# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of Prometheus and of Alertmanager as plain data, ready to be written as YAML.

A secret never becomes part of a configuration: it is returned by the name of a file, and the configuration names the file.
"""

from __future__ import annotations

import re
import typing as t

Data = t.Mapping[str, t.Any]

# The node and the cluster endpoint both have these. Taken from the nodes, so that no sum counts a request twice.
NODE_SCOPE = "minio_(s3|inter_node|software|notify|node_iam|node_tier)_.*"
# Histograms per bucket: most of the series, and nothing asks for them.
DISTRIBUTIONS = "minio_(cluster_usage_buckets_object|bucket_objects)_.*distribution"
JOBS = ("minio-cluster", "minio-bucket", "minio-usage", "minio-node", "minio-resource", "minio-bucket-requests", "node", "nginx", "prometheus",
        "alertmanager")
KINDS = ("email", "webhook", "slack", "pagerduty")
# What a kind cannot do without, and its secrets with the key that names the file.
REQUIRED = {"email": ("to", "from", "smarthost"), "webhook": ("url",), "slack": ("url", "channel"), "pagerduty": ("routing_key",)}
SECRETS = {
    "email": {"password": "auth_password_file"},
    "webhook": {"password": "password_file", "token": "credentials_file"},
    "slack": {"url": "api_url_file"},
    "pagerduty": {"routing_key": "routing_key_file"},
}


class PrometheusError(Exception):
    """What cannot work, naming the variable, the value and the fix."""


def seconds(base: float, pace: float, least: int = 1) -> str:
    """A duration at the pace, for example "15s"."""
    return f"{max(least, round(base * pace))}s"


def join(address: str, port: int | str) -> str:
    """host:port, IPv6 in brackets."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def peer_address(variables: Data) -> str:
    """Where other hosts reach this one, from its variables: ansible_host where that is an address of a network, else the name."""
    host = str(variables.get("ansible_host") or "")
    return host if re.match(r"[0-9.]+$|.*:", host) and not re.match(r"127\.|::1$", host) else str(variables["inventory_hostname"])


def config(inputs: Data) -> dict[str, t.Any]:
    """prometheus.yml. `inputs`:

    cluster (name), pace, interval (s), servers, balancers, monitors (names), addresses (by name), cluster_targets (host:port),
    ports (minio, node, nginx, prometheus, alertmanager), tls, ca_file, server_name, token_file, web_tls, web_user, web_password_file,
    buckets (names), remote_write (list of Prometheus' own form), rule_files, extra_scrape_configs.
    """
    cluster, ports = inputs["cluster"], inputs["ports"]
    interval = seconds(inputs["interval"], inputs["pace"], 2)
    minio: dict[str, t.Any] = {
        "authorization": {"credentials_file": inputs["token_file"]},
        "scheme": "https" if inputs["tls"] else "http",
    }
    node = {**minio, "tls_config": {"ca_file": inputs["ca_file"], "server_name": inputs["server_name"]}} if inputs["tls"] else minio
    once = {**minio, "tls_config": {"ca_file": inputs["ca_file"]}} if inputs["tls"] else minio
    web: dict[str, t.Any] = {"basic_auth": {"username": inputs["web_user"], "password_file": inputs["web_password_file"]}}
    if inputs["web_tls"]:
        web |= {"scheme": "https", "tls_config": {"ca_file": inputs["ca_file"]}}

    def each(names: t.Iterable[str], port: str, **labels: str) -> list[dict[str, t.Any]]:
        return [{"targets": [join(inputs["addresses"][name], ports[port])], "labels": {"cluster": cluster, "node": name, **labels}}
                for name in names]

    def drop(names: str) -> list[dict[str, t.Any]]:
        return [{"source_labels": ["__name__"], "regex": names, "action": "drop"}]

    def through(path: str, dropped: str) -> dict[str, t.Any]:
        targets = [{"targets": list(inputs["cluster_targets"]), "labels": {"cluster": cluster}}]
        return {"metrics_path": path, **once, "static_configs": targets, "metric_relabel_configs": drop(dropped)}

    jobs: dict[str, dict[str, t.Any]] = {
        "minio-cluster": through("/minio/v2/metrics/cluster", NODE_SCOPE),
        "minio-bucket": through("/minio/v2/metrics/bucket", DISTRIBUTIONS),
        "minio-usage": through("/minio/metrics/v3/cluster/usage/buckets", DISTRIBUTIONS),
        "minio-node": {"metrics_path": "/minio/v2/metrics/node", **node, "static_configs": each(inputs["servers"], "minio")},
        "minio-resource": {"metrics_path": "/minio/v2/metrics/resource", **node, "static_configs": each(inputs["servers"], "minio")},
        "node": {"static_configs": each(inputs["addresses"], "node")},
        "nginx": {"static_configs": each(inputs["balancers"], "nginx")},
        "prometheus": {**web, "static_configs": each(inputs["monitors"], "prometheus")},
        "alertmanager": {**web, "static_configs": each(inputs["monitors"], "alertmanager")},
    }
    if inputs["buckets"]:
        jobs["minio-bucket-requests"] = {**node, "static_configs": [
            group for bucket in inputs["buckets"] for group in each(
                inputs["servers"], "minio", bucket=bucket, __metrics_path__=f"/minio/metrics/v3/bucket/api/{bucket}")]}
    for name in ("minio-bucket", "minio-usage"):
        # The server computes these anew once a minute.
        jobs[name]["scrape_interval"] = seconds(4 * inputs["interval"], inputs["pace"], 5)
    return {
        "global": {"scrape_interval": interval, "scrape_timeout": seconds(min(10, inputs["interval"]), inputs["pace"], 2),
                   "evaluation_interval": interval, "external_labels": {"cluster": cluster}},
        "rule_files": list(inputs["rule_files"]),
        "alerting": {"alertmanagers": [{**web, "static_configs": [
            {"targets": [join(inputs["addresses"][name], ports["alertmanager"]) for name in inputs["monitors"]]}]}]},
        "scrape_configs": [{"job_name": name, **job} for name, job in jobs.items() if job["static_configs"]]
        + list(inputs["extra_scrape_configs"]),
        **({"remote_write": list(inputs["remote_write"])} if inputs["remote_write"] else {}),
    }


def receiver_problems(receivers: t.Sequence[Data], routes: t.Sequence[Data]) -> list[str]:
    """What is wrong with minio_prometheus_receivers and minio_prometheus_routes, in words."""
    found, names = [], [str(receiver.get("name")) for receiver in receivers]
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.append(f"minio_prometheus_receivers: {name} is there more than once; give each its own name")
    for receiver in receivers:
        place = f"minio_prometheus_receivers, {receiver.get('name')}"
        kinds = [kind for kind in KINDS if receiver.get(kind)]
        if not kinds:
            found.append(f"{place}: says nothing of how; add one of {', '.join(KINDS)}")
        for kind in kinds:
            found += [f"{place}: {kind} lacks {key}" for key in REQUIRED[kind] if not receiver[kind].get(key)]
    for route in routes:
        if route.get("receiver") not in names:
            found.append(f"minio_prometheus_routes: there is no receiver {route.get('receiver')!r}; name one of {', '.join(names) or 'none'}")
    return found


def alertmanager(inputs: Data) -> dict[str, t.Any]:
    """{config, secrets}: alertmanager.yml, and the content of each secret file by its name in `secrets_dir`.

    `inputs`: receivers, routes, pace, secrets_dir, ca_file (for webhooks, may be empty), group_wait, group_interval, repeat_interval (s).
    The first receiver gets what no route takes. Without receivers nothing is sent; alerts are still shown.
    """
    problems = receiver_problems(inputs["receivers"], inputs["routes"])
    if problems:
        raise PrometheusError("; ".join(problems))
    secrets: dict[str, str] = {}
    receivers = [_receiver(receiver, inputs["secrets_dir"], secrets) for receiver in inputs["receivers"]]
    pace = inputs["pace"]
    # Of what follows from a cause, only the cause is sent.
    same = ["cluster"]
    inhibit = [
        ("MinioNodeDown", ["MinioTargetDown", "MinioCollectorStale"], ["cluster", "node"]),
        ("MinioWriteQuorumLost", ["MinioQuorumMarginGone", "MinioDriveOffline"], same),
        ("MinioCapacityCritical", ["MinioCapacityHigh"], same),
        ("MinioCertificateExpiryCritical", ["MinioCertificateExpiry"], ["cluster", "node", "endpoint"]),
    ]
    return {"secrets": secrets, "config": {
        "route": {
            "receiver": receivers[0]["name"] if receivers else "nobody",
            "group_by": ["alertname", "cluster"],
            "group_wait": seconds(inputs["group_wait"], pace), "group_interval": seconds(inputs["group_interval"], pace),
            "repeat_interval": seconds(inputs["repeat_interval"], pace, 60),
            "routes": [{key: value for key, value in route.items() if value is not None} for route in inputs["routes"]],
        },
        "receivers": receivers or [{"name": "nobody"}],
        "inhibit_rules": [{"source_matchers": [f'alertname="{source}"'], "target_matchers": [f'alertname=~"{"|".join(targets)}"'],
                           "equal": equal} for source, targets, equal in inhibit],
    }}


def _receiver(receiver: Data, folder: str, secrets: dict[str, str]) -> dict[str, t.Any]:
    made: dict[str, t.Any] = {"name": receiver["name"]}
    for kind in KINDS:
        wanted = {key: value for key, value in (receiver.get(kind) or {}).items() if value is not None}
        if not wanted:
            continue
        files = {}
        for key, names_file in SECRETS[kind].items():
            if wanted.get(key):
                file = f"alertmanager-{receiver['name']}-{kind}-{key}"
                secrets[file] = str(wanted.pop(key))
                files[names_file] = f"{folder}/{file}"
        made[f"{kind}_configs"] = [_BUILD[kind](wanted, files)]
    return made


def _email(wanted: Data, files: Data) -> dict[str, t.Any]:
    user = {"auth_username": wanted["username"]} if wanted.get("username") else {}
    plain = {key: value for key, value in wanted.items() if key not in ("username",)}
    return {"send_resolved": True, **plain, **user, **files}


def _webhook(wanted: Data, files: Data) -> dict[str, t.Any]:
    http: dict[str, t.Any] = {}
    if "credentials_file" in files:
        http["authorization"] = {"credentials_file": files["credentials_file"]}
    elif "password_file" in files:
        http["basic_auth"] = {"username": wanted.get("username", ""), "password_file": files["password_file"]}
    if wanted.get("ca_file"):
        http["tls_config"] = {"ca_file": wanted["ca_file"]}
    return {"send_resolved": True, "url": wanted["url"], **({"http_config": http} if http else {})}


def _plain(wanted: Data, files: Data) -> dict[str, t.Any]:
    return {"send_resolved": True, **wanted, **files}


_BUILD: dict[str, t.Callable[[Data, Data], dict[str, t.Any]]] = {"email": _email, "webhook": _webhook, "slack": _plain, "pagerduty": _plain}
