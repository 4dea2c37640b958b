# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules and the role as Ansible runs them: examples, defaults by group, environment, and what is printed."""
from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("bucket", "policy", "user", "group", "policy_attachment", "service_account", "info", "apply", "export", "config", "prometheus_token",
           "batch_job", "heal", "pool", "service", "site_replication")
SECRETS = {"edge_secret_key": "edge-secret-nobody-may-see", "reader_secret_key": "reader-secret-nobody-may-see",
           "siem_token": "siem-token-nobody-may-see", "metrics_secret_key": "metrics-secret-nobody-may-see"}


def play(tmp_path, tasks, server, *options, environment=None, **variables):
    """Run the tasks on localhost with everything that Ansible can print, and return what it printed."""
    book = tmp_path / "play.yml"
    defaults = {**server.connection} if environment is None else {}
    book.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "connection": "local", "tasks": tasks,
                                     "module_defaults": {"group/oracle1.minio.minio": defaults},
                                     "vars": {"ansible_python_interpreter": sys.executable, **variables}}]))
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", str(book), "-vvv", "--diff", *options],
        cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def offsite(second):
    """The other site of the examples."""
    from conftest import ACCESS_KEY, SECRET_KEY
    second.boto3().create_bucket(Bucket="oracle1-backups")
    second.boto3().put_bucket_versioning(Bucket="oracle1-backups", VersioningConfiguration={"Status": "Enabled"})
    return {"offsite_endpoint": second.direct, "offsite_access_key": ACCESS_KEY, "offsite_secret_key": SECRET_KEY}


def test_the_examples_run_and_show_no_secret(server, offsite, tmp_path):
    tasks = []
    for name in MODULES:
        entry = importlib.import_module(f"ansible_collections.oracle1.minio.plugins.modules.{name}")
        tasks += yaml.safe_load(entry.EXAMPLES)
    output = play(tmp_path, tasks, server, secrets_dir=str(tmp_path / "secrets"), manifest_file=str(tmp_path / "exported.yml"),
                  prometheus_token_file=str(tmp_path / "token"), replaced_drive=f"{server.directory}/drive1", **offsite, **SECRETS)
    for secret in (*SECRETS.values(), server.connection["secret_key"],
                   *(path.read_text().strip() for path in (tmp_path / "secrets").iterdir())):
        # module_defaults and vars are the caller's own text; nothing else may carry a secret.
        assert secret not in output
    assert (tmp_path / "secrets" / "user-edge").exists()
    assert (tmp_path / "token").read_text().strip() not in output


def test_the_connection_comes_from_the_environment(server, tmp_path):
    names = {"endpoint": "ENDPOINT", "access_key": "ACCESS_KEY", "secret_key": "SECRET_KEY"}
    environment = {f"ORACLE1_MINIO_{variable}": server.connection[name] for name, variable in names.items()}
    output = play(tmp_path, [{"oracle1.minio.info": {}}], server, environment=environment)
    assert "drives_online: 4" in output or '"drives_online": 4' in output


@pytest.mark.parametrize("reachable", [True, False])
def test_the_role_in_check_mode_and_for_real(server, tmp_path, reachable):
    from conftest import free_port
    port = server.wire.port if reachable else free_port()
    inventory = tmp_path / "inventory"
    (inventory / "group_vars").mkdir(parents=True)
    name = server.new("role")
    (inventory / "hosts.yml").write_text(yaml.safe_dump({"minio_server": {"hosts": {
        "minio1": {"ansible_host": "127.0.0.1"}, "minio2": {"ansible_host": "127.0.0.1"}}}}))
    (inventory / "group_vars" / "all.yml").write_text(yaml.safe_dump({
        "minio_tls_source": "none", "minio_server_api_port": port, "minio_server_root_user": server.connection["access_key"],
        "minio_server_root_password": server.connection["secret_key"],
        # Two parts, in two variables.
        "minio_configure_manifest": {"buckets": [{"name": name, "versioning": "enabled"}]},
        "minio_configure_manifest_people": {"users": [{"name": name, "policies": ["readonly"]}]}}))

    def configure(*options):
        return subprocess.run(
            [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(inventory), "playbooks/configure.yml", "-vvv", "--diff", *options],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    checked, real = configure("--check"), configure()
    output = checked.stdout + checked.stderr + real.stdout + real.stderr
    assert checked.returncode == 0 and "created: 2" in checked.stdout, output
    assert ("assumed_empty" in checked.stdout) is not reachable
    assert (real.returncode == 0) is reachable
    assert server.connection["secret_key"] not in output
    secret = inventory / ".secrets" / f"user-{name}"
    assert secret.exists() is reachable
    if reachable:
        assert secret.read_text().strip() not in output
        assert "changed=0" in configure().stdout


def test_a_misspelt_key_in_the_manifest_fails_before_anything_is_sent(server, tmp_path):
    book = tmp_path / "role.yml"
    book.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "connection": "local", "roles": [
        {"role": "oracle1.minio.minio_configure", "vars": {
            "minio_configure_endpoint": server.connection["endpoint"], "minio_configure_access_key": "x", "minio_configure_secret_key": "y" * 8,
            "minio_configure_ca_file": "", "minio_configure_secrets_dir": "",
            "minio_configure_manifest": {"buckets": [{"name": "abc", "lifecycle": [{"id": "a", "expire_dayz": 3}]}]}}}]}]))
    before = len(server.wire.requests)
    done = subprocess.run([str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", str(book)], cwd=ROOT,
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0 and "expire_dayz" in done.stdout
    assert len(server.wire.requests) == before


def test_apply_shows_under_v_how_far_it_is(server, tmp_path):
    """A line at the start, before the task's own result; test_bulk.py looks at those that follow."""
    number = server.new("progress")
    manifest = {"buckets": [{"name": f"{number}-{item}", "versioning": "enabled", "tags": {"a": "b"}} for item in range(20)]}
    output = play(tmp_path, [{"oracle1.minio.apply": {"manifest": manifest}}], server)
    line = re.search(r"oracle1\.minio\.apply: \d+ of 20 objects written", output)
    assert line and line.start() < output.index("changed: [localhost]")
