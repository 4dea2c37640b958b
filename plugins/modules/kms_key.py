#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: kms_key
short_description: Have a key in the key management service of a server
version_added: 0.1.0
description:
  - Creates a key in the key management service that the server is connected to, for the encryption of buckets.
  - The server tells whether a key exists by encrypting and decrypting with it. So a key that exists and cannot be used fails the task.
  - The built-in key management, with one key in C(MINIO_KMS_SECRET_KEY), has that key only and refuses to create another one. In
    check mode the service is not asked whether it would create one.
  - Needs the permissions C(admin:KMSKeyStatus) and C(admin:KMSCreateKey).
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  name:
    description: Name of the key.
    type: str
    required: true
  state:
    description:
      - Whether the key exists. A server cannot remove keys, so that V(absent) is refused for one that exists.
    type: str
    choices: [present, absent]
    default: present
attributes:
  check_mode:
    support: full
    description: Predicts what a run would change, and sends no writing request.
  diff_mode:
    support: full
    description: Shows the key before and after; an empty dictionary stands for a key that does not exist.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Have a key for the encryption of a bucket
  oracle1.minio.kms_key:
    name: oracle1-models
"""

RETURN = r"""
kms_key:
  description: The key as it is after the run. Empty when it does not exist.
  returned: success
  type: dict
  sample: {name: oracle1-models}
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

from ansible_collections.oracle1.minio.plugins.module_utils._kms import KMS_KEY
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run


def main() -> None:
    run(KMS_KEY)


if __name__ == "__main__":
    main()
