# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first half of preflight: the variables of all hosts, before any host is touched. Pure functions, no I/O."""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.oracle1.minio.plugins.plugin_utils import preflight_credentials, preflight_options, preflight_settings
from ansible_collections.oracle1.minio.plugins.plugin_utils.topology import plan

DRIVE_KEYS = frozenset(("path", "device", "uuid", "label", "format"))
TLS_SOURCES = ("private_ca", "files", "none")
SAME_EVERYWHERE = {
    "cluster_name": "minio_server_cluster_name",
    "pools": "minio_server_pools",
    "parity": "minio_server_parity",
    "api_port": "minio_server_api_port",
    "console_port": "minio_server_console_port",
    "tls_source": "minio_tls_source",
    "release": "minio_release",
    "manage_hosts_file": "minio_server_manage_hosts_file",
}
PORTS = {
    "api_port": "minio_server_api_port",
    "console_port": "minio_server_console_port",
    "lb_port": "minio_lb_port",
    "lb_console_port": "minio_lb_console_port",
}
_CLUSTER_NAME = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$")
_VAULT = "move it to group_vars/all"

Input = t.Mapping[str, t.Any]


def judge(
    inputs: t.Iterable[Input],
    secrets: t.Iterable[Input],
    groups: t.Mapping[str, t.Sequence[str]],
    allow_node_loss: bool = False,
) -> dict[str, t.Any]:
    """Judge what each host was told.

    `inputs`: one dictionary per host of the play, with `host` and the values of roles/minio_preflight/tasks/variables.yml.
    `secrets`: `host`, `user`, `password`, `settings` and `options` (what the roles' other variables are) for each.
    Returns problems, warnings and the topology plan.
    """
    secret = {entry["host"]: entry for entry in secrets}
    entries = [{**entry, **secret.get(entry["host"], {})} for entry in inputs]
    problems: list[str] = []
    warnings: list[str] = []
    names = list(groups.get("minio_server") or [])
    if not names:
        problems.append("the group minio_server is empty; name the nodes in the inventory, in the order of the volume list")
        return {"problems": problems, "warnings": warnings, "plan": plan([])}
    servers = [entry for entry in entries if entry["host"] in names]
    balancers = [entry for entry in entries if entry["host"] in (groups.get("minio_lb") or [])]

    _judge_same(servers, problems)
    _judge_names(servers, problems)
    _judge_ports(servers, balancers, problems)
    for entry in servers:
        _judge_drives(entry, problems, warnings)
    topology = _judge_topology(servers, names, allow_node_loss, problems, warnings)
    _judge_settings(servers, topology, problems, warnings)
    _judge_credentials(servers, problems)
    bad, doubtful = preflight_options.judge({entry["host"]: entry["options"] for entry in entries if entry.get("options")}, groups)
    problems.extend(bad)
    warnings.extend(doubtful)
    absent = [name for name in names if name not in {entry["host"] for entry in servers}]
    if absent and servers:
        warnings.append(f"judged without {_join(absent)}, which this run leaves out")
    return {"problems": list(dict.fromkeys(problems)), "warnings": list(dict.fromkeys(warnings)), "plan": topology}


def _judge_same(servers: t.Sequence[Input], problems: list[str]) -> None:
    for key, variable in SAME_EVERYWHERE.items():
        by_value = _by_value({entry["host"]: entry.get(key) for entry in servers})
        if len(by_value) > 1:
            said = "; ".join(f"{value} on {_join(hosts)}" for value, hosts in by_value.items())
            problems.append(f"{variable} differs between the nodes: {said}; {_VAULT}")
    settings = {e["host"]: e["settings"] for e in servers if isinstance(e.get("settings"), t.Mapping)}
    for name in sorted({str(name) for values in settings.values() for name in values}):
        by_value = _by_value({host: values.get(name) for host, values in settings.items()})
        if len(by_value) > 1:
            # Without the values: a setting may be a secret.
            said = " | ".join(_join(hosts) for hosts in by_value.values())
            problems.append(
                f"minio_server_settings: {name} differs between the nodes ({said}), which then refuse each other; {_VAULT}"
            )


