# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication of a bucket: its rules, and the remote targets that they name.

To the server these are two things: rules in XML refer by ARN to targets of the admin API. Here a rule carries its target.
A canonical target has every name of ATTRIBUTES, endpoint, bucket and access_key; secret_key is there only as the mark SENT.
Source of the limits: the server's internal/bucket/replication and cmd/bucket-targets.go.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Sequence
from urllib.parse import urlsplit
from xml.etree import ElementTree

from ansible_collections.oracle1.minio.plugins.module_utils import _rules as shared
from ansible_collections.oracle1.minio.plugins.module_utils._canonical import size
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._resource import SENT
from ansible_collections.oracle1.minio.plugins.module_utils._rules import Rule, Wish, inner, tag

_TARGET: dict[str, dict[str, Any]] = {
    "endpoint": {"type": "str", "required": True},
    "bucket": {"type": "str", "required": True},
    "access_key": {"type": "str", "no_log": False},
    "secret_key": {"type": "str", "no_log": True},
    "update_secret": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    "region": {"type": "str"},
    "sync": {"type": "bool"},
    "bandwidth": {"type": "str"},
    "bucket_lookup": {"type": "str", "choices": ["auto", "path", "dns"]},
    "health_check_seconds": {"type": "int"},
    "proxy": {"type": "bool"},
}
SPEC: dict[str, dict[str, Any]] = {
    "id": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "enabled": {"type": "bool", "default": True},
    "priority": {"type": "int", "default": 0},
    "prefix": {"type": "str"},
    "tags": {"type": "dict"},
    "delete_markers": {"type": "bool", "default": True},
    "deletes": {"type": "bool", "default": True},
    "existing_objects": {"type": "bool", "default": True},
    "metadata_sync": {"type": "bool", "default": True},
    "storage_class": {"type": "str", "choices": ["STANDARD", "REDUCED_REDUNDANCY"]},
    "target": {"type": "dict", "options": _TARGET},
}
# What a target has besides its place and its credential, and what it is when nobody says.
ATTRIBUTES: dict[str, Any] = {
    "region": "", "sync": False, "bandwidth": 0, "bucket_lookup": "auto", "health_check_seconds": 0, "proxy": True,
}
# The query that makes the server take over an attribute of a target. It has none for the region and the bucket.
_UPDATES = {"sync": "sync", "bandwidth": "bandwidth", "bucket_lookup": "path", "health_check_seconds": "healthcheck", "proxy": "proxy"}
_LOOKUPS = {"auto": "auto", "path": "on", "dns": "off"}
_FLAGS = {
    "enabled": ("Status",),
    "delete_markers": ("DeleteMarkerReplication", "Status"),
    "deletes": ("DeleteReplication", "Status"),
    "existing_objects": ("ExistingObjectReplication", "Status"),
    "metadata_sync": ("SourceSelectionCriteria", "ReplicaModifications", "Status"),
}
_LEAST_BANDWIDTH = 100_000_000
_SECOND = 1_000_000_000


@dataclass(frozen=True)
class There:
    """What the server has: the XML of the rules, if any, and the targets as the admin API lists them."""

    document: bytes | None
    targets: Sequence[Mapping[str, Any]]

    def rules(self) -> list[Rule]:
        return shared.in_order([_decode(element, self.targets) for element in _elements(self.document)])


# -- what shall be there ---------------------------------------------------------------------------------------------

def wish(entries: Sequence[Rule]) -> Wish:
    """A wish from a module's options. Rules with one target may say its attributes together; they must not disagree."""
    wanted = shared.wish(entries, _canonical)
    targets: dict[str, dict[str, Any]] = {}
    for rule in wanted.rules:
        common = targets.setdefault(_host(rule["target"]), {})
        for name, value in rule["target"].items():
            if common.setdefault(name, value) != value:
                raise Refused(f"rules disagree on the {name} of the target {common['endpoint']}: this server has one per endpoint")
    present = [entry["target"] for entry in entries if entry.get("state") != "absent"]
    secrets = {_host(target): target["secret_key"] for target in present if target.get("secret_key")}
    return Wish([{**rule, "target": targets[_host(rule["target"])]} for rule in wanted.rules], wanted.removed, secrets)


