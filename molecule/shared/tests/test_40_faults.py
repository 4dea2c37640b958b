"""Nodes that stop while clients write: nothing that was acknowledged is lost, and a refusal is a clean one."""
from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from conftest import LAB, NODES, PATIENCE, settled, ssh, wait_until


def healthy(node: str) -> bool:
    done = ssh(node, "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", "/etc/minio/certs/CAs/ca.crt",
               f"https://{node}:9000/minio/health/cluster")
    return done.stdout == "200"


def whole() -> bool:
    """Healthy, and every node has all drives in use: docs/server.md says why health alone is too early."""
    return all(healthy(node) and settled(node) for node in NODES)


def balance(cluster) -> dict:
    """The balancer's answer about itself."""
    return urllib3.PoolManager(ca_certs=cluster.ca).request("GET", f"{cluster.endpoint}/health", timeout=10.0 * PATIENCE).json()


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
    # Two that start together miss each other's drives for a while: until then only the one that stayed is asked.
    wait_until("the cluster serves again", lambda: balance(cluster)["status"] == "serving")
    assert balance(cluster)["drained"] == ["minio2", "minio3"] and balance(cluster)["asked"].startswith(LAB["minio1"]["ansible_host"])
    again, refused = write(s3, bucket, "again", 10)
    before.update(again)
    assert refused == [] and lost(s3, bucket, before) == [] and balance(cluster)["drained"] == ["minio2", "minio3"]
    wait_until("the cluster is whole", whole)
    wait_until("all nodes are asked", lambda: balance(cluster)["drained"] == [], 10 * PATIENCE)
    after, refused = write(s3, bucket, "after", 10)
    assert refused == [] and lost(s3, bucket, {**before, **after}) == []


def test_a_killed_node_is_not_noticed_by_clients(s3, bucket):
    ssh("minio3", "systemctl", "kill", "-s", "KILL", "minio")
    acknowledged, refused = write(s3, bucket, "killed", 30)
    assert refused == [] and lost(s3, bucket, acknowledged) == []


# On the balancer: its own configuration once more, on other ports and before a server that refuses every first try. It is given the status of
# a refusal and the names of nodes that are drained there.
TWICE = r"""
import http.client, http.server, pathlib, re, subprocess, sys, tempfile, threading

class Node(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = []

    def do_PUT(self):
        self.seen.append(self.path)
        size = len(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(int(sys.argv[1]) if self.path == "/wrong" or self.seen.count(self.path) == 1 else 200)
        self.send_header("Content-Length", str(len(str(size))))
        self.end_headers()
        self.wfile.write(str(size).encode())

threading.Thread(target=http.server.ThreadingHTTPServer(("127.0.0.1", 19100), Node).serve_forever, daemon=True).start()
text = pathlib.Path("/etc/nginx/nginx.conf").read_text()
for found, wanted in ((r"listen [^;]*:(\d+)[^;]*;", r"listen 127.0.0.1:1\1;"), (r"server \S+:900[01] ", "server 127.0.0.1:19100 "),
                      ("https://minio_", "http://minio_"), ("/run/nginx.pid", "/run/nginx.twice.pid"), (r"access_log /[^;]*;", "access_log off;")):
    text = re.sub(found, wanted, text)
with tempfile.NamedTemporaryFile("w", suffix=".conf") as file, tempfile.TemporaryDirectory() as drained:
    pathlib.Path(drained).chmod(0o755)
    for node in sys.argv[2:]:
        pathlib.Path(drained, node).touch()
    file.write(text.replace("/etc/nginx/minio_lb_drained", drained))
    file.flush()
    subprocess.run(["nginx", "-c", file.name], check=True)
    try:
        for path, size in (("/once", 300_000), ("/wrong", 300_000), ("/part", 10_000_000), ("/large", 20_000_000)):
            connection = http.client.HTTPConnection("127.0.0.1", 19000, timeout=30)
            connection.request("PUT", path, b"x" * size)
            answer = connection.getresponse()
            print(path, answer.status, answer.read().decode(), Node.seen.count(path))
    finally:
        subprocess.run(["nginx", "-c", file.name, "-s", "stop"], check=True)
"""


def test_clients_wait_for_a_balancer_that_restarts(cluster):
    def ask(until: Callable[[], bool]) -> list[int]:
        """Statuses of requests, each in a connection of its own."""
        answers = []
        while not until():
            with urllib3.PoolManager(ca_certs=cluster.ca, retries=False, timeout=30.0 * PATIENCE) as pool:
                answers.append(pool.request("GET", f"{cluster.endpoint}/health", headers={"Connection": "close"}).status)
        return answers

    before = ssh("lb1", "cat", "/run/nginx.pid").stdout
    with ThreadPoolExecutor(max_workers=4) as pool:
        restarts = pool.submit(lambda: [ssh("lb1", "systemctl", "restart", "nginx").returncode for _number in range(3)])
        asked = [pool.submit(ask, restarts.done) for _number in range(3)]
    assert restarts.result() == [0] * 3 and ssh("lb1", "cat", "/run/nginx.pid").stdout != before
    answers = [status for one in asked for status in one.result()]
    assert len(answers) > 10 and set(answers) == {200}


@pytest.mark.parametrize(("status", "drained"), [(400, []), (400, NODES[:2]), (503, NODES[:2])])
def test_a_put_that_a_starting_node_spoiled_is_sent_once_more(status, drained):
    done = ssh("lb1", "python3", "-", str(status), *drained, stdin=TWICE)
    part = "/part 200 10000000 2" if drained else f"/part {status} 10000000 1"
    assert done.stdout.splitlines() == ["/once 200 300000 2", f"/wrong {status} 300000 2", part, f"/large {status} 20000000 1"], done.stderr
