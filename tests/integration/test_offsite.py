# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second real server: replication to it over an outage and over its loss, and transition to it as a tier."""
from __future__ import annotations

import os
import subprocess

import pytest
from conftest import ACCESS_KEY, SECRET_KEY, eventually, runner, running, takes_writes
from minio import Minio


@pytest.fixture
def away(tmp_path):
    """The other site."""
    with running(tmp_path / "away") as server:
        yield server


def keys(server, bucket):
    return {item["Key"] for item in server.boto3().list_objects_v2(Bucket=bucket).get("Contents", [])}


def prepared(run, server, away):
    """A bucket whose replication goes to the other site; its name, the same there."""
    bucket = server.new()
    assert not runner(away)("apply", {"manifest": {"buckets": [{"name": bucket, "versioning": "enabled"}]}}).get("failed")
    result = run("apply", {"manifest": {"buckets": [{"name": bucket, "versioning": "enabled", "replication": [{
        "id": "offsite", "priority": 1, "target": {"endpoint": away.direct, "bucket": bucket, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY,
                                                   "health_check_seconds": 5}}]}]}})
    assert not result.get("failed"), result["msg"]
    return bucket


def test_what_is_written_while_the_other_site_is_down_arrives_when_it_is_back(run, server, away):
    bucket, s3 = prepared(run, server, away), server.boto3()
    s3.put_object(Bucket=bucket, Key="before", Body=b"1")
    assert eventually(lambda: keys(away, bucket) == {"before"})
    away.process.kill()
    away.process.wait()
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"during-{number}", Body=b"2")
    away.process = subprocess.Popen(away.process.args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={
        **os.environ, "MINIO_ROOT_USER": ACCESS_KEY, "MINIO_ROOT_PASSWORD": SECRET_KEY, "MINIO_CI_CD": "1", "MINIO_BROWSER": "off"})
    assert takes_writes(away.direct)
    s3.put_object(Bucket=bucket, Key="after", Body=b"3")
    assert eventually(lambda: keys(away, bucket) == keys(server, bucket), 90)


def test_what_the_other_site_has_lost_is_sent_again(run, server, away):
    bucket, s3 = prepared(run, server, away), server.boto3()
    assert run("replication_resync", {"bucket": bucket, "action": "status"})["replication_resync"]["targets"][0]["state"] == "none"
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=f"key-{number}", Body=os.urandom(1000))
    assert eventually(lambda: keys(away, bucket) == keys(server, bucket))
    away.mc("rm", "--recursive", "--force", "--versions", f"s3/{bucket}")
    assert keys(away, bucket) == set()

    checked = run("replication_resync", {"bucket": bucket}, check=True)
    assert checked["changed"] is True and checked["replication_resync"]["targets"][0]["state"] == "pending" and keys(away, bucket) == set()
    result = run("replication_resync", {"bucket": bucket, "wait_timeout": 120})
    assert not result.get("failed"), result["msg"]
    target = result["replication_resync"]["targets"][0]
    assert (target["target"], target["state"]) == (f"{away.direct.removeprefix('http://')}/{bucket}", "completed")
    assert eventually(lambda: keys(away, bucket) == keys(server, bucket))
    told = run("info", {"gather": ["replication"]})["info"]["replication"]["buckets"]
    assert [entry["bucket"] for entry in told if entry["bucket"] == bucket] == [bucket]


def test_a_resync_without_a_replication_is_refused(run, server):
    bucket = server.new()
    server.boto3().create_bucket(Bucket=bucket)
    for wish, words in (({"bucket": bucket}, "has no target"), ({"bucket": "nowhere"}, "bucket nowhere does not exist")):
        result = run("replication_resync", wish)
        assert result["failed"] and words in result["msg"], result


def test_an_object_that_went_to_the_tier_is_read_from_there(run, server, away):
    """The tier GLACIER of the seed, on a second real server; the lifecycle is due at once."""
    away.boto3().create_bucket(Bucket="glacier")
    body, bucket = os.urandom(300_000), server.new()
    result = run("apply", {"manifest": {
        "tiers": [{"name": "GLACIER", "type": "minio", "endpoint": away.direct, "bucket": "glacier", "access_key": ACCESS_KEY, "secret_key": SECRET_KEY}],
        "buckets": [{"name": bucket, "lifecycle": [{"id": "cold", "transition_days": 0, "transition_tier": "GLACIER"}]}]}})
    assert not result.get("failed"), result["msg"]
    client: Minio = server.minio()
    server.boto3().put_object(Bucket=bucket, Key="old", Body=body)
    assert eventually(lambda: client.stat_object(bucket, "old").metadata.get("x-amz-storage-class") == "GLACIER", 60)
    there = [item["Size"] for item in away.boto3().list_objects_v2(Bucket="glacier").get("Contents", [])]
    assert there == [len(body)]
    local = sum(path.stat().st_size for path in server.directory.glob(f"drive*/{bucket}/**/part.*"))
    assert local == 0 and server.boto3().get_object(Bucket=bucket, Key="old")["Body"].read() == body
