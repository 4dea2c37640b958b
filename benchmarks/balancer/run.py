#!/usr/bin/env python3
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Throughput through the balancer: the nodes directly, ours, nginx with the vendor's settings, HAProxy.

Makes three nodes and a balancer on this machine, runs all candidates side by side and loads them in turns, so that noise
hits all alike. Prints a Markdown table. Root, Docker and Go; `--quick` shows in three minutes that everything works, its
figures mean nothing. `--own-core` gives the balancer one processor and everything else the others, as a host of its own
would have it; without it every cycle of the balancer is taken from the nodes. More of our own configurations:

    run.py --server PATH --candidate big:minio_lb_buffer_kib=512,minio_lb_body_buffer_kib=512
"""
from __future__ import annotations

import argparse
import datetime
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LAB = "balancer-bench"
STATE = ROOT / "build" / "benchmarks" / "balancer"
DEFINITION = json.loads((HERE / "lab.json").read_text())
NODES = {name: spec["address"] for name, spec in DEFINITION["hosts"].items() if name != "lb1"}
BALANCER = DEFINITION["hosts"]["lb1"]["address"]
SIZES = {"16 KiB": 16 << 10, "1 MiB": 1 << 20, "4 MiB": 4 << 20, "64 MiB": 64 << 20}
USER, PASSWORD, BUCKET = "benchmark", "benchmark-only-here", "bench"
UNIT = """[Service]
Type=notify
User=minio-user
Group=minio-user
Environment=MINIO_ROOT_USER={user} MINIO_ROOT_PASSWORD={password} MINIO_API_DELETE_CLEANUP_INTERVAL=5s
ExecStart=/usr/local/bin/minio server --certs-dir {certs} --address :9000 --console-address :9001 {scheme}://minio{{1...3}}:9000/mnt/bench
LimitNOFILE=16384
"""


def run(*argv: str, stdin: str | None = None, cwd: Path = ROOT) -> str:
    done = subprocess.run(argv, input=stdin, text=True, capture_output=True, check=False, cwd=cwd)
    if done.returncode:
        sys.exit(f"{' '.join(argv[:6])} failed with status {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def inside(host: str, script: str, stdin: str | None = None) -> str:
    return run("docker", "exec", "-i", f"{LAB}-{host}", "sh", "-ec", script, stdin=stdin)


def play(playbook: str, **variables: Any) -> None:
    ansible = shutil.which("ansible-playbook", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if not ansible:
        sys.exit("ansible-playbook is not there: run this with the Python of the project's virtual environment.")
    run(ansible, "-i", f"build/lab/{LAB}/hosts.json", "-i", str(HERE / "inventory.yml"), str(HERE / playbook),
        "-e", json.dumps({"minio_tls_ca_dir": str(STATE / "pki"), **variables}))


# -- the system under test --------------------------------------------------------------------------------------------


def start_nodes(scheme: str) -> None:
    """All nodes in one scheme, empty bucket open to everybody: what is measured is not signing."""
    certs = "/etc/minio/certs" if scheme == "https" else "/nonexistent"
    unit = UNIT.format(user=USER, password=PASSWORD, scheme=scheme, certs=certs)
    for node in NODES:
        inside(node, "systemctl stop minio 2>/dev/null || true; mountpoint -q /mnt/bench || mount /mnt/bench;"
                     "cat > /etc/systemd/system/minio.service; systemctl daemon-reload", stdin=unit)
    for node in NODES:
        inside(node, "systemctl start --no-block minio")
    for node, address in NODES.items():
        wait(f"{node} to serve", lambda: answers(f"{scheme}://{address}:9000/minio/health/cluster"))


def answers(url: str) -> bool:
    done = subprocess.run(["curl", "-sf", "-o", "/dev/null", "--noproxy", "*", "--max-time", "15",
                           "--cacert", str(STATE / "pki" / "ca.crt"), url], check=False)
    return done.returncode == 0


def wait(what: str, ready: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            sys.exit(f"Waited {seconds:.0f} s in vain for {what}.")
        time.sleep(0.5)


def fill(scheme: str, workers: int) -> None:
    """The bucket, its anonymous policy, and one object per size and worker."""
    import urllib3
    from minio import Minio
    pool = urllib3.PoolManager(ca_certs=str(STATE / "pki" / "ca.crt"), cert_reqs="CERT_REQUIRED")
    client = Minio(f"{next(iter(NODES.values()))}:9000", USER, PASSWORD, secure=scheme == "https", http_client=pool)
    if not client.bucket_exists(BUCKET):
        client.make_bucket(BUCKET)
    for size in SIZES.values():
        for worker in range(workers):
            client.put_object(BUCKET, f"{size}/{worker}", io.BytesIO(bytes(size)), size, part_size=128 << 20)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{BUCKET}/*"]}]})

    def known_everywhere() -> bool:
        # Right after a start a node may miss what its peers tell it, and then it learns only when it is told again.
        client.set_bucket_policy(BUCKET, policy)
        return all(answers(f"{scheme}://{address}:9000/{BUCKET}/{SIZES['16 KiB']}/0") for address in NODES.values())

    wait("all nodes to know the bucket's policy", known_everywhere)


def rival(name: str, scheme: str) -> str:
    """A rival's configuration file, filled in for one scheme."""
    tls = scheme == "https"
    if name == "vendor.conf":
        servers = "\n".join(f"        server {address}:9000;" for address in NODES.values())
        listen = " ssl" if tls else ""
        keys = ("        ssl_certificate /etc/minio/certs/public.crt;\n        ssl_certificate_key /etc/minio/certs/private.key;"
                if tls else "")
    else:
        verify = " ssl verify required ca-file /etc/minio/certs/CAs/ca.crt check-ssl" if tls else ""
        servers = "\n".join(f"    server {node} {address}:9000 check{verify}" for node, address in NODES.items())
        listen, keys = " ssl crt /etc/bench/haproxy.pem" if tls else "", ""
    text = (HERE / name).read_text()
    for mark, value in {"@SERVERS@": servers, "@LISTEN@": listen, "@TLS@": keys, "@SCHEME@": scheme}.items():
        text = text.replace(mark, value)
    return text


