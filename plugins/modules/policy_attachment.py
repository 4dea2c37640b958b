#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: policy_attachment
short_description: Attach policies to a user or a group, also of LDAP
version_added: 0.1.0
description:
  - Attaches policies to one user or group, and detaches them, without managing the user or the group itself.
  - It is for whoever is managed elsewhere, by another team or in LDAP. Where a manifest has the user or the group anyway, the
    option O(oracle1.minio.user#module:policies) of M(oracle1.minio.user) or of M(oracle1.minio.group) says the same in one place.
  - What others attached stays, unless O(authoritative=true).
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  entity:
    description:
      - Who has the policies, as its type, a colon and its name - V(user:NAME), V(group:NAME), V(ldap_user:DN) or V(ldap_group:DN).
      - LDAP knows users and groups by their distinguished names. Their attributes may be in either case, with spaces after commas.
      - The user or the group must exist. Whether a group of LDAP exists can only be found out by attaching to it, so that check
        mode does not tell.
    type: str
    required: true
  state:
    description:
      - V(present) has the policies attached.
      - V(absent) detaches O(policies), or everything when they are omitted.
    type: str
    choices: [present, absent]
    default: present
  policies:
    description: Names of policies. They must exist, or be in the same manifest. Needed unless O(state=absent).
    type: list
    elements: str
  authoritative:
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
- name: Have a user that has no policy
  oracle1.minio.user:
    name: attached
    user_secret_key: "{{ edge_secret_key }}"

- name: Attach a policy, whatever else is attached
  oracle1.minio.policy_attachment:
    entity: user:attached
    policies: [readonly]

- name: Let the user have this policy and no other
  oracle1.minio.policy_attachment:
    entity: user:attached
    policies: [writeonly]
    authoritative: true

- name: Detach everything
  oracle1.minio.policy_attachment:
    entity: user:attached
    state: absent
"""

RETURN = r"""
policy_attachment:
  description: The attachment as it is after the run, managed fields only, in the form of the options. Empty when it does not exist.
  returned: success
  type: dict
  sample: {entity: 'user:edge', policies: [readonly]}
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

from ansible_collections.oracle1.minio.plugins.module_utils._iam import ATTACHMENT
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run


def main() -> None:
    run(ATTACHMENT)


if __name__ == "__main__":
    main()
