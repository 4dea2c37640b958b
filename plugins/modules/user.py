#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: user
short_description: Manage a user of the server's own identity store
version_added: 0.1.0
description:
  - Creates, changes and removes one user, its status and the policies that are attached to it.
  - With LDAP enabled the server has no users of its own, and every user is refused. Attach policies to the users of LDAP with
    M(oracle1.minio.policy_attachment).
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  name:
    description: Name of the user, which is its access key.
    type: str
    required: true
  state:
    description: Whether the user exists.
    type: str
    choices: [present, absent]
    default: present
  user_secret_key:
    description: Secret key of the user, at least 8 characters. Needed to create one.
    type: str
  update_secret:
    description:
      - When the secret key is sent. It can never be compared, so V(always) sends it, and reports a change, in every run.
    type: str
    choices: [on_create, always]
    default: on_create
  status:
    description: Whether the user may sign in. New users are enabled.
    type: str
    choices: [enabled, disabled]
  policies:
    description:
      - Names of policies that are attached to the user. They must exist, or be in the same manifest.
      - To attach a policy to a user that is managed elsewhere, use M(oracle1.minio.policy_attachment). Where both are used for
        one user, only one of them may be authoritative.
    type: list
    elements: str
  policies_authoritative:
    description: Whether policies that are not in O(policies) are detached.
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
- name: Have a user that may read and write
  oracle1.minio.user:
    name: edge
    user_secret_key: "{{ edge_secret_key }}"
    policies: [readwrite]

- name: Disable the user, and detach all but one policy
  oracle1.minio.user:
    name: edge
    status: disabled
    policies: [readonly]
    policies_authoritative: true

- name: Remove the user
  oracle1.minio.user:
    name: edge
    state: absent
"""

RETURN = r"""
user:
  description: The user as it is after the run, managed fields only, in the form of the options. Empty when it does not exist.
  returned: success
  type: dict
  sample: {name: edge, policies: [readonly], status: disabled}
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

from ansible_collections.oracle1.minio.plugins.module_utils._iam import USER
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run


def main() -> None:
    run(USER)


if __name__ == "__main__":
    main()
