"""Nodes that stop while clients write: nothing that was acknowledged is lost, and a refusal is a clean one."""
from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from conftest import NODES, PATIENCE, settled, ssh, wait_until


def healthy(node: str) -> bool:
    done = ssh(node, "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", "/etc/minio/certs/CAs/ca.crt",
               f"https://{node}:9000/minio/health/cluster")
    return done.stdout == "200"


def whole() -> bool:
    """Healthy, and every node has all drives in use: docs/server.md says why health alone is too early."""
    return all(healthy(node) and settled(node) for node in NODES)


@pytest.fixture(autouse=True)
def every_node_runs_before_and_afterwards():
    wait_until("the cluster is whole", whole)
    yield
    for node in NODES:
        ssh(node, "systemctl", "start", "--no-block", "minio")
    wait_until("the cluster is whole", whole)


def write(s3, bucket: str, prefix: str, count: int) -> tuple[dict[str, str], list[str]]:
    """Put `count` objects; acknowledged ones with their digest, and the refusals."""
    acknowledged, refused = {}, []
    for number in range(count):
        body, key = os.urandom(256 * 1024), f"{prefix}/{number}"
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=body)
            acknowledged[key] = hashlib.sha256(body).hexdigest()
        except (BotoCoreError, ClientError) as error:
            refused.append(str(error))
    return acknowledged, refused


def lost(s3, bucket: str, acknowledged: dict[str, str]) -> list[str]:
    return [key for key, digest in acknowledged.items()
            if hashlib.sha256(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).hexdigest() != digest]


def test_one_node_stopped_reads_and_writes_go_on_and_it_is_healed(cluster, s3, bucket):
    before, _ = write(s3, bucket, "before", 10)
    ssh("minio2", "systemctl", "stop", "minio")
    during, refused = write(s3, bucket, "during", 20)
    assert refused == [] and lost(s3, bucket, {**before, **during}) == []
    assert ssh("minio2", "ls", f"/mnt/minio/drive1/{bucket}/during").returncode != 0

    ssh("minio2", "systemctl", "start", "minio")
    wait_until("the cluster is whole", whole)
    cluster.mc("admin", "heal", "--recursive", f"oracle1/{bucket}")
    wait_until("every object of the outage is on the node's drive", lambda: len(
        ssh("minio2", "ls", f"/mnt/minio/drive1/{bucket}/during").stdout.split()) == len(during))
    assert lost(s3, bucket, {**before, **during}) == []


def test_two_nodes_stopped_is_refused_cleanly_and_nothing_acknowledged_is_lost(cluster, s3, bucket):
    before, _ = write(s3, bucket, "before", 10)
    for node in ("minio2", "minio3"):
        ssh(node, "systemctl", "stop", "minio")
    impatient = cluster.boto3(read_timeout=15 * PATIENCE, connect_timeout=5 * PATIENCE)
    with ThreadPoolExecutor(2) as pool:
        tries = list(pool.map(lambda n: write(impatient, bucket, f"without-{n}", 1), range(2)))
    assert all(not acknowledged for acknowledged, _ in tries), "a write without quorum was acknowledged"

    for node in ("minio2", "minio3"):
        ssh(node, "systemctl", "start", "--no-block", "minio")
    wait_until("the cluster is whole", whole)
    after, refused = write(s3, bucket, "after", 10)
    assert refused == [] and lost(s3, bucket, {**before, **after}) == []


def test_a_killed_node_is_not_noticed_by_clients(s3, bucket):
    ssh("minio3", "systemctl", "kill", "-s", "KILL", "minio")
    acknowledged, refused = write(s3, bucket, "killed", 30)
    assert refused == [] and lost(s3, bucket, acknowledged) == []
