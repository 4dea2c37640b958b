"""What people read: no address of somebody, no dead link, nothing left unfinished."""
from __future__ import annotations

import pytest
import repository
import rules
from packaging.requirements import Requirement
from repository import agree

READ = (".md", ".yml", ".yaml", ".py", ".j2", ".txt", ".json", ".toml", ".cfg", ".sh", ".go")
TEXTS = [path for path in repository.files() if path.endswith(READ) or "/" not in path and "." not in path]
EXAMPLES = [path for path in repository.under("README.md", "docs/", "inventories/prod/", "roles/", "playbooks/", "plugins/")
            if path.endswith((".md", ".yml", ".py", ".j2"))]


@pytest.mark.parametrize("path", EXAMPLES)
def test_examples_use_documentation_addresses(path: str) -> None:
    agree(rules.real_addresses(repository.text(path)))


@pytest.mark.parametrize("path", [path for path in TEXTS if not path.startswith("tests/meta/")])
def test_nothing_unfinished_or_private_is_left(path: str) -> None:
    agree(rules.forbidden_words(repository.text(path)))


@pytest.mark.parametrize("path", [path for path in TEXTS if path.endswith(".md")])
def test_links_lead_somewhere(path: str) -> None:
    agree(rules.broken_links(path, repository.text(path), repository.files()))


@pytest.mark.parametrize("path", [path for path in TEXTS if not path.startswith("tests/meta/")])
def test_documents_that_are_mentioned_exist(path: str) -> None:
    agree(rules.absent_documents(repository.text(path), repository.files()))


def test_changelog_fragments_are_read_by_the_generator() -> None:
    sections = {section for section, title in repository.load("changelogs/config.yaml")["sections"]} | {"release_summary", "trivial"}
    agree([path for path in repository.under("changelogs/fragments/")
           if not path.endswith(".yml") or set(repository.load(path)) - sections])


def test_galaxy_requirements_and_documents_name_the_same_collections() -> None:
    required = {item["name"]: item["version"] for item in repository.load("requirements.yml")["collections"]}
    assert required == repository.load("galaxy.yml")["dependencies"]


def test_the_pinned_libraries_are_within_what_the_modules_need() -> None:
    def requirements(path: str) -> list[Requirement]:
        return [Requirement(line) for line in repository.text(path).splitlines() if line.strip() and not line.startswith(("#", "-"))]

    pinned = {item.name: next(iter(item.specifier)).version for item in requirements("requirements-dev.txt")}
    assert requirements("requirements.txt")
    agree([str(item) for item in requirements("requirements.txt") if pinned.get(item.name) not in item.specifier])


def test_the_execution_environment_finds_its_files() -> None:
    """ansible-builder reads Python and system packages from a collection, and passes over anything else in silence."""
    dependencies = repository.load("meta/execution-environment.yml")["dependencies"]
    assert set(dependencies) <= {"python", "system"}
    assert set(dependencies.values()) <= set(repository.files())
