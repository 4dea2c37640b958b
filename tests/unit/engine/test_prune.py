# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes and what stays when a kind is pruned, decided upon a snapshot; the rest of the server is a table of answers."""
from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils._apply import NOTHING
from ansible_collections.oracle1.minio.plugins.module_utils._client import Answer
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._manifest import wishes_of
from ansible_collections.oracle1.minio.plugins.module_utils._prune import PRUNABLE, Pruning
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Outcome, observe, plan
from ansible_collections.oracle1.minio.plugins.module_utils._snapshot import Snapshot

ALICE = "uid=alice,dc=example,dc=com"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}]}
PLUGIN = [{"key": "url", "value": ""}, {"key": "auth_token", "value": ""}, {"key": "role_policy", "value": "of-plugin"}, {"key": "role_id", "value": ""}]
TIER = {"Name": "COLD", "Type": "minio", "MinIO": {"Endpoint": "http://192.0.2.1", "Bucket": "b", "AccessKey": "a"}}
RULE = (b"<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter/><Transition><Days>3</Days>"
        b"<StorageClass>COLD</StorageClass></Transition></Rule></LifecycleConfiguration>")
BARE = {"versioning.xml": b"<VersioningConfiguration/>", "bucket-targets.json": b"<Targets></Targets>"}
POLICIES = ("of-user", "of-group", "of-ldap", "of-openid", "of-plugin", "stray", "readwrite")
IDENTITIES = {
    "policies.json": {name: DOCUMENT for name in POLICIES},
    "users.json": {name: {"status": "enabled"} for name in ("parent", "operator", "stray")},
    "user_mappings.json": {"parent": {"policy": "of-user"}},
    "groups.json": {"operators": {"status": "enabled", "members": ["operator"]}, "strays": {"status": "enabled", "members": ["stray"]}},
    "group_mappings.json": {"strays": {"policy": "of-group"}},
    "svcaccts.json": {"account": {"parent": "parent", "status": "on"}, "own": {"parent": "operator", "status": "on"},
                      "site-replicator-0": {"parent": "root", "status": "on"}},
}
ALL = ["tiers", "policies", "users", "groups", "policy_attachments", "service_accounts", "buckets"]


