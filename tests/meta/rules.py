"""The house's rules that no linter knows, as pure functions: each returns what it objects to, in words."""
from __future__ import annotations

import ast
import io
import ipaddress
import re
import sys
import tokenize
from pathlib import PurePosixPath
from typing import Any, Collection, Iterable

from repository import COLLECTION, Task

LONGEST_TASK_FILE = 80
LONGEST_MODULE = 80

# Keywords of a task: what remains is the module.
KEYWORDS = {
    "action", "any_errors_fatal", "args", "async", "become", "become_exe", "become_flags", "become_method", "become_user",
    "changed_when", "check_mode", "collections", "connection", "debugger", "delay", "delegate_facts", "delegate_to", "diff",
    "environment", "failed_when", "ignore_errors", "ignore_unreachable", "listen", "local_action", "loop", "loop_control",
    "module_defaults", "name", "no_log", "notify", "poll", "port", "register", "remote_user", "retries", "run_once", "tags",
    "throttle", "timeout", "until", "vars", "when", "block", "rescue", "always",
}
COMMANDS = {f"ansible.builtin.{name}" for name in ("command", "shell", "raw", "script", "expect")}
RUNS_ROLE = {f"ansible.builtin.{name}" for name in ("import_role", "include_role")}

# Variables that Ansible sets whatever inject_facts_as_vars says; any other ansible_* name is an injected fact.
MAGIC = {
    "ansible_become", "ansible_become_pass", "ansible_become_password", "ansible_become_user", "ansible_check_mode",
    "ansible_collection_name", "ansible_config_file", "ansible_connection", "ansible_diff_mode", "ansible_facts",
    "ansible_failed_result", "ansible_failed_task", "ansible_forks", "ansible_host", "ansible_index_var",
    "ansible_inventory_sources", "ansible_limit", "ansible_loop", "ansible_loop_var", "ansible_managed", "ansible_parent_role_names",
    "ansible_password", "ansible_play_batch", "ansible_play_hosts", "ansible_play_hosts_all", "ansible_play_name",
    "ansible_play_role_names", "ansible_playbook_python", "ansible_port", "ansible_python_interpreter", "ansible_role_name",
    "ansible_role_names", "ansible_run_tags", "ansible_search_path", "ansible_skip_tags", "ansible_ssh_private_key_file",
    "ansible_user", "ansible_verbosity", "ansible_version",
}
FACT = re.compile(r"(?<![\w.'\"/-])ansible_[a-z0-9_]+\b(?!/|\.py)")

ADDRESS = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(/\d{1,2})?(?![\w]|\.\d)")
EXAMPLE_NETWORKS = [ipaddress.ip_network(net) for net in (
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "127.0.0.0/8", "0.0.0.0/32", "255.0.0.0/8", "224.0.0.0/4")]

FORBIDDEN = {
    "unfinished work": re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b"),
    "path of somebody's machine": re.compile(r"(?<![\w.$}{-])/(?:work/(?:main|shared)|tmp/gobuild)"),
}
DATE = re.compile(r"ansible_date_time|template_run_date|strftime|\bnow\(|\bpipe['\"], *['\"]date|\.date_time\b")

ENGINE_ONLY = {"check_mode", "exit_json", "fail_json", "_diff"}
DOCUMENTATION = ("DOCUMENTATION", "EXAMPLES", "RETURN")


def module_of(task: dict[str, Any]) -> str | None:
    return next((key for key in task if key not in KEYWORDS and not key.startswith("with_")), None)


# Tasks


def swallows_errors(task: Task) -> list[str]:
    found = []
    if "ignore_errors" in task.data:
        found.append("ignore_errors hides every failure: name the expected one in failed_when")
    failed_when = task.data.get("failed_when")
    if any(str(item).strip().lower() in ("false", "no") for item in (failed_when if isinstance(failed_when, list) else [failed_when])):
        found.append("failed_when: false hides every failure: name the expected one")
    return found


