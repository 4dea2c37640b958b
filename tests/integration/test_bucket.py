# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every facet of a bucket, from every state in its table to every other."""
from __future__ import annotations

import itertools
import time
from typing import Any

import pytest
from conftest import KMS_KEY, NOTIFICATION_TARGET, execute

READ_ONLY_STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}

# Facet -> states; each is what a user would write. Every ordered pair of them is a test.
STATES: dict[str, list[dict[str, Any]]] = {
    "versioning": [
        {"versioning": "enabled"},
        {"versioning": "suspended"},
        {"versioning": "enabled", "versioning_excluded_prefixes": ["tmp/", "a&b/"], "versioning_exclude_folders": True},
        {"versioning": "enabled", "versioning_excluded_prefixes": [], "versioning_exclude_folders": False},
    ],
    "quota": [{"quota": "0"}, {"quota": "1GiB"}, {"quota": "1500000"}],
    "tags": [
        {"tags": {}, "tags_authoritative": True},
        {"tags": {"owner": "ocr", "count": 5, "on": True}, "tags_authoritative": True},
        {"tags": {"owner": "a b+c=d:/@", "empty": ""}, "tags_authoritative": True},
        {"tags": {"owner": None}},
    ],
    "policy": [
        {"access": "private"}, {"access": "public-read"}, {"access": "public-write"}, {"access": "public"},
        {"policy": {"Statement": [{**READ_ONLY_STATEMENT, "Resource": "arn:aws:s3:::BUCKET/open/*",
                                   "Condition": {"IpAddress": {"aws:SourceIp": ["192.0.2.7/24", "198.51.100.1"]}}}]}},
        {"policy": {}},
    ],
    "lifecycle": [
        {"lifecycle": [], "lifecycle_authoritative": True},
        {"lifecycle": [{"id": "a", "expire_days": 3}], "lifecycle_authoritative": True},
        {"lifecycle": [{"id": "a", "expire_date": "2035-01-31", "prefix": "x&<y>/"}, {"id": "b", "enabled": False, "expire_days": 1}]},
        {"lifecycle": [{"id": "a", "tags": {"k": "v", "e": ""}, "size_greater_than": 5, "size_less_than": 500, "expire_days": 9,
                        "expire_all_versions": True}], "lifecycle_authoritative": True},
        {"lifecycle": [{"id": "b", "noncurrent_expire_days": 7, "noncurrent_expire_newer_versions": 2},
                       {"id": "c", "noncurrent_expire_newer_versions": 4}, {"id": "d", "expire_delete_marker": True},
                       {"id": "e", "delete_marker_expire_days": 2, "size_less_than": 10}]},
        {"lifecycle": [{"id": "a", "state": "absent"}]},
    ],
    "default_retention": [
        {"object_lock": True, "default_retention": {}},
        {"object_lock": True, "default_retention": {"mode": "governance", "days": 30}},
        {"object_lock": True, "default_retention": {"mode": "compliance", "years": 2}},
    ],
    "encryption": [
        {"encryption": {}},
        {"encryption": {"algorithm": "sse-s3"}},
        {"encryption": {"algorithm": "sse-kms", "kms_key_id": KMS_KEY}},
    ],
    "notification": [
        {"notification": [], "notification_authoritative": True},
        {"notification": [{"id": "a", "arn": NOTIFICATION_TARGET, "events": ["s3:ObjectCreated:*"], "prefix": "x&<y>/"}],
         "notification_authoritative": True},
        {"notification": [
            {"id": "a", "arn": "arn:minio:sqs:eu-central-1:PRIMARY:webhook", "events": ["s3:ObjectRemoved:Delete", "s3:Scanner:BigPrefix"]},
            {"id": "b", "arn": NOTIFICATION_TARGET, "events": ["s3:ObjectCreated:Put"], "prefix": "p/", "suffix": ".pdf"}]},
        {"notification": [{"id": "a", "state": "absent"}]},
    ],
}
PAIRS = [(facet, first, second) for facet, states in STATES.items()
         for first, second in itertools.permutations(range(len(states)), 2)]


