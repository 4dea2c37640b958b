# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable that an inventory gives a role, judged by the roles' own argument specs and by the rules below.

The specs say types and choices. What types cannot say is data here: RULES for one value, ORDERED for two, HOSTS for names of
hosts, PORTS for places where two could meet. The value of a secret is never part of a message.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import ipaddress
import re
import typing as t
from pathlib import Path

import yaml
from ansible.errors import AnsibleError
from jinja2 import Undefined, UndefinedError

from ansible_collections.oracle1.minio.plugins.plugin_utils import prometheus

ROLES = Path(__file__).resolve().parents[2] / "roles"
# Judged by preflight_variables.py with the cluster's plan, by the manifest's own filter, or set by a role for others.
ELSEWHERE = re.compile(
    r"minio_(server_(cluster_name|hosts|drives|pools|parity|settings|root_user|root_password|api_port|console_port|manage_hosts_file)"
    r"|tls_source|lb_port|lb_console_port|release|release_artifacts|configure_manifest\w*|preflight_\w+)"
)
TRUTHS = frozenset(("yes", "no", "on", "off", "true", "false", "y", "n", "t", "f", "1", "0", "1.0", "0.0"))

Data = t.Mapping[str, t.Any]


class Rule(t.NamedTuple):
    """What values of the variables with these names must be, and the words for it. The first rule of a name counts."""

    names: str
    holds: t.Callable[[t.Any], bool]
    fix: str


def between(names: str, low: float, high: float | None = None) -> Rule:
    words = f"a number from {low} to {high}" if high is not None else f"{low} or more"
    return Rule(names, lambda value: float(value) >= low and (high is None or float(value) <= high), f"use {words}")


def like(names: str, pattern: str, fix: str) -> Rule:
    """Empty texts are what the role makes of "not wanted", unless the pattern takes care of them."""
    compiled = re.compile(pattern)
    return Rule(names, lambda value: all(compiled.fullmatch(str(one)) for one in (value if isinstance(value, list) else [value])), fix)


