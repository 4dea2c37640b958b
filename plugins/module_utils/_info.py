# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server says of itself, in a form that stays the same from release to release."""
from __future__ import annotations

from typing import Any, Callable, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils import _bucket as bucket_resource
from ansible_collections.oracle1.minio.plugins.module_utils import _heal as heal
from ansible_collections.oracle1.minio.plugins.module_utils import _pool as pool
from ansible_collections.oracle1.minio.plugins.module_utils._action import Step
from ansible_collections.oracle1.minio.plugins.module_utils._client import NEVER, Client


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


def _replication(client: Client) -> dict[str, Any]:
    """How far sites and the targets of buckets are behind."""
    parts = {name: "true" for name in ("buckets", "policies", "users", "groups", "metrics")}
    status = client.admin("GET", "site-replication/status", parts, attempt="read the state of the site replication").json()
    own = client.admin("GET", "site-replication/info", {"api-version": "1"}, attempt="read the sites").json().get("name")
    metrics = status.get("Metrics") or {}
    peers = metrics.get("replMetrics") or {}
    account = client.admin("GET", "accountinfo", attempt="list the buckets that replicate").json()
    names = [bucket["name"] for bucket in account.get("Buckets") or [] if (bucket.get("details") or {}).get("replication")]
    return {
        "linked": bool(status.get("Enabled")),
        "sites": sorted((_site(site, peers.get(name) or {}, own) for name, site in (status.get("Sites") or {}).items()),
                        key=lambda site: site["name"]),
        # The server lists what differs, and nothing else.
        "differences": {name: len(status.get(key) or {}) for name, key in (
            ("buckets", "BucketStats"), ("policies", "PolicyStats"), ("users", "UserStats"), ("groups", "GroupStats"))},
        "queued": _amount((metrics.get("queued") or {}).get("curr")),
        "buckets": [target for name in sorted(names) for target in _targets(client, name)],
    }


def _amount(counter: Mapping[str, Any] | None) -> dict[str, int]:
    return {"objects": int((counter or {}).get("count") or 0), "bytes": int((counter or {}).get("bytes") or 0)}


def _site(site: Mapping[str, Any], seen: Mapping[str, Any], own: str) -> dict[str, Any]:
    """seen is what the cluster that was asked has measured of the site: nothing of itself, nor before it has sent anything there."""
    failed = seen.get("failed") or {}
    return {"name": site["name"], "endpoint": site["endpoint"], "deployment_id": site["deploymentID"], "self": site["name"] == own,
            "online": True if site["name"] == own else seen.get("isOnline"), "latency": round((seen.get("latency") or {}).get("curr", 0) / 1e6, 1),
            "replicated": {"objects": seen.get("replicatedCount") or 0, "bytes": seen.get("replicatedSize") or 0},
            "failed": _amount(failed.get("totals")), "failed_last_hour": _amount(failed.get("lastHour"))}


def _targets(client: Client, bucket: str) -> list[dict[str, Any]]:
    answer = client.s3("GET", bucket, {"replication-metrics": "2"}, attempt=f"read the replication of bucket {bucket}").json()
    stats = answer.get("currStats") or {}
    queued = _amount((stats.get("queued") or {}).get("curr"))
    return [{"bucket": bucket, "target": target, "queued": queued,
             "replicated": {"objects": seen.get("replicationCount") or 0, "bytes": seen.get("completedReplicationSize") or 0},
             "failed": _amount((seen.get("failed") or {}).get("totals")), "failed_last_hour": _amount((seen.get("failed") or {}).get("lastHour"))}
            for target, seen in sorted((stats.get("Stats") or {}).items())]


def _bucket_usage(client: Client) -> dict[str, Any]:
    """What the last scan counted; the time is empty before the first one."""
    usage = client.admin("GET", "datausageinfo", attempt="read the use of the buckets").json()
    updated = usage.get("lastUpdate") or NEVER
    return {"updated": "" if updated == NEVER else updated, "buckets": [
        {"bucket": name, "objects": seen.get("objectsCount") or 0, "versions": seen.get("versionsCount") or 0,
         "delete_markers": seen.get("deleteMarkersCount") or 0, "size": seen.get("size") or 0}
        for name, seen in sorted((usage.get("bucketsUsageInfo") or {}).items())]}


def _tiers(client: Client) -> list[dict[str, Any]]:
    """The remote tiers without their credentials, and what is stored there as of the last scan."""
    stats = {tier["Name"]: tier.get("Stats") or {} for tier in client.admin("GET", "tier-stats", attempt="read the use of the tiers").json() or []}
    result = []
    for tier in client.admin("GET", "tier", attempt="list the tiers").json() or []:
        place = next((content for name, content in tier.items() if name.lower() == tier["Type"]), {})
        seen = stats.get(tier["Name"], {})
        result.append({"name": tier["Name"], "type": tier["Type"], "endpoint": place.get("Endpoint") or "", "bucket": place.get("Bucket") or "",
                       "prefix": place.get("Prefix") or "", "objects": seen.get("numObjects") or 0, "versions": seen.get("numVersions") or 0,
                       "size": seen.get("totalSize") or 0})
    return sorted(result, key=lambda tier: tier["name"])


# What can be gathered, and how; each asks at least one request of its own.
GATHER: dict[str, Callable[[Client], dict[str, Any]]] = {
    "cluster": lambda client: shape(client.admin("GET", "info", attempt="read the server's information").json()),
    "pools": pool.look,
    "healing": lambda client: {"healing": heal.background(client)},
    "replication": lambda client: {"replication": _replication(client)},
    "usage": lambda client: {"bucket_usage": _bucket_usage(client)},
    "tiers": lambda client: {"tiers": _tiers(client)},
    "buckets": lambda client: {"buckets": sorted(bucket_resource.names(client))},
}
SPEC: dict[str, dict[str, Any]] = {"gather": {"type": "list", "elements": "str", "choices": list(GATHER), "default": ["cluster"]}}


def prepare(client: Client, params: Mapping[str, Any]) -> Step:
    return Step(False, {name: value for part in GATHER if part in params["gather"] for name, value in GATHER[part](client).items()})
