# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server pools: their state, taking one out of service (decommission), and evening out their use (rebalance)."""
from __future__ import annotations

import time
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.oracle1.minio.plugins.module_utils._action import Step, until
from ansible_collections.oracle1.minio.plugins.module_utils._client import NEVER, Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import NotKept, Problem, Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._progress import Lines, Pace

NO_REBALANCE = {"state": "none", "id": "", "objects": 0, "versions": 0, "bytes": 0}
ACTIONS = ("list", "decommission", "cancel_decommission", "rebalance", "stop_rebalance")
SPEC: dict[str, dict[str, Any]] = {
    "action": {"type": "str", "choices": list(ACTIONS), "default": "list"},
    "pool": {"type": "str"},
    "again": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 3600},
    "progress_path": {"type": "path"},
}
RULES: dict[str, Any] = {"required_if": [("action", name, ["pool"]) for name in ("decommission", "cancel_decommission")]}
# The server leaves a pool alone whose share of free room is this near to that of the whole cluster.
TOLERANCE = 0.05


def prepare(client: Client, params: Mapping[str, Any]) -> Step:
    there = look(client)
    action = params["action"]
    if action == "list":
        return Step(False, there)
    if action in ("decommission", "cancel_decommission"):
        pool = _find(there["pools"], params["pool"])
        if action == "decommission":
            return _decommission(client, there, pool, params)
        return _cancel(client, there, pool)
    return _rebalance(client, there, params) if action == "rebalance" else _stop(client, there)


def look(client: Client) -> dict[str, Any]:
    """{pools, rebalance}: what the module returns, and info under pools.

    A pool that has been removed since the last rebalance makes the server fail over it (an index out of range in cmd/rebalance-admin.go).
    The list of pools changes only while none runs, so there is none then. Who waits for one that runs takes the same answer for a failure.
    """
    there = pools(client)
    try:
        return {"pools": there, "rebalance": rebalance(client)}
    except Rejected as error:
        if error.code != "InternalError":
            raise
        return {"pools": there, "rebalance": {**NO_REBALANCE}}


def pools(client: Client) -> list[dict[str, Any]]:
    """The pools in the server's order. Empty where the server's drives are not written as {1...n}: it knows no pools then."""
    try:
        found = client.admin("GET", "pools/list", attempt="list the pools").json() or []
    except Rejected as error:
        if error.code == "NotImplemented":
            return []
        raise
    return [_pool(pool) for pool in found]


def _pool(pool: Mapping[str, Any]) -> dict[str, Any]:
    info = pool.get("decommissionInfo") or {}
    flags = [name for name, key in (("complete", "complete"), ("canceled", "canceled"), ("failed", "failed")) if info.get(key)]
    started = info.get("startTime") or NEVER
    return {"index": pool["id"], "name": pool["cmdline"], "state": flags[0] if flags else "active" if started != NEVER else "serving",
            "started": "" if started == NEVER else started,
            "total": info.get("totalSize") or 0, "free": info.get("currentSize") or 0, "free_before": info.get("startSize") or 0,
            "moved": info.get("objectsDecommissioned") or 0, "failed": info.get("objectsDecommissionedFailed") or 0,
            "bytes_moved": info.get("bytesDecommissioned") or 0, "bytes_failed": info.get("bytesDecommissionedFailed") or 0}


def _find(found: Sequence[dict[str, Any]], wanted: str) -> dict[str, Any]:
    for pool in found:
        if wanted in (pool["name"], str(pool["index"])):
            return pool
    names = ", ".join(f"{pool['index']} ({pool['name']})" for pool in found)
    raise Refused(f"there is no such pool; there are: {names}", subject=f"pool {wanted}")


def _subject(pool: Mapping[str, Any]) -> str:
    return f"pool {pool['index']} ({pool['name']})"


def _decommission(client: Client, there: dict[str, Any], pool: dict[str, Any], params: Mapping[str, Any]) -> Step:
    subject, attempt, name = _subject(pool), "decommission it", pool["name"]
    if (pool["state"] == "complete" and not params["again"]) or (pool["state"] == "active" and not params["wait"]):
        return Step(False, there)
    begin = pool["state"] != "active"
    others = [other for other in there["pools"] if other is not pool]
    if begin and not any(other["state"] == "serving" for other in others):
        raise Refused("no other pool takes objects", subject=subject, attempt=attempt)
    if begin and any(other["state"] == "active" for other in others):
        raise Refused("another pool is being decommissioned", subject=subject, attempt=attempt)
    if begin and there["rebalance"]["state"] == "active":
        raise Refused("a rebalance is running", subject=subject, attempt=attempt)

    def act() -> tuple[bool, Mapping[str, Any]]:
        if begin:
            # By its name: this server does not look at the parameter that says that a number is meant.
            client.admin("POST", "pools/decommission", {"pool": name}, repeatable=False, attempt=attempt)
        if params["wait"]:
            ended = until(lambda: _find(pools(client), name), lambda seen: seen["state"] != "active", params["wait_timeout"],
                          "wait for the decommission", _paced(_decommissioned), Lines(params["progress_path"]).tell)
            if ended["state"] != "complete":
                raise Problem(f"it ended as {ended['state']}: {_progress(ended)}", subject=subject, attempt=attempt)
        return begin, look(client)
    return Step(begin, there, act)


