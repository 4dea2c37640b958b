"""Alerts that take a fault of their own: each is provoked for real and seen at Prometheus and at the receiver, and ends with its cause."""
from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Iterator

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from conftest import LAB, NODES, settled, ssh
from monitoring import load, prometheus, receiver  # noqa: F401 fixtures

DRIVE = "/mnt/minio/drive1"
PORT, USER, ACCOUNT, PASSWORD = 19000, "elsewhere", "the-cluster", "a-second-server-of-the-tests"
URL = f"http://{LAB['mon1']['ansible_host']}:{PORT}"

HOLDERS = ("minio", "minio-watchdog", "prometheus-node-exporter", "oracle1-minio-collect.timer", "oracle1-minio-collect.service")
# What requests that fail or wait bring with them, and nodes that are away.
FAILING = frozenset({"MinioErrorRatio", "MinioApiErrors", "MinioSlowRequests", "MinioDriveOffline", "MinioQuorumMarginGone", "MinioBucketsNotCounted"})
AWAY = FAILING | {"MinioBalancerUpstreamFailing", "MinioSplitView", "MinioCertificateUnreadable", "MinioTargetDown", "MinioWriteQuorumLost"}


class Elsewhere:
    """A second server, on the monitoring host, that can refuse and be stopped: another site."""

    def __init__(self) -> None:
        source, target = (LAB[host] for host in ("minio1", "mon1"))
        login = {host: ["ssh", "-i", spec["ansible_ssh_private_key_file"], *spec["ansible_ssh_common_args"].split(), f"root@{spec['ansible_host']}"]
                 for host, spec in (("from", source), ("to", target))}
        binary = subprocess.run([*login["from"], "cat /usr/local/bin/minio"], capture_output=True, check=True).stdout
        subprocess.run([*login["to"], "cat > /root/minio; chmod 755 /root/minio"], input=binary, check=True)
        self.start()

    def start(self) -> None:
        settings = {"MINIO_ROOT_USER": USER, "MINIO_ROOT_PASSWORD": PASSWORD, "MINIO_CI_CD": "1"}
        done = ssh("mon1", "systemd-run", "--unit", "elsewhere", *(f"--setenv={name}={value}" for name, value in settings.items()),
                   "/root/minio", "server", "/root/elsewhere", "--address", f":{PORT}")
        assert done.returncode == 0, done.stderr
        deadline = time.monotonic() + 60
        while ssh("mon1", "curl", "-sf", f"http://127.0.0.1:{PORT}/minio/health/live").returncode != 0:
            assert time.monotonic() < deadline
            time.sleep(1)

    def stop(self) -> None:
        ssh("mon1", "systemctl", "stop", "elsewhere")

    def refuse(self, yes: bool) -> None:
        """Whether the account with which the cluster comes is refused."""
        mc("admin", "user", "disable" if yes else "enable", "elsewhere", ACCOUNT)


