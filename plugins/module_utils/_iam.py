# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies, users and service accounts of the server's own identity store."""
from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils import _canonical as canonical
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Field, Observed, Plan, Resource, Source, Wanted

STATUS = {"type": "str", "choices": ["enabled", "disabled"]}
# The server's way to say "never" in an update.
NEVER = "1970-01-01T00:00:00Z"


def _found(client: Source, command: str, query: Mapping[str, str], absent: tuple[str, ...], attempt: str,
           decrypted: bool = False) -> Any:
    try:
        return client.admin("GET", command, query, decrypted=decrypted, attempt=attempt).json()
    except Rejected as error:
        if error.code in absent:
            return None
        raise


def _document(document: Mapping[str, Any]) -> dict[str, Any]:
    return canonical.wanted_policy(document, principals=False)


# -- policies --------------------------------------------------------------------------------------------------------

def _policy(document: Mapping[str, Any]) -> dict[str, Any]:
    if not document:
        raise Refused("a policy needs a Statement")
    return _document(document)


def read_policy(client: Source, wanted: Wanted) -> Observed | None:
    answer = _found(client, "info-canned-policy", {"name": wanted.name, "v": "2"}, ("XMinioAdminNoSuchPolicy",), "read it")
    return None if answer is None else Observed({"policy": canonical.policy(answer["Policy"], principals=False)})


