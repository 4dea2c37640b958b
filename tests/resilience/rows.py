# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table: what is done to a cluster under load, and what clients may notice of it.

What a row does is a generator. Up to its `yield` clients are at work; it ends when the fault has ended and the operator has done
what he would. After the yield, when everything is healed, it may look whether that is true.
"""
from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Callable, Iterator

from tests.resilience.clock import MOVED
from tests.resilience.cluster import DRIVE, ROOT, Cluster, wait_until
from tests.resilience.load import Load

Act = Callable[[Cluster, Load], Iterator[None]]
# The node that suffers; the first one runs mc.
VICTIM = "minio3"
# How long a fault lasts that ends by itself: longer than the watchdog needs, shorter than a client's patience (60 s).
HELD = 25
OLD, NEW = "RELEASE.2025-09-07T16-13-09Z", "RELEASE.2026-02-12T20-18-48Z"


@dataclass(frozen=True)
class Row:
    """`failed` and `gap` (seconds) are the aims without client retries, None where quorum, room or the only
    balancer is gone, or all wait. `act` is None where the scenario `topology` does it, on more hosts than the lab has.

    `known` is how many failures a run may have all the same: what the server or the balancer cannot do better (docs/resilience.md).
    `fenced` is whether the watchdog fences, `release` what the cluster runs before, `clock` whether its clocks can be moved.
    """

    name: str
    title: str
    act: Act | None
    failed: int | None = 0
    gap: float | None = 0.5
    retried: int | None = 0
    known: int = 0
    fenced: bool = False
    clock: bool = False
    release: str = NEW
    heals: bool = True


# -- nothing, and nodes that go away --------------------------------------------------------------


def nothing(_cluster: Cluster, _load: Load) -> Iterator[None]:
    time.sleep(20)
    yield


def kill(cluster: Cluster, _load: Load) -> Iterator[None]:
    cluster.on(VICTIM, "systemctl", "kill", "-s", "KILL", "minio")
    yield


def power_off(cluster: Cluster, _load: Load) -> Iterator[None]:
    # What the drive has not been told to keep is gone: XFS is shut down without a flush of its log.
    cluster.on(VICTIM, "xfs_io", "-x", "-c", "shutdown", DRIVE)
    cluster.docker("kill", VICTIM)
    time.sleep(HELD)
    cluster.docker("start", VICTIM)
    # systemd mounts no devices of fstab in a container.
    cluster.on(VICTIM, "mount", "-a")
    cluster.on(VICTIM, "systemctl", "start", "--no-block", "minio")
    yield


def freeze_process(cluster: Cluster, _load: Load) -> Iterator[None]:
    pid = cluster.on(VICTIM, "systemctl", "show", "minio", "-p", "MainPID", "--value").strip()
    cluster.on(VICTIM, "kill", "-STOP", pid)
    time.sleep(HELD)
    cluster.on(VICTIM, "kill", "-CONT", pid, ok=False)
    yield


def freeze_host(cluster: Cluster, _load: Load) -> Iterator[None]:
    with undone(lambda: cluster.docker("unpause", VICTIM)):
        cluster.docker("pause", VICTIM)
        time.sleep(HELD)
    yield


def cut(cluster: Cluster, _load: Load) -> Iterator[None]:
    with dropped(cluster, VICTIM, ["INPUT"], ["OUTPUT"]):
        time.sleep(HELD)
    yield


def partition(cluster: Cluster, _load: Load) -> Iterator[None]:
    with dropped(cluster, "minio2", ["INPUT", "-s", cluster.address(VICTIM)]):
        time.sleep(HELD)
    yield


def split(cluster: Cluster, _load: Load) -> Iterator[None]:
    with dropped(cluster, "minio2", ["INPUT", "-s", cluster.address(VICTIM)], ["OUTPUT", "-d", cluster.address(VICTIM)]):
        time.sleep(HELD)
    yield


def clock_jump(cluster: Cluster, _load: Load) -> Iterator[None]:
    with undone(lambda: cluster.on(VICTIM, "rm", "-f", MOVED)):
        cluster.on(VICTIM, "sh", "-c", f"echo 3600 > {MOVED}")
        time.sleep(HELD)
    yield


def two_nodes(cluster: Cluster, _load: Load) -> Iterator[None]:
    for node in cluster.nodes[1:]:
        cluster.on(node, "systemctl", "stop", "minio")
    time.sleep(8)
    for node in cluster.nodes[1:]:
        cluster.on(node, "systemctl", "start", "--no-block", "minio")
    yield


def reload_balancer(cluster: Cluster, _load: Load) -> Iterator[None]:
    cluster.on(cluster.balancer, "systemctl", "reload", "nginx")
    time.sleep(5)
    yield


def restart_balancer(cluster: Cluster, _load: Load) -> Iterator[None]:
    cluster.on(cluster.balancer, "systemctl", "restart", "nginx")
    time.sleep(5)
    yield


# -- drives ---------------------------------------------------------------------------------------


def wipe(cluster: Cluster, _load: Load) -> Iterator[None]:
    cluster.on(VICTIM, "find", DRIVE, "-mindepth", "1", "-delete", ok=False)
    wait_until("the server has formatted its empty drive",
               lambda: bool(cluster.on(VICTIM, "find", f"{DRIVE}/.minio.sys/format.json", ok=False)), 120)
    yield


def read_only(cluster: Cluster, _load: Load) -> Iterator[None]:
    wait_until("no file is open for writing at this moment", lambda: remounted(cluster, "ro"), 60)
    time.sleep(HELD)
    cluster.on(VICTIM, "mount", "-o", "remount,rw", DRIVE)
    yield


def remounted(cluster: Cluster, mode: str) -> bool:
    cluster.on(VICTIM, "sh", "-c", f"for try in $(seq 50); do mount -o remount,{mode} {DRIVE} && exit; done", ok=False)
    return f" {mode}," in cluster.on(VICTIM, "findmnt", "-no", "SOURCE,OPTIONS", DRIVE)


def fill(cluster: Cluster, _load: Load) -> Iterator[None]:
    ballast = f"{DRIVE}/ballast"
    with undone(lambda: cluster.on(VICTIM, "rm", "-f", ballast)):
        cluster.on(VICTIM, "sh", "-c", f"fallocate -l $(($(stat -fc '%f*%S' {DRIVE}))) {ballast} 2>/dev/null; cat /dev/zero >> {ballast}", ok=False)
        time.sleep(HELD)
    yield


def rot(cluster: Cluster, load: Load) -> Iterator[None]:
    """One part file of an object that is never overwritten changes under the server."""
    kept = [f"{DRIVE}/{load.bucket}/{key}" for worker in load.workers for key in sorted(worker.kept)]
    part = cluster.on(VICTIM, "find", *kept, "-name", "part.1").splitlines()[0]
    before = hashlib.sha256(cluster.on(VICTIM, "base64", part).encode()).hexdigest()
    cluster.on(VICTIM, "dd", "if=/dev/urandom", f"of={part}", "bs=512", "count=4", "seek=7", "conv=notrunc", "status=none")
    time.sleep(15)
    yield
    cluster.mc("admin", "heal", "--recursive", "--scan", "deep", f"oracle1/{load.bucket}", ok=False)
    wait_until("the file on the drive is what it was", lambda: hashlib.sha256(
        cluster.on(VICTIM, "base64", part, ok=False).encode()).hexdigest() == before, 120)


# -- procedures -----------------------------------------------------------------------------------


def dynamic(cluster: Cluster, _load: Load) -> Iterator[None]:
    for value in ("1500", "0"):
        cluster.mc("admin", "config", "set", "oracle1", "api", f"requests_max={value}")
        time.sleep(5)
    yield


def certificates(cluster: Cluster, _load: Load) -> Iterator[None]:
    # Each run asks for other days, so that each one renews.
    days = 400 + random.randrange(1000)
    cluster.play("deploy", "--tags", "tls,lb", "-e", f"minio_tls_validity_days={days}", "-e", f"minio_tls_renew_before_days={days - 5}")
    time.sleep(15)
    yield


def environment(cluster: Cluster, _load: Load) -> Iterator[None]:
    cluster.play("deploy", "--tags", "release,server", "-e", settings(f"site{random.randrange(10**6)}"))
    yield


def interrupted(cluster: Cluster, _load: Load) -> Iterator[None]:
    """A change of the environment is killed at a random moment, and run again."""
    wanted = ["--tags", "release,server", "-e", settings(f"site{random.randrange(10**6)}")]
    process = subprocess.Popen(cluster.command("deploy", *wanted), cwd=ROOT, env=cluster.environment(), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(random.uniform(8, 60))
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    cluster.play("deploy", *wanted)
    yield


def rolling_restart(cluster: Cluster, _load: Load) -> Iterator[None]:
    cluster.play("restart")
    yield


def upgrade(cluster: Cluster, _load: Load) -> Iterator[None]:
    cluster.move(NEW)
    yield


def rollback(cluster: Cluster, _load: Load) -> Iterator[None]:
    cluster.move(OLD)
    yield


def rotation(cluster: Cluster, load: Load) -> Iterator[None]:
    """A new root password; clients use a service account, as applications do."""
    load.use(*cluster.service_account())
    (cluster.state / "root-password").unlink()
    cluster.play("rotate_credentials")
    yield


def restore(cluster: Cluster, _load: Load) -> Iterator[None]:
    """A user who was removed is brought back by a backup, put over what the cluster has."""
    cluster.mc("admin", "user", "add", "oracle1", "removed", "secret-of-the-removed")
    cluster.play("backup")
    cluster.mc("admin", "user", "remove", "oracle1", "removed")
    cluster.play("restore", "-e", f"minio_backup_restore_archive={max((cluster.state / 'backup/archives').glob('cluster-*.tar.cms'))}",
                 "-e", "minio_backup_restore_confirm=oracle1", "-e", "minio_backup_restore_overwrite=true")
    yield
    cluster.mc("admin", "user", "info", "oracle1", "removed")


def settings(site: str) -> str:
    return json.dumps({"minio_server_settings": {"MINIO_DOMAIN": "s3.oracle1.test", "MINIO_SITE_NAME": site}})


# -- helpers --------------------------------------------------------------------------------------


@contextlib.contextmanager
def undone(undo: Callable[[], object]) -> Iterator[None]:
    """A fault that ends whatever happens."""
    try:
        yield
    finally:
        undo()


@contextlib.contextmanager
def dropped(cluster: Cluster, host: str, *rules: list[str]) -> Iterator[None]:
    """Packets that match are dropped in silence."""
    with contextlib.ExitStack() as stack:
        for rule in rules:
            cluster.packets(host, "-I", *rule, "-j", "DROP")
            stack.callback(cluster.packets, host, "-D", *rule, "-j", "DROP")
        yield


ROWS = [
    Row("control", "nothing is done", nothing),
    Row("restart", "rolling restart (restart.yml)", rolling_restart),
    Row("rollback", "older release (upgrade.yml)", rollback),
    Row("upgrade", "newer release (upgrade.yml)", upgrade, release=OLD),
    Row("environment", "changed environment (deploy.yml)", environment),
    Row("rotation", "new root password (rotate_credentials.yml)", rotation, gap=5),
    Row("dynamic", "dynamic configuration, twice", dynamic),
    Row("certificates", "certificate renewal (deploy.yml)", certificates),
    Row("restore", "a backup put over a cluster in use (restore.yml)", restore),
    Row("kill", "kill -9 of a server", kill, gap=None, known=4),
    Row("off", "power-off of a node for 25 s, unflushed data lost", power_off, gap=10),
    Row("stopped", "server process stopped (SIGSTOP)", freeze_process, failed=None, gap=10),
    Row("frozen", "host frozen for 25 s (docker pause)", freeze_host, failed=None, gap=None),
    Row("frozen-fenced", "the same, fence on", freeze_host, failed=None, gap=10, fenced=True),
    Row("cut", "a node's network cut for 25 s", cut, failed=None, gap=None),
    Row("cut-fenced", "the same, fence on", cut, failed=None, gap=10, fenced=True),
    Row("partition", "one-way partition between two nodes for 25 s", partition, failed=None, gap=None),
    Row("partition-fenced", "the same, fence on", partition, failed=None, gap=None, fenced=True),
    Row("split", "two-way partition between two nodes for 25 s", split, failed=None, gap=None),
    Row("split-fenced", "the same, fence on", split, failed=None, gap=None, fenced=True),
    Row("clock", "a node's clock an hour ahead for 25 s", clock_jump, failed=None, clock=True),
    Row("reload", "balancer reloaded", reload_balancer, failed=None),
    Row("balancer", "the only balancer restarted", restart_balancer, failed=None),
    Row("two", "two nodes of three stopped for 8 s", two_nodes, failed=None, gap=None, retried=None),
    Row("wipe", "a drive emptied", wipe, gap=None, known=40),
    Row("read-only", "a drive read-only for 25 s", read_only, gap=None),
    Row("full", "a drive full for 25 s", fill, failed=None, gap=None, retried=None),
    Row("corrupt", "a file of a drive overwritten", rot, gap=None),
    Row("interrupted", "changed environment, killed and run again", interrupted),
    Row("expand", "a pool of three nodes added (expand.yml)", None),
    Row("rebalance", "pools evened out, clients read only (rebalance.yml)", None),
    Row("decommission", "a pool emptied, clients read only (decommission.yml)", None),
    Row("remove-pool", "an emptied pool removed (remove_pool.yml)", None),
    Row("replace-drive", "a dead drive replaced (replace_drive.yml)", None),
    Row("replace-node", "a host installed anew (replace_node.yml)", None),
]
