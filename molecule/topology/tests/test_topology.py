"""Pools that come and go and drives and nodes that are replaced, while clients write. The tests go on from one another."""
from __future__ import annotations

import http.client
import os
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import urlsplit

import pytest
from conftest import ROOT, SCENARIO, Run, play, ssh

sys.path.insert(0, str(ROOT))
from tests.resilience import results  # noqa: E402
from tests.resilience.load import READING, Load  # noqa: E402
from tests.resilience.rows import ROWS  # noqa: E402

HERE = Path(__file__).parent / "inventories"
EXPANDED, SHRUNK, REPLACED = (["-i", str(HERE / f"{name}.yml")] for name in ("expanded", "shrunk", "replaced"))
FIRST, SECOND = ["minio1", "minio2", "minio3"], ["minio4", "minio5", "minio6"]
SECOND_POOL = ["-e", "minio_topology_pool=2"]
STOPPED, ASIDE = "-eminio_topology_writes_stopped=true", "-eminio_topology_set_aside=true"
# One in 2 to the power of this many runs finds none of them in the second pool.
LATE = 6
DRIVE = ["-e", "minio_topology_host=minio2", "-e", "minio_topology_drive=/mnt/minio/drive1"]


@contextmanager
def clients(cluster, **options: Any) -> Iterator[Load]:
    with Load(cluster.endpoint, cluster.access_key, cluster.secret_key, ca=cluster.ca, **options) as load:
        yield load


def green(run: Run) -> Run:
    failed = [(task["task"]["name"], host, result.get("msg")) for task in run.tasks for host, result in task["hosts"].items()
              if result.get("failed") or result.get("unreachable")]
    assert run.status == 0, failed or run.text[-4000:]
    return run


def refused(run: Run, why: str) -> None:
    assert run.status != 0 and why in run.text, run.text[-4000:]
    assert run.changed() == []


def process(node: str) -> str:
    return ssh(node, "systemctl", "show", "minio", "-p", "InvocationID", "--value").stdout.strip()


def pools(cluster) -> list[dict]:
    return [pool["state"] for pool in green(play("rebalance", "--check", *EXPANDED)).result("Ask the cluster for its drives and pools")["info"]["pools"]]


def kept(load: Load, name: str | None = None) -> None:
    """Demand it. name: a row of docs/resilience.md, which goes to the file of TOPOLOGY_REPORT, build/reports/topology.json by default."""
    report = load.report()
    if name:
        row = next(row for row in ROWS if row.name == name)
        figures = ROOT / os.environ.get("TOPOLOGY_REPORT", "build/reports/topology.json")
        figures.parent.mkdir(parents=True, exist_ok=True)
        results.forget(figures, name, "plain")
        results.add(figures, {**results.result(row, load, report, report.problems(row.failed, row.gap), took=report.seconds),
                              "command": f"make molecule SCENARIO={SCENARIO}"})
    assert report.problems(failed=None) == [] and report.failures_counted <= 2, str(report)


def test_a_pool_is_added_by_its_own_playbook_only():
    refused(play("site", *EXPANDED), "add it with playbooks/expand.yml")


def test_a_pool_is_added_while_clients_write(cluster):
    predicted = green(play("expand", "--check", *EXPANDED))
    assert "the pool of minio4, minio5, minio6 is added" in predicted.text
    with clients(cluster) as load:
        green(play("expand", *EXPANDED))
    kept(load, "expand")
    assert pools(cluster) == ["serving", "serving"]
    assert "198.18.12.14" in ssh("lb1", "cat", "/etc/nginx/nginx.conf").stdout
    again = green(play("expand", *EXPANDED))
    assert not [name for name in again.changed() if "minio_server" in name or "switch" in name]


def test_a_pool_of_the_cluster_must_not_be_left_out():
    refused(play("site"), "minio_server_pools lacks a pool of the cluster")
    refused(play("remove_pool", *SHRUNK), "still holds objects (serving)")


def test_a_pool_without_room_elsewhere_stays():
    refused(play("decommission", *SECOND_POOL, "-e", "minio_topology_fill_limit=1", *EXPANDED), "more than 1 %")


def write(cluster) -> Load:
    """Clients that have written for a minute, in both pools, and replaced objects in either pool by ones in the other."""
    with clients(cluster) as load:
        time.sleep(60)
    kept(load)
    return load


@pytest.fixture(scope="module")
def written(cluster):
    return write(cluster)


@pytest.fixture
def fuller():
    """The first pool's drives are fuller than the cluster."""
    for node in FIRST:
        assert ssh(node, "fallocate", "-l", "700M", "/mnt/minio/drive1/ballast").returncode == 0
    # Until the servers have seen it.
    time.sleep(10)
    yield
    for node in FIRST:
        ssh(node, "rm", "/mnt/minio/drive1/ballast")


def test_pools_that_are_even_are_left_as_they_are():
    assert green(play("rebalance", *EXPANDED)).changed() == []


def test_pools_are_evened_out_while_clients_read(cluster, written, fuller):
    refused(play("rebalance", *EXPANDED), "Stop all clients that write")
    refused(play("rebalance", STOPPED, *EXPANDED), "would be served as they once were")
    with clients(cluster, mix=READING) as reading:
        done = green(play("rebalance", STOPPED, ASIDE, *EXPANDED))
    kept(reading, "rebalance")
    assert done.result("Say what was moved")["msg"].startswith("complete: ") and "complete: 0 " not in done.text
    assert written.report().problems(failed=None) == []


