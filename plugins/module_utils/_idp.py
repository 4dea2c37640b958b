# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identity providers: the configuration of LDAP, and those of OpenID.

The server checks a configuration with its provider and stores it, but reads it only when it starts; until then it answers
with the old one. What was stored since is in the history of the configuration, so that is read too: a run before the
restart sees what the server will be, and says that it must be restarted.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Mapping, Sequence

from ansible_collections.oracle1.minio.plugins.module_utils import _canonical as canonical
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._config import WRITING
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Field, Observed, Plan, Resource, Wanted

# What the server does when nothing is configured under a name; a configuration of nothing but defaults is none.
DEFAULT_NAME = "_"
ENABLE = "enable"


@dataclass(frozen=True)
class Setting:
    """A key of the server's configuration, which is also the option's name. separator: it is a list."""

    key: str
    spec: Mapping[str, Any]
    default: str = ""
    separator: str = ""

    def canonical(self, value: Any) -> Any:
        if self.spec["type"] == "bool":
            return bool(value)
        if not self.separator:
            written = canonical.text(value).strip() or self.default
            if canonical.has_password(written):
                raise Refused("it has an address with a password before an @, which would be seen wherever the address is shown")
            return written
        names = canonical.names(value)
        broken = [name for name in names if self.separator in name or not name.strip()]
        if broken:
            raise Refused(f"{broken[0]!r} is empty or has a {self.separator!r}, which separates the items")
        return names

    def encode(self, value: Any) -> str:
        if self.spec["type"] == "bool":
            return "on" if value else "off"
        return self.separator.join(value) if self.separator else value

    def decode(self, text: str) -> Any:
        if self.spec["type"] == "bool":
            return _switch(text) is True
        return canonical.names(filter(None, map(str.strip, text.split(self.separator)))) if self.separator else text


@dataclass(frozen=True)
class Provider:
    """A kind of identity provider. needed: what must be there when it is enabled, the first of it as soon as there is any."""

    kind: str
    subsystem: str
    settings: Sequence[Setting]
    secret: str
    needed: Sequence[str]

    @property
    def defaults(self) -> dict[str, str]:
        return {ENABLE: "", **{setting.key: setting.default for setting in self.settings}, self.secret: ""}


def _text(key: str, default: str = "", **more: Any) -> Setting:
    return Setting(key, {"type": "str", **more}, default)


def _flag(key: str) -> Setting:
    return Setting(key, {"type": "bool"}, "off")


def _list(key: str, separator: str) -> Setting:
    return Setting(key, {"type": "list", "elements": "str"}, "", separator)


def _switch(text: str) -> bool | None:
    """The server's ways to write on and off; None for nothing written."""
    return text.lower() in ("on", "true", "1", "t", "enabled") if text else None


# -- the server's own form -------------------------------------------------------------------------------------------

def encode(values: Mapping[str, str]) -> str:
    return " ".join(f'{key}="{value}"' for key, value in values.items())


def decode(line: str, keys: Sequence[str]) -> dict[str, str]:
    """What the server understands of a line: every key where it first stands, its value up to the next one, less its quotes."""
    places = sorted((line.index(f"{key}="), key) for key in keys if f"{key}=" in line)
    result = {}
    for (start, key), (end, _next) in zip(places, [*places[1:], (len(line), "")]):
        value = line[start + len(key) + 1:end].strip()
        for quote in "\"'":
            value = value.removeprefix(quote).removesuffix(quote)
        result[key] = value
    return result


def _misread(provider: Provider, values: Mapping[str, str]) -> list[str]:
    """Keys whose values the server would take for something else, such as one with the name of another key in it."""
    keys = list(provider.defaults)
    return [key for key, value in values.items()
            if len(value.splitlines()) > 1 or decode(encode({key: value}), keys) != {key: value}]


# -- what is there ---------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Stored:
    """A configuration as the server will have it after its next start; differs: not what it works with now."""

    values: Mapping[str, str]
    environment: frozenset[str]
    differs: bool


def _stored(client: Client, provider: Provider, name: str) -> Stored:
    try:
        shown = client.admin("GET", f"idp-config/{provider.kind}/{name}", decrypted=True, attempt="read it").json().get("info") or []
    except Rejected as error:
        if error.code != "XMinioAdminNoSuchConfigTarget":
            raise
        shown = []
    live = {**provider.defaults, **{item["key"]: item["value"] for item in shown if item.get("isCfg")}}
    environment = frozenset(item["key"] for item in shown if item.get("isEnv"))
    values, secret_waits = dict(live), False
    entries, started = _history(client, provider, name)
    for moment, written in entries:
        # The server's uptime is in whole seconds. What it started with may be applied again; what it waits for may not be missed.
        if moment < started - timedelta(seconds=1):
            continue
        values.update({ENABLE: "on", **{key: value for key, value in written.items() if key != provider.secret}})
        secret_waits = secret_waits or (provider.secret in written and moment >= started + timedelta(seconds=1))
    # The environment goes before what is stored.
    values.update({key: live[key] for key in environment})
    return Stored(values, environment, secret_waits or _decoded(provider, values) != _decoded(provider, live))


