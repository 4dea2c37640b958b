# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three real clusters that become sites of one another."""
from __future__ import annotations

import contextlib
import json

import pytest
from conftest import ACCESS_KEY, SECRET_KEY, as_documented, converger, eventually, free_port, round_trip, runner, running

NAMES = ("berlin", "paris", "rome")


@pytest.fixture(scope="module")
def clusters(tmp_path_factory):
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(running(tmp_path_factory.mktemp(name))) for name in NAMES}


@pytest.fixture
def sites(clusters):
    """The clusters, linked with none and without buckets."""
    for server in clusters.values():
        server.mc("admin", "replicate", "rm", "--all", "--force", "s3", check=False)
    for server in clusters.values():
        for bucket in server.boto3().list_buckets()["Buckets"]:
            server.mc("rb", "--force", "--dangerous", f"s3/{bucket['Name']}")
    return clusters


def site(sites, name, **more):
    return {"name": name, "endpoint": sites[name].direct, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY, **more}


def wish(sites, *names, **more):
    return {"name": "berlin", "sites": [site(sites, name) for name in names], **more}


def told(server):
    """What mc says: the sites by name, or nothing."""
    info = server.mc("admin", "replicate", "info", "s3")
    return {item["name"]: item["endpoint"] for item in info.get("sites") or []} if info["enabled"] else {}


def test_sites_are_linked_extended_and_taken_out(sites):
    converge = converger(runner(sites["berlin"]))
    sites["berlin"].boto3().create_bucket(Bucket="before")
    linked = converge("site_replication", wish(sites, "berlin", "paris"))
    assert linked["changed"] is True and SECRET_KEY not in json.dumps(linked)
    both = {name: sites[name].direct for name in ("berlin", "paris")}
    assert told(sites["berlin"]) == told(sites["paris"]) == both
    assert linked["site_replication"]["sites"] == [{"name": name, "endpoint": endpoint} for name, endpoint in sorted(both.items())]

    sites["paris"].boto3().create_bucket(Bucket="after")
    sites["paris"].boto3().put_object(Bucket="after", Key="key", Body=b"content")
    names = [{bucket["Name"] for bucket in sites[name].boto3().list_buckets()["Buckets"]} for name in both]
    assert names == [{"before", "after"}, {"before", "after"}]
    assert eventually(lambda: sites["berlin"].boto3().list_objects_v2(Bucket="after").get("KeyCount") == 1)
    assert sites["berlin"].boto3().get_object(Bucket="after", Key="key")["Body"].read() == b"content"

    sites["berlin"].boto3().put_object(Bucket="before", Key="key", Body=b"content")

    def behind():
        return runner(sites["berlin"])("info", {"gather": ["replication"]}, check=True)["info"]["replication"]
    assert eventually(lambda: [item["replicated"]["objects"] for item in behind()["sites"]] == [0, 1])
    as_documented({"replication": behind()})
    assert behind()["linked"] is True and behind()["differences"] == {"buckets": 0, "policies": 0, "users": 0, "groups": 0}
    assert [(item["name"], item["self"], item["online"]) for item in behind()["sites"]] == [("berlin", True, True), ("paris", False, True)]
    assert [(item["bucket"], item["replicated"]["objects"]) for item in behind()["buckets"]] == [("before", 1)]

    extended = converge("site_replication", wish(sites, *NAMES, replicate_ilm_expiry=True))
    assert set(told(sites["rome"])) == set(NAMES) and extended["site_replication"]["replicate_ilm_expiry"] is True
    assert {bucket["Name"] for bucket in sites["rome"].boto3().list_buckets()["Buckets"]} == {"before", "after"}

    reduced = converge("site_replication", {"name": "berlin", "sites": [{"name": "rome", "state": "absent"}]})
    assert reduced["changed"] is True and told(sites["rome"]) == {} and set(told(sites["berlin"])) == set(both)
    ended = converge("site_replication", {"name": "berlin", "state": "absent"})
    assert ended["changed"] is True and told(sites["berlin"]) == told(sites["paris"]) == {}
    assert {bucket["Name"] for bucket in sites["paris"].boto3().list_buckets()["Buckets"]} == {"before", "after"}


