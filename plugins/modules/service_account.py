#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: service_account
short_description: Manage a service account (access key) of a user
version_added: 0.1.0
description:
  - Creates, changes and removes one service account, for the caller or for another user.
  - A service account acts on behalf of its user, with its own credential, expiry and narrowing policy.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  account_access_key:
    description: Access key of the account, 3 to 20 characters. It is how the account is recognised.
    type: str
    required: true
  state:
    description: Whether the account exists.
    type: str
    choices: [present, absent]
    default: present
  account_secret_key:
    description: Secret key of the account, 8 to 40 characters. Needed to create one.
    type: str
  update_secret:
    description:
      - When the secret key is sent. It can never be compared, so V(always) sends it, and reports a change, in every run.
    type: str
    choices: [on_create, always]
    default: on_create
  user:
    description:
      - The user on whose behalf the account acts. The caller when omitted. Can only be chosen at creation.
      - This server takes a disabled user for one that does not exist.
      - A user of LDAP goes by the short name that they sign in with.
    type: str
  name:
    description: Short name for people, up to 32 letters, digits, underscores and hyphens. This server cannot make it empty again.
    type: str
  description:
    description: What the account is for, up to 256 bytes. This server cannot make it empty again.
    type: str
  status:
    description: Whether the account may sign in. New accounts are enabled.
    type: str
    choices: [enabled, disabled]
  policy:
    description:
      - Document that narrows the rights of O(user). An empty dictionary removes it, so that the account has all of them.
      - Compared by meaning. It survives when omitted.
    type: dict
  expiration:
    description:
      - When the account stops working, such as V(2030-01-31T12:00:00Z). An empty string means never.
      - This server demands a time between 15 minutes and 365 days from now.
    type: str
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
- name: Give the root user an account that may only read models
  oracle1.minio.service_account:
    account_access_key: models-reader
    account_secret_key: "{{ reader_secret_key }}"
    name: reader
    description: Reads models on the edge
    policy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Action: s3:GetObject
          Resource: arn:aws:s3:::oracle1-models/*

- name: Disable it
  oracle1.minio.service_account:
    account_access_key: models-reader
    status: disabled

- name: Remove it
  oracle1.minio.service_account:
    account_access_key: models-reader
    state: absent
"""

RETURN = r"""
service_account:
  description: The service account as it is after the run, managed fields only, in the form of the options. Empty when it does not exist.
  returned: success
  type: dict
  sample: {access_key: models-reader, name: reader, status: enabled}
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

from ansible_collections.oracle1.minio.plugins.module_utils._iam import SERVICE_ACCOUNT
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run


def main() -> None:
    run(SERVICE_ACCOUNT)


if __name__ == "__main__":
    main()