def _canonical(entry: Rule) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": entry["id"], "priority": entry.get("priority", 0)}
    rule.update({name: bool(entry.get(name, True)) for name in _FLAGS})
    rule.update({name: entry[name] for name in ("prefix", "storage_class") if entry.get(name)})
    if entry.get("tags"):
        rule["tags"] = shared.tags_of(entry["tags"])
    problem = shared.problem(rule)
    if not entry.get("target"):
        problem = "it needs a target"
    elif rule["priority"] < 0:
        problem = "a priority is at least 0"
    elif rule["delete_markers"] and len(rule.get("tags", {})) == 1 and "prefix" not in rule:
        problem = "this server takes no rule for one tag that replicates delete markers: set delete_markers: false"
    if problem:
        raise Refused(f"replication {rule['id']!r}: {problem}")
    rule["target"] = _wanted_target(entry["target"])
    return rule


def _wanted_target(option: Mapping[str, Any]) -> dict[str, Any]:
    """What a wish says of a target; nothing of what it leaves out."""
    parts = urlsplit(option["endpoint"])
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query or "@" in parts.netloc:
        raise Refused("the endpoint of a target is http://host:port or https://host:port, without path and credentials")
    result = {"endpoint": _endpoint(parts.netloc, parts.scheme == "https"), "bucket": option["bucket"]}
    result.update({name: option[name] for name in ("access_key", *ATTRIBUTES) if option.get(name) is not None})
    if "bandwidth" in result:
        result["bandwidth"] = size(result["bandwidth"])
        if 0 < result["bandwidth"] < _LEAST_BANDWIDTH:
            raise Refused("the bandwidth of a target is 0, which means no limit, or at least 100MB a second")
    if result.get("health_check_seconds", 0) < 0:
        raise Refused("health_check_seconds is at least 0, which leaves the interval to the server")
    if option.get("update_secret") == "always" and option.get("secret_key"):
        result["secret_key"] = SENT
    return result


def _endpoint(netloc: str, secure: bool) -> str:
    scheme, port = ("https", ":443") if secure else ("http", ":80")
    return f"{scheme}://{netloc.lower().removesuffix(port)}"


def _host(target: Mapping[str, Any]) -> str:
    """What the server tells the targets of a bucket apart by."""
    return target.get("endpoint", "").partition("://")[2]


def complete(wanted: Wish, there: There | None) -> Wish:
    """The wish with all that its targets are going to be, and the mark where their credential must be sent."""
    known = {_host(target): target for target in map(_target, there.targets)} if there else {}
    rules = []
    for rule in wanted.rules:
        declared = rule["target"]
        now = known.get(_host(declared), {})
        if now and _is_another({**now, **declared}, now):
            now = {}
        target = {**ATTRIBUTES, **now, **declared}
        if any(target.get(name) != now.get(name) for name in ("endpoint", "access_key")):
            target["secret_key"] = SENT
        rules.append({**rule, "target": target})
    return replace(wanted, rules=rules)