def start_balancers(scheme: str, candidates: dict[str, dict[str, str]]) -> dict[str, str]:
    """Every balancer in a process of its own on the same host; name -> base URL."""
    inside("lb1", "systemctl stop haproxy nginx; for pid in /run/bench-*.pid; do [ -s $pid ] && kill $(cat $pid) || true; done;"
                  "sleep 1; rm -f /run/bench-*.pid")
    paths = {}
    for number, (name, variables) in enumerate(candidates.items()):
        play("balancer.yml", bench_candidate=name, minio_tls_source="private_ca" if scheme == "https" else "none",
             minio_lb_port=9300 + number, minio_lb_console_port=9400 + number, **variables)
        inside("lb1", f"systemctl stop nginx; nginx -c /etc/bench/{name}.conf")
        paths[name] = f"{scheme}://{BALANCER}:{9300 + number}"
    inside("lb1", "cat > /etc/bench/vendor.conf; nginx -c /etc/bench/vendor.conf", stdin=rival("vendor.conf", scheme))
    inside("lb1", "umask 077; cat /etc/minio/certs/public.crt /etc/minio/certs/private.key > /etc/bench/haproxy.pem;"
                  "cat > /etc/bench/haproxy.cfg; haproxy -D -f /etc/bench/haproxy.cfg -p /run/bench-haproxy.pid",
           stdin=rival("haproxy.cfg", scheme))
    paths |= {"nginx, vendor's settings": f"{scheme}://{BALANCER}:9100", "HAProxy": f"{scheme}://{BALANCER}:9200"}
    for name, base in paths.items():
        wait(f"{name} to serve", lambda: answers(f"{base}/minio/health/cluster"), 30)
    return paths


