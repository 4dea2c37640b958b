# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook on hosts that cannot be reached: with bad variables it fails before it tries to reach them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .cluster import PASSWORD

ROOT = Path(__file__).parents[3]
PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"
GOOD = {
    "minio_server_root_user": "oracle1-root",
    "minio_server_root_password": PASSWORD,
    "minio_server_drives": [{"path": "/mnt/minio/drive1", "label": "MINIO1"}],
}


@pytest.fixture(name="preflight")
def fixture_preflight(tmp_path):
    """Run preflight with variables; gives its output, exit status, and whether a connection was tried."""
    calls = tmp_path / "calls"
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" >> {calls}\nexit 255\n')
    ssh.chmod(0o755)

    def run(variables, inventory=None, *arguments):
        if inventory is None:
            hosts = {"minio_server": {f"minio{number}": {"ansible_host": f"192.0.2.{number + 10}"} for number in (1, 2, 3)},
                     "minio_lb": {"lb1": {"ansible_host": "192.0.2.21"}}, "minio_monitoring": {"mon1": {"ansible_host": "192.0.2.31"}}}
            inventory = tmp_path / "hosts.json"
            inventory.write_text(json.dumps({"all": {"children": {group: {"hosts": members} for group, members in hosts.items()}}}))
        (tmp_path / "variables.json").write_text(json.dumps(variables))
        done = subprocess.run(
            [PLAYBOOK, "playbooks/preflight.yml", "-i", inventory, "-e", f"@{tmp_path / 'variables.json'}", *arguments],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
            env={**os.environ, "ANSIBLE_SSH_EXECUTABLE": str(ssh), "ANSIBLE_NOCOLOR": "1", "HOME": str(tmp_path)},
        )
        return done.stdout + done.stderr, done.returncode, calls.exists()

    return run


def test_bad_variables_fail_before_any_connection(preflight):
    output, status, connected = preflight({
        **GOOD, "minio_server_parity": 2, "minio_server_root_password": "minioadmin", "minio_server_settings": {"MINIO_CACHE_DRIVES": "/x"},
    })
    assert status != 0
    assert not connected
    for message in ("Nothing was touched", "parity 2 is more than half", "minio_server_root_password is a well-known default", "MINIO_CACHE_DRIVES"):
        assert message in output


def test_bad_variables_of_the_monitoring_fail_before_any_connection(preflight):
    output, status, connected = preflight({
        **GOOD, "minio_prometheus_port": 99999, "minio_grafana_home_dashboard": "mine", "minio_report_hours": "{{ vault_of_nobody }}",
        "minio_diagnose_slow_seconds": "{{ ansible_facts.processor_vcpus }}", "minio_watchdog_fence_after": 1,
        "minio_prometheus_receivers": [{"name": "a", "slack": {"url": "https://example.com/" + PASSWORD},
                                          "webhook": {"url": "http://{{ hostvars[groups['minio_lb'][0]].ansible_host }}:19093/"}}], "minio_prometheus_recievers": [],
    })
    assert (status != 0, connected, PASSWORD in output) == (True, False, False)
    for message in ("minio_prometheus_port is 99999; use a number from 1 to 65535", "minio_grafana_home_dashboard is 'mine'; use one of",
                    "minio_report_hours refers to vault_of_nobody, which is not defined", "minio_prometheus_receivers[1].slack lacks channel",
                    "minio_watchdog_kill_after is 3 and minio_watchdog_fence_after is 1"):
        assert message in output
    assert "minio_diagnose_slow_seconds is" not in output


def test_good_variables_get_as_far_as_the_connection(preflight):
    output, status, connected = preflight(GOOD)
    assert "Nothing was touched" not in output
    assert (status, connected) == (4, True)


def test_a_secret_is_shown_at_no_verbosity(preflight):
    output, _status, _connected = preflight({**GOOD, "minio_server_parity": 2}, None, "-vvv")
    assert "Nothing was touched" in output
    assert PASSWORD not in output


def test_the_inventory_for_production_is_refused_for_nothing_but_its_placeholders(preflight):
    output, status, connected = preflight({}, "inventories/prod")
    assert (status != 0, connected) == (True, False)
    problems = [line for line in output.split("fatal:")[1].splitlines() if line.strip().startswith("- ")]
    assert len(problems) == 2
    assert "minio_server_root_user is the placeholder" in problems[0]
    assert "minio_server_root_password is a placeholder" in problems[1]


def test_a_variable_that_refers_to_nothing_is_named(preflight):
    output, status, connected = preflight({**GOOD, "minio_server_root_password": "{{ vault_of_nobody }}"})
    assert (status != 0, connected) == (True, False)
    assert "minio_server_root_password is not set" in output


def test_an_inventory_without_nodes_is_refused(preflight):
    output, status, _connected = preflight({}, os.devnull)
    assert status != 0
    assert "The inventory has no hosts in the group minio_server" in output
