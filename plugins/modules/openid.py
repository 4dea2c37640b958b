#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: openid
short_description: Manage the configuration of an OpenID provider
version_added: 0.1.0
description:
  - Creates, changes and removes one configuration with which users sign in by OpenID Connect. There can be several, each with its
    own client, of which one may go by a claim; the others need O(role_policy).

  - The server checks a configuration that is enabled with the provider before it stores it, and rejects it when the provider is
    unreachable. A disabled one is stored as it is.
  - The server reads it only when it starts. RV(restart_needed) says so. A run before the restart compares with what is stored,
    which it finds in the history of the server's configuration. A removal by another tool leaves no trace there and is only
    seen after the restart.
  - What comes from the server's environment goes before what is stored, and is not changed.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  name:
    description: Name of the configuration, V(_) for the unnamed one.
    type: str
    default: _
  state:
    description: Whether the configuration exists.
    type: str
    choices: [present, absent]
    default: present
  enabled:
    description: Whether the configuration is used. A new one is.
    type: bool
  config_url:
    description: Address of the provider's discovery document, which ends in C(/.well-known/openid-configuration). Needed when enabled.
    type: str
  client_id:
    description: The client as which the server is known to the provider. Needed when enabled.
    type: str
  client_secret:
    description: Secret of O(client_id). Needed to create a configuration.
    type: str
  update_secret:
    description:
      - When the secret is sent. It can never be compared, so V(always) sends it, and reports a change, in every run.
    type: str
    choices: [on_create, always]
    default: on_create
  display_name:
    description: Name for people, shown where they sign in.
    type: str
  scopes:
    description: Scopes that are asked for. Those that the provider advertises when empty.
    type: list
    elements: str
  role_policy:
    description:
      - Names of policies that everyone has who signs in with this provider. They must exist, or be in the same manifest.
      - Excludes O(claim_name).
    type: list
    elements: str
  claim_name:
    description: Claim that holds the names of a user's policies. The server's default is V(policy).
    type: str
  claim_prefix:
    description: Text before the name of the claim. Deprecated by the server in favour of O(claim_name).
    type: str
  claim_userinfo:
    description: Whether claims are asked for at the provider's endpoint for user information.
    type: bool
  user_readable_claim:
    description: Claim that holds a user's name for people.
    type: str
  user_id_claim:
    description: Claim that holds a user's identity.
    type: str
  redirect_uri:
    description: Where the provider sends users back to. Deprecated by the server in favour of its environment.
    type: str
  redirect_uri_dynamic:
    description: Whether users are sent back to the host that they came by.
    type: bool
  vendor:
    description: Product whose own interface tells whether an account still exists.
    type: str
    choices: ['', keycloak]
  keycloak_realm:
    description: Realm, where O(vendor=keycloak).
    type: str
  keycloak_admin_url:
    description: Address of the administration's interface, where O(vendor=keycloak).
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
- name: Let staff sign in, with the rights to read
  oracle1.minio.openid:
    name: staff
    config_url: https://login.example.com/.well-known/openid-configuration
    client_id: minio
    client_secret: "{{ client_secret }}"
    scopes: [openid, email]
    role_policy: [readonly]

- name: Switch it off
  oracle1.minio.openid:
    name: staff
    enabled: false

- name: Remove it
  oracle1.minio.openid:
    name: staff
    state: absent
"""

RETURN = r"""
openid:
  description: The configuration as it is after the run, managed fields only, in the form of the options. Empty when it does not exist.
  returned: success
  type: dict
  sample: {client_id: minio, config_url: 'https://login.example.com/.well-known/openid-configuration', enabled: true, name: staff}
restart_needed:
  description:
    - Whether the server waits for a restart, because it reads this configuration only when it starts.
    - True until then, also in runs that change nothing.
  returned: success
  type: bool
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

from ansible_collections.oracle1.minio.plugins.module_utils._idp import OPENID
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run


def main() -> None:
    run(OPENID)


if __name__ == "__main__":
    main()
