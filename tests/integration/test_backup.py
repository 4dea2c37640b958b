# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of a real cluster, put back into an empty one. The program is run as its timer runs it."""
from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ACCESS_KEY, SECRET_KEY, converger, execute, runner, running

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "roles/minio_backup/files/backup.py"
PASSPHRASE = "a-passphrase-nobody-may-see"
ACCOUNT = {"access_key": "oracle1-backup", "secret_key": "backup-secret-nobody-may-see"}


@pytest.fixture(scope="module")
def recipient(tmp_path_factory):
    """The certificate that backups are made for; its private key beside it, under a passphrase."""
    folder = tmp_path_factory.mktemp("recipient")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-passout", "stdin", "-subj", "/CN=backup", "-days", "3",
                    "-keyout", folder / "recipient.key", "-out", folder / "recipient.crt"], input=PASSPHRASE.encode(), check=True, capture_output=True)
    return folder / "recipient.crt"


@pytest.fixture(scope="module")
def original(tmp_path_factory, second):
    """A cluster with something of every kind, and the account that may save it."""
    with running(tmp_path_factory.mktemp("original")) as server:
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::kept/*"]}]}
        saves = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [
            "admin:ConfigUpdate", "admin:ExportBucketMetadata", "admin:ExportIAM"]}]}
        second.boto3().create_bucket(Bucket="away")
        second.boto3().put_bucket_versioning(Bucket="away", VersioningConfiguration={"Status": "Enabled"})
        manifest = {
            "config": [{"name": "api", "settings": {"requests_max": "77"}}],
            "policies": [{"name": "reads", "policy": policy}, {"name": "oracle1-backup", "policy": saves}],
            "users": [{"name": "edge", "secret_key": "edge-secret-nobody-may-see", "policies": ["reads"]},
                      {"name": ACCOUNT["access_key"], "secret_key": ACCOUNT["secret_key"], "policies": ["oracle1-backup"]}],
            "groups": [{"name": "devices", "members": ["edge"], "policies": ["readonly"]}],
            "service_accounts": [{"access_key": "edge-device-1", "secret_key": "device-secret-nobody-may-see", "user": "edge", "policy": policy}],
            "buckets": [
                {"name": "kept", "versioning": "enabled", "quota": "10Gi", "tags": {"a": "b"}, "access": "public-read",
                 "lifecycle": [{"id": "ttl", "expire_days": 7}]},
                {"name": "locked", "object_lock": True},
                {"name": "sent", "versioning": "enabled", "replication": [{"id": "all", "priority": 1, "target": {
                    "endpoint": second.direct, "bucket": "away", "access_key": ACCESS_KEY, "secret_key": SECRET_KEY}}]}]}
        assert not (result := runner(server)("apply", {"manifest": manifest})).get("failed"), result["msg"]
        yield server


@pytest.fixture
def settings(original, recipient, tmp_path):
    return {"name": "cluster", "cluster": "oracle1", "directory": str(tmp_path / "backups"), "recipient": str(recipient), "keep": 2,
            "keep_days": 0, "endpoint": original.direct, **ACCOUNT, "metrics": str(tmp_path / "backup.prom")}


def save(settings):
    return subprocess.run([sys.executable, PROGRAM, "-"], input=json.dumps(settings), text=True, capture_output=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(ROOT / "plugins/module_utils")})


def archive(settings):
    return max(Path(settings["directory"]).glob("*.tar.cms"))


def opening(recipient, **more):
    return {"key_path": str(recipient.with_suffix(".key")), "key_passphrase": PASSPHRASE, "cluster": "oracle1", **more}


def exported(server):
    return runner(server)("export", {})["manifest"]


def test_an_empty_cluster_becomes_what_was_saved(original, settings, recipient, tmp_path):
    done = save(settings)
    assert done.returncode == 0, done.stderr
    wish = opening(recipient, archive=str(archive(settings)))
    with running(tmp_path / "empty") as empty:
        run = runner(empty)
        checked = run("restore", wish, check=True)
        result = run("restore", wish)
        assert not result.get("failed"), result["msg"]
        assert result["restore"] == checked["restore"] and result["restore"]["problems"] == []
        assert result["restore"]["replication"] == ["sent"]
        assert exported(empty) == exported(original)
        for name, secret in (("edge", "edge-secret-nobody-may-see"), ("edge-device-1", "device-secret-nobody-may-see"), tuple(ACCOUNT.values())):
            assert empty.signs(name, secret)
        assert run("config", {"name": "api", "settings": {"requests_max": "77"}})["changed"] is False
        # Not a second time: it is not empty any more.
        again = run("restore", wish)
        assert again["failed"] and "it has 3 buckets, 2 users, 1 groups" in again["msg"]
        assert run("restore", {**wish, "overwrite": True})["restore"]["problems"] == []


def test_what_cannot_be_opened_or_is_of_another_cluster_is_refused(original, settings, recipient, tmp_path):
    assert save(settings).returncode == 0
    good, bad = archive(settings), tmp_path / "bad"
    content = good.read_bytes()
    bad.write_bytes(content[:-40] + bytes([content[-40] ^ 1]) + content[-39:])
    other = tmp_path / "other.key"
    subprocess.run(["openssl", "genrsa", "-out", other, "2048"], check=True, capture_output=True)
    for wish, words in (({"cluster": "other"}, "it is of the cluster oracle1"), ({"archive": str(bad)}, "or it was altered"),
                        ({"key_path": str(other)}, "does not open it"), ({"key_passphrase": "wrong"}, "does not open it"),
                        ({"archive": "/nowhere"}, "there is no file /nowhere")):
        result = runner(original)("restore", {**opening(recipient, archive=str(good)), **wish})
        assert result["failed"] and words in result["msg"], result
        assert PASSPHRASE not in json.dumps(result)


def test_a_backup_says_what_it_holds_and_shows_no_secret(settings):
    assert save(settings).returncode == 0
    about = json.loads(archive(settings).with_suffix("").with_suffix(".json").read_text())
    assert about["sha256"] == hashlib.sha256(archive(settings).read_bytes()).hexdigest()
    assert [item["name"] for item in about["contents"]] == ["iam.zip", "buckets.zip", "config.enc"]
    for path in Path(settings["directory"]).iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"nobody-may-see" not in path.read_bytes() and b"iam-assets" not in path.read_bytes()


def test_the_newest_are_kept_and_a_failure_is_told_without_forgetting_the_last_success(settings, second):
    for _number in range(3):
        assert save(settings).returncode == 0
        time.sleep(1.1)
    assert len(list(Path(settings["directory"]).iterdir())) == 4
    written = metrics(settings)
    assert written["failed"] == 0 and abs(written["last_success_timestamp_seconds"] - time.time()) < 30
    done = save({**settings, "endpoint": "http://127.0.0.1:9"})
    assert done.returncode == 1 and "does not answer" in done.stderr and "nobody-may-see" not in done.stderr
    refused = save({**settings, "secret_key": "another-secret"})
    assert refused.returncode == 1 and "403" in refused.stderr
    assert metrics(settings) == {**written, "failed": 1}


def metrics(settings):
    lines = [line for line in Path(settings["metrics"]).read_text().splitlines() if not line.startswith("#")]
    return {line.partition("{")[0].removeprefix("oracle1_minio_backup_"): float(line.rpartition(" ")[2]) for line in lines}


def test_files_are_saved_and_a_copy_goes_to_another_server(settings, recipient, second, tmp_path):
    second.boto3().create_bucket(Bucket="safe")
    (tmp_path / "pki/deep").mkdir(parents=True)
    (tmp_path / "pki/ca.key").write_text("key")
    (tmp_path / "pki/deep/x").write_text("deep")
    offsite = {"endpoint": second.direct, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "bucket": "safe", "prefix": "oracle1/"}
    done = save({**{name: settings[name] for name in ("cluster", "directory", "recipient", "keep", "keep_days")}, "name": "controller",
                 "paths": [str(tmp_path / "pki"), "/nowhere"], "offsite": offsite})
    assert done.returncode == 0, done.stderr
    there = second.boto3().get_object(Bucket="safe", Key=f"oracle1/{archive(settings).name}")["Body"].read()
    assert there == archive(settings).read_bytes()
    # The command of docs/backup.md.
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    subprocess.run(["sh", "-c", f"openssl cms -decrypt -binary -inform DER -in {archive(settings)} -inkey {recipient.with_suffix('.key')} "
                    f"-passin stdin | tar -x -C {unpacked}"], input=PASSPHRASE, text=True, check=True, capture_output=True)
    assert [(unpacked / f"files{tmp_path}/pki" / name).read_text() for name in ("ca.key", "deep/x")] == ["key", "deep"]
