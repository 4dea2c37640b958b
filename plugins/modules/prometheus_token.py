#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: prometheus_token
short_description: Make the token with which Prometheus scrapes a server
version_added: 0.1.0
description:
  - Makes the bearer token for the metrics of a server, as C(mc admin prometheus generate) does, and keeps it in a file.
  - The account signs it with its secret key. No server is asked, so that it also works before there is one.
  - The account needs the permission C(admin:Prometheus) and no other. A token stops working when its account is disabled or
    removed, or gets another secret key.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  account_access_key:
    description: Access key of the account that scrapes.
    type: str
    required: true
  account_secret_key:
    description: Secret key of the account that scrapes.
    type: str
    required: true
  path:
    description:
      - File that holds the token, for C(bearer_token_file) or C(credentials_file) of Prometheus. Its directory must exist.
      - It is written when the token in it is not of this account and secret, or expires soon. Its mode is V(0600) unless O(mode)
        says otherwise.
      - Without it nothing is written, and the token is returned. Use C(no_log) then, and for every task that uses the result.
    type: path
  valid_days:
    description: How long a new token works, to the day.
    type: int
    default: 3650
  renew_before_days:
    description: How long before its end a token is replaced.
    type: int
    default: 30
attributes:
  check_mode:
    support: full
    description: Predicts what a run would change, and writes nothing.
  diff_mode:
    support: full
    description: Shows when the token expires, before and after. Empty where there is none that verifies.
extends_documentation_fragment: [ansible.builtin.files]
"""

EXAMPLES = r"""
- name: Keep a token for Prometheus
  oracle1.minio.prometheus_token:
    account_access_key: metrics
    account_secret_key: "{{ metrics_secret_key }}"
    path: "{{ prometheus_token_file }}"

- name: Have the token in a variable
  oracle1.minio.prometheus_token:
    account_access_key: metrics
    account_secret_key: "{{ metrics_secret_key }}"
    valid_days: 90
  register: metrics_token
  no_log: true
"""

RETURN = r"""
token:
  description: The token. Only without O(path).
  returned: when O(path) is omitted
  type: str
file:
  description: The file that holds the token.
  returned: when O(path) is given
  type: str
expires:
  description: When the token stops working.
  returned: success
  type: str
  sample: "2036-11-21T00:00:00Z"
"""

from ansible_collections.oracle1.minio.plugins.module_utils._prometheus_token import run


def main() -> None:
    run()


if __name__ == "__main__":
    main()
