# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare forms: two values that mean the same have the same canonical form, whoever wrote them."""
from __future__ import annotations

import ipaddress
import json
import re
from datetime import datetime, timezone
from typing import Any, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused

VERSION = "2012-10-17"
_UNITS = {"": 1, "b": 1}
_UNITS.update({f"{letter}{suffix}": 1000 ** power for power, letter in enumerate("kmgtp", 1) for suffix in ("b",)})
_UNITS.update({f"{letter}{suffix}": 1024 ** power for power, letter in enumerate("kmgtp", 1) for suffix in ("ib", "i")})
_PASSWORD = re.compile(r"//[^/\s@]*:([^/\s@]+)@")
_TAG = re.compile(r"[a-zA-Z0-9+\-._:/@ =]+")
_STATEMENT = ("Sid", "Effect", "Principal", "Action", "Resource", "NotResource", "Condition")


def size(value: Any) -> int:
    """Bytes from a number or from text such as 10GiB (1024) and 10GB (1000)."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", str(value))
    unit = _UNITS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise Refused(f"{value!r} is not a size: write bytes, or a number with KiB, MiB, GiB, TiB, KB, MB, GB or TB")
    return int(float(match[1]) * unit) if "." in match[1] else int(match[1]) * unit


def has_password(written: str) -> bool:
    """Whether a text has an address with a user and a password in it, which would be seen wherever the address is shown."""
    return _PASSWORD.search(written) is not None


def passwords(value: Any) -> list[str]:
    """The passwords of all addresses in a value, at any depth."""
    if isinstance(value, str):
        return _PASSWORD.findall(value) if "@" in value else []
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return [password for item in inner for password in passwords(item)]


def text(value: Any) -> str:
    """Text of a scalar from YAML, in which an unquoted true or 5 is no text yet."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def tags(value: Mapping[str, Any] | None) -> dict[str, str | None]:
    """Tags of a bucket; a null value asks for the tag's removal. The server's own rules for what a tag may hold."""
    result = {text(name): None if content is None else text(content) for name, content in (value or {}).items()}
    for name, content in result.items():
        if not _TAG.fullmatch(name) or len(name) > 128 or (content and (not _TAG.fullmatch(content) or len(content) > 256)):
            raise Refused(f"tag {name!r}: keys have up to 128 and values up to 256 letters, digits, spaces and + - . _ : / @ =")
    return dict(sorted(result.items()))


def names(value: Any) -> list[str]:
    """A set of names as a sorted list."""
    return sorted({text(item) for item in value or []})


def moment(value: Any) -> str:
    """An instant as 2030-01-31T12:00:00Z; empty for none. A time without a zone is UTC."""
    written = text(value).strip()
    if not written:
        return ""
    try:
        parsed = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", re.sub(r"\.\d+", "", written)))
    except ValueError:
        raise Refused(f"{value!r} is not a time: write it as 2030-01-31T12:00:00Z") from None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=timezone.utc)
    return parsed.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def policy(document: Mapping[str, Any] | None, principals: bool) -> dict[str, Any]:
    """A policy document in canonical form; empty when there is none.

    Order of statements, of list members and of keys means nothing; one string and a list of it are the same; a missing
    Version is the only one there is; numbers and booleans in conditions are text; an address is a network.
    principals: true for the policy of a bucket, false for one of IAM, which has none.
    """
    if not document:
        return {}
    fields = {"ID" if name.upper() == "ID" else name: content for name, content in document.items()}
    statements = [_statement(item, principals) for item in _statements(fields)]
    unique = {json.dumps(item, sort_keys=True): item for item in statements}
    result: dict[str, Any] = {"Version": text(fields.get("Version") or VERSION)}
    if fields.get("ID"):
        result["ID"] = text(fields["ID"])
    result["Statement"] = [unique[key] for key in sorted(unique)]
    return result


def wanted_policy(document: Mapping[str, Any] | None, principals: bool) -> dict[str, Any]:
    """The canonical form of a document that someone wishes for. Refuses what the server rejects or would drop silently."""
    fields = dict(document or {})
    unknown = sorted(name for name in fields if name not in ("Version", "Statement") and name.upper() != "ID")
    if unknown:
        raise Refused(f"the policy has unknown keys: {', '.join(unknown)}")
    statements = _statements(fields)
    if fields and not statements:
        raise Refused("the policy has no Statement")
    for statement in statements:
        _check(statement, principals)
    return policy(fields, principals)


def _check(statement: Any, principals: bool) -> None:
    if not isinstance(statement, Mapping):
        raise Refused("every Statement of a policy is a dictionary")
    if "NotAction" in statement:
        raise Refused("NotAction is not usable: this server stores it and can then no longer read the policy")
    if "Principal" in statement and not principals:
        raise Refused("a policy of IAM has no Principal: this server would drop it silently")
    unknown = sorted(set(statement) - set(_STATEMENT))
    if unknown:
        raise Refused(f"a statement of the policy has unknown keys, which this server drops silently: {', '.join(unknown)}")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise Refused(f"Effect is Allow or Deny, not {statement.get('Effect')!r}")
    if not _texts(statement.get("Action")):
        raise Refused("every Statement of a policy needs an Action")
    if principals and not _principal(statement.get("Principal"))["AWS"]:
        raise Refused("every Statement of a bucket's policy needs a Principal, * for everyone")


def _statements(fields: Mapping[str, Any]) -> list[Any]:
    written = fields.get("Statement") or []
    return [written] if isinstance(written, Mapping) else list(written)


def _statement(statement: Mapping[str, Any], principals: bool) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if statement.get("Sid"):
        result["Sid"] = text(statement["Sid"])
    result["Effect"] = text(statement.get("Effect", ""))
    if principals:
        result["Principal"] = _principal(statement.get("Principal"))
    result["Action"] = _texts(statement.get("Action"))
    for name in ("Resource", "NotResource"):
        if statement.get(name):
            result[name] = sorted({_resource(item) for item in _texts(statement[name])})
    condition = _condition(statement.get("Condition"))
    if condition:
        result["Condition"] = condition
    return result


def _texts(value: Any) -> list[str]:
    return sorted({text(item) for item in (value if isinstance(value, (list, tuple)) else [] if value is None else [value])})


def _principal(value: Any) -> dict[str, list[str]]:
    if isinstance(value, Mapping):
        return {"AWS": _texts(value.get("AWS"))}
    return {"AWS": _texts(value)}


def _resource(value: str) -> str:
    # The server answers "**" to "*".
    return "*" if value == "**" else value


def _condition(value: Any) -> dict[str, dict[str, list[str]]]:
    result: dict[str, dict[str, list[str]]] = {}
    for operator, keys in sorted((value or {}).items()):
        convert = _CONVERT.get(operator.rpartition(":")[2], text)
        result[operator] = {
            key: sorted({convert(item) for item in (content if isinstance(content, (list, tuple)) else [content])})
            for key, content in sorted(keys.items())
        }
    return {operator: keys for operator, keys in result.items() if keys}


def _network(value: Any) -> str:
    try:
        return str(ipaddress.ip_network(text(value), strict=False))
    except ValueError:
        return text(value)


def _truth(value: Any) -> str:
    return text(value).lower()


_CONVERT = {"IpAddress": _network, "NotIpAddress": _network, "Bool": _truth, "Null": _truth}
