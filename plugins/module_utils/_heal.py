# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Healing: a heal of a cluster, bucket or prefix on demand, and the state of the one that always runs in the background."""
from __future__ import annotations

import re
import time
from typing import Any, Mapping, Sequence
from urllib.parse import urlsplit

from ansible_collections.oracle1.minio.plugins.module_utils._action import Step, until
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Refused
from ansible_collections.oracle1.minio.plugins.module_utils._progress import Lines, Pace
from ansible_collections.oracle1.minio.plugins.module_utils._references import demand

SPEC: dict[str, dict[str, Any]] = {
    "action": {"type": "str", "choices": ["start", "status", "drives"], "default": "start"},
    "drives": {"type": "list", "elements": "str", "default": []},
    "bucket": {"type": "str"},
    "prefix": {"type": "str"},
    "recursive": {"type": "bool", "default": True},
    "scan_mode": {"type": "str", "choices": ["normal", "deep"], "default": "normal"},
    "remove_dangling": {"type": "bool", "default": False},
    "dry_run": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
    "use_timeout": {"type": "int", "default": 300},
    "progress_path": {"type": "path"},
}
RULES: dict[str, Any] = {"required_by": {"prefix": ["bucket"]}}
# A drive has its format a moment before it says that it heals: what looks finished is looked at once more.
LOOKS = 2
SCAN_MODES = {"normal": 1, "deep": 2}
REPAIRABLE = ("missing", "corrupt")
GONE = ("Object not found", "Version not found")
MOST_PROBLEMS = 20
# An object that is locked comes back as failed. It is tried again so often, so many seconds later, unless so many have failed that locks cannot be why.
RETRIES, PAUSE, MOST_RETRIED = 2, 5.0, 1000
# It takes the prefix as it stands in the address, where everything else is escaped.
PLAIN = re.compile(r"[A-Za-z0-9/_.~-]*")


def prepare(client: Client, params: Mapping[str, Any]) -> Step:
    if params["action"] == "status":
        return Step(False, {"action": "status", **background(client)})
    if params["action"] == "drives":
        return _drives_step(client, params)
    bucket, prefix = params["bucket"] or "", params["prefix"] or ""
    if not PLAIN.fullmatch(prefix):
        raise Refused("this server finds nothing under a prefix with other characters than letters, digits, / - _ . and ~: "
                      "heal one above it, or the bucket", subject=f"prefix {prefix}", attempt="heal it")
    if bucket:
        # The server itself would answer with an internal error, after a while.
        demand(client, "bucket", bucket, "heal it")
    dry = params["dry_run"]
    nothing: dict[str, Any] = {"scanned": 0, "healed": 0, "failed": 0, "removed": 0, "bytes_healed": 0}
    about = {"action": "start", "bucket": bucket, "prefix": prefix, "dry_run": dry}

    def once(counts: dict[str, Any], failed: dict[str, str]) -> None:
        """Heal, wait for the end where that is wanted, and add to the counts and to what failed."""
        path = "heal/" + bucket + (f"/{prefix}" if prefix else "")
        options = {"recursive": params["recursive"], "dryRun": dry, "remove": params["remove_dangling"], "recreate": False,
                   "scanMode": SCAN_MODES[params["scan_mode"]], "updateParity": False, "nolock": False}
        token = client.admin("POST", path, body=options, repeatable=False, attempt="start the heal").json()["clientToken"]
        if not params["wait"]:
            return

        def look() -> Mapping[str, Any]:
            # Every answer holds what was healed since the answer before, so it must not be asked for twice.
            status = client.admin("POST", path, {"clientToken": token}, repeatable=False, attempt="follow the heal").json()
            for item in status.get("Items") or []:
                count(counts, failed, item, dry)
            return status
        status = until(look, lambda seen: seen["Summary"] in ("finished", "stopped"), params["wait_timeout"], "wait for the heal",
                       lambda seen: f"{counts['scanned']} objects scanned, {counts['healed']} healed, {counts['failed']} failed",
                       Lines(params["progress_path"]).tell)
        if status["Summary"] == "stopped":
            raise Problem(status.get("Detail") or "the server stopped it", attempt="finish the heal")

    def act() -> tuple[bool, Mapping[str, Any]]:
        began, counts, failed = time.monotonic(), dict(nothing), dict[str, str]()
        once(counts, failed)
        for _retry in range(0 if dry else RETRIES):
            if not 0 < counts["failed"] <= MOST_RETRIED:
                break
            time.sleep(PAUSE)
            more, left = dict(nothing), dict[str, str]()
            once(more, left)
            failed = {name: why for name, why in left.items() if name in failed}
            counts.update({name: counts[name] + more[name] for name in ("healed", "removed", "bytes_healed")}, failed=len(failed))
        value = {**about, "state": "finished" if params["wait"] else "running", "seconds": round(time.monotonic() - began, 1), **counts,
                 "problems": [f"{name}: {why}" for name, why in list(failed.items())[:MOST_PROBLEMS]]}
        changed = bool(counts["removed"] or (counts["healed"] and not dry)) if params["wait"] else not dry
        return changed, value
    return Step(False, {**about, "state": "not started", "seconds": 0.0, **nothing, "problems": []}, act)