RULES = (
    between(r"minio_(lb|prometheus)_status_port", 0, 65535),
    between(r"minio_\w+_port", 1, 65535),
    between(r"minio_prometheus_\w+_percent", 1, 100),
    between(r"minio_prometheus_(interval|group_wait|group_interval|slow_seconds|days_until_full|\w+_hours|\w+_days)", 1),
    between(r"minio_prometheus_repeat_interval", 60),
    between(r"minio_prometheus_pace", 0.01, 100),
    between(r"minio_report_hours", 0.1),
    between(r"minio_diagnose_slow_seconds", 0.001),
    between(r"minio_watchdog_timeout", 0.1, 60),
    Rule(r"minio_watchdog_clock_seconds", lambda value: float(value) == 0 or float(value) >= 5, "use 5 or more, or 0 for any clock"),
    between(r"minio_(diagnose_hours|watchdog_(kill|fence|lift)_after|tls_(ca_)?validity_days|configure_concurrency|backup_keep|lb_tries)", 1),
    Rule(r"minio_\w+(?<!_parity)", lambda value: isinstance(value, bool) or not isinstance(value, (int, float)) or value >= 0, "use 0 or more"),
)
TEXTS = (
    like(r"minio_\w+_(url|endpoint)", r"|https?://[^\s/]+\S*", "begin it with http:// or https:// and the host's name, for example https://192.0.2.21:9000"),
    like(r"minio_prometheus_retention_time", r"(\d+(ms|[smhdwy]))+", "write a number with its unit, for example 30d"),
    like(r"minio_prometheus_retention_size", r"|\d+(B|[KMGTPE]B)", "write a number with its unit, for example 8GB, or an empty text for no limit"),
    like(r"minio_prometheus_(web_user|account)|minio_grafana_admin_user", r"[^\s:]+", "use a name without blanks and colons"),
    like(r"minio_prometheus_cluster|minio_report_cluster", r"[^\s\"\\]+", "use a name without blanks and quotes"),
    like(r"minio_prometheus_cluster_targets", r"\S+:\d+", "write host:port"),
    like(r"minio_prometheus_buckets", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "name buckets: 3 to 63 small letters, digits, dots and hyphens"),
    like(r"minio_prometheus_extra_rule_files|minio_(prometheus_tls|grafana_provisioning|grafana_dashboards)_dir", r"/\S+", "give an absolute path"),
    like(r"minio_report_path|minio_diagnose_path", r".*[^/]", "name a file, not a directory"),
)
# The first is below the second (or the same, where it may be).
ORDERED = (
    ("minio_prometheus_capacity_warning_percent", "minio_prometheus_capacity_critical_percent", False),
    ("minio_prometheus_certificate_critical_days", "minio_prometheus_certificate_warning_days", False),
    ("minio_prometheus_group_wait", "minio_prometheus_group_interval", True),
    ("minio_prometheus_group_interval", "minio_prometheus_repeat_interval", True),
    ("minio_watchdog_kill_after", "minio_watchdog_fence_after", True),
    ("minio_tls_renew_before_days", "minio_tls_validity_days", False),
)
TOGETHER = (("minio_grafana_certificate", "minio_grafana_certificate_key"), ("minio_tls_cert_file", "minio_tls_key_file"))
# Lists of hosts, and dictionaries by hosts.
HOSTS = re.compile(r"minio_(prometheus_(monitors|servers|balancers|addresses)|watchdog_(servers|addresses)|lb_(servers|server_addresses|drained))")
# What Jinja takes for an expression, and Alertmanager's own templates are not.
EXPRESSION = re.compile(r"\{\{-?\s*(?!end\b|else\b)[a-z_]\w*(?:[.\[(]|\s*[|}~+])")
# Where something listens: variable -> groups. Of two on one host one could not start.
PORTS = {
    "minio_server_api_port": ("minio_server",), "minio_server_console_port": ("minio_server",),
    "minio_lb_port": ("minio_lb",), "minio_lb_console_port": ("minio_lb",), "minio_lb_status_port": ("minio_lb",),
    "minio_prometheus_nginx_port": ("minio_lb",), "minio_prometheus_node_port": ("minio_server", "minio_lb", "minio_monitoring"),
    "minio_prometheus_port": ("minio_monitoring",), "minio_prometheus_alertmanager_port": ("minio_monitoring",),
    "minio_grafana_port": ("minio_monitoring",),
}
FIXES = {"int": "use a whole number", "float": "use a number", "bool": "use true or false", "str": "use a text", "path": "use a path",
         "list": "begin each entry with a dash", "dict": "write key: value pairs"}


@functools.lru_cache(maxsize=None)
def specs() -> dict[str, dict[str, Data]]:
    """Role -> variable -> its option, of all entry points."""
    found: dict[str, dict[str, Data]] = {}
    for path in sorted(ROLES.glob("*/meta/argument_specs.yml")):
        points = yaml.safe_load(path.read_text(encoding="utf-8")).get("argument_specs") or {}
        found[path.parents[1].name] = {name: option for point in reversed(points.values()) for name, option in (point.get("options") or {}).items()}
    return found


def known() -> dict[str, Data]:
    return {name: option for options in specs().values() for name, option in options.items()}


def collect(variables: Data) -> dict[str, t.Any]:
    """What one host's variables give the roles: `values` by name, `unknown` names, and `unresolved` names with the reason."""
    found: dict[str, t.Any] = {"values": {}, "unknown": [], "unresolved": {}}
    for name in variables:
        if not any(name == role or name.startswith(f"{role}_") for role in specs()) or ELSEWHERE.fullmatch(name):
            continue
        if name not in known():
            found["unknown"].append(name)
            continue
        try:
            value = _plain(variables[name])
        except (AnsibleError, UndefinedError) as error:
            undefined = re.search(r"'(?!ansible_)(\w+)' is undefined", str(error))
            found["unresolved"][name] = undefined.group(1) if undefined else ""
        else:
            found["values"][name] = value
    return found


def _plain(value: t.Any) -> t.Any:
    """The value to its inside, so that whatever in it refers to nothing is noticed here."""
    if isinstance(value, t.Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Undefined):
        raise UndefinedError(value._undefined_message)
    if isinstance(value, str) and EXPRESSION.search(value):
        # Before ansible-core 2.19 a template that refers to nothing is returned as it is.
        raise AnsibleError("a template")
    return value