def test_what_mc_has_linked_is_no_change(sites, monkeypatch):
    for name in ("berlin", "paris"):
        monkeypatch.setitem(sites["berlin"].aliases, name, sites[name].direct)
    sites["berlin"].mc("admin", "replicate", "add", "berlin", "paris", "--replicate-ilm-expiry")
    converge = converger(runner(sites["berlin"]))
    assert converge("site_replication", wish(sites, "berlin", "paris", replicate_ilm_expiry=True))["changed"] is False
    # Credentials are only needed to link.
    assert converge("site_replication", {"name": "berlin", "sites": [{"name": "paris"}]})["changed"] is False

    assert converge("site_replication", {"name": "berlin", "replicate_ilm_expiry": False})["changed"] is True
    moved = sites["paris"].direct.replace("127.0.0.1", "localhost")
    assert converge("site_replication", {"name": "berlin", "sites": [{"name": "paris", "endpoint": moved}]})["changed"] is True
    assert told(sites["berlin"])["paris"] == moved


def test_other_sites_are_only_taken_out_when_asked(sites):
    converge = converger(runner(sites["berlin"]))
    converge("site_replication", wish(sites, "berlin", "paris"))
    converge("site_replication", wish(sites, "berlin", "rome", sites_authoritative=True))
    assert set(told(sites["berlin"])) == {"berlin", "rome"} and told(sites["paris"]) == {}


def test_what_the_server_would_refuse_or_regret_is_refused_before(sites):
    berlin, before = runner(sites["berlin"]), len(sites["berlin"].wire.writes)
    sites["rome"].boto3().create_bucket(Bucket="occupied")
    table = [
        (wish(sites, "berlin", "rome"), "site rome holds 1 buckets"),
        (wish(sites, "berlin"), "at least two sites are needed"),
        (wish(sites, "paris"), "berlin, must be among the sites"),
        ({"name": "berlin", "sites": [site(sites, "berlin"), site(sites, "paris", secret_key="a-wrong-secret")]}, "does not accept the credentials"),
        ({"name": "berlin", "sites": [site(sites, "berlin"), site(sites, "paris", secret_key=None)]}, "paris lacks them"),
        ({"name": "berlin", "sites": [site(sites, "berlin"), site(sites, "paris", endpoint=None)]}, "site paris needs an endpoint"),
        ({"name": "berlin", "sites": [site(sites, "berlin"), {**site(sites, "berlin"), "name": "twin"}]}, "is the same cluster"),
        ({"name": "berlin", "sites": [site(sites, "berlin"), site(sites, "berlin")]}, "two sites have the name berlin"),
        ({"name": "berlin"}, "sites is needed"),
    ]
    for params, message in table:
        for check in (True, False):
            result = berlin("site_replication", params, check=check)
            assert result.get("failed") and message in result["msg"], (params, result)
    assert len(sites["berlin"].wire.writes) == before and told(sites["berlin"]) == {}


def test_a_linked_cluster_refuses_to_be_another_site(sites):
    runner(sites["berlin"])("site_replication", wish(sites, "berlin", "paris"))
    paris, rome = runner(sites["paris"]), runner(sites["rome"])
    assert "is the site paris" in paris("site_replication", {"name": "berlin", "state": "absent"})["msg"]
    both = {"name": "rome", "sites": [site(sites, "rome"), site(sites, "paris")]}
    assert "already belongs to a site replication" in rome("site_replication", both)["msg"]
    without = {"name": "berlin", "sites": [{"name": "paris", "state": "absent"}]}
    assert "at least two sites" in runner(sites["berlin"])("site_replication", without)["msg"]


def test_a_site_that_nobody_reaches_is_the_servers_error(sites):
    away = {"name": "paris", "endpoint": f"http://127.0.0.1:{free_port()}", "access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    result = runner(sites["berlin"])("site_replication", {"name": "berlin", "sites": [site(sites, "berlin"), away]})
    assert result["failed"] and "cannot link the sites" in result["msg"] and SECRET_KEY not in json.dumps(result)
    assert told(sites["berlin"]) == {}


def test_linked_sites_are_exported_without_their_credentials(sites):
    berlin = runner(sites["berlin"])
    assert round_trip(berlin, kinds=["site_replication"])["manifest"]["site_replication"] == []
    berlin("site_replication", wish(sites, "berlin", "paris", replicate_ilm_expiry=True))
    exported = round_trip(berlin, SECRET_KEY)
    assert exported["manifest"]["site_replication"] == [{"name": "berlin", "replicate_ilm_expiry": True, "sites": [
        {"name": name, "endpoint": sites[name].direct} for name in ("berlin", "paris")]}]
    assert {"kind": "site_replication", "name": "berlin", "options": ["sites.secret_key"]} in exported["withheld"]
    assert "site-replicator-0" not in str(exported["manifest"])
