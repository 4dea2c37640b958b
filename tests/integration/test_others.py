# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others wrote: understood when it says the same, shown and repaired when it does not."""
from __future__ import annotations

import json

import pytest
from conftest import KMS_KEY, NOTIFICATION_TARGET

RULES = [{"id": "expire", "prefix": "logs/", "expire_days": 30}, {"id": "old", "noncurrent_expire_days": 7, "noncurrent_expire_newer_versions": 2}]
READ = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::a"]}]}


def unchanged(run, module, params):
    for check in (True, False):
        result = run(module, params, check=check)
        assert result["changed"] is False and result["diff"]["before"] == result["diff"]["after"], result


@pytest.mark.parametrize(("mc", "access"), [("private", "private"), ("download", "public-read"), ("upload", "public-write"), ("public", "public")])
def test_access_made_by_mc(run, server, mc, access):
    name = server.new()
    server.mc("mb", f"s3/{name}")
    server.mc("anonymous", "set", "public", f"s3/{name}")
    server.mc("anonymous", "set", mc, f"s3/{name}")
    unchanged(run, "bucket", {"name": name, "access": access})


@pytest.mark.parametrize(("mc", "access"), [("private", "private"), ("download", "public-read"), ("upload", "public-write"), ("public", "public")])
def test_access_is_what_mc_recognises(run, server, mc, access):
    name = server.new()
    run("bucket", {"name": name, "access": access})
    assert server.mc("anonymous", "get", f"s3/{name}")["permission"] == mc


def test_a_bucket_made_by_mc(run, server):
    name = server.new()
    server.mc("mb", "--with-lock", f"s3/{name}")
    server.mc("quota", "set", f"s3/{name}", "--size", "3GiB")
    server.mc("tag", "set", f"s3/{name}", "a=b&c=d e")
    server.mc("ilm", "rule", "add", "--expire-days", "5", "--prefix", "p/", "--tags", "k=v", "--size-lt", "1MiB", f"s3/{name}")
    rule = server.mc("ilm", "rule", "ls", f"s3/{name}")["config"]["Rules"][0]
    unchanged(run, "bucket", {
        "name": name, "object_lock": True, "versioning": "enabled", "quota": "3GiB", "tags": {"c": "d e", "a": "b"}, "tags_authoritative": True,
        "lifecycle": [{"id": rule["ID"], "expire_days": 5, "prefix": "p/", "tags": {"k": "v"}, "size_less_than": 2 ** 20}],
        "lifecycle_authoritative": True})


def test_a_bucket_with_exclusions_made_by_mc(run, server):
    name = server.new()
    server.mc("mb", f"s3/{name}")
    server.mc("version", "enable", f"s3/{name}", "--excluded-prefixes", "tmp/,cache/", "--exclude-folders")
    unchanged(run, "bucket", {"name": name, "versioning": "enabled", "versioning_excluded_prefixes": ["cache/", "tmp/"],
                              "versioning_exclude_folders": True})


@pytest.mark.parametrize(("mc", "retention"), [
    (("governance", "30d"), {"mode": "governance", "days": 30}), (("compliance", "1y"), {"mode": "compliance", "years": 1})])
def test_a_default_retention_made_by_mc(run, server, mc, retention):
    name = server.new()
    server.mc("mb", "--with-lock", f"s3/{name}")
    server.mc("retention", "set", "--default", *mc, f"s3/{name}")
    unchanged(run, "bucket", {"name": name, "default_retention": retention})
    server.mc("retention", "clear", "--default", f"s3/{name}")
    unchanged(run, "bucket", {"name": name, "object_lock": True, "default_retention": {}})


@pytest.mark.parametrize(("mc", "encryption"), [
    (("sse-s3",), {"algorithm": "sse-s3"}), (("sse-kms", KMS_KEY), {"algorithm": "sse-kms", "kms_key_id": KMS_KEY})])
def test_a_default_encryption_made_by_mc(run, server, mc, encryption):
    name = server.new()
    server.mc("mb", f"s3/{name}")
    server.mc("encrypt", "set", *mc, f"s3/{name}")
    unchanged(run, "bucket", {"name": name, "encryption": encryption})
    server.mc("encrypt", "clear", f"s3/{name}")
    unchanged(run, "bucket", {"name": name, "encryption": {}})