def judge(given: t.Mapping[str, Data], groups: t.Mapping[str, t.Sequence[str]]) -> tuple[list[str], list[str]]:
    """Problems and warnings. `given`: what `collect` found, by host."""
    problems: list[str] = []
    warnings: list[str] = []
    for host, found in given.items():
        values = found["values"]
        sound = [name for name, value in values.items() if not _judge_value(name, value, known()[name], problems)]
        everything = {**_defaults(), **{name: values[name] for name in sound}}
        _judge_rules(sound, everything, problems)
        _judge_hosts(sound, values, {member for members in groups.values() for member in members}, problems)
        _judge_monitoring(set(sound), values, problems)
        _judge_names(found, problems, warnings)
        if groups.get("minio_monitoring"):
            _judge_ports(host, everything, groups, problems)
    return list(dict.fromkeys(problems)), list(dict.fromkeys(warnings))


@functools.lru_cache(maxsize=None)
def _defaults() -> dict[str, t.Any]:
    """Defaults that are values, not templates or words about them."""
    return {name: option["default"] for name, option in known().items()
            if "{{" not in str(option.get("default", "{{")) and _is(option.get("type", "str"), option["default"])}


def _judge_value(place: str, value: t.Any, option: Data, problems: list[str]) -> bool:
    """Whether a value is wrong by its spec; what is wrong with it goes to the problems."""
    kind, before = option.get("type", "str"), len(problems)
    if value is None:
        if kind not in ("str", "path", "raw") and option.get("default") is not None:
            problems.append(f"{place} is empty; {FIXES[kind]}, or remove the line for the default{_example(option)}")
        return len(problems) > before
    if not _is(kind, value):
        problems.append(f"{place} is {_shown(value, option)}; {FIXES[kind]}{_example(option)}")
    elif option.get("choices"):
        wrong = [one for one in (value if kind == "list" else [value]) if one not in option["choices"]]
        problems += [f"{place} is {_shown(one, option)}; use one of {', '.join(str(choice) for choice in option['choices'])}" for one in wrong]
    elif kind == "list":
        inner = {**{key: option[key] for key in ("options", "no_log") if key in option}, "type": option.get("elements", "raw")}
        for number, one in enumerate(value, 1):
            _judge_value(f"{place}[{number}]", one, inner, problems)
    elif kind == "dict" and option.get("options"):
        for key in value:
            if key not in option["options"]:
                near = difflib.get_close_matches(key, option["options"], n=1)
                problems.append(f"{place} has the unknown key {key}; {f'did you mean {near[0]}?' if near else 'use ' + ', '.join(option['options'])}")
        for key, inside in option["options"].items():
            if value.get(key) is not None:
                _judge_value(f"{place}.{key}", value[key], inside, problems)
            elif inside.get("required"):
                says = inside["description"]
                problems.append(f"{place} lacks {key}; {says[0].lower() + says[1:] if isinstance(says, str) else 'give it'}")
    return len(problems) > before


def _is(kind: str, value: t.Any) -> bool:
    text = str(value).strip()
    if kind == "bool":
        return isinstance(value, bool) or (not isinstance(value, (list, dict)) and text.lower() in TRUTHS)
    if kind in ("int", "float"):
        pattern = r"[+-]?\d+" if kind == "int" else r"[+-]?\d+(\.\d*)?"
        return not isinstance(value, (bool, list, dict)) and bool(re.fullmatch(pattern, text))
    if kind in ("str", "path"):
        return not isinstance(value, (list, dict))
    return {"list": isinstance(value, list), "dict": isinstance(value, dict)}.get(kind, True)


def _example(option: Data) -> str:
    default = option.get("default")
    return f" (default: {str(default).lower() if isinstance(default, bool) else default})" if isinstance(default, (bool, int, float)) else ""


def _shown(value: t.Any, option: Data) -> str:
    if option.get("no_log"):
        return "a secret of the wrong kind"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a dictionary"
    if option.get("type") == "dict":
        # One in Prometheus' own form may hold a secret.
        return "a text"
    text = re.sub(r"//[^/@]*@", "//...@", str(value)) if isinstance(value, str) else value
    return repr(text if len(str(text)) <= 60 else f"{str(text)[:60]}...")


def _number(value: t.Any) -> t.Any:
    return float(value) if isinstance(value, str) and re.fullmatch(r"[+-]?\d+(\.\d*)?", value.strip()) else value


