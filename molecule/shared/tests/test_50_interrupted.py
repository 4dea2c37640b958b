"""A run killed at any point is finished by the next one: the nodes then serve what the inventory wants."""
from __future__ import annotations

import pytest

from conftest import NODES, interrupt, play, ssh

# Fractions of the deploy's task list at which the run is killed.
POINTS = [0.30, 0.40, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.85, 0.95]


def setting(value: str) -> list[str]:
    # Nothing is waited for between two nodes: no client is watched here, and ten rolling restarts are many.
    return ["-e", "minio_server_settle_seconds=0", "-e", "minio_server_heal_timeout=0", "-e", "minio_lb_drain_timeout=0", "-e", '{"minio_server_settings": {"MINIO_DOMAIN": "s3.oracle1.test", "MINIO_SITE_NAME": "%s"}}' % value]


def served(node: str) -> str:
    pid = ssh(node, "systemctl", "show", "minio", "-p", "MainPID", "--value").stdout.strip()
    lines = ssh(node, "sh", "-c", f"tr \\\\0 \\\\n < /proc/{pid}/environ").stdout.splitlines()
    return next((line.split("=", 1)[1].strip('"') for line in lines if line.startswith("MINIO_SITE_NAME=")), "")


@pytest.fixture(scope="module")
def tasks() -> int:
    run = play("deploy")
    assert run.status == 0, run.text[-3000:]
    return len(run.tasks)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_is_finished_by_the_next(tasks, point):
    wanted = f"site{POINTS.index(point)}"
    interrupt("deploy", lambda titles: len(titles) >= int(tasks * point), *setting(wanted))
    again = play("deploy", *setting(wanted))
    assert again.status == 0, again.text[-3000:]
    assert [served(node) for node in NODES] == [wanted] * 3
