"""Roles and playbooks keep the house's rules, task by task."""
from __future__ import annotations

import re
from functools import partial
from pathlib import PurePosixPath
from typing import Callable

import pytest
import repository
import rules
from repository import Task, agree

# Set by one role for others to read, by the contract in docs/architecture.md.
PUBLISHED = {"minio_release_artifacts"}

GALAXY = repository.load("galaxy.yml")
OWN_MODULES = {PurePosixPath(path).stem for path in repository.plugins("modules")}

BLOCKS = {name for task in repository.tasks() if rules.module_of(task.data) == "ansible.builtin.blockinfile"
          for name in re.findall(r"[\w.-]+\.j2", str(task.data["ansible.builtin.blockinfile"]))}

TASK_RULES: list[Callable[[Task], list[str]]] = [
    rules.swallows_errors,
    rules.is_named_after_its_file,
    rules.loops_with_a_label,
    rules.says_when_a_command_changes,
    partial(rules.uses_full_names, own_modules=OWN_MODULES),
    partial(rules.needs_a_declared_collection, declared=GALAXY["dependencies"]),
    partial(rules.keeps_results_internal, published=PUBLISHED),
]


def rule_name(rule: Callable[[Task], list[str]]) -> str:
    return (rule.func if isinstance(rule, partial) else rule).__name__


@pytest.mark.parametrize("rule", TASK_RULES, ids=rule_name)
def test_every_task_keeps(rule: Callable[[Task], list[str]]) -> None:
    assert repository.tasks(), "no tasks were found: the walk over roles and playbooks is broken"
    agree([f"{task}: {fault}" for task in repository.tasks() for fault in rule(task)])


@pytest.mark.parametrize("path", [path for path in repository.under("roles/", "playbooks/", suffix=".yml") if "/tasks/" in path])
def test_a_task_file_fits_on_a_page(path: str) -> None:
    assert len(repository.text(path).splitlines()) <= rules.LONGEST_TASK_FILE


@pytest.mark.parametrize("path", [path for path in repository.under("roles/") if "/templates/" in path])
def test_a_template_says_who_manages_it_and_not_when(path: str) -> None:
    assert path.endswith(".j2")
    text = repository.text(path)
    # JSON has no comments, and blockinfile puts markers of its own around a template.
    if PurePosixPath(path.removesuffix(".j2")).suffix == ".json" or PurePosixPath(path).name in BLOCKS:
        text += "ansible_managed"
    agree(rules.template_faults(text))


@pytest.mark.parametrize("path", repository.under("roles/", "playbooks/", suffix=(".yml", ".j2")))  # type: ignore[arg-type]
def test_facts_are_read_from_ansible_facts(path: str) -> None:
    agree(rules.injected_facts(repository.text(path)))


@pytest.mark.parametrize("role", repository.roles())
def test_a_role_is_complete(role: str) -> None:
    present = {path.removeprefix(f"roles/{role}/") for path in repository.under(f"roles/{role}/")}
    assert {"defaults/main.yml", "meta/argument_specs.yml", "meta/main.yml", "tasks/main.yml", "README.md"} <= present
    info = repository.role_file(role, "meta/main.yml")
    assert info["dependencies"] == []
    assert info["galaxy_info"]["license"] == "GPL-3.0-or-later"
    assert info["galaxy_info"]["min_ansible_version"] == "2.17"
    # EL has no packages of Prometheus, and the role refuses it in words.
    wanted = {"Debian", "Ubuntu"} | (set() if role == "minio_prometheus" else {"EL"})
    assert {platform["name"] for platform in info["galaxy_info"]["platforms"]} >= wanted


def test_plays_list_roles_by_their_full_names() -> None:
    wrong = []
    for path, play in repository.plays():
        for item in play.get("roles") or []:
            name = item if isinstance(item, str) else item.get("role", "")
            if name.removeprefix(f"{repository.COLLECTION}.") not in repository.roles():
                wrong.append(f"{path}: {name} is not the full name of a role of ours")
    agree(wrong)


def test_a_play_has_roles_or_tasks_and_not_both() -> None:
    both = [f"{path}: {play.get('name')}" for path, play in repository.plays()
            if play.get("roles") and any(play.get(part) for part in ("tasks", "pre_tasks", "post_tasks"))]
    agree(both)


def test_a_play_on_the_nodes_stops_as_one() -> None:
    """A node that fails must stop the others before they go on to the next step."""
    alone = [f"{path}: {play.get('name')}" for path, play in repository.plays()
             if "minio_server" in str(play["hosts"]) and play.get("any_errors_fatal") is not True]
    agree(alone)


def test_the_root_playbook_only_imports() -> None:
    assert [item["ansible.builtin.import_playbook"] for item in repository.load("site.yml")] == ["playbooks/site.yml"]
