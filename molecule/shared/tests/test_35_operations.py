"""What a run does on a living cluster: nothing when nothing differs, certificates without a restart, no step without its peers."""
from __future__ import annotations

import json
import ssl
import socket
import time

import pytest

from conftest import LAB, NODES, play, ssh


def process(node: str) -> str:
    return ssh(node, "systemctl", "show", "minio", "-p", "InvocationID", "--value").stdout.strip()


def served_certificate(cluster, host: str) -> bytes:
    context = ssl.create_default_context(cafile=cluster.ca)
    with socket.create_connection((LAB[host]["ansible_host"], 9000), timeout=10) as link:
        with context.wrap_socket(link, server_hostname=LAB[host]["ansible_host"]) as secured:
            return secured.getpeercert(binary_form=True)


@pytest.mark.parametrize("arguments", [["--check", "--diff"], ["--diff"]], ids=["check", "run"])
def test_a_run_on_a_converged_cluster_changes_nothing(arguments):
    run = play("site", *arguments)
    assert run.status == 0, run.text[-3000:]
    assert run.changed() == []


def test_certificates_are_renewed_without_a_restart(cluster):
    hosts = [*NODES, "lb1"]
    before = {host: served_certificate(cluster, host) for host in hosts}
    processes = [process(node) for node in NODES]
    run = play("deploy", "--tags", "tls,lb", "-e", "minio_tls_validity_days=400", "-e", "minio_tls_renew_before_days=390")
    assert run.status == 0, run.text[-3000:]

    deadline = time.monotonic() + 90
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
    deadline = time.monotonic() + 90
    while play("verify").status != 0:
        assert time.monotonic() < deadline


def test_a_failing_server_is_red_with_the_reason_from_its_log():
    run = play("deploy", "--tags", "release,server", "-e", '{"minio_server_settings": {"MINIO_STORAGE_CLASS_RRS": "EC:seven"}}')
    assert run.status != 0 and "Invalid storage class value" in run.text
    assert play("deploy", "--tags", "release,server").status == 0