def _set(client: Source) -> list[dict[str, Any]]:
    """Every setting of the configuration that the server remembers."""
    return client.admin("GET", "list-config-history-kv", {"count": "0"}, decrypted=True, attempt="read what was stored").json() or []


def _history(client: Client, provider: Provider, name: str) -> tuple[list[tuple[datetime, dict[str, str]]], datetime]:
    """What was written to a configuration, and when; and when the server that has run longest was started."""
    head = provider.subsystem if name == DEFAULT_NAME else f"{provider.subsystem}:{name}"
    entries = [(_moment(entry["createTime"]), decode(line[len(head) + 1:], list(provider.defaults)))
               for entry in _set(client) for line in entry.get("data", "").splitlines() if line.startswith(f"{head} ")]
    if not entries:
        return [], datetime.now(timezone.utc)
    info = client.admin("GET", "info", attempt="ask how long the server has run")
    uptime = max((server.get("uptime") or 0 for server in info.json().get("servers") or []), default=0)
    started = parsedate_to_datetime(info.headers["Date"]) - timedelta(seconds=uptime)
    return sorted(entries, key=lambda entry: entry[0]), started


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(canonical.moment(written).replace("Z", "+00:00"))


def _decoded(provider: Provider, values: Mapping[str, str]) -> dict[str, Any]:
    result = {setting.key: setting.decode(values[setting.key] or setting.default) for setting in provider.settings}
    enabled = _switch(values[ENABLE])
    return {"enabled": bool(values[provider.needed[0]]) if enabled is None else enabled, **result}


# -- the resource ----------------------------------------------------------------------------------------------------

def _complete_values(observed: Observed | None, after: Mapping[str, Any], provider: Provider) -> dict[str, Any]:
    there = observed.values if observed else {**_decoded(provider, provider.defaults), "enabled": True}
    return {**there, **{name: value for name, value in after.items() if name in there}}


