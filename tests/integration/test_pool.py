# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decommission and rebalance of real pools, two of four drives each in one server."""
from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from conftest import binary, runner, running


KEYS = 250


@pytest.fixture
def many(tmp_path):
    """A server with two pools and so many objects that a decommission takes a moment."""
    with running(tmp_path / "pools", pools=("d", "e")) as server:
        server.mc("mb", "s3/many")
        server.mc("version", "enable", "s3/many")
        for generation in ("old", "new"):
            source = server.directory / generation
            source.mkdir()
            for number in range(KEYS):
                (source / f"key{number}").write_text(f"{generation} {number}")
            server.mc("mirror", "--overwrite", str(source), "s3/many")
        server.boto3().delete_object(Bucket="many", Key="key7")
        yield server


def versions(server):
    """Every version and delete marker; an ETag is the checksum of the content."""
    found = set()
    for page in server.boto3().get_paginator("list_object_versions").paginate(Bucket="many"):
        for version in page.get("Versions", []) + page.get("DeleteMarkers", []):
            found.add((version["Key"], version["VersionId"], version["IsLatest"], version.get("ETag")))
    return found


def contents(server, directory):
    """What a client reads, by key."""
    server.mc("mirror", "s3/many", str(directory))
    return {path.name: path.read_text() for path in directory.iterdir()}


def states(result):
    assert not result.get("failed"), result["msg"]
    return [pool["state"] for pool in result["pool"]["pools"]]


def objects_in(server, pool):
    return sum(1 for _path in (server.directory / f"{pool}1/many").glob("*/xl.meta"))


def test_a_decommission_moves_every_version_and_is_done_once(many, tmp_path):
    run, before, name = runner(many), versions(many), f"{many.directory}/d{{1...4}}"
    listed = run("pool", {})
    assert [pool["name"] for pool in listed["pool"]["pools"]] == [name, f"{many.directory}/e{{1...4}}"]
    assert states(listed) == ["serving", "serving"] and objects_in(many, "d") > 0
    even = run("pool", {"action": "rebalance"})
    assert even["changed"] is False and even["requests"]["writes"] == 0

    start = {"action": "decommission", "pool": name, "wait": True, "wait_timeout": 60}
    assert run("pool", start, check=True)["changed"] is True
    done = run("pool", start)
    assert states(done) == ["complete", "serving"] and done["changed"] is True
    assert many.mc("admin", "decommission", "status", "s3")[0]["decommissionInfo"]["complete"] is True
    assert done["pool"]["pools"][0]["moved"] > 0 == done["pool"]["pools"][0]["failed"]
    assert objects_in(many, "d") == 0 and objects_in(many, "e") == KEYS
    assert versions(many) == before and len(before) == 2 * KEYS + 1
    assert contents(many, tmp_path / "read") == {f"key{number}": f"new {number}" for number in range(KEYS) if number != 7}

    repeated = run("pool", {**start, "pool": "0"})
    assert repeated["changed"] is False and repeated["requests"]["writes"] == 0
    over = run("pool", {"action": "cancel_decommission", "pool": "0"})
    assert over["failed"] and "it is complete: take the pool out" in over["msg"]


def test_a_decommission_is_cancelled(many):
    run, start, cancel = runner(many), {"action": "decommission", "pool": "0"}, {"action": "cancel_decommission", "pool": "0"}
    assert run("pool", cancel)["changed"] is False
    started = run("pool", start)
    assert started["changed"] is True and states(started) == ["active", "serving"]
    again = run("pool", start)
    assert again["changed"] is False and again["requests"]["writes"] == 0
    refused = run("pool", {"action": "decommission", "pool": "1"}, check=True)
    assert refused["failed"] and "no other pool takes objects" in refused["msg"]
    busy = run("pool", {"action": "rebalance"}, check=True)
    assert busy["failed"] and "a pool is being decommissioned" in busy["msg"]

    assert run("pool", cancel, check=True)["changed"] is True
    assert states(run("pool", cancel)) == ["canceled", "serving"]
    assert run("pool", cancel)["changed"] is False
    assert many.mc("admin", "decommission", "status", "s3")[0]["decommissionInfo"]["canceled"] is True
    left = objects_in(many, "d")
    assert left > 0
    for number in range(20):
        many.boto3().put_object(Bucket="many", Key=f"later{number}", Body=b"x")
    # As the documentation says: it takes no new objects.
    assert objects_in(many, "d") == left


def free(server, pool):
    """Free bytes of a pool's first drive as the server tells them, a moment late."""
    drives = server.mc("admin", "info", "s3")["info"]["servers"][0]["drives"]
    return next(drive["availspace"] for drive in drives if drive["path"].endswith(f"{pool}1"))


