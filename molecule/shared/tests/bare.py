"""Check mode on hosts that have nothing of ours: what the scenario does before it converges (molecule/shared/prepare.yml)."""
from __future__ import annotations

from conftest import LAB, NODES, play, ssh


def test_check_mode_runs_to_its_end_foresees_the_cluster_and_changes_nothing():
    run = play("site", "--check", "--diff")
    assert run.status == 0, run.text[-3000:]
    predicted = run.changed()
    for task in ("Copy the binary from the controller", "Write the environment file", "Write the unit", "Render the configuration",
                 "Reconcile the manifest"):
        assert any(name.endswith(task) for name in predicted), task
    for path in ("/etc/default/minio", "/opt/minio", "/etc/minio", "/etc/nginx", "/etc/prometheus"):
        assert all(ssh(host, "test", "-e", path).returncode != 0 for host in LAB), path
    assert all(ssh(node, "getent", "passwd", "minio-user").returncode != 0 for node in NODES)