# -- measuring --------------------------------------------------------------------------------------------------------


def balancer_cpu() -> float:
    """CPU seconds that the balancer's host has used, of its control group (version 1 or 2)."""
    container = run("docker", "inspect", "-f", "{{.Id}}", f"{LAB}-lb1").strip()
    for path, parse in ((f"/sys/fs/cgroup/cpuacct/docker/{container}/cpuacct.usage", lambda text: int(text) / 1e9),
                        (f"/sys/fs/cgroup/system.slice/docker-{container}.scope/cpu.stat", lambda text: int(text.split()[1]) / 1e6),
                        (f"/sys/fs/cgroup/docker/{container}/cpu.stat", lambda text: int(text.split()[1]) / 1e6)):
        if os.path.exists(path):
            return parse(Path(path).read_text())
    return 0.0


def separate() -> list[str]:
    """Give the balancer the last processor and the nodes the others; the command that does so for the client."""
    others = f"0-{os.cpu_count() - 2}"
    for host in DEFINITION["hosts"]:
        run("docker", "update", "--cpuset-cpus", str(os.cpu_count() - 1) if host == "lb1" else others, f"{LAB}-{host}")
    return ["taskset", "-c", others]


def load(command: list[str], targets: str, method: str, size: int, workers: int, seconds: float) -> dict[str, Any]:
    before = balancer_cpu()
    prefix = f"{BUCKET}/{'' if method == 'GET' else 'put-'}{size}/"
    result = json.loads(run(*command, "-targets", targets, "-method", method, "-size", str(size), "-prefix", prefix, "-workers",
                            str(workers), "-seconds", str(seconds), "-ca", str(STATE / "pki" / "ca.crt")))
    result["balancer_cpu"] = balancer_cpu() - before
    result["rate"] = result["bytes"] / result["seconds"] / 2**20
    return result


def measure(arguments: argparse.Namespace, command: list[str], scheme: str, paths: dict[str, str]) -> list[dict[str, Any]]:
    """Rounds over all cells; the order of the paths turns with every round."""
    rows = []
    names = list(paths)
    for number in range(arguments.rounds):
        for size in arguments.sizes:
            for method in ("GET", "PUT"):
                for name in names[number % len(names):] + names[:number % len(names)]:
                    result = load(command, paths[name], method, SIZES[size], arguments.workers, arguments.seconds)
                    rows.append({"scheme": scheme, "size": size, "method": method, "path": name, "round": number, **result})
                    say(f"{scheme} {method} {size} {name}: {result['rate']:.0f} MiB/s"
                        + (f", {result['errors']} errors ({result['problem']})" if result["errors"] else ""))
    return rows