POLICIES = """set -e
for version in old middle new; do for number in $(seq 16); do
  echo "{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': ['s3:GetObject'], 'Resource': ['arn:aws:s3:::$version/*']}]}" \\
    | tr "'" '"' > /tmp/policy.json
  mc admin policy create oracle1 replaced-$number /tmp/policy.json
done; done
"""


@pytest.fixture(scope="module")
def policies(cluster):
    """Access policies that were replaced: a question for those that are not the newest."""
    created = ssh("minio1", "sh", "-s", stdin=POLICIES)
    assert created.returncode == 0, created.stderr
    return lambda: [name for name in (f"replaced-{number}" for number in range(1, 17))
                    if "arn:aws:s3:::new/" not in cluster.mc("admin", "policy", "info", "oracle1", name).stdout]


def test_a_pool_is_not_emptied_while_clients_may_write():
    refused(play("decommission", *SECOND_POOL, *EXPANDED), "Stop all clients that write")


@pytest.fixture(scope="module")
def rewritten(cluster):
    return write(cluster)


def test_what_would_be_served_as_it_once_was_is_not_moved(rewritten, policies):
    seen = play("decommission", *SECOND_POOL, STOPPED, *EXPANDED)
    refused(seen, "would be served as they once were")
    assert "settings would become what they once were" in seen.text and ".minio.sys/config/iam/policies/replaced-" in seen.text


def slow_upload(cluster, bucket: str, key: str, ending: threading.Event, status: dict[str, int]) -> threading.Thread:
    """A PUT by the balancer that comes to its end when it is told to. It never stalls: the server ends what does not fill a block in time."""
    pieces, piece = 768, bytes(128 * 1024)
    address = urlsplit(cluster.boto3().generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": key}))
    connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=120, context=ssl.create_default_context(cafile=cluster.ca))
    connection.putrequest("PUT", f"{address.path}?{address.query}")
    connection.putheader("Content-Length", str(pieces * len(piece)))
    connection.endheaders()

    def send() -> None:
        for _piece in range(pieces):
            connection.send(piece)
            ending.wait(1)
        status[key] = connection.getresponse().status

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def test_a_pool_is_emptied_while_clients_read_and_late_uploads_are_found(cluster, written, rewritten, policies):
    """Uploads that began before and end after the decommission go to the pool that was chosen for them."""
    status: dict[str, int] = {}
    ending = threading.Event()
    late = [slow_upload(cluster, written.bucket, f"late-{number}", ending, status) for number in range(LATE)]
    # Until they have reached a server that has chosen a pool.
    time.sleep(5)
    with clients(cluster, mix=READING) as reading:
        moved = green(play("decommission", *SECOND_POOL, STOPPED, ASIDE, *EXPANDED))
    ending.set()
    for upload in late:
        upload.join()
    assert status == {f"late-{number}": 200 for number in range(LATE)}
    kept(reading, "decommission")
    assert "decommission of pool 2: " in moved.text
    assert [load.report().problems(failed=None) for load in (written, rewritten)] == [[], []]

    refused(play("remove_pool", *SHRUNK), "The server calls the pool decommissioned, but ")
    green(play("decommission", *SECOND_POOL, STOPPED, *EXPANDED))
    assert all(cluster.boto3().head_object(Bucket=written.bucket, Key=key) for key in status)


def test_an_empty_pool_is_removed_while_clients_write(cluster, written, rewritten, policies):
    with clients(cluster) as load:
        green(play("remove_pool", *SHRUNK))
    kept(load, "remove-pool")
    assert [ssh(node, "systemctl", "is-active", "minio").stdout.strip() for node in SECOND] == ["inactive"] * 3
    assert [load.report().problems(failed=None) for load in (written, rewritten)] == [[], []]
    assert all(cluster.boto3().head_object(Bucket=written.bucket, Key=f"late-{number}") for number in range(LATE))
    # The nodes have restarted and read their accounts anew.
    assert policies() == []
    green(play("verify"))


def test_a_drive_that_works_is_not_replaced():
    refused(play("replace_drive", *DRIVE, *REPLACED), "a drive that works is not replaced")


def test_a_dead_drive_is_replaced_while_clients_write(cluster):
    with clients(cluster) as load:
        ssh("minio2", "xfs_io", "-x", "-c", "shutdown", "/mnt/minio/drive1")
        refused(play("replace_drive", *DRIVE), "name the device, uuid or label of the new drive")
        others = [process(node) for node in ("minio1", "minio3")]
        done = green(play("replace_drive", *DRIVE, *REPLACED))
    kept(load, "replace-drive")
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
    kept(load, "replace-node")
    green(play("verify", *REPLACED))


@pytest.mark.parametrize("arguments", [["-e", "minio_topology_host=minio9"], ["-e", "minio_topology_host=minio2", "-e", "minio_topology_drive=/mnt"]])
def test_what_the_inventory_does_not_have_is_not_replaced(arguments):
    refused(play("replace_drive", *arguments), "Nothing was touched. minio_topology_host is")