def mc(*argv: str) -> str:
    done = ssh("minio1", "mc", *argv)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def eventually(what: str, true, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(1)


@contextlib.contextmanager
def writing(cluster, bucket: str) -> Iterator[None]:
    """Somebody writes to a bucket all the time, whatever is answered."""
    client, stop = cluster.boto3(read_timeout=10), threading.Event()

    def write() -> None:
        while not stop.wait(0.5):
            with contextlib.suppress(BotoCoreError, ClientError):
                client.put_object(Bucket=bucket, Key="written", Body=bytes(1000))

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def elsewhere(cluster):
    """The second server in use: a bucket is replicated there, and written all the time."""
    made = Elsewhere()
    mc("alias", "set", "elsewhere", URL, USER, PASSWORD)
    mc("admin", "user", "add", "elsewhere", ACCOUNT, PASSWORD)
    mc("admin", "policy", "attach", "elsewhere", "readwrite", "--user", ACCOUNT)
    mc("mb", "--with-versioning", "elsewhere/replica", "oracle1/t-replicated")
    mc("replicate", "add", "oracle1/t-replicated", "--remote-bucket", f"{URL.replace('//', f'//{ACCOUNT}:{PASSWORD}@')}/replica")
    with writing(cluster, "t-replicated"):
        yield made
    mc("replicate", "rm", "--all", "--force", "oracle1/t-replicated")
    mc("rb", "--force", "oracle1/t-replicated")
    made.stop()


@pytest.fixture(autouse=True)
def whole(prometheus):
    """Each test begins and ends with a cluster that is whole and gives no alarm."""
    prometheus.wait_until_quiet(180)
    yield
    eventually("the nodes are not ready again", lambda: all(settled(node) for node in NODES), 120)
    prometheus.wait_until_quiet(240)


def test_two_stopped_nodes_of_three_are_a_lost_quorum(prometheus, receiver):
    # Requests wait for a node to come back rather than fail, and so does the one for the cluster's metrics: what these say of the quorum
    # is seen for a moment or not at all.
    expected = {"MinioNodeDown", "MinioBalancerNotServing", "MinioClusterMetricsMissing"}
    try:
        for node in NODES[1:]:
            ssh(node, "systemctl", "stop", "minio")
        took = prometheus.wait_for(expected, 150, AWAY)
        receiver.wait_for(expected, "firing")
        print(f"two nodes stopped: {took:.0f} s")
    finally:
        for node in NODES[1:]:
            ssh(node, "systemctl", "start", "--no-block", "minio")
    prometheus.wait_until_quiet(240)
    receiver.wait_for(expected, "resolved", 90)


@contextlib.contextmanager
def failing_drives(*nodes: str) -> Iterator[None]:
    """Every read and write of the nodes' file systems fails, as when their devices are gone."""
    try:
        for node in nodes:
            assert ssh(node, "xfs_io", "-x", "-c", "shutdown", DRIVE).returncode == 0
        yield
    finally:
        # Units with a view of their own of the file systems hold the failed one, too.
        for command in (("systemctl", "stop", *HOLDERS), ("umount", DRIVE), ("mount", DRIVE), ("ls", DRIVE), ("systemctl", "start", "--no-block", *HOLDERS)):
            for node in nodes:
                done = ssh(node, *command)
                assert done.returncode == 0, (node, command, done.stderr)


def test_a_drive_that_fails_under_its_server_is_not_a_node_that_is_down(prometheus, receiver):
    expected = {"MinioDriveOffline", "MinioQuorumMarginGone"}
    with failing_drives("minio3"):
        took = prometheus.wait_for(expected, 150, FAILING)
        receiver.wait_for(expected, "firing")
        print(f"drive gone: {took:.0f} s")
    prometheus.wait_until_quiet(240)
    receiver.wait_for(expected, "resolved", 90)


def test_answers_of_class_5xx_are_counted_and_told(prometheus, receiver, cluster, bucket):
    # Nodes that serve without enough drives: they answer, and what they answer is their fault.
    expected = {"MinioErrorRatio", "MinioApiErrors"}
    with failing_drives("minio2", "minio3"), writing(cluster, bucket):
        took = prometheus.wait_for(expected, 180, AWAY | {"MinioBalancerNotServing", "MinioClusterMetricsMissing", "MinioNodeDown"})
        receiver.wait_for(expected, "firing")
        print(f"5xx: {took:.0f} s")
        assert prometheus.ask("query", query="minio_s3_requests_5xx_errors_total")["result"]
    # Those of buckets cannot be had without a quorum. minio1 ran all the time and has counted.
    metric = "minio_bucket_requests_5xx_errors_total"
    eventually(metric, lambda: prometheus.ask("query", query=metric)["result"], 120)
    prometheus.wait_until_quiet(240)
    receiver.wait_for(expected, "resolved", 90)


def test_an_emptied_drive_is_healed_and_said_to_be(prometheus, receiver, s3, bucket):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: s3.put_object(Bucket=bucket, Key=f"{number % 40}/{number}", Body=bytes(200_000)), range(1500)))
    mc("admin", "config", "set", "oracle1", "heal", "drive_workers=1")
    try:
        ssh("minio3", "find", DRIVE, "-mindepth", "1", "-delete")
        took = prometheus.wait_for({"MinioDriveHealing"}, 150, FAILING)
        receiver.wait_for({"MinioDriveHealing"}, "firing")
        print(f"drive healing: {took:.0f} s")
    finally:
        mc("admin", "config", "reset", "oracle1", "heal")
    receiver.wait_for({"MinioDriveHealing"}, "resolved", 240)


def test_another_site_that_refuses_is_failing_replication(prometheus, receiver, elsewhere):
    expected = {"MinioReplicationFailing"}
    try:
        elsewhere.refuse(True)
        took = prometheus.wait_for(expected, 180, FAILING)
        receiver.wait_for(expected, "firing")
        print(f"refused elsewhere: {took:.0f} s")
    finally:
        elsewhere.refuse(False)
    prometheus.wait_until_quiet(240)
    receiver.wait_for(expected, "resolved", 90)


def test_another_site_that_is_gone_is_a_target_that_is_offline(prometheus, receiver, elsewhere):
    expected = {"MinioReplicationTargetOffline"}
    try:
        elsewhere.stop()
        took = prometheus.wait_for(expected, 180, FAILING | {"MinioReplicationFailing"})
        receiver.wait_for(expected, "firing")
        print(f"gone elsewhere: {took:.0f} s")
    finally:
        elsewhere.start()
    prometheus.wait_until_quiet(240)
    receiver.wait_for(expected, "resolved", 90)