def _judge_rules(sound: t.Sequence[str], values: Data, problems: list[str]) -> None:
    for name in sound:
        option, value = known()[name], values[name]
        rules = RULES if option.get("type") in ("int", "float") else TEXTS
        rule = next((rule for rule in rules if re.fullmatch(rule.names, name)), None)
        if rule and value is not None and not rule.holds(_number(value) if rules is RULES else value):
            problems.append(f"{name} is {_shown(value, option)}; {rule.fix}{_example(option)}")
    for low, high, same in ORDERED:
        if {low, high} & set(sound) and (_number(values[low]) > _number(values[high]) or (not same and _number(values[low]) == _number(values[high]))):
            problems.append(f"{low} is {values[low]} and {high} is {values[high]}; the first must be {'at most' if same else 'less than'} the second")
    for one, other in TOGETHER:
        if {one, other} & set(sound) and bool(values.get(one)) != bool(values.get(other)):
            there, missing = (one, other) if values.get(one) else (other, one)
            problems.append(f"{there} is {values[there]!r} and {missing} is empty; give both or none")


def _judge_hosts(sound: t.Sequence[str], values: Data, hosts: set[str], problems: list[str]) -> None:
    for name in sound:
        if not HOSTS.fullmatch(name):
            continue
        problems += [f"{name} names {host}, which is not in the inventory's groups; add it there or remove it here" for host in values[name] or []
                     if str(host) not in hosts]
        if isinstance(values[name], dict):
            problems += [f"{name}: the address of {host} is {address!r}; give an address or a name, without a port" for host, address in values[name].items()
                         if not _is_address(str(address))]


def _is_address(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(text))
    return bool(re.fullmatch(r"[A-Za-z0-9._-]+", text))


def _judge_monitoring(sound: set[str], values: Data, problems: list[str]) -> None:
    if not {"minio_prometheus_receivers", "minio_prometheus_routes"} & (set(values) - sound):
        problems += prometheus.receiver_problems(values.get("minio_prometheus_receivers") or [], values.get("minio_prometheus_routes") or [])
    for variable, key in (("minio_prometheus_remote_write", "url"), ("minio_prometheus_extra_scrape_configs", "job_name")):
        for number, entry in enumerate(values.get(variable) or [] if variable in sound else [], 1):
            if not entry.get(key):
                problems.append(f"{variable}[{number}] lacks {key}; entries are in Prometheus' own form")
    for job in values.get("minio_prometheus_extra_scrape_configs") or [] if "minio_prometheus_extra_scrape_configs" in sound else []:
        if job.get("job_name") in prometheus.JOBS:
            problems.append(f"minio_prometheus_extra_scrape_configs: the job {job['job_name']} is there already; give it another job_name")
    for section, content in (values.get("minio_grafana_settings") or {}).items() if "minio_grafana_settings" in sound else ():
        if not isinstance(content, dict):
            problems.append(f"minio_grafana_settings.{section} is no section; write {section}: and below it key: value pairs")


def _judge_names(found: Data, problems: list[str], warnings: list[str]) -> None:
    for name in found["unknown"]:
        near = difflib.get_close_matches(name, known(), n=1, cutoff=0.8)
        warnings.append(f"no role reads {name}; {f'did you mean {near[0]}?' if near else 'check its spelling or remove it'}")
    for name, missing in found["unresolved"].items():
        if missing:
            problems.append(f"{name} refers to {missing}, which is not defined; define it, a secret in the vault, or remove the reference")
        else:
            warnings.append(f"{name} refers to what is known only when the hosts are reached; its role judges it")


def _judge_ports(host: str, values: Data, groups: t.Mapping[str, t.Sequence[str]], problems: list[str]) -> None:
    used: dict[int, str] = {}
    for name, where in PORTS.items():
        value = values.get(name)
        here = any(host in (groups.get(group) or []) for group in where)
        if name == "minio_grafana_port" and str(values.get("minio_grafana_install")).lower() == "false":
            continue
        if not here or not _is("int", value) or int(value) == 0:
            continue
        other = used.setdefault(int(value), name)
        # Two of the server and the balancer are judged with the cluster's plan.
        if other != name and re.match(r"minio_(prometheus|grafana)|minio_lb_status", name):
            problems.append(f"{name} and {other} are both {value} on {host}; give one of them another port")
