# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server whose users are in LDAP: what is attached to them, their service accounts, and what such a server cannot have."""
from __future__ import annotations

import itertools
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest
from conftest import round_trip, running

SECRET = "one-account-secret-nobody-may-see"
ALICE, NOBODY = "uid=alice,ou=people,dc=example,dc=com", "uid=nobody,ou=people,dc=example,dc=com"
READERS = "cn=readers,ou=groups,dc=example,dc=com"
ATTACHMENTS: list[dict[str, Any]] = [
    {"policies": ["readonly"], "authoritative": True},
    {"policies": ["readwrite", "writeonly"]},
    {"state": "absent", "policies": ["readonly", "diagnostics"]},
]


@pytest.fixture(scope="module")
def server(tmp_path_factory, directory):
    """Configured by the module itself, then restarted."""
    from conftest import execute
    with running(tmp_path_factory.mktemp("directory")) as started:
        assert execute("ldap", {**started.connection, **directory.wish}, False)["changed"] is True
        started.restart()
        yield started


def signs_in(server, name, password):
    """Whether the server gives someone of the directory a temporary credential."""
    query = {"Action": "AssumeRoleWithLDAPIdentity", "Version": "2011-06-15", "LDAPUsername": name, "LDAPPassword": password}
    try:
        with urllib.request.urlopen(f"{server.direct}/?{urllib.parse.urlencode(query)}", data=b"", timeout=30) as answer:
            return answer.status == 200
    except urllib.error.HTTPError:
        return False


def mapped(server, kind, name):
    result = server.mc("idp", "ldap", "policy", "entities", "s3", f"--{kind}", name)["result"]
    return {policy for mapping in result.get(f"{kind}Mappings") or [] for policy in mapping.get("policies") or []}


def test_who_has_a_policy_signs_in(run, server, directory):
    run("policy_attachment", {"entity": "ldap_user:uid=bob,ou=people,dc=example,dc=com", "state": "absent"})
    assert not signs_in(server, "bob", directory.password)
    run("policy_attachment", {"entity": "ldap_user:uid=bob,ou=people,dc=example,dc=com", "policies": ["readonly"]})
    assert signs_in(server, "bob", directory.password) and not signs_in(server, "bob", "another-secret")


@pytest.mark.parametrize(("kind", "name"), [("user", ALICE), ("group", READERS)])
@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(range(len(ATTACHMENTS)), 2)))
def test_attachment_from_state_to_state(converge, run, server, kind, name, first, second):
    entity = {"entity": f"ldap_{kind}:{name}"}
    run("policy_attachment", {**entity, "state": "absent"})
    there = run("policy_attachment", {**entity, **ATTACHMENTS[first]})["policy_attachment"].get("policies", [])
    wish = ATTACHMENTS[second]
    converge("policy_attachment", {**entity, **wish})
    if wish.get("state") == "absent":
        assert mapped(server, kind, name) == set(there) - set(wish["policies"])
    else:
        assert mapped(server, kind, name) == set(wish["policies"]) | (set() if wish.get("authoritative") else set(there))


def test_what_mc_attached_is_the_same_wish(run, server):
    server.mc("idp", "ldap", "policy", "attach", "s3", "readonly", "--user", "carol")
    for spelling in ("uid=carol,ou=people,dc=example,dc=com", "UID=carol, OU=people, DC=example, DC=com"):
        for check in (True, False):
            result = run("policy_attachment", {"entity": f"ldap_user:{spelling}", "policies": ["readonly"], "authoritative": True}, check=check)
            assert result["changed"] is False
            assert result["policy_attachment"]["entity"] == "ldap_user:uid=carol,ou=people,dc=example,dc=com"


def test_nothing_is_attached_to_who_does_not_exist(run):
    for check in (True, False):
        result = run("policy_attachment", {"entity": f"ldap_user:{NOBODY}", "policies": ["readonly"]}, check=check)
        assert result["msg"] == f"policy_attachment ldap_user:{NOBODY}: cannot refer to it: ldap user {NOBODY} does not exist"
    result = run("policy_attachment", {"entity": "ldap_group:cn=nothing,ou=groups,dc=example,dc=com", "policies": ["readonly"]})
    assert "cannot attach readonly: " in result["msg"] and "group does not exist" in result["msg"]


def test_a_policy_of_somebody_in_the_directory_is_not_removed(run, server):
    policy = server.new("policy")
    run("policy", {"name": policy, "policy": {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}})
    run("policy_attachment", {"entity": f"ldap_user:{ALICE}", "policies": [policy]})
    for check in (True, False):
        assert f"it is attached to ldap_user:{ALICE}: detach it first" in run("policy", {"name": policy, "state": "absent"}, check=check)["msg"]


def test_the_server_has_no_users_and_groups_of_its_own(run):
    for entity in (f"ldap_group:{READERS}", f"ldap_user:{ALICE}"):
        run("policy_attachment", {"entity": entity, "policies": ["readonly"]})
    for module, params in (("group", {"name": "readers"}), ("group", {"name": READERS}), ("user", {"name": ALICE}),
                           ("policy_attachment", {"entity": "group:readers", "policies": ["readonly"]})):
        for check in (True, False):
            assert "takes its users and groups from LDAP" in run(module, params, check=check)["msg"]
    result = run("user", {"name": "edge", "user_secret_key": SECRET})
    assert "takes its users and groups from LDAP" in result["msg"], result


def test_a_service_account_of_somebody_in_the_directory(converge, run, server):
    run("policy_attachment", {"entity": f"ldap_user:{ALICE}", "policies": ["readwrite"]})
    key = {"account_access_key": "of-alice", "account_secret_key": SECRET, "user": "alice"}
    converge("service_account", {**key, "name": "hers", "description": "for her scripts"})
    assert server.signs("of-alice", SECRET)
    assert run("service_account", {**key, "user": ALICE}, check=True)["changed"] is False
    assert "can only be chosen at creation" in run("service_account", {**key, "user": "bob"})["msg"]
    converge("service_account", {**key, "status": "disabled", "description": "not any more"})
    converge("service_account", {"account_access_key": "of-alice", "state": "absent"})
    for user, words in ((ALICE, "by the short name"), ("nobody", "User DN not found for: nobody")):
        assert words in run("service_account", {**key, "account_access_key": "of-nobody", "user": user})["msg"]


def test_a_service_account_made_by_mc(run, server):
    run("policy_attachment", {"entity": f"ldap_user:{ALICE}", "policies": ["readwrite"]})
    server.mc("idp", "ldap", "accesskey", "create", "s3", "alice", "--access-key", "by-mc", "--secret-key", SECRET, "--name", "hers")
    for check in (True, False):
        assert run("service_account", {"account_access_key": "by-mc", "user": "alice", "name": "hers"}, check=check)["changed"] is False


def test_a_server_with_a_directory_is_exported(run, server, directory):
    run("policy_attachment", {"entity": f"ldap_group:{READERS}", "policies": ["readonly"], "authoritative": True})
    exported = round_trip(run, directory.password, SECRET)
    (entry,) = exported["manifest"]["ldap"]
    assert entry == {"name": "_", "enabled": True, **{name: value for name, value in directory.wish.items() if name != "lookup_bind_password"}}
    assert {"entity": f"ldap_group:{READERS}", "policies": ["readonly"]} in exported["manifest"]["policy_attachments"]
    assert {"kind": "ldap", "name": "_", "options": ["lookup_bind_password"]} in exported["withheld"]
