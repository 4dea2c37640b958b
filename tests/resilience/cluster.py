# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab's cluster as the faults see it: its hosts from outside and inside, its health, its drives and the playbooks."""
from __future__ import annotations

import contextlib
import json
import os
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator

from tests.resilience import clock
from tests.resilience.load import Load

ROOT = Path(__file__).resolve().parents[2]
DRIVE = "/mnt/minio/drive1"
# A node serves everything again this long after its server was ready (docs/server.md).
SETTLE = 17


@dataclass(frozen=True)
class Cluster:
    """A lab by its name, what its playbooks are run with, and the directory with the authority and the root password.

    `rate` is requests per second of the clients.
    """

    lab: str
    inventories: tuple[str, ...]
    variables: tuple[str, ...]
    state: Path
    nodes: tuple[str, ...] = ("minio1", "minio2", "minio3")
    balancer: str = "lb1"
    rate: float = 60

    # -- hosts ----------------------------------------------------------------------------------

    @property
    def hosts(self) -> dict[str, Any]:
        return json.loads((ROOT / "build/lab" / self.lab / "hosts.json").read_text())["all"]["hosts"]

    def address(self, host: str) -> str:
        return self.hosts[host]["ansible_host"]

    def docker(self, verb: str, host: str) -> None:
        """pause, unpause, kill or start a host."""
        run("docker", verb, f"{self.lab}-{host}")

    def on(self, host: str, *argv: str, ok: bool = True) -> str:
        """Run a command on a host and return what it prints."""
        return run("docker", "exec", f"{self.lab}-{host}", *argv, ok=ok)

    def packets(self, host: str, *rule: str) -> None:
        """An iptables rule of a host, made from outside with this machine's program."""
        pid = run("docker", "inspect", "-f", "{{.State.Pid}}", f"{self.lab}-{host}").strip()
        run("nsenter", "-t", pid, "-n", "iptables", *rule)

    # -- health ---------------------------------------------------------------------------------

    def healthy(self, node: str) -> bool:
        """Whether the node itself says that every erasure set has its write quorum."""
        try:
            with urllib.request.urlopen(f"https://{self.address(node)}:9000/minio/health/cluster", timeout=5,
                                        context=ssl.create_default_context(cafile=str(self.state / "pki/ca.crt"))) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def settled(self, node: str) -> bool:
        """Whether the node's server has been ready for so long that it has looked for all of its peers' drives."""
        shown = self.on(node, "sh", "-c", "systemctl show minio -p ActiveState -p ActiveEnterTimestampMonotonic --value; cat /proc/uptime",
                        ok=False).split()
        return "active" in shown and float(shown[-2]) - int(next(word for word in shown if word.isdigit())) / 1e6 >= SETTLE

    def fenced(self, host: str) -> bool:
        """Whether the host's watchdog keeps it from a node."""
        return "minio_watchdog" in self.on(host, "nft", "list", "tables", ok=False)

    def left_out(self) -> bool:
        """Whether the balancer keeps requests from a node that came back."""
        return bool(self.on(self.balancer, "ls", "/run/minio_watchdog", ok=False).split())

    def whole(self) -> bool:
        return (all(self.healthy(node) and self.settled(node) for node in self.nodes) and not self.left_out()
                and not any(self.fenced(host) for host in (*self.nodes, self.balancer)))

    def wait_whole(self, seconds: float = 180) -> None:
        wait_until("every node is healthy, settled, spoken with and asked", self.whole, seconds)

    # -- what it runs ---------------------------------------------------------------------------

    def release(self, node: str = "") -> str:
        """Release of a node's live process, the first one's by default."""
        return self.on(node or self.nodes[0], "sh", "-c", "readlink /proc/$(systemctl show minio -p MainPID --value)/exe").split("/")[3]

    def move(self, release: str) -> None:
        """Bring the cluster to a release by upgrade.yml, unless it runs it."""
        if self.release() != release:
            self.play("upgrade", "-e", f"minio_release={release}", "-e", "minio_upgrade_allow_downgrade=true")

    @contextlib.contextmanager
    def fencing(self) -> Iterator[None]:
        """The watchdog's fence is on: each one starts anew when its settings change."""
        def write(fence: str) -> None:
            for host in (*self.nodes, self.balancer):
                self.on(host, "sed", "-i", f's/"fence": [a-z]*/"fence": {fence}/', "/etc/minio_watchdog.json")
        write("true")
        try:
            yield
        finally:
            write("false")

    @contextlib.contextmanager
    def movable_clock(self) -> Iterator[None]:
        """Every node runs the same release with a clock that its file `clock.MOVED` moves: a server waits for peers with its own program."""
        program = self.on(self.nodes[0], "sh", "-c", "readlink -f /proc/$(systemctl show minio -p MainPID --value)/exe").strip()
        made = clock.server(self.release())
        for node in self.nodes:
            run("docker", "cp", str(made), f"{self.lab}-{node}:{program}.moved")
        for node in self.nodes:
            self.on(node, "sh", "-c", f"cp -p {program} {program}.kept && mv {program}.moved {program} && systemctl restart --no-block minio")
        try:
            yield
        finally:
            for node in self.nodes:
                self.on(node, "sh", "-c", f"rm -f {clock.MOVED} && mv {program}.kept {program} && systemctl restart --no-block minio")
            self.wait_whole()

    # -- data -----------------------------------------------------------------------------------

    @property
    def root_password(self) -> str:
        return (self.state / "root-password").read_text().strip()

    def load(self, **options: Any) -> Load:
        return Load(f"https://{self.address(self.balancer)}:9000", "molecule-root", self.root_password, rate=self.rate,
                    ca=str(self.state / "pki/ca.crt"), **options)

    def service_account(self) -> tuple[str, str]:
        """A new service account of root: access key and secret key."""
        made = json.loads(self.mc("admin", "accesskey", "create", "oracle1/"))
        return made["accessKey"], made["secretKey"]

    def mc(self, *argv: str, ok: bool = True) -> str:
        """Run mc on the first node, where it knows the cluster as `oracle1`."""
        return self.on(self.nodes[0], "mc", "--json", *argv, ok=ok)

    def copies(self, node: str, bucket: str) -> set[str]:
        """Objects of the bucket that are on the node's drive."""
        return set(self.on(node, "find", f"{DRIVE}/{bucket}", "-name", "xl.meta", ok=False).splitlines())

    def heal(self, bucket: str, objects: int, seconds: float = 180) -> float | None:
        """Let the cluster look at every object; seconds until every drive holds the same ones, None when that takes too long."""
        def alike() -> bool:
            first, *others = [self.copies(node, bucket) for node in self.nodes]
            return len(first) >= objects and all(other == first for other in others)

        begin = time.monotonic()
        self.mc("admin", "heal", "--recursive", f"oracle1/{bucket}", ok=False)
        while not alike():
            if time.monotonic() - begin > seconds:
                return None
            time.sleep(1)
        return time.monotonic() - begin

    # -- playbooks ------------------------------------------------------------------------------

    def command(self, playbook: str, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).with_name("ansible-playbook")), str(ROOT / "playbooks" / f"{playbook}.yml"),
                *(word for inventory in (*self.inventories, str(ROOT / "build/lab" / self.lab / "hosts.json")) for word in ("-i", inventory)),
                *(word for variables in self.variables for word in ("-e", variables)), *arguments]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        return {**kept, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "MOLECULE_EPHEMERAL_DIRECTORY": str(self.state),
                "PYTHONPATH": f"{ROOT / 'collections'}"}

    def play(self, playbook: str, *arguments: str) -> None:
        """Run a playbook of the collection to its green end."""
        done = subprocess.run(self.command(playbook, *arguments), cwd=ROOT, env=self.environment(), text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise RuntimeError(f"{playbook} {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout[-3000:]}")


def run(*argv: str, ok: bool = True) -> str:
    done = subprocess.run(argv, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if ok and done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def wait_until(what: str, condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(1)
