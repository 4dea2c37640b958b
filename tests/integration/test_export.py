# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A live cluster as a manifest: applying it changes nothing, and an empty cluster becomes equal by it."""
from __future__ import annotations

import json

import pytest
from conftest import KMS_KEY, add_tier, equipped, execute, round_trip, running
from test_bucket import STATES, named

READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::x/*"]}]}


@pytest.fixture(scope="module")
def server(tmp_path_factory, second):
    """A server of this file's own: what other files leave behind, such as a replication target, cannot be made elsewhere without its credential."""
    with equipped(tmp_path_factory.mktemp("export")) as started:
        add_tier(started, second)
        yield started


@pytest.fixture(scope="module")
def populated(server):
    """Every state of every facet, and identities of all kinds; made by our modules and by mc."""
    for states in STATES.values():
        for state in states:
            execute("bucket", {**server.connection, **named(state, server.new("export"))}, check=False)
    number = server.new("export")
    execute("apply", {**server.connection, "manifest": {
        "policies": [{"name": f"{number}-p", "policy": READ}],
        "users": [{"name": f"{number}-u", "secret_key": "an-exported-secret", "policies": [f"{number}-p"], "status": "disabled"},
                  {"name": f"{number}-v", "secret_key": "an-exported-secret"}],
        "groups": [{"name": f"{number}-g", "members": [f"{number}-v"], "policies": [f"{number}-p"]},
                   {"name": f"{number}-h", "status": "disabled", "members": [f"{number}-v"]}],
        "service_accounts": [{"access_key": f"{number}-s", "secret_key": "an-exported-secret", "user": f"{number}-v", "policy": READ}]}}, check=False)
    server.mc("mb", f"s3/{server.new('by-mc')}")
    return number


def test_applying_an_export_changes_nothing(run, populated):
    exported = round_trip(run, "an-exported-secret")
    assert exported["changed"] is False and sum(map(len, exported["manifest"].values())) > 20
    assert {entry["name"] for entry in exported["manifest"]["users"]} >= {f"{populated}-u", f"{populated}-v"}
    assert f"{populated}-s" in {entry["access_key"] for entry in exported["manifest"]["service_accounts"]}
    assert not {"readwrite", "consoleAdmin"} & {entry["name"] for entry in exported["manifest"]["policies"]}
    assert exported["manifest"]["config"] == exported["manifest"]["ldap"] == exported["manifest"]["site_replication"] == []
    assert exported["manifest"]["kms_keys"] == [{"name": KMS_KEY}]


def test_an_export_is_the_same_by_single_reads(run, server, populated, tmp_path):
    name = server.new("reader")
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["admin:*"]}, {"Effect": "Allow", "Action": ["kms:*"]},
        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]},
        {"Effect": "Deny", "Action": ["admin:ExportBucketMetadata", "admin:ExportIAM"]}]}
    run("apply", {"manifest": {"policies": [{"name": name, "policy": document}],
                               "users": [{"name": name, "secret_key": "reader-secret-1", "policies": [name]}]}})
    at_once = run("export", {})
    single = run("export", {"access_key": name, "secret_key": "reader-secret-1"})
    assert at_once["observation"]["buckets"] == "export" and single["observation"]["buckets"] == "single_reads"
    for key, entries in at_once["manifest"].items():
        order = sorted(entries, key=json.dumps)
        assert order == sorted(single["manifest"][key], key=json.dumps), key


def test_a_changed_built_in_policy_is_exported(run, server):
    run("policy", {"name": "diagnostics", "policy": READ})
    assert "diagnostics" in [entry["name"] for entry in run("export", {"kinds": ["policies"]})["manifest"]["policies"]]
    server.mc("admin", "policy", "remove", "s3", "diagnostics")


def test_another_cluster_becomes_equal(run, server, populated, tmp_path):
    manifest = run("export", {})["manifest"]
    # A tier is not part of a manifest without its credential, and rules that need one cannot be made without it.
    manifest["buckets"] = [entry for entry in manifest["buckets"] if "transition_tier" not in json.dumps(entry)]
    manifest["tiers"] = []
    with running(tmp_path / "other", **server.receiver.equipment) as other:
        done = execute("apply", {**other.connection, "manifest": manifest, "secrets_dir": str(tmp_path / "secrets")}, check=False)
        assert not done.get("failed"), done["msg"]
        assert execute("export", other.connection, check=False)["manifest"] == manifest
