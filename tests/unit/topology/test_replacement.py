# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which drive is replaced, which never, and what the erasure sets can lose meanwhile."""
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.oracle1.minio.plugins.plugin_utils import replacement
from ansible_collections.oracle1.minio.plugins.plugin_utils.topology import plan

NODES = ["minio1", "minio2", "minio3"]
PATH = "/mnt/minio/drive1"
PLAN = plan([{"hosts": NODES, "drives": [PATH]}])
DEPLOYMENT = "0e0a1b3c-5f57-4d0b-9a76-0d3d3b0a1b2c"
OLD, NEW = "8:16", "8:32"


def held(this: str = "two", deployment: str = DEPLOYMENT) -> dict[str, Any]:
    return {"deployment_id": deployment, "this": this, "sets": [["one", "two", "three"]]}


def drive(mounted: str | None = OLD, device: str = NEW, signature: str = "", **values: Any) -> dict[str, Any]:
    """minio2's drive; mounted and device are numbers of devices."""
    return {"path": PATH, "mounted": mounted is not None, "mount": {"number": mounted, "source": "/dev/sdb"} if mounted else None,
            "device": {"block": True, "number": device, "path": "/dev/sdc", "signature": signature}, "content": [],
            "format_json": held(), "format_error": "", **values}


def info(**states: str) -> dict[str, Any]:
    """States of the nodes' drives; ok if not named."""
    return {"drives": [{"endpoint": f"https://{node}:9000{PATH}", "healing": states.get(node) == "healing",
                        "state": "ok" if states.get(node) == "healing" else states.get(node, "ok")} for node in NODES]}


DEAD = {"format_json": None, "format_error": "Input/output error"}
CASES = [
    ("dead, the new one is named", drive(**DEAD), info(minio2="faulty"), False, "swap", ""),
    ("gone, the new one is blank", drive(None, format_json=None), info(minio2="offline"), False, "mount", ""),
    ("in place already", drive(OLD, OLD), info(), False, "watch", ""),
    ("in place and empty", drive(OLD, OLD, format_json=None), info(minio2="unformatted"), False, "watch", ""),
    ("it works", drive(), info(), False, "swap", "a drive that works is not replaced"),
    ("it works and its server is down", drive(), info(minio2="offline"), False, "swap", "a drive that works is not replaced"),
    ("it works and shall go", drive(), info(), True, "swap", ""),
    ("it shall go while another is away", drive(), info(minio1="offline"), True, "swap", "writes would be refused"),
    ("dead, and still named", drive(OLD, OLD, **DEAD), info(minio2="faulty"), False, "watch", "still names it"),
    ("dead while another is away", drive(**DEAD), info(minio1="offline", minio2="faulty"), False, "swap", "cannot be rebuilt"),
    ("dead while another heals", drive(**DEAD), info(minio1="healing", minio2="faulty"), False, "swap", "cannot be rebuilt"),
]


@pytest.mark.parametrize(("_what", "facts", "seen", "healthy", "action", "problem"), CASES, ids=[row[0] for row in CASES])
def test_a_replacement(_what, facts, seen, healthy, action, problem):
    found = replacement.judge_drive(facts, "minio2", PLAN, seen, healthy)
    assert found["action"] == action and found["unmount"] == (action == "swap")
    assert any(problem in text for text in found["problems"]) if problem else found["problems"] == []


@pytest.mark.parametrize(("signature", "inspected"), [("", ""), ("xfs", "/dev/sdc")])
def test_what_is_not_blank_is_looked_into(signature, inspected):
    assert replacement.judge_drive(drive(None, signature=signature), "minio2", PLAN, info(minio2="offline"))["inspect"] == inspected


@pytest.mark.parametrize(("found", "problem"), [
    ({"format_json": None}, ""),
    ({"format_json": held()}, ""),
    ({"format_json": held("three")}, "is another drive of this cluster (three, expected two)"),
    ({"format_json": held(deployment="another")}, "another deployment"),
    ({"format_json": None, "content": ["photos"]}, "holds files (photos)"),
    ({"format_json": None, "format_error": "broken"}, "cannot be read"),
])
def test_the_content_of_a_new_drive(found, problem):
    problems = replacement.judge_content(drive(**found), f"minio2:{PATH}", "two", DEPLOYMENT)
    assert any(problem in text for text in problems) if problem else problems == []


def test_the_others_know_the_id_of_a_drive_that_is_away():
    hosts = {"minio1": {"drives": [drive(format_json=held("one"))]}, "minio2": {"drives": [drive(**DEAD)]}}
    assert replacement.identity(PLAN, hosts, f"minio2:{PATH}") == {"deployment": DEPLOYMENT, "drive": "two"}
    assert replacement.identity(PLAN, {}, f"minio2:{PATH}") == {"deployment": "", "drive": ""}


def test_the_margin_is_told_for_every_set():
    assert [item["text"] for item in replacement.margins(PLAN, info(minio3="offline"))] == [
        "set 1: 2 of 3 drives are in use, write quorum 2, 0 may be lost"]
    beside, = replacement.margins(PLAN, info(minio3="offline"), [f"minio2:{PATH}"])
    assert beside["text"] == f"set 1: 1 of 2 drives beside minio2:{PATH} are in use, write quorum 2, writes are refused"
    assert not beside["may_be_rebuilt"]