class Told:
    """A server that answers what the archives do not."""

    access_key = "own"
    account = "operator"
    region = "us-east-1"

    def admin(self, method: str, command: str, query: dict[str, str] | None = None, **_more: Any) -> Answer:
        query = query or {}
        mapped = [] if command.startswith("idp/builtin") else [{"policy": "of-ldap", "users": [ALICE], "policies": ["of-ldap"]}]
        answers: dict[str, Any] = {
            "accountinfo": {"AccountName": self.account}, "tier": [TIER], "info": {}, "list-config-history-kv": [],
            "idp/builtin/policy-entities": {"policyMappings": mapped},
            "idp/ldap/policy-entities": {"policyMappings": mapped, "userMappings": mapped if query.get("user") == ALICE else []},
            "idp-config/openid": [{"name": "staff"}],
            "idp-config/openid/staff": {"info": [{"key": key, "value": value, "isCfg": True} for key, value in (
                ("config_url", "https://login"), ("client_id", "one"), ("role_policy", "of-openid"))]},
            "help-config-kv": {"multipleTargets": False, "keysHelp": [{"key": pair["key"], "type": "string", "description": ""} for pair in PLUGIN]},
            "healthinfo": {"minio": {"config": {"config": {"identity_plugin": {"_": PLUGIN}}}}}}
        if command == "info-service-account":
            raise Rejected("there is none", "XMinioInvalidIAMCredentials", 404)
        if command == "get-config-kv":
            return Answer(200, {}, b"identity_plugin url= auth_token= role_policy=of-plugin role_id= \n")
        return Answer(200, {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, json.dumps(answers[command]).encode())

    def s3(self, method: str, bucket: str = "", query: dict[str, str] | None = None, **_more: Any) -> Answer:
        return Answer(200, {}, b"<ListVersionsResult/>")


def unlisted(kinds, manifest=None, client=None):
    """What goes, and what stays and why."""
    client = client or Told()
    snapshot = Snapshot(client, {"mover": {**BARE, "lifecycle.xml": RULE}, "bare": BARE}, IDENTITIES)
    outcomes = [Outcome(wanted, NOTHING) for wanted in wishes_of(manifest or {}, None)]
    for outcome in outcomes:
        outcome.observed = observe(snapshot, outcome.wanted)
        outcome.plan = plan(outcome.wanted, outcome.observed)
    pruning = Pruning(kinds)
    goes = pruning.unlisted(snapshot, client, outcomes, map)
    assert all(wanted.options["pruned"] and not wanted.present for wanted in goes)
    return {wanted.subject for wanted in goes}, {f"{entry['kind']} {entry['name']}": entry["reason"] for entry in pruning.kept}


def test_the_table_of_kinds_is_whole():
    assert sorted(PRUNABLE) == sorted(ALL)


def test_a_policy_stays_as_long_as_anybody_has_it():
    goes, kept = unlisted(["policies"])
    assert goes == {"policy stray"}
    assert kept == {"policy of-user": "user parent needs it", "policy of-group": "group strays needs it", "policy of-openid": "openid staff needs it",
                    "policy of-ldap": f"policy_attachment ldap_user:{ALICE} needs it", "policy of-plugin": "config identity_plugin needs it"}


def test_what_needs_something_takes_it_along_and_who_runs_this_stays():
    goes, kept = unlisted(ALL)
    assert goes == {"policy stray", "policy of-user", "policy of-group", "policy of-ldap", "user parent", "user stray", "group strays",
                    "service_account account", f"policy_attachment ldap_user:{ALICE}", "tier COLD", "bucket mover", "bucket bare"}
    assert kept["user operator"] == kept["service_account own"] == "it is the account that runs this, or has that account"
    assert kept["group operators"] == "the account that runs this may have its rights from it"
    assert set(kept) == {"user operator", "service_account own", "group operators", "policy of-openid", "policy of-plugin"}


# Kinds, a manifest, and of which of these it depends that they stay.
STAYS: list[tuple[list[str], dict[str, Any], str, bool]] = [
    (["tiers"], {}, "tier COLD", True), (["tiers"], {"buckets": [{"name": "mover", "state": "absent"}]}, "tier COLD", False),
    (["tiers"], {"buckets": [{"name": "mover", "lifecycle": [], "lifecycle_authoritative": True}]}, "tier COLD", False),
    (["tiers", "buckets"], {"buckets": [{"name": "bare", "lifecycle": [{"id": "x", "transition_days": 1, "transition_tier": "COLD"}]}]},
     "tier COLD", True),
    (["users"], {}, "user parent", True), (["users"], {"service_accounts": [{"access_key": "account", "state": "absent"}]}, "user parent", False),
    (["users", "service_accounts"], {"service_accounts": [{"access_key": "new-one", "secret_key": "12345678", "user": "parent"}]}, "user parent", True),
    (["users"], {}, "user stray", False), (["users"], {"groups": [{"name": "strays", "members": ["stray"]}]}, "user stray", True),
    (["users"], {"groups": [{"name": "strays"}]}, "user stray", False),
    (["users"], {"policy_attachments": [{"entity": "user:stray", "policies": ["readwrite"]}]}, "user stray", True),
    (["groups"], {"policy_attachments": [{"entity": "group:strays", "policies": ["readwrite"]}]}, "group strays", True),
    (["policies"], {"users": [{"name": "stray", "policies": ["stray"]}]}, "policy stray", True),
    (["policies"], {"users": [{"name": "parent", "policies": ["readwrite"]}]}, "policy of-user", True),
    (["policies"], {"users": [{"name": "parent", "policies": ["readwrite"], "policies_authoritative": True}]}, "policy of-user", False),
    (["policies"], {"users": [{"name": "parent", "state": "absent"}]}, "policy of-user", False),
    (["policies"], {"policy_attachments": [{"entity": "user:parent", "policies": [], "authoritative": True}]}, "policy of-user", False),
    (["policies"], {"policy_attachments": [{"entity": "user:parent", "state": "absent"}]}, "policy of-user", False),
    (["policies"], {"policy_attachments": [{"entity": "user:parent", "policies": ["readwrite"], "state": "absent"}]}, "policy of-user", True),
    (["policies"], {"openid": [{"name": "staff", "role_policy": ["readwrite"]}]}, "policy of-openid", False),
    (["policies"], {"config": [{"name": "identity_plugin", "settings": {"role_policy": "readwrite"}}]}, "policy of-plugin", False),
]


@pytest.mark.parametrize(("kinds", "manifest", "subject", "stays"), STAYS)
def test_it_depends_on_what_the_manifest_leaves_of_it(kinds, manifest, subject, stays):
    goes, kept = unlisted(kinds, manifest)
    assert (subject in kept, subject in goes) == (stays, not stays)


def test_somebody_of_ldap_prunes_no_attachments():
    client = Told()
    client.access_key, client.account = "hers", ALICE
    assert "user operator" in unlisted(["users", "service_accounts"], client=client)[0]
    with pytest.raises(Refused, match="does not tell which groups of LDAP"):
        unlisted(["policy_attachments"], client=client)


@pytest.mark.parametrize(("pruning", "manifest", "words"), [
    (Pruning(["users", "groups"]), {"groups": [{"name": "a"}]}, "holds no users, so that"),
    (Pruning(["users", "groups"]), {"users": [{"name": "abc", "state": "absent"}]}, "holds no users, no groups, so that"),
    (Pruning(["users"], ["users"]), {}, None), (Pruning(["users"]), {"users": [{"name": "abc"}]}, None), (Pruning([]), {}, None)])
def test_nothing_of_a_kind_is_more_likely_a_mistake(pruning, manifest, words):
    if words is None:
        return pruning.check(wishes_of(manifest, None), None)
    with pytest.raises(Refused, match=words):
        pruning.check(wishes_of(manifest, None), None)


def test_a_temporary_credential_prunes_nothing():
    Pruning([]).check([], "token")
    with pytest.raises(Refused, match="session_token"):
        Pruning(["users"], ["users"]).check([], "token")
