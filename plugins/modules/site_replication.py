#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: site_replication
short_description: Link whole clusters as sites that hold the same
version_added: 0.1.0
description:
  - Links clusters so that buckets, objects, policies and users of each are replicated to all others, adds sites to the link,
    takes them out, and ends it.
  - Equal to C(mc admin replicate add), C(rm) and C(update). M(oracle1.minio.info) shows how far the sites are apart.
  - Only the cluster that the request goes to may hold buckets when a site is linked, and all must have the same identity
    providers. Both is verified beforehand where the other sites can be reached from here.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  name:
    description: Name of the site that O(endpoint) belongs to.
    type: str
    required: true
  state:
    description: V(absent) ends the replication on all sites. What they hold stays.
    type: str
    choices: [present, absent]
    default: present
  sites:
    description:
      - The sites, the own one included, recognised by their O(sites[].name). They are merged into those that are linked.
      - Needed to link sites for the first time.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the site.
        type: str
        required: true
      state:
        description: V(absent) takes this site out of the replication. What it holds stays.
        type: str
        choices: [present, absent]
        default: present
      endpoint:
        description: Address by which the other sites reach it. Needed for a new site; changed for a linked one.
        type: str
      access_key:
        description:
          - Access key of an administrator of this site. The server asks for those of all sites, old ones included, when one is
            added. The own site takes O(access_key) and O(secret_key) of the connection if not given.
        type: str
      secret_key:
        description: Secret key that belongs to O(sites[].access_key). It is used to link the site, and never compared or kept.
        type: str
  sites_authoritative:
    description: Whether sites that are not in O(sites) are taken out of the replication.
    type: bool
    default: false
  replicate_ilm_expiry:
    description: Whether expiry rules of buckets' lifecycles are replicated as well.
    type: bool
attributes:
  check_mode:
    support: full
    description: Predicts exactly what a run would change, and sends no writing request.
  diff_mode:
    support: full
    description: Shows the managed fields before and after; an empty dictionary stands for a cluster that is not linked.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Link two sites
  oracle1.minio.site_replication:
    name: berlin
    sites:
      - name: berlin
        endpoint: https://minio.berlin.example.com:9000
      - name: paris
        endpoint: https://minio.paris.example.com:9000
        access_key: root
        secret_key: "{{ paris_secret_key }}"
  when: paris_secret_key is defined

- name: Take a site out
  oracle1.minio.site_replication:
    name: berlin
    sites:
      - name: paris
        state: absent
  when: paris_secret_key is defined

- name: End the replication
  oracle1.minio.site_replication:
    name: berlin
    state: absent
"""

RETURN = r"""
site_replication:
  description: The sites after the run, managed fields only, without credentials. Empty when the cluster is not linked.
  returned: success
  type: dict
  sample:
    name: berlin
    sites:
      - {name: berlin, endpoint: "https://minio.berlin.example.com:9000"}
      - {name: paris, endpoint: "https://minio.paris.example.com:9000"}
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
from ansible_collections.oracle1.minio.plugins.module_utils._site_replication import SITE_REPLICATION


def main() -> None:
    run(SITE_REPLICATION)


if __name__ == "__main__":
    main()
