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
    description: Whether O(state=absent) removes a bucket together with all objects and versions in it.
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
        description: Days after which an object whose newest version is a delete marker is removed whole; an extension of MinIO.
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
