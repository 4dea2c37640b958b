# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batch jobs on a real server: expiry, a copy to a second server, and new keys on one that encrypts."""
from __future__ import annotations

import base64
import json

import pytest
import yaml
from conftest import ACCESS_KEY, SECRET_KEY, execute, runner, running

TOKEN = "a-token-nobody-may-see"


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """A second server, which has a key to encrypt with."""
    key = "key:" + base64.b64encode(bytes(range(32))).decode()
    with running(tmp_path_factory.mktemp("other"), MINIO_KMS_SECRET_KEY=key) as server:
        yield server


@pytest.fixture
def bucket(server):
    name, s3 = server.new(), server.boto3()
    s3.create_bucket(Bucket=name)
    for number in range(12):
        s3.put_object(Bucket=name, Key=f"{'tmp' if number % 2 else 'keep'}/{number}", Body=b"x" * 1000)
    return name


def keys(server, bucket):
    return sorted(item["Key"] for item in server.boto3().list_objects_v2(Bucket=bucket).get("Contents", []))


def expiry(bucket, **more):
    return {"expire": {"bucket": bucket, "prefix": ["tmp/"], "rules": [{"type": "object", "purge": {"retainVersions": 0}}], **more}}


def replication(bucket, other, **credentials):
    target = {"bucket": bucket, "endpoint": other.direct, "path": "on",
              "credentials": {"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY, **credentials}}
    return {"replicate": {"source": {"bucket": bucket, "prefix": "keep/"}, "target": target}}


def test_expiry_deletes_what_the_rules_say(run, server, bucket):
    params = expiry(bucket, notify={"endpoint": "http://127.0.0.1:1", "token": TOKEN}, retry={"attempts": 1, "delay": "100ms"})
    checked = run("batch_job", params, check=True)
    assert checked["changed"] is True and checked["batch_job"]["state"] == "not started" and len(keys(server, bucket)) == 12
    done = run("batch_job", params)
    assert not done.get("failed"), done["msg"]
    assert done["changed"] is True and done["batch_job"]["state"] == "complete"
    assert (done["batch_job"]["objects"], done["batch_job"]["objects_failed"]) == (6, 0)
    assert [key for key in keys(server, bucket) if key.startswith("tmp/")] == [] and len(keys(server, bucket)) == 6
    assert TOKEN not in json.dumps([checked, done])
    told = server.mc("batch", "status", "s3", done["batch_job"]["id"])
    assert told["metric"]["expired"]["objects"] == 6 and told["metric"]["complete"] is True
    looked = run("batch_job", {"action": "status", "id": done["batch_job"]["id"]}, check=True)
    assert looked["changed"] is False and looked["batch_job"] == {**done["batch_job"], "action": "status"}


def test_a_definition_made_by_mc_is_taken_as_it_is(run, server, bucket):
    definition = yaml.safe_load(server.text("batch", "generate", "s3", "expire"))["expire"]
    definition.update(bucket=bucket, prefix="tmp/", rules=definition["rules"][:1])
    definition.pop("notify")
    for condition in ("name", "olderThan", "createdBefore", "tags", "metadata", "size"):
        definition["rules"][0].pop(condition)
    assert run("batch_job", {"expire": definition})["batch_job"]["objects"] == 6


def test_a_copy_to_a_second_server(run, server, other, bucket):
    other.boto3().create_bucket(Bucket=bucket)
    done = run("batch_job", replication(bucket, other))
    assert not done.get("failed"), done["msg"]
    assert done["batch_job"]["state"] == "complete" and done["batch_job"]["bytes"] == 6000
    assert keys(other, bucket) == [key for key in keys(server, bucket) if key.startswith("keep/")]
    assert SECRET_KEY not in json.dumps(done)
    assert done["batch_job"]["id"] in [job["id"] for job in server.mc("batch", "list", "s3")["jobs"]]
    assert done["batch_job"]["id"] in [job["id"] for job in run("batch_job", {"action": "list"})["batch_job"]["jobs"]]


def test_what_the_target_refuses_is_the_error(run, other, bucket):
    secret = "another-secret-nobody-may-see"
    result = run("batch_job", replication(bucket, other, secretKey=secret))
    assert result["failed"] and "SignatureDoesNotMatch" in result["msg"] and secret not in json.dumps(result)


@pytest.mark.parametrize(("attempts", "failed", "told"), [(1, 1, "1 failed"), (2, -1, "an unknown number failed")])
def test_a_job_that_fails_is_an_error_after_its_last_attempt(run, server, other, bucket, attempts, failed, told):
    """When it tries again, the server loses count, and shows neither a failure nor an end."""
    other.boto3().create_bucket(Bucket=bucket)
    policy = other.directory / "policy.json"
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::*"},
        {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/keep/2"}]}))
    other.mc("admin", "policy", "create", "s3", bucket, str(policy))
    other.mc("admin", "user", "add", "s3", bucket, SECRET_KEY)
    other.mc("admin", "policy", "attach", "s3", bucket, "--user", bucket)
    params = replication(bucket, other, accessKey=bucket)
    params["replicate"]["source"]["snowball"] = {"disable": True}
    params["replicate"]["flags"] = {"retry": {"attempts": attempts, "delay": "300ms"}}
    params["wait_timeout"] = 20
    result = run("batch_job", params)
    assert result["failed"] and f"it ended as failed: 5 objects done, {told}" in result["msg"], result["msg"]
    [job] = [job for job in run("batch_job", {"action": "list"})["batch_job"]["jobs"] if job["id"] in result["msg"]]
    assert (job["state"], job["attempts"], job["objects_failed"]) == ("failed", attempts, failed)
    assert len(keys(other, bucket)) == 5


def test_a_job_that_runs_is_joined_instead_of_started_again_and_can_be_cancelled(run, server, other, bucket):
    """The server is told to pause between objects, so that the job does not end before it is looked at."""
    other.boto3().create_bucket(Bucket=bucket)
    params = {**replication(bucket, other), "wait": False}
    params["replicate"]["source"]["snowball"] = {"disable": True}
    server.mc("admin", "config", "set", "s3", "batch", "replication_workers_wait=2s")
    try:
        started = run("batch_job", params)
        assert started["changed"] is True and started["batch_job"]["state"] in ("queued", "active")
        joined = run("batch_job", params)
        assert joined["changed"] is False and joined["batch_job"]["id"] == started["batch_job"]["id"] and joined["requests"]["writes"] == 0
        late = run("batch_job", {**params, "wait": True, "wait_timeout": 0})
        assert late["failed"] and "it goes on, and did not end within 0 seconds" in late["msg"]
        assert run("batch_job", {**params, "unless_active": False}, check=True)["changed"] is True
        cancel = {"action": "cancel", "id": started["batch_job"]["id"]}
        assert run("batch_job", cancel, check=True)["changed"] is True
        assert run("batch_job", cancel)["batch_job"]["state"] == "canceled"
        assert cancel["id"] not in [job["id"] for job in (server.mc("batch", "list", "s3")["jobs"] or [])]
    finally:
        server.mc("admin", "config", "reset", "s3", "batch")


def test_encrypted_objects_get_new_keys(other):
    run, s3 = runner(other), other.boto3()
    s3.create_bucket(Bucket="encrypted")
    for number in range(3):
        s3.put_object(Bucket="encrypted", Key=str(number), Body=b"%d" % number, ServerSideEncryption="AES256")
    done = run("batch_job", {"keyrotate": {"bucket": "encrypted", "encryption": {"type": "sse-s3"}}})
    assert not done.get("failed"), done["msg"]
    assert done["batch_job"]["state"] == "complete" and done["batch_job"]["objects"] == 3
    assert s3.get_object(Bucket="encrypted", Key="2")["Body"].read() == b"2"


def test_a_server_that_cannot_encrypt_says_so(second):
    bucket = second.new()
    second.mc("mb", f"s3/{bucket}")
    result = execute("batch_job", {**second.connection, "keyrotate": {"bucket": bucket, "encryption": {"type": "sse-s3"}}}, check=False)
    assert result["failed"] and "KMS is not configured" in result["msg"]


def test_a_job_that_has_ended_or_never_was(run, bucket):
    done = run("batch_job", expiry(bucket))
    cancelled = run("batch_job", {"action": "cancel", "id": done["batch_job"]["id"]})
    assert cancelled["changed"] is False and cancelled["requests"]["writes"] == 0
    for action in ("status", "cancel"):
        assert "there is no such job" in run("batch_job", {"action": action, "id": "expire-none"})["msg"]


@pytest.mark.parametrize(("params", "message"), [
    (expiry("no-such-bucket"), "bucket no-such-bucket does not exist"),
    ({"expire": {"bucket": "abc", "rules": [{"type": "object", "olderthan": "7d"}]}}, "Unsupported parameters"),
    ({"expire": {"bucket": "abc", "rules": [{"type": "objects"}]}}, "value of type must be one of"),
    ({}, "any of the following are missing: replicate, expire, keyrotate"),
    ({"action": "cancel"}, "id"),
])
def test_what_is_refused_before_anything_is_sent(run, server, params, message):
    before = len(server.wire.writes)
    result = run("batch_job", params)
    assert result["failed"] and message in result["msg"] and len(server.wire.writes) == before
