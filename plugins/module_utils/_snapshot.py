# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server's whole configuration from two requests, which then answers the questions of the resources in the server's stead.

export-bucket-metadata and export-iam are zip archives. The resources read as always; what the archives hold is answered from
them, everything else goes to the server. So there is one way to understand an answer, and what a snapshot says can be
compared with what the server says. The archive of identities holds secret keys in clear: they are dropped while it is parsed.
"""
from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._client import Answer, Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Rejected

# Query of a bucket's facet -> its file in the archive, and the server's word for "there is none".
_FACETS = {
    "versioning": ("versioning.xml", ""),
    "tagging": ("tagging.xml", "NoSuchTagSet"),
    "policy": ("policy.json", "NoSuchBucketPolicy"),
    "lifecycle": ("lifecycle.xml", "NoSuchLifecycleConfiguration"),
    "object-lock": ("object-lock.xml", "ObjectLockConfigurationNotFoundError"),
    "encryption": ("bucket-encryption.xml", "ServerSideEncryptionConfigurationNotFoundError"),
    "notification": ("notification.xml", ""),
    "replication": ("replication.xml", "ReplicationConfigurationNotFoundError"),
}
_NOTHING = {"versioning": b"<VersioningConfiguration/>", "notification": b"<NotificationConfiguration/>"}
# What is asked for many objects and answers the same for all.
_ONCE = frozenset(("tier", "healthinfo", "help-config-kv", "list-config-history-kv"))
_SECRETS = frozenset(("secretKey", "sessionToken"))


class Incomplete(Problem):
    """An archive that the server did not finish, or that is none."""


def unpack(archive: bytes) -> dict[str, bytes]:
    """The files of a zip archive by their names. Raises Incomplete.

    An error half-way is written by the server into an archive that has begun with status 200. It then stands between two
    entries, so that the table at the end leads to wrong places: every place and every checksum is looked at.
    """
    files = {}
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as table:
            entries = table.infolist()
        if not archive.startswith(b"PK"):
            raise Incomplete("the archive begins with something else")
        # zipfile's own open() costs ten times as much for each of tens of thousands of small files.
        for entry in entries:
            magic, name, extra = struct.unpack_from("<4s22xHH", archive, entry.header_offset)
            start = entry.header_offset + 30 + name + extra
            packed = archive[start:start + entry.compress_size]
            content = zlib.decompress(packed, -15) if entry.compress_type == zipfile.ZIP_DEFLATED else packed
            if magic != b"PK\x03\x04" or zlib.crc32(content) != entry.CRC:
                raise Incomplete(f"{entry.filename} is damaged")
            files[entry.filename] = content
    except (zipfile.BadZipFile, zlib.error, struct.error) as error:
        raise Incomplete(f"the archive is damaged: {error}") from None
    return files


def _without_secrets(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if name not in _SECRETS}


@dataclass
class Snapshot:
    """Answers reading requests. buckets: name -> file -> content; identities: file -> object; None: ask the server."""

    client: Client
    buckets: dict[str, dict[str, bytes]] | None = None
    identities: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    remembered: dict[str, Answer] = field(default_factory=dict)

    @property
    def region(self) -> str:
        return self.client.region

    def take_buckets(self) -> None:
        """Read all buckets at once; a note says why it was not possible."""
        files = self._archive("export-bucket-metadata")
        if files is None:
            return
        self.buckets = {}
        for path, content in files.items():
            bucket, _slash, name = path.partition("/")
            self.buckets.setdefault(bucket, {})[name] = content

    def take_identities(self) -> None:
        """Read all policies, users, groups and service accounts at once; a note says why it was not possible."""
        files = self._archive("export-iam")
        if files is not None:
            self.identities = {path.rpartition("/")[2]: json.loads(content or b"null", object_pairs_hook=_without_secrets) or {}
                               for path, content in files.items()}

    def _archive(self, command: str) -> dict[str, bytes] | None:
        try:
            return unpack(self.client.admin("GET", command, attempt="read everything at once").body)
        except (Rejected, Incomplete) as problem:
            self.notes.append(f"{command}: {problem}")
            return None

    def s3(self, method: str, bucket: str = "", query: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """As Client.s3; answered from the archive where it can be."""
        facet = next(iter(query or {}), "")
        if self.buckets is not None and not bucket and method == "GET":
            listed = "".join(f"<Bucket><Name>{name}</Name></Bucket>" for name in self.buckets)
            return Answer(200, {}, f"<ListAllMyBucketsResult><Buckets>{listed}</Buckets></ListAllMyBucketsResult>".encode())
        if self.buckets is None or method != "GET" or facet not in _FACETS:
            return self.client.s3(method, bucket, query, **more)
        attempt = more.get("attempt", "")
        if bucket not in self.buckets:
            raise Rejected("the bucket does not exist", "NoSuchBucket", 404, attempt)
        name, absent = _FACETS[facet]
        content = self.buckets[bucket].get(name, _NOTHING.get(facet))
        if content is None:
            raise Rejected("there is none", absent, 404, attempt)
        return Answer(200, {}, content)

    def admin(self, method: str, command: str, query: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """As Client.admin; answered from the archives where it can be. What is not in them is asked of the server."""
        if method == "GET" and command in _ONCE:
            asked = json.dumps([command, query or {}])
            if asked not in self.remembered:
                self.remembered[asked] = self.client.admin(method, command, query, **more)
            return self.remembered[asked]
        found = self._known(command, query or {}) if method == "GET" else None
        return self.client.admin(method, command, query, **more) if found is None else Answer(200, {}, json.dumps(found).encode())

    def kms(self, command: str, query: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """As Client.kms."""
        return self.client.kms(command, query, **more)

    def _known(self, command: str, query: Mapping[str, str]) -> Any:
        files = (self.buckets or {}).get(query.get("bucket", ""))
        if files is not None and command == "get-bucket-quota":
            return json.loads(files.get("quota.json", b"{}"))
        if files is not None and command == "list-remote-targets" and b"<Targets>" not in files.get("bucket-targets.json", b"<Targets>"):
            return []
        answer = _IDENTITIES.get(command)
        return None if answer is None or self.identities is None else answer(self.identities, query)


def _policy(identities: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any] | None:
    document = identities["policies.json"].get(query["name"])
    return None if document is None else {"PolicyName": query["name"], "Policy": document}


def _mapped(identities: Mapping[str, Any], file: str, name: str) -> str:
    return (identities[file].get(name) or {}).get("policy", "")


def _user(identities: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any] | None:
    user = identities["users.json"].get(query["accessKey"])
    return None if user is None else {"status": user["status"], "policyName": _mapped(identities, "user_mappings.json", query["accessKey"])}


def _service_account(identities: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any] | None:
    account = identities["svcaccts.json"].get(query["accessKey"])
    if account is None:
        return None
    policy = account.get("sessionPolicy")
    expiration = account.get("expiration") or ""
    return {"parentUser": account["parent"], "accountStatus": account["status"], "name": account.get("name"),
            "description": account.get("description"), "impliedPolicy": not policy, "policy": json.dumps(policy) if policy else "",
            "expiration": "" if expiration.startswith(("0001-", "1970-01-01T00:00:00")) else expiration}


def _group(identities: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any] | None:
    group = identities["groups.json"].get(query["group"])
    # The server shows the policies of a disabled group elsewhere: let it be asked.
    if group is None or group["status"] != "enabled":
        return None
    return {"name": query["group"], "status": group["status"], "members": group["members"],
            "policy": _mapped(identities, "group_mappings.json", query["group"])}


def _service_accounts(identities: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    return {"": {"serviceAccounts": [{"accessKey": name} for name in identities["svcaccts.json"]]}}


_IDENTITIES: dict[str, Callable[[Mapping[str, Any], Mapping[str, str]], Any]] = {
    "info-canned-policy": _policy, "user-info": _user, "info-service-account": _service_account, "group": _group,
    "list-canned-policies": lambda identities, query: identities["policies.json"],
    "list-users": lambda identities, query: identities["users.json"],
    "groups": lambda identities, query: sorted(identities["groups.json"]),
    "list-access-keys-bulk": _service_accounts,
}
