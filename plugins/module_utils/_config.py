# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's own configuration: one subsystem, or one target of it, by key.

A running server shows the configuration that it runs with. For a subsystem that is not dynamic this is not the stored one until
the next start, so the stored one is read as well: from the health report, which shows neither secrets nor addresses, and for
these from the history of what was set.
"""
from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils import _canonical as canonical
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._references import Source
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Field, Observed, Plan, Resource, Wanted

# Subsystems whose change a running server takes over at once. All others wait for its restart.
DYNAMIC = frozenset(("api", "audit_kafka", "audit_webhook", "batch", "browser", "callhome", "compression", "drive", "heal", "ilm",
                     "logger_webhook", "scanner", "storage_class", "subnet"))
# Keys that hold a credential and nothing else.
SECRET = frozenset(("auth_token", "client_secret", "lookup_bind_password", "password", "sasl_password", "token"))
# Keys that hold one among other things, or that the server shows although they are one; and addresses with one in them.
REVEALING = frozenset(("api_key", "connection_string", "dsn_string", "license"))
_USERINFO = re.compile(r"//\S*@")
# Subsystems that are kinds of objects of their own.
OTHER_KINDS = frozenset(("identity_ldap", "identity_openid"))

_WEBHOOK = {"enable": "off", "batch_size": "1", "queue_size": "100000", "max_retry": "0", "retry_interval": "3s", "http_timeout": "5s"}
_KAFKA = {"enable": "off", "sasl_mechanism": "plain", "tls_client_auth": "0", "sasl": "off", "tls": "off", "tls_skip_verify": "off"}
_NOTIFY = {"enable": "off", "queue_limit": "0"}
_DATABASE = {**_NOTIFY, "format": "namespace"}
# What a key is when nobody has set it; empty where nothing is said, neither here nor by the server's help.
DEFAULTS: dict[str, dict[str, str]] = {
    "api": {"requests_max": "0", "replication_max_lrg_workers": "10", "gzip_objects": "off"},
    "audit_kafka": {**_KAFKA, "queue_size": "100000"},
    "audit_webhook": _WEBHOOK,
    "batch": {"replication_workers_wait": "0ms", "keyrotation_workers_wait": "0ms", "expiration_workers_wait": "0ms"},
    "browser": {"hsts_seconds": "0", "hsts_include_subdomains": "off", "hsts_preload": "off"},
    "callhome": {"enable": "off", "frequency": "24h"},
    "compression": {"enable": "off", "allow_encryption": "off", "extensions": ".txt,.log,.csv,.json,.tar,.xml,.bin",
                    "mime_types": "text/*,application/json,application/xml,binary/octet-stream"},
    "drive": {"max_timeout": "30s"},
    "etcd": {"coredns_path": "/skydns"},
    "heal": {"bitrotscan": "off", "max_sleep": "250ms", "max_io": "100"},
    "identity_ldap": {"tls_skip_verify": "off", "server_insecure": "off", "server_starttls": "off"},
    "identity_openid": {"claim_name": "policy", "redirect_uri_dynamic": "off"},
    "identity_tls": {"skip_verify": "off"},
    "ilm": {"transition_workers": "100", "expiration_workers": "100"},
    "lambda_webhook": {"enable": "off"},
    "logger_webhook": _WEBHOOK,
    "notify_amqp": {**_NOTIFY, "delivery_mode": "0", **dict.fromkeys(
        ("mandatory", "durable", "no_wait", "internal", "auto_deleted", "publisher_confirms"), "off")},
    "notify_elasticsearch": _DATABASE,
    "notify_kafka": {**_NOTIFY, **_KAFKA, "batch_size": "0", "batch_commit_timeout": "0s"},
    "notify_mqtt": {**_NOTIFY, "qos": "0", "keep_alive_interval": "0s", "reconnect_interval": "0s"},
    "notify_mysql": {**_DATABASE, "max_open_connections": "2"},
    "notify_nats": {**_NOTIFY, "ping_interval": "0", "streaming_max_pub_acks_in_flight": "0", **dict.fromkeys(
        ("tls", "tls_skip_verify", "jetstream", "streaming", "streaming_async"), "off")},
    "notify_nsq": {**_NOTIFY, "tls": "off", "tls_skip_verify": "off"},
    "notify_postgres": {**_DATABASE, "max_open_connections": "2"},
    "notify_redis": _DATABASE,
    "notify_webhook": _NOTIFY,
    "policy_plugin": {"enable_http2": "off"},
    "scanner": {"speed": "default", "alert_excess_versions": "100", "alert_excess_folders": "50000"},
    "storage_class": {"rrs": "EC:1", "optimize": "availability"},
}
# The server reads, changes and stores its whole configuration without a lock: of two writes at a time one is lost.
WRITING = threading.Lock()
# Stands for a value that the server has and does not show.
HIDDEN = "(hidden)"
_REDACTED = "*redacted*"
_ON, _OFF = ("1", "t", "true", "on", "enabled"), ("0", "f", "false", "off", "disabled")
_UNITS = {"ns": 1, "us": 10 ** 3, "µs": 10 ** 3, "ms": 10 ** 6, "s": 10 ** 9, "m": 60 * 10 ** 9, "h": 3600 * 10 ** 9}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
# The server puts a value with a space between quotes, and escapes nothing: the first form, and the last for a quote in its first word.
_PAIR = re.compile(r'(\w+)=(?:"([^"]*\s.*?)"|(\S*)|"(.*?\s.*?)") (?=\w+=|$)')


@dataclass(frozen=True)
class Help:
    """What the server says of a subsystem: the types and the defaults of its keys, and whether it has targets."""

    types: Mapping[str, str]
    defaults: Mapping[str, str]
    targets: bool

    def default(self, key: str) -> str:
        return self.defaults.get(key, "")

    def same(self, key: str, one: str, other: str) -> bool:
        kind = "on|off" if key == "enable" else self.types.get(key, "")
        return meaning(kind, one) == meaning(kind, other)


def meaning(kind: str, value: str) -> Any:
    """Two texts that the server takes for the same value have the same meaning. kind is the type in the server's help."""
    text = value.strip()
    if kind in ("on|off", "boolean", "bool"):
        return "on" if text.lower() in _ON else "off" if text.lower() in _OFF else text
    if kind == "duration" and text and _SPAN.sub("", text) == "":
        return sum(Decimal(number) * _UNITS[unit] for number, unit in _SPAN.findall(text))
    if kind == "duration" and text == "0":
        return Decimal(0)
    if kind in ("number", "int") and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "csv":
        return [item.strip() for item in text.split(",")]
    return value


