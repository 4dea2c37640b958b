# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies, users, groups and service accounts of the server's own identity store, and what is attached to whom."""
from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils import _canonical as canonical
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Field, Observed, Plan, Resource, Wanted

STATUS = {"type": "str", "choices": ["enabled", "disabled"]}
NAMES = {"type": "list", "elements": "str"}
FLAG = {"type": "bool", "default": False}
# The server's way to say "never" in an update.
NEVER = "1970-01-01T00:00:00Z"
# The account with which linked sites speak to each other; the server makes it and lets nobody else.
SITE_REPLICATOR = "site-replicator-0"
# The policies that every server has, by their actions.
BUILT_IN = {
    "consoleAdmin": (["admin:*"], ["kms:*"], ["s3:*"]),
    "diagnostics": (["admin:OBDInfo", "admin:BandwidthMonitor", "admin:Prometheus", "admin:Profiling", "admin:ServerTrace",
                     "admin:ConsoleLog", "admin:ServerInfo", "admin:TopLocksInfo"],),
    "readonly": (["s3:GetBucketLocation", "s3:GetObject"],),
    "readwrite": (["s3:*"],),
    "writeonly": (["s3:PutObject"],),
}
DISABLED = "this server does not change the policies of a disabled {}: set status: enabled, and disable it in a later run"
FROM_LDAP = ("this server takes its users and groups from LDAP: attach policies to their distinguished names, with policy_attachment")
NO_LDAP = "LDAP is not enabled on this server, or it was not restarted since"


def _found(client: Source, command: str, query: Mapping[str, str], absent: tuple[str, ...], attempt: str,
           decrypted: bool = False) -> Any:
    try:
        return client.admin("GET", command, query, decrypted=decrypted, attempt=attempt).json()
    except Rejected as error:
        if error.code in absent:
            return None
        raise


def _merged(option: str) -> Callable[[Any, Any, Mapping[str, Any]], list[str]]:
    """Names are added to those that are there, unless the option makes the wish the whole truth."""
    def merge(observed: Any, wanted: list[str], options: Mapping[str, Any]) -> list[str]:
        return wanted if options.get(option) else sorted({*(observed or []), *wanted})
    return merge


def _listed(joined: str | None) -> list[str]:
    return sorted(filter(None, (joined or "").split(",")))


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


def _describe_policy(name: str, observed: Observed) -> Mapping[str, Any]:
    """Nothing for a policy that the server brought itself, as long as nobody has changed it."""
    actions = sorted(sorted(statement["Action"]) for statement in observed.values["policy"].get("Statement", ()))
    return {} if actions == sorted(sorted(group) for group in BUILT_IN.get(name, ((),))) else observed.values


