# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What new objects of a bucket get by default: a retention, and encryption. An empty dictionary stands for none.

Source of the limits: the server's internal/bucket/object/lock and internal/bucket/encryption.
"""
from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused
from ansible_collections.oracle1.minio.plugins.module_utils._rules import elements, inner, tag

RETENTION: dict[str, dict[str, Any]] = {
    "mode": {"type": "str", "choices": ["governance", "compliance"]},
    "days": {"type": "int"},
    "years": {"type": "int"},
}
ENCRYPTION: dict[str, dict[str, Any]] = {
    "algorithm": {"type": "str", "choices": ["sse-s3", "sse-kms"]},
    "kms_key_id": {"type": "str", "no_log": False},
}
_LONGEST = {"days": 36500, "years": 100}
_ALGORITHMS = {"sse-s3": "AES256", "sse-kms": "aws:kms"}
_KEY_PREFIX = "arn:aws:kms:"


def retention(value: Mapping[str, Any]) -> dict[str, Any]:
    """A default retention in canonical form."""
    result = {name: value[name] for name in RETENTION if value.get(name) is not None}
    spans = [name for name in _LONGEST if name in result]
    if result and ("mode" not in result or len(spans) != 1):
        raise Refused("a default retention has a mode, and either days or years")
    for name in spans:
        if not 1 <= result[name] <= _LONGEST[name]:
            raise Refused(f"{name} is a number from 1 to {_LONGEST[name]}")
    return result


def decode_lock(document: bytes | None) -> tuple[bool, dict[str, Any]]:
    """Whether object lock is on, and the default retention."""
    if document is None:
        return False, {}
    root = elements(document)
    rule = root.find("Rule/DefaultRetention")
    found: dict[str, Any] = {}
    if rule is not None:
        found["mode"] = inner(rule, "Mode").lower()
        found.update({name: int(inner(rule, name.capitalize())) for name in _LONGEST if inner(rule, name.capitalize())})
    return inner(root, "ObjectLockEnabled") == "Enabled", found


def encode_lock(value: Mapping[str, Any], there: Any) -> bytes:
    spans = "".join(tag(name.capitalize(), value[name]) for name in _LONGEST if name in value)
    rule = f"<Rule><DefaultRetention>{tag('Mode', value['mode'].upper())}{spans}</DefaultRetention></Rule>" if value else ""
    return f"<ObjectLockConfiguration>{tag('ObjectLockEnabled', 'Enabled')}{rule}</ObjectLockConfiguration>".encode()


def encryption(value: Mapping[str, Any]) -> dict[str, Any]:
    """A default encryption in canonical form."""
    result = {name: value[name] for name in ENCRYPTION if value.get(name)}
    if result and (result.get("algorithm") == "sse-kms") != ("kms_key_id" in result):
        raise Refused("kms_key_id is needed with algorithm: sse-kms, and only with it")
    if "kms_key_id" in result:
        result["kms_key_id"] = result["kms_key_id"].strip().removeprefix(_KEY_PREFIX)
    return result


def decode_encryption(document: bytes | None) -> dict[str, Any]:
    if document is None:
        return {}
    rule = elements(document).find("Rule/ApplyServerSideEncryptionByDefault")
    names = {algorithm: name for name, algorithm in _ALGORITHMS.items()}
    algorithm = inner(rule, "SSEAlgorithm")
    found = {"algorithm": names.get(algorithm, algorithm), "kms_key_id": inner(rule, "KMSMasterKeyID").removeprefix(_KEY_PREFIX)}
    return {name: content for name, content in found.items() if content}


def encode_encryption(value: Mapping[str, Any], there: Any) -> bytes:
    key = tag("KMSMasterKeyID", value["kms_key_id"]) if "kms_key_id" in value else ""
    action = f"{tag('SSEAlgorithm', _ALGORITHMS[value['algorithm']])}{key}"
    return ("<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
            f"{action}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>").encode()
