# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote tiers: where lifecycle rules move objects to."""
from __future__ import annotations

import base64
import json
import threading
from typing import Any, Mapping
from urllib.parse import urlsplit

from ansible_collections.oracle1.minio.plugins.module_utils import _canonical as canonical
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Field, Observed, Plan, Resource, Wanted

RESERVED = ("STANDARD", "REDUCED_REDUNDANCY")
# For each type, the part of the server's document that describes it.
SECTION = {"minio": "MinIO", "s3": "S3", "azure": "Azure", "gcs": "GCS"}
_PLACE = ("type", "endpoint", "bucket", "prefix", "region")
# For each type, its options, and those without which none can be made.
OPTIONS: dict[str, tuple[str, ...]] = {
    "minio": (*_PLACE, "access_key"),
    "s3": (*_PLACE, "storage_class", "access_key"),
    "azure": (*_PLACE, "storage_class", "account_name", "tenant_id", "client_id"),
    "gcs": ("type", "bucket", "prefix", "region", "storage_class"),
}
NEEDED: dict[str, tuple[str, ...]] = {
    "minio": ("endpoint", "access_key"), "s3": ("access_key",), "azure": ("account_name",), "gcs": (),
}
# Others are dropped by the server without a word.
AZURE_CLASSES = ("archive", "cold", "cool", "hot", "premium", *(f"p{size}" for size in (4, 6, 10, 15, 20, 30, 40, 50, 60, 70, 80)))
# The server reads, changes and stores all tiers without a lock: of two writes at a time one is lost.
_WRITING = threading.Lock()
# Names of the options in the server's document.
_KEYS = {"endpoint": "Endpoint", "bucket": "Bucket", "prefix": "Prefix", "region": "Region", "storage_class": "StorageClass",
         "access_key": "AccessKey", "account_name": "AccountName"}
_PRINCIPAL = {"tenant_id": "TenantID", "client_id": "ClientID"}


def _endpoint(value: str) -> str:
    if canonical.has_password(value):
        raise Refused("it has a password before an @: give it as the secret key of the tier")
    return value.rstrip("/")


def _prefix(kind: str, value: str) -> str:
    # The server puts a slash behind it, and takes off one that is there; of gcs it takes none off.
    return value if kind == "gcs" else value.removesuffix("/")


def _kind(wanted: Wanted, observed: Observed | None) -> str:
    return wanted.values.get("type") or (observed.values["type"] if observed is not None else "")


def _complete(wanted: Wanted, observed: Observed | None) -> Mapping[str, Any]:
    if "prefix" not in wanted.values:
        return wanted.values
    return {**wanted.values, "prefix": _prefix(_kind(wanted, observed), wanted.values["prefix"])}


