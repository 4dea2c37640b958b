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
from xml.sax.saxutils import escape

from ansible_collections.oracle1.minio.plugins.module_utils._canonical import text
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused

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
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def canonical(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule from a module's options in canonical form. Refuses what the server rejects or would drop silently."""
    result: dict[str, Any] = {"id": text(rule["id"]), "enabled": bool(rule.get("enabled", True))}
    for name in SPEC:
        value = rule.get(name)
        if name in ("id", "enabled", "state") or value is None or value is False or value in ("", {}):
            continue
        if name == "tags":
            value = dict(sorted((text(key), text("" if content is None else content)) for key, content in value.items()))
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
    if not rule["id"] or len(rule["id"].encode()) > 255:
        return "an id has 1 to 255 bytes"
    texts = [rule["id"], rule.get("prefix", ""), *rule.get("tags", {}), *rule.get("tags", {}).values()]
    if any(_NOT_XML.search(item) for item in texts):
        return "control characters cannot be written in XML"
    if "abort_incomplete_multipart_days" in rule:
        return ("this server does not implement the abort of incomplete multipart uploads: it drops the action silently."
                " Set MINIO_API_STALE_UPLOADS_EXPIRY on the server instead")
    for name in _POSITIVE:
        if rule.get(name, 1) < 1:
            return f"{name} must be at least 1"
    if any(not key or len(key) > 128 or len(value) > 256 for key, value in rule.get("tags", {}).items()):
        return "a tag has a key of 1 to 128 characters and a value of up to 256"
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
    return parsed.strftime("%Y-%m-%d")


def merge(observed: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]], removed: Iterable[str],
          authoritative: bool) -> list[dict[str, Any]]:
    """The rules that shall be there, by id: the wanted ones, and the foreign ones unless the wish is authoritative."""
    gone = set(removed)
    result = {} if authoritative else {rule["id"]: dict(rule) for rule in observed if rule["id"] not in gone}
    result.update({rule["id"]: dict(rule) for rule in wanted})
    return [result[key] for key in sorted(result)]


def decode(document: bytes) -> list[dict[str, Any]]:
    """Canonical rules, sorted by id, of a configuration as the server or any client wrote it."""
    return sorted((_decode_rule(element) for element in _rules(document)), key=lambda rule: rule["id"])


def encode(rules: Sequence[Mapping[str, Any]]) -> bytes:
    """A configuration of canonical rules."""
    return _document(_encode_rule(rule) for rule in rules)


def replace(document: bytes, rules: Sequence[Mapping[str, Any]]) -> bytes:
    """The configuration that holds exactly these rules; those that document already says equally are taken over as they are.

    document: the XML on the server, or empty. So a rule that nobody wished to change keeps even what is unknown here.
    """
    kept = {}
    for element in _rules(document) if document else []:
        kept[_child_text(element, "ID")] = (_decode_rule(element), element)
    pieces = []
    for rule in rules:
        there, element = kept.get(rule["id"], (None, None))
        pieces.append(_render(element) if element is not None and there == rule else _encode_rule(rule))
    return _document(pieces)


def _document(rules: Iterable[str]) -> bytes:
    return f"<LifecycleConfiguration>{''.join(rules)}</LifecycleConfiguration>".encode()


def _rules(document: bytes) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(document)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root.findall("Rule")


def _child_text(element: ElementTree.Element | None, *path: str) -> str:
    for name in path:
        element = element.find(name) if element is not None else None
    return (element.text or "") if element is not None else ""


def _render(element: ElementTree.Element) -> str:
    content = "".join(_render(child) for child in element) if len(element) else _quoted(element.text or "")
    return f"<{element.tag}>{content}</{element.tag}>"


def _quoted(value: Any) -> str:
    # A parser turns a bare carriage return into a line feed.
    return escape(text(value), {"\r": "&#13;"})


def _tag(name: str, content: Any) -> str:
    return f"<{name}>{_quoted(content)}</{name}>"


