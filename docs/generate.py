"""Write the reference: docs/reference from the plugins' documentation, roles/*/README.md from the argument specs; and the dashboards.

    .venv/bin/python docs/generate.py            write what has changed
    .venv/bin/python docs/generate.py --check    write nothing, name what differs, and fail if anything does
"""
from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import dashboards
import yaml

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path("docs/reference")
COLLECTION = "oracle1.minio"
WIDTH = 120

# Ansible's markup for documentation, in the order in which it is replaced. A name or value reads best as code.
MARKUP = (
    (re.compile(r"\bL\(([^,()]+),\s*([^()\s]+)\)"), r"[\1](\2)"),
    (re.compile(r"\bU\(([^()\s]+)\)"), r"<\1>"),
    (re.compile(r"\bB\(([^()]+)\)"), r"**\1**"),
    (re.compile(r"\bI\(([^()]+)\)"), r"*\1*"),
    (re.compile(r"\bP\(([^()#]+)#\w+\)"), r"`\1`"),
    (re.compile(r"\b(?:C|O|V|RV|E|M)\(((?:[^()\\]|\\.)+)\)"), r"`\1`"),
)


def markdown(text: str) -> str:
    for pattern, replacement in MARKUP:
        text = pattern.sub(replacement, text)
    return re.sub(r"\\([()\\,])", r"\1", text.strip())


def paragraphs(text: str | list[str] | None) -> list[str]:
    return [markdown(part) for part in ([text] if isinstance(text, str) else text or [])]


def literal(value: Any) -> str:
    """A value as one would write it in YAML, on one line."""
    return value.strip() or '""' if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def wrap(text: str, indent: str) -> list[str]:
    hanging = indent + ("  " if text.startswith("- ") else "")
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def entry(name: str, spec: dict[str, Any], defaults: dict[str, Any], depth: int) -> list[str]:
    """One option or return value, with what it holds below it."""
    kind = spec.get("type", "str")
    if spec.get("elements"):
        kind += f" of {spec['elements']}"
    facts = [kind, *(["required"] if spec.get("required") else []), *([str(spec["returned"])] if "returned" in spec else [])]
    indent = "  " * depth
    lines = [f"{indent}- **`{name}`** ({', '.join(facts)})"]
    indent += "  "
    for part in paragraphs(spec.get("description")):
        lines += ["", *wrap(part, indent)]
    default, words = defaults.get(name, spec.get("default")), spec.get("default")
    notes = [f"One of {', '.join(f'`{literal(choice)}`' for choice in spec['choices'])}."] if spec.get("choices") else []
    block: list[str] = []
    if "{{" in str(default) and isinstance(words, str) and "{{" not in words:
        notes += [f"Default: {markdown(words)}"]
    elif isinstance(default, (dict, list)) and len(literal(default)) > 60:
        body = yaml.safe_dump(default, sort_keys=False, allow_unicode=True, width=WIDTH)
        notes += ["Default:"]
        block = ["", f"{indent}```yaml", *textwrap.indent(body.rstrip(), indent).split("\n"), f"{indent}```"]
    elif default is not None:
        notes += [f"Default: `{literal(default)}`."]
    if notes:
        lines += ["", indent + " ".join(notes)]
    lines += block
    for child, child_spec in (spec.get("suboptions") or spec.get("options") or spec.get("contains") or {}).items():
        lines += ["", *entry(child, child_spec, {}, depth + 1)]
    return lines


def section(title: str, entries: dict[str, Any], defaults: dict[str, Any] | None = None) -> list[str]:
    lines = [f"## {title}", ""] if entries else []
    for name, spec in entries.items():
        lines += [*entry(name, spec, defaults or {}, 0), ""]
    return lines


def page(title: str, source: str, short: str, body: list[str]) -> str:
    notice = f"<!-- Written by docs/generate.py from {source}: edit that, then run it. -->"
    return "\n".join([f"# {title}", "", notice, "", f"{markdown(short).rstrip('.')}.", "", *body]).rstrip() + "\n"


def plugin_page(fqcn: str, source: str, found: dict[str, Any]) -> str:
    doc = found["doc"]
    body = [line for part in paragraphs(doc.get("description")) for line in [*wrap(part, ""), ""]]
    if doc.get("requirements"):
        body += ["Needs, where it runs:", "", *(f"- {part}" for part in paragraphs(doc["requirements"])), ""]
    for part in paragraphs(doc.get("notes")):
        body += [*wrap(f"Note: {part}", ""), ""]
    body += section("Options", doc.get("options") or {})
    if doc.get("attributes"):
        body += ["## Attributes", ""]
        for name, attribute in doc["attributes"].items():
            said = " ".join(paragraphs(attribute.get("details") or attribute.get("description")))
            body += wrap(f"- `{name}`: {attribute.get('support', '')}. {said}", "")
        body += [""]
    if found.get("examples"):
        body += ["## Examples", "", "```yaml", found["examples"].strip("\n"), "```", ""]
    return page(fqcn, source, doc["short_description"], body + section("Returns", found.get("return") or {}))


