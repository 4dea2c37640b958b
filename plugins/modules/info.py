#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: info
short_description: Report servers, drives, quorum, versions and capacity of a cluster
version_added: 0.1.0
description:
  - Asks the server for its own view of the cluster. The keys are the same whatever the release.
  - Needs the permission C(admin:ServerInfo).
author:
  - The oracle1.minio maintainers (@oracle1)
attributes:
  check_mode:
    support: full
    description: Can run in check mode. It changes nothing.
  diff_mode:
    support: none
    description: There is nothing to compare.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Look at the cluster
  oracle1.minio.info:
  register: cluster

- name: Demand that a drive may be lost
  ansible.builtin.assert:
    that: cluster.info.sets | map(attribute='may_still_lose') | min >= 1
    fail_msg: One more lost drive stops writes.
    quiet: true
"""

RETURN = r"""
info:
  description: What the server says of the cluster.
  returned: success
  type: dict
  contains:
    mode:
      description: V(online), or V(initializing) while a server starts.
      type: str
    deployment_id:
      description: Id of the cluster.
      type: str
    versions:
      description: The different versions that servers run; one is healthy.
      type: list
      elements: str
    uptime:
      description: Seconds since the start of the server that started last.
      type: int
    servers:
      description: The servers, in the order of pools.
      type: list
      elements: dict
      contains:
        endpoint:
          description: Host and port.
          type: str
        state:
          description: V(online), V(offline) or V(initializing).
          type: str
        version:
          description: Version that it runs.
          type: str
        commit:
          description: Commit of its source.
          type: str
        uptime:
          description: Seconds since its start.
          type: int
        pool:
          description: Index of its pool.
          type: int
        drives:
          description: How many drives it has.
          type: int
    servers_online:
      description: Servers in state online.
      type: int
    drives:
      description: The drives, in the order of pools and sets.
      type: list
      elements: dict
      contains:
        endpoint:
          description: Address or path of the drive as the cluster names it.
          type: str
        server:
          description: Address of its server.
          type: str
        path:
          description: Path on its server.
          type: str
        state:
          description: V(ok), or what is wrong, such as V(offline), V(unformatted), V(corrupt)
          type: str
        healing:
          description: Whether it is being healed.
          type: bool
        uuid:
          description: The drive's own id.
          type: str
        pool:
          description: Index of its pool.
          type: int
        set:
          description: Index of its erasure set in the pool.
          type: int
        index:
          description: Index of the drive in the set.
          type: int
        total:
          description: Bytes.
          type: int
        used:
          description: Bytes.
          type: int
        available:
          description: Bytes.
          type: int
    drives_online:
      description: Drives in state ok.
      type: int
    drives_healing:
      description: Drives that are being healed.
      type: int
    backend:
      description: How objects are stored.
      type: dict
      contains:
        type:
          description: V(Erasure), or V(FS) for a single drive of old.
          type: str
        standard_parity:
          description: Parity drives of the standard storage class.
          type: int
        reduced_parity:
          description: Parity drives of the reduced redundancy class.
          type: int
    sets:
      description: The erasure sets.
      type: list
      elements: dict
      contains:
        pool:
          description: Index of the pool.
          type: int
        set:
          description: Index of the set in the pool.
          type: int
        drives:
          description: Drives in the set.
          type: int
        online:
          description: Drives in state ok.
          type: int
        healing:
          description: Drives that are being healed.
          type: int
        parity:
          description: Parity drives of the standard storage class.
          type: int
        data:
          description: Data drives.
          type: int
        read_quorum:
          description: Drives that a read needs.
          type: int
        write_quorum:
          description: Drives that a write needs.
          type: int
        write_quorum_met:
          description: Whether enough drives are online for writes.
          type: bool
        may_still_lose:
          description: Further drives that may be lost before writes stop.
          type: int
    write_quorum:
      description: Whether every set has enough drives for writes.
      type: bool
    capacity:
      description: Room.
      type: dict
      contains:
        raw_total:
          description: Bytes of all drives.
          type: int
        raw_free:
          description: Bytes free on all drives.
          type: int
        usable_total:
          description: Bytes without parity.
          type: int
        usable_free:
          description: Bytes free, without parity.
          type: int
    usage:
      description: What is stored, as of the server's last scan, which may be minutes old.
      type: dict
      contains:
        buckets:
          description: Number of buckets.
          type: int
        objects:
          description: Number of objects.
          type: int
        versions:
          description: Number of versions.
          type: int
        delete_markers:
          description: Number of delete markers.
          type: int
        size:
          description: Bytes of objects.
          type: int
"""

from ansible_collections.oracle1.minio.plugins.module_utils._info import run


def main() -> None:
    run()


if __name__ == "__main__":
    main()