def named(state: dict[str, Any], bucket: str) -> dict[str, Any]:
    state = {"name": bucket, **state}
    if "policy" in state:
        state["policy"] = {**state["policy"]}
        if "Statement" in state["policy"]:
            state["policy"]["Statement"] = [
                {**item, "Resource": item["Resource"].replace("BUCKET", bucket)} for item in state["policy"]["Statement"]]
    return state


@pytest.fixture(scope="module")
def spare(server):
    """One bucket per facet, whatever state the test before left it in: a state more to come from."""
    return {facet: server.new(facet.replace("_", "-")) for facet in STATES}


@pytest.mark.parametrize(("facet", "first", "second"), PAIRS, ids=lambda value: str(value))
def test_a_change_is_predicted_made_and_made_once(converge, run, spare, facet, first, second):
    run("bucket", named(STATES[facet][first], spare[facet]))
    wish = named(STATES[facet][second], spare[facet])
    result = converge("bucket", wish)
    assert result["changed"] == (result["diff"]["before"] != result["diff"]["after"])
    assert result["bucket"] == result["diff"]["after"]
    assert result["diff"]["before_header"] == f"bucket {spare[facet]}"


@pytest.mark.parametrize(("facet", "number"), [(facet, number) for facet, states in STATES.items() for number in range(len(states))])
def test_a_bucket_is_created_with_its_facet(converge, server, facet, number):
    result = converge("bucket", named(STATES[facet][number], server.new()))
    assert result["changed"] is True
    assert result["diff"]["before"] == {}


@pytest.mark.parametrize(("facet", "number"), [(facet, number) for facet, states in STATES.items() for number in range(len(states))])
def test_what_is_returned_is_a_wish_for_the_same(run, server, facet, number):
    wish = named(STATES[facet][number], server.new())
    run("bucket", wish)
    there = run("bucket", wish, check=True)["bucket"]
    result = run("bucket", there, check=True)
    assert result["changed"] is False and result["bucket"] == there


def test_a_bucket_is_created_and_removed(converge, run, server):
    name = server.new()
    assert converge("bucket", {"name": name})["bucket"] == {"name": name}
    gone = converge("bucket", {"name": name, "state": "absent"})
    assert gone["diff"]["before"] == {"name": name} and gone["diff"]["after"] == {} and gone["bucket"] == {}
    assert run("bucket", {"name": name, "state": "absent"})["changed"] is False


def test_omitted_facets_survive_every_change(converge, run, server):
    name = server.new()
    whole = {"name": name, "versioning": "enabled", "versioning_excluded_prefixes": ["x/"], "quota": "5GiB", "tags": {"a": "b"},
             "access": "public-read", "lifecycle": [{"id": "r", "expire_days": 4}]}
    run("bucket", whole)
    for facet in ({"quota": "6GiB"}, {"tags": {"a": "c"}}, {"access": "public"}, {"lifecycle": [{"id": "r", "expire_days": 5}]},
                  {"versioning_exclude_folders": True}):
        result = converge("bucket", {"name": name, **facet})
        assert set(result["diff"]["after"]) <= {"name", "policy", *facet}
        whole.update(facet)
    assert run("bucket", whole, check=True)["changed"] is False


def test_foreign_tags_and_rules_survive_unless_the_wish_is_authoritative(converge, run, server):
    name = server.new()
    server.mc("mb", f"s3/{name}")
    server.mc("tag", "set", f"s3/{name}", "theirs=1&ours=1")
    server.mc("ilm", "rule", "add", "--expire-days", "3", "--prefix", "theirs/", f"s3/{name}")
    theirs = run("bucket", {"name": name, "lifecycle": []}, check=True)["bucket"]["lifecycle"]
    assert len(theirs) == 1 and theirs[0]["prefix"] == "theirs/"
    wish = {"name": name, "tags": {"ours": "2"}, "lifecycle": [{"id": "ours", "expire_days": 1}]}
    after = converge("bucket", wish)["bucket"]
    assert after["tags"] == {"theirs": "1", "ours": "2"}
    assert theirs[0] in after["lifecycle"] and len(after["lifecycle"]) == 2
    after = converge("bucket", {**wish, "tags_authoritative": True, "lifecycle_authoritative": True})["bucket"]
    assert after["tags"] == {"ours": "2"} and [rule["id"] for rule in after["lifecycle"]] == ["ours"]