def _progress(pool: Mapping[str, Any]) -> str:
    return f"{pool['moved']} versions moved ({pool['bytes_moved']} bytes), {pool['failed']} failed"


def _paced(count: Callable[[Mapping[str, Any]], tuple[str, int, int]]) -> Callable[[Mapping[str, Any]], str]:
    """Text with rate and time left, from what is moved in words, and done and total in bytes."""
    pace = Pace()

    def show(seen: Mapping[str, Any]) -> str:
        text, done, total = count(seen)
        return f"{text}: {pace.text(done, total)}"
    return show


def _decommissioned(pool: Mapping[str, Any]) -> tuple[str, int, int]:
    failed = f", {pool['failed']} failed" if pool["failed"] else ""
    return (f"decommission of pool {pool['index'] + 1}: {pool['moved']} versions moved{failed}",
            pool["bytes_moved"], pool["total"] - pool["free_before"])


def _rebalanced(seen: Mapping[str, Any]) -> tuple[str, int, int]:
    return f"rebalance: {seen['versions']} versions moved", seen["bytes"], 0


def _cancel(client: Client, there: dict[str, Any], pool: dict[str, Any]) -> Step:
    subject, attempt, name = _subject(pool), "cancel its decommission", pool["name"]
    if pool["state"] in ("serving", "canceled"):
        return Step(False, there)
    if pool["state"] == "complete":
        raise Refused("it is complete: take the pool out of the servers' command line", subject=subject, attempt=attempt)

    def act() -> tuple[bool, Mapping[str, Any]]:
        # What was running notes its own end as a failure, which can hide that it was cancelled, and a failed one is resumed by a restart.
        for _attempt in range(10):
            client.admin("POST", "pools/cancel", {"pool": name}, repeatable=False, attempt=attempt)
            time.sleep(0.5)
            if _find(pools(client), name)["state"] == "canceled":
                return True, look(client)
        raise NotKept("the server accepted it and does not show it", subject=subject, attempt=attempt)
    return Step(True, there, act)


def rebalance(client: Client) -> dict[str, Any]:
    """The rebalance that runs or ran last. state: none, active, complete, stopped or failed."""
    try:
        status = client.admin("GET", "rebalance/status", attempt="read the state of the rebalance").json()
    except Rejected as error:
        if error.code in ("XMinioAdminRebalanceNotStarted", "NotImplemented"):
            return {**NO_REBALANCE}
        raise
    moving = [pool for pool in status.get("pools") or [] if pool["status"] != "None"]
    states = {pool["status"] for pool in moving}
    stopped = (status.get("stoppedAt") or NEVER) != NEVER
    state = "failed" if "Failed" in states else "stopped" if stopped else "active" if "Started" in states else "complete"
    totals = {name: sum(pool["progress"][name] for pool in moving) for name in ("objects", "versions", "bytes")}
    return {"state": state, "id": status.get("ID", ""), **totals}


def _is_uneven(client: Client) -> bool:
    """Whether a pool is fuller than the cluster by more than the server tolerates."""
    info = client.admin("GET", "info", attempt="read the pools' use").json()
    free: dict[int, int] = {}
    total: dict[int, int] = {}
    for server in info.get("servers") or []:
        for drive in server.get("drives") or []:
            index = drive.get("pool_index", -1)
            free[index] = free.get(index, 0) + (drive.get("availspace") or 0)
            total[index] = total.get(index, 0) + (drive.get("totalspace") or 0)
    goal = sum(free.values()) / max(sum(total.values()), 1)
    return any(goal - free[index] / max(total[index], 1) > TOLERANCE for index in free)


def _rebalance(client: Client, there: dict[str, Any], params: Mapping[str, Any]) -> Step:
    running = there["rebalance"]["state"] == "active"
    if len(there["pools"]) < 2:
        raise Refused("there is only one pool", attempt="rebalance")
    if any(pool["state"] == "active" for pool in there["pools"]):
        raise Refused("a pool is being decommissioned", attempt="rebalance")
    begin = not running and _is_uneven(client)
    there = {**there, "uneven": begin}
    if not begin and not (running and params["wait"]):
        return Step(False, there)

    def act() -> tuple[bool, Mapping[str, Any]]:
        if begin:
            client.admin("POST", "rebalance/start", repeatable=False, attempt="start the rebalance")
        if params["wait"]:
            ended = until(lambda: rebalance(client), lambda seen: seen["state"] != "active", params["wait_timeout"],
                          "wait for the rebalance", _paced(_rebalanced), Lines(params["progress_path"]).tell)
            if ended["state"] != "complete":
                raise Problem(f"it ended as {ended['state']}", attempt="rebalance")
        return begin, {**look(client), "uneven": begin}
    return Step(begin, there, act)


def _stop(client: Client, there: dict[str, Any]) -> Step:
    if there["rebalance"]["state"] != "active":
        return Step(False, there)

    def act() -> tuple[bool, Mapping[str, Any]]:
        client.admin("POST", "rebalance/stop", attempt="stop the rebalance")
        until(lambda: rebalance(client), lambda seen: seen["state"] != "active", 30, "see it stop", lambda seen: seen["state"])
        return True, look(client)
    return Step(True, there, act)
