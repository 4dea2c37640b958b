"""What an operator would look at on each host: units, drives, permissions, certificates, no secret in sight."""
from __future__ import annotations

import json

import pytest

from conftest import NODES, ssh


@pytest.mark.parametrize("node", NODES)
def test_the_server_runs_and_comes_back_after_a_boot(hosts, node):
    service = hosts[node].service("minio")
    assert service.is_running and service.is_enabled
    process = hosts[node].process.get(comm="minio")
    assert process.user == "minio-user"


@pytest.mark.parametrize("node", NODES)
def test_the_drive_is_xfs_and_guarded(hosts, node):
    mount = hosts[node].mount_point("/mnt/minio/drive1")
    assert mount.exists and mount.filesystem == "xfs" and "noatime" in mount.options
    fstab = hosts[node].file("/etc/fstab").content_string
    assert "/mnt/minio/drive1 xfs" in fstab and "nofail" not in fstab
    unit = hosts[node].run("systemctl show minio -p RequiresMountsFor -p AssertResult --value").stdout
    assert "/mnt/minio/drive1" in unit


@pytest.mark.parametrize("node", NODES)
def test_the_binary_is_versioned_and_linked(hosts, node):
    link = hosts[node].file("/usr/local/bin/minio")
    assert link.is_symlink and link.linked_to.startswith("/opt/minio/RELEASE.")
    assert link.linked_to.split("/")[3] in hosts[node].run("/usr/local/bin/minio --version").stdout


@pytest.mark.parametrize("node", NODES)
@pytest.mark.parametrize(("path", "mode", "owner"), [
    ("/etc/default/minio", 0o640, "root"),
    ("/etc/minio/certs/private.key", 0o640, "root"),
    ("/root/.mc/config.json", 0o600, "root"),
])
def test_secrets_are_readable_by_those_who_need_them(hosts, node, path, mode, owner):
    file = hosts[node].file(path)
    assert (file.mode, file.user) == (mode, owner)


def test_the_balancers_key_is_roots(hosts):
    key = hosts["lb1"].file("/etc/minio/certs/private.key")
    assert key.user == "root" and key.mode & 0o007 == 0
    assert hosts["lb1"].run("nginx -t").rc == 0


@pytest.mark.parametrize("host", [*NODES, "lb1"])
def test_no_secret_in_any_command_line(hosts, cluster, host):
    assert cluster.secret_key not in hosts[host].run("cat /proc/[0-9]*/cmdline | tr '\\0' ' '").stdout


@pytest.mark.parametrize("node", NODES)
def test_no_secret_in_the_journal(hosts, cluster, node):
    journal = hosts[node].run("journalctl --no-pager -o cat").stdout
    assert "MinIO Object Storage Server" in journal and cluster.secret_key not in journal


def test_every_node_runs_the_same_settings(hosts):
    def served(node: str) -> list[str]:
        pid = hosts[node].run("systemctl show minio -p MainPID --value").stdout.strip()
        lines = hosts[node].run(f"tr '\\0' '\\n' < /proc/{pid}/environ").stdout.splitlines()
        return sorted(line for line in lines if line.startswith("MINIO_") and not line.startswith("MINIO_OPTS"))
    first = served(NODES[0])
    assert first and all(served(node) == first for node in NODES[1:])


def test_parity_and_quorum_are_those_of_three_drives(cluster):
    info = json.loads(cluster.mc("admin", "info", "oracle1").stdout.splitlines()[-1])["info"]
    assert info["backend"]["standardSCParity"] == 1 and info["backend"]["totalDrivesPerSet"] == [3]
    assert [server["state"] for server in info["servers"]] == ["online"] * 3


@pytest.mark.parametrize("node", NODES)
def test_the_sandbox_holds(node):
    """The unit's own view: the system is read-only for the server, other users' processes are hidden."""
    pid = ssh(node, "systemctl", "show", "minio", "-p", "MainPID", "--value").stdout.strip()
    written = ssh(node, "touch", f"/proc/{pid}/root/usr/local/bin/x")
    assert written.returncode != 0 and "Read-only" in written.stderr
