#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pool_content
short_description: Look at what a pool's drives hold, and at what would be lost by moving it
version_added: 0.1.0
description:
  - Counts the objects and the unfinished uploads on drives of this node, without the server's help.
  - With O(endpoint), compares each object with what S3 lists, and names what the server would damage when it empties or evens out the
    pool, because it moves what a pool has without a look at what the other pools have.
  - Runs on the node, as root. The administrator's credentials are taken from the live process, not from arguments.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  drives:
    description: Mount points of drives of this node, all of the pool that is looked at.
    type: list
    elements: path
    required: true
  endpoint:
    description: Address of this node's own API, with the name that its certificate holds. Without it nothing is compared.
    type: str
  ca_path:
    description: File on the node with the authority that signed its certificate. The system's store if not given.
    type: path
  unit:
    description: Name of the systemd unit.
    type: str
    default: minio.service
  set_aside:
    description:
      - Move superseded copies to C(.minio.sys/superseded) of their drives, where the server does not look. Nothing is deleted.
      - Clients must not write meanwhile.
    type: bool
    default: false
  settings:
    description: Superseded settings to set aside as well, by their paths in RV(content.settings).
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Sets nothing aside.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
seealso:
  - module: oracle1.minio.pool
"""

EXAMPLES = r"""
- name: Look for objects that a decommission has left behind
  oracle1.minio.pool_content:
    drives: [/mnt/minio/drive1]
  register: left
  failed_when: left.content.objects.count > 0
"""

RETURN = r"""
content:
  description: What was found. Each C(count) comes with the first C(names), written as C(bucket/key), once for each drive.
  returned: success
  type: dict
  contains:
    objects:
      description: Objects in buckets, with whatever versions.
      type: dict
    nested:
      description: Objects below the name of another object of this pool. The server deletes them when it has moved the other.
      type: dict
    superseded:
      description: Versions without an id that are older than the one that S3 serves. The server would serve them again after it has moved them.
      type: dict
    stuck:
      description: Superseded ones that cannot be set aside, because other versions or objects lie in the same folder.
      type: dict
    markers:
      description: Delete markers whose object is in another pool. The server does not move them, so that the object would come back.
      type: dict
    uploads:
      description: Multipart uploads that are neither completed nor aborted.
      type: int
    settings:
      description: Settings of the server and of buckets, and accounts, by their path on the drive, with the time of the newest copy in milliseconds.
      type: dict
    due:
      description: Copies that are to be set aside, or were.
      type: int
    drives:
      description: Drives that were looked at.
      type: int
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils import _pool_content as pool
from ansible_collections.oracle1.minio.plugins.module_utils import _server_process as process
from ansible_collections.oracle1.minio.plugins.module_utils._server_health import Node


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "drives": {"type": "list", "elements": "path", "required": True},
            "endpoint": {"type": "str"},
            "ca_path": {"type": "path"},
            "unit": {"type": "str", "default": "minio.service"},
            "set_aside": {"type": "bool", "default": False},
            "settings": {"type": "list", "elements": "str", "default": [], "no_log": False},
        },
        supports_check_mode=True,
    )
    given = module.params
    try:
        server = pool.Server(Node(given["endpoint"], given["ca_path"]), *process.account(given["unit"])) if given["endpoint"] else None
        found = pool.survey(pool.folders(given["drives"]), server, given["settings"], given["set_aside"] and not module.check_mode)
    except (OSError, ValueError, pool.Unreadable) as error:
        module.fail_json(msg=f"What the pool holds cannot be read: {error}")
    module.exit_json(changed=given["set_aside"] and found["due"] > 0, content=found)


if __name__ == "__main__":
    main()