def _is_another(target: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a target cannot be changed into what it shall be."""
    return any(target[name] != now[name] for name in ("bucket", "region"))


def merge(observed: Sequence[Rule] | None, wanted: Wish, options: Mapping[str, Any]) -> list[Rule]:
    """The rules that shall be there. A foreign rule with a target of ours shows what becomes of the target."""
    ours = {(_host(rule["target"]), rule["target"]["bucket"]): _unmarked(rule["target"]) for rule in wanted.rules}
    seen = [{**rule, "target": ours.get((_host(rule["target"]), rule["target"].get("bucket")), rule["target"])}
            for rule in observed or []]
    return shared.merge(seen, wanted.rules, wanted.removed, bool(options.get("replication_authoritative")))


def _unmarked(target: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in target.items() if name != "secret_key"}


def problem(after: Sequence[Rule], wanted: Wish) -> str | None:
    """Why these rules cannot be, if they cannot."""
    priorities: dict[int, str] = {}
    targets: dict[str, Mapping[str, Any]] = {}
    for rule in after:
        target = rule["target"]
        other = priorities.setdefault(rule["priority"], rule["id"])
        if other != rule["id"]:
            return f"the replication rules {other!r} and {rule['id']!r} have the same priority"
        known = targets.setdefault(_host(target), target)
        if known.get("bucket") != target.get("bucket"):
            return (f"the replication rule {rule['id']!r} goes to {target['endpoint']}/{target['bucket']}, and another to"
                    f" {known['bucket']} there: this server has one target per endpoint")
        if "secret_key" in target and not (target.get("access_key") and _host(target) in wanted.secrets):
            return (f"the target {target['endpoint']}/{target['bucket']} of the replication rule {rule['id']!r} needs access_key"
                    " and secret_key, because it is new or gets another credential")
    return None


# -- reading ---------------------------------------------------------------------------------------------------------

def in_force(document: bytes | None) -> bool:
    return any(inner(element, "Status") == "Enabled" for element in _elements(document))


def targets(client: Source, bucket: str) -> list[dict[str, Any]]:
    """The targets of a bucket as the admin API lists them."""
    query = {"bucket": bucket, "type": "replication"}
    try:
        return client.admin("GET", "list-remote-targets", query, attempt="list the targets of the replication").json() or []
    except Rejected as error:
        if error.code == "XMinioAdminRemoteTargetNotFoundError":
            return []
        raise


def _target(listed: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical form of a target that the admin API lists."""
    lookups = {there: name for name, there in _LOOKUPS.items()}
    return {
        "endpoint": _endpoint(listed["endpoint"], bool(listed.get("secure"))), "bucket": listed["targetbucket"],
        "access_key": (listed.get("credentials") or {}).get("accessKey", ""), "region": listed.get("region", ""),
        "sync": bool(listed.get("replicationSync")), "bandwidth": listed.get("bandwidthlimit", 0),
        "bucket_lookup": lookups.get(listed.get("path", ""), "auto"),
        "health_check_seconds": listed.get("healthCheckDuration", 0) // _SECOND, "proxy": not listed.get("disableProxy"),
    }


def _elements(document: bytes | None) -> list[ElementTree.Element]:
    if document is None:
        return []
    root = shared.elements(document)
    rules = root.findall("Rule")
    # An older client wrote the only target as the role.
    if inner(root, "Role").startswith("arn:minio:replication:"):
        for place in (rule.find("Destination/Bucket") for rule in rules):
            if place is not None:
                place.text = inner(root, "Role")
    return rules


def _decode(element: ElementTree.Element, targets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": inner(element, "ID"), "priority": int(inner(element, "Priority") or 0)}
    rule.update({name: inner(element, *path) == "Enabled" for name, path in _FLAGS.items()})
    optional = {**shared.decode_filter(element), "storage_class": inner(element, "Destination", "StorageClass")}
    rule.update({name: value for name, value in optional.items() if value})
    arn = inner(element, "Destination", "Bucket")
    rule["target"] = next((_target(item) for item in targets if item["arn"] == arn), {"arn": arn})
    return rule


# -- writing ---------------------------------------------------------------------------------------------------------

def write(client: Client, bucket: str, there: There, after: Sequence[Rule], secrets: Mapping[str, str]) -> None:
    """Targets first, then the rules that name them, then the targets that no rule names any more."""
    used = {inner(element, "Destination", "Bucket") for element in _elements(there.document)}
    if not after:
        _write_rules(client, bucket, there, [], {})
        return
    wanted: dict[str, Mapping[str, Any]] = {}
    for rule in after:
        if "secret_key" in rule["target"] or _host(rule["target"]) not in wanted:
            wanted[_host(rule["target"])] = rule["target"]
    listed = {_host(_target(item)): item for item in there.targets}
    replaced = {item["arn"] for host, item in listed.items() if host in wanted and _is_another(wanted[host], _target(item))}
    if replaced:
        # The server removes no target that a rule uses, and takes no second one for its endpoint.
        if used & replaced:
            kept = [element for element in _elements(there.document) if inner(element, "Destination", "Bucket") not in replaced]
            _write_rules(client, bucket, there, [_decode(element, there.targets) for element in kept], {})
        for item in targets(client, bucket):
            if item["arn"] in replaced:
                _remove_target(client, bucket, item["arn"])
        listed = {_host(_target(item)): item for item in targets(client, bucket)}
    arns = {host: _set_target(client, bucket, listed.get(host), target, secrets.get(host))
            for host, target in wanted.items() if host}
    _write_rules(client, bucket, there, after, arns)
    for arn in sorted(used - set(arns.values()) - replaced):
        if any(item["arn"] == arn for item in listed.values()):
            _remove_target(client, bucket, arn)


def _write_rules(client: Client, bucket: str, there: There, rules: Sequence[Rule], arns: Mapping[str, str]) -> None:
    """arns: the targets of rules that are new or changed, by host."""
    if rules:
        pieces = shared.rewritten(_elements(there.document), rules, lambda element: _decode(element, there.targets),
                                  lambda rule: _encode(rule, arns[_host(rule["target"])]))
        body = f"<ReplicationConfiguration>{''.join(pieces)}</ReplicationConfiguration>".encode()
        client.s3("PUT", bucket, {"replication": ""}, body, attempt="set the replication")
        return
    try:
        client.s3("DELETE", bucket, {"replication": ""}, attempt="remove the replication")
    except Rejected as error:
        # The server removes the targets with the rules, and says so when there are none.
        if error.code != "XMinioAdminRemoteTargetNotFoundError":
            raise


def _set_target(client: Client, bucket: str, listed: Mapping[str, Any] | None, target: Mapping[str, Any], secret: str | None) -> str:
    """Make or change a target; returns its ARN."""
    now = _target(listed) if listed else {}
    query = {"bucket": bucket}
    body = {
        "sourcebucket": bucket, "type": "replication", "api": "s3v4", "endpoint": listed["endpoint"] if listed else _host(target),
        "secure": target["endpoint"].startswith("https:"), "targetbucket": target["bucket"], "region": target["region"],
        "replicationSync": target["sync"], "bandwidthlimit": target["bandwidth"], "path": _LOOKUPS[target["bucket_lookup"]],
        "healthCheckDuration": target["health_check_seconds"] * _SECOND, "disableProxy": not target["proxy"],
    }
    if "secret_key" in target:
        body["credentials"] = {"accessKey": target["access_key"], "secretKey": secret}
    if listed:
        changes = {update: "true" for name, update in _UPDATES.items() if target[name] != now[name]}
        changes.update({"creds": "true"} if "secret_key" in target else {})
        if not changes:
            return listed["arn"]
        query.update({"update": "true", **changes})
        body["arn"] = listed["arn"]
    return client.admin("PUT", "set-remote-target", query, body, encrypted=True,
                        attempt=f"{'change' if listed else 'make'} the target {target['endpoint']}/{target['bucket']}").json()


def _remove_target(client: Client, bucket: str, arn: str) -> None:
    client.admin("DELETE", "remove-remote-target", {"bucket": bucket, "arn": arn}, repeatable=False, attempt=f"remove the target {arn}")


def _encode(rule: Rule, arn: str) -> str:
    def status(name: str) -> str:
        return tag("Status", "Enabled" if rule[name] else "Disabled")
    storage_class = tag("StorageClass", rule["storage_class"]) if "storage_class" in rule else ""
    return "".join([
        "<Rule>", tag("ID", rule["id"]) if rule["id"] else "", status("enabled"), tag("Priority", rule["priority"]),
        f"<DeleteMarkerReplication>{status('delete_markers')}</DeleteMarkerReplication>",
        f"<DeleteReplication>{status('deletes')}</DeleteReplication>",
        f"<Destination>{tag('Bucket', arn)}{storage_class}</Destination>",
        f"<SourceSelectionCriteria><ReplicaModifications>{status('metadata_sync')}</ReplicaModifications></SourceSelectionCriteria>",
        shared.encode_filter(rule),
        f"<ExistingObjectReplication>{status('existing_objects')}</ExistingObjectReplication></Rule>",
    ])
