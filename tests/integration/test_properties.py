# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever bucket somebody wishes for, and whatever it was before: predicted, made, made once, and what boto3 sees."""
from __future__ import annotations

import datetime
import json

from botocore.exceptions import ClientError
from conftest import KMS_KEY, NOTIFICATION_TARGET
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

LETTERS = some.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
# In keys of objects: anything that XML can carry.
TEXTS = some.text(some.one_of(some.sampled_from("\t\n\r <>&\"'/"), LETTERS), min_size=1, max_size=12)
NAMES = some.text(LETTERS, min_size=1, max_size=6)
TAG_TEXTS = some.text(some.sampled_from("abcXYZ059+-._:/@ ="), min_size=1, max_size=8)
TAGS = some.dictionaries(TAG_TEXTS, some.one_of(some.just(""), TAG_TEXTS), max_size=4)
IDS = some.sampled_from(("a", "b", "c", "d & e"))
COUNTS = some.integers(1, 3000)


def optional(**fields):
    return some.fixed_dictionaries({}, optional=fields)


def rules(content):
    return some.dictionaries(IDS, content, max_size=3).map(lambda found: [{"id": name, **rule} for name, rule in found.items()])


FILTERS = optional(prefix=TEXTS, tags=some.dictionaries(NAMES, NAMES, min_size=1, max_size=2), size_greater_than=COUNTS, enabled=some.booleans())
ACTIONS = some.one_of(
    some.fixed_dictionaries({"expire_days": COUNTS}), some.fixed_dictionaries({"noncurrent_expire_days": COUNTS}),
    some.fixed_dictionaries({"expire_date": some.dates(datetime.date(1970, 1, 1)).map(str)}),
    some.fixed_dictionaries({"expire_delete_marker": some.just(True)}),
    some.fixed_dictionaries({"noncurrent_expire_newer_versions": COUNTS, "expire_days": COUNTS}))
LIFECYCLE = rules(some.tuples(FILTERS, ACTIONS).map(lambda parts: {**parts[0], **parts[1]}))
NOTIFICATION = rules(some.fixed_dictionaries(
    {"arn": some.just(NOTIFICATION_TARGET),
     "events": some.lists(some.sampled_from(("s3:ObjectCreated:*", "s3:ObjectRemoved:Delete", "s3:Replication:*")), min_size=1, unique=True)},
    optional={"prefix": TEXTS, "suffix": TEXTS}))
ENCRYPTION = some.sampled_from(({}, {"algorithm": "sse-s3"}, {"algorithm": "sse-kms", "kms_key_id": KMS_KEY}))
RETENTION = some.one_of(some.just({}), some.fixed_dictionaries({"mode": some.sampled_from(("governance", "compliance")), "days": COUNTS}))
FACETS = {
    "quota": some.integers(0, 2 ** 50).map(str), "tags": TAGS, "tags_authoritative": some.booleans(), "lifecycle": LIFECYCLE,
    "lifecycle_authoritative": some.booleans(), "notification": NOTIFICATION, "notification_authoritative": some.booleans(),
    "encryption": ENCRYPTION, "access": some.sampled_from(("private", "public-read", "public-write", "public")),
}
EXCLUSIONS = some.lists(TEXTS, max_size=3, unique=True)
# A locked bucket, and one that is not: each has facets that the other cannot have.
LOCKED = optional(**FACETS, default_retention=RETENTION, versioning=some.just("enabled"))
UNLOCKED = some.one_of(
    optional(**FACETS), optional(**FACETS, versioning=some.just("suspended")),
    some.fixed_dictionaries({"versioning": some.just("enabled"), "versioning_excluded_prefixes": EXCLUSIONS},
                            optional={**FACETS, "versioning_exclude_folders": some.booleans()}))
HISTORIES = some.one_of(
    some.tuples(some.just({"object_lock": True}), some.lists(LOCKED, min_size=1, max_size=3)),
    some.tuples(some.just({}), some.lists(UNLOCKED, min_size=1, max_size=3)))