def is_named_after_its_file(task: Task) -> list[str]:
    """`configure | Render the environment file` in configure.yml. main.yml, handlers and playbooks are free."""
    path = PurePosixPath(task.path)
    if "/tasks/" not in task.path or path.name == "main.yml":
        return [] if task.name or "block" in task.data else ["has no name"]
    found = []
    if not task.name.startswith(f"{path.stem} | "):
        found.append(f"its name must begin with '{path.stem} | '")
    elif not re.match(r"[A-Z0-9`{]", task.name.rpartition(" | ")[2]):
        found.append("its name must be capitalised after the prefix")
    return found


def loops_with_a_label(task: Task) -> list[str]:
    loops = any(key == "loop" or key.startswith("with_") for key in task.data)
    return ["its loop has no label"] if loops and "label" not in (task.data.get("loop_control") or {}) else []


def says_when_a_command_changes(task: Task) -> list[str]:
    return ["a command needs changed_when"] if module_of(task.data) in COMMANDS and "changed_when" not in task.data else []


def uses_full_names(task: Task, own_modules: Collection[str]) -> list[str]:
    module = module_of(task.data)
    if module is None:
        return []
    if "." not in module:
        return [f"{'our own ' if module in own_modules else ''}module {module} is not called by its full name"]
    if module in RUNS_ROLE and str((task.data[module] or {}).get("name", "")).count(".") != 2:
        return ["a role is run without its full name"]
    return []


def needs_a_declared_collection(task: Task, declared: Collection[str]) -> list[str]:
    module = module_of(task.data) or ""
    collection = module.rpartition(".")[0]
    known = {COLLECTION, "ansible.builtin", "ansible.legacy", "", *declared}
    return [] if collection in known else [f"{collection} is not among the dependencies in galaxy.yml"]


def keeps_results_internal(task: Task, published: Collection[str]) -> list[str]:
    """Registered and set variables begin with __<role>_, unless the contract names them."""
    if task.role is None:
        return []
    names = [task.data["register"]] if "register" in task.data else []
    if module_of(task.data) == "ansible.builtin.set_fact":
        names += [name for name in task.data["ansible.builtin.set_fact"] if name != "cacheable"]
    names += [task.data["loop_control"]["loop_var"]] if "loop_var" in (task.data.get("loop_control") or {}) else []
    return [f"{name} must begin with __{task.role}_" for name in names
            if not name.startswith(f"__{task.role}_") and name not in published]


# Texts


def injected_facts(text: str) -> list[str]:
    return [f"{name} is an injected fact: use ansible_facts" for name in sorted(set(FACT.findall(text)) - MAGIC)]


def real_addresses(text: str) -> list[str]:
    """IPv4 addresses outside the documentation's ranges. A private network as a whole (ending in .0/n) may be named."""
    found = []
    for address, prefix in ADDRESS.findall(text):
        try:
            parsed = ipaddress.ip_address(address)
            network = ipaddress.ip_network(address + prefix) if prefix else None
        except ValueError:
            continue
        if not any(parsed in known for known in EXAMPLE_NETWORKS) and not (network is not None and network.is_private):
            found.append(f"{address} is not a documentation address (RFC 5737)")
    return found


def forbidden_words(text: str) -> list[str]:
    return [f"{found[0]}: {what}" for what, pattern in FORBIDDEN.items() for found in pattern.finditer(text)]


def template_faults(text: str) -> list[str]:
    found = ["a date makes each run a change"] if DATE.search(text) else []
    return found if "ansible_managed" in text else [*found, "does not say that it is managed (ansible_managed | comment)"]


def broken_links(path: str, text: str, known: Collection[str]) -> list[str]:
    """Relative links of a Markdown file that lead nowhere; links into the repository only."""
    found = []
    folders = {str(parent) for name in known for parent in PurePosixPath(name).parents}
    for target in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        parts: list[str] = []
        for part in (PurePosixPath(path).parent / target).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        if "/".join(parts) not in known and "/".join(parts) not in folders:
            found.append(f"the link to {target} leads nowhere")
    return found


