# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a manifest of many buckets takes, beside other tools, as Markdown: .venv/bin/python benchmarks/reconcile.py [N ...]

    --loops N          also N buckets (100) by a loop of mc, by our own module bucket and by amazon.aws + community.aws modules

For each N (100, 1000, 5000): N versioned buckets with a lifecycle rule of two parts and tags, every fifth of them public, and N/10
policies and users. One server with four drives below TMPDIR, made anew for each table. Needs the binaries of tests/binaries.py.

inside   seconds in the module, from its start to its result
task     seconds of the Ansible task
process  seconds of the whole command
memory   MiB of the module's process above the same module with an empty manifest
waiting  share of the time inside in which the module uses no processor: it waits for the server
"""
from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Iterator

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "collections")]
import conftest  # noqa: E402

PROGRAMS = Path(sys.executable).parent
INSIDE = """
import contextlib, io, json, resource, sys, time
from ansible.module_utils.testing import patch_module_args
from ansible_collections.oracle1.minio.plugins.modules import apply
output, start, before = io.StringIO(), time.perf_counter(), time.process_time()
with patch_module_args({**json.load(open(sys.argv[1])), "_ansible_check_mode": False, "_ansible_diff": False}):
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        apply.main()
wall, cpu = time.perf_counter() - start, time.process_time() - before
result = json.loads(output.getvalue())
assert not result.get("failed"), result["msg"][:500]
print(json.dumps({"inside": wall, "waiting": 1 - cpu / wall, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                  "requests": sum(result["requests"].values()), "counts": result["counts"]}))
"""


def manifest(number: int) -> dict[str, Any]:
    """The state that every tool brings about, as ours takes it."""
    few = range(number // 10)
    return {
        "buckets": [{"name": f"bench-{item:05}", "versioning": "enabled", "access": "private" if item % 5 else "public-read",
                     "tags": {"team": f"team-{item % 7}", "stage": "bench"},
                     "lifecycle": [{"id": "life", "prefix": "tmp/", "expire_days": 30, "noncurrent_expire_days": 7}]}
                    for item in range(number)],
        "policies": [{"name": f"bench-{item:05}", "policy": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::bench-{item:05}/*"]}]}} for item in few],
        "users": [{"name": f"bench-{item:05}", "secret_key": f"bench-secret-{item:05}", "policies": [f"bench-{item:05}"]} for item in few],
    }


@contextlib.contextmanager
def server() -> Iterator[conftest.Server]:
    """A server of its own, its four drives below the directory for temporary files."""
    with tempfile.TemporaryDirectory(prefix="oracle1-bench-") as directory:
        process, port = conftest.start(Path(directory), 4)
        try:
            yield conftest.Server(port, conftest.Wire(port), Path(directory))
        finally:
            process.kill()
            process.wait()


def connection(there: conftest.Server) -> dict[str, Any]:
    return {"endpoint": there.direct, "access_key": conftest.ACCESS_KEY, "secret_key": conftest.SECRET_KEY}


def inside(there: conftest.Server, wanted: dict[str, Any]) -> dict[str, Any]:
    """The module by itself, in a process of its own."""
    arguments = there.directory / "arguments.json"
    arguments.write_text(json.dumps({**connection(there), "manifest": wanted}))
    done = subprocess.run([sys.executable, "-c", INSIDE, str(arguments)], env={**os.environ, "PYTHONPATH": str(ROOT / "collections")},
                          capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    return json.loads(done.stdout)


def play(there: conftest.Server, tasks: list[dict[str, Any]], **variables: Any) -> dict[str, float]:
    """The tasks by ansible-playbook: seconds of the last task and of the whole process."""
    book, data = there.directory / "play.json", there.directory / "variables.json"
    data.write_text(json.dumps({**variables, "ansible_python_interpreter": sys.executable}))
    book.write_text(json.dumps([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]))
    start = time.perf_counter()
    done = subprocess.run([str(PROGRAMS / "ansible-playbook"), "-i", "localhost,", "-e", f"@{data}", str(book)], cwd=ROOT, capture_output=True,
                          text=True, check=False, env={**os.environ, "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"})
    wall = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])
    spent = json.loads(done.stdout)["plays"][0]["tasks"][-1]["task"]["duration"]
    begin, end = (datetime.datetime.fromisoformat(spent[name].replace("Z", "+00:00")) for name in ("start", "end"))
    return {"task": (end - begin).total_seconds(), "process": wall}


def apply_task(there: conftest.Server) -> list[dict[str, Any]]:
    return [{"oracle1.minio.apply": {**connection(there), "manifest": "{{ manifest }}"}}]


def ours(number: int) -> list[str]:
    """Rows of the first table."""
    wanted, rows = manifest(number), []
    with server() as there:
        idle = inside(there, {})["memory"]

        def row(what: str, module: dict[str, Any], task: dict[str, float] | None) -> None:
            rows.append(f"| {number} | {what} | {module['inside']:.2f} | {'-' if task is None else format(task['task'], '.1f')} "
                        f"| {'-' if task is None else format(task['process'], '.1f')} | {module['requests']} "
                        f"| {module['memory'] - idle:.0f} | {module['waiting']:.0%} |")
        row("create", inside(there, wanted), None)
        rounds = [(inside(there, wanted), play(there, apply_task(there), manifest=wanted)) for _ in range(3)]
        row("no-op", *sorted(rounds, key=lambda pair: pair[0]["inside"])[1])
        there.mc("version", "suspend", f"s3/bench-{number // 2:05}")
        row("one drifted", inside(there, wanted), None)
    return rows


def mc_loop(there: conftest.Server, number: int) -> float:
    """A shell's loop of mc: what people write. The commands are the same for create and no-op."""
    wanted = manifest(number)
    (there.directory / "life.json").write_text(json.dumps({"Rules": [{
        "ID": "life", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 30},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}]}))
    lines = ["set -e"]
    for entry in wanted["buckets"]:
        bucket = f"s3/{entry['name']}"
        lines += [f"$MC mb --ignore-existing {bucket}", f"$MC version enable {bucket}", f"$MC ilm import {bucket} < {there.directory}/life.json",
                  f"$MC tag set {bucket} '{'&'.join(f'{key}={value}' for key, value in entry['tags'].items())}'"]
        lines += [f"$MC anonymous set download {bucket}"] if entry["access"] == "public-read" else []
    for entry in wanted["policies"]:
        (there.directory / f"{entry['name']}.json").write_text(json.dumps(entry["policy"]))
        lines += [f"$MC admin policy create s3 {entry['name']} {there.directory}/{entry['name']}.json"]
    for entry in wanted["users"]:
        lines += [f"$MC admin user add s3 {entry['name']} {entry['secret_key']}",
                  f"$MC admin policy attach s3 {entry['policies'][0]} --user {entry['name']} || true"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(there.directory), "MC": conftest.binary("MC_BINARY", "mc") + " --quiet",
                   "MC_CONFIG_DIR": str(there.directory / "mc"),
                   "MC_HOST_s3": there.direct.replace("://", f"://{conftest.ACCESS_KEY}:{conftest.SECRET_KEY}@")}
    start = time.perf_counter()
    done = subprocess.run(["bash"], input="\n".join(lines), text=True, env=environment, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return time.perf_counter() - start


def bucket_loop(there: conftest.Server, number: int) -> float:
    task = {"oracle1.minio.bucket": {**connection(there), "name": "{{ item.name }}", "versioning": "{{ item.versioning }}",
                                     "access": "{{ item.access }}", "tags": "{{ item.tags }}", "lifecycle": "{{ item.lifecycle }}"},
            "loop": "{{ buckets }}", "loop_control": {"label": "{{ item.name }}"}}
    return play(there, [task], buckets=manifest(number)["buckets"])["process"]


def amazon_loop(there: conftest.Server, number: int) -> float:
    """Without policies and users: those modules have no identities of MinIO."""
    common = {"endpoint_url": there.direct, "access_key": conftest.ACCESS_KEY, "secret_key": conftest.SECRET_KEY, "region": "us-east-1"}
    tasks = [
        {"amazon.aws.s3_bucket": {**common, "name": "{{ item.name }}", "versioning": True, "tags": "{{ item.tags }}"},
         "loop": "{{ buckets }}", "loop_control": {"label": "{{ item.name }}"}},
        {"community.aws.s3_lifecycle": {**common, "name": "{{ item.name }}", "rule_id": "life", "prefix": "tmp/", "expiration_days": 30,
                                        "noncurrent_version_expiration_days": 7},
         "loop": "{{ buckets }}", "loop_control": {"label": "{{ item.name }}"}}]
    return play(there, tasks, buckets=manifest(number)["buckets"])["process"]


def beside(number: int) -> list[str]:
    """Rows of the second table: whole processes, no-op, one after the other on a server that holds the state."""
    wanted, rows = manifest(number), []
    with server() as there:
        inside(there, wanted)
        mine = play(there, apply_task(there), manifest=wanted)["process"]
        found = {"`apply`": mine, "loop of `mc`": mc_loop(there, number), "loop of our `bucket` (buckets only)": bucket_loop(there, number),
                 "loop of amazon.aws and community.aws (buckets only)": amazon_loop(there, number)}
    for name, seconds in found.items():
        rows.append(f"| {number} | {name} | {seconds:.1f} | {seconds / mine:.1f} |")
    return rows


def one_call() -> str:
    """CPU seconds of one no-op call of bucket above a module that does nothing, each in a process of its own."""
    program = "import json, sys\nfrom ansible.module_utils.testing import patch_module_args\nwith patch_module_args(json.load(open(sys.argv[1]))):\n    "
    with server() as there:
        entry = manifest(1)["buckets"][0]
        (there.directory / "one.json").write_text(json.dumps({**connection(there), **entry}))
        (there.directory / "none.json").write_text(json.dumps({"name": "x"}))
        module = program + "from ansible_collections.oracle1.minio.plugins.modules import bucket\n    bucket.main()"
        nothing = program + "from ansible.module_utils.basic import AnsibleModule\n    AnsibleModule({'name': {'type': 'str'}}).exit_json()"

        def cost(code: str, arguments: str) -> float:
            before = os.times()
            subprocess.run([sys.executable, "-c", code, str(there.directory / arguments)], capture_output=True, check=False,
                           env={**os.environ, "PYTHONPATH": str(ROOT / "collections")})
            after = os.times()
            return after.children_user + after.children_system - before.children_user - before.children_system
        cost(module, "one.json")
        pairs = [(cost(module, "one.json"), cost(nothing, "none.json")) for _ in range(7)]
    mine, none = (sorted(column)[3] for column in zip(*pairs))
    return f"One no-op call of `bucket` costs {mine:.2f} s of processor time, an empty module {none:.2f} s: {1000 * (mine - none):.0f} ms more."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", type=int, nargs="*", default=[100, 1000, 5000])
    parser.add_argument("--loops", type=int, metavar="N")
    arguments = parser.parse_args()
    print(f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} cores\n\n{one_call()}\n", flush=True)
    print("| buckets | what | inside s | task s | process s | requests | memory MiB | waiting |\n|---|---|---|---|---|---|---|---|", flush=True)
    for number in arguments.numbers:
        print("\n".join(ours(number)), flush=True)
    if arguments.loops:
        print("\n| buckets | no-op of | process s | times `apply` |\n|---|---|---|---|", flush=True)
        print("\n".join(beside(arguments.loops)), flush=True)


if __name__ == "__main__":
    main()
