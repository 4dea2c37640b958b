#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: info
short_description: Report servers, drives, quorum, capacity, pools, healing, replication and use of a cluster
version_added: 0.1.0
description:
  - Asks the server for its own view of the cluster. The keys are the same whatever the release.
  - Needs the permission C(admin:ServerInfo), and more for what O(gather) names besides V(cluster).
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  gather:
    description:
      - What is asked for. Each is at least one further request to the server.
      - V(cluster) is servers, drives, quorum, capacity and use as a whole, in one request.
      - V(pools) is pools, decommission and rebalance, in two.
      - V(healing) is what the servers heal by themselves, in one.
      - V(replication) is how far sites and the targets of buckets are behind, in three and one for every bucket that replicates.
      - V(usage) is the use of every bucket, in one.
      - V(tiers) is the remote tiers and their use, in two.
      - V(buckets) is the names of the buckets that the account may see, in one.
    type: list
    elements: str
    choices: [cluster, pools, healing, replication, usage, tiers, buckets]
    default: [cluster]
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

- name: See whether every object has reached every site
  oracle1.minio.info:
    gather: [replication]
  register: behind
  until: behind.info.replication.queued.objects == 0
  retries: 3
  delay: 10
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
    pools:
      description:
        - The pools. Empty where the servers' drives are not written as V({1...n}), because the server then knows none.
      returned: when O(gather) has V(pools)
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
          description: Bytes that were free when the decommission began, without parity. 0 when none began.
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
      returned: when O(gather) has V(pools)
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
    healing:
      description: What the servers heal by themselves.
      returned: when O(gather) has V(healing)
      type: dict
      contains:
        servers_offline:
          description: Servers that could not be asked.
          type: list
          elements: str
        scanned:
          description: Items that the background heal has looked at.
          type: int
        items_healed:
          description: Objects healed after incomplete writes since the servers' start.
          type: int
        bytes_healed:
          description: Their size.
          type: int
        drives:
          description: Drives that are being healed.
          type: list
          elements: dict
          contains:
            endpoint:
              description: Address or path of the drive as the cluster names it.
              type: str
            pool:
              description: Index of its pool.
              type: int
            set:
              description: Index of its erasure set in the pool.
              type: int
            healed:
              description: Items healed.
              type: int
            failed:
              description: Items that could not be healed.
              type: int
            bytes_done:
              description: Bytes healed.
              type: int
            bytes_total:
              description: Bytes to heal, as of the server's last scan.
              type: int
            percent:
              description: Share of the objects that was looked at, as of the server's last scan.
              type: int
            bucket:
              description: The bucket that is being healed.
              type: str
            finished:
              description: Whether it has ended.
              type: bool
    replication:
      description: How far other sites and targets are behind, as the server that answers has counted since its start.
      returned: when O(gather) has V(replication)
      type: dict
      contains:
        linked:
          description: Whether the cluster is one of several sites.
          type: bool
        sites:
          description: The sites.
          type: list
          elements: dict
          contains:
            name:
              description: Name of the site.
              type: str
            endpoint:
              description: Address by which the others reach it.
              type: str
            deployment_id:
              description: Id of its cluster.
              type: str
            self:
              description: Whether it is the one that was asked.
              type: bool
            online:
              description: Whether the one that was asked reaches it. Null before anything was sent there.
              type: bool
            latency:
              description: Milliseconds to reach it.
              type: float
            replicated:
              description: Sent there.
              type: dict
              contains:
                objects:
                  description: Number of versions of objects.
                  type: int
                bytes:
                  description: Their size.
                  type: int
            failed:
              description: Attempts to send that failed.
              type: dict
              contains:
                objects:
                  description: Number of versions of objects.
                  type: int
                bytes:
                  description: Their size.
                  type: int
            failed_last_hour:
              description: Attempts to send that failed in the last hour.
              type: dict
              contains:
                objects:
                  description: Number of versions of objects.
                  type: int
                bytes:
                  description: Their size.
                  type: int
        differences:
          description: How many of each kind are not the same on all sites.
          type: dict
          contains:
            buckets:
              description: Buckets.
              type: int
            policies:
              description: Policies.
              type: int
            users:
              description: Users.
              type: int
            groups:
              description: Groups.
              type: int
        queued:
          description: Waiting to be sent to sites.
          type: dict
          contains:
            objects:
              description: Number of versions of objects.
              type: int
            bytes:
              description: Their size.
              type: int
        buckets:
          description: The targets to which buckets have sent something, be it to sites or by their own rules.
          type: list
          elements: dict
          contains:
            bucket:
              description: Name of the bucket.
              type: str
            target:
              description: ARN of the target.
              type: str
            queued:
              description: Waiting to be sent, to all targets of the bucket.
              type: dict
              contains:
                objects:
                  description: Number of versions of objects.
                  type: int
                bytes:
                  description: Their size.
                  type: int
            replicated:
              description: Sent there.
              type: dict
              contains:
                objects:
                  description: Number of versions of objects.
                  type: int
                bytes:
                  description: Their size.
                  type: int
            failed:
              description: Attempts to send that failed.
              type: dict
              contains:
                objects:
                  description: Number of versions of objects.
                  type: int
                bytes:
                  description: Their size.
                  type: int
            failed_last_hour:
              description: Attempts to send that failed in the last hour.
              type: dict
              contains:
                objects:
                  description: Number of versions of objects.
                  type: int
                bytes:
                  description: Their size.
                  type: int
    buckets:
      description: Names of the buckets, sorted.
      returned: when O(gather) has V(buckets)
      type: list
      elements: str
    bucket_usage:
      description: What every bucket holds, as of the server's last scan, which may be minutes old.
      returned: when O(gather) has V(usage)
      type: dict
      contains:
        updated:
          description: When the scan ended. Empty before the first one.
          type: str
        buckets:
          description: The buckets that the scan has seen.
          type: list
          elements: dict
          contains:
            bucket:
              description: Name of the bucket.
              type: str
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
              description: Bytes.
              type: int
    tiers:
      description: The remote tiers.
      returned: when O(gather) has V(tiers)
      type: list
      elements: dict
      contains:
        name:
          description: Name of the tier.
          type: str
        type:
          description: V(minio), V(s3), V(azure) or V(gcs).
          type: str
        endpoint:
          description: Address of the service.
          type: str
        bucket:
          description: Bucket there.
          type: str
        prefix:
          description: Prefix there.
          type: str
        objects:
          description: Objects there, as of the last scan.
          type: int
        versions:
          description: Versions there.
          type: int
        size:
          description: Their size in bytes.
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
      description: Requests that change something. Always 0.
      type: int
"""

from ansible_collections.oracle1.minio.plugins.module_utils._action import perform
from ansible_collections.oracle1.minio.plugins.module_utils._info import SPEC, prepare


def main() -> None:
    perform("info", SPEC, prepare)


if __name__ == "__main__":
    main()
