# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server says of itself, in a form that stays the same from release to release."""
from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem
from ansible_collections.oracle1.minio.plugins.module_utils._resource import start


def shape(info: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of the module's RETURN from the admin API's answer to info."""
    backend = info.get("backend") or {}
    drives = [_drive(server, drive) for server in info.get("servers") or [] for drive in server.get("drives") or []]
    sets = _sets(drives, backend)
    servers = [_server(server) for server in info.get("servers") or []]
    return {
        "mode": info.get("mode", ""),
        "deployment_id": info.get("deploymentID", ""),
        "versions": sorted({server["version"] for server in servers if server["version"]}),
        "uptime": min((server["uptime"] for server in servers if server["state"] == "online"), default=0),
        "servers": sorted(servers, key=lambda server: (server["pool"], server["endpoint"])),
        "servers_online": sum(server["state"] == "online" for server in servers),
        "drives": sorted(drives, key=lambda drive: (drive["pool"], drive["set"], drive["index"], drive["endpoint"])),
        "drives_online": sum(drive["state"] == "ok" for drive in drives),
        "drives_healing": sum(drive["healing"] for drive in drives),
        "backend": {"type": backend.get("backendType", ""), "standard_parity": backend.get("standardSCParity") or 0,
                    "reduced_parity": backend.get("rrSCParity") or 0},
        "sets": sets,
        "write_quorum": all(item["write_quorum_met"] for item in sets) and bool(sets),
        "capacity": {
            "raw_total": sum(drive["total"] for drive in drives), "raw_free": sum(drive["available"] for drive in drives),
            "usable_total": _usable(drives, sets, "total"), "usable_free": _usable(drives, sets, "available"),
        },
        "usage": {"buckets": _count(info, "buckets"), "objects": _count(info, "objects"), "versions": _count(info, "versions"),
                  "delete_markers": _count(info, "deletemarkers"), "size": (info.get("usage") or {}).get("size") or 0},
    }


def _usable(drives: list[dict[str, Any]], sets: list[dict[str, Any]], what: str) -> int:
    """Bytes without parity: of each set, the share of its data drives."""
    result = 0
    for item in sets:
        raw = sum(drive[what] for drive in drives if (drive["pool"], drive["set"]) == (item["pool"], item["set"]))
        result += raw * item["data"] // max(item["drives"], 1)
    return result


def _count(info: Mapping[str, Any], name: str) -> int:
    return (info.get(name) or {}).get("count") or 0


def _server(server: Mapping[str, Any]) -> dict[str, Any]:
    return {"endpoint": server.get("endpoint", ""), "state": server.get("state", ""), "version": server.get("version", ""),
            "commit": server.get("commitID", ""), "uptime": server.get("uptime") or 0, "pool": (server.get("poolNumber") or 1) - 1,
            "drives": len(server.get("drives") or [])}


def _drive(server: Mapping[str, Any], drive: Mapping[str, Any]) -> dict[str, Any]:
    return {"endpoint": drive.get("endpoint", ""), "server": server.get("endpoint", ""), "path": drive.get("path", ""),
            "state": drive.get("state", ""), "healing": bool(drive.get("healing")), "uuid": drive.get("uuid", ""),
            "pool": drive.get("pool_index", -1), "set": drive.get("set_index", -1), "index": drive.get("disk_index", -1),
            "total": drive.get("totalspace") or 0, "used": drive.get("usedspace") or 0, "available": drive.get("availspace") or 0}


def _sets(drives: list[dict[str, Any]], backend: Mapping[str, Any]) -> list[dict[str, Any]]:
    sizes = backend.get("totalDrivesPerSet") or []
    result = []
    for pool, number in enumerate(backend.get("totalSets") or []):
        size = sizes[pool] if pool < len(sizes) else 0
        parity = min(backend.get("standardSCParity") or 0, size // 2)
        data = size - parity
        write = data + (1 if data == parity else 0)
        for index in range(number):
            members = [drive for drive in drives if (drive["pool"], drive["set"]) == (pool, index)]
            online = sum(drive["state"] == "ok" for drive in members)
            result.append({
                "pool": pool, "set": index, "drives": size, "online": online,
                "healing": sum(drive["healing"] for drive in members), "parity": parity, "data": data,
                "read_quorum": data, "write_quorum": write, "write_quorum_met": online >= write,
                "may_still_lose": max(online - write, 0),
            })
    return result


def run() -> None:
    """The whole of the module info."""
    module, client = start({})
    try:
        if isinstance(client, Problem):
            raise client
        info = client.admin("GET", "info", attempt="read the server's information").json()
    except Problem as problem:
        module.fail_json(msg=str(problem))
    module.exit_json(changed=False, info=shape(info))