def count(counts: dict[str, Any], failed: dict[str, str], item: Mapping[str, Any], dry: bool) -> None:
    """Add one result of the server to the counts, and to what failed and why. A dry run's states after are those before."""
    before, after = ([drive.get("state") for drive in (item.get(when) or {}).get("drives") or []] for when in ("before", "after"))
    detail = item.get("detail") or ""
    counts["scanned"] += item.get("type") == "object"
    if detail.startswith(GONE):
        counts["removed"] += 1
    elif detail or (not dry and any(state in REPAIRABLE for state in after)):
        counts["failed"] += 1
        if len(failed) < MOST_RETRIED:
            version = f" (version {item['versionId']})" if item.get("versionId", "null") not in ("", "null") else ""
            name = "/".join(part for part in (item.get("bucket"), item.get("object")) if part) + version
            failed[name] = detail or "a drive still lacks it"
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


def _drives_step(client: Client, params: Mapping[str, Any]) -> Step:
    """Wait until the servers have taken the drives into use and rebuilt on them what they are to hold."""
    wanted, began = params["drives"], time.monotonic()

    def value(seen: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return {"action": "drives", "drives": list(seen), "seconds": round(time.monotonic() - began, 1),
                **{name: sum(drive[name] for drive in seen) for name in ("healed", "failed")},
                "bytes_healed": sum(drive["bytes_done"] for drive in seen)}

    def look() -> list[dict[str, Any]]:
        return replaced(client.admin("GET", "info", attempt="read the state of the drives").json(), wanted)

    there = look()
    absent = sorted(set(wanted) - {drive["name"] for drive in there})
    if absent:
        raise Refused("the cluster has no such drive; give them as host:path, as in minio1:/mnt/minio/drive1",
                      subject=", ".join(absent), attempt="wait for its heal")

    def act() -> tuple[bool, Mapping[str, Any]]:
        in_a_row, pace = 0, Pace()

        def whole(seen: Sequence[Mapping[str, Any]]) -> bool:
            nonlocal in_a_row
            unused = [f"{drive['name']} is {drive['state']}" for drive in seen if drive["state"] != "ok"]
            if unused and time.monotonic() - began > params["use_timeout"]:
                raise Problem(f"not within {params['use_timeout']} seconds: {', '.join(unused)}", attempt="see the servers use the drives")
            in_a_row = in_a_row + 1 if all(drive["finished"] for drive in seen) else 0
            return in_a_row >= LOOKS
        seen = until(look, whole, params["wait_timeout"], "wait for the drives", lambda drives: _how_far(drives, pace),
                     Lines(params["progress_path"]).tell)
        failed = [f"{drive['name']}: {drive['failed']}" for drive in seen if drive["failed"]]
        if failed:
            raise Problem(f"objects that could not be rebuilt: {', '.join(failed)}; heal them with action: start, "
                          "and look into the servers' log for the reason", attempt="heal the drives")
        return False, value(seen)
    return Step(False, value(there), act if params["wait"] else None)


def replaced(info: Mapping[str, Any], wanted: Sequence[str]) -> list[dict[str, Any]]:
    """The wanted drives, all without a wish, from the admin API's answer to info."""
    every = [drive for server in info.get("servers") or [] for drive in server.get("drives") or []]
    found = []
    for drive in every:
        name = drive_name(drive.get("endpoint", ""))
        if wanted and name not in wanted:
            continue
        peers = [other.get("usedspace") or 0 for other in every if other is not drive and not other.get("healing") and all(
            other.get(key) == drive.get(key) for key in ("pool_index", "set_index"))]
        state = drive.get("state") or "unknown"
        found.append({**_drive(drive), "name": name, "state": state, "used": drive.get("usedspace") or 0,
                      # What it is to hold is what the fullest drive of its set holds.
                      "used_by_others": max(peers, default=0),
                      "finished": state == "ok" and not drive.get("healing")})
    return sorted(found, key=lambda drive: drive["name"])


def drive_name(endpoint: str) -> str:
    """host:path of a drive that the server names by its address; a path stays a path."""
    parts = urlsplit(endpoint)
    return f"{parts.hostname}:{parts.path}" if parts.hostname else endpoint


def _how_far(drives: Sequence[Mapping[str, Any]], pace: Pace) -> str:
    """One line for all drives; the server's own total is only as new as its last scan, so room is what is counted."""
    open_ = [drive for drive in drives if not drive["finished"]] or drives
    states = ", ".join(f"{drive['name']} {'heals' if drive['state'] == 'ok' else 'is ' + drive['state']}" for drive in open_[:4])
    more = f" and {len(open_) - 4} more" if len(open_) > 4 else ""
    if any(drive["state"] == "ok" for drive in open_):
        far = pace.text(sum(drive["used"] for drive in drives), sum(drive["used_by_others"] for drive in drives))
        return f"{states}{more}: {sum(drive['healed'] for drive in drives)} objects, {far}"
    return f"{states}{more}: not taken into use yet"
