# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a bucket's notification: which events go to which target of the server.

A canonical rule has id, arn and events, and prefix and suffix where they are set. Clients write rules without an id too.
Source of the limits: the server's internal/event.
"""
from __future__ import annotations

import re
from typing import Any, Mapping, Sequence
from xml.etree import ElementTree

from ansible_collections.oracle1.minio.plugins.module_utils import _rules as shared
from ansible_collections.oracle1.minio.plugins.module_utils._canonical import names
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused
from ansible_collections.oracle1.minio.plugins.module_utils._rules import inner, tag

SPEC: dict[str, dict[str, Any]] = {
    "id": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "arn": {"type": "str"},
    "events": {"type": "list", "elements": "str"},
    "prefix": {"type": "str"},
    "suffix": {"type": "str"},
}
_ARN = re.compile(r"arn:minio:sqs:[^:]*:([^:]+:[^:]+)")
_EVENTS = {
    "ObjectAccessed": ("*", "Get", "GetRetention", "GetLegalHold", "Head", "Attributes"),
    "ObjectCreated": ("*", "CompleteMultipartUpload", "Copy", "Post", "Put", "PutRetention", "PutLegalHold", "PutTagging"),
    "ObjectRemoved": ("*", "Delete", "DeleteMarkerCreated", "NoOP", "DeleteAllVersions"),
    "LifecycleDelMarkerExpiration": ("Delete",),
    "Replication": ("*", "OperationFailedReplication", "OperationCompletedReplication", "OperationMissedThreshold",
                    "OperationReplicatedAfterThreshold", "OperationNotTracked"),
    "ObjectRestore": ("*", "Post", "Completed"),
    "ObjectTransition": ("*", "Failed", "Complete"),
    "Scanner": ("ManyVersions", "LargeVersions", "BigPrefix"),
    "BucketCreated": ("*",),
    "BucketRemoved": ("*",),
}
EVENTS = frozenset(f"s3:{kind}:{name}" for kind, members in _EVENTS.items() for name in members)


def canonical(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule from a module's options in canonical form. Refuses what the server rejects."""
    result = {"id": rule["id"], "arn": without_region(rule.get("arn") or ""), "events": names(rule.get("events"))}
    result.update({name: rule[name] for name in ("prefix", "suffix") if rule.get(name)})
    unknown = sorted(set(result["events"]) - EVENTS)
    problem = shared.problem(result, [result.get("suffix", "")])
    if not _ARN.fullmatch(result["arn"]):
        problem = "arn is the name of a target as the server lists it, such as arn:minio:sqs::PRIMARY:webhook"
    elif not result["events"]:
        problem = "it has no events, such as s3:ObjectCreated:*"
    elif unknown:
        problem = f"this server has no event {', '.join(unknown)}; it has {', '.join(sorted(EVENTS))}"
    if problem:
        raise Refused(f"notification {result['id']!r}: {problem}")
    return result


def without_region(arn: str) -> str:
    """The server puts its own region into the name of a target and takes a name without one."""
    return _ARN.sub(r"arn:minio:sqs::\1", arn)


def decode(document: bytes) -> list[dict[str, Any]]:
    """Canonical rules of a configuration as the server or any client wrote it."""
    return shared.in_order([_decode_rule(element) for element in _elements(document)])


def replace(rules: Sequence[Mapping[str, Any]], document: bytes | None) -> bytes:
    """The configuration that holds exactly these rules. document: the XML on the server, if there is any."""
    pieces = shared.rewritten(_elements(document) if document else [], rules, _decode_rule, _encode_rule)
    return f"<NotificationConfiguration>{''.join(pieces)}</NotificationConfiguration>".encode()


def _elements(document: bytes) -> list[ElementTree.Element]:
    return shared.elements(document).findall("QueueConfiguration")


def _decode_rule(element: ElementTree.Element) -> dict[str, Any]:
    filters = {inner(item, "Name").lower(): inner(item, "Value") for item in element.findall("Filter/S3Key/FilterRule")}
    return {"id": inner(element, "Id"), "arn": without_region(inner(element, "Queue")),
            "events": names([item.text for item in element.findall("Event")]),
            **{name: filters[name] for name in ("prefix", "suffix") if filters.get(name)}}


def _encode_rule(rule: Mapping[str, Any]) -> str:
    filters = "".join(f"<FilterRule>{tag('Name', name)}{tag('Value', rule[name])}</FilterRule>"
                      for name in ("prefix", "suffix") if name in rule)
    parts = [tag("Id", rule["id"]), tag("Queue", rule["arn"]), *(tag("Event", event) for event in rule["events"])]
    if filters:
        parts.append(f"<Filter><S3Key>{filters}</S3Key></Filter>")
    return f"<QueueConfiguration>{''.join(parts)}</QueueConfiguration>"
