# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets and their facets. A facet that is not wished for is neither read nor written."""
from __future__ import annotations

import json
from typing import Any, Callable, Mapping, Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from ansible_collections.oracle1.minio.plugins.module_utils import _canonical as canonical
from ansible_collections.oracle1.minio.plugins.module_utils import _lifecycle as lifecycle
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Field, Observed, Plan, Resource, Source, Wanted

CANNED = {
    "private": None,
    "public-read": (["s3:GetBucketLocation", "s3:ListBucket"], ["s3:GetObject"]),
    "public-write": (
        ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject"]),
    "public": (
        ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]),
}


def canned(access: str, bucket: str) -> dict[str, Any]:
    """The bucket's policy that `mc anonymous set` writes, in canonical form: none, download, upload and public."""
    actions = CANNED[access]
    if actions is None:
        return {}
    resources = (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*")
    return canonical.policy({"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource}
        for action, resource in zip(actions, resources)]}, principals=True)


def access_of(policy: Mapping[str, Any], bucket: str) -> str:
    """The canned access that a policy amounts to, or custom."""
    return next((name for name in CANNED if canned(name, bucket) == policy), "custom")


# -- what shall be there ---------------------------------------------------------------------------------------------

def _policy(document: Mapping[str, Any]) -> dict[str, Any]:
    return canonical.wanted_policy(document, principals=True)


def _rules(rules: Any) -> dict[str, Any]:
    ids = [rule["id"] for rule in rules]
    doubled = sorted({name for name in ids if ids.count(name) > 1})
    if doubled:
        raise Refused(f"two rules have the id {doubled[0]}")
    return {"wanted": [lifecycle.canonical(rule) for rule in rules if rule.get("state") != "absent"],
            "removed": [rule["id"] for rule in rules if rule.get("state") == "absent"]}


def _merge_rules(observed: Any, wanted: Mapping[str, Any], options: Mapping[str, Any]) -> list[dict[str, Any]]:
    authoritative = bool(options.get("lifecycle_authoritative"))
    return lifecycle.merge(observed or [], wanted["wanted"], wanted["removed"], authoritative)


def _merge_tags(observed: Any, wanted: Mapping[str, str | None], options: Mapping[str, Any]) -> dict[str, str]:
    merged = {**({} if options.get("tags_authoritative") else observed or {}), **wanted}
    return {name: value for name, value in sorted(merged.items()) if value is not None}


def _complete(wanted: Wanted, observed: Observed | None) -> Mapping[str, Any]:
    result = dict(wanted.values)
    if "access" in result:
        result.setdefault("policy", canned(result["access"], wanted.name))
    if result.get("versioning") == "suspended" and observed is not None:
        # Exclusions exist only while versioning is enabled: suspending takes them away, and the diff shows it.
        for name, nothing in (("versioning_excluded_prefixes", []), ("versioning_exclude_folders", False)):
            if observed.values.get(name):
                result.setdefault(name, nothing)
    return result


