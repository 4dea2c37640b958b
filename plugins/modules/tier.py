#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: tier
short_description: Manage a remote tier
version_added: 0.1.0
description:
  - Adds and removes a remote tier, to which lifecycle rules of buckets can move objects, and sets its credential.
  - The server writes, reads and deletes a probe in the remote bucket before it accepts a tier or a credential. So an unreachable
    backend, a missing bucket and a wrong credential fail the task, with the server's reason.
  - All but the credential is fixed at creation.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  name:
    description: Name of the tier, in upper case. V(STANDARD) and V(REDUCED_REDUNDANCY) are taken.
    type: str
    required: true
  state:
    description: Whether the tier exists. The server refuses to remove one that holds objects.
    type: str
    choices: [present, absent]
    default: present
  type:
    description: What is there. Needed to create one.
    type: str
    choices: [minio, s3, azure, gcs]
  tier_endpoint:
    description:
      - Address of the remote service, V(http://host:port) or V(https://host:port).
      - Needed for V(minio). The public service by default for V(s3) and V(azure). There is none for V(gcs).
    type: str
  bucket:
    description: Remote bucket or container. It must exist. Needed to create one.
    type: str
  prefix:
    description: Where in the bucket the objects are put.
    type: str
  tier_region:
    description: Region of the remote bucket.
    type: str
  storage_class:
    description: Class in which objects are stored, for V(s3), V(azure) and V(gcs).
    type: str
  tier_access_key:
    description: Access key, for V(minio) and V(s3). It changes only together with O(tier_secret_key) and O(update_secret=always).
    type: str
  account_name:
    description: Name of the storage account, for V(azure).
    type: str
  tenant_id:
    description: Directory of a service principal that is used instead of the account's key, for V(azure).
    type: str
  client_id:
    description: Client of that service principal, for V(azure).
    type: str
  tier_secret_key:
    description:
      - The credential. For V(minio) and V(s3) the secret key, for V(azure) the account's key or, with O(client_id), the client's
        secret, for V(gcs) the text of C(credentials.json). Needed to create a tier.
    type: jsonarg
    aliases: [account_key, client_secret, credentials]
  update_secret:
    description:
      - When the credential is sent. It can never be compared, so V(always) sends it, and reports a change, in every run.
    type: str
    choices: [on_create, always]
    default: on_create
  force:
    description:
      - When a tier is created, whether the remote bucket and prefix may already hold something.
      - When it is removed, whether that is done although it holds objects or cannot be reached. Its objects are then lost.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Predicts what a run would change, and sends no writing request. The remote service is asked in a real run only.
  diff_mode:
    support: full
    description: Shows the managed fields before and after; an empty dictionary stands for an object that does not exist.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Have a tier on another cluster
  oracle1.minio.tier:
    name: ARCHIVE
    type: minio
    tier_endpoint: "{{ cold_endpoint }}"
    bucket: cold
    prefix: edge
    tier_access_key: "{{ cold_access_key }}"
    tier_secret_key: "{{ cold_secret_key }}"

- name: Give it a new credential
  oracle1.minio.tier:
    name: ARCHIVE
    tier_access_key: "{{ cold_access_key }}"
    tier_secret_key: "{{ cold_secret_key }}"
    update_secret: always

- name: Remove it
  oracle1.minio.tier:
    name: ARCHIVE
    state: absent
"""

RETURN = r"""
tier:
  description: The tier as it is after the run, managed fields only, without its credential. Empty when it does not exist.
  returned: success
  type: dict
  sample: {name: ARCHIVE, type: minio, endpoint: "https://minio.example.com:9000", bucket: cold}
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

from ansible_collections.oracle1.minio.plugins.module_utils._resource import run
from ansible_collections.oracle1.minio.plugins.module_utils._tier import TIER


def main() -> None:
    run(TIER)


if __name__ == "__main__":
    main()
