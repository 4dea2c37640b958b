# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication to a second server: rules together with their targets, from every state to every other."""
from __future__ import annotations

import itertools
import json
import time
from types import SimpleNamespace

import pytest
from conftest import ACCESS_KEY, SECRET_KEY
from minio import MinioAdmin
from minio.credentials import StaticProvider
from minio.error import MinioAdminException

SENT = "(not shown, newly set)"
RULE = {"id": "offsite", "priority": 1}


def state(*rules, **options):
    return {"versioning": "enabled", "replication": list(rules), **options}


def to(bucket, host="127.0.0.1", **attributes):
    """A target on the second server, whose address is filled in later. A second name of the host makes a second endpoint."""
    return {"endpoint": f"http://{host}:PORT", "bucket": bucket, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY, **attributes}


# Every ordered pair of them is a test. The buckets "one" and "two" are on the second server.
STATES = [
    state(replication_authoritative=True),
    state({**RULE, "target": to("one")}, replication_authoritative=True),
    state({**RULE, "priority": 2, "prefix": "x&<y>/", "delete_markers": False, "deletes": False, "existing_objects": False,
           "metadata_sync": False, "storage_class": "REDUCED_REDUNDANCY",
           "target": to("one", sync=True, bandwidth="200MB", bucket_lookup="path", health_check_seconds=30, proxy=False)},
          replication_authoritative=True),
    state({**RULE, "enabled": False, "target": to("two", region="us-east-1")}),
    state({**RULE, "tags": {"k": "v", "e": ""}, "prefix": "p/", "target": to("one", "localhost")},
          {"id": "another", "priority": 7, "tags": {"k": "v"}, "delete_markers": False, "target": to("two")}),
    state({"id": "offsite", "state": "absent"}),
]
PAIRS = list(itertools.permutations(range(len(STATES)), 2))


@pytest.fixture(scope="module", autouse=True)
def backups(second):
    for bucket in ("one", "two"):
        second.boto3().create_bucket(Bucket=bucket)
        second.boto3().put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


@pytest.fixture
def located(second):
    """A wish with the second server's address in it."""
    return lambda wish: json.loads(json.dumps(wish).replace("PORT", str(second.port)))


def targets(server, bucket):
    """The buckets that the admin API lists as targets, with the hosts of their endpoints."""
    admin = MinioAdmin(endpoint=f"127.0.0.1:{server.port}", credentials=StaticProvider(ACCESS_KEY, SECRET_KEY), secure=False)
    command, query = SimpleNamespace(value="list-remote-targets"), {"bucket": bucket, "type": "replication"}
    try:
        listed = json.loads(admin._url_open(method="GET", command=command, query_params=query).data) or []
    except MinioAdminException as error:
        assert "RemoteTargetNotFound" in str(error)
        listed = []
    return sorted((target["endpoint"].partition(":")[0], target["targetbucket"]) for target in listed)


def arrives(second, bucket, key, body):
    for _attempt in range(150):
        try:
            if second.boto3().get_object(Bucket=bucket, Key=key)["Body"].read() == body:
                return True
        except second.boto3().exceptions.NoSuchKey:
            time.sleep(0.1)
    return False


@pytest.mark.parametrize(("first", "second_state"), PAIRS)
def test_a_change_is_predicted_made_and_made_once(converge, run, server, located, first, second_state):
    name = server.new("replicated")
    assert not run("bucket", {"name": name, **located(STATES[first])}).get("failed")
    result = converge("bucket", {"name": name, **located(STATES[second_state])})
    assert result["bucket"] == result["diff"]["after"]
    assert SECRET_KEY not in json.dumps(result)
    used = {(rule["target"]["endpoint"].split("/")[2].partition(":")[0], rule["target"]["bucket"])
            for rule in result["bucket"]["replication"]}
    assert targets(server, name) == sorted(used), "a target is left that no rule uses"


@pytest.mark.parametrize("number", range(len(STATES)))
def test_what_is_returned_is_a_wish_for_the_same(run, server, located, number):
    """It carries no credential, and needs none: an export can be applied."""
    wish = {"name": server.new("replicated"), **located(STATES[number])}
    run("bucket", wish)
    there = run("bucket", wish, check=True)["bucket"]
    result = run("bucket", {**there, "replication_authoritative": True}, check=True)
    assert result["changed"] is False and result["bucket"] == there


