#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: verify
short_description: Prove that a MinIO cluster serves
version_added: 0.1.0
description:
  - Compares what the cluster says of its nodes, drives and releases, and what M(oracle1.minio.probe) saw on every host, with what is expected.
  - Writes an object of 6 MiB in two parts, reads it back, compares it and deletes it.
  - Fails with every check that is not ok. The bucket and the object that it makes are removed again.
author: The oracle1.minio maintainers (@oracle1)
extends_documentation_fragment:
  - oracle1.minio.connection
options:
  bucket:
    description: Bucket for the round trip. Made when it is not there, and removed again if this run made it.
    type: str
    default: oracle1-verify
  nodes:
    description: Names of the nodes that the cluster is expected to have.
    type: list
    elements: str
    required: true
  drives:
    description: Number of drives that the whole cluster is expected to have.
    type: int
    required: true
  write_quorum:
    description: Drives of an erasure set that a write needs, as the topology has it.
    type: int
    required: true
  release:
    description: The release that every node is expected to run.
    type: str
    required: true
  certificate_days:
    description: A served certificate must live for at least this many days.
    type: int
    default: 14
  probes:
    description: Results of M(oracle1.minio.probe) by host name.
    type: dict
    default: {}
  report:
    description: A file for the list of checks as JSON.
    type: path
attributes:
  check_mode:
    support: none
    description: The round trip writes.
  diff_mode:
    support: none
    description: Nothing is left changed.
"""

EXAMPLES = r"""
- name: Prove that the cluster serves
  oracle1.minio.verify:
    endpoint: https://s3.example.com:9000
    access_key: "{{ minio_server_root_user }}"
    secret_key: "{{ minio_server_root_password }}"
    ca_path: /etc/ssl/certs/oracle1-ca.pem
    nodes: [minio1, minio2, minio3]
    drives: 3
    write_quorum: 2
    release: RELEASE.2026-02-12T20-18-48Z
"""

RETURN = r"""
checks:
  description: What was looked at, in a fixed order.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: What was checked.
      type: str
    ok:
      description: Whether it was as expected.
      type: bool
    detail:
      description: What was seen, or what is wrong.
      type: str
table:
  description: The same, as lines of text.
  returned: always
  type: list
  elements: str
"""

import json

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.oracle1.minio.plugins.module_utils import _client as client_module
from ansible_collections.oracle1.minio.plugins.module_utils._argspec import CONNECTION
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem
from ansible_collections.oracle1.minio.plugins.module_utils._verify import (
    Expected, failure, judge_info, judge_probes, round_trip, table,
)

SPEC = {
    **CONNECTION,
    "bucket": {"type": "str", "default": "oracle1-verify"},
    "nodes": {"type": "list", "elements": "str", "required": True},
    "drives": {"type": "int", "required": True},
    "write_quorum": {"type": "int", "required": True},
    "release": {"type": "str", "required": True},
    "certificate_days": {"type": "int", "default": 14},
    "probes": {"type": "dict", "default": {}},
    "report": {"type": "path"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=SPEC)
    params = module.params
    if client_module.LIBRARY_ERROR:
        module.fail_json(msg="The Python library minio is missing where this module runs: pip install -r requirements.txt",
                         exception=client_module.LIBRARY_ERROR)
    wanted = Expected(**{name: params[name] for name in ("nodes", "drives", "write_quorum", "release", "certificate_days")})
    checks = judge_probes(wanted, params["probes"])
    try:
        connection = client_module.Connection(**{name: params[name] for name in CONNECTION})
        client = client_module.Client(connection)
        checks += judge_info(wanted, client.admin("GET", "info", attempt="read the cluster's state").json())
        checks.append(round_trip(connection, params["bucket"]))
    except Problem as error:
        checks.append({"name": "admin API", "ok": False, "detail": str(error)})
    if params["report"]:
        with open(params["report"], "w", encoding="utf-8") as report:
            json.dump({"endpoint": params["endpoint"], "checks": checks}, report, indent=2)
    result = {"checks": checks, "table": table(checks), "changed": False}
    message = failure(checks, params["probes"])
    if message:
        module.fail_json(msg=message, **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
