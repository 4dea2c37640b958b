"""Modules state facts, the engine does the work, and what runs on nodes needs nothing there."""
from __future__ import annotations

import ast
from pathlib import PurePosixPath

import pytest
import repository
import rules
import yaml
from repository import agree

ENGINE = ("plugins/module_utils/_resource.py", "plugins/module_utils/_action.py")

# Modules that manage no resource of the cluster, so that the engine has nothing to do for them.
OWN_EXITS = {
    "apply": "reports one result for each object of the manifest",
    "export": "reads a whole cluster",
    "host_facts": "reads a host",
    "host_files": "writes a host's files",
    "host_packages": "asks for a host's packages",
    "host_units": "runs a host's units",
    "pool_content": "reads drives",
    "probe": "asks one endpoint",
    "prometheus_token": "keeps a file, and asks no server",
    "report": "asks Prometheus, and writes a page",
    "diagnosis": "reads a host",
    "diagnosis_archive": "makes a file on the controller",
    "release": "makes a file on the controller",
    "lb_drain": "writes files on a balancer",
    "server_restart": "restarts a node",
    "server_state": "reads a process",
    "server_tuning": "sets a host's kernel parameters",
    "verify": "judges a whole cluster",
}

# Modules that run on nodes: Python 3.9 and its standard library are all they may count on.
ON_NODES = {"diagnosis", "host_facts", "host_files", "host_packages", "host_units", "lb_drain", "pool_content", "probe", "prometheus_token",
            "server_restart", "server_state", "server_tuning"}

PREFIX = f"ansible_collections.{repository.COLLECTION}."
LICENCE = [
    "# Copyright: (c) 2026, the oracle1.minio maintainers",
    "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
]

MODULES = repository.plugins("modules")
EVERYTHING = repository.under("plugins/", suffix=".py")
PYTHON = repository.under("plugins/", "lab/", "tests/", "docs/", "benchmarks/", suffix=".py")


def stem(path: str) -> str:
    return PurePosixPath(path).stem


def source_of(name: str) -> str | None:
    """The file of ours that an imported name is, if it is one."""
    path = name.removeprefix(PREFIX).replace(".", "/") + ".py"
    return path if name.startswith(PREFIX) and path in repository.files() else None


def reached(path: str) -> set[str]:
    """A file and all files of ours that it imports, however far."""
    seen, waiting = set(), [path]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting += [found for name in rules.imports(repository.text(current)) if (found := source_of(name))]
    return seen


@pytest.mark.parametrize("path", MODULES)
def test_a_module_is_documented(path: str) -> None:
    blocks = rules.documentation_blocks(repository.text(path))
    doc = yaml.safe_load(blocks.get("DOCUMENTATION", "{}"))
    examples = yaml.safe_load(blocks.get("EXAMPLES", "")) or []
    assert doc.get("module") == stem(path)
    assert doc.get("version_added")
    assert any(f"{repository.COLLECTION}.{stem(path)}" in task for task in examples), "no example calls the module by its full name"
    assert yaml.safe_load(blocks.get("RETURN", "")), "RETURN is empty"


@pytest.mark.parametrize("path", MODULES)
def test_a_modules_entry_file_only_states_facts(path: str) -> None:
    lines = rules.code_lines(repository.text(path))
    assert lines <= rules.LONGEST_MODULE, f"{lines} lines of code: logic belongs to module_utils"


@pytest.mark.parametrize("path", [path for path in MODULES + repository.plugins("module_utils") if path not in ENGINE])
def test_check_mode_diff_and_exits_are_the_engines(path: str) -> None:
    if stem(path).removeprefix("_") not in OWN_EXITS:
        agree(rules.does_the_engines_work(repository.text(path)))


@pytest.mark.parametrize("path", ENGINE)
def test_the_engine_does_the_engines_work(path: str) -> None:
    assert rules.does_the_engines_work(repository.text(path))


@pytest.mark.parametrize("name", sorted(OWN_EXITS.keys() | ON_NODES))
def test_an_exception_names_a_module(name: str) -> None:
    assert f"plugins/modules/{name}.py" in MODULES


@pytest.mark.parametrize("name", sorted(ON_NODES))
def test_what_runs_on_nodes_needs_only_the_standard_library_of_python_3_9(name: str) -> None:
    for path in sorted(reached(f"plugins/modules/{name}.py")):
        source = repository.text(path)
        ast.parse(source, path, feature_version=(3, 9))
        assert rules.foreign_imports(rules.imports(source)) == set(), path


@pytest.mark.parametrize("path", EVERYTHING)
def test_a_plugin_carries_the_licence(path: str) -> None:
    lines = repository.text(path).splitlines()
    first = lines[1:] if lines and lines[0].startswith("#!") else lines
    assert first[:3] == LICENCE


@pytest.mark.parametrize("path", [path for path in PYTHON if repository.text(path).strip()])
def test_annotations_are_not_evaluated(path: str) -> None:
    assert "from __future__ import annotations" in repository.text(path)


def test_every_filter_is_documented_under_its_name() -> None:
    undocumented = []
    for path in repository.plugins("filter"):
        functions = [node for node in ast.walk(ast.parse(repository.text(path)))
                     if isinstance(node, ast.FunctionDef) and node.name == "filters"]
        names = [key.value for function in functions for item in ast.walk(function) if isinstance(item, ast.Dict)
                 for key in item.keys if isinstance(key, ast.Constant)]
        assert names, f"{path} has no filters() that returns a dictionary"
        for name in names:
            sidecar = f"plugins/filter/{name}.yml"
            doc = repository.load(sidecar) if sidecar in repository.files() else rules.documentation_blocks(repository.text(path))
            undocumented += [f"{path}: {name} has no {block}" for block in rules.DOCUMENTATION if not doc.get(block)]
    agree(undocumented)


def test_modules_that_talk_to_the_cluster_share_their_connection_by_group() -> None:
    """`module_defaults: group/oracle1.minio.minio` sets endpoint and credentials once for all of them."""
    docs = {stem(path): yaml.safe_load(rules.documentation_blocks(repository.text(path))["DOCUMENTATION"]) for path in MODULES}
    talking = sorted(name for name, doc in docs.items()
                     if f"{repository.COLLECTION}.connection" in (doc.get("extends_documentation_fragment") or []))
    assert talking, "no module uses the documentation fragment of the connection"
    groups = repository.load("meta/runtime.yml").get("action_groups") or {}
    assert sorted(groups.get("minio", [])) == talking
