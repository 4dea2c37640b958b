"""Maintenance while clients write: nobody notices it, and what is interrupted is finished by the next run."""
from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator

from conftest import LAB, NODES, ROOT, SCENARIO, STATE, environment, play, settled, ssh, wait_until

sys.path.insert(0, str(ROOT / "tests/resilience"))
from load import Load  # noqa: E402

LOG = "/var/log/nginx/minio_access.log"
OLD, NEW = "RELEASE.2025-09-07T16-13-09Z", "RELEASE.2026-02-12T20-18-48Z"


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


def started(node: str) -> str:
    return ssh(node, "systemctl", "show", "minio", "-p", "InvocationID", "--value").stdout.strip()


def running(node: str) -> str:
    """Release of the live process."""
    return ssh(node, "sh", "-c", "readlink /proc/$(systemctl show minio -p MainPID --value)/exe").stdout.split("/")[3]


def drained() -> list[str]:
    return ssh("lb1", "ls", "/etc/nginx/minio_lb_drained").stdout.split()


@contextlib.contextmanager
def refusing(node: str, condition: str) -> Iterator[None]:
    """The node's server does not start where this condition of the shell holds."""
    folder = "/run/systemd/system/minio.service.d"
    try:
        ssh(node, "mkdir", "-p", folder)
        ssh(node, "tee", f"{folder}/refuse.conf", stdin=f"[Service]\nExecStartPre=/bin/sh -c '! {condition}'\n")
        ssh(node, "systemctl", "daemon-reload")
        yield
    finally:
        ssh(node, "rm", "-r", folder)
        ssh(node, "systemctl", "daemon-reload")


def clients(cluster) -> Load:
    """Clients that write, read and delete through the balancer and remember what they were promised."""
    return Load(cluster.endpoint, cluster.access_key, cluster.secret_key, ca=cluster.ca)


def unnoticed(load: Load) -> None:
    """No request failed, nothing was answered wrongly, nothing is lost. Then what the clients left is removed."""
    problems = load.report().problems()
    assert problems == [], "\n".join(problems)
    # Every heal would look at it.
    load.remove()


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
    unnoticed(load)


def test_every_node_is_restarted_and_no_client_notices(cluster):
    before = {node: started(node) for node in NODES}
    with clients(cluster) as load:
        run = play("restart")
    assert run.status == 0, run.text[-3000:]
    assert all(started(node) != before[node] for node in NODES)
    unnoticed(load)
    assert drained() == []


def test_check_mode_says_what_would_be_restarted_and_touches_nothing():
    before = {node: started(node) for node in NODES}
    run = play("restart", "--check")
    assert run.status == 0, run.text[-3000:]
    assert "3 of 3" in run.text and any(name.endswith("Keep requests from the drained nodes, and from no others") for name in run.changed())
    assert {node: started(node) for node in NODES} == before and drained() == []


def test_a_restart_is_refused_while_a_node_is_down_and_changes_nothing():
    before = [started(node) for node in NODES[:2]]
    try:
        with refusing("minio3", "true"):
            ssh("minio3", "systemctl", "stop", "minio")
            run = play("restart", "-e", "minio_server_guard_timeout=5", "-e", "minio_server_allow_down=true")
        assert run.status != 0 and "would lose write quorum" in run.text, run.text[-3000:]
        assert [started(node) for node in NODES[:2]] == before and drained() == []
    finally:
        ssh("minio3", "systemctl", "restart", "minio")
    # What a node does in its first seconds is not what the next test is about.
    wait_until("minio3 uses all drives", lambda: settled("minio3"))


def test_an_upgrade_and_the_way_back_are_not_noticed(cluster):
    for release, more in ((OLD, ["-e", "minio_upgrade_allow_downgrade=true"]), (NEW, [])):
        with clients(cluster) as load:
            run = play("upgrade", "-e", f"minio_release={release}", *more)
        assert run.status == 0, run.text[-3000:]
        assert {running(node) for node in NODES} == {release}
        unnoticed(load)
    kept = STATE / "exports" / OLD / "iam.zip"
    assert kept.stat().st_mode & 0o777 == 0o600 and kept.read_bytes()[:2] == b"PK"


def test_a_downgrade_is_refused_before_anything_is_touched():
    run = play("upgrade", "-e", f"minio_release={OLD}")
    assert run.status != 0 and "minio_upgrade_allow_downgrade" in run.text
    assert {running(node) for node in NODES} == {NEW}


def test_a_release_that_does_not_start_on_a_node_is_taken_back_and_no_client_notices(cluster):
    with refusing("minio2", f"readlink /usr/local/bin/minio | grep -q {OLD}"), clients(cluster) as load:
        run = play("upgrade", "-e", f"minio_release={OLD}", "-e", "minio_upgrade_allow_downgrade=true")
    assert run.status != 0 and f"every node runs {NEW} again" in run.text, run.text[-3000:]
    assert {running(node) for node in NODES} == {NEW} and drained() == []
    unnoticed(load)


def test_a_change_of_all_nodes_at_once_and_the_way_back_lose_nothing(cluster):
    """What a move to another distribution does, here between two builds of the same one."""
    for release in (OLD, NEW):
        with clients(cluster) as load:
            run = play("migrate_to_silo", "-e", f"minio_release={release}")
        assert run.status == 0 and "nodes of two distributions form no cluster" in run.text, run.text[-3000:]
        assert {running(node) for node in NODES} == {release}
        unnoticed(load)
