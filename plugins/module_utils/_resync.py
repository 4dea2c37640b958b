# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending everything to the targets of a bucket's replication again, after one of them was lost or was away for long."""
from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._action import Step, until
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._references import demand
from ansible_collections.oracle1.minio.plugins.module_utils._replication import targets

SPEC: dict[str, dict[str, Any]] = {
    "bucket": {"type": "str", "required": True},
    "action": {"type": "str", "choices": ["start", "status"], "default": "start"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}
RUNNING = ("pending", "ongoing")


def look(client: Client, bucket: str) -> list[dict[str, Any]]:
    """One entry per target of the bucket, with the resync that runs or ran last."""
    found = []
    for target in targets(client, bucket):
        seen: Mapping[str, Any] = {}
        try:
            answer = client.s3("GET", bucket, {"replication-reset-status": "", "arn": target["arn"]}, attempt="read the resync").json()
            seen = next((item for item in answer.get("target") or [] if item["arn"] == target["arn"]), {})
        except Rejected as error:
            # There never was one for this bucket.
            if error.status not in (400, 404):
                raise
        found.append({"target": f"{target['endpoint']}/{target['targetbucket']}", "arn": target["arn"],
                      "state": (seen.get("resyncStatus") or "none").lower(), "replicated": _amount(seen, "replicationCount", "completedReplicationSize"),
                      "failed": _amount(seen, "failedReplicationCount", "failedReplicationSize")})
    return sorted(found, key=lambda entry: entry["target"])


def _amount(seen: Mapping[str, Any], count: str, size: str) -> dict[str, int]:
    return {"objects": seen.get(count) or 0, "bytes": seen.get(size) or 0}


def prepare(client: Client, params: Mapping[str, Any]) -> Step:
    bucket = params["bucket"]
    demand(client, "bucket", bucket, "look at its replication")
    there = look(client, bucket)
    if params["action"] == "status":
        return Step(False, {"bucket": bucket, "targets": there})
    if not there:
        raise Refused("its replication has no target", subject=f"bucket {bucket}", attempt="start a resync")
    due = [entry for entry in there if entry["state"] not in RUNNING]
    planned = [{**entry, "state": "pending"} if entry in due else entry for entry in there]

    def act() -> tuple[bool, Mapping[str, Any]]:
        for entry in due:
            # A second arrival would be refused, because the first one is already at work.
            client.s3("PUT", bucket, {"replication-reset": "", "arn": entry["arn"]}, attempt=f"start a resync to {entry['target']}")
        now = look(client, bucket)
        if params["wait"]:
            now = until(lambda: look(client, bucket), lambda seen: all(entry["state"] not in RUNNING for entry in seen),
                        params["wait_timeout"], "wait for the resync", _progress)
            bad = [entry for entry in now if entry["state"] != "completed"]
            if bad:
                raise Problem(_progress(bad), subject=f"bucket {bucket}", attempt="finish the resync")
        return bool(due), {"bucket": bucket, "targets": now}
    return Step(bool(due), {"bucket": bucket, "targets": planned}, act)


def _progress(entries: list[dict[str, Any]]) -> str:
    return "; ".join(f"{entry['target']}: {entry['state']}, {entry['replicated']['objects']} objects sent, {entry['failed']['objects']} failed"
                     for entry in entries)
