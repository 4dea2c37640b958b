#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Write one page about a cluster, with charts
version_added: 0.1.0
description:
  - Asks Prometheus what the dashboards ask it, and writes a page of HTML that needs nothing else. It can be mailed, archived and printed.
  - Shows health, topology, capacity with a forecast, requests, latency, alerts, certificates, open advisories and drift.
  - Runs on the controller. The role P(oracle1.minio.minio_report#role) gathers what it needs.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  path:
    description: The file to write. It is replaced at once, and its owner and group can read it.
    type: path
    required: true
  title:
    description: The page's heading.
    type: str
    required: true
  prometheus_url:
    description: Where Prometheus answers.
    type: str
    required: true
  prometheus_user:
    description: User for its basic authentication. Empty for none.
    type: str
    default: ""
  prometheus_password:
    description: Password for its basic authentication.
    type: str
    default: ""
  prometheus_ca:
    description: File with the authorities that signed its certificate. The system's store by default.
    type: path
  cluster:
    description: Value of the label C(cluster) of what is shown.
    type: str
    required: true
  hours:
    description: How far the charts go back.
    type: float
    default: 24
  info:
    description: What M(oracle1.minio.info) returned as C(info).
    type: dict
    default: {}
  balancers:
    description: Names of the balancers.
    type: list
    elements: str
    default: []
  probes:
    description: Results of M(oracle1.minio.probe) by host name; the certificates are read from them.
    type: dict
    default: {}
  advisories:
    description: C(open) of the filter P(oracle1.minio.advisories#filter).
    type: list
    elements: dict
    default: []
  drift:
    description: C(results) of M(oracle1.minio.apply) in check mode. Left out, the page says that nobody looked.
    type: list
    elements: dict
attributes:
  check_mode:
    support: full
    description: The page is made, and not written.
  diff_mode:
    support: none
    description: The page differs every time.
"""

EXAMPLES = r"""
- name: Write a page about the last week
  oracle1.minio.report:
    path: /var/www/html/minio.html
    title: MinIO in Graz
    prometheus_url: https://monitoring.example.com:9090
    cluster: oracle1
    hours: 168
    info: "{{ cluster.info }}"
    balancers: [lb1]
  delegate_to: localhost
"""

RETURN = r"""
file:
  description: The file.
  returned: success
  type: str
"""

import time

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils import _report as report
from ansible_collections.oracle1.minio.plugins.module_utils._prometheus import Prometheus, PrometheusError

SPEC = {
    "path": {"type": "path", "required": True},
    "title": {"type": "str", "required": True},
    "prometheus_url": {"type": "str", "required": True},
    "prometheus_user": {"type": "str", "default": ""},
    "prometheus_password": {"type": "str", "default": "", "no_log": True},
    "prometheus_ca": {"type": "path"},
    "cluster": {"type": "str", "required": True},
    "hours": {"type": "float", "default": 24},
    "info": {"type": "dict", "default": {}},
    "balancers": {"type": "list", "elements": "str", "default": []},
    "probes": {"type": "dict", "default": {}},
    "advisories": {"type": "list", "elements": "dict", "default": []},
    "drift": {"type": "list", "elements": "dict"},
}


def main() -> None:
    module = AnsibleModule(SPEC, supports_check_mode=True)
    params = module.params
    prometheus = Prometheus(params["prometheus_url"], params["prometheus_user"], params["prometheus_password"], params["prometheus_ca"])
    try:
        text = report.page(report.Measured(prometheus, params["cluster"], params["hours"], time.time()), params)
        if not module.check_mode:
            report.write(params["path"], text)
    except (PrometheusError, OSError) as error:
        module.fail_json(msg=f"report {params['path']}: {error}")
    # Under another name than path, to which Ansible would add what the file is like.
    module.exit_json(changed=True, file=params["path"])


if __name__ == "__main__":
    main()
