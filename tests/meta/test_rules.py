"""Each rule objects to what it forbids, and to nothing else."""
from __future__ import annotations

from functools import partial
from typing import Any, Callable

import pytest
import rules
from repository import Task


def task(path: str = "roles/minio_lb/tasks/configure.yml", **data: Any) -> Task:
    return Task(path, data)


def named(name: str, path: str = "roles/minio_lb/tasks/configure.yml") -> Task:
    return Task(path, {"name": name, "ansible.builtin.ping": {}})


full_names = partial(rules.uses_full_names, own_modules={"bucket"})
declared = partial(rules.needs_a_declared_collection, declared={"community.crypto"})
internal = partial(rules.keeps_results_internal, published={"minio_release_artifacts"})
typed = partial(rules.untyped_options, free={"settings"})
links = partial(rules.broken_links, "docs/a.md", known={"docs/b.md", "README.md", "roles/x/README.md"})
documents = partial(rules.absent_documents, known=["README.md"])

FORBIDDEN: list[tuple[Callable[[Any], list[str]], Any]] = [
    (rules.swallows_errors, task(ignore_errors=True)),
    (rules.swallows_errors, task(failed_when=False)),
    (rules.swallows_errors, task(failed_when="false")),
    (rules.swallows_errors, task(failed_when=[False])),
    (rules.is_named_after_its_file, named("Render the file")),
    (rules.is_named_after_its_file, named("install | Render the file")),
    (rules.is_named_after_its_file, named("configure | render the file")),
    (rules.is_named_after_its_file, task(**{"ansible.builtin.ping": {}})),
    (rules.is_named_after_its_file, task("roles/minio_lb/handlers/main.yml", **{"ansible.builtin.ping": {}})),
    (rules.loops_with_a_label, task(loop=[1])),
    (rules.loops_with_a_label, task(with_items=[1])),
    (rules.loops_with_a_label, task(loop=[1], loop_control={"loop_var": "__minio_lb_item"})),
    (rules.says_when_a_command_changes, task(**{"ansible.builtin.command": "id"})),
    (rules.says_when_a_command_changes, task(**{"ansible.builtin.shell": "id", "register": "__minio_lb_id"})),
    (full_names, task(**{"bucket": {}})),
    (full_names, task(**{"copy": {}})),
    (full_names, task(**{"ansible.builtin.include_role": {"name": "minio_tls"}})),
    (declared, task(**{"community.docker.docker_image": {}})),
    (internal, task(register="result")),
    (internal, task(register="minio_lb_result")),
    (internal, task(register="__minio_tls_result")),
    (internal, task(**{"ansible.builtin.set_fact": {"minio_lb_port": 1}})),
    (internal, task(loop=[1], loop_control={"loop_var": "entry", "label": ""})),
    (rules.injected_facts, "when: ansible_os_family == 'Debian'"),
    (rules.injected_facts, "{{ ansible_default_ipv4.address }}"),
    (rules.real_addresses, "listen 10.1.2.3:9000"),
    (rules.real_addresses, "server 192.168.1.10"),
    (rules.real_addresses, "dns 8.8.8.8"),
    (rules.real_addresses, "from 8.8.8.0/24"),
    (rules.forbidden_words, "# TO" + "DO: later"),
    (rules.forbidden_words, "see /work" + "/main/x"),
    (rules.template_faults, "a = 1"),
    (rules.template_faults, "# {{ ansible_managed }} {{ ansible_facts.date_time.iso8601 }}"),
    (rules.template_faults, "# {{ ansible_managed }} {{ now() }}"),
    (rules.template_faults, "# {{ ansible_managed }} {{ '%Y' | strftime }}"),
    (links, "[gone](c.md)"),
    (links, "[gone](../docs/c.md#part)"),
    (documents, "as NOTES.md says"),
    (typed, {"a": {"description": "A."}}),
    (typed, {"a": {"type": "str"}}),
    (typed, {"a": {"type": "list", "description": "A."}}),
    (typed, {"a": {"type": "list", "elements": "dict", "description": "A."}}),
    (typed, {"a": {"type": "dict", "description": "A."}}),
    (typed, {"a": {"type": "dict", "description": "A.", "options": {"b": {"type": "str"}}}}),
    (typed, {"a": {"type": "str", "description": "A.", "required": True, "default": "x"}}),
    (rules.foreign_imports, ["yaml"]),
    (rules.foreign_imports, ["minio.credentials"]),
    (rules.foreign_imports, ["ansible.errors"]),
    (rules.does_the_engines_work, "if module.check_mode: pass"),
    (rules.does_the_engines_work, "module.exit_json(changed=False)"),
    (rules.does_the_engines_work, "module.fail_json(msg='')"),
    (rules.does_the_engines_work, "done(diff={})"),
    (rules.does_the_engines_work, "result = {'diff': 1}"),
]

