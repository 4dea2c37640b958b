# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the manifest does not hold goes, when its kind is named; what something else needs stays, and so does who runs this."""
from __future__ import annotations

from typing import Any

import pytest
from conftest import ACCESS_KEY, SECRET_KEY, execute, running

READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::x/*"]}]}
EVERYTHING = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["admin:*"]}, {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}]}
SECRET = "one-secret-nobody-may-see"
IDENTITIES = ["policies", "users", "groups", "policy_attachments", "service_accounts"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("prune")) as started:
        yield started


@pytest.fixture(autouse=True)
def empty(run):
    """Every test begins with a server that has nothing."""
    done = run("apply", {"manifest": {}, "prune": [*IDENTITIES, "buckets", "tiers"], "prune_empty": [*IDENTITIES, "buckets", "tiers"],
                         "prune_force": True})
    assert not done.get("failed") and done["kept"] == [], done


def removed(result: dict[str, Any]) -> set[str]:
    assert all(entry["pruned"] for entry in result["results"] if entry["action"] == "removed")
    return {f"{entry['kind']} {entry['name']}" for entry in result["results"] if entry["action"] == "removed"}


def kept(result: dict[str, Any]) -> dict[str, str]:
    return {f"{entry['kind']} {entry['name']}": entry["reason"] for entry in result["kept"]}


def there(run) -> dict[str, list[str]]:
    return {key: [entry.get("name") or entry.get("access_key") for entry in entries]
            for key, entries in run("export", {})["manifest"].items() if entries}


def user(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "secret_key": SECRET, **more}


def account(name: str, parent: str) -> dict[str, Any]:
    return {"access_key": name, "secret_key": SECRET, "user": parent}


STRANGERS = {
    "policies": [{"name": name, "policy": READ} for name in ("listed", "stray", "of-group", "of-user", "of-manifest")],
    "users": [user("ours"), user("stray", policies=["stray"]), user("parent", policies=["of-user"]), user("member")],
    "groups": [{"name": "crew", "members": ["member"], "policies": ["of-group"]}],
    "service_accounts": [account("of-parent", "parent")],
    "buckets": [{"name": "somebody-elses"}],
}
MANIFEST = {
    "policies": [{"name": "listed", "policy": READ}],
    "users": [user("ours", policies=["of-manifest"])],
    "groups": [{"name": "team", "members": ["member"]}],
}


def test_only_the_kinds_that_are_named_are_pruned_and_nothing_that_another_kind_needs(converge, run):
    run("apply", {"manifest": STRANGERS})
    result = converge("apply", {"manifest": MANIFEST, "prune": ["policies", "users"]})
    assert removed(result) == {"policy stray", "user stray"}
    assert kept(result) == {
        "user parent": "service_account of-parent needs it", "user member": "group team needs it", "policy of-user": "user parent needs it",
        "policy of-group": "group crew needs it", "policy of-manifest": "user ours needs it"}
    assert {diff["before_header"] for diff in result["diff"] if diff["after"] == {}} == removed(result)
    assert there(run) == {"policies": ["listed", "of-group", "of-manifest", "of-user"], "users": ["member", "ours", "parent"],
                          "groups": ["crew", "team"], "service_accounts": ["of-parent"], "buckets": ["somebody-elses"]}


def test_all_kinds_together_leave_what_the_manifest_holds_and_needs(converge, run, server):
    run("apply", {"manifest": STRANGERS})
    manifest = {**MANIFEST, "policy_attachments": [{"entity": "user:parent", "policies": ["readonly"], "authoritative": True}]}
    result = converge("apply", {"manifest": manifest, "prune": IDENTITIES, "prune_empty": ["service_accounts"]})
    assert removed(result) == {"policy stray", "policy of-group", "policy of-user", "user stray", "group crew", "service_account of-parent"}
    assert kept(result) == {"user parent": "policy_attachment user:parent needs it", "user member": "group team needs it",
                            "policy of-manifest": "user ours needs it"}
    assert "readwrite" in server.text("admin", "policy", "ls", "s3"), "what every server brings stays"
    assert there(run)["buckets"] == ["somebody-elses"]


def test_what_the_manifest_detaches_in_the_same_run_is_needed_no_more(converge, run):
    run("apply", {"manifest": {"policies": [{"name": "old", "policy": READ}], "users": [user("ours", policies=["old", "readonly"])]}})
    wish = {"policies": [{"name": "new", "policy": READ}], "users": [user("ours", policies=["new"], policies_authoritative=True)]}
    assert removed(converge("apply", {"manifest": wish, "prune": ["policies"]})) == {"policy old"}


@pytest.mark.parametrize("by", ["user", "service_account"])
def test_who_runs_it_stays_and_keeps_its_rights(run, server, by):
    """A user whose rights come from a group, or its service account, prunes everything that nobody lists."""
    run("apply", {"manifest": {
        "policies": [{"name": "operate", "policy": EVERYTHING}], "users": [user("operator"), user("stray")],
        "groups": [{"name": "operators", "members": ["operator"], "policies": ["operate"]}, {"name": "strays"}],
        "service_accounts": [account("of-operator", "operator"), account("of-stray", "stray")]}})
    name = {"user": "operator", "service_account": "of-operator"}[by]
    params = {"access_key": name, "secret_key": SECRET, "manifest": {}, "prune": IDENTITIES, "prune_empty": IDENTITIES}
    predicted = run("apply", params, check=True)
    for expected in ({"user stray", "group strays", "service_account of-stray"} | ({"service_account of-operator"} if by == "user" else set()), set()):
        result = run("apply", params)
        assert not result.get("failed") and removed(result) == expected
        assert set(kept(result)) == {"user operator", "group operators", "policy operate"} | (
            {"service_account of-operator"} if by == "service_account" else set())
        assert not expected or predicted["results"] == result["results"]


def test_a_bucket_with_objects_goes_only_when_that_is_said(converge, run, server):
    run("apply", {"manifest": {"buckets": [{"name": "ours"}, {"name": "full"}, {"name": "old-versions", "versioning": "enabled"}, {"name": "bare"}]}})
    s3 = server.boto3()
    for bucket in ("full", "old-versions"):
        s3.put_object(Bucket=bucket, Key="key", Body=b"content")
    s3.delete_object(Bucket="old-versions", Key="key")
    wish = {"manifest": {"buckets": [{"name": "ours"}]}, "prune": ["buckets"]}
    for check in (True, False):
        result = run("apply", wish, check=check)
        assert removed(result) == {"bucket bare"}
        for bucket in ("full", "old-versions"):
            assert f"bucket {bucket}: cannot remove it: it holds objects or versions of objects; prune_force: true removes them" in result["msg"]
    assert s3.get_object(Bucket="full", Key="key")["Body"].read() == b"content"
    assert removed(converge("apply", {**wish, "prune_force": True})) == {"bucket full", "bucket old-versions"}
    assert there(run) == {"buckets": ["ours"]}


def test_a_tier_stays_as_long_as_a_rule_moves_objects_there(converge, run, server, second):
    second.mc("mb", "--ignore-existing", "s3/pruned")
    tiers = [{"name": name, "type": "minio", "endpoint": second.direct, "bucket": "pruned", "prefix": name, "access_key": ACCESS_KEY,
              "secret_key": SECRET_KEY} for name in ("OURS", "USED", "STRAY")]
    rule = {"lifecycle": [{"id": "move", "transition_days": 30, "transition_tier": "USED"}]}
    run("apply", {"manifest": {"tiers": tiers, "buckets": [{"name": "user-of-it", **rule}]}})
    wish = {"manifest": {"tiers": tiers[:1]}, "prune": ["tiers"]}
    result = converge("apply", wish)
    assert removed(result) == {"tier STRAY"} and kept(result) == {"tier USED": "bucket user-of-it needs it"}
    result = converge("apply", {**wish, "prune": ["tiers", "buckets"], "prune_empty": ["buckets"]})
    assert removed(result) == {"tier USED", "bucket user-of-it"} and kept(result) == {}


def test_where_everything_cannot_be_read_at_once_each_is_read_by_itself(converge, run):
    run("apply", {"manifest": STRANGERS})
    result = converge("apply", {"manifest": MANIFEST, "prune": ["policies", "users"], "observe": "single"})
    assert removed(result) == {"policy stray", "user stray"} and result["observation"]["identities"] == "single_reads"


def test_an_empty_list_is_taken_for_a_mistake(run, server):
    run("user", {"name": "somebody", "user_secret_key": SECRET})
    for manifest in ({}, {"users": []}, {"users": [{"name": "somebody", "state": "absent"}]}):
        before = len(server.wire.requests)
        result = run("apply", {"manifest": manifest, "prune": ["users", "groups"], "prune_empty": ["groups"]})
        assert result["msg"] == ("prune: the manifest holds no users, so that all of the server's would go: take it out of prune, or name it "
                                 "in prune_empty, too, if that is what you want")
        assert len(server.wire.requests) == before
    assert "session_token" in run("apply", {"manifest": {"users": [user("ours")]}, "prune": ["users"], "session_token": "temporary"})["msg"]
    assert there(run) == {"users": ["somebody"]}


def test_in_a_directory_attachments_are_pruned_and_the_policies_that_are_attached_stay(directory, tmp_path):
    with running(tmp_path / "directory") as server:
        def call(name, params, check=False):
            return execute(name, {**server.connection, **params}, check)
        call("ldap", directory.wish)
        server.restart()
        alice, readers = "ldap_user:uid=alice,ou=people,dc=example,dc=com", "ldap_group:cn=readers,ou=groups,dc=example,dc=com"
        call("apply", {"manifest": {"policies": [{"name": name, "policy": READ} for name in ("ours", "theirs")], "policy_attachments": [
            {"entity": alice, "policies": ["ours"]}, {"entity": readers, "policies": ["theirs"]}]}})
        manifest = {"policies": [{"name": "ours", "policy": READ}], "policy_attachments": [{"entity": alice, "policies": ["ours"]}]}
        result = call("apply", {"manifest": manifest, "prune": ["policies"]})
        assert removed(result) == set() and kept(result) == {"policy theirs": f"policy_attachment {readers} needs it"}
        wish = {"manifest": manifest, "prune": ["policies", "policy_attachments"]}
        predicted, done, again = call("apply", wish, True), call("apply", wish), call("apply", wish)
        assert removed(predicted) == removed(done) == {f"policy_attachment {readers}", "policy theirs"} and again["changed"] is False
