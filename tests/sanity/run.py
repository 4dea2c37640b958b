"""Run ansible-test sanity and the documentation's linter on a copy of the collection.

ansible-test insists on a path that ends in ansible_collections/<namespace>/<name>, which a checkout does not have. The
copy holds what a release would hold. The virtual environments that ansible-test makes for its tests stay in build/, so
that only the first run needs a package index.

    .venv/bin/python tests/sanity/run.py                         every test
    .venv/bin/python tests/sanity/run.py --test validate-modules --test compile --test import
"""
from __future__ import annotations

import argparse
import fnmatch
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "sanity"
HOME = WORK / "home"
TOOLS = Path(sys.prefix) / "bin"

# Left out of a release, yet read by ansible-test.
SETTINGS = ("tests/config.yml", "tests/sanity/ignore-*.txt")


def is_released(path: str, build_ignore: list[str]) -> bool:
    """Judge a path as `ansible-galaxy collection build` does: an ignored directory takes its content with it."""
    parts = path.split("/")
    prefixes = ("/".join(parts[: depth + 1]) for depth in range(len(parts)))
    return not any(fnmatch.fnmatch(prefix, pattern) for prefix in prefixes for pattern in build_ignore)


def make_copy() -> Path:
    """Put a fresh copy of the collection where its name says it must be, and return that directory."""
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    copy = WORK / "ansible_collections" / galaxy["namespace"] / galaxy["name"]
    shutil.rmtree(WORK / "ansible_collections", ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")
    for path in filter(None, listed):
        wanted = is_released(path, galaxy["build_ignore"]) or any(fnmatch.fnmatch(path, name) for name in SETTINGS)
        if wanted and (ROOT / path).is_file():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, copy / path)
    # Without a repository of its own the copy would be looked up in the checkout's, found ignored, and skipped in silence.
    subprocess.run(["git", "init", "--quiet", str(copy)], check=True)
    return copy


def make_home() -> None:
    """Prepare the home in which ansible-test keeps its virtual environments.

    Two things would need more network than a package index or get lost: ansible-test downloads pip from a host of its own
    (the interpreter's ensurepip serves as well), and it hides pip's settings in the environment from pip.
    """
    source = importlib.util.find_spec("ansible_test._internal.python_requirements")
    if source is None or source.origin is None:
        raise SystemExit("ansible-test is missing: pip install -r requirements-dev.txt")
    version = re.search(r"\bpip='([\d.]+)'", Path(source.origin).read_text(encoding="utf-8"))
    if version is None:
        raise SystemExit("this ansible-test names no pip release: adapt make_home() in tests/sanity/run.py")
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    bootstrap = cache / f"get_pip_{version[1].replace('.', '_')}.py"
    bootstrap.write_text("import ensurepip\nensurepip.bootstrap()\n", encoding="utf-8")

    pip_settings = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True,
    ).stdout
    found = re.findall(r"^(?:global|user|site|install|:env:)\.([\w-]+)='(.*)'$", pip_settings, re.MULTILINE)
    lines = [f"{key} = {value}" for key, value in dict(found).items()]
    (HOME / ".pip").mkdir(exist_ok=True)
    (HOME / ".pip" / "pip.conf").write_text("\n".join(["[global]", "quiet = 1", *lines, ""]), encoding="utf-8")


def run(title: str, command: list[str], cwd: Path) -> bool:
    """Run one tool, let it speak for itself, and tell whether it was content."""
    started = time.monotonic()
    env = {**os.environ, "HOME": str(HOME), "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    content = subprocess.run(command, cwd=cwd, env=env, check=False).returncode == 0
    print(f"sanity | {title}: {'ok' if content else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
    return content


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--test", action="append", default=[], help="run this test only (repeatable)")
    parser.add_argument(
        "--python", default=f"{sys.version_info.major}.{sys.version_info.minor}", help="default: the running interpreter's",
    )
    options = parser.parse_args()

    copy = make_copy()
    make_home()
    chosen = [word for name in options.test for word in ("--test", name)]
    results = [run(
        "ansible-test",
        [str(TOOLS / "ansible-test"), "sanity", "--color", "no", "--python", options.python, *chosen],
        copy,
    )]
    if not chosen:
        results.append(run(
            "antsibull-docs",
            [str(TOOLS / "antsibull-docs"), "lint-collection-docs", "--plugin-docs", "--skip-rstcheck",
             "--validate-collection-refs", "self", str(copy)],
            copy,
        ))
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
