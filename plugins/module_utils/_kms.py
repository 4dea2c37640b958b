# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of the key management service that a server uses for encryption."""
from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Observed, Plan, Resource, Wanted

# The server tries the key, and passes on in words what the service answered.
_ABSENT = "key with given key ID does not exist"
_PRESENT = "(key with given key ID already exits)"


def read(client: Client, wanted: Wanted) -> Observed | None:
    answer = client.admin("GET", "kms/key/status", {"key-id": wanted.name}, attempt="try it").json()
    for attempt, problem in (("encrypt with it", answer.get("encryption-error")), ("decrypt with it", answer.get("decryption-error"))):
        if problem == _ABSENT:
            return None
        if problem:
            raise Refused(f"the key management service says: {problem}", attempt=attempt)
    return Observed({})


def _refuse(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not after:
        return "this server cannot remove keys, and what is encrypted under a key is lost with it: remove it in the service itself"
    if not wanted.name.strip():
        return "a key has a name"
    return None


def write(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    try:
        client.admin("POST", "kms/key/create", {"key-id": wanted.name}, attempt="create it")
    except Rejected as error:
        # Another run was faster, or an earlier answer was lost on its way.
        if not error.reason.endswith(_PRESENT):
            raise


def remove(client: Client, wanted: Wanted, observed: Observed) -> None:
    """Never called: it is refused."""


def names(source: Source) -> list[str]:
    """All keys that the service lists. A server without such a service has none."""
    try:
        listed = source.kms("key/list", {"pattern": ""}, attempt="list the keys of the key management service").json()
    except Rejected as error:
        if error.code == "NotImplemented":
            return []
        raise
    return sorted(key["name"] for key in listed or [])


KMS_KEY = Resource(kind="kms_key", key="name", fields=(), read=read, write=write, remove=remove, refuse=_refuse, names=names)