def test_a_notification_made_by_mc(converge, run, server):
    """It has no id: it counts as ours when it says the same, and is replaced or foreign when it does not."""
    name = server.new()
    server.mc("mb", f"s3/{name}")
    server.mc("event", "add", f"s3/{name}", NOTIFICATION_TARGET, "--event", "put,delete", "--prefix", "in/", "--suffix", ".pdf")
    wish = {"id": "pdf", "arn": NOTIFICATION_TARGET, "events": ["s3:ObjectRemoved:*", "s3:ObjectCreated:*"], "prefix": "in/", "suffix": ".pdf"}
    for authoritative in (False, True):
        unchanged(run, "bucket", {"name": name, "notification": [wish], "notification_authoritative": authoritative})
    unchanged(run, "bucket", {"name": name, "notification": [{**wish, "id": ""}], "notification_authoritative": True})
    after = converge("bucket", {"name": name, "notification": [{**wish, "prefix": "out/"}]})["bucket"]["notification"]
    assert [(rule["id"], rule["prefix"]) for rule in after] == [("", "in/"), ("pdf", "out/")]
    listed = server.boto3().get_bucket_notification_configuration(Bucket=name)["QueueConfigurations"]
    assert [rule["Id"] for rule in listed] == ["", "pdf"]
    server.mc("event", "rm", "--force", f"s3/{name}")
    unchanged(run, "bucket", {"name": name, "notification": [], "notification_authoritative": True})


