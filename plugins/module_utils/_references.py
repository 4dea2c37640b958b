# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether something exists that an object refers to, or that an action needs; and what all of these questions are put to."""
from __future__ import annotations

from typing import Any, Callable, Mapping, Protocol

from ansible_collections.oracle1.minio.plugins.module_utils._client import Answer
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected


class Source(Protocol):
    """What a resource reads from: the server, or a snapshot of it that answers the same questions."""

    @property
    def region(self) -> str:
        """Region that the server is in."""

    def s3(self, method: str, bucket: str = "", query: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """As Client.s3."""

    def admin(self, method: str, command: str, query: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """As Client.admin."""

    def kms(self, command: str, query: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """As Client.kms."""


def _answered(command: str, option: str, absent: str, **query: str) -> Callable[[Source, str], bool]:
    """A question that the server rejects with the code absent when there is nothing of that name."""
    def exists(source: Source, name: str) -> bool:
        try:
            source.admin("GET", command, {option: name, **query}, attempt=f"look for {name}")
        except Rejected as error:
            if error.code == absent:
                return False
            raise
        return True
    return exists


def _tier_exists(source: Source, name: str) -> bool:
    tiers = source.admin("GET", "tier", attempt="list the tiers").json() or []
    return any(tier.get("Name") == name for tier in tiers)


def _bucket_exists(source: Source, name: str) -> bool:
    try:
        source.s3("HEAD", name, attempt=f"look for bucket {name}")
    except Rejected as error:
        if error.status == 404:
            return False
        raise
    return True


def _notification_target_exists(source: Source, name: str) -> bool:
    listed = source.admin("GET", "info", attempt="list the targets of notifications").json().get("sqsARN") or []
    # A target's name is told without the server's region, which stands fourth.
    return name in [":".join([*arn.split(":")[:3], "", *arn.split(":")[4:]]) for arn in listed]


def _kms_key_exists(source: Source, name: str) -> bool:
    """Whether the KMS gives this key; the empty name stands for the default key. Raises Refused when there is no KMS."""
    try:
        status = source.admin("GET", "kms/key/status", {"key-id": name} if name else {}, attempt=f"try the KMS key {name}").json()
    except Rejected as error:
        if error.code == "NotImplemented":
            raise Refused("this server has no KMS: give it one with MINIO_KMS_SECRET_KEY, MINIO_KMS_KES_ENDPOINT or"
                          " MINIO_KMS_SERVER", attempt="encrypt it") from None
        raise
    return not status.get("encryption-error") and not status.get("decryption-error")


EXISTS: dict[str, Callable[[Source, str], bool]] = {
    "policy": _answered("info-canned-policy", "name", "XMinioAdminNoSuchPolicy", v="2"),
    "user": _answered("user-info", "accessKey", "XMinioAdminNoSuchUser"),
    "group": _answered("group", "group", "XMinioAdminNoSuchGroup"),
    "ldap_user": _answered("idp/ldap/list-access-keys", "userDN", "XMinioAdminNoSuchUser", listType="svcacc-only"),
    "tier": _tier_exists,
    "bucket": _bucket_exists,
    "notification_target": _notification_target_exists,
    "kms_key": _kms_key_exists,
}


def demand(source: Source, kind: str, name: str, attempt: str) -> None:
    """Raises Refused where an action needs an object that the server does not have."""
    if not EXISTS[kind](source, name):
        raise Refused(f"{kind} {name} does not exist", attempt=attempt)