def test_an_object_and_its_deletion_arrive(converge, server, second, located):
    name = server.new("replicated")
    result = converge("bucket", located({"name": name, **STATES[1]}))
    assert result["diff"]["after"]["replication"][0]["target"]["secret_key"] == SENT
    s3 = server.boto3()
    s3.put_object(Bucket=name, Key=f"{name}/a", Body=b"hello")
    assert arrives(second, "one", f"{name}/a", b"hello")
    s3.delete_object(Bucket=name, Key=f"{name}/a")
    for _attempt in range(150):
        markers = second.boto3().list_object_versions(Bucket="one", Prefix=name).get("DeleteMarkers")
        if markers:
            break
        time.sleep(0.1)
    assert markers


def test_a_rule_made_by_mc_is_understood(run, server, second, located):
    name = server.new("replicated")
    server.mc("mb", "--with-versioning", f"s3/{name}")
    url = second.direct.replace("://", f"://{ACCESS_KEY}:{SECRET_KEY}@")
    server.mc("replicate", "add", f"s3/{name}", "--id", "plain", "--remote-bucket", f"{url}/one", "--priority", "3")
    server.mc("replicate", "add", f"s3/{name}", "--id", "all", "--remote-bucket", f"{url.replace('127.0.0.1', 'localhost')}/two", "--priority", "4",
              "--tags", "a=b&c=d", "--storage-class", "STANDARD", "--disable", "--replicate", "existing-objects", "--path", "on", "--region",
              "us-east-1", "--bandwidth", "1GB", "--sync", "--healthcheck-seconds", "20", "--disable-proxy")
    target = {"endpoint": second.direct, "bucket": "one"}
    wishes = [
        {"id": "plain", "priority": 3, "target": target},
        {"id": "plain", "priority": 3, "target": {**to("one", health_check_seconds=60), "endpoint": second.direct}},
        {"id": "all", "priority": 4, "enabled": False, "tags": {"c": "d", "a": "b"}, "storage_class": "STANDARD", "delete_markers": False,
         "deletes": False, "target": located(to("two", "localhost", region="us-east-1", sync=True, bandwidth="1GB", bucket_lookup="path", health_check_seconds=20,
                              proxy=False))}]
    for rules in ([wishes[0]], [wishes[1], wishes[2]]):
        result = run("bucket", {"name": name, "replication": rules, "replication_authoritative": len(rules) == 2})
        assert result["changed"] is False, result


def test_mc_understands_a_rule_of_ours(run, server, located):
    name = server.new("replicated")
    run("bucket", located({"name": name, **STATES[1]}))
    rule = server.mc("replicate", "ls", f"s3/{name}")["rule"]
    assert (rule["ID"], rule["Priority"], rule["Status"]) == ("offsite", 1, "Enabled")
    server.mc("replicate", "update", f"s3/{name}", "--id", "offsite", "--priority", "9")
    drift = run("bucket", located({"name": name, **STATES[1]}))["diff"]
    assert drift["before"]["replication"][0]["priority"] == 9 and drift["after"]["replication"][0]["priority"] == 1


def test_a_rule_in_the_older_form_is_understood_and_changed(converge, run, server, located):
    """It has its target in the role of the whole configuration."""
    name, s3 = server.new("replicated"), server.boto3()
    run("bucket", located({"name": name, **STATES[1]}))
    rule = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"][0]
    s3.put_bucket_replication(Bucket=name, ReplicationConfiguration={
        "Role": rule["Destination"]["Bucket"], "Rules": [{**rule, "Destination": {"Bucket": "arn:aws:s3:::one"}}]})
    # boto3 cannot say that deletions are replicated.
    older = {**RULE, "deletes": False, "target": to("one")}
    assert run("bucket", located({"name": name, "replication": [older]}))["changed"] is False
    converge("bucket", located({"name": name, "replication": [older, {"id": "more", "priority": 2, "target": to("two", "localhost")}]}))
    now = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]
    assert (now["Role"], now["Rules"][1]["Destination"]) == ("", rule["Destination"])


