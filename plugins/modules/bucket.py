#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: bucket
short_description: Manage a bucket and everything that is configured on it
version_added: 0.1.0
description:
  - Creates, configures and removes one bucket. An option that is omitted is not managed, so it is neither read nor changed.
  - For more than a few buckets use M(oracle1.minio.apply), which handles them in one call.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  name:
    description: Name of the bucket.
    type: str
    required: true
  state:
    description: Whether the bucket exists. One that holds objects or versions is only removed with O(force).
    type: str
    choices: [present, absent]
    default: present
  force:
    description:
      - Whether O(state=absent) removes a bucket together with all objects and versions in it. It has no meaning otherwise.
      - This server does not do so with object lock, nor while replication rules are in force; both are refused.
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
    description: Whether tags that are not in O(tags) are removed.
    type: bool
    default: false
  access:
    description:
      - What everyone may do without signing, as a canned policy, equal to what C(mc anonymous set) writes.
      - V(private) is no policy, V(public-read) is C(download), V(public-write) is C(upload) and V(public) is C(public).
    type: str
    choices: [private, public-read, public-write, public]
  policy:
    description: The bucket's policy as a document. An empty dictionary removes it. Give this or O(access), not both.
    type: dict
  lifecycle:
    description:
      - Rules of the bucket's lifecycle, recognised by their O(lifecycle[].id). A rule is replaced as a whole.
      - Rules of other ids survive, unless O(lifecycle_authoritative).
    type: list
    elements: dict
    suboptions:
      id:
        description: Name of the rule. It is how a rule is recognised; rules of other names are foreign.
        type: str
        required: true
      state:
        description: V(absent) removes the rule of this O(lifecycle[].id); its other options are then without meaning.
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
        description: Whether the expiry takes all versions of the object. Needs O(lifecycle[].expire_days); an extension of MinIO.
        type: bool
      expire_delete_marker:
        description: Whether a delete marker is removed once no version is left under it.
        type: bool
      delete_marker_expire_days:
        description:
          - Days after which an object whose newest version is a delete marker is removed whole; an extension of MinIO.
          - This server's scanner passes over a bucket of which no enabled rule has another action.
        type: int
      noncurrent_expire_days:
        description: Days after which a version expires, counted from when it became noncurrent.
        type: int
      noncurrent_expire_newer_versions:
        description: How many noncurrent versions are kept in any case. Alone, every older one expires at once.
        type: int
      transition_days:
        description: Days after which an object moves to O(lifecycle[].transition_tier). V(0) means at once, and is the default.
        type: int
      transition_date:
        description: Day at whose midnight in UTC objects move to O(lifecycle[].transition_tier).
        type: str
      transition_tier:
        description: Name of the remote tier, which must exist.
        type: str
      noncurrent_transition_days:
        description: Days after which a noncurrent version moves to O(lifecycle[].noncurrent_transition_tier).
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
    description: Whether rules that are not in O(lifecycle) are removed.
    type: bool
    default: false
  default_retention:
    description:
      - How long a new version is locked when its writer does not say. Needs O(object_lock). An empty dictionary means not at all.
    type: dict
    suboptions:
      mode:
        description: Whether those with the permission may shorten the retention (V(governance)), or nobody may (V(compliance)).
        type: str
        choices: [governance, compliance]
      days:
        description: Days, from 1 to 36500. Give these or O(default_retention.years).
        type: int
      years:
        description: Years, from 1 to 100.
        type: int
  encryption:
    description:
      - How a new object is encrypted when its writer does not say. An empty dictionary means not at all.
      - The server needs a KMS for it, for both algorithms.
    type: dict
    suboptions:
      algorithm:
        description: Whether the server chooses the key (V(sse-s3)) or O(encryption.kms_key_id) is the key (V(sse-kms)).
        type: str
        choices: [sse-s3, sse-kms]
      kms_key_id:
        description: Name of the key in the KMS, which must have it.
        type: str
  notification:
    description:
      - Which events are sent to which target of the server, recognised by their O(notification[].id). A rule is replaced as a whole.
      - C(mc event add) writes rules without an id; such a rule counts as the one here that says the same.
      - Rules of other ids survive, unless O(notification_authoritative).
    type: list
    elements: dict
    suboptions:
      id:
        description: Name of the rule. Empty for a rule that has none, which is then recognised by all that it says.
        type: str
        required: true
      state:
        description: V(absent) removes the rule of this O(notification[].id); its other options are then without meaning.
        type: str
        choices: [present, absent]
        default: present
      arn:
        description:
          - Name of the target, such as V(arn:minio:sqs::PRIMARY:webhook), which the server must have. C(mc admin info --json) lists them.
          - The region in it has no meaning, because the server puts its own there.
        type: str
      events:
        description: Events such as V(s3:ObjectCreated:*) or V(s3:ObjectRemoved:Delete).
        type: list
        elements: str
      prefix:
        description: Only objects whose key begins so.
        type: str
      suffix:
        description: Only objects whose key ends so.
        type: str
  notification_authoritative:
    description: Whether rules that are not in O(notification) are removed.
    type: bool
    default: false
  replication:
    description:
      - Rules of the bucket's replication, together with the remote targets that they go to, recognised by their O(replication[].id).
      - A rule is replaced as a whole, and takes its defaults from C(mc replicate add).
      - Needs enabled versioning, here and in the bucket of the target. With object lock the target's bucket needs it too.
      - Rules of other ids survive, unless O(replication_authoritative).
      - A target that only removed or changed rules went to is removed with them. This server removes all targets with the last rule.
    type: list
    elements: dict
    suboptions:
      id:
        description: Name of the rule. Empty for a rule that has none, which is then recognised by all that it says.
        type: str
        required: true
      state:
        description: V(absent) removes the rule of this O(replication[].id); its other options are then without meaning.
        type: str
        choices: [present, absent]
        default: present
      enabled:
        description: Whether the rule is in force.
        type: bool
        default: true
      priority:
        description: Of two rules with the same target that fit an object, the one with the higher number counts. No two may be equal.
        type: int
        default: 0
      prefix:
        description: Only objects whose key begins so.
        type: str
      tags:
        description: Only objects that have one of these tags. (Other than S3, and than its lifecycle, this server does not ask for all.)
        type: dict
      delete_markers:
        description: Whether delete markers are replicated. Not possible in a rule for one tag and no prefix.
        type: bool
        default: true
      deletes:
        description: Whether the deletion of a version is replicated.
        type: bool
        default: true
      existing_objects:
        description: Whether objects are replicated that were there before the rule.
        type: bool
        default: true
      metadata_sync:
        description: Whether changes to the metadata of a replica are replicated back, in replication both ways.
        type: bool
        default: true
      storage_class:
        description: Storage class of the replicas. The target's default when omitted.
        type: str
        choices: [STANDARD, REDUCED_REDUNDANCY]
      target:
        description:
          - Where the rule replicates to. Needed, unless the rule is V(absent).
          - Rules may share a target, so what is omitted is not changed. This server has one target per endpoint and bucket.
        type: dict
        suboptions:
          endpoint:
            description: Address of the other server, such as V(https://backup.example.com:9000), whose certificate this one must trust.
            type: str
            required: true
          bucket:
            description: Name of the bucket there, which must exist. Another one makes a new target in the place of the old one.
            type: str
            required: true
          access_key:
            description:
              - Access key for the other server. Needed for a new target.
              - The server shows it, so another one is seen, and sent together with O(replication[].target.secret_key).
            type: str
          secret_key:
            description:
              - Secret key for the other server. It is never shown or compared.
              - It is sent with a new target and with another access key, and as O(replication[].target.update_secret) says.
            type: str
          update_secret:
            description:
              - When the secret key is sent to a target that exists. It can never be compared, so V(always) sends it, and reports
                a change, in every run.
            type: str
            choices: [on_create, always]
            default: on_create
          region:
            description: Region of the bucket there. Another one makes a new target in the place of the old one.
            type: str
          sync:
            description: Whether a write waits for its replication. New targets do not.
            type: bool
          bandwidth:
            description: Most bytes per second, as a number of at least 100 million or as V(200MB). V(0) means no limit.
            type: str
          bucket_lookup:
            description:
              - How the bucket is addressed, as V(path) or as V(dns) name. This server stores it, and chooses by itself.
            type: str
            choices: [auto, path, dns]
          health_check_seconds:
            description: Seconds between looks whether the other server answers. V(0) leaves it to the server.
            type: int
          proxy:
            description: Whether reads of objects that have not arrived here yet are passed on to the other server. New targets do.
            type: bool
  replication_authoritative:
    description: Whether rules that are not in O(replication) are removed.
    type: bool
    default: false
  cors:
    description:
      - Always refused, unless empty. This server has no CORS rules of a bucket and answers C(NotImplemented).
      - E(MINIO_API_CORS_ALLOW_ORIGIN) of the server sets the allowed origins for the whole cluster.
    type: raw
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
- name: Keep documents that everyone may read
  oracle1.minio.bucket:
    name: oracle1-documents
    access: public-read
    quota: 500GiB
    tags:
      owner: ocr

- name: Keep versioned backups, the three newest noncurrent versions for at least 30 days
  oracle1.minio.bucket:
    name: oracle1-backups
    versioning: enabled
    access: private
    lifecycle:
      - id: old-versions
        noncurrent_expire_days: 30
        noncurrent_expire_newer_versions: 3
      - id: orphaned-delete-markers
        expire_delete_marker: true

- name: Let cached results expire, and have no other rule
  oracle1.minio.bucket:
    name: oracle1-cache
    lifecycle_authoritative: true
    lifecycle:
      - id: ttl
        prefix: results/
        tags:
          keep: "false"
        expire_days: 7

- name: Keep records that nobody may delete for seven years, encrypted
  oracle1.minio.bucket:
    name: oracle1-records
    object_lock: true
    default_retention:
      mode: compliance
      years: 7
    encryption:
      algorithm: sse-s3

- name: Tell a webhook of the server about new documents
  oracle1.minio.bucket:
    name: oracle1-inbox
    notification:
      - id: ocr
        arn: arn:minio:sqs::PRIMARY:webhook
        events: ["s3:ObjectCreated:*"]
        suffix: .pdf

- name: Replicate backups to another site, and nothing else anywhere
  oracle1.minio.bucket:
    name: oracle1-backups
    versioning: enabled
    replication_authoritative: true
    replication:
      - id: offsite
        priority: 1
        deletes: false
        target:
          endpoint: "{{ offsite_endpoint }}"
          bucket: oracle1-backups
          access_key: "{{ offsite_access_key }}"
          secret_key: "{{ offsite_secret_key }}"
          bandwidth: 200MB

- name: Remove a bucket with all that is in it
  oracle1.minio.bucket:
    name: scratch
    state: absent
    force: true
"""

RETURN = r"""
bucket:
  description: The bucket as it is after the run, managed fields only, in the form of the options. Empty when it does not exist.
  returned: success
  type: dict
  sample: {name: oracle1-cache, quota: 10737418240, versioning: enabled}
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

from ansible_collections.oracle1.minio.plugins.module_utils._bucket import BUCKET
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run


def main() -> None:
    run(BUCKET)


if __name__ == "__main__":
    main()
