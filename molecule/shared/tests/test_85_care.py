"""Backups by their timer's unit and what brings a lost cluster back, a drift report, and the heal of a damaged part, as an operator runs them."""
from __future__ import annotations

import json
import os
import subprocess
import time

import pytest

from conftest import LAB, NODES, ROOT, STATE, command, environment, play, settled, ssh, wait_until

METRICS = "/var/lib/prometheus/node-exporter"


def test_a_backup_is_made_kept_in_two_places_and_opens_with_the_recipients_key_only(cluster):
    ssh("minio1", "mkdir", "-p", METRICS)
    run = play("backup")
    assert run.status == 0, run.text[-3000:]
    made = {path.name: path.read_bytes() for path in (STATE / "backup/archives").glob("*.tar.cms")}
    assert {name.partition("-")[0] for name in made} == {"cluster", "controller"}
    for name, content in made.items():
        assert ssh("minio1", "sha256sum", f"/var/backups/minio/{name}").stdout.split()[0] == \
            json.loads((STATE / "backup/archives" / name.replace(".tar.cms", ".json")).read_text())["sha256"]
        opened = subprocess.run(["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-inkey", STATE / "backup/recipient.key"],
                                input=content, capture_output=True, check=True).stdout
        assert cluster.secret_key.encode() not in content and (b"iam.zip" in opened or b"ca.key" in opened)
    assert ssh("minio1", "systemctl", "is-enabled", "oracle1-minio-backup.timer").stdout.strip() == "enabled"
    assert 'oracle1_minio_backup_failed{cluster="oracle1",backup="cluster"} 0' in ssh("minio1", "cat", f"{METRICS}/oracle1_minio_backup.prom").stdout
    # Neither a cluster that is in use nor a wrong name is written to.
    archive = max(path for path in (STATE / "backup/archives").glob("cluster-*.tar.cms"))
    for confirm, words in (("oracle1", "the cluster is not empty"), ("other", "Nothing was touched")):
        refused = play("restore", "-e", f"minio_backup_restore_archive={archive}", "-e", f"minio_backup_restore_confirm={confirm}")
        assert refused.status != 0 and words in refused.text


@pytest.fixture
def report(tmp_path):
    def look():
        done = subprocess.run(command("drift", "--check", "--diff"), cwd=ROOT, text=True, capture_output=True, check=False,
                              env=environment(ORACLE1_MINIO_DRIFT_DIR=str(tmp_path), ORACLE1_MINIO_DRIFT_METRICS_DIR=str(tmp_path)))
        return done.returncode, json.loads((tmp_path / "drift.json").read_text()), done.stdout
    return look


def test_drift_made_by_hand_is_reported_by_host_and_object(cluster, report, tmp_path):
    # Tests before this one have other settings.
    assert play("deploy").status == 0
    cluster.mc("version", "suspend", "oracle1/oracle1-backups")
    ssh("minio2", "chmod", "600", "/etc/minio/certs/CAs/ca.crt")
    try:
        status, found, output = report()
    finally:
        # A server that starts now would trust nobody.
        cluster.mc("version", "enable", "oracle1/oracle1-backups")
        ssh("minio2", "chmod", "644", "/etc/minio/certs/CAs/ca.crt")
    assert status == 2, output[-3000:]
    assert [(entry["host"], entry["object"]) for entry in found["drift"]] == [
        ("cluster", "bucket oracle1-backups"), ("minio2", "/etc/minio/certs/CAs/ca.crt")]
    assert found["drift"][0]["differences"] == {"versioning": {"before": "suspended", "after": "enabled"}}
    assert 'oracle1_minio_drift_objects{host="minio2"} 1' in (tmp_path / "oracle1_minio_drift.prom").read_text()
    assert cluster.secret_key not in output
    status, found, output = report()
    assert (status, found["status"], found["drift"]) == (0, "none", []), output[-3000:]


