#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: apply
short_description: Reconcile a manifest of buckets, identities and server configuration
version_added: 0.1.0
description:
  - Brings everything that the manifest names to the wanted state in one call, in dependency order and concurrently.
  - What the manifest does not name is left alone, unless O(prune) names its kind. One failing object does not keep the others
    from being done; the task fails at the end and lists it.
  - An interrupted run is finished by the next one.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  secrets_dir:
    description:
      - Directory, where the module runs, for generated secret keys. Users and service accounts that are created without one
        get a random one, written to the file C(<kind>-<name>) there, mode 0600, before it is sent.
      - An account that exists keeps the secret key it has. With O(manifest.users[].update_secret=always) the file's is sent.
      - Nothing is written in check mode.
    type: path
  concurrency:
    description: How many objects are read or written at a time, from 1 to 16.
    type: int
    default: 8
  observe:
    description:
      - How the state before is found. V(bulk) reads all buckets in one request and all policies, users, groups and service accounts
        in another, which needs the permissions C(admin:ExportBucketMetadata) and C(admin:ExportIAM). V(single) reads each object of
        the manifest by itself. V(auto) takes the cheaper one.
      - Where the server does not answer in bulk, or the caller may not ask so, each object is read by itself, and RV(observation)
        tells why. The secret keys that the server's answer holds are dropped while it is read.
    type: str
    choices: [auto, bulk, single]
    default: auto
  progress_path:
    description:
      - File to which a line such as C(300 of 1000 objects written) is added every few seconds.
      - Under C(-v) the lines are shown while the task runs, where the module runs on the controller.
    type: path
  prune:
    description:
      - Kinds of which everything is removed that the server has and the manifest does not hold.
      - Policies that every server brings stay, and so do the account that runs the module, its user and the groups that this is
        in. What something needs that stays is left, too, whether the manifest holds that or not, and listed in RV(kept) - a policy that
        is attached or is a role policy, a user with service accounts, a user that a group of the manifest names as a member, a tier that
        a lifecycle rule names.
      - A bucket that holds objects or versions is not removed, and fails, unless O(prune_force) is true. A group goes with
        its members taken out.
      - Does nothing where O(assume_empty_if_unreachable) takes the server for one that does not exist.
    type: list
    elements: str
    choices: [tiers, policies, users, groups, policy_attachments, service_accounts, buckets]
    default: []
  prune_empty:
    description: Kinds of O(prune) of which the manifest may hold nothing, so that all of them go. Without it that is taken for a mistake.
    type: list
    elements: str
    choices: [tiers, policies, users, groups, policy_attachments, service_accounts, buckets]
    default: []
  prune_force:
    description: Whether buckets that O(prune) removes go with all objects and versions in them, for good.
    type: bool
    default: false
  assume_empty_if_unreachable:
    description:
      - Whether, in check mode only, a server that does not answer is taken for one that does not exist yet, so that everything
        is predicted to be created. RV(observation) tells that it was so. A real run always fails.
      - A missing O(ca_path) counts as no answer. A certificate that is not accepted does not.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Predicts exactly what a run would change, and sends no writing request.
  diff_mode:
    support: full
    description: Shows the managed fields before and after; an empty dictionary stands for an object that does not exist.
extends_documentation_fragment: [oracle1.minio.connection, oracle1.minio.manifest]
"""

EXAMPLES = r"""
- name: Bring the cluster to what the manifest says
  oracle1.minio.apply:
    secrets_dir: "{{ secrets_dir }}"
    manifest:
      buckets:
        - name: oracle1-models
          access: private
          versioning: enabled
        - name: oracle1-cache
          lifecycle:
            - id: ttl
              expire_days: 7
      policies:
        - name: models-read
          policy:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: s3:GetObject
                Resource: arn:aws:s3:::oracle1-models/*
      users:
        - name: edge
          policies: [models-read]
      service_accounts:
        - access_key: edge-device-1
          user: edge
          description: The device at the north gate
  register: applied

- name: See which other groups would go, if this were the only one
  oracle1.minio.apply:
    prune: [groups]
    manifest:
      groups:
        - name: operators
  check_mode: true
  diff: true

- name: Show what became of each object
  ansible.builtin.debug:
    var: applied.results
"""

RETURN = r"""
counts:
  description: Objects by what became of them.
  returned: success or failure of objects
  type: dict
  contains:
    total:
      description: Objects in the manifest.
      type: int
    created:
      description: Objects that did not exist.
      type: int
    updated:
      description: Objects that were different.
      type: int
    removed:
      description: Objects that should not exist.
      type: int
    unchanged:
      description: Objects that were as they should be.
      type: int
    failed:
      description: Objects that could not be brought to the wanted state.
      type: int
results:
  description: One entry per object of the manifest, then one for each object that is pruned.
  returned: success or failure of objects
  type: list
  elements: dict
  contains:
    kind:
      description: The module that manages a single object of its kind, such as V(bucket) or V(policy).
      type: str
    name:
      description: Name, or access key, of the object.
      type: str
    action:
      description: V(created), V(updated), V(removed), V(unchanged) or V(failed).
      type: str
    changed:
      description: Whether the object is different from before. Can be true of a failed one.
      type: bool
    error:
      description: What was attempted and what the server said. Only of a failed object.
      type: str
    restart_needed:
      description: Whether what is stored takes effect only when the servers are restarted. Only of kinds that may need it.
      type: bool
    pruned:
      description: V(true) for an object that the manifest does not hold and that O(prune) is about.
      type: bool
    secret_file:
      description: File with the generated secret key, where one is kept in O(secrets_dir).
      type: str
kept:
  description: What the manifest does not hold and O(prune) leaves all the same.
  returned: when O(prune) names a kind
  type: list
  elements: dict
  contains:
    kind:
      description: As in RV(results[].kind).
      type: str
    name:
      description: Name, or access key, of the object.
      type: str
    reason:
      description: What needs it.
      type: str
observation:
  description: How the state before was found.
  returned: success or failure of objects
  type: dict
  contains:
    buckets:
      description:
        - V(export) means that all buckets were read in one request, V(single_reads) that each was read by itself.
        - V(assumed_empty) means that the server did not answer, see O(assume_empty_if_unreachable).
      type: str
    identities:
      description: The same for policies, users, groups and service accounts.
      type: str
    notes:
      description: Why reading at once was tried and did not work.
      type: list
      elements: str
requests:
  description: How many requests were sent to the server.
  returned: success or failure of objects
  type: dict
  contains:
    reads:
      description: Requests that only look.
      type: int
    writes:
      description: Requests that change something. Always 0 in check mode.
      type: int
"""

from ansible_collections.oracle1.minio.plugins.module_utils._apply import run


def main() -> None:
    run()


if __name__ == "__main__":
    main()
