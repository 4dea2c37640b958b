# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Healing: a heal of a cluster, bucket or prefix on demand, and the state of the one that always runs in the background."""
from __future__ import annotations

import re
import time
from typing import Any, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._action import Step, until
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Refused
from ansible_collections.oracle1.minio.plugins.module_utils._references import demand

SPEC: dict[str, dict[str, Any]] = {
    "action": {"type": "str", "choices": ["start", "status"], "default": "start"},
    "bucket": {"type": "str"},
    "prefix": {"type": "str"},
    "recursive": {"type": "bool", "default": True},
    "scan_mode": {"type": "str", "choices": ["normal", "deep"], "default": "normal"},
    "remove_dangling": {"type": "bool", "default": False},
    "dry_run": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}
RULES: dict[str, Any] = {"required_by": {"prefix": ["bucket"]}}
SCAN_MODES = {"normal": 1, "deep": 2}
REPAIRABLE = ("missing", "corrupt")
GONE = ("Object not found", "Version not found")
MOST_PROBLEMS = 20
# It takes the prefix as it stands in the address, where everything else is escaped.
PLAIN = re.compile(r"[A-Za-z0-9/_.~-]*")


def prepare(client: Client, params: Mapping[str, Any]) -> Step:
    if params["action"] == "status":
        return Step(False, {"action": "status", **background(client)})
    bucket, prefix = params["bucket"] or "", params["prefix"] or ""
    if not PLAIN.fullmatch(prefix):
        raise Refused("this server finds nothing under a prefix with other characters than letters, digits, / - _ . and ~: "
                      "heal one above it, or the bucket", subject=f"prefix {prefix}", attempt="heal it")
    if bucket:
        # The server itself would answer with an internal error, after a while.
        demand(client, "bucket", bucket, "heal it")
    dry = params["dry_run"]
    counts: dict[str, Any] = {"scanned": 0, "healed": 0, "failed": 0, "removed": 0, "bytes_healed": 0, "problems": []}
    about = {"action": "start", "bucket": bucket, "prefix": prefix, "dry_run": dry}

    def act() -> tuple[bool, Mapping[str, Any]]:
        path = "heal/" + bucket + (f"/{prefix}" if prefix else "")
        options = {"recursive": params["recursive"], "dryRun": dry, "remove": params["remove_dangling"], "recreate": False,
                   "scanMode": SCAN_MODES[params["scan_mode"]], "updateParity": False, "nolock": False}
        began = time.monotonic()
        token = client.admin("POST", path, body=options, repeatable=False, attempt="start the heal").json()["clientToken"]
        if not params["wait"]:
            return not dry, {**about, "state": "running", "seconds": 0.0, **counts}

        def look() -> Mapping[str, Any]:
            # Every answer holds what was healed since the answer before, so it must not be asked for twice.
            status = client.admin("POST", path, {"clientToken": token}, repeatable=False, attempt="follow the heal").json()
            for item in status.get("Items") or []:
                count(counts, item, dry)
            return status
        status = until(look, lambda seen: seen["Summary"] in ("finished", "stopped"), params["wait_timeout"], "wait for the heal",
                       lambda seen: f"{counts['scanned']} objects scanned, {counts['healed']} healed, {counts['failed']} failed")
        if status["Summary"] == "stopped":
            raise Problem(status.get("Detail") or "the server stopped it", attempt="finish the heal")
        value = {**about, "state": "finished", "seconds": round(time.monotonic() - began, 1), **counts}
        return bool(counts["removed"] or (counts["healed"] and not dry)), value
    return Step(False, {**about, "state": "not started", "seconds": 0.0, **counts}, act)


def count(counts: dict[str, Any], item: Mapping[str, Any], dry: bool) -> None:
    """Add one result of the server to the counts. A dry run's states after are those before."""
    before, after = ([drive.get("state") for drive in (item.get(when) or {}).get("drives") or []] for when in ("before", "after"))
    detail = item.get("detail") or ""
    counts["scanned"] += item.get("type") == "object"
    if detail.startswith(GONE):
        counts["removed"] += 1
    elif detail or (not dry and any(state in REPAIRABLE for state in after)):
        counts["failed"] += 1
        name = "/".join(part for part in (item.get("bucket"), item.get("object")) if part)
        if len(counts["problems"]) < MOST_PROBLEMS:
            counts["problems"].append(f"{name}: {detail or 'a drive still lacks it'}")
    elif any(state in REPAIRABLE for state in before):
        counts["healed"] += 1
        counts["bytes_healed"] += item.get("objectSize") or 0


def background(client: Client) -> dict[str, Any]:
    """What the servers heal by themselves: new or returned drives, and objects that a write left incomplete."""
    state = client.admin("POST", "background-heal/status", looks=True, attempt="read the state of the background heal").json()
    drives = [drive for item in state.get("sets") or [] for drive in item.get("disks") or []]
    queues = (state.get("mrf") or {}).values()
    return {
        "servers_offline": sorted(state.get("offline_nodes") or []),
        "scanned": state.get("ScannedItemsCount") or 0,
        "items_healed": sum(queue.get("items_healed") or 0 for queue in queues),
        "bytes_healed": sum(queue.get("bytes_healed") or 0 for queue in queues),
        "drives": sorted((_drive(drive) for drive in drives if drive.get("healing") or drive.get("heal_info")),
                         key=lambda drive: drive["endpoint"]),
    }


def _drive(drive: Mapping[str, Any]) -> dict[str, Any]:
    tracker = drive.get("heal_info") or {}
    total = tracker.get("objects_total_count") or 0
    done = sum(tracker.get(name) or 0 for name in ("items_healed", "items_failed", "items_skipped"))
    return {"endpoint": drive.get("endpoint", ""), "pool": drive.get("pool_index", -1), "set": drive.get("set_index", -1),
            "healed": tracker.get("items_healed") or 0, "failed": tracker.get("items_failed") or 0,
            "bytes_done": tracker.get("bytes_done") or 0, "bytes_total": tracker.get("objects_total_size") or 0,
            "percent": min(100, done * 100 // total) if total else 0, "bucket": tracker.get("current_bucket") or "",
            "finished": bool(tracker.get("finished"))}