ALLOWED: list[tuple[Callable[[Any], list[str]], Any]] = [
    (rules.swallows_errors, task(failed_when="result.rc not in [0, 1]")),
    (rules.swallows_errors, task()),
    (rules.is_named_after_its_file, named("configure | Render the file")),
    (rules.is_named_after_its_file, named("Install", "roles/minio_lb/tasks/main.yml")),
    (rules.is_named_after_its_file, named("Restart nginx", "roles/minio_lb/handlers/main.yml")),
    (rules.loops_with_a_label, task(loop=[1], loop_control={"label": "{{ item }}"})),
    (rules.loops_with_a_label, task(until="done", retries=3)),
    (rules.says_when_a_command_changes, task(**{"ansible.builtin.command": "id", "changed_when": False})),
    (rules.says_when_a_command_changes, task(**{"ansible.builtin.copy": {}})),
    (full_names, task(**{"oracle1.minio.bucket": {}})),
    (full_names, task(block=[])),
    (full_names, task(**{"ansible.builtin.include_role": {"name": "oracle1.minio.minio_tls"}})),
    (declared, task(**{"community.crypto.x509_certificate": {}})),
    (declared, task(**{"ansible.builtin.copy": {}})),
    (internal, task(register="__minio_lb_result")),
    (internal, task(register="minio_release_artifacts")),
    (internal, Task("playbooks/site.yml", {"register": "anything"})),
    (rules.injected_facts, "{{ ansible_facts.os_family }} {{ ansible_managed }} {{ hostvars[x].ansible_host }} ansible_collections/a"),
    (rules.real_addresses, "192.0.2.1 198.51.100.7:9000 127.0.0.1 0.0.0.0 255.255.255.0 10.0.0.0/8"),
    (rules.real_addresses, "1.3.6.1.5.5.7.3.1 and v1.2.3.4beta and 999.1.1.1"),
    (rules.forbidden_words, "on another drive, lab/work/main.yml"),
    (rules.template_faults, "{{ ansible_managed | comment }}"),
    (links, "[there](b.md) [up](../README.md#part) [web](https://example.com/x.md) [here](#part) [folder](../roles/x)"),
    (links, "```\n[not](a-link.md)\n```"),
    (documents, "README.md and readme.md"),
    (typed, {"a": {"type": "list", "elements": "dict", "description": "A.", "options": {"b": {"type": "int", "description": "B."}}}}),
    (typed, {"settings": {"type": "dict", "description": "Free."}}),
    (rules.foreign_imports, ["json", "urllib.parse", "ansible.module_utils.basic",
                             "ansible_collections.oracle1.minio.plugins.module_utils._x"]),
    (rules.does_the_engines_work, "AnsibleModule(supports_check_mode=True)\nengine.run(resource)"),
]


def case(pair: tuple[Callable[[Any], list[str]], Any]) -> str:
    rule = pair[0].func if isinstance(pair[0], partial) else pair[0]
    return f"{rule.__name__}: {pair[1]}"[:100]


@pytest.mark.parametrize("pair", FORBIDDEN, ids=case)
def test_what_is_forbidden_is_objected_to(pair: tuple[Callable[[Any], list[str]], Any]) -> None:
    rule, what = pair
    assert rule(what)


@pytest.mark.parametrize("pair", ALLOWED, ids=case)
def test_what_is_allowed_passes(pair: tuple[Callable[[Any], list[str]], Any]) -> None:
    rule, what = pair
    assert not rule(what)


DISAGREEMENTS = [
    ({"a": 1}, {}, "a has a default and no argument spec"),
    ({}, {"a": {"type": "int"}}, "a has neither"),
    ({"a": 1}, {"a": {"required": True}}, "a is required and has a default"),
    ({"a": 1}, {"a": {"default": 2}}, "a is 1 in the defaults"),
    ({"a": 1}, {"a": {}}, "a is 1 in the defaults"),
    ({"a": True}, {"a": {"default": 1}}, "a is True in the defaults"),
    ({"a": "1"}, {"a": {"default": 1}}, "a is '1' in the defaults"),
    ({"a": "{{ b }}"}, {"a": {"default": "{{ c }}"}}, "a: repeat the template"),
    ({"a": ["{{ b }}"]}, {"a": {"default": []}}, "a: repeat the template"),
]


@pytest.mark.parametrize(("defaults", "options", "message"), DISAGREEMENTS)
def test_a_default_that_differs_from_its_spec_is_found(defaults: dict[str, Any], options: dict[str, Any], message: str) -> None:
    assert rules.defaults_unlike_specs(defaults, options)[0].startswith(message)


@pytest.mark.parametrize(("defaults", "options"), [
    ({"a": 1, "b": [], "c": None}, {"a": {"default": 1}, "b": {"default": []}, "c": {}}),
    ({}, {"a": {"required": True}}),
    ({"a": "{{ b }}\n"}, {"a": {}}),
    ({"a": "{{ b }}\n"}, {"a": {"default": "{{ b }}"}}),
    ({"a": "{{ b }}\n"}, {"a": {"default": "What b says."}}),
])
def test_a_default_that_equals_its_spec_passes(defaults: dict[str, Any], options: dict[str, Any]) -> None:
    assert rules.defaults_unlike_specs(defaults, options) == []


def test_only_code_counts_as_code() -> None:
    source = '"""Text."""\n# a comment\n\nDOCUMENTATION = r"""\na\nb\n"""\n\n\ndef f():\n    """Says."""\n    return """x\ny"""\n'
    assert rules.code_lines(source) == 3


def test_imports_are_seen_where_they_stand() -> None:
    assert rules.imports("import a.b\ndef f():\n    from c import d\n") == {"a.b", "c", "c.d"}
