#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: pool
short_description: Decommission and rebalance server pools
version_added: 0.1.0
description:
  - Lists the pools of a cluster, takes one out of service by moving its objects to the others, and evens out their use.
  - A pool is added by starting all servers with a longer command line, and a decommissioned one is removed by leaving it
    out, which is not this module's task.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  action:
    description:
      - V(list) only looks.
      - V(decommission) moves everything off O(pool). Changes nothing when that has been done or is being done. Clients must not write
        meanwhile, and M(oracle1.minio.pool_content) tells what the server would damage.
      - V(cancel_decommission) ends it early. What was moved stays moved, and the pool still takes no new objects, not even
        after a restart; only V(decommission) again gets it out of that state.
      - V(rebalance) moves objects off pools that are fuller than the cluster. Changes nothing when all are within 5 % of
        the cluster's use, which is what the server itself takes for even.
      - V(stop_rebalance) ends it early.
    type: str
    choices: [list, decommission, cancel_decommission, rebalance, stop_rebalance]
    default: list
  pool:
    description: The pool's index, or its argument on the servers' command line.
    type: str
  again:
    description: Whether to decommission a pool again that was decommissioned, because something was left there.
    type: bool
    default: false
  wait:
    description: Whether to wait for the end of a decommission or rebalance.
    type: bool
    default: false
  wait_timeout:
    description: Most seconds to wait. The work goes on in the servers when they are over.
    type: int
    default: 3600
  progress_path:
    description:
      - >-
        File to which a line is added every few seconds while O(wait) waits, such as
        C(decommission of pool 2: 812 versions moved: 43 %, 1.2 GiB of 2.8 GiB, 23.1 MiB/s, 1 min 10 s left).
      - Without it the lines are shown while the task runs, where the module runs on the controller.
    type: path
attributes:
  check_mode:
    support: full
    description: Says whether something would be started or ended, and sends nothing but questions. Waits for nothing.
  diff_mode:
    support: none
    description: There is nothing to compare.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: List the pools
  oracle1.minio.pool:
  register: result

- name: Move everything off the first pool and wait for a day at most
  oracle1.minio.pool:
    action: decommission
    pool: "0"
    wait: true
    wait_timeout: 86400
  when: result.pool.pools | length > 1

- name: Even out the use of the pools
  oracle1.minio.pool:
    action: rebalance
  when: result.pool.pools | length > 1
"""

RETURN = r"""
pool:
  description: The pools and the rebalance as they are after the run.
  returned: success
  type: dict
  contains:
    uneven:
      description: Whether objects were moved, or would be in check mode, because the pools' use differed and no rebalance ran.
      returned: when O(action=rebalance)
      type: bool
    pools:
      description:
        - The pools. Empty where the servers' drives are not written as V({1...n}), because the server then knows none.
      type: list
      elements: dict
      contains:
        index:
          description: Index of the pool.
          type: int
        name:
          description: The pool's argument on the servers' command line.
          type: str
        state:
          description:
            - V(serving), or what became of a decommission, which is V(active), V(complete), V(canceled) or V(failed).
            - In every state but V(serving) the pool takes no new objects.
          type: str
        started:
          description: When the decommission began. Empty when none is active or complete.
          type: str
        total:
          description: Bytes without parity.
          type: int
        free:
          description: Bytes free, without parity.
          type: int
        free_before:
          description: Bytes that were free when its decommission began, without parity. 0 before one.
          type: int
        moved:
          description: Versions of objects that the decommission has moved.
          type: int
        failed:
          description: Versions that could not be moved.
          type: int
        bytes_moved:
          description: Bytes moved.
          type: int
        bytes_failed:
          description: Bytes that could not be moved.
          type: int
    rebalance:
      description: The rebalance that runs or ran last.
      type: dict
      contains:
        state:
          description: V(none), also when a pool has been removed since, V(active), V(complete), V(stopped) or V(failed).
          type: str
        id:
          description: The server's id for it.
          type: str
        objects:
          description: Objects moved.
          type: int
        versions:
          description: Versions moved.
          type: int
        bytes:
          description: Bytes moved, parity included.
          type: int
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
from ansible_collections.oracle1.minio.plugins.module_utils._pool import RULES, SPEC, prepare


def main() -> None:
    perform("pool", SPEC, prepare, **RULES)


if __name__ == "__main__":
    main()