def _refuse_policy(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not after and wanted.name in BUILT_IN:
        return "it is built into the server, which would have it again after its next start"
    return None


def _holders(source: Source, wanted: Wanted) -> list[str]:
    return sorted(attachments(source, wanted.name))


def attachments(client: Source, policy: str | None = None) -> dict[str, list[str]]:
    """Names of policies by entity, such as {"user:edge": ["readonly"]}; only those of one policy when it is given.

    Entities are named as policy_attachment names them. Those without a policy are not among them.
    """
    query = {"policy": policy} if policy else {}
    result: dict[str, set[str]] = {}
    for provider, prefix in (("builtin", ""), ("ldap", "ldap_")):
        answer = _found(client, f"idp/{provider}/policy-entities", query, ("XMinioIAMActionNotAllowed",) if prefix else (),
                        "list what is attached", decrypted=True) or {}
        for mapping in answer.get("policyMappings") or []:
            for kind in ("user", "group"):
                for name in mapping.get(f"{kind}s") or []:
                    result.setdefault(f"{prefix}{kind}:{name}", set()).add(mapping["policy"])
    return {entity: sorted(policies) for entity, policies in sorted(result.items())}


POLICY = Resource(
    kind="policy", key="name",
    fields=(Field("policy", {"type": "dict"}, _policy, needed=True),),
    read=read_policy, write=write_policy, remove=remove_policy,
    names=policy_names, describe=_describe_policy,
    refuse=_refuse_policy, blocked=_holders,
)


# -- users -----------------------------------------------------------------------------------------------------------

def _refuse_user(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not after:
        return None
    if len(wanted.name.encode()) < 3 or wanted.name != wanted.name.strip() or set(wanted.name) & set("=,"):
        return "a user's name has at least 3 characters, no = and no comma, and no space at its ends"
    if wanted.secret is not None and len(wanted.secret.encode()) < 8:
        return "the secret key has fewer than 8 characters"
    return _stays_disabled("user", observed, after)


def _stays_disabled(kind: str, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if observed is not None and observed.values["status"] == "disabled" and after.get("status") != "enabled" and (
            after.get("policies", observed.values["policies"]) != observed.values["policies"]):
        return DISABLED.format(kind)
    return None


def _added(kind: str, option: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(kind, name) for name in after.get(option) or [] if name not in (before.get(option) or [])]


def _attached(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    return _added("policy", "policies", before, after)


def read_user(client: Source, wanted: Wanted) -> Observed | None:
    user = _found(client, "user-info", {"accessKey": wanted.name}, ("XMinioAdminNoSuchUser",), "read it")
    if user is None:
        return None
    if not user.get("status"):
        raise Refused(FROM_LDAP, attempt="read it")
    return Observed({"status": user["status"], "policies": _listed(user.get("policyName"))})


def write_user(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    query, after = {"accessKey": wanted.name}, plan.after
    there = set(observed.values["policies"]) if observed else set()
    wished = set(after.get("policies", there))
    status = now = observed.values["status"] if observed else "enabled"
    status = after.get("status", status)
    # This server takes a disabled user for none when policies change: enable before them, disable after them.
    if secret is not None:
        now = "enabled" if wished != there else status
        attempt = "set its secret key" if observed else "create it"
        try:
            client.admin("PUT", "add-user", query, {"secretKey": secret, "status": now}, encrypted=True, attempt=attempt)
        except Rejected as error:
            if error.code != "XMinioIAMActionNotAllowed":
                raise
            raise Rejected(FROM_LDAP, error.code, error.status, attempt) from None
    elif status == "enabled" and now != status:
        now = _set_status(client, "user", query, status)
    _associate(client, "user", wanted.name, there, wished)
    if now != status:
        _set_status(client, "user", query, status)


def _set_status(client: Client, kind: str, query: Mapping[str, str], status: str) -> str:
    client.admin("PUT", f"set-{kind}-status", {**query, "status": status}, attempt=f"make it {status}")
    return status


def _provider(kind: str) -> tuple[str, str]:
    """Who knows the entity, and what it is there."""
    return ("ldap", kind[len("ldap_"):]) if kind.startswith("ldap_") else ("builtin", kind)


def _associate(client: Client, kind: str, name: str, there: set[str], wished: set[str]) -> None:
    """Attach and detach what makes the difference. kind: user, group, ldap_user or ldap_group."""
    provider, holder = _provider(kind)
    for operation, policies in (("attach", sorted(wished - there)), ("detach", sorted(there - wished))):
        if not policies:
            continue
        try:
            client.admin("POST", f"idp/{provider}/policy/{operation}", body={"policies": policies, holder: name},
                         encrypted=True, attempt=f"{operation} {', '.join(policies)}")
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
        Field("policies", NAMES, canonical.names, _merged("policies_authoritative")),
    ),
    options={"policies_authoritative": FLAG},
    read=read_user, write=write_user, remove=remove_user, names=user_names,
    refuse=_refuse_user, references=_attached,
    secret="secret_key", renamed={"secret_key": "user_secret_key"},
    after=("policy",),
)


# -- groups ----------------------------------------------------------------------------------------------------------

def _refuse_group(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not after:
        members = [] if wanted.options.get("force") or observed is None else observed.values["members"]
        return f"it has members, {', '.join(members)}: set force: true to take them out first" if members else None
    if not wanted.name or wanted.name != wanted.name.strip() or set(wanted.name) & set("=,"):
        return "a group's name has no = and no comma, and no space at its ends"
    return _stays_disabled("group", observed, after)


def _members_and_policies(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [*_added("user", "members", before, after), *_attached(before, after)]


def read_group(client: Source, wanted: Wanted) -> Observed | None:
    group = _found(client, "group", {"group": wanted.name}, ("XMinioAdminNoSuchGroup",), "read it")
    if group is None:
        return None
    if not group.get("status"):
        raise Refused(FROM_LDAP, attempt="read it")
    attached = _listed(group.get("policy"))
    if group["status"] == "disabled":
        # This server shows a disabled group without its policies, but lists them here.
        attached = _mapped(client, "group", wanted.name)
    return Observed({"status": group["status"], "members": sorted(group.get("members") or []), "policies": attached})


def _mapped(client: Source, kind: str, name: str) -> list[str]:
    """The policies that are attached to one entity itself. kind: group, ldap_user or ldap_group."""
    provider, holder = _provider(kind)
    answer = client.admin("GET", f"idp/{provider}/policy-entities", {holder: name}, decrypted=True,
                          attempt="list what is attached to it").json()
    return sorted({policy for mapping in answer.get(f"{holder}Mappings") or [] for policy in mapping.get("policies") or []})


def write_group(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    after = plan.after
    there = observed.values if observed else {"status": "enabled", "members": [], "policies": []}
    members = set(after.get("members", there["members"]))
    status = after.get("status", there["status"])
    _update_members(client, wanted.name, sorted(members - set(there["members"])), remove=False, creating=observed is None)
    _update_members(client, wanted.name, sorted(set(there["members"]) - members), remove=True)
    # This server attaches nothing to a disabled group: enable before, disable after.
    if status != there["status"] and status == "enabled":
        _set_status(client, "group", {"group": wanted.name}, status)
    _associate(client, "group", wanted.name, set(there["policies"]), set(after.get("policies", there["policies"])))
    if status != there["status"] and status == "disabled":
        _set_status(client, "group", {"group": wanted.name}, status)


def _update_members(client: Client, name: str, members: list[str], remove: bool, creating: bool = False) -> None:
    # A removal of no members is this server's way to remove the whole group.
    if members or creating:
        client.admin("PUT", "update-group-members", body={"group": name, "members": members, "isRemove": remove},
                     attempt=f"{'take out' if remove else 'add'} {', '.join(members) or 'it'}")


def remove_group(client: Client, wanted: Wanted, observed: Observed) -> None:
    _update_members(client, wanted.name, observed.values["members"], remove=True)
    client.admin("PUT", "update-group-members", body={"group": wanted.name, "members": [], "isRemove": True}, attempt="remove it")


def group_names(client: Source) -> list[str]:
    """All groups of the server's own store."""
    return sorted(client.admin("GET", "groups", attempt="list the groups").json() or [])


GROUP = Resource(
    kind="group", key="name",
    fields=(
        Field("status", STATUS),
        Field("members", NAMES, canonical.names, _merged("members_authoritative")),
        Field("policies", NAMES, canonical.names, _merged("policies_authoritative")),
    ),
    options={"members_authoritative": FLAG, "policies_authoritative": FLAG, "force": FLAG},
    read=read_group, write=write_group, remove=remove_group, names=group_names,
    refuse=_refuse_group, references=_members_and_policies,
    after=("policy", "user"),
)


# -- attachments -----------------------------------------------------------------------------------------------------

ENTITIES = ("user", "group", "ldap_user", "ldap_group")


def entity(written: str) -> str:
    """The canonical name of who has policies: its type, a colon and its name, in one text that no other entity shares.

    One text, because the type belongs to the identity: a user and a group may have the same name, and a manifest's entry, a
    result and a removal of what is unlisted know an object by its kind and its one name. Distinguished names are compared as
    LDAP does, whatever the case of their attributes and the spaces between their parts.
    """
    kind, _colon, name = written.partition(":")
    if kind not in ENTITIES or not name.strip():
        raise Refused(f"an entity is written as one of {', '.join(f'{item}:NAME' for item in ENTITIES)}")
    if not kind.startswith("ldap_"):
        return written
    # Parts end at a comma, unless it is escaped, and spaces around them mean nothing, unless the last one is.
    parts = [part.partition("=") for part in re.findall(r"(?:\\.|[^,\\])+", name)]
    if not all(attribute.strip() and equals for attribute, equals, _value in parts):
        raise Refused(f"an {kind} is known by its distinguished name, such as uid=edge,ou=people,dc=example,dc=com")
    trimmed = ((attribute.strip().lower(), re.sub(r"(?<!\\) +$", "", value.lstrip())) for attribute, _equals, value in parts)
    return f"{kind}:" + ",".join(f"{attribute}={value}" for attribute, value in trimmed)


def _entity_of(wanted: Wanted) -> tuple[str, str]:
    kind, _colon, name = wanted.name.partition(":")
    return kind, name


def read_attachment(client: Source, wanted: Wanted) -> Observed | None:
    """What is attached to the entity. A wish for absence sees only what it names, or everything when it names nothing."""
    kind, name = _entity_of(wanted)
    holder: Observed | None = None
    if kind in ("user", "group"):
        named = replace(wanted, name=name)
        holder = read_user(client, named) if kind == "user" else read_group(client, named)
        attached = holder.values["policies"] if holder else []
    else:
        try:
            attached = _mapped(client, kind, name)
        except Rejected as error:
            if error.code == "XMinioIAMActionNotAllowed":
                raise Refused(NO_LDAP, attempt="read it") from None
            raise
    if not wanted.present:
        attached = [policy for policy in attached if policy in wanted.values.get("policies", attached)]
        if not attached:
            return None
    return Observed({"policies": attached}, {"disabled": holder is not None and holder.values["status"] == "disabled"})


def _refuse_attachment(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if after and "policies" not in after:
        return "policies is needed"
    if observed is not None and observed.facts["disabled"] and after.get("policies") != observed.values["policies"]:
        return DISABLED.format(_entity_of(wanted)[0])
    return None


def _entity_and_policies(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    kind, _colon, name = after["entity"].partition(":")
    # No request asks whether an LDAP group exists: the server says so when something is attached to it.
    return [*([] if kind == "ldap_group" else [(kind, name)]), *_attached(before, after)]


def write_attachment(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
    there = observed.values["policies"] if observed else []
    _associate(client, *_entity_of(wanted), set(there), set(plan.after["policies"]))


def remove_attachment(client: Client, wanted: Wanted, observed: Observed) -> None:
    _associate(client, *_entity_of(wanted), set(observed.values["policies"]), set())


def attachment_names(source: Source) -> list[str]:
    """Those of LDAP. What is attached to users and groups of the server's own is said with these."""
    return [name for name in attachments(source) if name.startswith("ldap_")]


ATTACHMENT = Resource(
    kind="policy_attachment", key="entity", name=entity,
    fields=(Field("policies", NAMES, canonical.names, _merged("authoritative")),),
    options={"authoritative": FLAG},
    read=read_attachment, write=write_attachment, remove=remove_attachment, names=attachment_names,
    refuse=_refuse_attachment, references=_entity_and_policies,
    after=("policy", "user", "group"),
)


# -- service accounts ------------------------------------------------------------------------------------------------

def _refuse_account(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not after:
        return None
    if observed is None and not 3 <= len(wanted.name.encode()) <= 20:
        return "the access key of a service account has 3 to 20 characters"
    if observed is None and "=" in after.get("user", ""):
        return "the server takes a user of LDAP by the short name that they sign in with, and no distinguished name, for a new account"
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


def _parent(client: Source, wanted: Wanted, shown: str) -> str:
    """The account's user under the name of the wish. A user of LDAP signs in with a short name; the server shows the whole one."""
    short = wanted.values.get("user", shown)
    # A wish that only asks which fields there are has no name to compare with.
    if "=" not in shown or short == shown or not isinstance(short, str):
        return shown
    keys = _found(client, "idp/ldap/list-access-keys", {"userDN": short, "listType": "svcacc-only"},
                  ("XMinioAdminNoSuchUser", "XMinioIAMActionNotAllowed"), f"look for {short} in LDAP", decrypted=True) or {}
    return short if any(key["accessKey"] == wanted.name for key in keys.get("serviceAccounts") or []) else shown


def read_account(client: Source, wanted: Wanted) -> Observed | None:
    account = _found(client, "info-service-account", {"accessKey": wanted.name},
                     ("XMinioInvalidIAMCredentials", "XMinioAdminServiceAccountNotFound"), "read it", decrypted=True)
    if account is None:
        return None
    embedded = {} if account.get("impliedPolicy") else json.loads(account.get("policy") or "{}")
    return Observed({
        "user": _parent(client, wanted, account.get("parentUser", "")),
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
    names = {account["accessKey"] for user in found.values() for account in user.get("serviceAccounts") or []}
    return sorted(names - {SITE_REPLICATOR})


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