def test_a_foreign_rule_survives_and_shows_what_becomes_of_the_target_they_share(converge, run, server, second, located):
    name, s3 = server.new("replicated"), server.boto3()
    run("bucket", located({"name": name, **STATES[1]}))
    arn = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"][0]["Destination"]["Bucket"]
    theirs = {"Status": "Enabled", "Priority": 5, "Filter": {"Prefix": "theirs/"}, "Destination": {"Bucket": arn},
              "DeleteMarkerReplication": {"Status": "Disabled"}}
    rule = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"][0]
    s3.put_bucket_replication(Bucket=name, ReplicationConfiguration={"Role": "", "Rules": [rule, theirs]})
    there = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"][1]
    result = converge("bucket", located({"name": name, "replication": [{**RULE, "priority": 4, "target": to("one")}]}))
    assert there in s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]
    assert result["diff"]["after"]["replication"][0]["target"] == result["diff"]["before"]["replication"][0]["target"]
    result = converge("bucket", located({"name": name, "replication": [{**RULE, "priority": 4, "target": to("one", sync=True)}]}))
    assert [rule["target"]["sync"] for rule in result["bucket"]["replication"]] == [True, True]
    moved = {"name": name, "replication": [{**RULE, "priority": 4, "target": to("two")}]}
    for check in (True, False):
        result = run("bucket", located(moved), check=check)
        assert result["failed"] and "one target per endpoint" in result["msg"]
    result = converge("bucket", located({**moved, "replication_authoritative": True}))
    assert [rule["target"]["bucket"] for rule in result["bucket"]["replication"]] == ["two"]


def test_a_target_that_no_rule_used_before_is_left_alone(converge, run, server, located):
    name = server.new("replicated")
    run("bucket", located({"name": name, **STATES[4]}))
    arns = {rule["ID"]: rule["Destination"]["Bucket"]
            for rule in server.boto3().get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]}
    rules = [rule for rule in server.boto3().get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"] if rule["ID"] == "another"]
    server.boto3().put_bucket_replication(Bucket=name, ReplicationConfiguration={"Role": "", "Rules": rules})
    converge("bucket", located({"name": name, "replication": [{"id": "another", "priority": 8, "target": to("two")}]}))
    assert targets(server, name) == [("127.0.0.1", "two"), ("localhost", "one")]
    # It is there, so a rule that goes to it needs no credential.
    known = to("one", "localhost")
    del known["secret_key"], known["access_key"]
    converge("bucket", located({"name": name, "replication": [{"id": "more", "priority": 9, "target": known}]}))
    now = {rule["ID"]: rule["Destination"]["Bucket"]
           for rule in server.boto3().get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]}
    assert now["more"] == arns["offsite"]


def test_a_credential_is_sent_when_it_must_be_and_when_it_is_wished(converge, run, server, second, located):
    name = server.new("replicated")
    for user, secret in (("replica-1", "first-secret-of-it"), ("replica-2", "secret-of-the-other")):
        second.mc("admin", "user", "add", "s3", user, secret)
        second.mc("admin", "policy", "attach", "s3", "readwrite", "--user", user)

    def wish(user, secret, **more):
        return located({"name": name, **state({**RULE, "target": {**to("one"), "access_key": user, "secret_key": secret, **more}})})
    converge("bucket", wish("replica-1", "first-secret-of-it"))
    second.mc("admin", "user", "add", "s3", "replica-1", "second-secret-of-it")
    # A secret cannot be compared, so another one alone is no change.
    assert run("bucket", wish("replica-1", "second-secret-of-it"))["changed"] is False
    always = wish("replica-1", "second-secret-of-it", update_secret="always")
    for _run in range(2):
        result = converge("bucket", always, repeats=False)
        assert result["changed"] is True
        assert result["diff"]["after"]["replication"][0]["target"]["secret_key"] == SENT
        assert "secret_key" not in result["diff"]["before"]["replication"][0]["target"]
    server.boto3().put_object(Bucket=name, Key=f"{name}/b", Body=b"again")
    assert arrives(second, "one", f"{name}/b", b"again")
    result = run("bucket", wish("replica-1", "a-wrong-secret-of-it", update_secret="always"))
    assert result["failed"] and "change the target" in result["msg"] and "a-wrong-secret-of-it" not in result["msg"]
    result = converge("bucket", wish("replica-2", "secret-of-the-other"))
    assert [result["diff"][side]["replication"][0]["target"]["access_key"] for side in ("before", "after")] == ["replica-1", "replica-2"]


def test_the_manifest_takes_it_too(converge, server, located):
    name = server.new("replicated")
    wish = {"manifest": {"buckets": [located({"name": name, **STATES[1]})]}}
    made = converge("apply", wish)
    assert made["counts"]["created"] == 1 and SENT in json.dumps(made["diff"])
    assert SECRET_KEY not in json.dumps(made)


