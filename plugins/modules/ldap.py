#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: ldap
short_description: Manage the configuration of LDAP
version_added: 0.1.0
description:
  - Creates, changes and removes the configuration with which users sign in by LDAP or Active Directory. A server has one.
  - With LDAP enabled the server takes users and groups from it alone. Its own users can no longer be managed; the root user and
    service accounts stay.

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
    description: Name of the only configuration that there can be.
    type: str
    default: _
  state:
    description: Whether there is a configuration.
    type: str
    choices: [present, absent]
    default: present
  enabled:
    description: Whether the configuration is used. A new one is.
    type: bool
  server_addr:
    description: Address of the directory, such as V(ldap.example.com:636). Needed when enabled.
    type: str
  srv_record_name:
    description: How O(server_addr) is looked up as a service record of DNS. Empty for an address.
    type: str
    choices: ['', ldap, ldaps, 'on']
  lookup_bind_dn:
    description: Distinguished name of the account that looks up users and groups. Needed when enabled.
    type: str
  lookup_bind_password:
    description: Password of O(lookup_bind_dn). Needed to create the configuration.
    type: str
  update_secret:
    description:
      - When the password is sent. It can never be compared, so V(always) sends it, and reports a change, in every run.
    type: str
    choices: [on_create, always]
    default: on_create
  user_dn_search_base_dn:
    description: Where users are looked for; none of them below another. Needed when enabled.
    type: list
    elements: str
  user_dn_search_filter:
    description: Filter that finds a user, with %s for the name that they sign in with, such as (uid=%s). Needed when enabled.
    type: str
  user_dn_attributes:
    description: Attributes of a user that policies can refer to.
    type: list
    elements: str
  group_search_base_dn:
    description: Where groups are looked for. Needs O(group_search_filter).
    type: list
    elements: str
  group_search_filter:
    description: Filter that finds a user's groups, with %d for the user's distinguished name or %s for the name that they sign in with.
    type: str
  tls_skip_verify:
    description: Whether the directory's certificate is taken without verification.
    type: bool
  server_insecure:
    description: Whether the server speaks to the directory without TLS.
    type: bool
  server_starttls:
    description: Whether the server starts TLS on a plain connection.
    type: bool
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
- name: Let people of the directory sign in
  oracle1.minio.ldap:
    server_addr: ldap.example.com:636
    lookup_bind_dn: cn=reader,dc=example,dc=com
    lookup_bind_password: "{{ directory_password }}"
    user_dn_search_base_dn: ["ou=people,dc=example,dc=com"]
    user_dn_search_filter: (uid=%s)
    group_search_base_dn: ["ou=groups,dc=example,dc=com"]
    group_search_filter: (&(objectclass=groupOfNames)(member=%d))
  register: directory

- name: Say that the server must be restarted
  ansible.builtin.debug:
    msg: Restart the server to use the directory.
  when: directory.restart_needed

- name: Switch it off
  oracle1.minio.ldap:
    enabled: false

- name: Remove it
  oracle1.minio.ldap:
    state: absent
"""

RETURN = r"""
ldap:
  description: The configuration as it is after the run, managed fields only, in the form of the options. Empty when it does not exist.
  returned: success
  type: dict
  sample: {enabled: true, name: _, server_addr: 'ldap.example.com:636'}
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

from ansible_collections.oracle1.minio.plugins.module_utils._idp import LDAP
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run


def main() -> None:
    run(LDAP)


if __name__ == "__main__":
    main()