def absent_documents(text: str, known: Iterable[str]) -> list[str]:
    """Documents that are mentioned in capitals (README.md) and are nowhere in the repository."""
    present = {PurePosixPath(path).name for path in known}
    return [f"{name} is mentioned and does not exist" for name in sorted(set(re.findall(r"\b[A-Z]{3,}\.md\b", text)) - present)]


# Variables


def untyped_options(options: dict[str, Any], free: Collection[str], prefix: str = "") -> list[str]:
    """Options whose type does not reach down to the inside of lists and dictionaries, or that say nothing."""
    found = []
    for name, option in options.items():
        full = f"{prefix}{name}"
        kind = option.get("elements") if option.get("type") == "list" else option.get("type")
        if "type" not in option:
            found.append(f"{full} has no type")
        if not option.get("description"):
            found.append(f"{full} has no description")
        if option.get("type") == "list" and "elements" not in option:
            found.append(f"{full} does not say what its elements are")
        if kind == "dict" and "options" not in option and full not in free:
            found.append(f"{full} does not say what its dictionaries hold")
        if option.get("required") and "default" in option:
            found.append(f"{full} is required and has a default")
        found += untyped_options(option.get("options") or {}, free, f"{full}.")
    return found


def defaults_unlike_specs(defaults: dict[str, Any], options: dict[str, Any]) -> list[str]:
    """Where defaults/main.yml and the argument specs disagree.

    The specs may put a default that is a template into words, repeat it, or leave it out.
    """
    found = [f"{name} has a default and no argument spec" for name in defaults if name not in options]
    for name, option in options.items():
        if option.get("required"):
            found += [f"{name} is required and has a default"] if name in defaults else []
        elif name not in defaults:
            found.append(f"{name} has neither a default nor required: true")
        elif "{{" in str(defaults[name]) or "{%" in str(defaults[name]):
            said = str(option.get("default", "")).strip()
            if said != str(defaults[name]).strip() and ("{{" in said or not isinstance(option.get("default", ""), str)):
                found.append(f"{name}: repeat the template in the specs to the letter, put it into words, or leave it out")
        elif (option.get("default"), type(option.get("default"))) != (defaults[name], type(defaults[name])):
            found.append(f"{name} is {defaults[name]!r} in the defaults and {option.get('default')!r} in the specs")
    return found


# Python


def documentation_blocks(source: str) -> dict[str, str]:
    return {node.targets[0].id: node.value.value for node in ast.parse(source).body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in DOCUMENTATION
            and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)}


def code_lines(source: str) -> int:
    """Lines of code: no documentation blocks, docstrings, comments or blank lines."""
    silent: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        is_block = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in DOCUMENTATION
        if is_text or is_block:
            silent.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
    spoken: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in layout:
            spoken.update(range(token.start[0], token.end[0] + 1))
    return len(spoken - silent)


def does_the_engines_work(source: str) -> list[str]:
    """Uses of check mode, diff and the exits, which belong to the engine."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in ENGINE_ONLY:
            found.append(f"line {node.lineno}: {node.attr}")
        elif isinstance(node, ast.keyword) and node.arg == "diff":
            found.append(f"line {node.value.lineno}: diff=")
        elif isinstance(node, ast.Dict):
            found += [f"line {key.lineno}: a diff of its own" for key in node.keys if isinstance(key, ast.Constant) and key.value == "diff"]
    return found


def imports(source: str) -> set[str]:
    """Full names of what a file imports; `from a import b` gives a and a.b, since b may be a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return found


def foreign_imports(names: Iterable[str]) -> set[str]:
    """What neither the standard library nor ansible.module_utils nor this collection provides."""
    return {name for name in names if name.split(".")[0] not in sys.stdlib_module_names
            and not name.startswith(("ansible.module_utils", f"ansible_collections.{COLLECTION}.plugins.module_utils"))}
