#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: replication_resync
short_description: Send everything in a bucket to its replication targets again
version_added: 0.1.0
description:
  - Starts a resync of a bucket whose rules replicate to other servers, and waits for its end. It is needed after a target has lost
    data or was made anew. What could not be sent while a target was away, the servers send by themselves when it is back.
  - The rules must replicate existing objects, as those of M(oracle1.minio.bucket) do by default.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  bucket:
    description: Bucket whose replication is meant.
    type: str
    required: true
  action:
    description: V(start) starts a resync to every target to which none is under way. V(status) only looks.
    type: str
    choices: [start, status]
    default: start
  wait:
    description: Whether to wait for the end. The task then fails when objects could not be sent.
    type: bool
    default: true
  wait_timeout:
    description: Most seconds to wait. The resync goes on in the servers when they are over.
    type: int
    default: 3600
attributes:
  check_mode:
    support: full
    description: Says whether a resync would be started, and sends nothing but questions.
  diff_mode:
    support: none
    description: There is nothing to compare.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Look at the last resync
  oracle1.minio.replication_resync:
    bucket: oracle1-backups
    action: status

- name: Send everything to the other site again
  oracle1.minio.replication_resync:
    bucket: oracle1-backups
    wait_timeout: 86400
"""

RETURN = r"""
replication_resync:
  description: The targets, each with the resync that runs or ran last.
  returned: success
  type: dict
  contains:
    bucket:
      description: The bucket.
      type: str
    targets:
      description: One entry per target.
      type: list
      elements: dict
      contains:
        target:
          description: Address and bucket of the target.
          type: str
        arn:
          description: The server's name of the target.
          type: str
        state:
          description: V(none), V(pending), V(ongoing), V(completed), V(failed) or V(canceled).
          type: str
        replicated:
          description: What was sent.
          type: dict
          contains:
            objects:
              description: How many objects.
              type: int
            bytes:
              description: How many bytes.
              type: int
        failed:
          description: What could not be sent.
          type: dict
          contains:
            objects:
              description: How many objects.
              type: int
            bytes:
              description: How many bytes.
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
from ansible_collections.oracle1.minio.plugins.module_utils._resync import SPEC, prepare


def main() -> None:
    perform("replication_resync", SPEC, prepare)


if __name__ == "__main__":
    main()
