"""Variables: one owner each, typed to the inside, and the same default wherever it is repeated."""
from __future__ import annotations

import re
from functools import cache
from typing import Any, Iterator

import pytest
import repository
import rules
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar, trust_as_template
from jinja2 import Environment, nodes
from repository import agree

# Dictionaries whose keys are the operator's or architectures, and the manifest, which the module apply types and preflight checks.
FREE_FORM = {"minio_client_artifacts", "minio_configure_manifest", "minio_grafana_settings", "minio_lb_server_addresses",
             "minio_prometheus_addresses", "minio_prometheus_extra_scrape_configs", "minio_prometheus_remote_write",
             "minio_server_settings", "minio_watchdog_addresses"}

# Set at run time by their owner, so in no role's defaults.
PUBLISHED: dict[str, Any] = {
    "minio_release_artifacts": {
        part: {arch: {"path": f"/cache/{part}-{arch}", "sha256": "0" * 64, "version": "v", "release": "r"} for arch in ("amd64", "arm64")}
        for part in ("server", "client")
    },
}

# What an operator must set, and what Ansible sets: the inventory in which repeated defaults are compared.
REQUIRED: dict[str, Any] = {
    "minio_server_drives": [{"path": "/mnt/minio/drive1", "device": "/dev/sdb", "label": "minio1"}],
    "minio_server_root_user": "root-of-the-sample",
    "minio_server_root_password": "a-password-of-the-sample",
}
GROUPS = {
    "minio_server": ["minio1", "minio2", "minio3"],
    "minio_lb": ["lb1"],
    "minio_monitoring": ["monitoring1"],
}
GROUPS["all"] = [host for hosts in GROUPS.values() for host in hosts]
FACTS: dict[str, Any] = {
    "architecture": "x86_64", "os_family": "Debian", "distribution": "Debian", "distribution_major_version": "12", "hostname": "minio1",
    "fqdn": "minio1.example.com", "processor_vcpus": 2, "memtotal_mb": 4096, "service_mgr": "systemd", "python_version": "3.11.2",
    "default_ipv4": {"address": "192.0.2.11", "interface": "eth0"}, "all_ipv4_addresses": ["192.0.2.11"], "interfaces": ["lo", "eth0"],
    "mounts": [], "devices": {},
}
MAGIC: dict[str, Any] = {
    "groups": GROUPS, "inventory_dir": "/inventory", "inventory_file": "/inventory/hosts.yml", "inventory_hostname_short": "minio1",
    "ansible_facts": FACTS, "ansible_check_mode": False, "ansible_diff_mode": False, "ansible_host": "192.0.2.11",
    "ansible_play_hosts": GROUPS["minio_server"], "ansible_play_hosts_all": GROUPS["minio_server"], "playbook_dir": "/playbooks",
    "ansible_playbook_python": "/usr/bin/python3", "omit": "__omit__",
}

VARIABLE = re.compile(r"(?<![\w.'\"/-])(?:__)?minio_[a-z0-9_]+\b(?!\.yml|\.j2|\s*:\s|:$|/)", re.MULTILINE)
JINJA = Environment()


def defaults(role: str) -> dict[str, Any]:
    return repository.role_file(role, "defaults/main.yml")


def entry_points(role: str) -> dict[str, dict[str, Any]]:
    """Options by entry point. Main has all of the role's variables, any other those that it reads."""
    specs = repository.role_file(role, "meta/argument_specs.yml").get("argument_specs") or {"main": {}}
    return {name: spec.get("options") or {} for name, spec in specs.items()}


def options(role: str) -> dict[str, Any]:
    return entry_points(role)["main"]


def owner(variable: str) -> str | None:
    """The role whose name is the longest prefix of the variable's."""
    name = variable.removeprefix("__")
    owners = [role for role in repository.roles() if name == role or name.startswith(f"{role}_")]
    return max(owners, key=len) if owners else None


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def reads(value: Any) -> set[str]:
    """Names of the variables that the templates in a value read."""
    found: set[str] = set()
    for template in strings(value):
        found |= {node.name for node in JINJA.parse(template).find_all(nodes.Name)}
    return found


def trusted(value: Any) -> Any:
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, dict):
        return {key: trusted(item) for key, item in value.items()}
    return [trusted(item) for item in value] if isinstance(value, list) else value