def test_a_changed_byte_is_found_and_healed_by_a_deep_scan(s3, bucket):
    body = os.urandom(300_000)
    s3.put_object(Bucket=bucket, Key="whole", Body=body)
    part = ssh("minio2", "sh", "-c", f"ls /mnt/minio/drive1/{bucket}/whole/*/part.1").stdout.strip()
    good = ssh("minio2", "sha256sum", part).stdout
    ssh("minio2", "dd", "if=/dev/urandom", f"of={part}", "bs=64", "seek=20", "count=1", "conv=notrunc")
    assert ssh("minio2", "sha256sum", part).stdout != good
    run = play("heal", "-e", json.dumps({"minio_care_heal_buckets": [bucket], "minio_care_heal_scan": "deep"}))
    assert run.status == 0 and run.result("heal | Compare the copies of every object")["results"][0]["heal"]["healed"] == 1, run.text[-3000:]
    assert ssh("minio2", "sha256sum", part).stdout == good
    assert s3.get_object(Bucket=bucket, Key="whole")["Body"].read() == body


def test_what_grew_while_a_node_was_away_is_read_from_its_healed_copy(cluster, bucket):
    client = cluster.boto3(f"https://{LAB['minio1']['ansible_host']}:9000", response_checksum_validation="when_required")
    keys, body = [f"grown{number}" for number in range(8)], os.urandom(300_000)
    for key in keys:
        client.put_object(Bucket=bucket, Key=key, Body=b"small")
    for away in ("minio2", "minio3"):
        ssh(away, "systemctl", "stop", "minio")
        try:
            if away == "minio2":
                for key in keys:
                    client.put_object(Bucket=bucket, Key=key, Body=body)
            else:
                # Two copies are needed, and one of these two was healed.
                assert all(client.get_object(Bucket=bucket, Key=key)["Body"].read() == body for key in keys)
        finally:
            ssh(away, "systemctl", "start", "minio")
            wait_until(f"{away} uses all drives", lambda: settled(away))
        for _try in range(3):
            # What somebody else heals at the moment is found by the next one.
            cluster.mc("admin", "heal", "--recursive", f"oracle1/{bucket}")
            time.sleep(3)


def test_a_cluster_that_has_lost_everything_is_what_it_was_after_a_restore(cluster):
    def archived() -> tuple[str, str]:
        run = play("backup")
        assert run.status == 0, run.text[-3000:]
        archives = STATE / "backup/archives"
        return str(max(archives.glob("cluster-*.tar.cms"))), (archives / "manifest.yml").read_text()

    # What no inventory knows: only the backup can bring it back.
    cluster.mc("admin", "user", "add", "oracle1", "by-hand", "by-hand-secret")
    cluster.mc("admin", "group", "add", "oracle1", "hands", "by-hand")
    cluster.mc("admin", "policy", "attach", "oracle1", "readonly", "--group", "hands")
    cluster.mc("admin", "user", "svcacct", "add", "oracle1", "by-hand", "--access-key", "by-hand-device", "--secret-key", "device-secret")
    cluster.mc("mb", "--with-lock", "oracle1/by-hand")
    cluster.mc("quota", "set", "oracle1/by-hand", "--size", "1GiB")
    cluster.mc("admin", "config", "set", "oracle1", "scanner", "speed=slow")
    archive, before = archived()

    for node in NODES:
        ssh(node, "systemctl", "stop", "minio")
    for node in NODES:
        ssh(node, "find", "/mnt/minio/drive1", "-mindepth", "1", "-delete")
    run = play("deploy")
    assert run.status == 0, run.text[-3000:]
    assert cluster.boto3().list_buckets()["Buckets"] == [] and cluster.refusals("by-hand", "by-hand-secret") == {"InvalidAccessKeyId"}

    run = play("restore", "-e", f"minio_backup_restore_archive={archive}", "-e", "minio_backup_restore_confirm=oracle1")
    assert run.status == 0, run.text[-3000:]
    for account in (("by-hand", "by-hand-secret"), ("by-hand-device", "device-secret"), ("edge", (STATE / "secrets/user-edge").read_text().strip())):
        assert cluster.refusals(*account) == {""}
    run = play("configure")
    assert run.status == 0 and run.changed() == [], run.text[-3000:]
    assert archived()[1] == before