def expected(before, wish):
    """What boto3 shall see, from what it saw: the meaning of a wish, told once more and differently."""
    after = dict(before)
    if "versioning" in wish:
        after["versioning"] = wish["versioning"]
    if "tags" in wish:
        after["tags"] = {**({} if wish.get("tags_authoritative") else before["tags"]), **wish["tags"]}
    for facet in ("lifecycle", "notification"):
        if facet in wish:
            kept = {} if wish.get(f"{facet}_authoritative") else before[facet]
            after[facet] = {**kept, **{rule["id"]: brief(rule) for rule in wish[facet]}}
    for facet in ("access", "encryption", "default_retention"):
        if facet in wish:
            after[facet] = wish[facet]
    return after


def brief(rule):
    """Of a rule, what both ways of writing it have: days and dates, events, and the prefix."""
    found = {name: rule[name] for name in ("expire_days", "expire_date", "noncurrent_expire_days", "noncurrent_expire_newer_versions", "tags")
             if name in rule}
    return {**found, "prefix": rule.get("prefix", ""), "suffix": rule.get("suffix", ""), "events": sorted(rule.get("events", []))}


def seen(s3, bucket):
    """The bucket as boto3 sees it, in the words of the options."""
    def ask(name, nothing):
        try:
            return getattr(s3, f"get_{name}")(Bucket=bucket)
        except ClientError as error:
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 404, error
            return nothing
    lock = ask("object_lock_configuration", {}).get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention")
    encrypted = ask("bucket_encryption", {}).get("ServerSideEncryptionConfiguration")
    encrypted = encrypted and encrypted["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    return {
        "versioning": ask("bucket_versioning", {}).get("Status", "").lower(),
        "tags": {tag["Key"]: tag["Value"] for tag in ask("bucket_tagging", {"TagSet": []})["TagSet"]},
        "access": access(ask("bucket_policy", {}).get("Policy")),
        "default_retention": {"mode": lock["Mode"].lower(), "days": lock["Days"]} if lock else {},
        "encryption": {} if not encrypted else {"algorithm": "sse-s3"} if encrypted["SSEAlgorithm"] == "AES256" else {
            "algorithm": "sse-kms", "kms_key_id": encrypted["KMSMasterKeyID"]},
        "lifecycle": {rule["ID"]: expiry(rule) for rule in ask("bucket_lifecycle_configuration", {"Rules": []})["Rules"]},
        "notification": {rule["Id"]: sent(rule)
                         for rule in ask("bucket_notification_configuration", {}).get("QueueConfigurations", [])},
    }


def access(policy):
    actions = {action for statement in json.loads(policy or '{"Statement": []}')["Statement"] for action in statement["Action"]}
    return {(False, False): "private", (True, False): "public-read", (False, True): "public-write", (True, True): "public"}[
        "s3:GetObject" in actions, "s3:PutObject" in actions]


def sent(rule):
    filters = rule["Filter"]["Key"]["FilterRules"] if "Filter" in rule else []
    return brief({"events": rule["Events"], **{item["Name"]: item["Value"] for item in filters}})


def expiry(rule):
    scope = rule["Filter"].get("And", rule["Filter"])
    tags = scope.get("Tags", [scope["Tag"]] if "Tag" in scope else [])
    found = {"expire_days": rule.get("Expiration", {}).get("Days"), "expire_date": rule.get("Expiration", {}).get("Date"),
             "noncurrent_expire_days": rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"),
             "noncurrent_expire_newer_versions": rule.get("NoncurrentVersionExpiration", {}).get("NewerNoncurrentVersions"),
             "tags": {tag["Key"]: tag["Value"] for tag in tags}, "prefix": scope.get("Prefix")}
    if found["expire_date"]:
        found["expire_date"] = found["expire_date"].strftime("%Y-%m-%d")
    return brief({name: value for name, value in found.items() if value})


# Without the search for a smaller case, which would take minutes: what failed is short enough to read.
@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(HISTORIES)
def test_any_history_of_a_bucket(converge, server, history):
    made, wishes = history
    name, s3 = server.new("any"), server.boto3()
    converge("bucket", {"name": name, **made})
    before = seen(s3, name)
    for wish in wishes:
        converge("bucket", {"name": name, **wish})
        after = seen(s3, name)
        assert after == expected(before, wish)
        before = after
