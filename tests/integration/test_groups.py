# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups, and policies attached to users and groups, from every state in their tables to every other and from random ones."""
from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SECRET = "one-user-secret-nobody-may-see"
PEOPLE = ("ann", "ben", "cem")

GROUPS: list[dict[str, Any]] = [
    {"members": [], "members_authoritative": True, "status": "enabled", "policies": [], "policies_authoritative": True},
    {"members": ["ann"], "status": "disabled"},
    {"members": ["ben", "cem"], "members_authoritative": True, "status": "enabled", "policies": ["readwrite"]},
    {"status": "disabled", "policies": ["readonly", "writeonly"], "policies_authoritative": True},
]
ATTACHMENTS: list[dict[str, Any]] = [
    {"policies": ["readonly"], "authoritative": True},
    {"policies": ["readwrite", "writeonly"]},
    {"policies": [], "authoritative": True},
    {"state": "absent", "policies": ["readonly", "diagnostics"]},
    {"state": "absent"},
]


def pairs(states: list[Any]) -> list[tuple[int, int]]:
    return list(itertools.permutations(range(len(states)), 2))


@pytest.fixture(scope="module")
def people(server):
    """Users for groups, made by mc."""
    for name in PEOPLE:
        server.mc("admin", "user", "add", "s3", name, SECRET)
    return PEOPLE


def group_of(server, name):
    """What mc shows of a group."""
    info = server.mc("admin", "group", "info", "s3", name)
    return {"members": sorted(info.get("members") or []), "status": info["groupStatus"], "policy": info.get("groupPolicy", "")}


@pytest.mark.parametrize(("first", "second"), pairs(GROUPS))
def test_group_from_state_to_state(converge, run, server, people, first, second):
    name = server.new("group")
    before = run("group", {"name": name, **GROUPS[first]})["group"]
    wish = GROUPS[second]
    stays_disabled = before.get("status") == "disabled" and wish.get("status", "disabled") == "disabled"
    if stays_disabled and "policies" in wish:
        assert "does not change the policies of a disabled group" in run("group", {"name": name, **wish})["msg"]
        return
    assert converge("group", {"name": name, **wish})["changed"] is True
    shown = group_of(server, name)
    expected = set(wish.get("members", [])) | (set() if wish.get("members_authoritative") else set(before.get("members", [])))
    assert set(shown["members"]) == expected and shown["status"] == wish.get("status", before.get("status"))


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_a_group_is_created_and_removed(converge, run, server, people, number):
    name = server.new("group")
    assert converge("group", {"name": name, **GROUPS[number]})["diff"]["before"] == {}
    gone = {"name": name, "state": "absent"}
    members = GROUPS[number].get("members")
    if members:
        for check in (True, False):
            result = run("group", gone, check=check)
            assert result["msg"] == (f"group {name}: cannot remove it: it has members, {', '.join(members)}: "
                                     "set force: true to take them out first")
    assert converge("group", {**gone, "force": True})["diff"]["after"] == {}
    assert converge("group", gone)["changed"] is False


def test_a_group_may_be_empty(converge, server):
    name = server.new("group")
    assert converge("group", {"name": name})["changed"] is True
    assert group_of(server, name) == {"members": [], "status": "enabled", "policy": ""}


def test_a_disabled_group_keeps_its_policies_though_the_server_hides_them(run, converge, server, people):
    name = server.new("group")
    run("group", {"name": name, "members": ["ann"], "policies": ["readonly"]})
    run("group", {"name": name, "status": "disabled"})
    assert group_of(server, name)["policy"] == ""
    assert run("group", {"name": name, "policies": ["readonly"], "policies_authoritative": True}, check=True)["changed"] is False
    converge("group", {"name": name, "policies": ["readwrite"], "status": "enabled"})
    assert sorted(group_of(server, name)["policy"].split(",")) == ["readonly", "readwrite"]


def test_what_others_put_into_a_group_stays(converge, server, people):
    name = server.new("group")
    server.mc("admin", "group", "add", "s3", name, "ann")
    server.mc("admin", "policy", "attach", "s3", "diagnostics", "--group", name)
    result = converge("group", {"name": name, "members": ["ben"], "policies": ["readonly"]})
    assert result["group"] == {"name": name, "members": ["ann", "ben"], "policies": ["diagnostics", "readonly"]}
    result = converge("group", {"name": name, "members": ["ben"], "members_authoritative": True, "policies": [], "policies_authoritative": True})
    assert result["group"] == {"name": name, "members": ["ben"], "policies": []}


