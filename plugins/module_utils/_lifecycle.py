# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lifecycle rules: options of a module, canonical rules and the server's XML, in both directions.

A canonical rule is a dictionary with the option names of the module, without what is not set; id and enabled are always
there. Foreign rules are carried through a change as the XML elements they are. Source of the limits: the server's
internal/bucket/lifecycle.
"""
from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, Iterable, Mapping, Sequence
from xml.etree import ElementTree

from ansible_collections.oracle1.minio.plugins.module_utils import _rules as shared
from ansible_collections.oracle1.minio.plugins.module_utils._canonical import text
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused
from ansible_collections.oracle1.minio.plugins.module_utils._rules import inner, tag

SPEC: dict[str, dict[str, Any]] = {
    "id": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "enabled": {"type": "bool", "default": True},
    "prefix": {"type": "str"},
    "tags": {"type": "dict"},
    "size_greater_than": {"type": "int"},
    "size_less_than": {"type": "int"},
    "expire_days": {"type": "int"},
    "expire_date": {"type": "str"},
    "expire_all_versions": {"type": "bool"},
    "expire_delete_marker": {"type": "bool"},
    "delete_marker_expire_days": {"type": "int"},
    "noncurrent_expire_days": {"type": "int"},
    "noncurrent_expire_newer_versions": {"type": "int"},
    "transition_days": {"type": "int"},
    "transition_date": {"type": "str"},
    "transition_tier": {"type": "str"},
    "noncurrent_transition_days": {"type": "int"},
    "noncurrent_transition_tier": {"type": "str"},
    "abort_incomplete_multipart_days": {"type": "int"},
}
_ACTIONS = ("expire_days", "expire_date", "expire_delete_marker", "delete_marker_expire_days", "noncurrent_expire_days",
            "noncurrent_expire_newer_versions", "transition_tier", "noncurrent_transition_tier")
_POSITIVE = ("size_greater_than", "size_less_than", "expire_days", "delete_marker_expire_days", "noncurrent_expire_days",
             "noncurrent_expire_newer_versions")


def canonical(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule from a module's options in canonical form. Refuses what the server rejects or would drop silently."""
    result: dict[str, Any] = {"id": text(rule["id"]), "enabled": bool(rule.get("enabled", True))}
    for name in SPEC:
        value = rule.get(name)
        if name in ("id", "enabled", "state") or value is None or value is False or value in ("", {}):
            continue
        if name == "tags":
            value = shared.tags_of(value)
        elif name.endswith("_date"):
            value = _date(value)
        result[name] = value
    for kind in ("transition", "noncurrent_transition"):
        if f"{kind}_tier" in result and f"{kind}_date" not in result:
            result.setdefault(f"{kind}_days", 0)
    problem = _problem(result)
    if problem:
        raise Refused(f"lifecycle rule {result['id']!r}: {problem}")
    return result


def _problem(rule: Mapping[str, Any]) -> str | None:
    if not rule["id"]:
        return "it needs an id: this server would invent one"
    problem = shared.problem(rule)
    if problem:
        return problem
    if "abort_incomplete_multipart_days" in rule:
        return ("this server does not implement the abort of incomplete multipart uploads: it drops the action silently."
                " Set MINIO_API_STALE_UPLOADS_EXPIRY on the server instead")
    for name in _POSITIVE:
        if rule.get(name, 1) < 1:
            return f"{name} must be at least 1"
    if "expire_days" in rule and "expire_date" in rule:
        return "expire_days and expire_date exclude each other"
    if "expire_delete_marker" in rule and ("expire_days" in rule or "expire_date" in rule):
        return "expire_delete_marker cannot stand beside expire_days or expire_date: write a rule of its own"
    if "expire_all_versions" in rule and "expire_days" not in rule:
        return "expire_all_versions needs expire_days"
    if "delete_marker_expire_days" in rule and rule.get("tags"):
        return "delete_marker_expire_days cannot be combined with tags: a delete marker has none"
    for kind in ("transition", "noncurrent_transition"):
        if rule.get(f"{kind}_days", 0) < 0:
            return f"{kind}_days must be at least 0"
        if f"{kind}_tier" not in rule and (f"{kind}_days" in rule or f"{kind}_date" in rule):
            return f"{kind}_days and {kind}_date need {kind}_tier"
    if "transition_days" in rule and "transition_date" in rule:
        return "transition_days and transition_date exclude each other"
    if not any(name in rule for name in _ACTIONS):
        return "it has no action: set at least one of " + ", ".join(_ACTIONS)
    return None


def _date(value: Any) -> str:
    written = text(value).strip()
    try:
        parsed = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", re.sub(r"\.0+", "", written)))
    except ValueError:
        raise Refused(f"{written!r} is not a date: write it as 2030-01-31") from None
    parsed = parsed.replace(tzinfo=timezone.utc) if parsed.tzinfo is None else parsed.astimezone(timezone.utc)
    if parsed.time() != datetime.min.time():
        raise Refused(f"{written!r} is not midnight in UTC, which this server demands: write it as 2030-01-31")
    if parsed.year < 1970:
        # The server takes the year 1 for no date, and would drop it.
        raise Refused(f"{written!r} lies before 1970")
    return parsed.date().isoformat()


def decode(document: bytes) -> list[dict[str, Any]]:
    """Canonical rules, sorted by id, of a configuration as the server or any client wrote it."""
    return shared.in_order([_decode_rule(element) for element in _elements(document)])


