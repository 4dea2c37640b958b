# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new root password ends and what it leaves alone, and successors of service accounts: the words of docs/credentials.md."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from conftest import ACCESS_KEY, SECRET_KEY, running, takes_writes

ROOT = Path(__file__).resolve().parents[2]
NEW = "another-root-secret-nobody-may-see"


@pytest.fixture
def own(tmp_path):
    """A server whose root password can change."""
    with running(tmp_path / "own") as server:
        yield server


def scrape(server, token):
    request = urllib.request.Request(f"{server.direct}/minio/v2/metrics/cluster", headers={"Authorization": f"Bearer {token}"})
    try:
        return urllib.request.urlopen(request, timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_new_root_password_ends_tokens_and_leaves_accounts_alone(own):
    own.mc("admin", "user", "add", "s3", "edge", "edge-secret-key")
    for parent, account in (("edge", "edge-device"), (ACCESS_KEY, "root-device")):
        own.mc("admin", "user", "svcacct", "add", "s3", parent, "--access-key", account, "--secret-key", "device-secret-key")
    token = own.mc("admin", "prometheus", "generate", "s3")["bearerToken"]
    assert scrape(own, token) == 200
    own.process.terminate()
    own.process.wait()
    own.process = subprocess.Popen(own.process.args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={
        **os.environ, "MINIO_ROOT_USER": ACCESS_KEY, "MINIO_ROOT_PASSWORD": NEW, "MINIO_CI_CD": "1", "MINIO_BROWSER": "off"})
    assert takes_writes(own.direct)
    try:
        assert scrape(own, token) == 403
        assert own.signs(ACCESS_KEY, NEW) and not own.signs(ACCESS_KEY, SECRET_KEY)
        assert own.signs("edge", "edge-secret-key")
        assert own.signs("edge-device", "device-secret-key") and own.signs("root-device", "device-secret-key")
    finally:
        own.process.kill()


def test_a_successor_has_the_same_rights_and_both_serve_until_the_old_one_is_retired(server, run, tmp_path):
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:ListAllMyBuckets"], "Resource": ["arn:aws:s3:::*"]}]}
    secret = "device-secret-key"
    assert not run("apply", {"manifest": {"users": [{"name": "owner", "secret_key": "owner-secret-key", "policies": ["readonly"]}], "service_accounts": [
        {"access_key": "gate-1", "secret_key": secret, "user": "owner", "description": "The north gate", "policy": policy}]}}).get("failed")
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"minio_server": {"hosts": {"localhost": {"ansible_connection": "local"}}}}))
    (tmp_path / "play.yml").write_text(yaml.safe_dump([{"hosts": "minio_server", "gather_facts": False, "tasks": [
        {"ansible.builtin.include_role": {"name": "oracle1.minio.minio_care", "tasks_from": "accounts"}}]}]))

    def replace(successor="gate-2", **more):
        wish = {"minio_care_endpoint": server.connection["endpoint"], "minio_care_access_key": ACCESS_KEY, "minio_care_secret_key": SECRET_KEY,
                "minio_care_ca_file": "", "minio_care_secrets_dir": str(tmp_path / "secrets"),
                "minio_care_accounts": [{"access_key": "gate-1", "successor": successor}], **more}
        return subprocess.run([str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(tmp_path / "hosts.yml"), str(tmp_path / "play.yml"),
                               "-e", json.dumps(wish), "-vvv", "--diff"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    early = replace(minio_care_accounts_retire=True)
    assert early.returncode != 0 and "the successor was not made yet" in early.stdout + early.stderr
    made = replace()
    assert made.returncode == 0, made.stdout + made.stderr
    new = (tmp_path / "secrets/service_account-gate-2").read_text().strip()
    assert new not in made.stdout and server.signs("gate-1", secret) and server.signs("gate-2", new)
    accounts = {entry["access_key"]: entry for entry in run("export", {"kinds": ["service_accounts"]})["manifest"]["service_accounts"]}
    assert accounts["gate-2"] == {**accounts["gate-1"], "access_key": "gate-2"}
    for changed in (1, 0):
        retired = replace(minio_care_accounts_retire=True)
        assert retired.returncode == 0 and f"changed={changed} " in retired.stdout, retired.stdout
    assert not server.signs("gate-1", secret) and server.signs("gate-2", new)