def table(rows: list[dict[str, Any]], names: list[str], arguments: argparse.Namespace) -> str:
    def cell(key: tuple[str, str, str], name: str, field: str) -> float:
        return statistics.median(row[field] for row in rows if (row["scheme"], row["method"], row["size"], row["path"]) == (*key, name))

    def cpu(key: tuple[str, str, str], name: str) -> str:
        chosen = [row for row in rows if (row["scheme"], row["method"], row["size"], row["path"]) == (*key, name)]
        mib = sum(row["bytes"] for row in chosen) / 2**20
        return f"{sum(row['balancer_cpu'] for row in chosen) / mib * 1024:.1f}" if mib else "-"

    keys = list(dict.fromkeys((row["scheme"], row["method"], row["size"]) for row in rows))
    balanced = names[1:]
    lines = [f"Measured {datetime.date.today()} on {machine()}; {arguments.workers} connections, {arguments.rounds} rounds of "
             f"{arguments.seconds:g} s per cell in turns; "
             + ("the balancer on one core, client and nodes on the others. " if arguments.own_core
                else "client, balancer and nodes on the same cores. ")
             + "MiB/s (median), in brackets the share of direct; then CPU seconds of the balancer per GiB.", "",
             "| | direct | " + " | ".join(balanced) + " | ours : HAProxy | CPU s/GiB " + " / ".join(balanced) + " |",
             "|---" * (len(names) + 3) + "|"]
    for key in keys:
        rates = {name: cell(key, name, "rate") for name in names}
        errors = sum(row["errors"] for row in rows if (row["scheme"], row["method"], row["size"]) == key)
        label = f"{'TLS' if key[0] == 'https' else 'plain'} {key[1]} {key[2]}" + (f" ({errors} errors)" if errors else "")
        shares = [f"{rates[name]:.0f} ({rates[name] / rates['direct']:.2f})" if rates["direct"] else "-" for name in balanced]
        ratio = f"{rates['ours'] / rates['HAProxy']:.2f}" if rates["HAProxy"] else "-"
        lines.append(f"| {label} | {rates['direct']:.0f} | " + " | ".join(shares) + f" | {ratio} | "
                     + " / ".join(cpu(key, name) for name in balanced) + " |")
    return "\n".join(lines)


def machine() -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")),
                 os.uname().machine)
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {os.uname().release}, load before {os.getloadavg()[0]:.1f}"


def candidate(text: str) -> tuple[str, dict[str, str]]:
    name, _, settings = text.partition(":")
    if not name.isalnum() or not all("=" in item for item in settings.split(",")):
        raise argparse.ArgumentTypeError("NAME:VARIABLE=VALUE[,VARIABLE=VALUE...], the name of letters and digits")
    return name, dict(item.split("=", 1) for item in settings.split(","))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", type=Path, required=True, help="binary of the MinIO server")
    parser.add_argument("--candidate", type=candidate, action="append", default=[], help="another configuration of ours, NAME:VARIABLE=VALUE,...")
    parser.add_argument("--schemes", nargs="+", choices=["http", "https"], default=["http", "https"])
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--workers", type=int, default=9)
    parser.add_argument("--own-core", action="store_true", help="one processor for the balancer, the others for everything else")
    parser.add_argument("--quick", action="store_true", help="one round of one second per cell")
    parser.add_argument("--keep", action="store_true", help="leave the hosts running")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 1, 1.0
    if arguments.own_core and (os.cpu_count() or 1) < 2:
        sys.exit("--own-core needs two processors.")
    if not arguments.server.is_file() or not shutil.which("go"):
        sys.exit(f"A server binary ({arguments.server}) and Go in PATH are needed; `make demo` brings both.")

    STATE.mkdir(parents=True, exist_ok=True)
    binary = STATE / "load"
    run("go", "build", "-o", str(binary), "load.go", cwd=HERE)
    try:
        say("make the hosts")
        run(sys.executable, "lab/lab.py", "up", LAB, str(HERE / "lab.json"))
        say("prepare them")
        play("prepare.yml", bench_server_binary=str(arguments.server.resolve()))
        command = [*(separate() if arguments.own_core else []), str(binary)]
        rows: list[dict[str, Any]] = []
        names: list[str] = []
        for scheme in arguments.schemes:
            say(f"start nodes and balancers, {scheme}")
            start_nodes(scheme)
            fill(scheme, arguments.workers)
            paths = {"direct": ",".join(f"{scheme}://{address}:9000" for address in NODES.values())}
            paths |= start_balancers(scheme, {"ours": {}, **dict(arguments.candidate)})
            names = list(paths)
            rows += measure(arguments, command, scheme, paths)
        (STATE / "rows.json").write_text(json.dumps(rows, indent=1))
        print(table(rows, names, arguments))
    finally:
        if not arguments.keep:
            run(sys.executable, "lab/lab.py", "down", LAB)
    return 0


if __name__ == "__main__":
    sys.exit(main())
