#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: export
short_description: Describe a live cluster as a manifest
version_added: 0.1.0
description:
  - Returns what is there in the form that M(oracle1.minio.apply) takes, so that applying it changes nothing. With it a cluster
    that was set up by hand comes under management.
  - No secret is part of it. Applied to another cluster, users and service accounts get new ones.
  - Policies that every server brings are left out unless somebody has changed them.
  - Of the server's own configuration, LDAP and OpenID, that is exported which is stored and no default. What comes from the
    server's environment is not. Site replication is exported as seen from this cluster.
  - The caller needs the right to read each kind. One that it may not read fails the task; O(kinds) leaves it out.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  kinds:
    description: Keys of the manifest that are wanted. All by default.
    type: list
    elements: str
    choices: [config, ldap, openid, kms_keys, tiers, policies, users, groups, policy_attachments, service_accounts, site_replication, buckets]
    default: [config, ldap, openid, kms_keys, tiers, policies, users, groups, policy_attachments, service_accounts, site_replication, buckets]
attributes:
  check_mode:
    support: full
    description: Only reads.
  diff_mode:
    support: none
    description: Changes nothing.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: See what is there
  oracle1.minio.export:
  register: exported

- name: Keep it as a part of the manifest
  ansible.builtin.copy:
    content: "{{ {'minio_configure_manifest': exported.manifest} | to_nice_yaml(indent=2) }}"
    dest: "{{ manifest_file }}"
    mode: "0640"

- name: Nothing changes when it is applied
  oracle1.minio.apply:
    manifest: "{{ exported.manifest }}"
"""

RETURN = r"""
manifest:
  description: One list of entries for each of O(kinds); the option O(oracle1.minio.apply#module:manifest).
  returned: success
  type: dict
withheld:
  description:
    - Credentials that the server has and that are not part of RV(manifest). Another cluster needs them beside it.
    - Secret keys of users and service accounts are not listed, because new ones can be made for them.
    - A setting is withheld as a whole when it is a credential, or an address with one before an C(@). Other texts with a credential
      in them, such as an address that nobody may know, cannot be told from those without and are exported.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the object.
      type: str
    name:
      description: Name of the object.
      type: str
    options:
      description: What is missing of it.
      type: list
      elements: str
observation:
  description: How the objects were read; as RV(oracle1.minio.apply#module:observation).
  returned: success
  type: dict
requests:
  description: How many requests were sent to the server.
  returned: success
  type: dict
"""

from ansible_collections.oracle1.minio.plugins.module_utils._apply import run_export


def main() -> None:
    run_export()


if __name__ == "__main__":
    main()
