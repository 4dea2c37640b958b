# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a snapshot answers in the server's stead, and what it leaves to the server: a real one that serves archives made here."""
from __future__ import annotations

import io
import json
import zipfile

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils._client import Client, Connection
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._snapshot import Snapshot

SECRET = "a-secret-nobody-may-see"
BUCKETS = {
    "full/versioning.xml": b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "full/tagging.xml": b"<Tagging/>",
    "full/policy.json": b'{"Version": "2012-10-17"}', "full/quota.json": b'{"quota": 5}', "full/bucket-targets.json": b"<Targets></Targets>",
    "bare/.metadata": b"", "bare/bucket-targets.json": b"{}",
}
IDENTITIES = {
    "iam-assets/policies.json": {"readers": {"Statement": []}},
    "iam-assets/users.json": {"ocr": {"status": "enabled", "secretKey": SECRET}, "new": {"status": "disabled"}},
    "iam-assets/user_mappings.json": {"ocr": {"policy": "readers"}},
    "iam-assets/groups.json": None,
    "iam-assets/svcaccts.json": {
        "plain": {"parent": "ocr", "status": "on", "secretKey": SECRET, "sessionToken": SECRET, "expiration": "1970-01-01T00:00:00Z"},
        "bound": {"parent": "ocr", "status": "off", "name": "n", "description": "d", "sessionPolicy": {"Statement": []}, "expiration": "2030-01-31T00:00:00Z"},
        "zero": {"parent": "ocr", "status": "on", "expiration": "0001-01-01T00:00:00Z"}},
}