def test_the_members_of_a_group_have_its_rights(run, server, people):
    name, user = server.new("group"), server.new("user")
    server.boto3().create_bucket(Bucket=name)
    run("user", {"name": user, "user_secret_key": SECRET})
    from minio.error import S3Error
    with pytest.raises(S3Error, match="AccessDenied"):
        server.minio(user, SECRET).stat_object(name, "x")
    run("group", {"name": name, "members": [user], "policies": ["readonly"]})
    with pytest.raises(S3Error, match="NoSuchKey"):
        server.minio(user, SECRET).stat_object(name, "x")
    run("user", {"name": user, "policies": ["readwrite"]})
    run("group", {"name": name, "status": "disabled"})
    with pytest.raises(S3Error, match="AccessDenied"):
        server.minio(user, SECRET).stat_object(name, "x")


def test_groups_and_attachments_are_listed(run, server, people):
    """What an export goes by; a disabled group and one without policies among them."""
    from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
    from ansible_collections.oracle1.minio.plugins.module_utils._iam import attachments, group_names
    from ansible_collections.oracle1.minio.plugins.module_utils._resource import connection
    from ansible_collections.oracle1.minio.plugins.module_utils._argspec import CONNECTION
    bare, disabled = server.new("group"), server.new("group")
    run("group", {"name": bare, "members": ["ann"]})
    run("group", {"name": disabled, "policies": ["readonly", "diagnostics"]})
    run("group", {"name": disabled, "status": "disabled"})
    client = Client(connection({**dict.fromkeys(CONNECTION), **server.connection, "endpoint": [server.direct], "region": "us-east-1", "timeout": 30}))
    listed, attached = group_names(client), attachments(client)
    assert listed == sorted(server.mc("admin", "group", "ls", "s3")["groups"]) and {bare, disabled} <= set(listed)
    assert attached[f"group:{disabled}"] == ["diagnostics", "readonly"] and f"group:{bare}" not in attached
    assert f"group:{disabled}" in attachments(client, "readonly") and f"group:{disabled}" not in attachments(client, "writeonly")


def test_what_a_group_needs_is_told_before_anything_is_sent(run, server, people):
    for params, words in (
            ({"name": server.new("group"), "members": ["nobody"]}, "user nobody does not exist"),
            ({"name": server.new("group"), "policies": ["nope"]}, "policy nope does not exist"),
            ({"name": "a,b"}, "no comma"), ({"name": " a"}, "no space")):
        for check in (True, False):
            result = run("group", params, check=check)
            assert result["failed"] and words in result["msg"] and f"group {params['name']}" in result["msg"], result


def test_neither_the_root_user_nor_a_service_account_is_a_member(run, server):
    run("service_account", {"account_access_key": "no-member", "account_secret_key": SECRET})
    for check in (True, False):
        assert "user rootadmin does not exist" in run("group", {"name": "people-only", "members": ["rootadmin"]}, check=check)["msg"]
        assert run("group", {"name": "people-only", "members": ["no-member"]}, check=check)["msg"] == (
            "group people-only: cannot look for no-member: Specified IAM action is not allowed (XMinioIAMActionNotAllowed, HTTP 403)")


@pytest.mark.parametrize("name", ["with space", "a/b", "ünïcode", "percent%41", "plus+and&question?"])
def test_names_of_groups_that_need_quoting(converge, people, name):
    converge("group", {"name": name, "members": ["ann"]})
    converge("policy_attachment", {"entity": f"group:{name}", "policies": ["readonly"]})
    converge("group", {"name": name, "state": "absent", "force": True})


@pytest.mark.parametrize(("kind", "first", "second"), [
    *(("user", *pair) for pair in pairs(ATTACHMENTS)), *(("group", number - 1, number) for number in range(len(ATTACHMENTS)))])
def test_attachment_from_state_to_state(converge, run, server, kind, first, second):
    name = f"attached-{kind}"
    run(kind, {"name": name, **({"user_secret_key": SECRET} if kind == "user" else {})})
    entity = {"entity": f"{kind}:{name}"}
    there = run("policy_attachment", {**entity, **ATTACHMENTS[first]})["policy_attachment"].get("policies", [])
    wish = ATTACHMENTS[second]
    result = converge("policy_attachment", {**entity, **wish})
    if wish.get("state") != "absent":
        expected = set(wish["policies"]) | (set() if wish.get("authoritative") else set(there))
        assert set(result["policy_attachment"]["policies"]) == expected
    else:
        assert result["policy_attachment"] == {}


def test_an_attachment_leaves_alone_what_it_does_not_name(converge, run, server):
    name = server.new("user")
    run("user", {"name": name, "user_secret_key": SECRET, "policies": ["diagnostics"]})
    converge("policy_attachment", {"entity": f"user:{name}", "policies": ["readonly", "writeonly"]})
    converge("policy_attachment", {"entity": f"user:{name}", "policies": ["readonly"], "state": "absent"})
    assert run("user", {"name": name, "policies": ["diagnostics", "writeonly"], "policies_authoritative": True}, check=True)["changed"] is False