def role_page(role: str, plays: list[tuple[str, dict[str, Any]]]) -> str:
    specs = yaml.safe_load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text())["argument_specs"]
    spec = specs["main"]
    defaults_file = ROOT / "roles" / role / "defaults/main.yml"
    defaults = (yaml.safe_load(defaults_file.read_text()) if defaults_file.exists() else None) or {}
    body = [line for part in paragraphs(spec.get("description")) for line in [*wrap(part, ""), ""]]
    users = [(name, play) for name, play in plays if f"{COLLECTION}.{role}" in role_names(play)]
    if users:
        names = ", ".join(f"`{COLLECTION}.{name}`" for name in sorted({name for name, play in users}))
        body += [f"Used by {names}. By itself:", "", "```yaml",
                 f"- name: {users[0][1]['name']}", f"  hosts: {users[0][1]['hosts']}", "  roles:",
                 f"    - role: {COLLECTION}.{role}", "```", ""]
    others = [f"- `tasks_from: {name}`: {markdown(other['short_description'])}" for name, other in specs.items() if name != "main"]
    body += ["Other entry points:", "", *others, ""] if others else []
    return page(f"{COLLECTION}.{role}", "its argument specs and defaults", spec["short_description"],
                body + section("Variables", spec.get("options") or {}, defaults))


def role_names(play: dict[str, Any]) -> list[str]:
    return [item if isinstance(item, str) else item.get("role", item.get("name")) for item in play.get("roles") or []]


def ansible_doc(*arguments: str) -> dict[str, Any]:
    done = subprocess.run([str(Path(sys.prefix) / "bin" / "ansible-doc"), "--json", *arguments], cwd=ROOT, check=False,
                          capture_output=True, text=True, env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")})
    if done.returncode != 0:
        raise SystemExit(f"ansible-doc {' '.join(arguments)} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def documentation(kind: str) -> dict[str, Any]:
    """What ansible-doc knows of our plugins of this kind. It knows best: fragments are merged, mistakes are refused."""
    names = sorted(ansible_doc("-t", kind, "--list", COLLECTION))
    return ansible_doc("-t", kind, *names) if names else {}


def coverage_page() -> str:
    """The table of docs/coverage.yml."""
    body = ["What MinIO has, the module that manages it, the resource of the Terraform provider `aminueza/minio` 3.40 and the command of",
            "`mc` for the same. An option stands behind its module. Where there is no module, the last column says why.", ""]
    for group in yaml.safe_load((ROOT / "docs/coverage.yml").read_text()):
        body += [f"## {group['group']}", "", "| feature | module | Terraform resource | mc | |", "|---|---|---|---|---|"]
        for row in group["rows"]:
            cells = [", ".join(f"`{name}`" for name in row.get(column) or []) or "-" for column in ("ours", "terraform")]
            body.append(f"| {row['feature']} | {' | '.join(cells)} | `{row['mc']}` | {row.get('note', '')} |")
        body.append("")
    return page("Coverage", "docs/coverage.yml", "Who manages what", body)


def pages() -> dict[Path, str]:
    """Every page that belongs to the reference, by its path in the repository."""
    result: dict[Path, str] = dashboards.files()
    index = ["Modules, filters and lookups by their full names, roles by their directories.", ""]
    for kind, folder in (("module", "modules"), ("filter", "filter"), ("lookup", "lookup")):
        found = documentation(kind)
        index += [f"## {kind.capitalize()}s", ""] if found else []
        for fqcn, plugin in sorted(found.items()):
            name = fqcn.rpartition(".")[2]
            source = next(path for path in (f"plugins/{folder}/{name}.yml", f"plugins/{folder}/{name}.py", f"plugins/{folder}")
                          if (ROOT / path).exists())
            result[REFERENCE / f"{kind}s" / f"{name}.md"] = plugin_page(fqcn, source, plugin)
            index += wrap(f"- [`{fqcn}`]({kind}s/{name}.md): {markdown(plugin['doc']['short_description'])}", "")
        index += [""]
    plays = [(path.stem, play) for path in sorted((ROOT / "playbooks").glob("*.yml"))
             for play in yaml.safe_load(path.read_text()) or [] if "hosts" in play]
    index += ["## Roles", ""]
    for specs in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml")):
        role = specs.parts[-3]
        result[Path("roles") / role / "README.md"] = role_page(role, plays)
        short = yaml.safe_load(specs.read_text())["argument_specs"]["main"]["short_description"]
        index += wrap(f"- [`{COLLECTION}.{role}`](../../roles/{role}/README.md): {markdown(short)}", "")
    index += ["", "[What of MinIO is covered](coverage.md)", ""]
    result[REFERENCE / "coverage.md"] = coverage_page()
    result[REFERENCE / "README.md"] = page("Reference", "the plugins and roles", "Every option there is", index)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a page differs from what it would be")
    check = parser.parse_args().check
    wanted = pages()
    present = {path.relative_to(ROOT) for pattern in ("docs/reference/**/*.md", "roles/*/README.md", f"{dashboards.FOLDER}/*.json")
               for path in ROOT.glob(pattern)}
    differing = sorted({path for path, text in wanted.items() if path not in present or (ROOT / path).read_text() != text}
                       | (present - wanted.keys()))
    for path in differing:
        print(f"{'differs' if check else 'written' if path in wanted else 'removed'}: {path}")
        if path in wanted and not check:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(wanted[path])
        elif not check:
            (ROOT / path).unlink()
    if check and differing:
        print("The reference is out of date: run .venv/bin/python docs/generate.py and commit what it writes.")
    return 1 if check and differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