def archive(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as table:
        for name, content in files.items():
            table.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def snapshot(serve):
    """A snapshot, and the requests that reach the server. take: what is read at once; broken: its archives are cut short."""
    def make(*take, broken=False):
        archives = {"export-bucket-metadata": archive(BUCKETS),
                    "export-iam": archive({name: b"" if content is None else json.dumps(content) for name, content in IDENTITIES.items()})}

        def answer(line):
            body = archives.get(line.rpartition("/")[2], b'{"from": "the server"}')
            return 200, body[:-9] if broken else body
        url, seen = serve(answer)
        taken = Snapshot(Client(Connection([url], "access", "the-secret", retries=0, region="eu-west-1")))
        for what in take:
            getattr(taken, f"take_{what}")()
        seen.clear()
        return taken, seen
    return make


@pytest.mark.parametrize(("bucket", "facet", "content"), [
    ("full", "versioning", BUCKETS["full/versioning.xml"]), ("full", "tagging", b"<Tagging/>"), ("full", "policy", BUCKETS["full/policy.json"]),
    ("full", "notification", b"<NotificationConfiguration/>"), ("bare", "versioning", b"<VersioningConfiguration/>")])
def test_a_facet_is_answered_from_the_archive(snapshot, bucket, facet, content):
    source, seen = snapshot("buckets")
    assert source.s3("GET", bucket, {facet: ""}).body == content and not seen


@pytest.mark.parametrize(("bucket", "facet", "code"), [
    ("bare", "tagging", "NoSuchTagSet"), ("bare", "policy", "NoSuchBucketPolicy"), ("full", "lifecycle", "NoSuchLifecycleConfiguration"),
    ("full", "object-lock", "ObjectLockConfigurationNotFoundError"), ("full", "encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ("full", "replication", "ReplicationConfigurationNotFoundError"), ("other", "versioning", "NoSuchBucket"), ("other", "tagging", "NoSuchBucket")])
def test_what_is_not_there_is_told_in_the_servers_words(snapshot, bucket, facet, code):
    source, seen = snapshot("buckets")
    with pytest.raises(Rejected) as rejected:
        source.s3("GET", bucket, {facet: ""}, attempt="look")
    assert (rejected.value.code, rejected.value.status, rejected.value.attempt) == (code, 404, "look") and not seen


def test_the_buckets_are_listed_from_the_archive(snapshot):
    source, seen = snapshot("buckets")
    assert source.s3("GET").body == (b"<ListAllMyBucketsResult><Buckets><Bucket><Name>full</Name></Bucket><Bucket><Name>bare</Name></Bucket>"
                                     b"</Buckets></ListAllMyBucketsResult>")
    assert not seen


# Command and query of the admin API, and the answer; a question without an answer goes to the server.
KNOWN = [
    ("get-bucket-quota", {"bucket": "full"}, {"quota": 5}), ("get-bucket-quota", {"bucket": "bare"}, {}), ("get-bucket-quota", {"bucket": "x"}, None),
    ("list-remote-targets", {"bucket": "full"}, None), ("list-remote-targets", {"bucket": "bare"}, []), ("list-remote-targets", {"bucket": "x"}, None),
    ("info-canned-policy", {"name": "readers"}, {"PolicyName": "readers", "Policy": {"Statement": []}}), ("info-canned-policy", {"name": "x"}, None),
    ("user-info", {"accessKey": "ocr"}, {"status": "enabled", "policyName": "readers"}),
    ("user-info", {"accessKey": "new"}, {"status": "disabled", "policyName": ""}), ("user-info", {"accessKey": "x"}, None),
    ("info-service-account", {"accessKey": "x"}, None),
    ("list-canned-policies", {}, IDENTITIES["iam-assets/policies.json"]),
    ("list-users", {}, {"ocr": {"status": "enabled"}, "new": {"status": "disabled"}}),
    ("list-access-keys-bulk", {}, {"": {"serviceAccounts": [{"accessKey": "plain"}, {"accessKey": "bound"}, {"accessKey": "zero"}]}}),
    ("info", {}, None),
]


@pytest.mark.parametrize(("command", "query", "answer"), KNOWN)
def test_a_question_to_the_admin_api_is_answered_from_the_archives_or_by_the_server(snapshot, command, query, answer):
    source, seen = snapshot("buckets", "identities")
    found = source.admin("GET", command, query).json()
    assert found == ({"from": "the server"} if answer is None else answer)
    assert len(seen) == (answer is None) and SECRET not in str(source.identities)


@pytest.mark.parametrize(("name", "policy", "implied", "expiration"), [
    ("plain", "", True, ""), ("bound", '{"Statement": []}', False, "2030-01-31T00:00:00Z"), ("zero", "", True, "")])
def test_a_service_account_is_answered_as_the_server_does(snapshot, name, policy, implied, expiration):
    source, seen = snapshot("identities")
    found, stored = source.admin("GET", "info-service-account", {"accessKey": name}).json(), IDENTITIES["iam-assets/svcaccts.json"][name]
    assert found == {"parentUser": "ocr", "accountStatus": stored["status"], "name": stored.get("name"), "description": stored.get("description"),
                     "impliedPolicy": implied, "policy": policy, "expiration": expiration}
    assert not seen


# What is taken at once, a question, and whether the server is asked it.
ASKED = [
    ((), ("s3", "GET"), True), ((), ("s3", "GET", "full", {"tagging": ""}), True), ((), ("admin", "GET", "list-users"), True),
    ((), ("admin", "GET", "get-bucket-quota", {"bucket": "full"}), True),
    (("identities",), ("s3", "GET", "full", {"tagging": ""}), True), (("buckets",), ("admin", "GET", "list-users"), True),
    (("buckets",), ("s3", "PUT", "full", {"tagging": ""}), True), (("buckets",), ("s3", "PUT"), True), (("buckets",), ("s3", "HEAD", "full"), True),
    (("buckets",), ("s3", "GET", "full", {"location": ""}), True), (("buckets", "identities"), ("admin", "PUT", "list-users"), True),
    (("buckets",), ("s3", "GET", "full", {"tagging": ""}), False), (("identities",), ("admin", "GET", "list-users"), False),
]


@pytest.mark.parametrize(("take", "question", "asked"), ASKED)
def test_writing_and_what_is_in_no_archive_goes_to_the_server(snapshot, take, question, asked):
    source, seen = snapshot(*take)
    call, *arguments = question
    getattr(source, call)(*arguments)
    assert len(seen) == asked


def test_the_tiers_are_asked_for_once(snapshot):
    source, seen = snapshot()
    assert source.admin("GET", "tier").json() == source.admin("GET", "tier").json() == {"from": "the server"}
    assert seen == ["GET /minio/admin/v3/tier"]
    source.admin("PUT", "tier")
    assert len(seen) == 2


@pytest.mark.parametrize("what", ["buckets", "identities"])
def test_where_an_archive_is_damaged_each_object_is_asked_for_and_a_note_says_why(snapshot, what):
    source, _seen = snapshot(what, broken=True)
    assert getattr(source, what) is None
    (note,) = source.notes
    assert note.startswith({"buckets": "export-bucket-metadata: ", "identities": "export-iam: "}[what]) and "damaged" in note


def test_the_region_is_the_servers(snapshot):
    assert snapshot()[0].region == "eu-west-1"