def test_a_quota_keeps_the_rate_that_others_set(converge, server, run):
    name = server.new()
    run("bucket", {"name": name, "quota": "1GiB"})
    assert server.mc("quota", "info", f"s3/{name}")["quota"] == 2 ** 30
    converge("bucket", {"name": name, "quota": "0"})
    assert "quota" not in server.mc("quota", "info", f"s3/{name}")


def test_transitions_to_a_remote_tier(converge, run, server, tier):
    name = server.new()
    rules = [{"id": "cold", "transition_days": 30, "transition_tier": tier, "prefix": "p/"},
             {"id": "old", "noncurrent_transition_days": 0, "noncurrent_transition_tier": tier, "noncurrent_expire_days": 90},
             {"id": "day", "transition_date": "2035-02-01", "transition_tier": tier}]
    converge("bucket", {"name": name, "lifecycle": rules})
    converge("bucket", {"name": name, "lifecycle": [{"id": "cold", "transition_tier": tier}]})
    missing = {"name": name, "lifecycle": [{"id": "x", "transition_tier": "WARM"}]}
    for check in (True, False):
        result = run("bucket", missing, check=check)
        assert result["failed"] and "tier WARM does not exist" in result["msg"]


def test_an_event_arrives_at_the_target(converge, run, server):
    name, s3 = server.new(), server.boto3()
    converge("bucket", {"name": name, "notification": [
        {"id": "pdf", "arn": NOTIFICATION_TARGET, "events": ["s3:ObjectCreated:Put"], "prefix": "in/", "suffix": ".pdf"}]})
    for key in ("in/a.txt", "out/a.pdf", "in/a.pdf"):
        s3.put_object(Bucket=name, Key=key, Body=b"1")

    def arrived():
        return [event["Key"] for event in server.receiver.events if event["Key"].startswith(f"{name}/")]
    for _attempt in range(100):
        if arrived():
            break
        time.sleep(0.1)
    converge("bucket", {"name": name, "notification": [{"id": "pdf", "state": "absent"}]})
    s3.put_object(Bucket=name, Key="in/b.pdf", Body=b"1")
    time.sleep(0.5)
    assert arrived() == [f"{name}/in/a.pdf"]


def test_new_objects_are_encrypted_and_retained_by_default(converge, server):
    name, s3 = server.new(), server.boto3()
    converge("bucket", {"name": name, "object_lock": True, "default_retention": {"mode": "governance", "days": 7},
                        "encryption": {"algorithm": "sse-kms", "kms_key_id": KMS_KEY}})
    s3.put_object(Bucket=name, Key="a", Body=b"1")
    head = s3.head_object(Bucket=name, Key="a")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", f"arn:aws:kms:{KMS_KEY}")
    assert head["ObjectLockMode"] == "GOVERNANCE"
    assert (head["ObjectLockRetainUntilDate"] - head["LastModified"]).days == 7


def test_a_server_without_kms_is_told_so_before_anything_is_sent(server, second):
    name = server.new()
    for algorithm in ({"algorithm": "sse-s3"}, {"algorithm": "sse-kms", "kms_key_id": "any"}):
        for check in (True, False):
            result = execute("bucket", {**second.connection, "name": name, "encryption": algorithm}, check)
            assert result["failed"] and "has no KMS: give it one with MINIO_KMS_SECRET_KEY" in result["msg"]
    execute("bucket", {**second.connection, "name": name, "encryption": {}}, False)
    assert second.boto3().head_bucket(Bucket=name)


def test_a_target_that_a_rule_keeps_is_not_asked_for(converge, run, server):
    """Nor is a key: only what is new is looked up, so that a change elsewhere does not depend on it."""
    name = server.new()
    wish = {"name": name, "notification": [{"id": "a", "arn": NOTIFICATION_TARGET, "events": ["s3:ObjectCreated:*"]}],
            "encryption": {"algorithm": "sse-s3"}}
    run("bucket", wish)
    before = len(server.wire.requests)
    converge("bucket", {**wish, "quota": "1GiB"})
    asked = [target for _method, target in server.wire.requests[before:]]
    assert not any(b"/info" in target or b"/kms/" in target for target in asked)


