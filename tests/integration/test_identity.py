# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configurations of LDAP and OpenID, with a real directory and a real discovery document, before and after a restart."""
from __future__ import annotations

import http.server
import importlib
import itertools
import json
import threading
from typing import Any

import pytest
import yaml
from conftest import round_trip, running
from test_playbooks import play

SECRET = "one-client-secret-nobody-may-see"
LDAP: list[dict[str, Any]] = [
    {"user_dn_attributes": ["mail", "cn"], "enabled": True},
    {"enabled": False, "user_dn_attributes": []},
    {"group_search_filter": "(&(objectclass=groupOfNames)(member=%d)(cn=r*))", "enabled": True},
]
OPENID: list[dict[str, Any]] = [
    {"display_name": "The staff", "scopes": ["openid", "email"], "role_policy": ["readonly"], "enabled": True, "claim_userinfo": False},
    {"enabled": False, "scopes": [], "display_name": ""},
    {"claim_userinfo": True, "role_policy": ["readonly", "writeonly"], "enabled": True},
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("identity")) as started:
        yield started


class Discovery(http.server.BaseHTTPRequestHandler):
    """A provider of OpenID as far as the server looks when it is configured."""

    def do_GET(self) -> None:
        base = f"http://127.0.0.1:{self.server.server_port}"
        document = {"/.well-known/openid-configuration": {
            "issuer": base, "authorization_endpoint": f"{base}/auth", "token_endpoint": f"{base}/token", "jwks_uri": f"{base}/keys",
            "userinfo_endpoint": f"{base}/userinfo", "scopes_supported": ["openid"], "response_types_supported": ["code"]},
            "/keys": {"keys": []}}.get(self.path)
        self.send_response(200 if document else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *_arguments: Any) -> None:
        """Nothing is said."""


@pytest.fixture(scope="module")
def provider():
    """Address of the discovery document."""
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Discovery)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/.well-known/openid-configuration"
    running.shutdown()


def pairs(states: list[Any]) -> list[tuple[int, int]]:
    return list(itertools.permutations(range(len(states)), 2))


def transition(converge, run, module, base, states, first, second):
    run(module, {**base, **states[first]})
    result = converge(module, {**base, **states[second]})
    assert result["changed"] is True and result["restart_needed"] is True
    return result


@pytest.mark.parametrize(("first", "second"), pairs(LDAP))
def test_ldap_from_state_to_state(converge, run, directory, first, second):
    result = transition(converge, run, "ldap", directory.wish, LDAP, first, second)
    assert directory.password not in str(result)


@pytest.mark.parametrize(("first", "second"), pairs(OPENID))
def test_openid_from_state_to_state(converge, run, provider, first, second):
    base = {"name": "staff", "config_url": provider, "client_id": "one", "client_secret": SECRET, "role_policy": ["readonly"]}
    result = transition(converge, run, "openid", base, OPENID, first, second)
    assert SECRET not in str(result)


def test_ldap_comes_and_goes(converge, run, server, directory):
    run("ldap", {"state": "absent"})
    server.restart()
    assert run("ldap", {"state": "absent"})["restart_needed"] is False
    result = converge("ldap", directory.wish)
    assert result["diff"]["before"] == {} and result["diff"]["after"]["lookup_bind_password"] == "(not shown, newly set)"
    assert result["restart_needed"] is True and "lookup_bind_password" not in result["ldap"]
    server.restart()
    for check in (True, False):
        result = run("ldap", {**directory.wish, "enabled": True, "server_starttls": False}, check=check)
        assert (result["changed"], result["restart_needed"]) == (False, False)
    assert {item["key"] for item in server.mc("idp", "ldap", "info", "s3")["info"]} >= {"server_addr", "lookup_bind_dn"}
    assert run("ldap", {"user_dn_attributes": ["cn"]})["restart_needed"] is True
    assert run("ldap", {"user_dn_attributes": ["cn"]})["restart_needed"] is True
    assert converge("ldap", {"state": "absent"})["ldap"] == {}
    assert run("ldap", {"state": "absent"})["restart_needed"] is True
    server.restart()
    assert server.mc("idp", "ldap", "info", "s3")["info"] == []
    result = run("ldap", {"state": "absent"})
    assert (result["changed"], result["restart_needed"]) == (False, False)


