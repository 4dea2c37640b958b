"""Maintenance while clients write: nobody notices it, and what is interrupted is finished by the next run."""
from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from conftest import LAB, NODES, ROOT, SCENARIO, environment, ssh

sys.path.insert(0, str(ROOT / "tests/resilience"))
from load import Load  # noqa: E402

LOG = "/var/log/nginx/minio_access.log"


def drain(*nodes: str) -> None:
    """Drain as a playbook or an operator does, on all balancers."""
    subprocess.run(
        [str(Path(sys.executable).with_name("ansible")), "localhost", "-i", str(ROOT / "molecule/inventory"),
         "-i", str(ROOT / "build/lab" / f"molecule-{SCENARIO}" / "hosts.json"), "-e", f"@{ROOT / 'molecule' / SCENARIO / 'vars.yml'}",
         "-m", "ansible.builtin.include_role", "-a", "name=oracle1.minio.minio_lb tasks_from=drain",
         "-e", json.dumps({"minio_lb_drained": nodes})],
        cwd=ROOT, env=environment(), check=True, capture_output=True, timeout=120)


def served_by() -> set[str]:
    """Addresses of the nodes that the balancer's log names for the next seconds."""
    time.sleep(2.5)                      # nginx writes its log every two seconds
    ssh("lb1", "truncate", "-s0", LOG)
    time.sleep(5)
    rows = [json.loads(line) for line in ssh("lb1", "cat", LOG).stdout.splitlines()]
    return {address.rpartition(":")[0] for row in rows for address in row["node"].split(", ") if address}


def clients(cluster) -> Load:
    """Clients that write, read and delete through the balancer and remember what they were promised."""
    return Load(cluster.endpoint, cluster.access_key, cluster.secret_key, ca=cluster.ca)


def test_a_drained_node_gets_no_request_and_no_client_notices(cluster):
    addresses = {node: LAB[node]["ansible_host"] for node in NODES}
    with clients(cluster) as load:
        try:
            for drained in (["minio1"], ["minio3"], ["minio2", "minio3"]):
                drain(*drained)
                assert served_by() == {addresses[node] for node in NODES if node not in drained}
        finally:
            drain()
        assert served_by() == set(addresses.values())
    assert load.report().problems() == []
