# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart, freeze and unfreeze every server of a cluster through the admin API."""
from __future__ import annotations

import time
from typing import Any, Collection, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._action import Step, until
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import NotKept, Problem, Refused, Rejected, Unreachable

SPEC: dict[str, dict[str, Any]] = {
    "action": {"type": "str", "choices": ["restart", "freeze", "unfreeze"], "required": True},
    "wait_timeout": {"type": "int", "default": 300},
    "probe_timeout": {"type": "float", "default": 5},
}
# The server tells its uptime in whole seconds: a younger one could not be told from a restarted one.
OLD_ENOUGH = 4
# Freezing counts in the server, and every count has to be taken back by itself.
MOST_FREEZES = 50


def prepare(client: Client, params: Mapping[str, Any]) -> Step:
    if params["action"] == "restart":
        return _restart(client, params["wait_timeout"])
    return _freeze(client, params["action"], params["probe_timeout"])


def _uptimes(client: Client) -> dict[str, int]:
    """Seconds since the start of every server that is online, by its address."""
    info = client.admin("GET", "info", attempt="read the servers' state").json()
    return {server["endpoint"]: server.get("uptime") or 0 for server in info.get("servers") or [] if server.get("state") == "online"}


def _restart(client: Client, seconds: float) -> Step:
    before, looked = _uptimes(client), time.monotonic()
    if not before:
        raise Refused("no server is online", attempt="restart")
    names = sorted(before)

    def act() -> tuple[bool, Mapping[str, Any]]:
        time.sleep(max(0, OLD_ENOUGH - min(before.values())))
        sent = time.monotonic()
        _signal(client, "restart", before)
        impatient = client.like(timeout=5, retries=0)
        until(lambda: _started(impatient, before, looked), lambda started: set(started) == set(names), seconds, "wait for the restart",
              lambda started: f"not back yet: {', '.join(sorted(set(names) - set(started)))}")
        return True, {"action": "restart", "servers": names, "seconds": round(time.monotonic() - sent, 1)}
    return Step(True, {"action": "restart", "servers": names, "seconds": 0.0}, act)


def _started(client: Client, before: Mapping[str, int], looked: float) -> list[str]:
    """The servers that answer and have started since they were looked at; none while the endpoint itself does not answer."""
    try:
        now = _uptimes(client)
    except (Unreachable, Rejected):
        return []
    elapsed = time.monotonic() - looked
    return [name for name, uptime in before.items() if name in now and now[name] < uptime + elapsed - 2]


def _freeze(client: Client, action: str, patience: float) -> Step:
    wanted = action == "freeze"
    frozen = _is_frozen(client, patience)

    def act() -> tuple[bool, Mapping[str, Any]]:
        online = _uptimes(client)
        for _attempt in range(1 if wanted else MOST_FREEZES):
            _signal(client, action, online)
            if _is_frozen(client, patience) is wanted:
                return True, {"action": action, "frozen": wanted}
        raise NotKept(f"the server accepted it and S3 requests are still {'' if wanted else 'not '}answered", attempt=action)
    return Step(frozen is not wanted, {"action": action, "frozen": wanted}, act if frozen is not wanted else None)


def _is_frozen(client: Client, patience: float) -> bool:
    """Whether S3 requests stay without an answer while the admin API answers: no request of the admin API tells it."""
    try:
        client.like(timeout=patience, retries=0).s3("GET", attempt="see whether S3 requests are answered")
    except Rejected:
        return False
    except Unreachable:
        client.admin("GET", "info", attempt="see whether the server answers at all")
        return True
    return False


def _signal(client: Client, action: str, online: Collection[str]) -> None:
    """Send it; the server passes it on to the others. What one says that was not online anyway is no problem."""
    answer = client.admin("POST", "service", {"action": action, "type": "2"}, repeatable=False, attempt=action).json()
    problems = [f"{result['host']}: {result['err']}" for result in answer.get("results") or []
                if result.get("err") and result["host"] in online]
    if problems:
        raise Problem("; ".join(problems), attempt=action)
