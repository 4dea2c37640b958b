"""Pools that come and go and drives and nodes that are replaced, while clients write. The tests go on from one another."""
from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest
from conftest import ROOT, SCENARIO, Run, play, ssh

sys.path.insert(0, str(ROOT))
from tests.resilience.load import Load, Report  # noqa: E402

HERE = Path(__file__).parent / "inventories"
EXPANDED, SHRUNK, REPLACED = (["-i", str(HERE / f"{name}.yml")] for name in ("expanded", "shrunk", "replaced"))
SECOND = ["minio4", "minio5", "minio6"]
DRIVE = ["-e", "minio_topology_host=minio2", "-e", "minio_topology_drive=/mnt/minio/drive1"]


@contextmanager
def clients(cluster) -> Iterator[Load]:
    with Load(cluster.endpoint, cluster.access_key, cluster.secret_key, ca=cluster.ca) as load:
        yield load


def green(run: Run) -> Run:
    assert run.status == 0, run.text[-4000:]
    return run


def refused(run: Run, why: str) -> None:
    assert run.status != 0 and why in run.text, run.text[-4000:]
    assert run.changed() == []


def process(node: str) -> str:
    return ssh(node, "systemctl", "show", "minio", "-p", "InvocationID", "--value").stdout.strip()


def pools(cluster) -> list[dict]:
    return [pool["state"] for pool in green(play("rebalance", "--check", *EXPANDED)).result("Ask the cluster for its drives and pools")["info"]["pools"]]


def kept(report: Report) -> None:
    assert report.problems(failed=None) == [] and report.failures_counted <= 2, str(report)


def test_a_pool_is_added_by_its_own_playbook_only():
    refused(play("site", *EXPANDED), "add it with playbooks/expand.yml")


def test_a_pool_is_added_while_clients_write(cluster):
    predicted = green(play("expand", "--check", *EXPANDED))
    assert "the pool of minio4, minio5, minio6 is added" in predicted.text
    with clients(cluster) as load:
        green(play("expand", *EXPANDED))
    kept(load.report())
    assert pools(cluster) == ["serving", "serving"]
    assert "198.18.12.14" in ssh("lb1", "cat", "/etc/nginx/nginx.conf").stdout
    again = green(play("expand", *EXPANDED))
    assert not [name for name in again.changed() if "minio_server" in name or "switch" in name]


def test_a_pool_of_the_cluster_must_not_be_left_out():
    refused(play("site"), "minio_server_pools lacks a pool of the cluster")
    refused(play("remove_pool", *SHRUNK), "still holds objects (serving)")


def test_a_pool_without_room_elsewhere_stays():
    refused(play("decommission", "-e", "minio_topology_pool=2", "-e", "minio_topology_fill_limit=1", *EXPANDED), "more than 1 %")


def test_a_pool_is_emptied_and_removed_while_clients_write(cluster):
    with clients(cluster) as load:
        moved = green(play("decommission", "-e", "minio_topology_pool=2", *EXPANDED))
        green(play("remove_pool", *SHRUNK))
    kept(load.report())
    assert "decommission of pool 2: " in moved.text
    assert [ssh(node, "systemctl", "is-active", "minio").stdout.strip() for node in SECOND] == ["inactive"] * 3
    green(play("verify"))


def test_a_drive_that_works_is_not_replaced():
    refused(play("replace_drive", *DRIVE, *REPLACED), "a drive that works is not replaced")


def test_a_dead_drive_is_replaced_while_clients_write(cluster):
    with clients(cluster) as load:
        ssh("minio2", "xfs_io", "-x", "-c", "shutdown", "/mnt/minio/drive1")
        refused(play("replace_drive", *DRIVE), "name the device, uuid or label of the new drive")
        others = [process(node) for node in ("minio1", "minio3")]
        done = green(play("replace_drive", *DRIVE, *REPLACED))
    kept(load.report())
    assert done.result("Watch until the drives hold all that they are to hold")["heal"]["failed"] == 0
    assert "/dev/vdc" in ssh("minio2", "findmnt", "-nfo", "SOURCE", "/mnt/minio/drive1").stdout
    assert [process(node) for node in ("minio1", "minio3")] == others
    again = green(play("replace_drive", *DRIVE, *REPLACED))
    assert again.changed() == []


def reinstall(host: str) -> None:
    """The host as bought: a new system under the same name, its drive without a signature."""
    subprocess.run(["docker", "rm", "-f", f"molecule-{SCENARIO}-{host}"], check=True, capture_output=True)
    for image in (ROOT / "build/lab" / f"molecule-{SCENARIO}" / "drives").glob(f"{host}-*.img"):
        device = subprocess.run(["losetup", "-j", image, "-O", "NAME", "-n"], check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run(["wipefs", "--all", "--quiet", device], check=True)
    subprocess.run([sys.executable, ROOT / "lab/lab.py", "up", f"molecule-{SCENARIO}", ROOT / "molecule" / SCENARIO / "lab.json"],
                   check=True, capture_output=True)


def test_a_host_that_was_installed_anew_is_a_node_again(cluster):
    with clients(cluster) as load:
        reinstall("minio3")
        others = [process(node) for node in ("minio1", "minio2")]
        green(play("replace_node", "-e", "minio_topology_host=minio3", *REPLACED))
        assert [process(node) for node in ("minio1", "minio2")] == others
    kept(load.report())
    green(play("verify", *REPLACED))


@pytest.mark.parametrize("arguments", [["-e", "minio_topology_host=minio9"], ["-e", "minio_topology_host=minio2", "-e", "minio_topology_drive=/mnt"]])
def test_what_the_inventory_does_not_have_is_not_replaced(arguments):
    refused(play("replace_drive", *arguments), "Nothing was touched. minio_topology_host is")
