# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Heals of a real server whose drives are damaged before."""
from __future__ import annotations

import os
import shutil
import threading
import time

import pytest
from botocore.exceptions import ClientError
from conftest import running

NOTHING = {"healed": 0, "failed": 0, "removed": 0, "bytes_healed": 0, "problems": []}
SIZE = 300_000


@pytest.fixture
def bucket(server):
    """A bucket with three objects that are too large to be stored in their metadata, two of them under a prefix."""
    name, s3 = server.new(), server.boto3()
    s3.create_bucket(Bucket=name)
    for key in ("a/1", "a/2", "b"):
        s3.put_object(Bucket=name, Key=key, Body=os.urandom(SIZE))
    return name


def on_drive(server, number, bucket, key):
    return server.directory / f"drive{number}" / bucket / key


def counts(result):
    assert not result.get("failed"), result["msg"]
    return {name: result["heal"][name] for name in NOTHING}


def test_an_object_that_a_drive_has_lost_is_restored(run, server, bucket):
    lost = on_drive(server, 1, bucket, "a/1")
    there = sorted(path.relative_to(lost) for path in lost.rglob("*"))
    shutil.rmtree(lost)
    checked = run("heal", {"bucket": bucket}, check=True)
    assert checked["changed"] is False and checked["heal"]["state"] == "not started"
    dry = run("heal", {"bucket": bucket, "dry_run": True})
    assert dry["changed"] is False and dry["heal"]["healed"] == 1 and not lost.exists()
    real = run("heal", {"bucket": bucket})
    assert real["changed"] is True and counts(real) == {**NOTHING, "healed": 1, "bytes_healed": SIZE}
    assert real["heal"]["scanned"] == 3 and real["heal"]["state"] == "finished"
    assert sorted(path.relative_to(lost) for path in lost.rglob("*")) == there
    again = run("heal", {"bucket": bucket})
    assert again["changed"] is False and counts(again) == NOTHING


@pytest.mark.parametrize("for_good", [False, True], ids=["in the way once", "in the way"])
def test_what_fails_is_tried_again(run, server, bucket, for_good):
    """A file where the object's directory belongs, which is gone a moment after the first try, or is not."""
    lost = on_drive(server, 1, bucket, "b")
    shutil.rmtree(lost)
    lost.write_text("in the way")
    timer = threading.Timer(3, lambda: for_good or lost.unlink())
    timer.start()
    try:
        found = run("heal", {"bucket": bucket})["heal"]
    finally:
        timer.join()
        lost.unlink(missing_ok=True) if for_good else None
    assert (found["scanned"], found["healed"], found["failed"]) == (3, not for_good, for_good)
    assert [text.partition(": ")[0] for text in found["problems"]] == [f"{bucket}/b"] * for_good


def test_only_a_deep_scan_finds_a_changed_byte(run, server, bucket):
    part = next(on_drive(server, 2, bucket, "b").rglob("part.1"))
    good = part.read_bytes()
    part.write_bytes(good[:100] + bytes([good[100] ^ 1]) + good[101:])
    assert run("heal", {"bucket": bucket})["changed"] is False and part.read_bytes() != good
    assert counts(run("heal", {"bucket": bucket, "scan_mode": "deep"})) == {**NOTHING, "healed": 1, "bytes_healed": SIZE}
    assert part.read_bytes() == good


def test_a_prefix_leaves_the_rest_alone(run, server, bucket):
    for key in ("a/1", "b"):
        shutil.rmtree(on_drive(server, 3, bucket, key))
    result = run("heal", {"bucket": bucket, "prefix": "a/"})
    assert result["heal"]["scanned"] == 2 and result["heal"]["healed"] == 1
    assert on_drive(server, 3, bucket, "a/1").exists() and not on_drive(server, 3, bucket, "b").exists()


def test_the_whole_cluster_and_a_lost_bucket(run, server, bucket):
    shutil.rmtree(server.directory / "drive4" / bucket)
    result = run("heal", {})
    # The bucket itself and its objects.
    assert result["changed"] is True and result["heal"]["healed"] >= 4 and result["heal"]["failed"] == 0
    assert on_drive(server, 4, bucket, "b").exists()


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_can_never_be_read_again_is_removed_by_the_server(run, server, bucket, dry_run):
    """This server does so in a dry run as well; the module's documentation says so."""
    for number in (1, 2, 3):
        shutil.rmtree(on_drive(server, number, bucket, "b"))
    result = run("heal", {"bucket": bucket, "dry_run": dry_run})
    assert result["heal"]["removed"] == 1 and result["changed"] is True
    assert not on_drive(server, 4, bucket, "b").exists()


def test_a_bucket_that_does_not_exist_is_refused(run):
    result = run("heal", {"bucket": "no-such-bucket"})
    assert result["failed"] and "bucket no-such-bucket does not exist" in result["msg"] and "Traceback" not in result["msg"]


def test_a_prefix_under_which_the_server_finds_nothing_is_refused(run, server, bucket):
    server.boto3().put_object(Bucket=bucket, Key="a b/1", Body=b"x")
    assert server.mc("admin", "heal", "--recursive", f"s3/{bucket}/a b/")["objects_scanned"] == 0
    result = run("heal", {"bucket": bucket, "prefix": "a b/"})
    assert result["failed"] and "finds nothing under a prefix" in result["msg"]


def test_a_prefix_needs_a_bucket(run):
    assert "bucket" in run("heal", {"prefix": "a/"})["msg"]


def test_the_background_heal_is_what_mc_shows(run, server):
    status = run("heal", {"action": "status"}, check=True)
    assert status["changed"] is False
    told = server.mc("admin", "heal", "s3")["HealInfo"]
    assert status["heal"]["servers_offline"] == (told.get("offline_nodes") or []) and status["heal"]["drives"] == []
    assert status["heal"]["scanned"] == told["ScannedItemsCount"]


def replace_first(server, prepared):
    """Another file system in the place of the first drive of a server that has a bucket of 20 objects."""
    s3, new = server.boto3(), server.directory / "new"
    s3.create_bucket(Bucket="kept")
    for number in range(20):
        s3.put_object(Bucket="kept", Key=f"key{number}", Body=b"x")
    new.mkdir()
    if prepared:
        (new / "kept").mkdir()
    (server.directory / "drive1").rename(server.directory / "old")
    new.rename(server.directory / "drive1")


def listed(server):
    try:
        return server.boto3().list_objects_v2(Bucket="kept")["KeyCount"]
    except ClientError as error:
        return error.response["Error"]["Code"]


def test_a_new_drive_hides_a_bucket_unless_it_has_its_directory(tmp_path):
    """Why replace_drive.yml and replace_node.yml make the buckets on a new drive: the server lists three drives, and believes one."""
    with running(tmp_path / "blank", drives=3) as blank, running(tmp_path / "prepared", drives=3) as prepared:
        found, deadline = {}, time.monotonic() + 60
        for server in (blank, prepared):
            replace_first(server, server is prepared)
            found[server.directory] = {listed(server)}
        while any(len(list(server.directory.glob("drive1/kept/*/xl.meta"))) < 20 for server in (blank, prepared)):
            for server in (blank, prepared):
                found[server.directory].add(listed(server))
            assert time.monotonic() < deadline, found
        assert found == {blank.directory: {20, "NoSuchBucket"}, prepared.directory: {20}}