def texts(values: Mapping[str, Any]) -> dict[str, str | None]:
    """Settings as the server writes them: on and off, lists with commas; None asks for the default. Raises Refused without the value."""
    return {canonical.text(key): None if value is None else _text(key, value) for key, value in sorted(values.items())}


def _settings(values: Mapping[str, Any]) -> dict[str, str | None]:
    """texts, of what may be shown."""
    result = texts(values)
    revealing = [key for key, value in result.items() if canonical.has_password(value or "")]
    if revealing:
        raise Refused(f"{', '.join(revealing)} holds a credential: write it under secrets, not under settings")
    return result


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, (list, tuple)):
        return ",".join(canonical.text(item) for item in value)
    if isinstance(value, Mapping):
        raise Refused(f"{key} is a dictionary: values are text, numbers, booleans or lists")
    result = canonical.text(value)
    if any(ord(character) < 32 for character in result):
        raise Refused(f"{key} has a line break or another control character, which this server cannot store")
    return result


# -- the server's notation -------------------------------------------------------------------------------------------

def line(name: str, values: Mapping[str, str]) -> str:
    """What is sent. The server takes off one pair of double and then one of single quotes, so that both protect what is inside."""
    return name + "".join(f" {key}=\"'{value}'\"" for key, value in values.items())