def test_object_lock_is_chosen_at_creation(converge, run, server):
    locked, plain = server.new(), server.new()
    assert converge("bucket", {"name": locked, "object_lock": True, "versioning": "enabled"})["bucket"]["object_lock"] is True
    converge("bucket", {"name": plain, "object_lock": False})
    for wish, words in (
            ({"name": plain, "object_lock": True}, "can only be chosen at creation"),
            ({"name": locked, "object_lock": False}, "can only be chosen at creation"),
            ({"name": locked, "versioning": "suspended"}, "cannot be suspended"),
            ({"name": locked, "versioning_excluded_prefixes": ["x"]}, "nor exclude anything"),
            ({"name": locked, "lifecycle": [{"id": "a", "delete_marker_expire_days": 1}]}, "not possible with object lock"),
            ({"name": locked, "lifecycle": [{"id": "a", "expire_days": 1, "expire_all_versions": True}]}, "not possible with object lock"),
            ({"name": plain, "default_retention": {"mode": "governance", "days": 1}}, "default_retention needs object_lock"),
            ({"name": server.new(), "object_lock": True, "versioning": "suspended"}, "cannot be suspended")):
        for check in (True, False):
            result = run("bucket", wish, check=check)
            assert result["failed"] and words in result["msg"], result


def test_a_full_bucket_is_removed_only_by_force(converge, run, server):
    name = server.new()
    run("bucket", {"name": name, "versioning": "enabled"})
    server.boto3().put_object(Bucket=name, Key="a", Body=b"1")
    server.boto3().delete_object(Bucket=name, Key="a")
    for check in (True, False):
        result = run("bucket", {"name": name, "state": "absent"}, check=check)
        assert result["failed"] and f"bucket {name}: cannot remove it: it holds objects" in result["msg"]
    # Force is about what is inside: it has no meaning for a bucket that stays.
    assert converge("bucket", {"name": name, "force": True})["changed"] is False
    assert "Versions" in server.boto3().list_object_versions(Bucket=name)
    gone = converge("bucket", {"name": name, "state": "absent", "force": True})
    assert gone["diff"] == {"before": {"name": name}, "after": {}, "before_header": f"bucket {name}", "after_header": f"bucket {name}"}
    assert name not in [bucket["Name"] for bucket in server.boto3().list_buckets()["Buckets"]]


def test_a_locked_bucket_is_removed_only_when_it_is_empty(converge, run, server):
    full, empty = server.new(), server.new()
    for name in (full, empty):
        run("bucket", {"name": name, "object_lock": True})
    server.boto3().put_object(Bucket=full, Key="a", Body=b"1")
    for check in (True, False):
        result = run("bucket", {"name": full, "state": "absent", "force": True}, check=check)
        assert result["failed"] and "object lock is on" in result["msg"]
    converge("bucket", {"name": empty, "state": "absent"})


def test_what_the_server_says_of_a_bad_name_is_told(run, server):
    result = run("bucket", {"name": "ab"})
    assert result["failed"] and result["msg"].startswith("bucket ab: cannot ")
    assert "InvalidBucketName" in result["msg"]