def test_openid_comes_and_goes(converge, run, server, provider):
    base = {"config_url": provider, "client_secret": SECRET}
    for name in ("_", "staff"):
        run("openid", {"name": name, "state": "absent"})
    converge("openid", {**base, "client_id": "unnamed"})
    run("openid", {**base, "name": "partners", "client_id": "two", "role_policy": ["readwrite"]})
    server.restart()
    result = run("openid", {**base, "client_id": "unnamed", "enabled": True})
    assert (result["changed"], result["restart_needed"]) == (False, False)
    listed = {item["name"]: item for item in server.mc("idp", "openid", "ls", "s3")}
    assert listed["partners"]["enabled"] and listed["partners"]["roleARN"] and listed["_"]["enabled"]
    run("openid", {"name": "partners", "enabled": False})
    assert run("openid", {"state": "absent"})["restart_needed"] is True
    assert converge("openid", {"name": "partners", "state": "absent"})["restart_needed"] is True
    server.restart()
    assert "partners" not in {item["name"] for item in server.mc("idp", "openid", "ls", "s3")}
    for name in ("_", "partners"):
        result = run("openid", {"name": name, "state": "absent"})
        assert (result["changed"], result["restart_needed"]) == (False, False)


def test_a_secret_is_sent_when_it_is_asked_for(run, server, directory):
    """The directory rejects a wrong one, so that a right one that passes was really sent."""
    run("ldap", {"state": "absent"})
    run("ldap", directory.wish)
    wrong = {**directory.wish, "lookup_bind_password": "another-secret"}
    assert run("ldap", wrong)["changed"] is False
    result = run("ldap", {**wrong, "update_secret": "always"})
    assert result["failed"] and "invalid credentials" in result["msg"] and "another-secret" not in str(result["msg"])
    assert run("ldap", {**directory.wish, "update_secret": "always"})["changed"] is True


@pytest.mark.parametrize("restarted", [False, True])
def test_ldap_made_by_mc(run, server, directory, restarted):
    run("ldap", {"state": "absent"})
    server.restart()
    wish = directory.wish
    server.mc("idp", "ldap", "add", "s3", f'server_addr={wish["server_addr"]}', "server_insecure=on", f'lookup_bind_dn={wish["lookup_bind_dn"]}',
              f'lookup_bind_password={directory.password}', f'user_dn_search_base_dn={wish["user_dn_search_base_dn"][0]}',
              "user_dn_search_filter=(uid=%s)", f'group_search_base_dn={wish["group_search_base_dn"][0]}',
              f'group_search_filter={wish["group_search_filter"]}')
    if restarted:
        server.restart()
    for check in (True, False):
        result = run("ldap", {**wish, "enabled": True, "tls_skip_verify": False}, check=check)
        assert (result["changed"], result["restart_needed"]) == (False, not restarted)
    run("ldap", {"state": "absent"})
    server.restart()


@pytest.mark.parametrize("restarted", [False, True])
def test_openid_made_by_mc(run, server, provider, restarted):
    name = f"mc-{restarted}".lower()
    server.mc("idp", "openid", "add", "s3", name, f"config_url={provider}", f"client_id={name}", f"client_secret={SECRET}",
              "scopes=email,openid", "role_policy=readonly", "display_name=By mc")
    if restarted:
        server.restart()
    for check in (True, False):
        result = run("openid", {"name": name, "config_url": provider, "client_id": name, "client_secret": SECRET, "enabled": True,
                                "scopes": ["openid", "email"], "role_policy": ["readonly"], "display_name": "By mc"}, check=check)
        assert (result["changed"], result["restart_needed"]) == (False, not restarted)


def test_drift_made_by_mc_is_repaired(converge, run, server, provider):
    wish = {"name": "drift", "config_url": provider, "client_id": "drift", "client_secret": SECRET, "role_policy": ["readonly"], "enabled": True}
    run("openid", wish)
    server.restart()
    server.mc("idp", "openid", "update", "s3", "drift", "role_policy=readwrite", "display_name=Theirs")
    server.mc("idp", "openid", "disable", "s3", "drift")
    diff = converge("openid", wish)["diff"]
    assert (diff["before"]["role_policy"], diff["after"]["role_policy"]) == (["readwrite"], ["readonly"])
    assert (diff["before"]["enabled"], diff["after"]["enabled"]) == (False, True)
    server.restart()
    assert run("openid", {**wish, "display_name": "Theirs"})["changed"] is False


def test_an_unreachable_provider_is_named(run, directory):
    run("ldap", {"state": "absent"})
    result = run("ldap", {**directory.wish, "server_addr": "127.0.0.1:1"})
    assert result["msg"].startswith("ldap _: cannot store it: Result: LDAP Server Connection Error")
    assert "dial tcp 127.0.0.1:1: connect: connection refused" in result["msg"]
    result = run("openid", {"name": "gone", "config_url": "http://127.0.0.1:1/x", "client_id": "gone", "client_secret": SECRET})
    assert result["msg"].startswith('openid gone: cannot store it: Get "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1')
    for name in ("ldap", "openid"):
        params = {"ldap": {"server_addr": "127.0.0.1:1"}, "openid": {"name": "gone", "config_url": "http://127.0.0.1:1/x"}}[name]
        secret = {"ldap": "lookup_bind_password", "openid": "client_secret"}[name]
        assert run(name, {**params, secret: SECRET, "enabled": False})["changed"] is True
        assert run(name, {**params, "state": "absent"})["changed"] is True