def understood(text: str, keys: list[str]) -> dict[str, str]:
    """What the server understands of what follows the name: it looks for the first place of each key, also inside of values."""
    places = sorted((text.index(f"{key}="), key) for key in keys if f"{key}=" in text)
    ends = [place for place, key in places[1:]] + [len(text)]
    result = {}
    for (place, key), end in zip(places, ends):
        value = text[place:end].strip().partition("=")[2].strip()
        for quote in "\"'":
            value = value.removeprefix(quote).removesuffix(quote)
        result[text[place:end].partition("=")[0]] = value
    return result


def printed(text: str) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """The values and the overriding variables (without the prefix MINIO_) of each name in an answer to get-config-kv."""
    values: dict[str, dict[str, str]] = {}
    overriding: dict[str, dict[str, str]] = {}
    variables: dict[str, str] = {}
    for row in text.splitlines():
        if row.startswith("# MINIO_"):
            variable, equals, value = row.removeprefix("# MINIO_").partition("=")
            variables[variable] = value
        elif row.strip() and not row.startswith("#"):
            name, blank, rest = row.partition(" ")
            values[name] = {match[1]: match[2] or match[3] or match[4] or "" for match in _PAIR.finditer(rest)}
            overriding[name], variables = variables, {}
    return values, overriding


def _readable(key: str, value: str) -> bool:
    shown = f'"{value}"' if re.search(r"\s", value) else value
    return printed(f"x {key}={shown} next=1 ")[0]["x"] == {key: value, "next": "1"}


# -- reading ---------------------------------------------------------------------------------------------------------

def _subsystems(client: Source) -> list[str]:
    known = client.admin("GET", "help-config-kv", {"subSys": "", "key": ""}, attempt="ask what can be configured").json()
    return sorted(item["key"] for item in known["keysHelp"])


def _help(client: Source, subsystem: str) -> Help:
    query = {"subSys": subsystem, "key": ""}
    try:
        answer = client.admin("GET", "help-config-kv", query, attempt="ask what can be configured").json()
    except Rejected as error:
        if error.code != "XMinioConfigError":
            raise
        raise Refused(f"this server has no subsystem {subsystem}, only {', '.join(_subsystems(client))}") from None
    found = {item["key"]: re.search(r"\(default: '(.*)'\)", item["description"]) for item in answer["keysHelp"]}
    defaults = {**DEFAULTS.get(subsystem, {}), **{key: match[1] for key, match in found.items() if match}}
    types = {item["key"]: item["type"] for item in answer["keysHelp"]}
    return Help(types, defaults, answer["multipleTargets"])


def _running(client: Source, name: str, help_: Help) -> tuple[dict[str, str] | None, dict[str, tuple[str, str]]]:
    """The values that the server runs with, None where there is no such target; by key, the variable that overrides it and its value."""
    subsystem, colon, target = name.partition(":")
    answer = client.admin("GET", "get-config-kv", {"key": subsystem}, decrypted=True, attempt="read it")
    every, overriding = printed(answer.body.decode())
    overridden = {}
    for variable, value in overriding.get(name, {}).items():
        key = variable.removeprefix(f"{subsystem.upper()}_").removesuffix(f"_{target}" if target else "").lower()
        overridden[key] = (f"MINIO_{variable}", value)
    values = every.get(name)
    if not values:
        return None, overridden
    # What is not shown is on, or empty, or a secret.
    for key in (*help_.types, *help_.defaults):
        values.setdefault(key, "on" if key == "enable" else HIDDEN if key in SECRET else "")
    return values, overridden


def _stored(client: Source, name: str) -> dict[str, str] | None:
    """The values that the server has stored, None where there is no such target."""
    subsystem, colon, target = name.partition(":")
    pairs = _all_stored(client).get(subsystem, {}).get(target or "_")
    return None if pairs is None else {pair["key"]: pair["value"] for pair in pairs}