REFUSED = [
    ({"lifecycle": [{"id": "a", "abort_incomplete_multipart_days": 3}]}, "MINIO_API_STALE_UPLOADS_EXPIRY"),
    ({"lifecycle": [{"id": "a", "expire_days": 1, "abort_incomplete_multipart_days": 3}]}, "MINIO_API_STALE_UPLOADS_EXPIRY"),
    ({"lifecycle": [{"id": "a"}]}, "has no action"),
    ({"lifecycle": [{"id": "a", "expire_days": 0}]}, "at least 1"),
    ({"lifecycle": [{"id": "a", "expire_days": 1, "size_greater_than": 0}]}, "at least 1"),
    ({"lifecycle": [{"id": "a", "expire_days": 1, "expire_date": "2035-01-01"}]}, "exclude each other"),
    ({"lifecycle": [{"id": "a", "expire_date": "2035-01-01T12:00:00Z"}]}, "midnight"),
    ({"lifecycle": [{"id": "a", "expire_date": "soon"}]}, "is not a date"),
    ({"lifecycle": [{"id": "a", "expire_date": "0001-01-01"}]}, "lies before 1970"),
    ({"lifecycle": [{"id": "a", "expire_days": 1, "expire_delete_marker": True}]}, "rule of its own"),
    ({"lifecycle": [{"id": "a", "expire_delete_marker": True, "expire_all_versions": True}]}, "needs expire_days"),
    ({"lifecycle": [{"id": "a", "delete_marker_expire_days": 1, "tags": {"a": "b"}}]}, "cannot be combined with tags"),
    ({"lifecycle": [{"id": "a", "transition_days": 1}]}, "need transition_tier"),
    ({"lifecycle": [{"id": "a", "expire_days": 1}, {"id": "a", "expire_days": 2}]}, "two rules have the id a"),
    ({"lifecycle": [{"id": "a", "expire_days": 1, "prefix": "\x01"}]}, "control characters"),
    ({"lifecycle": [{"id": "", "expire_days": 1}]}, "needs an id"),
    ({"lifecycle": [{"id": f"r{n}", "expire_days": 1} for n in range(1001)]}, "at most 1000 rules of lifecycle"),
    ({"tags": {"a": "semi;colon"}}, "tag 'a'"),
    ({"quota": "lots"}, "is not a size"),
    ({"access": "public", "policy": {}}, "contradict each other"),
    ({"versioning_exclude_folders": True}, "need versioning: enabled"),
    ({"versioning": "suspended", "versioning_excluded_prefixes": ["x"]}, "need versioning: enabled"),
    ({"versioning": "enabled", "versioning_excluded_prefixes": [f"p{n}/" for n in range(11)]}, "at most 10"),
    ({"policy": {"Statement": [{**READ_ONLY_STATEMENT, "Principal": None, "Resource": "*"}]}}, "needs a Principal"),
    ({"policy": {"Statement": [{"Effect": "Allow", "Principal": "*", "NotAction": "s3:GetObject", "Resource": "*"}]}}, "NotAction"),
    ({"cors": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}, "MINIO_API_CORS_ALLOW_ORIGIN"),
    ({"default_retention": {"mode": "governance", "days": 1}}, "needs object_lock"),
    ({"object_lock": True, "default_retention": {"mode": "governance"}}, "either days or years"),
    ({"object_lock": True, "default_retention": {"mode": "governance", "days": 1, "years": 1}}, "either days or years"),
    ({"object_lock": True, "default_retention": {"days": 1}}, "has a mode"),
    ({"object_lock": True, "default_retention": {"mode": "compliance", "days": 0}}, "from 1 to 36500"),
    ({"object_lock": True, "default_retention": {"mode": "compliance", "years": 101}}, "from 1 to 100"),
    ({"encryption": {"algorithm": "sse-kms"}}, "kms_key_id is needed"),
    ({"encryption": {"algorithm": "sse-s3", "kms_key_id": KMS_KEY}}, "kms_key_id is needed"),
    ({"encryption": {"algorithm": "sse-kms", "kms_key_id": "unknown"}}, "kms key unknown does not exist"),
    ({"notification": [{"id": "a", "arn": "webhook", "events": ["s3:ObjectCreated:*"]}]}, "arn:minio:sqs::PRIMARY:webhook"),
    ({"notification": [{"id": "a", "arn": "arn:minio:sqs::OTHER:kafka", "events": ["s3:ObjectCreated:*"]}]},
     "notification target arn:minio:sqs::OTHER:kafka does not exist"),
    ({"notification": [{"id": "a", "arn": NOTIFICATION_TARGET}]}, "has no events"),
    ({"notification": [{"id": "a", "arn": NOTIFICATION_TARGET, "events": ["put"]}]}, "this server has no event put"),
    ({"notification": [{"id": "", "state": "absent"}]}, "needs the id"),
]


@pytest.mark.parametrize(("wish", "words"), REFUSED, ids=lambda value: value if isinstance(value, str) else None)
def test_what_cannot_work_is_refused_before_anything_is_sent(run, server, wish, words):
    name = server.new()
    for check in (True, False):
        result = run("bucket", {"name": name, **wish}, check=check)
        assert result["failed"] and words in result["msg"] and f"bucket {name}" in result["msg"], result
    assert server.wire.writes == [] or not any(name.encode() in path for _method, path in server.wire.writes)
