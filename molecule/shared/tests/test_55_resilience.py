"""An upgrade that is killed half-way, and the short form of the table in docs/resilience.md: what clients notice, and that nothing is lost."""
from __future__ import annotations

import sys

import pytest

from conftest import NODES, ROOT, SCENARIO, STATE, interrupt, play

sys.path.insert(0, str(ROOT))

from tests.resilience.cluster import Cluster  # noqa: E402
from tests.resilience.rows import NEW, OLD, ROWS  # noqa: E402
from tests.resilience.runner import run  # noqa: E402

# The upgrade first: the test before has left the cluster at the older release.
SHORT = ["upgrade", "control", "restart", "kill", "wipe", "corrupt"]
TO_OLD = ["-e", f"minio_release={OLD}", "-e", "minio_upgrade_allow_downgrade=true"]
# A third of the requests: what they leave is read twice and healed afterwards.
LAB = Cluster(f"molecule-{SCENARIO}", (str(ROOT / "molecule/inventory"),), (f"@{ROOT / 'molecule' / SCENARIO / 'vars.yml'}",), STATE, rate=20)


def releases() -> list[str]:
    """What the nodes' live processes are."""
    return [LAB.release(node) for node in NODES]


def test_a_killed_change_of_release_is_finished_by_the_next_run():
    assert releases() == [NEW] * 3
    interrupt("upgrade", lambda titles: sum("Say which node is next" in title for title in titles) == 2, *TO_OLD)
    assert set(releases()) == {OLD, NEW}
    again = play("upgrade", *TO_OLD)
    assert again.status == 0, again.text[-3000:]
    assert releases() == [OLD] * 3


@pytest.mark.parametrize("row", sorted((row for row in ROWS if row.name in SHORT), key=lambda row: SHORT.index(row.name)), ids=lambda row: row.name)
def test_nothing_is_lost_and_no_more_fails_than_is_known(row):
    report = run(LAB, row)["report"]
    assert report["lost"] == report["returned"] == [] and report["wrong"] == {}, report
    assert sum(report["failed"].values()) <= row.known, report["failed"]
    assert row.gap is None or report["gap"] <= max(row.gap, 1), report["gap"]