def _refuse(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not wanted.present:
        return _refuse_removal(wanted, observed)
    excluded = bool(after.get("versioning_excluded_prefixes") or after.get("versioning_exclude_folders"))
    locked = after.get("object_lock") or (observed is not None and observed.facts.get("locked"))
    versioning = after.get("versioning") or (observed.values.get("versioning") if observed is not None else None)
    if excluded and versioning != "enabled":
        return "versioning_excluded_prefixes and versioning_exclude_folders need versioning: enabled"
    if len(after.get("versioning_excluded_prefixes") or []) > 10:
        return "this server takes at most 10 versioning_excluded_prefixes"
    if locked and (after.get("versioning") == "suspended" or excluded):
        return "object lock demands versioning of everything: it cannot be suspended, nor exclude anything"
    if after.get("object_lock") and any(rule.get("expire_all_versions") or rule.get("delete_marker_expire_days")
                                        for rule in after.get("lifecycle") or []):
        return "expire_all_versions and delete_marker_expire_days are not possible with object lock"
    if "access" in after and after["policy"] != canned(after["access"], wanted.name):
        return "access and policy contradict each other: access is a policy written by its name"
    return None


def _refuse_removal(wanted: Wanted, observed: Observed | None) -> str | None:
    if observed is None or observed.facts["empty"]:
        return None
    if not wanted.options.get("force"):
        return "it holds objects or versions of objects; force: true removes them for good"
    if observed.facts["locked"]:
        return "object lock is on: this server does not remove such a bucket before all its versions have been deleted"
    return None


def _references(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    there = before.get("lifecycle") or []
    new = [rule for rule in after.get("lifecycle") or [] if rule not in there]
    names = {rule[key] for rule in new for key in ("transition_tier", "noncurrent_transition_tier") if key in rule}
    return [("tier", name) for name in sorted(names)]


# -- reading ---------------------------------------------------------------------------------------------------------

def read(client: Source, wanted: Wanted) -> Observed | None:
    """The facets that the wish names. Whether the bucket exists is told by its versioning: the tags' answer does not tell."""
    name = wanted.name
    try:
        answer = client.s3("GET", name, {"versioning": ""}, attempt="read the versioning")
    except Rejected as error:
        if error.code == "NoSuchBucket":
            return None
        raise
    values, facts = _read_versioning(answer.body)
    if not wanted.present:
        facts.update(empty=_is_empty(client, name), locked=_is_locked(client, name))
        return Observed({}, facts)
    managed = wanted.values
    if "object_lock" in managed or managed.get("versioning") == "suspended" or any(
            managed.get(key) for key in ("versioning_excluded_prefixes", "versioning_exclude_folders")):
        facts["locked"] = values["object_lock"] = _is_locked(client, name)
    for facet, reader in _READERS.items():
        if facet in managed or (facet == "policy" and "access" in managed):
            values[facet], facts[facet] = reader(client, name)
    if "access" in managed:
        values["access"] = access_of(values["policy"], name)
    return Observed(values, facts)


def _or_nothing(client: Source, name: str, query: str, nothing: str, attempt: str) -> bytes | None:
    try:
        return client.s3("GET", name, {query: ""}, attempt=attempt).body
    except Rejected as error:
        if error.code == nothing:
            return None
        raise


def _elements(document: bytes) -> ElementTree.Element:
    root = ElementTree.fromstring(document)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _read_versioning(document: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    root = _elements(document)
    status = (root.findtext("Status") or "unversioned").lower()
    prefixes = sorted(element.findtext("Prefix") or "" for element in root.findall("ExcludedPrefixes"))
    return {"versioning": status, "versioning_excluded_prefixes": prefixes,
            "versioning_exclude_folders": root.findtext("ExcludeFolders") == "true"}, {}


def _is_locked(client: Source, name: str) -> bool:
    document = _or_nothing(client, name, "object-lock", "ObjectLockConfigurationNotFoundError", "read the object lock")
    return document is not None and _elements(document).findtext("ObjectLockEnabled") == "Enabled"


def _is_empty(client: Source, name: str) -> bool:
    answer = client.s3("GET", name, {"versions": "", "max-keys": "1"}, attempt="see whether it is empty")
    root = _elements(answer.body)
    return root.find("Version") is None and root.find("DeleteMarker") is None


def _read_quota(client: Source, name: str) -> tuple[int, Any]:
    quota = client.admin("GET", "get-bucket-quota", {"bucket": name}, attempt="read the quota").json() or {}
    return quota.get("size") or quota.get("quota") or 0, quota


def _read_tags(client: Source, name: str) -> tuple[dict[str, str], Any]:
    document = _or_nothing(client, name, "tagging", "NoSuchTagSet", "read the tags")
    found = _elements(document).iter("Tag") if document else ()
    return dict(sorted((tag.findtext("Key") or "", tag.findtext("Value") or "") for tag in found)), None


def _read_policy(client: Source, name: str) -> tuple[dict[str, Any], Any]:
    document = _or_nothing(client, name, "policy", "NoSuchBucketPolicy", "read the policy")
    return canonical.policy(json.loads(document or b"{}"), principals=True), None


def _read_lifecycle(client: Source, name: str) -> tuple[list[dict[str, Any]], Any]:
    document = _or_nothing(client, name, "lifecycle", "NoSuchLifecycleConfiguration", "read the lifecycle")
    return lifecycle.decode(document) if document else [], document or b""


_READERS: dict[str, Callable[[Source, str], tuple[Any, Any]]] = {
    "quota": _read_quota, "tags": _read_tags, "policy": _read_policy, "lifecycle": _read_lifecycle,
}


def names(source: Source) -> list[str]:
    root = _elements(source.s3("GET", attempt="list the buckets").body)
    return [element.text or "" for element in root.iter("Name")]


def _describe(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(values)
    # A policy that has a name is described by it.
    result.pop("policy" if values["access"] != "custom" else "access")
    if result.get("access") == "private":
        del result["access"]
    if values["versioning"] == "unversioned":
        del result["versioning"]
    return {"name": name, **result}


# -- writing ---------------------------------------------------------------------------------------------------------

def write(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    name, after = wanted.name, plan.after
    if observed is None:
        _create(client, name, bool(after.get("object_lock")))
    if any(plan.changes(key) for key in ("versioning", "versioning_excluded_prefixes", "versioning_exclude_folders")):
        _write_versioning(client, name, {**(observed.values if observed else {}), **after})
    if plan.changes("quota") and (observed is not None or after["quota"]):
        _write_quota(client, name, after["quota"], observed.facts["quota"] if observed else {})
    for facet, query, render in _DOCUMENTS:
        if plan.changes(facet) and after[facet]:
            there = observed.facts[facet] if observed is not None else None
            client.s3("PUT", name, {query: ""}, render(after[facet], there), attempt=f"set the {facet}")
        elif plan.changes(facet) and observed is not None:
            client.s3("DELETE", name, {query: ""}, attempt=f"remove the {facet}")


def _create(client: Client, name: str, locked: bool) -> None:
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


def _write_versioning(client: Client, name: str, values: Mapping[str, Any]) -> None:
    status = values.get("versioning", "unversioned")
    pieces = [f"<Status>{status.capitalize()}</Status>"]
    if status == "enabled":
        pieces += [f"<ExcludedPrefixes><Prefix>{escape(prefix)}</Prefix></ExcludedPrefixes>"
                   for prefix in values.get("versioning_excluded_prefixes") or []]
        if values.get("versioning_exclude_folders"):
            pieces.append("<ExcludeFolders>true</ExcludeFolders>")
    body = f"<VersioningConfiguration>{''.join(pieces)}</VersioningConfiguration>".encode()
    client.s3("PUT", name, {"versioning": ""}, body, attempt="set the versioning")


def _write_quota(client: Client, name: str, size: int, there: Mapping[str, Any]) -> None:
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
_DOCUMENTS: tuple[tuple[str, str, Callable[[Any, Any], bytes]], ...] = (
    ("tags", "tagging", _tagging), ("policy", "policy", _policy_document), ("lifecycle", "lifecycle", _lifecycle_document),
)


def remove(client: Client, wanted: Wanted, observed: Observed) -> None:
    headers = {"x-minio-force-delete": "true"} if not observed.facts["empty"] else {}
    client.s3("DELETE", wanted.name, headers=headers, attempt="remove it")


BUCKET = Resource(
    kind="bucket",
    key="name",
    fields=(
        Field("object_lock", {"type": "bool"}, fixed=True),
        Field("versioning", {"type": "str", "choices": ["enabled", "suspended"]}),
        Field("versioning_excluded_prefixes", {"type": "list", "elements": "str"}, canonical.names),
        Field("versioning_exclude_folders", {"type": "bool"}),
        Field("quota", {"type": "str"}, canonical.size),
        Field("tags", {"type": "dict"}, canonical.tags, _merge_tags),
        Field("access", {"type": "str", "choices": list(CANNED)}),
        Field("policy", {"type": "dict"}, _policy),
        Field("lifecycle", {"type": "list", "elements": "dict", "options": lifecycle.SPEC}, _rules, _merge_rules),
    ),
    options={
        "tags_authoritative": {"type": "bool", "default": False},
        "lifecycle_authoritative": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
    },
    read=read, write=write, remove=remove,
    complete=_complete, refuse=_refuse, references=_references,
    after=("tier",),
    names=names, describe=_describe,
)
