# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every facet of a bucket, from every state in its table to every other."""
from __future__ import annotations

import itertools
from typing import Any

import pytest

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
    return {facet: server.new(facet) for facet in STATES}


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


def test_object_lock_is_chosen_at_creation(converge, run, server):
    locked, plain = server.new(), server.new()
    assert converge("bucket", {"name": locked, "object_lock": True, "versioning": "enabled"})["bucket"]["object_lock"] is True
    converge("bucket", {"name": plain, "object_lock": False})
    for wish, words in (
            ({"name": plain, "object_lock": True}, "can only be chosen at creation"),
            ({"name": locked, "object_lock": False}, "can only be chosen at creation"),
            ({"name": locked, "versioning": "suspended"}, "cannot be suspended"),
            ({"name": locked, "versioning_excluded_prefixes": ["x"]}, "nor exclude anything"),
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
    converge("bucket", {"name": name, "state": "absent", "force": True})
    assert name not in [bucket["Name"] for bucket in server.boto3().list_buckets()["Buckets"]]


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
    ({"lifecycle": [{"id": "a", "expire_days": 1, "expire_delete_marker": True}]}, "rule of its own"),
    ({"lifecycle": [{"id": "a", "expire_delete_marker": True, "expire_all_versions": True}]}, "needs expire_days"),
    ({"lifecycle": [{"id": "a", "delete_marker_expire_days": 1, "tags": {"a": "b"}}]}, "cannot be combined with tags"),
    ({"lifecycle": [{"id": "a", "transition_days": 1}]}, "need transition_tier"),
    ({"lifecycle": [{"id": "a", "expire_days": 1}, {"id": "a", "expire_days": 2}]}, "two rules have the id a"),
    ({"lifecycle": [{"id": "a", "expire_days": 1, "prefix": "\x01"}]}, "control characters"),
    ({"tags": {"a": "semi;colon"}}, "tag 'a'"),
    ({"quota": "lots"}, "is not a size"),
    ({"access": "public", "policy": {}}, "contradict each other"),
    ({"versioning_exclude_folders": True}, "need versioning: enabled"),
    ({"versioning": "suspended", "versioning_excluded_prefixes": ["x"]}, "need versioning: enabled"),
    ({"versioning": "enabled", "versioning_excluded_prefixes": [f"p{n}/" for n in range(11)]}, "at most 10"),
    ({"policy": {"Statement": [{**READ_ONLY_STATEMENT, "Principal": None, "Resource": "*"}]}}, "needs a Principal"),
    ({"policy": {"Statement": [{"Effect": "Allow", "Principal": "*", "NotAction": "s3:GetObject", "Resource": "*"}]}}, "NotAction"),
]


@pytest.mark.parametrize(("wish", "words"), REFUSED, ids=lambda value: value if isinstance(value, str) else None)
def test_what_cannot_work_is_refused_before_anything_is_sent(run, server, wish, words):
    name = server.new()
    for check in (True, False):
        result = run("bucket", {"name": name, **wish}, check=check)
        assert result["failed"] and words in result["msg"] and f"bucket {name}" in result["msg"], result
    assert server.wire.writes == [] or not any(name.encode() in path for _method, path in server.wire.writes)
