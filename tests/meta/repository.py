"""What is in this repository, read once: files, roles, tasks, plugins."""
from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Iterator

import yaml

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "oracle1.minio"


class Loader(yaml.CSafeLoader):
    """Reads Ansible's own tags (!vault, !unsafe) as plain values."""


def _plain(loader: Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


Loader.add_multi_constructor("!", _plain)


@cache
def files() -> tuple[str, ...]:
    """Paths that git knows or would accept, without links."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(sorted(path for path in listed if path and (ROOT / path).is_file() and not (ROOT / path).is_symlink()))


def under(*folders: str, suffix: str = "") -> list[str]:
    return [path for path in files() if path.startswith(folders) and path.endswith(suffix)]


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def load(path: str) -> Any:
    return yaml.load(text(path), Loader=Loader)


@cache
def roles() -> tuple[str, ...]:
    return tuple(sorted({path.split("/")[1] for path in under("roles/") if "/tasks/" in path}))


def role_file(role: str, name: str) -> dict[str, Any]:
    path = f"roles/{role}/{name}"
    return load(path) or {} if path in files() else {}


@dataclass(frozen=True)
class Task:
    """One task, handler or block, and the file it stands in."""

    path: str
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))

    @property
    def role(self) -> str | None:
        return self.path.split("/")[1] if self.path.startswith("roles/") else None

    def __str__(self) -> str:
        return f"{self.path}: {self.name or '(no name)'}"


def walk(path: str, items: list[dict[str, Any]] | None) -> Iterator[Task]:
    for item in items or []:
        yield Task(path, item)
        for part in ("block", "rescue", "always"):
            yield from walk(path, item.get(part))


def tasks() -> list[Task]:
    """Every task and handler of the roles and playbooks."""
    found: list[Task] = []
    for path in under("roles/", suffix=".yml"):
        if path.split("/")[2] in ("tasks", "handlers"):
            found += walk(path, load(path))
    for path in under("playbooks/", suffix=".yml"):
        for play in load(path) or []:
            for part in ("pre_tasks", "tasks", "post_tasks", "handlers"):
                found += walk(path, play.get(part))
            if "hosts" not in play and "ansible.builtin.import_playbook" not in play:
                found += walk(path, [play])
    return found


def plays() -> list[tuple[str, dict[str, Any]]]:
    return [(path, play) for path in ["site.yml", *under("playbooks/", suffix=".yml")] if path in files()
            for play in load(path) or [] if "hosts" in play]


def plugins(kind: str) -> list[str]:
    """Python files of one kind of plugin, for example "modules"."""
    return [path for path in under(f"plugins/{kind}/", suffix=".py") if not path.endswith("__init__.py")]


def agree(problems: list[str]) -> None:
    """Fail with every problem on a line of its own."""
    assert not problems, "\n" + "\n".join(problems)
