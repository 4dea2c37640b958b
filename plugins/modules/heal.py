#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: heal
short_description: Heal a cluster, a bucket or a prefix
version_added: 0.1.0
description:
  - Starts a heal, which compares the copies of every object on all drives and restores what is missing or damaged, and
    waits for its end.
  - What could not be restored, because it was locked for example, is tried again twice, five seconds later each time, unless that is more than
    a thousand, or with O(dry_run). Each try looks at everything once more.
  - Drives that were replaced are healed by the servers themselves, without this module. O(action=status) shows that.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  action:
    description:
      - V(start) heals. V(status) shows what the servers heal by themselves in the background.
      - V(drives) waits until the servers have taken O(drives) into use and rebuilt on them what they are to hold, as they do by
        themselves with drives that were replaced. It starts nothing, and fails when an object could not be rebuilt.
    type: str
    choices: [start, status, drives]
    default: start
  drives:
    description:
      - Drives to wait for with O(action=drives), as C(host:path), with the name and the path by which the cluster knows them.
        All if not given.
    type: list
    elements: str
    default: []
  bucket:
    description: Bucket to heal. The whole cluster if not given, its configuration included.
    type: str
  prefix:
    description:
      - Only objects of O(bucket) whose key begins so.
      - Letters, digits and C(/ - _ . ~) only, because this server finds nothing under a prefix with other characters.
    type: str
  recursive:
    description: Whether objects below folders are healed as well.
    type: bool
    default: true
  scan_mode:
    description:
      - V(normal) looks whether every part of an object is there and has the right size.
      - V(deep) reads every part and verifies its checksum, which takes as long as reading all data.
    type: str
    choices: [normal, deep]
    default: normal
  remove_dangling:
    description:
      - Whether parts of objects that no object refers to any more are removed.
      - Objects of which too few copies are left to be read are removed in any case, by the server's own decision.
    type: bool
    default: false
  dry_run:
    description:
      - Whether copies are only looked at. What would be healed is then counted as healed, and C(changed) is false.
      - This server removes objects of which too few copies are left even in a dry run. They could not be read before either.
    type: bool
    default: false
  wait:
    description: Whether to wait for the end. Without it a heal that was started counts as a change.
    type: bool
    default: true
  wait_timeout:
    description: Most seconds to wait. The heal goes on in the servers when they are over.
    type: int
    default: 3600
  use_timeout:
    description: Most seconds for which a drive of O(action=drives) may be offline or not formatted.
    type: int
    default: 300
  progress_path:
    description:
      - >-
        File to which a line is added every few seconds while O(wait) waits, such as
        C(minio2:/mnt/minio/drive1 heals: 512 objects, 43 %, 1.2 GiB of 2.8 GiB, 23.1 MiB/s, 1 min 10 s left).
      - Without it the lines are shown while the task runs, where the module runs on the controller.
    type: path
attributes:
  check_mode:
    support: partial
    description: Can run in check mode.
    details:
      - Starts nothing, and reports no change, because only a heal finds out what it would change, and not even the server's
        dry run is without effect.
  diff_mode:
    support: none
    description: There is nothing to compare.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Heal the whole cluster
  oracle1.minio.heal:
  register: result

- name: Demand that everything could be healed
  ansible.builtin.assert:
    that: result.heal.failed == 0
    fail_msg: "{{ result.heal.problems | default([]) | join(', ') }}"
    quiet: true

- name: Verify the checksums of one bucket
  oracle1.minio.heal:
    bucket: oracle1-documents
    scan_mode: deep

- name: Wait until a drive that was replaced is whole again
  oracle1.minio.heal:
    action: drives
    drives: ["{{ replaced_drive }}"]  # minio2:/mnt/minio/drive1
    wait_timeout: 86400

- name: Look at the background heal
  oracle1.minio.heal:
    action: status
"""

RETURN = r"""
heal:
  description: What was healed, or with O(action=status) what the servers heal by themselves.
  returned: success
  type: dict
  contains:
    action:
      description: The action that was asked for.
      type: str
    bucket:
      description: The bucket, empty for the whole cluster.
      returned: when O(action=start)
      type: str
    prefix:
      description: The prefix.
      returned: when O(action=start)
      type: str
    dry_run:
      description: Whether it was a dry run.
      returned: when O(action=start)
      type: bool
    state:
      description: V(finished), V(running) without O(wait), or V(not started) in check mode.
      returned: when O(action=start)
      type: str
    seconds:
      description: How long it took.
      returned: when O(action=start) or O(action=drives)
      type: float
    scanned:
      description: Versions of objects that were looked at, in the first try.
      returned: when O(action=start) or O(action=status)
      type: int
    healed:
      description: Objects, buckets and configuration files that were restored, or would be in a dry run.
      returned: when O(action=start) or O(action=drives)
      type: int
    failed:
      description: Those that could not be restored in any of the tries.
      returned: when O(action=start) or O(action=drives)
      type: int
    removed:
      description:
        - Objects that the server found to be unreadable for good and removed. One that a client has deleted in the meantime
          counts as well.
      returned: when O(action=start)
      type: int
    bytes_healed:
      description: Size of the objects that were restored, in bytes. With O(action=status), since the servers' start.
      type: int
    problems:
      description: Up to 20 of those that failed, with their version if they have one, and the server's reason.
      returned: when O(action=start)
      type: list
      elements: str
    servers_offline:
      description: Servers that could not be asked.
      returned: when O(action=status)
      type: list
      elements: str
    items_healed:
      description: Objects that the servers have healed after incomplete writes since their start.
      returned: when O(action=status)
      type: int
    drives:
      description: Drives that are being healed, or those that O(action=drives) waited for.
      returned: when O(action=status) or O(action=drives)
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
        name:
          description: The drive as C(host:path).
          returned: when O(action=drives)
          type: str
        state:
          description: V(ok), or what the server says is wrong with it.
          returned: when O(action=drives)
          type: str
        used:
          description: Bytes used on it.
          returned: when O(action=drives)
          type: int
        used_by_others:
          description: Bytes used on the fullest of the other drives of its set.
          returned: when O(action=drives)
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
from ansible_collections.oracle1.minio.plugins.module_utils._heal import RULES, SPEC, prepare


def main() -> None:
    perform("heal", SPEC, prepare, **RULES)


if __name__ == "__main__":
    main()