def _encode_rule(rule: Mapping[str, Any]) -> str:
    parts = [_tag("ID", rule["id"]), _tag("Status", "Enabled" if rule["enabled"] else "Disabled"), _encode_filter(rule)]
    expiration = [_tag(name, value) for name, value in (
        ("Days", rule.get("expire_days")), ("Date", _midnight(rule.get("expire_date"))),
        ("ExpiredObjectDeleteMarker", rule.get("expire_delete_marker")),
        ("ExpiredObjectAllVersions", rule.get("expire_all_versions"))) if value is not None]
    transition = [_tag(name, value) for name, value in (
        ("Days", rule.get("transition_days")), ("Date", _midnight(rule.get("transition_date"))),
        ("StorageClass", rule.get("transition_tier"))) if value is not None]
    noncurrent = [_tag(name, value) for name, value in (
        ("NoncurrentDays", rule.get("noncurrent_expire_days")),
        ("NewerNoncurrentVersions", rule.get("noncurrent_expire_newer_versions"))) if value is not None]
    noncurrent_transition = [_tag(name, value) for name, value in (
        ("NoncurrentDays", rule.get("noncurrent_transition_days")),
        ("StorageClass", rule.get("noncurrent_transition_tier"))) if value is not None]
    markers = [_tag("Days", rule["delete_marker_expire_days"])] if "delete_marker_expire_days" in rule else []
    for name, content in (("Expiration", expiration), ("Transition", transition), ("DelMarkerExpiration", markers),
                          ("NoncurrentVersionExpiration", noncurrent),
                          ("NoncurrentVersionTransition", noncurrent_transition)):
        if content:
            parts.append(f"<{name}>{''.join(content)}</{name}>")
    return f"<Rule>{''.join(parts)}</Rule>"


def _midnight(date: str | None) -> str | None:
    return f"{date}T00:00:00Z" if date else None


def _encode_filter(rule: Mapping[str, Any]) -> str:
    predicates = [_tag("Prefix", rule["prefix"])] if rule.get("prefix") else []
    predicates += [f"<Tag>{_tag('Key', key)}{_tag('Value', value)}</Tag>" for key, value in rule.get("tags", {}).items()]
    predicates += [_tag(name, rule[option]) for name, option in (
        ("ObjectSizeGreaterThan", "size_greater_than"), ("ObjectSizeLessThan", "size_less_than")) if option in rule]
    if not predicates:
        return "<Filter><Prefix></Prefix></Filter>"
    joined = "".join(predicates)
    return f"<Filter><And>{joined}</And></Filter>" if len(predicates) > 1 else f"<Filter>{joined}</Filter>"


def _decode_rule(element: ElementTree.Element) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": _child_text(element, "ID"), "enabled": _child_text(element, "Status") == "Enabled"}
    # The prefix of the older API stands beside the filter, or in its stead.
    found: dict[str, Any] = {"prefix": _child_text(element, "Prefix")}
    outer = element.find("Filter")
    for scope in [] if outer is None else [outer, *outer.findall("And")]:
        found["prefix"] = _child_text(scope, "Prefix") or found["prefix"]
        for tag in scope.findall("Tag"):
            found.setdefault("tags", {})[_child_text(tag, "Key")] = _child_text(tag, "Value")
        for name, option in (("ObjectSizeGreaterThan", "size_greater_than"), ("ObjectSizeLessThan", "size_less_than")):
            found[option] = int(_child_text(scope, name) or 0) or found.get(option, 0)
    if found.get("tags"):
        found["tags"] = dict(sorted(found["tags"].items()))
    for option, path in _DAYS:
        found[option] = int(_child_text(element, *path) or 0)
    found["noncurrent_expire_newer_versions"] = int(
        _child_text(element, "NoncurrentVersionExpiration", "NewerNoncurrentVersions")
        or _child_text(element, "NoncurrentVersionExpiration", "MaxNoncurrentVersions") or 0)
    for option, path in _FLAGS:
        found[option] = _child_text(element, *path).strip().lower() == "true"
    for option, path in _DATES:
        found[option] = _child_text(element, *path).strip()[:10]
    for option, path in _TIERS:
        found[option] = _child_text(element, *path)
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