def render(variable: str, variables: dict[str, Any], host: str) -> Any:
    context = trusted({**MAGIC, "inventory_hostname": host, **REQUIRED, **PUBLISHED, **variables})
    context["hostvars"] = {name: {**context, "inventory_hostname": name, "ansible_host": f"192.0.2.{number}"}
                           for number, name in enumerate(GROUPS["all"], start=11)}
    return Templar(loader=DataLoader(), variables=context).template(trust_as_template("{{ " + variable + " }}"))


@pytest.fixture(scope="module", autouse=True)
def _collections() -> None:
    init_plugin_loader([str(repository.ROOT / "collections")])


@pytest.mark.parametrize("role", repository.roles())
def test_argument_specs_equal_the_defaults(role: str) -> None:
    for name, found in entry_points(role).items():
        agree(rules.defaults_unlike_specs({key: value for key, value in defaults(role).items() if name == "main" or key in found}, found))


@pytest.mark.parametrize("role", repository.roles())
def test_argument_specs_are_typed_to_the_inside(role: str) -> None:
    agree([fault for found in entry_points(role).values() for fault in rules.untyped_options(found, FREE_FORM)])


def test_a_dictionary_that_is_exempt_exists() -> None:
    def free(options: dict[str, Any], prefix: str = "") -> Iterator[str]:
        for name, option in options.items():
            yield f"{prefix}{name}"
            yield from free(option.get("options") or {}, f"{prefix}{name}.")

    known = {name for role in repository.roles() for found in entry_points(role).values() for name in free(found)}
    assert FREE_FORM - known == set()


@pytest.mark.parametrize("role", repository.roles())
def test_a_roles_name_is_the_prefix_of_its_variables(role: str) -> None:
    public = [name for name in {**defaults(role), **options(role)} if name != role and not name.startswith(f"{role}_")]
    internal = [f"{path}: {name}" for path in repository.under(f"roles/{role}/vars/", suffix=".yml")
                for name in repository.load(path) or {} if not name.startswith(f"__{role}_")]
    agree(public + internal)


@pytest.mark.parametrize("role", repository.roles())
def test_what_another_role_owns_is_taken_in_defaults_or_vars(role: str) -> None:
    """There it is documented or at least in one place; a task or template that reads it by itself is neither."""
    found = []
    for path in repository.under(f"roles/{role}/tasks/", f"roles/{role}/handlers/", f"roles/{role}/templates/"):
        code = re.sub(r"(^|\s)#.*|\{#.*?#\}", "", repository.text(path))
        found += [f"{path}: {name}" for name in sorted(set(VARIABLE.findall(code)))
                  if owner(name) not in (None, role) and (name in REQUIRED or name in PUBLISHED or name in known_variables())]
    agree(found)


@cache
def known_variables() -> frozenset[str]:
    return frozenset(name for role in repository.roles() for name in {**defaults(role), **options(role)})


def files_of(role: str) -> list[str]:
    return repository.under(f"roles/{role}/defaults/main.yml", f"roles/{role}/vars/main.yml")


def repeated() -> list[tuple[str, str]]:
    """Variables in defaults and vars that read what another role owns."""
    found = []
    for role in repository.roles():
        for path in files_of(role):
            for name, value in (repository.load(path) or {}).items():
                if any(owner(used) not in (None, role) for used in reads(value)):
                    found.append((path, name))
    return found


@pytest.mark.parametrize(("path", "variable"), repeated())
def test_a_repeated_default_equals_the_owners(path: str, variable: str) -> None:
    """Rendered with nothing but its own role's variables, it gives what it gives beside all other roles' defaults."""
    role = path.split("/")[1]
    own = {name: value for file in files_of(role) for name, value in (repository.load(file) or {}).items()}
    everything = {name: value for other in repository.roles() for name, value in defaults(other).items()} | own
    for host in ("minio1", "lb1"):
        assert render(variable, own, host) == render(variable, everything, host)


def test_every_variable_that_is_read_has_an_owner_who_knows_it() -> None:
    unknown = []
    for path, variable in repeated():
        for name in reads((repository.load(path) or {})[variable]):
            if not name.startswith("__") and owner(name) is not None and name not in known_variables() and name not in PUBLISHED:
                unknown.append(f"{path}: {variable} reads {name}, which {owner(name)} does not have")
    agree(unknown)
