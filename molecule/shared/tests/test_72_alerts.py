"""Alerts that take a fault of their own: each is provoked for real and seen at Prometheus and at the receiver, and ends with its cause."""
from __future__ import annotations

import contextlib
import json
import subprocess
import time

import pytest

from conftest import LAB, NODES, settled, ssh
from monitoring import load, prometheus, receiver  # noqa: F401 fixtures

DRIVE = "/mnt/minio/drive1"
PORT, USER, PASSWORD = 19000, "elsewhere", "a-second-server-of-the-tests"
URL = f"http://{LAB['mon1']['ansible_host']}:{PORT}"


class Elsewhere:
    """A second server, on the monitoring host, that can be stopped: another site and a tier."""

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


@pytest.fixture(scope="module")
def elsewhere(cluster):
    made = Elsewhere()
    cluster.mc("alias", "set", "elsewhere", URL, USER, PASSWORD)
    yield made
    made.stop()


@contextlib.contextmanager
def stopped(*nodes: str):
    for node in nodes:
        ssh(node, "systemctl", "stop", "minio")
    try:
        yield
    finally:
        for node in nodes:
            ssh(node, "systemctl", "start", "--no-block", "minio")


@pytest.fixture(autouse=True)
def whole(prometheus):
    """Each test begins and ends with a cluster that is whole and gives no alarm."""
    yield
    while not all(settled(node) for node in NODES):
        time.sleep(1)
    prometheus.wait_until_quiet(180)


def test_placeholder(prometheus):
    prometheus.wait_until_quiet(180)
