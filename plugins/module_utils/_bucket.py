# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets and their facets. A facet that is not wished for is neither read nor written."""
from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.oracle1.minio.plugins.module_utils import _canonical as canonical
from ansible_collections.oracle1.minio.plugins.module_utils import _facets as facets
from ansible_collections.oracle1.minio.plugins.module_utils import _lifecycle as lifecycle
from ansible_collections.oracle1.minio.plugins.module_utils import _notification as notification
from ansible_collections.oracle1.minio.plugins.module_utils import _protection as protection
from ansible_collections.oracle1.minio.plugins.module_utils import _replication as replication
from ansible_collections.oracle1.minio.plugins.module_utils import _rules as rules
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Field, Observed, Plan, Resource, Wanted, filled
from ansible_collections.oracle1.minio.plugins.module_utils._rules import elements

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


def _lifecycle(entries: Sequence[Mapping[str, Any]]) -> rules.Wish:
    return rules.wish(entries, lifecycle.canonical)


def _notification(entries: Sequence[Mapping[str, Any]]) -> rules.Wish:
    return rules.wish(entries, notification.canonical)


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
    if "replication" in result:
        there = observed.facts["replication"] if observed is not None else None
        result["replication"] = replication.complete(result["replication"], there)
    return result


def _refuse(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not wanted.present:
        return _refuse_removal(wanted, observed)
    facts = observed.facts if observed is not None else {}
    excluded = bool(after.get("versioning_excluded_prefixes") or after.get("versioning_exclude_folders"))
    locked = after.get("object_lock") or facts.get("locked")
    versioning = after.get("versioning") or (observed.values.get("versioning") if observed is not None else None)
    if versioning is None and locked:
        versioning = "enabled"
    if wanted.options.get("cors"):
        return ("this server has no CORS rules of a bucket: it answers NotImplemented. Set the allowed origins of the whole"
                " cluster with MINIO_API_CORS_ALLOW_ORIGIN, or cors_allow_origin of the subsystem api of its configuration")
    if excluded and versioning != "enabled":
        return "versioning_excluded_prefixes and versioning_exclude_folders need versioning: enabled"
    if len(after.get("versioning_excluded_prefixes") or []) > 10:
        return "this server takes at most 10 versioning_excluded_prefixes"
    if locked and (after.get("versioning") == "suspended" or excluded):
        return "object lock demands versioning of everything: it cannot be suspended, nor exclude anything"
    if locked and any(map(_unlocked_only, after.get("lifecycle") or [])):
        return "expire_all_versions and delete_marker_expire_days are not possible with object lock"
    if after.get("default_retention") and not locked:
        return "default_retention needs object_lock, which can only be chosen at creation"
    for facet in ("lifecycle", "replication"):
        if len(after.get(facet) or []) > 1000:
            return f"this server takes at most 1000 rules of {facet}"
    if "access" in after and after["policy"] != canned(after["access"], wanted.name):
        return "access and policy contradict each other: access is a policy written by its name"
    if after.get("versioning") == "suspended" and facts.get("replicated") and after.get("replication") != []:
        return "versioning cannot be suspended while there are replication rules: remove them, or leave it enabled"
    if not after.get("replication"):
        return None
    if versioning != "enabled":
        return "replication needs versioning: enabled, here and on the target"
    return replication.problem(after["replication"], wanted.values["replication"])


def _unlocked_only(rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("expire_all_versions") or rule.get("delete_marker_expire_days"))


def _refuse_removal(wanted: Wanted, observed: Observed | None) -> str | None:
    if observed is None or observed.facts["empty"]:
        return None
    if not wanted.options.get("force"):
        switch = "prune_force" if wanted.options.get("pruned") else "force"
        return f"it holds objects or versions of objects; {switch}: true removes them for good"
    if observed.facts["locked"]:
        return "object lock is on: this server does not remove such a bucket before all its versions have been deleted"
    if observed.facts["replicates"]:
        return "replication rules are in force, under which this server removes no bucket by force: remove or disable them first"
    return None


def _references(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    def new(facet: str) -> list[Mapping[str, Any]]:
        return [rule for rule in after.get(facet) or [] if rule not in (before.get(facet) or [])]
    names = {("tier", tier) for tier in tiers_of(new("lifecycle"))}
    names |= {("notification_target", rule["arn"]) for rule in new("notification")}
    if after.get("encryption") and after["encryption"] != before.get("encryption"):
        names.add(("kms_key", after["encryption"].get("kms_key_id", "")))
    return sorted(names)


def tiers_of(lifecycle_rules: Sequence[Mapping[str, Any]]) -> set[str]:
    return {rule[key] for rule in lifecycle_rules for key in ("transition_tier", "noncurrent_transition_tier") if key in rule}


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
    values, facts = facets.read_versioning(answer.body)
    if not wanted.present:
        facts.update(empty=facets.is_empty(client, name), locked=facets.read_lock(client, name)[0])
        facts["replicates"] = not facts["empty"] and replication.in_force(facets.replication_document(client, name))
        return Observed({}, facts)
    managed = wanted.values
    if _depends_on_lock(managed):
        values["object_lock"], values["default_retention"] = facets.read_lock(client, name)
        facts["locked"] = values["object_lock"]
    if managed.get("versioning") == "suspended" and values["versioning"] == "enabled":
        facts["replicated"] = facets.replication_document(client, name) is not None
    for facet, reader in facets.READERS.items():
        if facet in managed or (facet == "policy" and "access" in managed):
            values[facet], facts[facet] = reader(client, name)
    if "replication" in managed:
        wish = managed["replication"]
        values["replication"], facts["replication"] = facets.read_replication(
            client, name, isinstance(wish, rules.Wish) and bool(wish.rules))
    if "access" in managed:
        values["access"] = access_of(values["policy"], name)
    return Observed(values, facts)


def _depends_on_lock(managed: Mapping[str, Any]) -> bool:
    """Whether the wish names the object lock, or something that is not possible with it, or without it."""
    return ("object_lock" in managed or "default_retention" in managed or managed.get("versioning") == "suspended"
            or any(managed.get(key) for key in ("versioning_excluded_prefixes", "versioning_exclude_folders"))
            or ("lifecycle" in managed and any(map(_unlocked_only, managed["lifecycle"].rules))))


def names(source: Source) -> list[str]:
    root = elements(source.s3("GET", attempt="list the buckets").body)
    return [element.text or "" for element in root.iter("Name")]


def _describe(name: str, observed: Observed) -> dict[str, Any]:
    values = observed.values
    result = dict(values)
    # A policy that has a name is described by it.
    result.pop("policy" if values["access"] != "custom" else "access")
    if result.get("access") == "private":
        del result["access"]
    if values["versioning"] == "unversioned":
        del result["versioning"]
    return {"name": name, **filled(result)}


def _withheld(observed: Observed) -> list[str]:
    return ["replication.secret_key"] if observed.values["replication"] else []


# -- writing ---------------------------------------------------------------------------------------------------------

def write(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    name, after = wanted.name, plan.after
    if observed is None:
        facets.create(client, name, bool(after.get("object_lock")))
    # Replication stands on versioning: it is built after it, and taken away before it.
    if plan.changes("replication") and not after["replication"]:
        _write_replication(client, wanted, observed, after)
    if any(plan.changes(key) for key in ("versioning", "versioning_excluded_prefixes", "versioning_exclude_folders")):
        facets.write_versioning(client, name, {**(observed.values if observed else {}), **after})
    if plan.changes("quota") and (observed is not None or after["quota"]):
        facets.write_quota(client, name, after["quota"], observed.facts["quota"] if observed else {})
    for facet, query, render in facets.DOCUMENTS:
        if plan.changes(facet) and (after[facet] or (observed is not None and facet in facets.WRITTEN_EMPTY)):
            there = observed.facts.get(facet) if observed is not None else None
            client.s3("PUT", name, {query: ""}, render(after[facet], there), attempt=f"set the {facet}")
        elif plan.changes(facet) and observed is not None:
            client.s3("DELETE", name, {query: ""}, attempt=f"remove the {facet}")
    if plan.changes("replication") and after["replication"]:
        _write_replication(client, wanted, observed, after)


def _write_replication(client: Client, wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> None:
    there = observed.facts["replication"] if observed is not None else replication.There(None, [])
    replication.write(client, wanted.name, there, after["replication"], wanted.values["replication"].secrets)


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
        Field("lifecycle", {"type": "list", "elements": "dict", "options": lifecycle.SPEC}, _lifecycle,
              rules.merging("lifecycle_authoritative")),
        Field("default_retention", {"type": "dict", "options": protection.RETENTION}, protection.retention),
        Field("encryption", {"type": "dict", "options": protection.ENCRYPTION}, protection.encryption),
        Field("notification", {"type": "list", "elements": "dict", "options": notification.SPEC}, _notification,
              rules.merging("notification_authoritative")),
        Field("replication", {"type": "list", "elements": "dict", "options": replication.SPEC}, replication.wish, replication.merge),
    ),
    options={
        "tags_authoritative": {"type": "bool", "default": False},
        "lifecycle_authoritative": {"type": "bool", "default": False},
        "notification_authoritative": {"type": "bool", "default": False},
        "replication_authoritative": {"type": "bool", "default": False},
        "cors": {"type": "raw"},
        "force": {"type": "bool", "default": False},
    },
    read=read, write=write, remove=remove,
    complete=_complete, refuse=_refuse, references=_references,
    after=("tier",),
    names=names, describe=_describe, withheld=_withheld,
)