def _all_stored(client: Source) -> dict[str, dict[str, list[dict[str, str]] | None]]:
    """What is stored, by subsystem and target, as pairs of key and value."""
    answer = client.admin("GET", "healthinfo", {"minioconfig": "true"}, attempt="read what is stored")
    report = json.loads(answer.body.decode().strip().splitlines()[-1])["minio"]["config"]
    if "config" not in report:
        raise Refused(f"the server cannot read its configuration: {report.get('error')}", attempt="read what is stored")
    return report["config"]


def _set_last(client: Source, name: str, keys: list[str]) -> dict[str, str]:
    """What was set last for each key, as far as the server's history goes."""
    answer = client.admin("GET", "list-config-history-kv", {"count": "0"}, decrypted=True, attempt="read what was set")
    result: dict[str, str] = {}
    for entry in sorted(answer.json() or [], key=lambda item: item["createTime"]):
        for row in entry["data"].splitlines():
            subject, blank, rest = row.partition(" ")
            if subject in (name, f"{name}:_"):
                result.update(understood(rest, keys))
    return result


def read(client: Source, wanted: Wanted) -> Observed | None:
    subsystem, colon, target = wanted.name.partition(":")
    if colon and not re.fullmatch(r"[A-Za-z0-9][\w.-]*", target):
        raise Refused("a target's name has letters, digits, dots, hyphens and underscores: write subsystem:target")
    help_ = _help(client, subsystem)
    if colon and not help_.targets:
        raise Refused(f"{subsystem} has no targets: write {subsystem} alone")
    running, overridden = _running(client, wanted.name, help_)
    dynamic = subsystem in DYNAMIC
    there = running if dynamic else _stored(client, wanted.name)
    known = sorted({*help_.types, *help_.defaults, *(running or {}), *(there or {}), "comment"})
    secrets = texts(wanted.secret or {}) if wanted.present else {}
    wish = wanted.values.get("settings", {}) if wanted.present else {}
    # A wish that only asks what is there mentions all that may be told.
    mentioned = [key for key in known if key not in SECRET] if wish is True else [*wish, *secrets]
    unknown = sorted(set(mentioned) - set(known))
    if unknown:
        raise Refused(f"{subsystem} has no {', '.join(unknown)}, only {', '.join(known)}", attempt="configure it")
    values = {key: (there or {}).get(key, "") for key in known}
    if not dynamic:
        values = _shown(client, wanted.name, values, running or {}, mentioned, known)
    configured = there is not None and (bool(colon) or any(
        value == _REDACTED or not help_.same(key, value, help_.default(key)) for key, value in values.items()))
    facts = {"help": help_, "known": known, "values": values, "configured": configured, "overridden": overridden,
             "pending": not dynamic and _differ(None if there is None else values, running)}
    if not wanted.present:
        return Observed({}, facts, gone=not configured and not (colon and overridden))
    if there is None and not overridden:
        return Observed({}, facts, gone=True)
    if wish is True:
        chosen = _chosen(values, facts, bool(colon))
        hidden = [key for key in chosen if _reveals(key, chosen[key], known)]
        return Observed({"settings": {key: value for key, value in chosen.items() if key not in hidden}}, {**facts, "withheld": hidden})
    shown = {key: overridden[key][1] if key in overridden else values[key] for key in wish}
    if _enables(wanted.values, facts):
        shown["enable"] = overridden["enable"][1] if "enable" in overridden else values["enable"]
    return Observed({"settings": {key: HIDDEN if canonical.has_password(value) else value for key, value in sorted(shown.items())}}, facts)


def _shown(client: Source, name: str, stored: dict[str, str], running: Mapping[str, str], mentioned: list[str],
           known: list[str]) -> dict[str, str]:
    """The stored values, those that the health report does not show from the history, or else as they run."""
    redacted = [key for key, value in stored.items() if value == _REDACTED]
    last = _set_last(client, name, known) if set(redacted) & set(mentioned) - SECRET else {}
    result = dict(stored)
    for key in redacted:
        result[key] = HIDDEN if key in SECRET else last.get(key) or running.get(key) or _REDACTED
    return result