def encode(rules: Sequence[Mapping[str, Any]]) -> bytes:
    """A configuration of canonical rules."""
    return _document(_encode_rule(rule) for rule in rules)


def replace(document: bytes, rules: Sequence[Mapping[str, Any]]) -> bytes:
    """The configuration that holds exactly these rules. document: the XML on the server, or empty."""
    return _document(shared.rewritten(_elements(document) if document else [], rules, _decode_rule, _encode_rule))


def _document(rules: Iterable[str]) -> bytes:
    return f"<LifecycleConfiguration>{''.join(rules)}</LifecycleConfiguration>".encode()


def _elements(document: bytes) -> list[ElementTree.Element]:
    return shared.elements(document).findall("Rule")


def _encode_rule(rule: Mapping[str, Any]) -> str:
    parts = [tag("ID", rule["id"]), tag("Status", "Enabled" if rule["enabled"] else "Disabled"), _encode_filter(rule)]
    expiration = [tag(name, value) for name, value in (
        ("Days", rule.get("expire_days")), ("Date", _midnight(rule.get("expire_date"))),
        ("ExpiredObjectDeleteMarker", rule.get("expire_delete_marker")),
        ("ExpiredObjectAllVersions", rule.get("expire_all_versions"))) if value is not None]
    transition = [tag(name, value) for name, value in (
        ("Days", rule.get("transition_days")), ("Date", _midnight(rule.get("transition_date"))),
        ("StorageClass", rule.get("transition_tier"))) if value is not None]
    noncurrent = [tag(name, value) for name, value in (
        ("NoncurrentDays", rule.get("noncurrent_expire_days")),
        ("NewerNoncurrentVersions", rule.get("noncurrent_expire_newer_versions"))) if value is not None]
    noncurrent_transition = [tag(name, value) for name, value in (
        ("NoncurrentDays", rule.get("noncurrent_transition_days")),
        ("StorageClass", rule.get("noncurrent_transition_tier"))) if value is not None]
    markers = [tag("Days", rule["delete_marker_expire_days"])] if "delete_marker_expire_days" in rule else []
    for name, content in (("Expiration", expiration), ("Transition", transition), ("DelMarkerExpiration", markers),
                          ("NoncurrentVersionExpiration", noncurrent),
                          ("NoncurrentVersionTransition", noncurrent_transition)):
        if content:
            parts.append(f"<{name}>{''.join(content)}</{name}>")
    return f"<Rule>{''.join(parts)}</Rule>"


def _midnight(date: str | None) -> str | None:
    return f"{date}T00:00:00Z" if date else None


def _encode_filter(rule: Mapping[str, Any]) -> str:
    return shared.encode_filter(rule, [tag(name, rule[option]) for name, option in _SIZES if option in rule])


def _decode_rule(element: ElementTree.Element) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": inner(element, "ID"), "enabled": inner(element, "Status") == "Enabled"}
    found = shared.decode_filter(element)
    for scope in shared.scopes(element):
        for name, option in _SIZES:
            found[option] = int(inner(scope, name) or 0) or found.get(option, 0)
    for option, path in _DAYS:
        found[option] = int(inner(element, *path) or 0)
    found["noncurrent_expire_newer_versions"] = int(
        inner(element, "NoncurrentVersionExpiration", "NewerNoncurrentVersions")
        or inner(element, "NoncurrentVersionExpiration", "MaxNoncurrentVersions") or 0)
    for option, path in _FLAGS:
        found[option] = inner(element, *path).strip().lower() == "true"
    for option, path in _DATES:
        found[option] = inner(element, *path).strip()[:10]
    for option, path in _TIERS:
        found[option] = inner(element, *path)
    rule.update({option: found[option] for option in SPEC if found.get(option)})
    for kind in ("transition", "noncurrent_transition"):
        if f"{kind}_tier" in rule and f"{kind}_date" not in rule:
            rule.setdefault(f"{kind}_days", 0)
    unknown = sorted(child.tag for child in element if child.tag not in _ELEMENTS)
    if unknown:
        rule["unsupported"] = unknown
    return rule


_ELEMENTS = ("ID", "Status", "Prefix", "Filter", "Expiration", "Transition", "DelMarkerExpiration",
             "NoncurrentVersionExpiration", "NoncurrentVersionTransition")
_SIZES = (("ObjectSizeGreaterThan", "size_greater_than"), ("ObjectSizeLessThan", "size_less_than"))
_DAYS = (
    ("expire_days", ("Expiration", "Days")),
    ("delete_marker_expire_days", ("DelMarkerExpiration", "Days")),
    ("noncurrent_expire_days", ("NoncurrentVersionExpiration", "NoncurrentDays")),
    ("transition_days", ("Transition", "Days")),
    ("noncurrent_transition_days", ("NoncurrentVersionTransition", "NoncurrentDays")),
)
_FLAGS = (
    ("expire_delete_marker", ("Expiration", "ExpiredObjectDeleteMarker")),
    ("expire_all_versions", ("Expiration", "ExpiredObjectAllVersions")),
)
_DATES = (("expire_date", ("Expiration", "Date")), ("transition_date", ("Transition", "Date")))
_TIERS = (
    ("transition_tier", ("Transition", "StorageClass")),
    ("noncurrent_transition_tier", ("NoncurrentVersionTransition", "StorageClass")),
)