def test_what_a_provider_needs_is_told_before_anything_is_sent(run, directory, provider):
    run("ldap", {"state": "absent"})
    ldap, openid = directory.wish, {"name": "new", "config_url": provider, "client_id": "new", "client_secret": SECRET}
    for module, params, words in (
            ("ldap", {**ldap, "name": "other"}, "one configuration of LDAP"),
            ("ldap", {**ldap, "lookup_bind_dn": ""}, "lookup_bind_dn is needed"),
            ("ldap", {**ldap, "lookup_bind_password": None}, "lookup_bind_password is needed"),
            ("ldap", {**ldap, "lookup_bind_password": "with enable=off in it"}, "lookup_bind_password cannot be written"),
            ("ldap", {**ldap, "user_dn_search_filter": "(uid=x)"}, "user_dn_search_filter needs a %s"),
            ("ldap", {**ldap, "group_search_base_dn": []}, "need each other"),
            ("ldap", {**ldap, "group_search_filter": "(cn=x)"}, "group_search_filter needs a %d"),
            ("ldap", {**ldap, "user_dn_search_base_dn": ["a;b"]}, "separates the items"),
            ("openid", {**openid, "name": "a:b"}, "no colon"),
            ("openid", {**openid, "client_id": None}, "client_id is needed"),
            ("openid", {**openid, "display_name": "my vendor=x"}, "display_name cannot be written"),
            ("openid", {**openid, "display_name": "two\nlines"}, "display_name cannot be written"),
            ("openid", {**openid, "role_policy": ["nope"]}, "policy nope does not exist"),
            ("openid", {**openid, "role_policy": ["readonly"], "claim_name": "groups"}, "exclude each other")):
        for check in (True, False):
            result = run(module, params, check=check)
            assert result["failed"] and words in result["msg"] and "in it" not in result["msg"], result


def test_what_comes_from_the_environment_is_not_changed(directory, tmp_path):
    from conftest import execute
    with running(tmp_path / "environment", MINIO_IDENTITY_OPENID_DISPLAY_NAME_staff="From outside",
                    MINIO_IDENTITY_OPENID_ENABLE_staff="off") as server:
        seen = execute("openid", {**server.connection, "name": "staff", "display_name": "From outside", "enabled": False}, False)
        assert seen["changed"] is False
        for wish in ({"display_name": "From inside"}, {"state": "absent"}):
            for check in (True, False):
                result = execute("openid", {**server.connection, "name": "staff", **wish}, check)
                assert "display_name" in result["msg"] and "comes from the server's environment" in result["msg"]


def test_the_examples_run_and_show_no_secret(server, directory, provider, tmp_path):
    tasks = []
    for name in ("ldap", "openid"):
        text = importlib.import_module(f"ansible_collections.oracle1.minio.plugins.modules.{name}").EXAMPLES
        tasks += yaml.safe_load(text.replace("ldap.example.com:636", f"127.0.0.1:{directory.port}\n    server_insecure: true")
                                .replace("https://login.example.com/.well-known/openid-configuration", provider))
    output = play(tmp_path, tasks, server, directory_password=directory.password, client_secret=SECRET)
    assert "Restart the server to use the directory." in output
    assert directory.password not in output and SECRET not in output


def test_what_was_stored_is_exported_before_and_after_the_restart(run, server, provider):
    for entry in run("export", {"kinds": ["openid"]})["manifest"]["openid"]:
        run("openid", {"name": entry["name"], "state": "absent"})
    server.restart()
    assert round_trip(run, kinds=["openid"])["manifest"]["openid"] == []
    base = {"config_url": provider, "client_secret": SECRET}
    run("openid", {**base, "name": "exported", "client_id": "one", "role_policy": ["readonly"], "scopes": ["openid", "email"]})
    run("openid", {**base, "name": "idle", "client_id": "two", "enabled": False})
    for restarted in (False, True):
        if restarted:
            server.restart()
        exported = round_trip(run, SECRET, kinds=["openid"])
        assert exported["manifest"]["openid"] == [
            {"name": "exported", "enabled": True, "config_url": provider, "client_id": "one", "scopes": ["email", "openid"], "role_policy": ["readonly"]},
            {"name": "idle", "enabled": False, "config_url": provider, "client_id": "two"}]
        assert [item["name"] for item in exported["withheld"]] == ["exported", "idle"]