def _chosen(values: Mapping[str, str], facts: Mapping[str, Any], target: bool) -> dict[str, str]:
    """What somebody has set: no default, and nothing that comes from the environment."""
    help_, overridden = facts["help"], facts["overridden"]
    chosen = {key: value for key, value in sorted(values.items())
              if key not in overridden and not help_.same(key, value, help_.default(key))}
    # What is set without a word about it would be enabled where it is new.
    if values.get("enable") and "enable" not in overridden and (chosen or target):
        chosen["enable"] = values["enable"]
    return chosen


def _reveals(key: str, value: str, known: list[str]) -> bool:
    """Whether a value may not be told: it is a credential, or holds one, or cannot be told as it is."""
    return (key in SECRET or key in REVEALING or value in (HIDDEN, _REDACTED) or _USERINFO.search(value) is not None
            or _unwritable({key: value}, known) is not None)


def _differ(stored: Mapping[str, str] | None, running: Mapping[str, str] | None) -> bool:
    """Whether the next start of the server brings another configuration."""
    if stored is None or running is None:
        return stored is not running
    return any(value != running.get(key, "") for key, value in stored.items())


# -- wishes ----------------------------------------------------------------------------------------------------------

def _enables(values: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether the wish configures for the first time what must be enabled to have an effect, without a word about it."""
    settings = values.get("settings")
    told = bool(settings) and ("enable" in settings or "enable" in facts["overridden"])
    return bool(settings) and not told and "enable" in facts["known"] and not facts["configured"]


def _complete(wanted: Wanted, observed: Observed | None) -> Mapping[str, Any]:
    if not wanted.present or "settings" not in wanted.values:
        return wanted.values
    wish = wanted.values["settings"]
    if observed is None:
        # There is nothing to reset, and a new target is enabled unless the wish says otherwise.
        settings = {"enable": "on", **{key: value for key, value in wish.items() if value is not None}} if wish else {}
        return {**wanted.values, "settings": dict(sorted(settings.items()))}
    help_ = observed.facts["help"]
    settings = {"enable": "on"} if _enables(wanted.values, observed.facts) else {}
    for key, value in wish.items():
        asked = help_.default(key) if value is None else value
        now = observed.values["settings"].get(key, "")
        settings[key] = now if help_.same(key, asked, now) else asked
    return {**wanted.values, "settings": dict(sorted(settings.items()))}


def _refuse(wanted: Wanted, observed: Observed | None, after: Mapping[str, Any]) -> str | None:
    if not wanted.present:
        if observed is not None and not observed.facts["configured"]:
            return f"it comes from the server's environment: remove {_variables(observed)} there and restart the server"
        return None
    settings, secrets = after.get("settings") or {}, texts(wanted.secret or {})
    if observed is None and not settings:
        return "settings is needed"
    misplaced = sorted(SECRET & set(settings))
    if misplaced:
        return f"{', '.join(misplaced)} holds a credential: write it under secrets, not under settings"
    twice = sorted(set(settings) & set(secrets))
    if twice:
        return f"{', '.join(twice)} is both in settings and in secrets"
    if observed is not None:
        help_ = observed.facts["help"]
        for key, (variable, value) in observed.facts["overridden"].items():
            if key in settings and not help_.same(key, settings[key], value):
                return (f"{variable} in the server's environment overrides {key} with {value!r}: "
                        f"remove or change it there and restart the server")
    keys = observed.facts["known"] if observed is not None else list({*settings, *secrets, "comment"})
    return _unwritable({**settings, **{key: value for key, value in secrets.items() if value is not None}}, keys)


def _unwritable(values: Mapping[str, str], keys: list[str]) -> str | None:
    """The server's notation has no escapes: what would come out as something else is not sent."""
    for key, value in values.items():
        if understood(line("x", {key: value}).partition(" ")[2], keys) != {key: value} or not _readable(key, value):
            return f"this server's notation cannot carry the value of {key}: it has quotes or the name of a key before an equals sign"
    return None


def _variables(observed: Observed) -> str:
    return ", ".join(sorted(variable for variable, value in observed.facts["overridden"].values()))


def _secret_due(wanted: Wanted, observed: Observed) -> bool:
    """Whether a secret is missing there, or shown and another one, or there and unwanted."""
    there = observed.facts["values"]
    return any(there[key] != (value or "") and (value is None or there[key] != HIDDEN) for key, value in texts(wanted.secret).items())


def _notes(wanted: Wanted, observed: Observed | None, plan: Plan) -> Mapping[str, Any]:
    pending = observed is not None and observed.facts["pending"]
    overridden = observed.facts["overridden"] if observed is not None else {}
    return {"restart_needed": wanted.name.partition(":")[0] not in DYNAMIC and (plan.changed or pending),
            "overridden": {key: variable for key, (variable, value) in overridden.items()}}


# -- writing ---------------------------------------------------------------------------------------------------------

def write(client: Client, wanted: Wanted, observed: Observed | None, plan: Plan, secret: Mapping[str, Any] | None) -> None:
    before, after = plan.before.get("settings") or {}, plan.after.get("settings") or {}
    wish: dict[str, str | None] = {key: None if wanted.values["settings"].get(key, value) is None else value
                                   for key, value in after.items() if observed is None or value != before.get(key)}
    wish.update(texts(secret or {}))
    setting = {key: value for key, value in wish.items() if value is not None}
    if setting:
        there = observed.facts["values"] if observed is not None else {}
        if "enable" not in wish and "enable" in there:
            # The server enables what is set without a word about it.
            setting["enable"] = there["enable"]
        _send(client, "PUT", "set-config-kv", line(wanted.name, setting), f"set {', '.join(sorted(set(wish) & set(setting)))}")
    resetting = [key for key in wish if key not in setting and observed is not None
                 and observed.facts["values"][key] != observed.facts["help"].default(key)]
    if resetting:
        _send(client, "DELETE", "del-config-kv", f"{wanted.name} {' '.join(resetting)}", f"reset {', '.join(resetting)}")


def remove(client: Client, wanted: Wanted, observed: Observed) -> None:
    _send(client, "DELETE", "del-config-kv", wanted.name, "reset it")


def _send(client: Client, method: str, command: str, text: str, attempt: str) -> None:
    with WRITING:
        client.admin(method, command, body=text.encode(), encrypted=True, attempt=attempt)


def names(source: Source) -> list[str]:
    """Every target, and every subsystem without one of which somebody has set something."""
    stored, result = _all_stored(source), []
    for subsystem in _subsystems(source):
        for target, pairs in stored.get(subsystem, {}).items() if subsystem not in OTHER_KINDS else ():
            if target != "_":
                result.append(f"{subsystem}:{target}")
            elif pairs and not _is_default(_help(source, subsystem), pairs):
                result.append(subsystem)
    return sorted(result)


def _is_default(help_: Help, pairs: list[dict[str, str]]) -> bool:
    return all(help_.same(pair["key"], pair["value"], help_.default(pair["key"])) for pair in pairs)


def _describe(name: str, observed: Observed) -> Mapping[str, Any]:
    return {"settings": observed.values["settings"]} if observed.values["settings"] else {}


CONFIG = Resource(
    kind="config", key="name",
    fields=(Field("settings", {"type": "dict"}, _settings),),
    read=read, write=write, remove=remove,
    complete=_complete, refuse=_refuse, notes=_notes, names=names, describe=_describe, withheld=lambda observed: observed.facts["withheld"],
    secret="secrets", secret_spec={"type": "dict"}, generated=False, secret_needed=False, secret_due=_secret_due, unlocked=True,
)