def test_a_bucket_made_by_boto3(run, server):
    name, s3 = server.new(), server.boto3()
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 3}}})
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": f"arn:aws:kms:{KMS_KEY}"}}]})
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"QueueConfigurations": [
        {"Id": "q", "QueueArn": NOTIFICATION_TARGET, "Events": ["s3:ObjectCreated:Put", "s3:ObjectAccessed:Get"],
         "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".pdf"}, {"Name": "prefix", "Value": "in/"}]}}}]})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]})
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "s", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": [f"arn:aws:s3:::{name}/*"],
         "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}]}))
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [
        {"ID": "old", "Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 2}},
        {"ID": "expire", "Status": "Enabled", "Prefix": "logs/", "Expiration": {"Days": 30}}]})
    unchanged(run, "bucket", {
        "name": name, "versioning": "enabled", "tags": {"a": 1, "b": 2}, "lifecycle": RULES, "lifecycle_authoritative": True,
        "default_retention": {"mode": "compliance", "days": 3}, "encryption": {"algorithm": "sse-kms", "kms_key_id": KMS_KEY},
        "notification_authoritative": True,
        "notification": [{"id": "q", "arn": NOTIFICATION_TARGET, "events": ["s3:ObjectAccessed:Get", "s3:ObjectCreated:Put"],
                          "prefix": "in/", "suffix": ".pdf"}],
        "policy": {"Statement": {"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"],
                                 "Resource": f"arn:aws:s3:::{name}/*", "Condition": {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}}}})


def test_a_bucket_made_by_minio_py(run, server):
    from minio.commonconfig import ENABLED, Filter, Tags
    from minio.lifecycleconfig import Expiration, LifecycleConfig, NoncurrentVersionExpiration, Rule
    from minio.notificationconfig import NotificationConfig, PrefixFilterRule, QueueConfig
    from minio.objectlockconfig import GOVERNANCE, YEARS, ObjectLockConfig
    from minio.sseconfig import Rule as Encryption
    from minio.sseconfig import SSEConfig
    from minio.versioningconfig import VersioningConfig
    name, client = server.new(), server.minio()
    client.make_bucket(name, object_lock=True)
    client.set_object_lock_config(name, ObjectLockConfig(GOVERNANCE, 2, YEARS))
    client.set_bucket_encryption(name, SSEConfig(Encryption.new_sse_s3_rule()))
    client.set_bucket_notification(name, NotificationConfig(queue_config_list=[
        QueueConfig(queue=NOTIFICATION_TARGET, events=["s3:ObjectCreated:*"], config_id="q", prefix_filter_rule=PrefixFilterRule("in/"))]))
    client.set_bucket_versioning(name, VersioningConfig(ENABLED))
    tags = Tags.new_bucket_tags()
    tags["a"] = "1"
    client.set_bucket_tags(name, tags)
    client.set_bucket_lifecycle(name, LifecycleConfig([
        Rule(ENABLED, rule_filter=Filter(prefix="logs/"), rule_id="expire", expiration=Expiration(days=30)),
        Rule(ENABLED, rule_filter=Filter(prefix=""), rule_id="old",
             noncurrent_version_expiration=NoncurrentVersionExpiration(noncurrent_days=7, newer_noncurrent_versions=2))]))
    unchanged(run, "bucket", {
        "name": name, "versioning": "enabled", "tags": {"a": "1"}, "lifecycle": RULES, "lifecycle_authoritative": True,
        "default_retention": {"mode": "governance", "years": 2}, "encryption": {"algorithm": "sse-s3"}, "notification_authoritative": True,
        "notification": [{"id": "q", "arn": NOTIFICATION_TARGET, "events": ["s3:ObjectCreated:*"], "prefix": "in/"}]})


def test_identities_made_by_mc(run, server, tmp_path):
    policy, user = server.new("policy"), server.new("user")
    (tmp_path / "policy.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]}]}))
    server.mc("admin", "policy", "create", "s3", policy, str(tmp_path / "policy.json"))
    server.mc("admin", "user", "add", "s3", user, "some-secret")
    server.mc("admin", "policy", "attach", "s3", policy, "readonly", "--user", user)
    server.mc("admin", "accesskey", "create", "s3", user, "--access-key", "by-mc", "--secret-key", "some-secret", "--name", "made", "--description",
              "by mc", "--policy", str(tmp_path / "policy.json"))
    unchanged(run, "policy", {"name": policy, "policy": READ})
    unchanged(run, "user", {"name": user, "status": "enabled", "policies": ["readonly", policy], "policies_authoritative": True})
    unchanged(run, "service_account", {"account_access_key": "by-mc", "user": user, "name": "made", "description": "by mc", "policy": READ,
                                       "status": "enabled", "expiration": ""})


def test_a_group_and_attachments_made_by_mc(run, server):
    group, users = server.new("group"), [server.new("user"), server.new("user")]
    for user in users:
        server.mc("admin", "user", "add", "s3", user, "some-secret")
    server.mc("admin", "group", "add", "s3", group, *users)
    server.mc("admin", "policy", "attach", "s3", "readonly", "diagnostics", "--group", group)
    server.mc("admin", "policy", "attach", "s3", "writeonly", "--user", users[0])
    for status in ("enabled", "disabled"):
        unchanged(run, "group", {"name": group, "members": users[::-1], "members_authoritative": True, "status": status,
                                 "policies": ["readonly", "diagnostics"], "policies_authoritative": True})
        unchanged(run, "policy_attachment", {"entity": f"group:{group}", "policies": ["diagnostics", "readonly"], "authoritative": True})
        server.mc("admin", "group", "disable", "s3", group)
    unchanged(run, "policy_attachment", {"entity": f"user:{users[0]}", "policies": ["writeonly"], "authoritative": True})


def test_drift_made_by_mc_is_shown_and_repaired(converge, run, server):
    bucket, user = server.new("drift"), server.new("user")
    wish = {"manifest": {
        "buckets": [{"name": bucket, "versioning": "enabled", "access": "public-read", "tags": {"team": "ocr"},
                     "lifecycle": [{"id": "ours", "expire_days": 9}], "lifecycle_authoritative": True}],
        "users": [{"name": user, "secret_key": "the-secret-of-it", "policies": ["readonly"]}]}}
    run("apply", wish)
    server.mc("version", "suspend", f"s3/{bucket}")
    server.mc("anonymous", "set", "private", f"s3/{bucket}")
    server.mc("tag", "set", f"s3/{bucket}", "team=theirs")
    server.mc("ilm", "rule", "add", "--expire-days", "1", f"s3/{bucket}")
    server.mc("admin", "policy", "detach", "s3", "readonly", "--user", user)
    diffs = {diff["before_header"]: (diff["before"], diff["after"]) for diff in converge("apply", wish)["diff"]}
    assert set(diffs) == {f"bucket {bucket}", f"user {user}"}
    before, after = diffs[f"bucket {bucket}"]
    assert (before["versioning"], after["versioning"]) == ("suspended", "enabled")
    assert (before["access"], after["access"]) == ("private", "public-read")
    assert (before["tags"], after["tags"]) == ({"team": "theirs"}, {"team": "ocr"})
    assert len(before["lifecycle"]) == 2 and [rule["id"] for rule in after["lifecycle"]] == ["ours"]
    before, after = diffs[f"user {user}"]
    assert (before["policies"], after["policies"]) == ([], ["readonly"])


def test_a_rule_of_others_goes_through_a_change_of_ours_unharmed(run, server):
    """Also one in the older form, with the prefix outside a filter, that the server keeps as it came."""
    name, s3 = server.new(), server.boto3()
    s3.create_bucket(Bucket=name)
    theirs = [{"ID": "legacy", "Status": "Disabled", "Prefix": "a & b/", "Expiration": {"Days": 30}},
              {"ID": "empty-filter", "Status": "Enabled", "Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": True}}]
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": theirs})
    there = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    run("bucket", {"name": name, "lifecycle": [{"id": "ours", "expire_days": 1}]})
    now = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert [rule for rule in now if rule["ID"] != "ours"] == sorted(there, key=lambda rule: rule["ID"])
