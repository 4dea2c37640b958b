# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools of the inventory against those that the nodes were told and the drives were made for."""
from __future__ import annotations

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _host
from ansible_collections.oracle1.minio.plugins.plugin_utils import preflight_pools
from ansible_collections.oracle1.minio.plugins.plugin_utils.topology import plan

DRIVE = "/mnt/minio/drive1"
ONE, TWO = ["minio1", "minio2", "minio3"], ["minio4", "minio5", "minio6"]
ODD = ["alpha", "beta", "gamma"]


def told(*pools, scheme="https"):
    """The pools as a node is told them."""
    planned = plan([{"hosts": hosts, "drives": [DRIVE]} for hosts in pools], scheme=scheme)
    return [[volume] for volume in planned["volumes"]] or [pool["args"] for pool in planned["config_pools"]]


def servers(known, made):
    """Nodes that were told the pools `known`, of which those in `made` have data."""
    return {name: {"pools": known, "drives": [{"format_json": {"this": name} if name in made else None, "format_error": ""}]} for name in [*ONE, *TWO, *ODD]}


CASES = [
    ("as it is", [ONE], told(ONE), ONE, "", ""),
    ("nothing is stored yet", [ONE, TWO], told(ONE), [], "", ""),
    ("bare hosts", [ONE], [], [], "", ""),
    ("another port and scheme", [ONE], told(ONE, scheme="http"), ONE, "", ""),
    ("names without a pattern", [ODD], told(ODD), ODD, "", ""),
    ("a new pool", [ONE, TWO], told(ONE), ONE, "", "add it with playbooks/expand.yml"),
    ("a new pool, by its playbook", [ONE, TWO], told(ONE), ONE, "append", ""),
    ("half way", [ONE, TWO], told(ONE, TWO), ONE, "append", ""),
    ("a pool is left out", [ONE], told(ONE, TWO), ONE, "", "lacks a pool of the cluster (minio{4...6}/mnt/minio/drive1 on"),
    ("a pool is left out, by its playbook", [ONE], told(ONE, TWO), ONE, "remove", ""),
    ("the first one is left out", [TWO], told(ONE, TWO), TWO, "", "lacks a pool of the cluster"),
    ("another order", [TWO, ONE], told(ONE, TWO), ONE + TWO, "", "changes pools that the cluster has"),
    ("put before", [TWO, ONE], told(ONE), ONE, "append", "changes pools that the cluster has"),
    ("a pool is exchanged", [ONE, ODD], told(ONE, TWO), ONE + ODD, "remove", "changes pools that the cluster has"),
]


@pytest.mark.parametrize(("_what", "pools", "known", "made", "allowed", "problem"), CASES, ids=[row[0] for row in CASES])
def test_a_list_of_pools(_what, pools, known, made, allowed, problem):
    wanted = plan([{"hosts": hosts, "drives": [DRIVE]} for hosts in pools])
    problems = preflight_pools.judge(wanted, servers(known, made), allowed)
    assert any(problem in text for text in problems) if problem else problems == []


CONFIGURATION = """# Ansible managed
version: v2
pools:
- args:
  - https://alpha:9000/mnt/minio/drive1
  - https://beta:9000/mnt/minio/drive1
  set-drive-count: 2
- args:
  - https://node{1...4}:9000/mnt/minio/drive1
"""


@pytest.mark.parametrize(("environment", "configuration", "expected"), [
    ("", "", []),
    ("MINIO_ROOT_PASSWORD=secret\nMINIO_VOLUMES=\"https://a{1...3}/d https://b{1...3}/d\"\n", "", [["https://a{1...3}/d"], ["https://b{1...3}/d"]]),
    ("MINIO_OPTS=x\n", CONFIGURATION, [["https://alpha:9000/mnt/minio/drive1", "https://beta:9000/mnt/minio/drive1"],
                                       ["https://node{1...4}:9000/mnt/minio/drive1"]]),
])
def test_what_a_node_was_told_is_read_from_its_files_and_nothing_else(environment, configuration, expected):
    assert _host.pools(environment, configuration) == expected
