"""Removal: behind the cluster's name, with the data left, which the next run finds."""
from __future__ import annotations

from conftest import NODES, play, ssh


def test_the_wrong_name_touches_nothing():
    run = play("destroy", "-e", "minio_destroy_confirm=another")
    assert run.status != 0 and "not this cluster" in run.text
    assert all(ssh(node, "systemctl", "is-active", "minio").stdout.strip() == "active" for node in NODES)


def test_the_right_name_removes_the_cluster_and_leaves_the_data():
    run = play("destroy", "-e", "minio_destroy_confirm=oracle1")
    assert run.status == 0, run.text[-3000:]
    for node in NODES:
        for path in ("/usr/local/bin/minio", "/etc/default/minio", "/etc/systemd/system/minio.service", "/etc/minio/certs", "/opt/minio"):
            assert ssh(node, "test", "-e", path).returncode != 0, (node, path)
        assert "/mnt/minio" not in ssh(node, "cat", "/etc/fstab").stdout
        ssh(node, "mount", "/dev/vdb", "/media")
        assert "oracle1-backups" in ssh(node, "ls", "/media").stdout
        ssh(node, "umount", "/media")
    assert ssh("lb1", "test", "-e", "/etc/nginx/nginx.conf").returncode != 0
    assert ssh("lb1", "systemctl", "cat", "minio-lb.socket").returncode != 0


def test_the_next_run_finds_the_data_again():
    run = play("deploy")
    assert run.status == 0, run.text[-3000:]
    run = play("configure")
    assert run.status == 0, run.text[-3000:]
    created = run.result("Reconcile the manifest")["counts"]["created"]
    assert created == 0, "the buckets or accounts were made anew: the data was not found"
