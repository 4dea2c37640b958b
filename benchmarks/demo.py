# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of `make demo` and of `site.yml`, as a Markdown table: python3 benchmarks/demo.py [--cold]

warm   hosts and caches: `make demo-down; make demo` with binaries, image and .venv there
first  the site.yml run inside of it, from bare hosts
no-op  `site.yml` again, five hosts, nothing to change
cold   (--cold) a fresh clone with an empty cache, an empty Go cache and no host image; packages that the machine has stay

Takes 5 minutes, with --cold 15. Needs root. Nothing else should use the machine meanwhile.
"""
from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAYBOOK = ["ansible-playbook", "site.yml", "-i", "inventories/demo"]


def timed(command: list[str], cwd: Path, **more: str) -> tuple[float, str]:
    """Wall seconds and output of a command that must succeed."""
    environment = {**os.environ, "PATH": f"{cwd}/.venv/bin:{os.environ['PATH']}", **more}
    start = time.monotonic()
    done = subprocess.run(command, cwd=cwd, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}")
    return time.monotonic() - start, done.stdout


def recap(output: str) -> tuple[int, int]:
    """Results (ok) and changes over all hosts."""
    rows = re.findall(r"ok=(\d+)\s+changed=(\d+)", output)
    return sum(int(ok) for ok, _ in rows), sum(int(changed) for _, changed in rows)


def main(cold: bool) -> None:
    rows = []
    if cold:
        with tempfile.TemporaryDirectory(prefix="oracle1-cold-") as scratch:
            clone = Path(scratch) / "clone"
            timed(["git", "clone", "-q", str(ROOT), str(clone)], ROOT)
            timed(["make", "demo-down"], ROOT)
            images = subprocess.run(["docker", "images", "-q", "oracle1-lab"], text=True, capture_output=True, check=True).stdout.split()
            if images:
                timed(["docker", "rmi", "-f", *images], ROOT)
            caches = {"XDG_CACHE_HOME": f"{scratch}/cache", "GOPATH": f"{scratch}/go", "GOMODCACHE": f"{scratch}/go/pkg/mod",
                      "GOCACHE": f"{scratch}/gocache", "PIP_NO_CACHE_DIR": "1"}
            seconds, _ = timed(["make", "demo"], clone, **caches)
            timed(["make", "demo-down"], clone)
            timed(["chmod", "-R", "u+w", scratch], ROOT)
            rows.append(("`make demo`, cold", seconds, ""))
    timed(["make", "demo-down"], ROOT)
    seconds, output = timed(["make", "demo"], ROOT)
    at = int(re.search(r"\[4/4\].*\(at (\d+) s\)", output).group(1))
    ok, changed = recap(output)
    rows += [("`make demo`, warm", seconds, ""), ("`site.yml`, bare hosts", seconds - at, f"{ok} results, {changed} changed")]
    for _ in range(3):
        seconds, output = timed(PLAYBOOK, ROOT)
        ok, changed = recap(output)
        tasks = len(re.findall(r"^TASK \[", output, re.M))
        rows.append(("`site.yml`, no-op, five hosts", seconds, f"{tasks} tasks, {ok} results, {changed} changed"))
    print(f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores\n")
    print("| what | seconds | |\n|---|---|---|")
    for name, seconds, note in rows:
        print(f"| {name} | {seconds:.0f} | {note} |")


if __name__ == "__main__":
    main("--cold" in sys.argv[1:])