REFUSED = [
    ({"replication": [{**RULE, "target": to("one")}]}, "replication needs versioning: enabled"),
    ({"versioning": "suspended", "replication": [{**RULE, "target": to("one")}]}, "replication needs versioning: enabled"),
    (state(RULE), "it needs a target"),
    (state({**RULE, "priority": -1, "target": to("one")}), "at least 0"),
    (state({**RULE, "tags": {"a": "b"}, "target": to("one")}), "delete_markers: false"),
    (state({**RULE, "target": to("one", bandwidth="1MB")}), "at least 100MB"),
    (state({**RULE, "target": to("one", health_check_seconds=-1)}), "at least 0"),
    (state({**RULE, "target": {**to("one"), "endpoint": "http://user:word@127.0.0.1:9000"}}), "without path and credentials"),
    (state({**RULE, "target": {**to("one"), "endpoint": "127.0.0.1:9000"}}), "http://host:port"),
    (state({**RULE, "target": {**to("one"), "secret_key": None}}), "needs access_key and secret_key"),
    (state({**RULE, "target": {**to("one"), "access_key": None}}), "needs access_key and secret_key"),
    (state({**RULE, "target": to("one")}, {"id": "b", "priority": 1, "target": to("one")}), "have the same priority"),
    (state({**RULE, "target": to("one")}, {"id": "b", "priority": 2, "target": to("two")}), "this server has one per endpoint"),
    (state({**RULE, "target": to("one", sync=True)}, {"id": "b", "priority": 2, "target": to("one", sync=False)}), "disagree on the sync"),
    (state({**RULE, "target": to("one")}, {**RULE, "target": to("one")}), "two rules have the id offsite"),
]


@pytest.mark.parametrize(("wish", "words"), REFUSED, ids=lambda value: value if isinstance(value, str) else None)
def test_what_cannot_work_is_refused_before_anything_is_sent(run, server, located, wish, words):
    name = server.new("refused")
    for check in (True, False):
        result = run("bucket", {"name": name, **located(wish)}, check=check)
        assert result["failed"] and words in result["msg"] and f"bucket {name}" in result["msg"], result
        assert SECRET_KEY not in json.dumps(result)
    assert not any(name.encode() in path for _method, path in server.wire.writes)


def test_versioning_stays_while_there_are_rules(converge, run, server, located):
    name = server.new("replicated")
    run("bucket", located({"name": name, **STATES[1]}))
    for check in (True, False):
        result = run("bucket", {"name": name, "versioning": "suspended"}, check=check)
        assert result["failed"] and "cannot be suspended while there are replication rules" in result["msg"]
    converge("bucket", {"name": name, "versioning": "suspended", "replication": [], "replication_authoritative": True})


def test_a_bucket_under_replication_is_not_removed_by_force(converge, run, server, located):
    name = server.new("replicated")
    run("bucket", located({"name": name, **STATES[1]}))
    server.boto3().put_object(Bucket=name, Key="a", Body=b"1")
    for check in (True, False):
        result = run("bucket", {"name": name, "state": "absent", "force": True}, check=check)
        assert result["failed"] and "replication rules are in force" in result["msg"]
    run("bucket", {"name": name, "replication": [], "replication_authoritative": True})
    converge("bucket", {"name": name, "state": "absent", "force": True})


def test_nothing_of_it_is_left_when_the_bucket_is_removed(converge, run, server, located):
    name = server.new("replicated")
    run("bucket", located({"name": name, **STATES[1]}))
    converge("bucket", {"name": name, "state": "absent"})
    assert converge("bucket", {"name": name, **STATES[0]})["bucket"]["replication"] == []
    assert targets(server, name) == []


def test_what_the_target_lacks_is_told(run, server, second, located):
    second.boto3().create_bucket(Bucket="unversioned")
    for bucket, words in (("unversioned", "does not have versioning enabled"), ("nowhere", "nowhere")):
        result = run("bucket", located({"name": server.new("replicated"), **state({**RULE, "target": to(bucket)})}))
        assert result["failed"] and f"make the target http://127.0.0.1:{second.port}/{bucket}" in result["msg"], result
        assert words in result["msg"] and SECRET_KEY not in result["msg"]
