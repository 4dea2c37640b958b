# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manifest in one call: order, failures, secrets, interruption, a cluster that is not there."""
from __future__ import annotations

import os
import stat
import urllib.request
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::x/*"]}]}


def small(server) -> dict[str, Any]:
    """A manifest in which every kind depends on another one."""
    number = server.new("m")
    return {
        "buckets": [{"name": f"{number}-one", "access": "private", "tags": {"a": "b"}}, {"name": f"{number}-two", "versioning": "enabled"}],
        "policies": [{"name": f"{number}-read", "policy": READ}],
        "users": [{"name": f"{number}-user", "policies": [f"{number}-read"]}],
        "service_accounts": [{"access_key": f"{number}-acc", "user": f"{number}-user", "description": "of the user"}],
    }


def actions(result: dict[str, Any]) -> list[str]:
    return [entry["action"] for entry in result["results"]]


def test_everything_is_created_in_order_once(converge, server, tmp_path):
    manifest = small(server)
    secrets = tmp_path / "secrets"
    result = converge("apply", {"manifest": manifest, "secrets_dir": str(secrets)})
    assert result["counts"] == {"total": 5, "created": 5, "updated": 0, "removed": 0, "unchanged": 0, "failed": 0}
    assert [entry["kind"] for entry in result["results"]] == ["policy", "user", "service_account", "bucket", "bucket"]
    assert result["observation"] == {"buckets": "single_reads", "identities": "export", "notes": []}
    assert len(result["diff"]) == 5 and {diff["before_header"] for diff in result["diff"]} >= {f"policy {manifest['policies'][0]['name']}"}
    files = {path.name: path for path in secrets.iterdir()}
    account = manifest["service_accounts"][0]["access_key"]
    assert set(files) == {f"user-{manifest['users'][0]['name']}", f"service_account-{account}"}
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files.values())
    for path in files.values():
        assert len(path.read_text().strip()) == 40 and path.read_text().strip() not in str(result)
    assert server.signs(account, files[f"service_account-{account}"].read_text().strip())
    assert not server.signs(account, "something-else")


def test_an_interrupted_run_is_finished_with_the_secret_that_is_on_disk(run, server, tmp_path):
    """The secret was written, and then the run died before the user was made."""
    name = server.new("user")
    (tmp_path / f"user-{name}").write_text("written-before-the-end\n")
    wish = {"manifest": {"users": [{"name": name}]}, "secrets_dir": str(tmp_path)}
    assert run("apply", wish)["counts"]["created"] == 1
    assert server.signs(name, "written-before-the-end")
    assert run("apply", wish)["changed"] is False


def test_an_account_that_exists_without_a_file_keeps_its_secret(run, server, tmp_path):
    name = server.new("user")
    server.mc("admin", "user", "add", "s3", name, "made-by-somebody-else")
    result = run("apply", {"manifest": {"users": [{"name": name, "policies": ["readonly"], "update_secret": "always"}]},
                           "secrets_dir": str(tmp_path)})
    assert result["counts"]["updated"] == 1 and list(tmp_path.iterdir()) == []
    assert "secret_file" not in result["results"][0]
    assert server.signs(name, "made-by-somebody-else")


def test_a_secret_of_ones_own_needs_no_file(run, server, tmp_path):
    name = server.new("user")
    wish = {"manifest": {"users": [{"name": name, "secret_key": "chosen-by-the-operator"}]}, "secrets_dir": str(tmp_path)}
    assert "chosen-by-the-operator" not in str(run("apply", wish))
    assert server.signs(name, "chosen-by-the-operator")
    assert list(tmp_path.iterdir()) == []


def test_without_a_place_for_secrets_an_account_needs_one(run, server):
    result = run("apply", {"manifest": {"users": [{"name": server.new("user")}]}}, check=True)
    assert result["failed"] and "secret_key is needed" in result["msg"]


def test_check_mode_writes_no_secret(run, server, tmp_path):
    secrets = tmp_path / "secrets"
    assert run("apply", {"manifest": small(server), "secrets_dir": str(secrets)}, check=True)["counts"]["created"] == 5
    assert not secrets.exists()


def test_the_log_of_a_call_counts_objects_and_names_none(run, server, tmp_path, monkeypatch):
    from ansible.module_utils.basic import AnsibleModule
    lines = []
    monkeypatch.setattr(AnsibleModule, "log", lambda module, message, log_args=None: lines.append(message))
    assert not run("apply", {"manifest": small(server), "secrets_dir": str(tmp_path)}, check=True).get("failed")
    assert lines == ["Invoked with 5 objects"]


def test_a_failing_object_does_not_hide_the_others(run, server, tmp_path):
    manifest = small(server)
    good = manifest["buckets"][0]["name"]
    manifest["buckets"] += [{"name": "no", "quota": "1GiB"}, {"name": good.replace("one", "three"), "tags": {"x": "y"}}]
    manifest["users"].append({"name": server.new("user"), "policies": ["nowhere"]})
    wish = {"manifest": manifest, "secrets_dir": str(tmp_path)}
    result = run("apply", wish)
    assert result["failed"] and result["changed"]
    assert result["counts"]["failed"] == 2 and result["counts"]["created"] == 6
    failed = {entry["name"]: entry["error"] for entry in result["results"] if entry["action"] == "failed"}
    assert set(failed) == {"no", manifest["users"][1]["name"]}
    assert "InvalidBucketName" in failed["no"] and "policy nowhere does not exist" in failed[manifest["users"][1]["name"]]
    assert all(error in result["msg"] for error in failed.values())
    again = run("apply", wish)
    assert again["changed"] is False and again["counts"]["unchanged"] == 6 and again["requests"]["writes"] <= 1


def test_what_is_wrong_with_a_manifest_is_told_at_once_and_nothing_is_sent(run, server):
    manifest = {"buckets": [{"name": "fine"}, {"name": "fine"}, {"name": "odd", "quota": "much"}], "policies": [{"name": "p", "policy": {}}]}
    before = len(server.wire.requests)
    result = run("apply", {"manifest": manifest})
    for words in ("bucket fine: the manifest names it 2 times", "bucket odd: cannot understand quota", "policy p: cannot understand policy"):
        assert words in result["msg"]
    assert len(server.wire.requests) == before


def test_removal_goes_the_other_way_round(converge, run, server, tmp_path):
    manifest = small(server)
    wish = {"manifest": manifest, "secrets_dir": str(tmp_path)}
    run("apply", wish)
    for key, entries in manifest.items():
        manifest[key] = [{name: entry[name] for name in ("name", "access_key") if name in entry} | {"state": "absent"} for entry in entries]
    result = converge("apply", wish)
    assert set(actions(result)) == {"removed"}
    assert all(diff["after"] == {} for diff in result["diff"])


def test_only_the_drifted_object_is_written(converge, run, server, tmp_path):
    manifest = {"buckets": [{"name": f"{server.new('many')}-{number}", "tags": {"a": "b"}, "quota": "1GiB"} for number in range(12)]}
    run("apply", {"manifest": manifest})
    server.mc("tag", "set", f"s3/{manifest['buckets'][7]['name']}", "a=changed")
    result = converge("apply", {"manifest": manifest})
    assert result["counts"]["updated"] == 1 and result["counts"]["unchanged"] == 11
    assert [diff["before_header"] for diff in result["diff"]] == [f"bucket {manifest['buckets'][7]['name']}"]


def test_a_cluster_that_is_not_there_is_empty_in_check_mode_only(server, tmp_path):
    from conftest import execute, free_port
    wish = {"endpoint": f"http://127.0.0.1:{free_port()}", "access_key": "a" * 8, "secret_key": "b" * 12, "retries": 0,
            "manifest": small(server), "secrets_dir": str(tmp_path / "s"), "assume_empty_if_unreachable": True}
    checked = execute("apply", wish, check=True)
    assert checked["changed"] and checked["counts"]["created"] == 5 and checked["observation"]["buckets"] == "assumed_empty"
    assert "taken for one that does not exist yet" in str(checked["warnings"])
    real = execute("apply", wish, check=False)
    assert real["failed"] and "no answer from" in real["msg"]
    strict = execute("apply", {**wish, "assume_empty_if_unreachable": False}, check=True)
    assert strict["failed"] and "no answer from" in strict["msg"]
    tls = {**wish, "endpoint": wish["endpoint"].replace("http", "https"), "ca_path": str(tmp_path / "not-made-yet.crt")}
    assert execute("apply", tls, check=True)["counts"]["created"] == 5
    assert "does not exist" in execute("apply", tls, check=False)["msg"]


def test_wrong_credentials_are_never_an_empty_cluster(run, server):
    result = run("apply", {"secret_key": "not-the-secret", "manifest": {"buckets": [{"name": "abc"}]}, "assume_empty_if_unreachable": True},
                 check=True)
    assert result["failed"] and "SignatureDoesNotMatch" in result["msg"] and "not-the-secret" not in result["msg"]


def test_the_inventory_of_production(converge, run, server, tmp_path):
    """The manifest that people start from: applied, applied again, and each service has its rights and no more."""
    from minio.error import S3Error
    variables = yaml.safe_load((ROOT / "inventories/prod/group_vars/all/manifest.yml").read_text())
    manifest = variables["minio_configure_manifest"]
    converge("apply", {"manifest": manifest, "secrets_dir": str(tmp_path)})
    root = server.boto3()
    for bucket, key in (("oracle1-documents", "a.pdf"), ("oracle1-models", "models/m"), ("oracle1-models", "knowledge/g"),
                        ("oracle1-backups", "b"), ("oracle1-logs", "l"), ("oracle1-cache", "c")):
        root.put_object(Bucket=bucket, Key=key, Body=b"x")
    allowed = {
        "ocr": [("read", "oracle1-documents", "a.pdf"), ("write", "oracle1-documents", "ocr-results/d.json")],
        "document-analyzer": [("read", "oracle1-documents", "a.pdf"), ("read", "oracle1-cache", "c"), ("write", "oracle1-cache", "c")],
        "knowledge": [("read", "oracle1-models", "knowledge/g"), ("write", "oracle1-models", "knowledge/g")],
        "genetic": [("read", "oracle1-models", "models/m"), ("write", "oracle1-models", "models/m")],
        "edge": [("read", "oracle1-models", "models/m")],
    }
    everything = sorted({entry for entries in allowed.values() for entry in entries} | {
        ("write", "oracle1-documents", "a.pdf"), ("read", "oracle1-backups", "b"), ("write", "oracle1-backups", "b"),
        ("read", "oracle1-logs", "l"), ("write", "oracle1-logs", "l")})
    # What everyone may read is for requests without a signature: a user who signs has the rights of its policies only.
    with urllib.request.urlopen(f"{server.direct}/oracle1-documents/a.pdf", timeout=10) as answer:
        assert answer.read() == b"x"
    for user, expected in allowed.items():
        client = server.minio(user, (tmp_path / f"user-{user}").read_text().strip())
        possible = []
        for right, bucket, key in everything:
            try:
                if right == "read":
                    client.get_object(bucket, key).close()
                else:
                    client.fput_object(bucket, key, os.devnull)
            except S3Error as error:
                assert error.code == "AccessDenied"
            else:
                possible.append((right, bucket, key))
        assert possible == sorted(expected), user
        listable = {prefix: True for prefix in ("models/", "knowledge/")}
        for prefix in listable:
            try:
                list(client.list_objects("oracle1-models", prefix=prefix))
            except S3Error:
                listable[prefix] = False
        assert listable == {"models/": user in ("genetic", "edge"), "knowledge/": user == "knowledge"}, user
