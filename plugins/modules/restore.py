#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: restore
short_description: Put a backup into a cluster
version_added: 0.1.0
description:
  - Opens a backup of the role C(minio_backup), verifies every checksum in it, and writes the server's configuration, identities
    with their secret keys, and buckets with their settings into a cluster. Objects are not part of such a backup.
  - The archive is decrypted in memory. Nothing of it is written to a drive or returned.
  - Remote tiers are not part of it, because the server never gives their credentials away. The manifest brings them.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  archive:
    description: The file C(NAME.tar.cms), where the module runs.
    type: path
    required: true
  key_path:
    description: File with the private key of the recipient, where the module runs.
    type: path
    required: true
  key_passphrase:
    description: Passphrase of that key.
    type: str
  cluster:
    description: Name of the cluster, which the archive must carry.
    type: str
    required: true
  overwrite:
    description:
      - Whether to write into a cluster that has buckets, users or groups already. What has the name of something in the backup is
        overwritten, everything else stays.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Opens and verifies the archive and says what would be restored.
  diff_mode:
    support: none
    description: There is nothing to compare.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Put the newest backup into an empty cluster
  oracle1.minio.restore:
    archive: "{{ backup_archive }}"
    key_path: "{{ backup_key }}"
    cluster: oracle1
  register: result

- name: Demand that everything came back
  ansible.builtin.assert:
    that: result.restore.problems | length == 0
    fail_msg: "{{ result.restore.problems | join('; ') }}"
    quiet: true
"""

RETURN = r"""
restore:
  description: What the backup holds, and what could not be restored.
  returned: success
  type: dict
  contains:
    created:
      description: When the backup was made, in seconds since 1970.
      type: int
    buckets:
      description: Buckets in the backup.
      type: list
      elements: str
    replication:
      description: Buckets whose replication is part of the backup.
      type: list
      elements: str
    identities:
      description: How many of each kind there are.
      type: dict
      contains:
        policies:
          description: Policies, those of the server included.
          type: int
        users:
          description: Users.
          type: int
        groups:
          description: Groups.
          type: int
        service_accounts:
          description: Service accounts.
          type: int
    problems:
      description: What the server did not take, with its words. Always empty in check mode.
      type: list
      elements: str
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
from ansible_collections.oracle1.minio.plugins.module_utils._restore import SPEC, prepare


def main() -> None:
    perform("restore", SPEC, prepare)


if __name__ == "__main__":
    main()