def _refuse(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not after:
        return None
    if observed is None and (wanted.name != wanted.name.upper() or wanted.name in RESERVED or not wanted.name.strip()):
        return f"a tier's name is in upper case, and is none of {', '.join(RESERVED)}"
    kind = _kind(wanted, observed)
    foreign = sorted(set(wanted.values) - set(OPTIONS[kind]))
    if foreign:
        return f"a tier of type {kind} has no {', '.join(foreign)}"
    missing = [name for name in NEEDED[kind] if observed is None and not after.get(name)]
    if missing:
        return f"a tier of type {kind} needs {', '.join(missing)}"
    if after.get("endpoint") and not _is_address(kind, after["endpoint"]):
        return "endpoint is http://host:port or https://host:port, without a path, which this server would drop"
    if kind == "azure" and after.get("storage_class") and after["storage_class"].lower() not in AZURE_CLASSES:
        return f"Azure has no access tier {after['storage_class']}: this server would drop it silently"
    return _refuse_credential(kind, wanted, observed, after)


def _refuse_credential(kind: str, wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if kind == "gcs" and wanted.secret is not None and not _is_object(wanted.secret):
        return "the credential of a tier of type gcs is the text of its credentials.json, which this is not"
    if kind == "azure" and bool(after.get("tenant_id")) != bool(after.get("client_id")) and observed is None:
        return "tenant_id and client_id belong together"
    changing = [name for name in ("access_key", *_PRINCIPAL) if observed is not None and name in after and after[name] != observed.values[name]]
    if changing and (wanted.secret is None or wanted.options.get("update_secret") != "always"):
        return f"{', '.join(changing)} changes only together with the secret, with update_secret: always"
    return None


def _is_address(kind: str, endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and (kind == "azure" or not parts.path)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def read(client: Source, wanted: Wanted) -> Observed | None:
    for tier in client.admin("GET", "tier", attempt="list the tiers").json() or []:
        if tier["Name"] == wanted.name:
            there = tier[SECTION[tier["Type"]]]
            values = {name: there.get(key) or "" for name, key in _KEYS.items()}
            values.update({name: (there.get("SPAuth") or {}).get(key) or "" for name, key in _PRINCIPAL.items()})
            values.update(type=tier["Type"], endpoint=_endpoint(values["endpoint"]), prefix=_prefix(tier["Type"], values["prefix"]))
            return Observed(values)
    return None


def write(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    with _WRITING:
        if observed is not None:
            client.admin("POST", f"tier/{wanted.name}", body=_credential({**observed.values, **plan.after}, secret or ""), encrypted=True,
                         attempt="set its credential")
        else:
            client.admin("PUT", "tier", {"force": _forced(wanted)}, _document(wanted.name, plan.after, secret or ""), encrypted=True,
                         repeatable=False, attempt="create it")


def _forced(wanted: Wanted) -> str:
    return str(bool(wanted.options.get("force"))).lower()


def _document(name: str, after: Mapping[str, Any], secret: str) -> dict[str, Any]:
    section: dict[str, Any] = {_KEYS[option]: value for option, value in after.items() if option in _KEYS and value}
    if after["type"] == "azure" and after.get("client_id"):
        section["SPAuth"] = {**{key: after[option] for option, key in _PRINCIPAL.items()}, "ClientSecret": secret}
    elif after["type"] == "azure":
        section["AccountKey"] = secret
    elif after["type"] == "gcs":
        section["Creds"] = base64.urlsafe_b64encode(secret.encode()).decode()
        section["Endpoint"] = "https://storage.googleapis.com/"
    else:
        section["SecretKey"] = secret
        section.setdefault("Endpoint", "https://s3.amazonaws.com")
    return {"Version": "v1", "Type": after["type"], "Name": name, SECTION[after["type"]]: section}


def _credential(values: Mapping[str, Any], secret: str) -> dict[str, Any]:
    if values["type"] == "gcs":
        return {"creds": base64.b64encode(secret.encode()).decode()}
    if values["type"] == "azure" and values["client_id"]:
        return {"azSP": {**{key: values[name] for name, key in _PRINCIPAL.items()}, "ClientSecret": secret}}
    return {"access": values["access_key"], "secret": secret}


def remove(client: Client, wanted: Wanted, observed: Observed) -> None:
    with _WRITING:
        client.admin("DELETE", f"tier/{wanted.name}", {"force": _forced(wanted)}, attempt="remove it")


def _fixed(name: str, **more: Any) -> Field:
    return Field(name, {"type": "str"}, fixed=True, **more)


def names(source: Source) -> list[str]:
    return sorted(tier["Name"] for tier in source.admin("GET", "tier", attempt="list the tiers").json() or [])


TIER = Resource(
    kind="tier", key="name",
    fields=(
        Field("type", {"type": "str", "choices": list(SECTION)}, fixed=True, needed=True),
        _fixed("endpoint", canonical=_endpoint), _fixed("bucket", needed=True), _fixed("prefix"), _fixed("region"),
        _fixed("storage_class"), _fixed("account_name"),
        Field("access_key", {"type": "str", "no_log": False}), Field("tenant_id", {"type": "str"}), Field("client_id", {"type": "str"}),
    ),
    options={"force": {"type": "bool", "default": False}},
    read=read, write=write, remove=remove, complete=_complete, refuse=_refuse, names=names,
    withheld=lambda observed: ["secret_key"], unlocked=True,
    # jsonarg, because Ansible hands over the text of a credentials.json as a dictionary.
    secret="secret_key", secret_spec={"type": "jsonarg", "aliases": ["account_key", "client_secret", "credentials"]}, generated=False,
    renamed={"endpoint": "tier_endpoint", "region": "tier_region", "access_key": "tier_access_key", "secret_key": "tier_secret_key"},
)