def test_what_an_attachment_needs_is_told_before_anything_is_sent(run, server):
    disabled = server.new("user")
    run("user", {"name": disabled, "user_secret_key": SECRET, "policies": ["readonly"], "status": "disabled"})
    for params, words in (
            ({"entity": "user:nobody", "policies": ["readonly"]}, "user nobody does not exist"),
            ({"entity": "group:nothing", "policies": ["readonly"]}, "group nothing does not exist"),
            ({"entity": f"user:{disabled}", "policies": ["nope"]}, "disabled user"),
            ({"entity": f"user:{disabled}", "policies": ["readonly"], "state": "absent"}, "disabled user"),
            ({"entity": "nobody", "policies": ["readonly"]}, "is written as one of user:NAME, group:NAME"),
            ({"entity": "role:x", "policies": ["readonly"]}, "is written as one of user:NAME, group:NAME"),
            ({"entity": "ldap_user:edge", "policies": ["readonly"]}, "distinguished name"),
            ({"entity": "ldap_user:uid=edge,dc=example", "policies": ["readonly"]}, "LDAP is not enabled"),
            ({"entity": "user:x"}, "policies is needed")):
        for check in (True, False):
            result = run("policy_attachment", params, check=check)
            assert result["failed"] and words in result["msg"] and params["entity"] in result["msg"], result


def test_a_policy_that_is_attached_is_not_removed(run, converge, server, people):
    policy, group = server.new("policy"), server.new("group")
    run("policy", {"name": policy, "policy": {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}})
    run("group", {"name": group, "policies": [policy]})
    run("group", {"name": group, "status": "disabled"})
    run("policy_attachment", {"entity": "user:cem", "policies": [policy]})
    for check in (True, False):
        result = run("policy", {"name": policy, "state": "absent"}, check=check)
        assert result["msg"] == f"policy {policy}: cannot remove it: it is attached to group:{group}, user:cem: detach it first"
    run("group", {"name": group, "state": "absent"})
    run("policy_attachment", {"entity": "user:cem", "policies": [policy], "state": "absent"})
    assert converge("policy", {"name": policy, "state": "absent"})["changed"] is True


@pytest.mark.parametrize("name", ["readwrite", "readonly", "writeonly", "diagnostics", "consoleAdmin"])
def test_a_policy_of_the_server_is_not_removed(run, name):
    for check in (True, False):
        assert "built into the server" in run("policy", {"name": name, "state": "absent"}, check=check)["msg"]


NAMES = st.lists(st.sampled_from(PEOPLE), unique=True)
POLICIES = st.lists(st.sampled_from(["readonly", "readwrite", "writeonly"]), unique=True)
WISHES = st.one_of(
    st.tuples(st.just("group"), st.fixed_dictionaries({"name": st.just("random")}, optional={
        "members": NAMES, "members_authoritative": st.booleans(), "policies": POLICIES, "policies_authoritative": st.booleans(),
        "status": st.just("enabled")})),
    st.tuples(st.just("group"), st.just({"name": "random", "state": "absent", "force": True})),
    st.tuples(st.just("user"), st.fixed_dictionaries(
        {"name": st.sampled_from(PEOPLE)}, optional={"policies": POLICIES, "policies_authoritative": st.booleans()})),
    st.tuples(st.just("policy_attachment"), st.fixed_dictionaries(
        {"entity": st.sampled_from([f"user:{name}" for name in PEOPLE]), "policies": POLICIES, "authoritative": st.booleans(),
         "state": st.sampled_from(["present", "absent"])})),
)


@settings(max_examples=10, deadline=timedelta(seconds=60), phases=[Phase.explicit, Phase.generate], derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(wishes=st.lists(WISHES, min_size=3, max_size=5))
def test_any_wish_after_any_other_comes_true_and_leaves_the_rest_alone(run, server, people, wishes):
    """A model of who has what is told every wish that is fulfilled; in the end the server must agree with it."""
    model: dict[str, set[str]] = {}
    for name in PEOPLE:
        run("policy_attachment", {"entity": f"user:{name}", "state": "absent"})
        model[name] = set()
    run("group", {"name": "random", "state": "absent", "force": True})
    for module, wish in wishes:
        predicted, real = run(module, wish, check=True), run(module, wish)
        assert not real.get("failed"), real
        assert (predicted["changed"], predicted[module]) == (real["changed"], real[module])
        assert run(module, wish)["changed"] is False
        holder = wish.get("entity", f"{module}:{wish['name']}" if "name" in wish else "").partition(":")[2]
        wished, only = set(wish.get("policies", [])), wish.get("authoritative") or wish.get("policies_authoritative")
        if module == "group" and wish.get("state") == "absent":
            model.pop(holder, None)
        elif wish.get("state") == "absent":
            model[holder] -= wished
        else:
            model[holder] = wished if only and "policies" in wish else model.get(holder, set()) | wished
    shown = {name: server.mc("admin", "user", "info", "s3", name).get("policyName", "") for name in PEOPLE}
    if "random" in model:
        shown["random"] = group_of(server, "random")["policy"]
    assert {name: set(filter(None, joined.split(","))) for name, joined in shown.items()} == model
