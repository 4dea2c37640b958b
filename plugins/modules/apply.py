#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: apply
short_description: Reconcile a manifest of buckets, policies, users and service accounts
version_added: 0.1.0
description:
  - Brings everything that the manifest names to the wanted state in one call, in dependency order and concurrently.
  - What the manifest does not name is left alone. One failing object does not keep the others from being done; the task fails at the end and lists it.
  - An interrupted run is finished by the next one.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  manifest:
    description: What shall be there.
    type: dict
    required: true
    suboptions:
      buckets:
        description: Buckets; the options of M(oracle1.minio.bucket).
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the bucket.
            type: str
            required: true
          state:
            description: Whether the bucket exists. One that holds objects or versions is only removed with O(manifest.buckets[].force).
            type: str
            choices: [present, absent]
            default: present
          force:
            description: Whether O(manifest.buckets[].state=absent) removes a bucket together with all objects and versions in it.
            type: bool
            default: false
          object_lock:
            description: Whether objects can be locked. Can only be chosen when the bucket is created; implies versioning.
            type: bool
          versioning:
            description: Versioning of objects. A bucket that ever had it can only suspend it.
            type: str
            choices: [enabled, suspended]
          versioning_excluded_prefixes:
            description: Up to 10 prefixes whose objects are not versioned. Needs enabled versioning.
            type: list
            elements: str
          versioning_exclude_folders:
            description: Whether keys that end in a slash are not versioned. Needs enabled versioning.
            type: bool
          quota:
            description: Most bytes that the bucket may hold, as a number or as V(10GiB) or V(10GB). V(0) means no limit.
            type: str
          tags:
            description:
              - Tags of the bucket. They are merged into those that are there.
              - A null value removes the tag.
            type: dict
          tags_authoritative:
            description: Whether tags that are not in O(manifest.buckets[].tags) are removed.
            type: bool
            default: false
          access:
            description:
              - What everyone may do without signing, as a canned policy, equal to what C(mc anonymous set) writes.
              - V(private) is no policy, V(public-read) is C(download), V(public-write) is C(upload) and V(public) is C(public).
            type: str
            choices: [private, public-read, public-write, public]
          policy:
            description: The bucket's policy as a document. An empty dictionary removes it. Give this or O(manifest.buckets[].access), not both.
            type: dict
          lifecycle:
            description:
              - Rules of the bucket's lifecycle, recognised by their O(manifest.buckets[].lifecycle[].id). A rule is replaced as a whole.
              - Rules of other ids survive, unless O(manifest.buckets[].lifecycle_authoritative).
            type: list
            elements: dict
            suboptions:
              id:
                description: Name of the rule. It is how a rule is recognised; rules of other names are foreign.
                type: str
                required: true
              state:
                description: V(absent) removes the rule of this O(manifest.buckets[].lifecycle[].id); its other options are then without meaning.
                type: str
                choices: [present, absent]
                default: present
              enabled:
                description: Whether the rule is in force.
                type: bool
                default: true
              prefix:
                description: Only objects whose key begins so.
                type: str
              tags:
                description: Only objects that have all these tags.
                type: dict
              size_greater_than:
                description: Only objects with more bytes than this.
                type: int
              size_less_than:
                description: Only objects with fewer bytes than this.
                type: int
              expire_days:
                description: Days after which an object expires.
                type: int
              expire_date:
                description: Day, such as V(2030-01-31), at whose midnight in UTC objects expire.
                type: str
              expire_all_versions:
                description: Whether the expiry takes all versions of the object. Needs O(manifest.buckets[].lifecycle[].expire_days); an extension of MinIO.
                type: bool
              expire_delete_marker:
                description: Whether a delete marker is removed once no version is left under it.
                type: bool
              delete_marker_expire_days:
                description: Days after which an object whose newest version is a delete marker is removed whole; an extension of MinIO.
                type: int
              noncurrent_expire_days:
                description: Days after which a version expires, counted from when it became noncurrent.
                type: int
              noncurrent_expire_newer_versions:
                description: How many noncurrent versions are kept in any case. Alone, every older one expires at once.
                type: int
              transition_days:
                description: Days after which an object moves to O(manifest.buckets[].lifecycle[].transition_tier). V(0) means at once, and is the default.
                type: int
              transition_date:
                description: Day at whose midnight in UTC objects move to O(manifest.buckets[].lifecycle[].transition_tier).
                type: str
              transition_tier:
                description: Name of the remote tier, which must exist.
                type: str
              noncurrent_transition_days:
                description: Days after which a noncurrent version moves to O(manifest.buckets[].lifecycle[].noncurrent_transition_tier).
                type: int
              noncurrent_transition_tier:
                description: Name of the remote tier for noncurrent versions, which must exist.
                type: str
              abort_incomplete_multipart_days:
                description:
                  - Always refused. This server does not implement the action and drops it silently.
                  - E(MINIO_API_STALE_UPLOADS_EXPIRY) of the server does it for the whole cluster.
                type: int
          lifecycle_authoritative:
            description: Whether rules that are not in O(manifest.buckets[].lifecycle) are removed.
            type: bool
            default: false
      policies:
        description: Policies; the options of M(oracle1.minio.policy).
        type: list
        elements: dict
        default: []
        suboptions:
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
      users:
        description: Users; the options of M(oracle1.minio.user).
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name of the user, which is its access key.
            type: str
            required: true
          state:
            description: Whether the user exists.
            type: str
            choices: [present, absent]
            default: present
          secret_key:
            description: Secret key of the user, at least 8 characters. Generated at creation when omitted and O(secrets_dir) is set.
            type: str
          update_secret:
            description:
              - When the secret key is sent. It can never be compared, so V(always) sends it, and reports a change, in every run.
            type: str
            choices: [on_create, always]
            default: on_create
          status:
            description: Whether the user may sign in. New users are enabled.
            type: str
            choices: [enabled, disabled]
          policies:
            description: Names of policies that are attached to the user. They must exist, or be in the same manifest.
            type: list
            elements: str
          policies_authoritative:
            description: Whether policies that are not in O(manifest.users[].policies) are detached.
            type: bool
            default: false
      service_accounts:
        description: Service accounts; the options of M(oracle1.minio.service_account).
        type: list
        elements: dict
        default: []
        suboptions:
          access_key:
            description: Access key of the account, 3 to 20 characters. It is how the account is recognised.
            type: str
            required: true
          state:
            description: Whether the account exists.
            type: str
            choices: [present, absent]
            default: present
          secret_key:
            description: Secret key of the account, 8 to 40 characters. Generated at creation when omitted and O(secrets_dir) is set.
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
              - Document that narrows the rights of O(manifest.service_accounts[].user). An empty dictionary removes it, so that the account has all of them.
              - Compared by meaning. It survives when omitted.
            type: dict
          expiration:
            description:
              - When the account stops working, such as V(2030-01-31T12:00:00Z). An empty string means never.
              - This server demands a time between 15 minutes and 365 days from now.
            type: str
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
extends_documentation_fragment: [oracle1.minio.connection]
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
  description: One entry per object of the manifest.
  returned: success or failure of objects
  type: list
  elements: dict
  contains:
    kind:
      description: V(bucket), V(policy), V(user) or V(service_account).
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
    secret_file:
      description: File with the generated secret key, where one is kept in O(secrets_dir).
      type: str
observation:
  description:
    - How the state before was found. V(single_reads) means that every object was read by itself.
    - V(assumed_empty) means that the server did not answer, see O(assume_empty_if_unreachable).
  returned: success or failure of objects
  type: str
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