def _resource(provider: Provider, refuse: Callable[[Mapping[str, Any]], str | None], name: Callable[[str], str], **more: Any) -> Resource:
    by_key = {setting.key: setting for setting in provider.settings}

    def encoded(values: Mapping[str, Any]) -> dict[str, str]:
        result = {ENABLE: "on" if values["enabled"] else "off"} if "enabled" in values else {}
        return {**result, **{key: by_key[key].encode(value) for key, value in values.items() if key in by_key}}

    def read(client: Client, wanted: Wanted) -> Observed | None:
        stored = _stored(client, provider, wanted.name)
        if all(stored.values[key] in ("", default) for key, default in provider.defaults.items() if key != provider.secret):
            return None
        return Observed(_decoded(provider, stored.values), {"environment": stored.environment, "differs": stored.differs})

    def refuse_it(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
        fixed = observed.facts["environment"] if observed else frozenset()
        there = encoded(observed.values) if observed else {}
        touched = [key for key, value in encoded(after).items() if value != there.get(key)] if after else list(fixed)
        kept = sorted(fixed & set(touched))
        if kept:
            return f"{', '.join(kept)} comes from the server's environment, which goes before what is stored: change it there"
        if not after:
            return None
        values = _complete_values(observed, after, provider)
        missing = [key for key in provider.needed if not values[key]] if values["enabled"] else []
        if missing:
            return f"{', '.join(missing)} is needed when it is enabled"
        if observed is None and wanted.secret is None and not wanted.kept_secret:
            return f"{provider.secret} is needed: it comes from the provider and cannot be made up"
        misread = _misread(provider, {**encoded(values), provider.secret: wanted.secret or ""})
        if misread:
            return f"{', '.join(misread)} cannot be written in the form of this server's configuration, which would be misread"
        return refuse(values)

    def write(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: str | None) -> None:
        changed = {key: value for key, value in plan.after.items() if plan.changes(key)}
        # A write without the switch would turn the configuration on.
        changed["enabled"] = _complete_values(observed, plan.after, provider)["enabled"]
        _store(client, provider, wanted.name, {**encoded(changed), **({} if secret is None else {provider.secret: secret})})

    def remove(client: Client, wanted: Wanted, observed: Observed) -> None:
        # A removal leaves no trace until the restart, but a return to the defaults does, and comes to the same.
        _store(client, provider, wanted.name, provider.defaults, attempt="remove it")
        if wanted.name != DEFAULT_NAME:
            try:
                with WRITING:
                    client.admin("DELETE", f"idp-config/{provider.kind}/{wanted.name}", attempt="remove it")
            except Rejected as error:
                # The server has not been restarted since it was made, and does not know it yet.
                if error.code != "XMinioAdminNoSuchConfigTarget":
                    raise

    def describe(name: str, observed: Observed) -> Mapping[str, Any]:
        """What somebody has chosen and stored. What comes from the environment is none of a manifest's business."""
        environment, defaults = observed.facts["environment"], _decoded(provider, provider.defaults)
        chosen = {key: value for key, value in observed.values.items()
                  if key in by_key and key not in environment and value != defaults[key]}
        return {"enabled": observed.values["enabled"], **chosen} if chosen and ENABLE not in environment else chosen

    def restart_needed(client: Client, wanted: Wanted, observed: Observed | None) -> bool:
        return observed.facts["differs"] if observed else _stored(client, provider, wanted.name).differs

    fields = [Field("enabled", {"type": "bool"}, bool)]
    fields += [Field(setting.key, dict(setting.spec), setting.canonical) for setting in provider.settings]
    return Resource(kind=provider.kind, key="name", key_spec={"required": False, "default": DEFAULT_NAME}, name=name, fields=fields,
                    read=read, write=write, remove=remove, refuse=refuse_it, secret=provider.secret,
                    describe=describe, withheld=lambda observed: [provider.secret] if describe("", observed) else [],
                    restart_needed=restart_needed, **more)


def _store(client: Client, provider: Provider, name: str, values: Mapping[str, str], attempt: str = "store it") -> None:
    path, body = f"idp-config/{provider.kind}/{name}", encode(values).encode()
    with WRITING:
        try:
            client.admin("PUT", path, body=body, encrypted=True, attempt=attempt)
        except Rejected as error:
            if error.code != "XMinioAdminConfigIDPCfgNameAlreadyExists":
                raise
            client.admin("POST", path, body=body, encrypted=True, attempt=attempt)


# -- LDAP ------------------------------------------------------------------------------------------------------------

def _refuse_ldap(values: Mapping[str, Any]) -> str | None:
    if not values["enabled"]:
        return None
    if "%s" not in values["user_dn_search_filter"] or "%d" in values["user_dn_search_filter"]:
        return "user_dn_search_filter needs a %s, which stands for the name that a user signs in with, and has no %d"
    if bool(values["group_search_filter"]) != bool(values["group_search_base_dn"]):
        return "group_search_filter and group_search_base_dn need each other"
    if values["group_search_filter"] and not any(mark in values["group_search_filter"] for mark in ("%s", "%d")):
        return "group_search_filter needs a %d, the user's distinguished name, or a %s, the name that they sign in with"
    return None


def _only_default(name: str) -> str:
    if name != DEFAULT_NAME:
        raise Refused(f"the server has one configuration of LDAP, {DEFAULT_NAME}")
    return name


LDAP_PROVIDER = Provider(
    "ldap", "identity_ldap",
    (
        _text("server_addr"), _text("srv_record_name", choices=["", "ldap", "ldaps", "on"]), _text("lookup_bind_dn"),
        _list("user_dn_search_base_dn", ";"), _text("user_dn_search_filter"), _list("user_dn_attributes", ","),
        _list("group_search_base_dn", ";"), _text("group_search_filter"),
        _flag("tls_skip_verify"), _flag("server_insecure"), _flag("server_starttls"),
    ),
    secret="lookup_bind_password",
    needed=("server_addr", "lookup_bind_dn", "user_dn_search_base_dn", "user_dn_search_filter"),
)
LDAP = _resource(LDAP_PROVIDER, _refuse_ldap, _only_default, names=lambda source: [DEFAULT_NAME])


# -- OpenID ----------------------------------------------------------------------------------------------------------

def _refuse_openid(values: Mapping[str, Any]) -> str | None:
    if values["role_policy"] and values["claim_name"] not in ("", "policy"):
        return "role_policy and claim_name exclude each other"
    return None


def _plain_name(name: str) -> str:
    if not name or set(name) & set(":/ \t\n="):
        raise Refused("the name of a configuration has no colon, slash, space or =")
    return name


def _role_policies(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("policy", name) for name in after.get("role_policy") or [] if name not in (before.get("role_policy") or [])]


OPENID_PROVIDER = Provider(
    "openid", "identity_openid",
    (
        _text("config_url"), _text("client_id"), _text("display_name"), _list("scopes", ","), _list("role_policy", ","),
        _text("claim_name", "policy"), _text("claim_prefix"), _flag("claim_userinfo"), _text("user_readable_claim"), _text("user_id_claim"),
        _text("redirect_uri"), _flag("redirect_uri_dynamic"),
        _text("vendor", choices=["", "keycloak"]),
        # Named after a key, though none of these is one.
        _text("keycloak_realm", no_log=False), _text("keycloak_admin_url", no_log=False),
    ),
    secret="client_secret", needed=("config_url", "client_id"),
)


def _openid_names(source: Source) -> list[str]:
    """The configurations that the server works with, and those that wait for its restart."""
    listed = source.admin("GET", "idp-config/openid", decrypted=True, attempt="list the configurations of OpenID").json() or []
    written = re.compile(rf"^{OPENID_PROVIDER.subsystem}(?::(\S+))? ", re.MULTILINE)
    waiting = [match[1] or DEFAULT_NAME for entry in _set(source) for match in written.finditer(entry.get("data", ""))]
    return sorted({*(item["name"] for item in listed), *waiting})


OPENID = _resource(OPENID_PROVIDER, _refuse_openid, _plain_name, references=_role_policies, after=("policy",), names=_openid_names)
