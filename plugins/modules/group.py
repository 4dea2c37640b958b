#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: group
short_description: Manage a group of the server's own identity store
version_added: 0.1.0
description:
  - Creates, changes and removes one group, its members, its status and the policies that are attached to it.
  - A group may be empty. When a user is removed, the server takes it out of its groups.
  - With LDAP enabled the server has no groups of its own, and every group is refused. Attach policies to the groups of LDAP with
    M(oracle1.minio.policy_attachment).
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  name:
    description: Name of the group, without = and comma.
    type: str
    required: true
  state:
    description: Whether the group exists.
    type: str
    choices: [present, absent]
    default: present
  status:
    description:
      - Whether the group's policies count. New groups are enabled.
      - The members of a disabled group have no rights at all, neither their own nor those from other groups.
    type: str
    choices: [enabled, disabled]
  members:
    description:
      - Names of users that are members. They must exist, or be in the same manifest.
      - Neither the root user nor a service account can be a member.
    type: list
    elements: str
  members_authoritative:
    description: Whether members that are not in O(members) are taken out of the group.
    type: bool
    default: false
  policies:
    description:
      - Names of policies that are attached to the group. They must exist, or be in the same manifest.
      - To attach a policy to a group that is managed elsewhere, use M(oracle1.minio.policy_attachment). Where both are used for
        one group, only one of them may be authoritative.
    type: list
    elements: str
  policies_authoritative:
    description: Whether policies that are not in O(policies) are detached.
    type: bool
    default: false
  force:
    description: Whether a group that has members is removed, which takes its members out of it first.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Predicts exactly what a run would change, and sends no writing request.
  diff_mode:
    support: full
    description: Shows the managed fields before and after; an empty dictionary stands for an object that does not exist.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Have a user
  oracle1.minio.user:
    name: grouped
    user_secret_key: "{{ edge_secret_key }}"

- name: Have a group that may read, with this user and whoever else is in it
  oracle1.minio.group:
    name: readers
    members: [grouped]
    policies: [readonly]

- name: Let nobody else be in it
  oracle1.minio.group:
    name: readers
    members: [grouped]
    members_authoritative: true

- name: Remove the group, although it has members
  oracle1.minio.group:
    name: readers
    state: absent
    force: true
"""

RETURN = r"""
group:
  description: The group as it is after the run, managed fields only, in the form of the options. Empty when it does not exist.
  returned: success
  type: dict
  sample: {members: [edge], name: readers, policies: [readonly], status: enabled}
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

from ansible_collections.oracle1.minio.plugins.module_utils._iam import GROUP
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run


def main() -> None:
    run(GROUP)


if __name__ == "__main__":
    main()
