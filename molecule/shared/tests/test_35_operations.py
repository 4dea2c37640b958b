"""What a run does on a living cluster: nothing when nothing differs, certificates without a restart, no step without its peers."""
from __future__ import annotations

import json
import socket
import ssl
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

from conftest import LAB, NODES, PATIENCE, play, ssh


def process(node: str) -> str:
    return ssh(node, "systemctl", "show", "minio", "-p", "InvocationID", "--value").stdout.strip()


def served_certificate(cluster, host: str) -> bytes:
    context = ssl.create_default_context(cafile=cluster.ca)
    with socket.create_connection((LAB[host]["ansible_host"], 9000), timeout=10 * PATIENCE) as link:
        with context.wrap_socket(link, server_hostname=LAB[host]["ansible_host"]) as secured:
            return secured.getpeercert(binary_form=True)


def test_check_mode_on_a_converged_cluster_foresees_nothing():
    """That a run changes nothing is seen by the scenario's step idempotence."""
    run = play("site", "--check", "--diff")
    assert run.status == 0, run.text[-3000:]
    assert run.changed() == []


def test_certificates_are_renewed_without_a_restart(cluster):
    hosts = [*NODES, "lb1"]
    before = {host: served_certificate(cluster, host) for host in hosts}
    processes = [process(node) for node in NODES]
    run = play("deploy", "--tags", "tls,lb", "-e", "minio_tls_validity_days=400", "-e", "minio_tls_renew_before_days=390")
    assert run.status == 0, run.text[-3000:]

    deadline = time.monotonic() + 90 * PATIENCE
    while any(served_certificate(cluster, host) == before[host] for host in hosts):
        assert time.monotonic() < deadline, "a host still serves its old certificate"
        time.sleep(2)
    assert [process(node) for node in NODES] == processes


def test_a_host_that_cannot_be_reached_stops_the_run_before_the_others_are_touched(tmp_path):
    away = tmp_path / "away.json"
    address = LAB["minio3"]["ansible_host"].rsplit(".", 1)[0] + ".250"
    away.write_text(json.dumps({"all": {"hosts": {"minio3": {"ansible_host": address, "ansible_ssh_timeout": 5}}}}))
    processes = [process(node) for node in NODES]
    run = play("deploy", "-i", str(away), "-e", '{"minio_server_settings": {"MINIO_SITE_NAME": "elsewhere"}}')
    assert run.status != 0 and "minio3" in run.text
    assert [process(node) for node in NODES] == processes
    assert all("elsewhere" not in ssh(node, "cat", "/etc/default/minio").stdout for node in NODES)


def test_verify_is_red_and_says_why_when_a_node_is_down():
    ssh("minio2", "systemctl", "stop", "minio")
    try:
        run = play("verify")
        assert run.status != 0
        assert "minio2" in run.text and "last log lines of minio2" in run.text
    finally:
        ssh("minio2", "systemctl", "start", "minio")
    deadline = time.monotonic() + 90 * PATIENCE
    while play("verify").status != 0:
        assert time.monotonic() < deadline


class Reader(threading.Thread):
    """Reads one object again and again through the balancer, and keeps what went wrong."""

    def __init__(self, client, bucket: str) -> None:
        super().__init__(daemon=True)
        self.client, self.bucket, self.good, self.bad, self.stop = client, bucket, 0, [], threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.2):
            try:
                assert self.client.get_object(Bucket=self.bucket, Key="kept")["Body"].read() == b"served"
                self.good += 1
            except (AssertionError, BotoCoreError, ClientError) as error:
                self.bad.append(repr(error))


def test_a_setting_that_the_server_refuses_is_red_in_its_words_and_no_node_is_touched(s3, bucket):
    s3.put_object(Bucket=bucket, Key="kept", Body=b"served")
    processes = [process(node) for node in NODES]
    reader = Reader(s3, bucket)
    reader.start()
    try:
        # Of this one the server goes on, of others it exits: tests/integration/test_trial.py.
        run = play("deploy", "--tags", "release,server", "-e", json.dumps({"minio_server_settings": {"MINIO_API_REQUESTS_MAX": "many"}}))
        assert run.status != 0 and "Invalid api configuration" in run.text
        assert [process(node) for node in NODES] == processes
        # The brackets keep the shell from finding itself.
        left = [ssh(node, "sh", "-c", "ls -d /tmp/oracle1-tria[l]-*; grep -la oracle1-tria[l]- /proc/[0-9]*/cmdline").stdout for node in NODES]
        assert left == ["", "", ""]
    finally:
        back = play("deploy", "--tags", "release,server")
        reader.stop.set()
        reader.join()
    assert back.status == 0, back.text[-3000:]
    assert [process(node) for node in NODES] == processes
    assert reader.good and reader.bad == []
