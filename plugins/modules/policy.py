#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: policy
short_description: Manage a canned policy of the identity store
version_added: 0.1.0
description:
  - Creates, changes and removes one policy, which can be attached to users and groups by its name.
  - A policy that is attached is not removed, and the message names to whom. Neither is one that is built into the server, such
    as V(readwrite); its content can be changed.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  name:
    description: Name of the policy.
    type: str
    required: true
  state:
    description: Whether the policy exists.
    type: str
    choices: [present, absent]
    default: present
  policy:
    description:
      - The document. Compared by meaning, so order, and one string in place of a list, make no difference.
      - Needed to create a policy.
    type: dict
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
- name: Let whoever has this policy read models
  oracle1.minio.policy:
    name: models-read
    policy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Action: [s3:GetBucketLocation, s3:ListBucket]
          Resource: arn:aws:s3:::oracle1-models
        - Effect: Allow
          Action: s3:GetObject
          Resource: arn:aws:s3:::oracle1-models/*

- name: Remove the policy
  oracle1.minio.policy:
    name: models-read
    state: absent
"""

RETURN = r"""
policy:
  description: The policy as it is after the run, managed fields only, in the form of the options. Empty when it does not exist.
  returned: success
  type: dict
  sample: {name: models-read, policy: {Version: '2012-10-17', Statement: []}}
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

from ansible_collections.oracle1.minio.plugins.module_utils._iam import POLICY
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run


def main() -> None:
    run(POLICY)


if __name__ == "__main__":
    main()
