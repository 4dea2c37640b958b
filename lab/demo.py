#!/usr/bin/env python3
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: the cluster of inventories/demo on five hosts of this machine, from nothing to verified.

    demo.py up      install what is missing, make the hosts, run site.yml, print what came of it
    demo.py down    remove the hosts, their drives, the network and the demo's credentials; caches stay
"""
from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import bootstrap
from lab import CACHE, ROOT, STATE, Lab, LabError

DEMO = ROOT / "inventories" / "demo"
REPORT = STATE / "demo" / "verify.json"
STARTED = time.monotonic()


def title(number: int, text: str) -> None:
    print(f"\n[{number}/4] {text}  (at {time.monotonic() - STARTED:.0f} s)", flush=True)


def up() -> None:
    title(1, "Check this machine and install what is missing")
    bootstrap.host([])
    title(2, "Python environment")
    programs = bootstrap.venv()
    title(3, "Hosts: three nodes with an XFS drive each, a balancer, a monitoring host")
    Lab("demo", json.loads((ROOT / "lab" / "demo.json").read_text())).up()
    title(4, "ansible-playbook site.yml -i inventories/demo")
    REPORT.unlink(missing_ok=True)
    done = subprocess.run(
        [str(programs / "ansible-playbook"), "site.yml", "-i", str(DEMO), "-e", f"minio_verify_report={REPORT}"],
        cwd=ROOT, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "ANSIBLE_CALLBACKS_ENABLED": "ansible.posix.profile_tasks",
             "PROFILE_TASKS_TASK_OUTPUT_LIMIT": "10", "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")})
    if done.returncode != 0:
        raise LabError("site.yml failed; the reason is above. `make demo` again goes on from there; `make demo-down` starts over.")
    table()


def table() -> None:
    """Addresses, credentials and what was proved."""
    report = json.loads(REPORT.read_text())
    rows = [("S3, balanced", "https://localhost:9000   health: https://localhost:9000/health"),
            ("node APIs", "https://localhost:9001  :9002  :9003"),
            ("console, balanced", "https://localhost:9010"),
            ("nodes' consoles", "https://localhost:9011  :9012  :9013"),
            ("monitoring", "Prometheus https://localhost:9090  Alertmanager https://localhost:9093   user oracle1, "
                           f"{(DEMO / '.secrets').relative_to(ROOT)}/prometheus-password"),
            ("certificate authority", str((DEMO / ".pki" / "ca.crt").relative_to(ROOT))),
            ("root credentials", f"{(DEMO / '.secrets').relative_to(ROOT)}/root-user, root-password"),
            ("services' credentials", f"{(DEMO / '.secrets').relative_to(ROOT)}/"),
            ("try", "curl --cacert inventories/demo/.pki/ca.crt https://localhost:9000/health"),
            ("remove", "make demo-down")]
    rows += [("proved" if check["ok"] else "FAILED", f"{check['name']}: {check['detail']}") for check in report["checks"]]
    rows.append(("took", f"{time.monotonic() - STARTED:.0f} s"))
    width = max(len(left) for left, _ in rows)
    line = "-" * (width + 3 + max(len(right) for _, right in rows))
    print(f"\n{line}\nThe oracle1 demo cluster is serving\n{line}")
    for left, right in rows:
        print(f"{left:<{width}} | {right}")
    print(line, flush=True)


def down() -> None:
    if os.geteuid() != 0:
        raise LabError("This needs root: run it with sudo.")
    if shutil.which("docker") and bootstrap.answers():
        Lab("demo").down()
    for made in (".pki", ".secrets"):
        shutil.rmtree(DEMO / made, ignore_errors=True)
    stop_engine()
    print(f"The demo is gone. Left on purpose: .venv, {CACHE.parent} (binaries and host image) and installed packages.")


def stop_engine() -> None:
    """End the engine if it is the one that we started without systemd, and nobody else's container runs in it."""
    pid_file = STATE / "dockerd.pid"
    if not pid_file.exists() or (bootstrap.answers() and bootstrap.run("docker", "ps", "-q")):
        return
    process = Path("/proc") / pid_file.read_text().strip()
    if process.exists() and (process / "comm").read_text().strip() == "dockerd":
        os.kill(int(process.name), 15)
        deadline = time.monotonic() + 30
        # Else the next one meets its files. A process that has ended and is still listed has no command line.
        with contextlib.suppress(OSError):
            while (process / "cmdline").read_bytes() and time.monotonic() < deadline:
                time.sleep(0.1)
    pid_file.unlink()


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["up"]:
            up()
        elif arguments == ["down"]:
            down()
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except LabError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. `make demo` again goes on from here; `make demo-down` removes what was made.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