def _by_value(values: t.Mapping[str, t.Any]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for host, value in values.items():
        result.setdefault(json.dumps(value, sort_keys=True, default=str), []).append(host)
    return result


def _judge_names(servers: t.Sequence[Input], problems: list[str]) -> None:
    for entry in servers:
        name = entry.get("cluster_name")
        if not isinstance(name, str) or not _CLUSTER_NAME.match(name):
            problems.append(
                f"minio_server_cluster_name is {name!r}; use letters, digits and '-', at most 63 characters, for example oracle1"
            )
        if entry.get("tls_source") not in TLS_SOURCES:
            problems.append(f"minio_tls_source is {entry.get('tls_source')!r}; use one of {_join(TLS_SOURCES)}")


def _judge_ports(servers: t.Sequence[Input], balancers: t.Sequence[Input], problems: list[str]) -> None:
    used: dict[tuple[str, int], str] = {}
    for entries, keys in ((servers, ("api_port", "console_port")), (balancers, ("lb_port", "lb_console_port"))):
        for entry in entries:
            for key in keys:
                _judge_port(entry, key, used, problems)


def _judge_port(entry: Input, key: str, used: dict[tuple[str, int], str], problems: list[str]) -> None:
    variable, value, host = PORTS[key], entry.get(key), entry["host"]
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        problems.append(f"{variable} is {value!r}; use a number from 1 to 65535")
        return
    if int(text) < 1024 and not key.startswith("lb_"):
        problems.append(f"{variable} is {text}; the server runs without privileges, use 1024 or more")
    other = used.setdefault((host, int(text)), variable)
    if other != variable:
        problems.append(f"{variable} and {other} are both {text} on {host}; give one of them another port")


def _judge_drives(entry: Input, problems: list[str], warnings: list[str]) -> None:
    host, drives = entry["host"], entry.get("drives")
    if drives in (None, "", [], ()):
        problems.append(f"{host}: minio_server_drives is not set; list the drives with path and device, uuid or label")
        return
    if not isinstance(drives, (list, tuple)):
        problems.append(f"{host}: minio_server_drives is no list; begin each drive with a dash, for example - path: /mnt/minio/drive1")
        return
    seen: dict[tuple[str, str], str] = {}
    for number, drive in enumerate(drives, 1):
        place = f"{host}: minio_server_drives[{number}]"
        if not isinstance(drive, t.Mapping):
            problems.append(f"{place} is {drive!r}, no dictionary; write path: {drive}")
            continue
        _judge_drive(place, drive, problems)
        for key in ("path", "device", "uuid", "label"):
            value = drive.get(key)
            if not value:
                continue
            normal = str(value).rstrip("/") if key in ("path", "device") else str(value)
            other = seen.setdefault((key, normal), str(drive.get("path")))
            if other != str(drive.get("path")) or (key == "path" and _count(drives, normal) > 1):
                problems.append(
                    f"{host}: minio_server_drives names {key} {normal} more than once; every drive needs a device of its own"
                )


def _count(drives: t.Sequence[t.Any], path: str) -> int:
    return sum(1 for drive in drives if isinstance(drive, t.Mapping) and str(drive.get("path")).rstrip("/") == path)


def _judge_drive(place: str, drive: t.Mapping[str, t.Any], problems: list[str]) -> None:
    unknown = sorted(str(key) for key in set(drive) - DRIVE_KEYS)
    if unknown:
        problems.append(f"{place} has the unknown key {_join(unknown)}; use path, device, uuid, label and format")
    path = drive.get("path")
    if not isinstance(path, str) or not path.startswith("/") or path.rstrip("/") == "":
        problems.append(f"{place} has the path {path!r}; give the absolute path of the mount point, for example /mnt/minio/drive1")
    for key in ("device", "uuid", "label"):
        value = drive.get(key)
        if value is not None and (not isinstance(value, str) or not value):
            problems.append(f"{place} has the {key} {value!r}; write a text in quotes, or remove it")
    device = drive.get("device")
    if isinstance(device, str) and device and not device.startswith("/dev/"):
        problems.append(f"{place} has the device {device!r}; give its path below /dev, or use uuid or label")
    wanted = drive.get("format", False)
    if not isinstance(wanted, bool):
        problems.append(f"{place} has format {wanted!r}; use true or false")
    elif wanted and not device:
        problems.append(f"{place} has format: true but no device; name the device that may be formatted")


def _judge_topology(
    servers: t.Sequence[Input], names: list[str], allow: bool, problems: list[str], warnings: list[str]
) -> dict[str, t.Any]:
    if not servers:
        return plan([])
    first = servers[0]
    pools = first.get("pools")
    settings = first.get("settings")
    topology = plan(
        pools,
        scheme="http" if first.get("tls_source") == "none" else "https",
        port=first.get("api_port") or 9000,
        parity=first.get("parity"),
        set_drive_count=settings.get("MINIO_ERASURE_SET_DRIVE_COUNT") if isinstance(settings, t.Mapping) else None,
        allow_node_loss=allow,
    )
    problems.extend(f"minio_server_pools, {problem}" if problem.startswith("pool ") else problem for problem in topology["problems"])
    warnings.extend(topology["warnings"])
    members = [(pool.get("hosts"), pool.get("drives")) for pool in pools if isinstance(pool, t.Mapping)] if isinstance(pools, (list, tuple)) else []
    members = [(hosts, drives) for hosts, drives in members if isinstance(hosts, (list, tuple)) and isinstance(drives, (list, tuple))]
    _judge_members(servers, names, members, problems)
    return topology


def _judge_members(servers: t.Sequence[Input], names: list[str], members: list[tuple[t.Any, t.Any]], problems: list[str]) -> None:
    pooled = [str(host) for hosts, _drives in members for host in hosts]
    foreign = [host for host in dict.fromkeys(pooled) if host not in names]
    if foreign:
        problems.append(f"minio_server_pools names {_join(foreign)}, which is not in the group minio_server; add it there or remove it here")
    left_out = [name for name in names if name not in pooled]
    if left_out and members:
        problems.append(
            f"{_join(left_out)} is in the group minio_server but in no pool; add it to a pool of minio_server_pools or "
            "remove it from the group"
        )
    own = {entry["host"]: _paths(entry.get("drives")) for entry in servers}
    for hosts, drives in members:
        wanted = [str(drive).rstrip("/") for drive in drives]
        for host in dict.fromkeys(str(host) for host in hosts):
            if not own.get(host):
                continue
            missing = [path for path in wanted if path not in own[host]]
            surplus = [path for path in own[host] if path not in wanted]
            if missing:
                problems.append(
                    f"{host}: minio_server_drives lacks {_join(missing)}, which its pool has; "
                    "all nodes of a pool have the same paths"
                )
            if surplus:
                problems.append(
                    f"{host}: minio_server_drives has {_join(surplus)}, which its pool has not; "
                    "add it to the pool on all nodes or remove it"
                )


def _paths(drives: t.Any) -> list[str]:
    if not isinstance(drives, (list, tuple)):
        return []
    return [str(drive["path"]).rstrip("/") for drive in drives if isinstance(drive, t.Mapping) and drive.get("path")]


def _judge_settings(servers: t.Sequence[Input], topology: Input, problems: list[str], warnings: list[str]) -> None:
    for entry in servers:
        bad, doubtful = preflight_settings.judge(entry.get("settings"), topology["parity"])
        problems.extend(bad)
        warnings.extend(doubtful)


def _judge_credentials(servers: t.Sequence[Input], problems: list[str]) -> None:
    for key, variable in (("user", preflight_credentials.USER), ("password", preflight_credentials.PASSWORD)):
        by_value = _by_value({entry["host"]: entry.get(key) for entry in servers})
        if len(by_value) > 1:
            said = " | ".join(_join(hosts) for hosts in by_value.values())
            problems.append(f"{variable} differs between the nodes ({said}), which then refuse each other; {_VAULT}")
    for entry in servers:
        problems.extend(preflight_credentials.judge(entry.get("user"), entry.get("password")))


def _join(items: t.Iterable[t.Any]) -> str:
    return ", ".join(str(item) for item in items)
