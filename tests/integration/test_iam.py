# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies, users and service accounts, from every state in their tables to every other."""
from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

SECRET = "one-user-secret-nobody-may-see"


def document(*actions: str, resource: Any = "arn:aws:s3:::shared/*", **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}]}


READ, WRITE = document("s3:GetObject"), document("s3:PutObject", "s3:GetObject")
SOON = (datetime.now(timezone.utc) + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
LATER = (datetime.now(timezone.utc) + timedelta(days=200)).strftime("%Y-%m-%dT%H:%M:%S+00:00")

POLICIES = [
    READ, WRITE,
    document("s3:*", resource="*"),
    document("s3:ListBucket", resource=["arn:aws:s3:::b", "arn:aws:s3:::a"], Sid="both",
             Condition={"IpAddress": {"aws:SourceIp": "192.0.2.9/24"}, "Bool": {"aws:SecureTransport": True},
                        "NumericLessThan": {"s3:max-keys": 10}, "Null": {"s3:prefix": "True"}}),
    {"Statement": {"Effect": "Deny", "Action": "s3:DeleteObject", "NotResource": "arn:aws:s3:::a/*"}},
    {"Statement": [{"Effect": "Allow", "Action": ["admin:*"]}]},
]
USERS: list[dict[str, Any]] = [
    {"status": "disabled"},
    {"status": "enabled", "policies": ["readwrite", "readonly"]},
    {"status": "disabled", "policies": ["readwrite", "readonly"]},
    {"status": "enabled", "policies": ["writeonly"], "policies_authoritative": True},
    {"update_secret": "always"},
]
ACCOUNTS: list[dict[str, Any]] = [
    {"name": "first", "description": "one", "policy": READ},
    {"name": "second", "policy": WRITE, "status": "disabled", "expiration": LATER},
    {"policy": {}, "status": "enabled", "expiration": SOON},
    {"update_secret": "always", "description": "sent", "expiration": ""},
]


def pairs(states: list[Any]) -> list[tuple[int, int]]:
    return list(itertools.permutations(range(len(states)), 2))


@pytest.fixture(scope="module")
def parent(server):
    """A user for service accounts, made by mc."""
    server.mc("admin", "user", "add", "s3", "parent", SECRET)
    return "parent"


@pytest.mark.parametrize(("first", "second"), pairs(POLICIES))
def test_policy_from_state_to_state(converge, run, first, second):
    run("policy", {"name": "a-policy", "policy": POLICIES[first]})
    assert converge("policy", {"name": "a-policy", "policy": POLICIES[second]})["changed"] is True


def test_a_policy_comes_and_goes(converge, run, server):
    name = server.new("policy")
    assert run("policy", {"name": name}, check=True)["msg"] == f"policy {name}: cannot create it: policy is needed"
    assert converge("policy", {"name": name, "policy": READ})["diff"]["before"] == {}
    assert run("policy", {"name": name})["changed"] is False
    assert converge("policy", {"name": name, "state": "absent"})["diff"]["after"] == {}


@pytest.mark.parametrize(("policy", "words"), [
    (document("s3:GetObject", Principal="*"), "has no Principal"),
    ({"Statement": [{"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*"}]}, "can then no longer read"),
    (document("s3:GetObject", Resources="x"), "unknown keys, which this server drops silently: Resources"),
    ({"Statement": []}, "has no Statement"),
    ({"Statement": [{"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}]}, "Effect is Allow or Deny"),
    ({"Statement": ["x"]}, "is a dictionary"),
    ({"Statment": []}, "unknown keys: Statment"),
])
def test_a_policy_that_the_server_would_mistreat_is_refused(run, server, policy, words):
    name = server.new("policy")
    for check in (True, False):
        result = run("policy", {"name": name, "policy": policy}, check=check)
        assert result["failed"] and words in result["msg"] and name in result["msg"]


@pytest.mark.parametrize(("first", "second"), pairs(USERS))
def test_user_from_state_to_state(converge, run, first, second):
    run("user", {"name": "a-user", "user_secret_key": SECRET, **USERS[first]})
    wish = {"name": "a-user", "user_secret_key": SECRET, **USERS[second]}
    always = "update_secret" in wish
    if (first, second) == (0, 2):
        run("user", {"name": "a-user", "state": "absent"})
    result = converge("user", wish, repeats=not always)
    assert SECRET not in str(result) and "secret_key" not in result["user"]
    if always:
        assert result["changed"] is True and result["diff"]["after"]["secret_key"] == "(not shown, newly set)"


def test_the_policies_of_a_disabled_user_are_not_touched(converge, run, server):
    """The server takes a disabled user for none; enabling it for a moment is nothing that a module does by itself."""
    name = server.new("user")
    run("user", {"name": name, "user_secret_key": SECRET, "policies": ["readonly"], "status": "disabled"})
    for check in (True, False):
        result = run("user", {"name": name, "policies": ["readwrite"]}, check=check)
        assert result["failed"] and "does not change the policies of a disabled user" in result["msg"]
    assert converge("user", {"name": name, "policies": ["readwrite"], "status": "enabled"})["changed"] is True


@pytest.mark.parametrize("number", range(len(USERS)))
def test_a_user_is_created_and_removed(converge, server, number):
    name = server.new("user")
    wish = {"name": name, "user_secret_key": SECRET, **USERS[number]}
    assert converge("user", wish, repeats="update_secret" not in wish)["changed"] is True
    assert converge("user", {"name": name, "state": "absent"})["changed"] is True


def test_the_secret_of_a_user_is_the_one_that_was_sent(run, server):
    name = server.new("user")
    run("user", {"name": name, "user_secret_key": SECRET, "policies": ["readwrite"]})
    assert server.signs(name, SECRET)
    assert run("user", {"name": name, "user_secret_key": "another-secret"})["changed"] is False
    assert server.signs(name, SECRET)
    run("user", {"name": name, "user_secret_key": "another-secret", "update_secret": "always"})
    assert server.signs(name, "another-secret") and not server.signs(name, SECRET)
    info = server.mc("admin", "user", "info", "s3", name)
    assert info["policyName"] == "readwrite" and info["userStatus"] == "enabled"


def test_what_a_user_needs_is_told_before_anything_is_sent(run, server):
    for params, words in (
            ({"name": server.new("user")}, "user_secret_key is needed"),
            ({"name": server.new("user"), "user_secret_key": "short"}, "fewer than 8"),
            ({"name": "ab", "user_secret_key": SECRET}, "at least 3 characters"),
            ({"name": "a,b", "user_secret_key": SECRET}, "no comma"),
            ({"name": server.new("user"), "user_secret_key": SECRET, "policies": ["nope"]}, "policy nope does not exist")):
        for check in (True, False):
            result = run("user", params, check=check)
            assert result["failed"] and words in result["msg"] and f"user {params['name']}" in result["msg"], result


@pytest.mark.parametrize("name", ["with space", "a/b", "ünïcode", "percent%41", "plus+and&question?", "x" * 60])
def test_names_that_need_quoting(converge, name):
    converge("user", {"name": name, "user_secret_key": SECRET, "policies": ["readonly"]})
    converge("user", {"name": name, "state": "absent"})


@pytest.mark.parametrize(("first", "second"), pairs(ACCOUNTS))
def test_service_account_from_state_to_state(converge, run, parent, first, second):
    key = {"account_access_key": "an-account", "account_secret_key": SECRET, "user": parent}
    run("service_account", {**key, **ACCOUNTS[first]})
    result = converge("service_account", {**key, **ACCOUNTS[second]}, repeats="update_secret" not in ACCOUNTS[second])
    assert SECRET not in str(result)


@pytest.mark.parametrize("number", [1, 2])
def test_a_service_account_is_created_and_removed(converge, parent, number):
    key = {"account_access_key": f"account-{number}"}
    wish = {**key, "account_secret_key": SECRET, "user": parent, **ACCOUNTS[number]}
    assert converge("service_account", wish, repeats="update_secret" not in wish)["diff"]["before"] == {}
    assert converge("service_account", {**key, "state": "absent"})["service_account"] == {}


def test_an_embedded_policy_survives_a_change_of_something_else(run, server, parent):
    """An update without the policy would remove it, and give the account all the rights of its user."""
    key = {"account_access_key": "narrow", "account_secret_key": SECRET, "user": parent}
    run("service_account", {**key, "policy": READ})
    for change in ({"description": "changed"}, {"status": "disabled"}, {"update_secret": "always"}, {"expiration": SOON}):
        run("service_account", {**key, **change})
        assert run("service_account", {**key, "policy": READ}, check=True)["changed"] is False, change
    run("service_account", {"account_access_key": "narrow", "policy": {}})
    assert server.mc("admin", "accesskey", "info", "s3", "narrow")["impliedPolicy"] is True


def test_the_secret_of_a_service_account_is_the_one_that_was_sent(run, server, parent):
    key = {"account_access_key": "rotated", "account_secret_key": SECRET, "user": parent, "policy": READ}
    run("service_account", key)
    assert run("service_account", {**key, "account_secret_key": "another-secret"})["changed"] is False
    assert server.signs("rotated", SECRET)
    run("service_account", {**key, "account_secret_key": "another-secret", "update_secret": "always"})
    assert server.signs("rotated", "another-secret") and not server.signs("rotated", SECRET)
    run("service_account", {"account_access_key": "rotated", "status": "disabled"})
    assert not server.signs("rotated", "another-secret")
    run("service_account", {"account_access_key": "rotated", "status": "enabled"})
    assert server.signs("rotated", "another-secret")


def test_a_service_account_of_the_caller(converge, server):
    converge("service_account", {"account_access_key": "mine", "account_secret_key": SECRET, "description": "mine"})
    assert server.signs("mine", SECRET)


def test_what_a_service_account_cannot_be(run, server, parent):
    key = {"account_access_key": "settled", "account_secret_key": SECRET}
    run("service_account", {**key, "user": parent, "name": "named", "description": "said"})
    far = (datetime.now(timezone.utc) + timedelta(days=400)).isoformat()
    new = {"account_access_key": "new-account", "account_secret_key": SECRET}
    for params, words in (
            ({**key, "user": "other"}, "can only be chosen at creation"),
            ({**key, "description": ""}, "cannot make a description empty"),
            ({**key, "expiration": far}, "365 days"), ({**new, "expiration": far}, "365 days"),
            ({**new, "expiration": "tomorrow"}, "is not a time"),
            ({"account_access_key": "no-secret"}, "account_secret_key is needed"),
            ({**new, "account_access_key": "x" * 21}, "3 to 20 characters"),
            ({**new, "account_secret_key": "x" * 41}, "8 to 40 characters")):
        for check in (True, False):
            result = run("service_account", params, check=check)
            assert result["failed"] and words in result["msg"], result


def test_an_error_of_the_server_names_the_object_and_the_reason(run):
    result = run("service_account", {"account_access_key": "orphan", "account_secret_key": SECRET, "user": "nobody"})
    assert result["failed"]
    assert result["msg"].startswith("service_account orphan: cannot create it: ")
    assert "nobody does not exist (XMinioAdminNoSuchUser, HTTP 404)" in result["msg"]