def write_policy(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    client.admin("PUT", "add-canned-policy", {"name": wanted.name}, plan.after["policy"], attempt="write it")


def remove_policy(client: Client, wanted: Wanted, observed: Observed) -> None:
    client.admin("DELETE", "remove-canned-policy", {"name": wanted.name}, attempt="remove it")


def policy_names(source: Source) -> list[str]:
    return sorted(source.admin("GET", "list-canned-policies", attempt="list the policies").json() or {})


# The policies that every server has, by their actions.
_BUILT_IN = {
    "consoleAdmin": (["admin:*"], ["kms:*"], ["s3:*"]),
    "diagnostics": (["admin:OBDInfo", "admin:BandwidthMonitor", "admin:Prometheus", "admin:Profiling", "admin:ServerTrace",
                     "admin:ConsoleLog", "admin:ServerInfo", "admin:TopLocksInfo"],),
    "readonly": (["s3:GetBucketLocation", "s3:GetObject"],),
    "readwrite": (["s3:*"],),
    "writeonly": (["s3:PutObject"],),
}


def _describe_policy(name: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Nothing for a policy that the server brought itself, as long as nobody has changed it."""
    actions = sorted(sorted(statement["Action"]) for statement in values["policy"].get("Statement", ()))
    return {} if actions == sorted(sorted(group) for group in _BUILT_IN.get(name, ((),))) else values


POLICY = Resource(
    kind="policy", key="name",
    fields=(Field("policy", {"type": "dict"}, _policy, needed=True),),
    read=read_policy, write=write_policy, remove=remove_policy,
    names=policy_names, describe=_describe_policy,
)


# -- users -----------------------------------------------------------------------------------------------------------

def _merge_policies(observed: Any, wanted: list[str], options: Mapping[str, Any]) -> list[str]:
    return wanted if options.get("policies_authoritative") else sorted({*(observed or []), *wanted})


def _refuse_user(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not after:
        return None
    if len(wanted.name.encode()) < 3 or wanted.name != wanted.name.strip() or set(wanted.name) & set("=,"):
        return "a user's name has at least 3 characters, no = and no comma, and no space at its ends"
    if wanted.secret is not None and len(wanted.secret.encode()) < 8:
        return "the secret key has fewer than 8 characters"
    if observed is not None and observed.values["status"] == "disabled" and after.get("status") != "enabled" and (
            after.get("policies", observed.values["policies"]) != observed.values["policies"]):
        return "this server does not change the policies of a disabled user: set status: enabled, and disable it in a later run"
    return None


def _attached(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("policy", name) for name in after.get("policies") or [] if name not in (before.get("policies") or [])]


def read_user(client: Source, wanted: Wanted) -> Observed | None:
    user = _found(client, "user-info", {"accessKey": wanted.name}, ("XMinioAdminNoSuchUser",), "read it")
    if user is None:
        return None
    attached = sorted(filter(None, (user.get("policyName") or "").split(",")))
    return Observed({"status": user["status"], "policies": attached})


def write_user(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    query, after = {"accessKey": wanted.name}, plan.after
    there = set(observed.values["policies"]) if observed else set()
    wished = set(after.get("policies", there))
    status = now = observed.values["status"] if observed else "enabled"
    status = after.get("status", status)
    # This server takes a disabled user for none when policies change: enable before them, disable after them.
    if secret is not None:
        now = "enabled" if wished != there else status
        client.admin("PUT", "add-user", query, {"secretKey": secret, "status": now}, encrypted=True,
                     attempt="set its secret key" if observed else "create it")
    elif status == "enabled" and now != status:
        now = _set_status(client, query, status)
    _associate(client, wanted.name, "attach", wished - there)
    _associate(client, wanted.name, "detach", there - wished)
    if now != status:
        _set_status(client, query, status)


def _set_status(client: Client, query: Mapping[str, str], status: str) -> str:
    client.admin("PUT", "set-user-status", {**query, "status": status}, attempt=f"make it {status}")
    return status


def _associate(client: Client, user: str, operation: str, policies: set[str]) -> None:
    if not policies:
        return
    try:
        client.admin("POST", f"idp/builtin/policy/{operation}", body={"policies": sorted(policies), "user": user},
                     encrypted=True, attempt=f"{operation} {', '.join(sorted(policies))}")
    except Rejected as error:
        # Another run was faster, or an earlier answer was lost on its way.
        if error.code != "XMinioAdminPolicyChangeAlreadyApplied":
            raise


def remove_user(client: Client, wanted: Wanted, observed: Observed) -> None:
    client.admin("DELETE", "remove-user", {"accessKey": wanted.name}, attempt="remove it")


def user_names(source: Source) -> list[str]:
    return sorted(source.admin("GET", "list-users", decrypted=True, attempt="list the users").json() or {})


USER = Resource(
    kind="user", key="name",
    fields=(
        Field("status", STATUS),
        Field("policies", {"type": "list", "elements": "str"}, canonical.names, _merge_policies),
    ),
    options={"policies_authoritative": {"type": "bool", "default": False}},
    read=read_user, write=write_user, remove=remove_user, names=user_names,
    refuse=_refuse_user, references=_attached,
    secret="secret_key", renamed={"secret_key": "user_secret_key"},
    after=("policy",),
)


# -- service accounts ------------------------------------------------------------------------------------------------

def _refuse_account(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not after:
        return None
    if observed is None and not 3 <= len(wanted.name.encode()) <= 20:
        return "the access key of a service account has 3 to 20 characters"
    if wanted.secret is not None and not 8 <= len(wanted.secret.encode()) <= 40:
        return "the secret key of a service account has 8 to 40 characters"
    for name in ("name", "description"):
        if observed is not None and after.get(name) == "" and observed.values[name]:
            return f"this server cannot make a {name} empty: write another one, or remove the account and create it again"
    expiration = after.get("expiration")
    if expiration and (observed is None or observed.values["expiration"] != expiration):
        now = datetime.now(timezone.utc)
        moment = datetime.fromisoformat(expiration.replace("Z", "+00:00"))
        if not now + timedelta(minutes=15) <= moment <= now + timedelta(days=365):
            return f"expiration {expiration} is not between 15 minutes and 365 days from now, which this server demands"
    return None


def read_account(client: Source, wanted: Wanted) -> Observed | None:
    account = _found(client, "info-service-account", {"accessKey": wanted.name},
                     ("XMinioInvalidIAMCredentials", "XMinioAdminServiceAccountNotFound"), "read it", decrypted=True)
    if account is None:
        return None
    embedded = {} if account.get("impliedPolicy") else json.loads(account.get("policy") or "{}")
    return Observed({
        "user": account.get("parentUser", ""),
        "name": account.get("name") or "",
        "description": account.get("description") or "",
        "status": "enabled" if account.get("accountStatus") == "on" else "disabled",
        "policy": canonical.policy(embedded, principals=False),
        "expiration": canonical.moment(account.get("expiration") or ""),
    })


def write_account(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    after = plan.after
    if observed is None:
        body = {"accessKey": wanted.name, "secretKey": secret, "targetUser": after.get("user"), "name": after.get("name"),
                "description": after.get("description"), "policy": after.get("policy") or None,
                "expiration": after.get("expiration") or None}
        client.admin("PUT", "add-service-account", body={key: value for key, value in body.items() if value is not None},
                     encrypted=True, repeatable=False, attempt="create it")
        if after.get("status") != "disabled":
            return
        _update(client, wanted.name, {"newStatus": "off"}, after.get("policy"))
        return
    changes: dict[str, Any] = {}
    for name, key in (("name", "newName"), ("description", "newDescription")):
        if plan.changes(name):
            changes[key] = after[name]
    if plan.changes("status"):
        changes["newStatus"] = "on" if after["status"] == "enabled" else "off"
    if plan.changes("expiration"):
        changes["newExpiration"] = after["expiration"] or NEVER
    if secret is not None:
        changes["newSecretKey"] = secret
    _update(client, wanted.name, changes, after.get("policy", observed.values["policy"]))


def _update(client: Client, name: str, changes: Mapping[str, Any], policy: Mapping[str, Any] | None) -> None:
    # An update that does not carry the embedded policy removes it, and the account would get all rights of its user.
    body = {**changes, "newPolicy": policy} if policy else dict(changes)
    client.admin("POST", "update-service-account", {"accessKey": name}, body, encrypted=True, attempt="change it")


def remove_account(client: Client, wanted: Wanted, observed: Observed) -> None:
    client.admin("DELETE", "delete-service-account", {"accessKey": wanted.name}, attempt="remove it")


def account_names(source: Source) -> list[str]:
    """Service accounts of all users, those of the server's administrator included."""
    found = source.admin("GET", "list-access-keys-bulk", {"listType": "svcacc-only", "all": "true"}, decrypted=True,
                         attempt="list the service accounts").json() or {}
    return sorted(account["accessKey"] for user in found.values() for account in user.get("serviceAccounts") or [])


SERVICE_ACCOUNT = Resource(
    kind="service_account", key="access_key",
    fields=(
        Field("user", {"type": "str"}, fixed=True),
        Field("name", {"type": "str"}),
        Field("description", {"type": "str"}),
        Field("status", STATUS),
        Field("policy", {"type": "dict"}, _document),
        Field("expiration", {"type": "str"}, canonical.moment),
    ),
    read=read_account, write=write_account, remove=remove_account, names=account_names,
    refuse=_refuse_account,
    secret="secret_key", renamed={"access_key": "account_access_key", "secret_key": "account_secret_key"},
    after=("user",),
)
