# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batch jobs: work over many objects that the server does by itself. A job is defined in the server's own words."""
from __future__ import annotations

from typing import Any, Mapping

from ansible.module_utils.common.yaml import HAS_YAML, yaml_load

from ansible_collections.oracle1.minio.plugins.module_utils._action import Step, until
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._references import demand

TYPES = ("replicate", "expire", "keyrotate")


def _dict(**options: Any) -> dict[str, Any]:
    return {"type": "dict", "options": options}


def _list(**options: Any) -> dict[str, Any]:
    return {"type": "list", "elements": "dict", "options": options}


_TEXT: dict[str, Any] = {"type": "str"}
_TEXTS: dict[str, Any] = {"type": "list", "elements": "str"}
_VERSION: dict[str, Any] = {"type": "str", "choices": ["v1"], "default": "v1"}
_PAIRS = _list(key={"type": "str", "required": True, "no_log": False}, value=_TEXT)
_NOTIFY = _dict(endpoint=_TEXT, token={"type": "str", "no_log": True})
_RETRY = _dict(attempts={"type": "int"}, delay=_TEXT)
_FILTER = {"newerThan": _TEXT, "olderThan": _TEXT, "createdAfter": _TEXT, "createdBefore": _TEXT, "tags": _PAIRS, "metadata": _PAIRS}
_PLACE: dict[str, Any] = {
    "type": {"type": "str", "choices": ["minio", "s3"], "default": "minio"}, "bucket": {"type": "str", "required": True},
    "endpoint": _TEXT, "path": {"type": "str", "choices": ["on", "off", "auto"]},
    "credentials": _dict(accessKey={"type": "str", "no_log": False}, secretKey={"type": "str", "no_log": True},
                         sessionToken={"type": "str", "no_log": True}),
}
_SNOWBALL = _dict(disable={"type": "bool"}, batch={"type": "int"}, inmemory={"type": "bool"}, compress={"type": "bool"},
                  smallerThan=_TEXT, skipErrs={"type": "bool"})
SPEC: dict[str, dict[str, Any]] = {
    "action": {"type": "str", "choices": ["start", "status", "cancel", "list"], "default": "start"},
    "id": {"type": "str"},
    "replicate": _dict(
        apiVersion=_VERSION, source=_dict(**_PLACE, prefix=_TEXTS, snowball=_SNOWBALL) | {"required": True},
        target=_dict(**_PLACE, prefix=_TEXT) | {"required": True}, flags=_dict(filter=_dict(**_FILTER), notify=_NOTIFY, retry=_RETRY)),
    "expire": _dict(
        apiVersion=_VERSION, bucket={"type": "str", "required": True}, prefix=_TEXTS, notify=_NOTIFY, retry=_RETRY,
        rules=_list(
            type={"type": "str", "choices": ["object", "deleted"], "required": True}, name=_TEXT, olderThan=_TEXT, createdBefore=_TEXT,
            tags=_PAIRS, metadata=_PAIRS, size=_dict(lessThan=_TEXT, greaterThan=_TEXT), purge=_dict(retainVersions={"type": "int"}),
        ) | {"required": True}),
    "keyrotate": _dict(
        apiVersion=_VERSION, bucket={"type": "str", "required": True}, prefix=_TEXT,
        encryption=_dict(type={"type": "str", "choices": ["sse-s3", "sse-kms"], "required": True}, key={"type": "str", "no_log": False},
                         context=_TEXT) | {"required": True},
        flags=_dict(filter=_dict(**_FILTER, kmskey={"type": "str", "no_log": False}), notify=_NOTIFY, retry=_RETRY),
    ) | {"no_log": False},
    "unless_active": {"type": "bool", "default": True},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}
RULES: dict[str, Any] = {
    "mutually_exclusive": [TYPES],
    "required_if": [("action", "start", TYPES, True), ("action", "status", ["id"]), ("action", "cancel", ["id"])],
}
LIVE = ("queued", "active")
# How often the server tries a job of type replicate whose definition does not say.
ATTEMPTS = 3
UNCOUNTED = -1


def prepare(client: Client, params: Mapping[str, Any]) -> Step:
    if params["action"] == "list":
        jobs = [look(client, entry["id"], entry) for entry in _listed(client)]
        return Step(False, {"action": "list", "jobs": sorted(jobs, key=lambda job: job["id"])})
    if params["action"] == "start":
        return _start(client, params)
    job = {"action": params["action"], **look(client, params["id"])}
    if params["action"] == "status" or job["state"] not in LIVE:
        return Step(False, job)

    def act() -> tuple[bool, Mapping[str, Any]]:
        client.admin("DELETE", "cancel-job", {"id": params["id"]}, attempt="cancel it")
        return True, {**job, "state": "canceled"}
    return Step(True, {**job, "state": "canceled"}, act)


