#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: service
short_description: Restart, freeze and unfreeze all servers of a cluster
version_added: 0.1.0
description:
  - Asks the cluster to restart all its servers at once, and waits until every one that was online answers again with a
    newer start. Clients see an interruption of a few seconds; use M(oracle1.minio.server_restart) on the nodes to restart
    them one after the other.
  - Freezes S3 requests, which then wait without an answer, and takes that back. The admin API goes on.
  - Stopping is not offered, because nothing could start the servers again through their API.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  action:
    description:
      - V(restart) restarts all servers, in every run.
      - V(freeze) and V(unfreeze) change nothing when S3 requests are already frozen, or answered.
      - The server counts freezes, so one that was frozen twice needs to be unfrozen twice. V(unfreeze) goes on until
        requests are answered. A restart unfreezes as well.
    type: str
    choices: [restart, freeze, unfreeze]
    required: true
  wait_timeout:
    description: Most seconds to wait for the servers after a restart.
    type: int
    default: 300
  probe_timeout:
    description:
      - Seconds after which an S3 request without an answer counts as frozen, provided that the admin API answers. The
        server tells it in no other way.
    type: float
    default: 5
attributes:
  check_mode:
    support: full
    description: Says what would be done and sends nothing but questions.
  diff_mode:
    support: none
    description: There is nothing to compare.
seealso:
  - module: oracle1.minio.server_restart
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Restart all servers at once
  oracle1.minio.service:
    action: restart

- name: Let S3 requests wait
  oracle1.minio.service:
    action: freeze
    probe_timeout: 2

- name: Answer S3 requests again
  oracle1.minio.service:
    action: unfreeze
    probe_timeout: 2
"""

RETURN = r"""
service:
  description: What was done.
  returned: success
  type: dict
  contains:
    action:
      description: The action that was asked for.
      type: str
    servers:
      description: The servers that were restarted.
      returned: when O(action=restart)
      type: list
      elements: str
    seconds:
      description: How long it took until all servers answered again. 0 in check mode.
      returned: when O(action=restart)
      type: float
    frozen:
      description: Whether S3 requests are frozen now.
      returned: when O(action) is V(freeze) or V(unfreeze)
      type: bool
  sample: {action: restart, seconds: 1.3, servers: ["minio1:9000", "minio2:9000", "minio3:9000"]}
requests:
  description: How many requests were sent to the server.
  returned: success
  type: dict
  contains:
    reads:
      description: Requests that only look.
      type: int
    writes:
      description: Requests that change something. Always 0 in check mode.
      type: int
"""

from ansible_collections.oracle1.minio.plugins.module_utils._action import perform
from ansible_collections.oracle1.minio.plugins.module_utils._service import SPEC, prepare


def main() -> None:
    perform("service", SPEC, prepare)


if __name__ == "__main__":
    main()
