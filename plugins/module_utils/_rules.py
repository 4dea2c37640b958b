# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a bucket's lists of rules share (lifecycle, notification, replication): wishes, merging by id, XML, and filters.

A canonical rule is a dictionary with the option names of the module; id is always there, and empty where a client wrote none.
"""
from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from ansible_collections.oracle1.minio.plugins.module_utils._canonical import text
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused

Rule = Mapping[str, Any]
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Wish:
    """A wish for rules: the canonical ones that shall be there, and the ids of those that shall not.

    secrets: credentials by whatever identifies them; they are sent, and never compared or shown.
    """

    rules: Sequence[Rule]
    removed: Sequence[str]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def wish(entries: Sequence[Rule], canonical: Callable[[Rule], Rule]) -> Wish:
    """A wish from a module's list of rules. Raises Refused for a doubled id."""
    ids = [entry["id"] for entry in entries if entry["id"]]
    doubled = sorted({name for name in ids if ids.count(name) > 1})
    if doubled:
        raise Refused(f"two rules have the id {doubled[0]}")
    gone = [entry["id"] for entry in entries if entry.get("state") == "absent"]
    if "" in gone:
        raise Refused("state: absent needs the id of the rule")
    return Wish([canonical(entry) for entry in entries if entry.get("state") != "absent"], gone)


def merging(option: str) -> Callable[[Any, Wish, Mapping[str, Any]], list[Rule]]:
    """The merge of a Field whose rules are all there shall be when this option is true."""
    def merge_wish(observed: Sequence[Rule] | None, wanted: Wish, options: Mapping[str, Any]) -> list[Rule]:
        return merge(observed or [], wanted.rules, wanted.removed, bool(options.get(option)))
    return merge_wish


def merge(observed: Sequence[Rule], wanted: Sequence[Rule], removed: Sequence[str], authoritative: bool) -> list[Rule]:
    """The rules that shall be there: the wanted ones, and the foreign ones unless the wish is authoritative.

    A rule is recognised by its id, and one that was written without an id by all that it says.
    """
    foreign = list(observed)
    result = []
    for rule in wanted:
        there = next((item for item in foreign if item["id"] and item["id"] == rule["id"]), None)
        there = there or next((item for item in foreign if not item["id"] and {**item, "id": rule["id"]} == rule), None)
        if there is not None:
            foreign.remove(there)
        result.append(rule if there is None or there["id"] else there)
    if not authoritative:
        result += [rule for rule in foreign if rule["id"] not in removed]
    return in_order(result)


def in_order(rules: Sequence[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: (rule["id"], json.dumps(rule, sort_keys=True)))


def elements(document: bytes) -> ElementTree.Element:
    """The root of an XML document, without the namespaces, which the server and its clients use as they please."""
    root = ElementTree.fromstring(document)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def inner(element: ElementTree.Element | None, *path: str) -> str:
    """The text at a path of elements; empty where there is none."""
    for name in path:
        element = element.find(name) if element is not None else None
    return (element.text or "") if element is not None else ""


def tag(name: str, content: Any) -> str:
    return f"<{name}>{_quoted(content)}</{name}>"


def render(element: ElementTree.Element) -> str:
    content = "".join(render(child) for child in element) if len(element) else _quoted(element.text or "")
    return f"<{element.tag}>{content}</{element.tag}>"


def rewritten(there: Sequence[ElementTree.Element], rules: Sequence[Rule], decode: Callable[[ElementTree.Element], Rule],
              encode: Callable[[Rule], str]) -> list[str]:
    """The rules as XML. One that an element already says is taken over as it is, and so keeps even what is unknown here."""
    known = [(decode(element), element) for element in there]
    same = [next((element for value, element in known if value == rule), None) for rule in rules]
    return [encode(rule) if element is None else render(element) for rule, element in zip(rules, same)]


def encode_filter(rule: Rule, further: Sequence[str] = ()) -> str:
    """The Filter element of prefix, tags and further predicates."""
    predicates = [tag("Prefix", rule["prefix"])] if rule.get("prefix") else []
    predicates += [f"<Tag>{tag('Key', key)}{tag('Value', value)}</Tag>" for key, value in rule.get("tags", {}).items()]
    predicates += further
    if not predicates:
        return "<Filter><Prefix></Prefix></Filter>"
    joined = "".join(predicates)
    return f"<Filter><And>{joined}</And></Filter>" if len(predicates) > 1 else f"<Filter>{joined}</Filter>"


def scopes(rule: ElementTree.Element) -> list[ElementTree.Element]:
    """Where a rule's predicates stand. The prefix of the older API stands beside the filter, or in its stead."""
    outer = rule.find("Filter")
    return [rule] if outer is None else [rule, outer, *outer.findall("And")]


def decode_filter(rule: ElementTree.Element) -> dict[str, Any]:
    """prefix and tags of a rule, empty where it has none."""
    prefix, tags = "", {}
    for scope in scopes(rule):
        prefix = inner(scope, "Prefix") or prefix
        tags.update({inner(item, "Key"): inner(item, "Value") for item in scope.findall("Tag")})
    return {"prefix": prefix, "tags": dict(sorted(tags.items()))}


def tags_of(value: Mapping[str, Any]) -> dict[str, str]:
    """Tags of a filter from a module's option."""
    return dict(sorted((text(key), text("" if content is None else content)) for key, content in value.items()))


def problem(rule: Rule, texts: Sequence[str] = ()) -> str | None:
    """What is wrong with the id, the filter and further texts of a canonical rule, whatever its kind."""
    tags = rule.get("tags", {})
    if len(rule["id"].encode()) > 255:
        return "an id has up to 255 bytes"
    if any(_NOT_XML.search(item) for item in (rule["id"], rule.get("prefix", ""), *tags, *tags.values(), *texts)):
        return "control characters cannot be written in XML"
    if any(not key or len(key) > 128 or len(value) > 256 for key, value in tags.items()):
        return "a tag has a key of 1 to 128 characters and a value of up to 256"
    return None


def _quoted(value: Any) -> str:
    # A parser turns a bare carriage return into a line feed.
    return escape(text(value), {"\r": "&#13;"})