def _start(client: Client, params: Mapping[str, Any]) -> Step:
    kind = next(name for name in TYPES if params[name] is not None)
    definition = _written(params[kind])
    if kind == "replicate":
        local = definition["target" if definition["source"].get("endpoint") else "source"]["bucket"]
    else:
        local = definition["bucket"]
    demand(client, "bucket", local, f"start a job of type {kind}")
    running = _running(client, kind, definition) if params["unless_active"] else None
    # Between its attempts the server shows a job that copies as failed; when it tries again it loses count, and tells no end.
    attempts = _attempts(definition) if kind == "replicate" else 0
    value = {"action": "start", **(running or _shape("", kind, "", "not started", {}))}

    def act() -> tuple[bool, Mapping[str, Any]]:
        name = running["id"] if running else client.admin(
            "POST", "start-job", body={kind: definition}, repeatable=False, attempt=f"start a job of type {kind}").json()["id"]
        job = look(client, name)
        if params["wait"]:
            job = until(lambda: look(client, name), lambda seen: seen["state"] not in (*LIVE, "failed") or (
                seen["state"] == "failed" and (seen["attempts"] >= attempts or seen["objects_failed"] == UNCOUNTED)),
                params["wait_timeout"], f"wait for job {name}", _progress)
            if job["state"] != "complete":
                raise Problem(f"it ended as {job['state']}: {_progress(job)}", subject=f"job {name}")
        return running is None, {"action": "start", **job}
    return Step(running is None, value, act if running is None or params["wait"] else None)


def _attempts(definition: Mapping[str, Any]) -> int:
    return ((definition.get("flags") or {}).get("retry") or {}).get("attempts") or ATTEMPTS


def _written(value: Any) -> Any:
    """What the user wrote, without the options that were left out."""
    if isinstance(value, Mapping):
        return {name: _written(content) for name, content in value.items() if content is not None}
    return [_written(item) for item in value] if isinstance(value, list) else value


def _progress(job: Mapping[str, Any]) -> str:
    failed = "an unknown number" if job["objects_failed"] == UNCOUNTED else job["objects_failed"]
    return f"{job['objects']} objects done, {failed} failed"


def _listed(client: Client) -> list[dict[str, Any]]:
    """The jobs that the server keeps: those queued and active, and ended ones that nobody has cancelled."""
    return client.admin("GET", "list-jobs", attempt="list the jobs").json().get("jobs") or []


def look(client: Client, name: str, entry: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One job in the form of the module's RETURN; entry is its line in the server's list, looked for if not given."""
    entry = entry or next((item for item in _listed(client) if item["id"] == name), None)
    kind = name.partition("-")[0]
    try:
        metric = client.admin("GET", "status-job", {"jobId": name}, attempt="read its state").json()["LastMetric"]
    except Rejected as error:
        if error.code != "XMinioAdminNoSuchJob":
            raise
        if entry is None:
            raise Refused("there is no such job", subject=f"job {name}") from None
        return _shape(name, kind, entry["started"], "queued", {})
    counts = next((metric[key] for key in ("replicate", "rotation", "expired") if metric.get(key)), {})
    uncounted = (counts.get("objectsFailed") or 0) < 0
    failed = metric.get("failed") or uncounted
    state = "complete" if metric.get("complete") else "failed" if failed else "active" if entry else "canceled"
    job = _shape(name, kind, metric["startTime"], state, {**counts, "attempts": metric.get("retryAttempts")})
    return {**job, "objects_failed": UNCOUNTED} if uncounted else job


def _shape(name: str, kind: str, started: str, state: str, counts: Mapping[str, Any]) -> dict[str, Any]:
    keys = {"objects": "objects", "objects_failed": "objectsFailed", "delete_markers": "deleteMarkers",
            "delete_markers_failed": "deleteMarkersFailed", "bytes": "bytesTransferred", "bytes_failed": "bytesFailed", "attempts": "attempts"}
    return {"id": name, "type": kind, "started": started, "state": state, **{ours: counts.get(theirs) or 0 for ours, theirs in keys.items()}}


def _running(client: Client, kind: str, definition: Mapping[str, Any]) -> dict[str, Any] | None:
    """A job that has not ended and does the same kind of work between the same places."""
    for entry in _listed(client):
        if entry["type"] == kind:
            job = look(client, entry["id"], entry)
            if job["state"] in LIVE and _places(kind, _described(client, entry["id"])[kind]) == _places(kind, definition):
                return job
    return None


def _described(client: Client, name: str) -> Mapping[str, Any]:
    if not HAS_YAML:
        raise Refused("PyYAML is needed to compare it with the jobs that run: install it, or set unless_active: false", attempt="start a job")
    return yaml_load(client.admin("GET", "describe-job", {"jobId": name}, attempt="read the definition of a job").body)


def _places(kind: str, definition: Mapping[str, Any]) -> list[Any]:
    parts = [definition["source"], definition["target"]] if kind == "replicate" else [definition]
    return [[part.get("endpoint") or "", part["bucket"], _prefixes(part.get("prefix"))] for part in parts]


def _prefixes(value: Any) -> list[str]:
    return sorted(item for item in (value if isinstance(value, list) else [value]) if item)
