# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each facet of a bucket is read from the server and written to it."""
from __future__ import annotations

import json
from typing import Any, Callable, Mapping, Sequence
from xml.sax.saxutils import escape

from ansible_collections.oracle1.minio.plugins.module_utils import _canonical as canonical
from ansible_collections.oracle1.minio.plugins.module_utils import _lifecycle as lifecycle
from ansible_collections.oracle1.minio.plugins.module_utils import _notification as notification
from ansible_collections.oracle1.minio.plugins.module_utils import _protection as protection
from ansible_collections.oracle1.minio.plugins.module_utils import _replication as replication
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._rules import elements


def _or_nothing(client: Source, name: str, query: str, nothing: str, attempt: str) -> bytes | None:
    try:
        return client.s3("GET", name, {query: ""}, attempt=attempt).body
    except Rejected as error:
        if error.code == nothing:
            return None
        raise


def read_versioning(document: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    root = elements(document)
    status = (root.findtext("Status") or "unversioned").lower()
    prefixes = sorted(element.findtext("Prefix") or "" for element in root.findall("ExcludedPrefixes"))
    return {"versioning": status, "versioning_excluded_prefixes": prefixes,
            "versioning_exclude_folders": root.findtext("ExcludeFolders") == "true"}, {}


def read_lock(client: Source, name: str) -> tuple[bool, dict[str, Any]]:
    return protection.decode_lock(
        _or_nothing(client, name, "object-lock", "ObjectLockConfigurationNotFoundError", "read the object lock"))


def is_empty(client: Source, name: str) -> bool:
    answer = client.s3("GET", name, {"versions": "", "max-keys": "1"}, attempt="see whether it is empty")
    root = elements(answer.body)
    return root.find("Version") is None and root.find("DeleteMarker") is None


def _read_quota(client: Source, name: str) -> tuple[int, Any]:
    quota = client.admin("GET", "get-bucket-quota", {"bucket": name}, attempt="read the quota").json() or {}
    return quota.get("size") or quota.get("quota") or 0, quota


def _read_tags(client: Source, name: str) -> tuple[dict[str, str], Any]:
    document = _or_nothing(client, name, "tagging", "NoSuchTagSet", "read the tags")
    found = elements(document).iter("Tag") if document else ()
    return dict(sorted((tag.findtext("Key") or "", tag.findtext("Value") or "") for tag in found)), None


def _read_policy(client: Source, name: str) -> tuple[dict[str, Any], Any]:
    document = _or_nothing(client, name, "policy", "NoSuchBucketPolicy", "read the policy")
    return canonical.policy(json.loads(document or b"{}"), principals=True), None


def _read_lifecycle(client: Source, name: str) -> tuple[list[dict[str, Any]], Any]:
    document = _or_nothing(client, name, "lifecycle", "NoSuchLifecycleConfiguration", "read the lifecycle")
    return lifecycle.decode(document) if document else [], document or b""


def _read_encryption(client: Source, name: str) -> tuple[dict[str, Any], Any]:
    return protection.decode_encryption(_or_nothing(
        client, name, "encryption", "ServerSideEncryptionConfigurationNotFoundError", "read the encryption")), None


def _read_notification(client: Source, name: str) -> tuple[list[dict[str, Any]], Any]:
    document = client.s3("GET", name, {"notification": ""}, attempt="read the notification").body
    return notification.decode(document), document


def replication_document(client: Source, name: str) -> bytes | None:
    return _or_nothing(client, name, "replication", "ReplicationConfigurationNotFoundError", "read the replication")


def read_replication(client: Source, name: str, wished: bool) -> tuple[list[Mapping[str, Any]], Any]:
    """wished: whether rules are wished for, so that targets are needed even where there are no rules yet."""
    document = replication_document(client, name)
    there = replication.There(document, replication.targets(client, name) if wished or document is not None else [])
    return there.rules(), there


READERS: dict[str, Callable[[Source, str], tuple[Any, Any]]] = {
    "quota": _read_quota, "tags": _read_tags, "policy": _read_policy, "lifecycle": _read_lifecycle,
    "encryption": _read_encryption, "notification": _read_notification,
}


def create(client: Client, name: str, locked: bool) -> None:
    body = b"" if client.region == "us-east-1" else (
        f"<CreateBucketConfiguration><LocationConstraint>{escape(client.region)}</LocationConstraint>"
        "</CreateBucketConfiguration>").encode()
    headers = {"x-amz-bucket-object-lock-enabled": "true"} if locked else {}
    try:
        client.s3("PUT", name, body=body, headers=headers, attempt="create it")
    except Rejected as error:
        # Another run was faster; what it is like is seen afterwards.
        if error.code != "BucketAlreadyOwnedByYou":
            raise


def write_versioning(client: Client, name: str, values: Mapping[str, Any]) -> None:
    status = values.get("versioning", "unversioned")
    pieces = [f"<Status>{status.capitalize()}</Status>"]
    if status == "enabled":
        pieces += [f"<ExcludedPrefixes><Prefix>{escape(prefix)}</Prefix></ExcludedPrefixes>"
                   for prefix in values.get("versioning_excluded_prefixes") or []]
        if values.get("versioning_exclude_folders"):
            pieces.append("<ExcludeFolders>true</ExcludeFolders>")
    body = f"<VersioningConfiguration>{''.join(pieces)}</VersioningConfiguration>".encode()
    client.s3("PUT", name, {"versioning": ""}, body, attempt="set the versioning")


def write_quota(client: Client, name: str, size: int, there: Mapping[str, Any]) -> None:
    # Both spellings: the server enforces size, its metrics read quota.
    body = {"rate": there.get("rate", 0), "requests": there.get("requests", 0), "quota": size, "size": size}
    if size:
        body["quotatype"] = "hard"
    client.admin("PUT", "set-bucket-quota", {"bucket": name}, body, attempt="set the quota")


def _tagging(tags: Mapping[str, str], there: Any) -> bytes:
    items = "".join(f"<Tag><Key>{escape(key)}</Key><Value>{escape(value)}</Value></Tag>" for key, value in tags.items())
    return f"<Tagging><TagSet>{items}</TagSet></Tagging>".encode()


def _policy_document(policy: Mapping[str, Any], there: Any) -> bytes:
    return json.dumps(policy).encode()


def _lifecycle_document(rules: Sequence[Mapping[str, Any]], there: bytes | None) -> bytes:
    return lifecycle.replace(there or b"", rules)


# Facet, the query that addresses it, and its rendering from the wanted value and what the server has.
DOCUMENTS: tuple[tuple[str, str, Callable[[Any, Any], bytes]], ...] = (
    ("tags", "tagging", _tagging), ("policy", "policy", _policy_document), ("lifecycle", "lifecycle", _lifecycle_document),
    ("default_retention", "object-lock", protection.encode_lock), ("encryption", "encryption", protection.encode_encryption),
    ("notification", "notification", notification.replace),
)
# Facets that the server has no removal of: nothing is written in their place.
WRITTEN_EMPTY = ("default_retention", "notification")