@pytest.fixture
def uneven(tmp_path, monkeypatch):
    """A server whose pools have small file systems of their own; those of the first are half full."""
    script, drives = tmp_path / "minio", [tmp_path / f"data/{pool}{number}" for pool in "de" for number in range(1, 5)]
    mounts = " && ".join(f"mount -t tmpfs -o size=24m none {drive}" for drive in drives)
    script.write_text(f"#!/bin/sh\nexec unshare --user --map-root-user --mount sh -c '{mounts} && exec \"$@\"' sh {binary('MINIO_BINARY', 'minio')} \"$@\"\n")
    script.chmod(0o755)
    monkeypatch.setenv("MINIO_BINARY", str(script))
    with running(tmp_path / "data", pools=("d", "e")) as server:
        s3 = server.boto3()
        s3.create_bucket(Bucket="many")
        # So many that moving some takes seconds: a test stops it on its way.
        for number in range(800):
            s3.put_object(Bucket="many", Key=f"key{number}", Body=os.urandom(30 * 2 ** 10))
        for number in range(1, 5):
            # Seen through the server's own mounts.
            ballast = Path(f"/proc/{server.process.pid}/root{server.directory}/d{number}/ballast")
            ballast.write_bytes(bytes(10 * 2 ** 20))
        while abs(free(server, "d") - free(server, "e")) < 2 ** 20:
            time.sleep(0.2)
        yield server


def test_a_rebalance_moves_objects_off_the_fuller_pool(uneven):
    run, start = runner(uneven), {"action": "rebalance", "wait": True, "wait_timeout": 60}
    before = {item["Key"]: item["ETag"] for item in uneven.boto3().list_objects_v2(Bucket="many")["Contents"]}
    assert run("pool", start, check=True)["changed"] is True
    assert run("pool", {"action": "stop_rebalance"})["changed"] is False
    result = run("pool", start)
    assert not result.get("failed"), result["msg"]
    assert result["changed"] is True and result["pool"]["uneven"] and result["pool"]["rebalance"]["state"] == "complete"
    assert result["pool"]["rebalance"]["objects"] > 0
    told = uneven.mc("admin", "rebalance", "status", "s3")
    assert told["ID"] == result["pool"]["rebalance"]["id"]
    assert sum(pool["progress"]["objects"] for pool in told["pools"]) == result["pool"]["rebalance"]["objects"]
    assert {item["Key"]: item["ETag"] for item in uneven.boto3().list_objects_v2(Bucket="many")["Contents"]} == before


def test_a_rebalance_can_be_stopped(uneven):
    run = runner(uneven)
    uneven.mc("admin", "rebalance", "start", "s3")
    running_one = run("pool", {"action": "rebalance"})
    assert running_one["changed"] is False and running_one["pool"]["rebalance"]["state"] == "active"
    assert run("pool", {"action": "stop_rebalance"}, check=True)["changed"] is True
    stopped = run("pool", {"action": "stop_rebalance"})
    assert stopped["changed"] is True and stopped["pool"]["rebalance"]["state"] == "stopped"
    assert run("pool", {"action": "stop_rebalance"})["changed"] is False


def test_a_pool_that_was_removed_since_the_last_rebalance_hides_it_and_nothing_else(tmp_path):
    """The server counts the pools of the last rebalance with those of now, and breaks down over one more."""
    with running(tmp_path, pools=("d", "e", "f")) as server:
        server.mc("admin", "rebalance", "start", "s3")
        run, deadline = runner(server), time.monotonic() + 30
        while run("pool", {})["pool"]["rebalance"]["state"] == "active":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert run("pool", {})["pool"]["rebalance"]["state"] == "complete"
        assert states(run("pool", {"action": "decommission", "pool": "2", "wait": True})) == ["serving", "serving", "complete"]
    with running(tmp_path, pools=("d", "e")) as server:
        told = server.mc("admin", "rebalance", "status", "s3", check=False)
        assert told["status"] == "error", "the server counts right now: _pool.look need not mind it any more"
        seen = runner(server)("pool", {})
        assert states(seen) == ["serving", "serving"] and seen["pool"]["rebalance"]["state"] == "none"


def test_one_pool_only(run):
    listed = run("pool", {}, check=True)
    assert [pool["index"] for pool in listed["pool"]["pools"]] == [0] and listed["pool"]["rebalance"]["state"] == "none"
    assert "no other pool takes objects" in run("pool", {"action": "decommission", "pool": "0"})["msg"]
    assert "there is only one pool" in run("pool", {"action": "rebalance"})["msg"]
    assert "there is no such pool; there are: 0 (" in run("pool", {"action": "cancel_decommission", "pool": "7"})["msg"]
