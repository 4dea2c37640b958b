"""Drift made by hand with mc: check mode shows exactly that, the run repairs and reports it, the next run changes nothing."""
from __future__ import annotations

import json

import pytest

from conftest import play, ssh

TASK = "Reconcile the manifest"
FOREIGN_RULE = ["ilm", "rule", "add", "--expire-days", "3", "--prefix", "theirs/", "oracle1/oracle1-cache"]


@pytest.fixture(scope="module")
def drift(cluster_by_hand):
    """Five changes behind the manifest's back; what the manifest's owner should be told of."""
    cluster_by_hand.mc("version", "suspend", "oracle1/oracle1-backups")
    cluster_by_hand.mc("anonymous", "set", "none", "oracle1/oracle1-documents")
    cluster_by_hand.mc("admin", "policy", "detach", "oracle1", "oracle1-edge", "--user", "edge")
    cluster_by_hand.mc(*FOREIGN_RULE)
    cluster_by_hand.mc("tag", "set", "oracle1/oracle1-models", "service=theirs&visibility=private")
    return {"bucket oracle1-backups": "versioning", "bucket oracle1-documents": "policy", "user edge": "policies",
            "bucket oracle1-cache": "lifecycle", "bucket oracle1-models": "tags"}


@pytest.fixture(scope="module")
def cluster_by_hand(cluster):
    return cluster


def differences(run) -> dict[str, list[str]]:
    """Object -> names of the keys that its diff changes."""
    found = {}
    for diff in run.result(TASK).get("diff", []):
        before, after = diff["before"], diff["after"]
        if before != after:
            name = diff["before_header"].removeprefix("before: ")
            found[name] = sorted(key for key in {**before, **after} if before.get(key) != after.get(key))
    return found


def test_check_mode_shows_exactly_the_drift_and_the_run_repairs_it(drift):
    check = play("configure", "--check", "--diff")
    assert check.status == 0, check.text[-3000:]
    shown = differences(check)
    assert set(shown) == set(drift)
    assert all(key in shown[name] for name, key in drift.items())
    assert suspended(), "check mode repaired something"

    repair = play("configure", "--diff")
    assert repair.status == 0 and differences(repair) == shown
    assert not suspended()

    again = play("configure", "--diff")
    assert again.status == 0 and again.changed() == [] and differences(again) == {}


def suspended() -> bool:
    answer = ssh("minio1", "mc", "--json", "version", "info", "oracle1/oracle1-backups")
    return json.loads(answer.stdout)["versioning"]["status"] == "Suspended"
