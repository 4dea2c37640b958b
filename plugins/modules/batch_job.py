#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: batch_job
short_description: Start, follow and cancel batch jobs
version_added: 0.1.0
description:
  - Starts a job that the server carries out over many objects by itself, such as copying them to another service, deleting
    them or renewing their encryption, and waits for its end.
  - A job is an action, so every run starts one, unless one like it has not ended yet (O(unless_active)).
  - The definition has the words of the server's own files, as C(mc batch generate) writes them.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  action:
    description: V(start) starts a job, V(status) and V(cancel) are about the one of O(id), V(list) shows all.
    type: str
    choices: [start, status, cancel, list]
    default: start
  id:
    description: Id of a job, as O(action=start) returns it.
    type: str
  replicate:
    description: A job that copies objects from or to another service.
    type: dict
    suboptions:
      apiVersion:
        description: Version of the definition.
        type: str
        choices: [v1]
        default: v1
      source:
        description: Where objects are read.
        type: dict
        required: true
        suboptions:
          type:
            description: What kind of service it is.
            type: str
            choices: [minio, s3]
            default: minio
          bucket:
            description: Name of the bucket.
            type: str
            required: true
          prefix:
            description: Only objects whose key begins with one of these.
            type: list
            elements: str
          endpoint:
            description: Address of the remote side. The side without one is this cluster.
            type: str
          path:
            description: Whether the bucket is in the path of the address instead of its host name. Only for V(s3).
            type: str
            choices: ["on", "off", auto]
          credentials:
            description: Credentials for the remote side. The local side has none.
            type: dict
            suboptions:
              accessKey:
                description: Access key.
                type: str
              secretKey:
                description: Secret key.
                type: str
              sessionToken:
                description: Session token of a temporary credential.
                type: str
          snowball:
            description: Small objects are sent in archives. Only from this cluster to another MinIO.
            type: dict
            suboptions:
              disable:
                description: Send every object by itself.
                type: bool
              batch:
                description: Most objects in an archive.
                type: int
              inmemory:
                description: Whether archives are made in memory.
                type: bool
              compress:
                description: Whether archives are compressed.
                type: bool
              smallerThan:
                description: Only objects with fewer bytes, such as V(5MiB).
                type: str
              skipErrs:
                description: Whether objects that cannot be read are left out.
                type: bool
      target:
        description: Where objects are written.
        type: dict
        required: true
        suboptions:
          type:
            description: What kind of service it is.
            type: str
            choices: [minio, s3]
            default: minio
          bucket:
            description: Name of the bucket.
            type: str
            required: true
          prefix:
            description: Put in front of every key.
            type: str
          endpoint:
            description: Address of the remote side. The side without one is this cluster.
            type: str
          path:
            description: Whether the bucket is in the path of the address instead of its host name. Only for V(s3).
            type: str
            choices: ["on", "off", auto]
          credentials:
            description: Credentials for the remote side. The local side has none.
            type: dict
            suboptions:
              accessKey:
                description: Access key.
                type: str
              secretKey:
                description: Secret key.
                type: str
              sessionToken:
                description: Session token of a temporary credential.
                type: str
      flags:
        description: Which objects, and how.
        type: dict
        suboptions:
          filter:
            description: Only some objects.
            type: dict
            suboptions:
              newerThan:
                description: Only objects younger than this, such as V(7d10h).
                type: str
              olderThan:
                description: Only objects older than this.
                type: str
              createdAfter:
                description: Only objects made after this moment, such as V(2030-01-31T12:00:00Z).
                type: str
              createdBefore:
                description: Only objects made before this moment.
                type: str
              tags:
                description: Only objects with all these tags.
                type: list
                elements: dict
                suboptions:
                  key:
                    description: Name. Case is ignored.
                    type: str
                    required: true
                  value:
                    description: Value, in which V(*) and V(?) are wildcards.
                    type: str
              metadata:
                description: Only objects with all these headers or user metadata.
                type: list
                elements: dict
                suboptions:
                  key:
                    description: Name. Case is ignored.
                    type: str
                    required: true
                  value:
                    description: Value, in which V(*) and V(?) are wildcards.
                    type: str
          notify:
            description: Address that is told of the end.
            type: dict
            suboptions:
              endpoint:
                description: Address, which takes a POST request.
                type: str
              token:
                description: Content of the header C(Authorization).
                type: str
          retry:
            description: What happens after a failure.
            type: dict
            suboptions:
              attempts:
                description: How often it is tried again.
                type: int
              delay:
                description: Least time between attempts, such as V(500ms).
                type: str
  expire:
    description: A job that deletes objects.
    type: dict
    suboptions:
      apiVersion:
        description: Version of the definition.
        type: str
        choices: [v1]
        default: v1
      bucket:
        description: Name of the bucket.
        type: str
        required: true
      prefix:
        description: Only objects whose key begins with one of these.
        type: list
        elements: str
      rules:
        description: What is deleted. The first rule that matches an object counts.
        type: list
        elements: dict
        required: true
        suboptions:
          type:
            description: V(object) is about objects, V(deleted) about those whose newest version is a delete marker.
            type: str
            required: true
            choices: [object, deleted]
          name:
            description: Only keys that match, in which V(*) and V(?) are wildcards.
            type: str
          olderThan:
            description: Only objects older than this, such as V(70h).
            type: str
          createdBefore:
            description: Only objects made before this moment.
            type: str
          tags:
            description: Only objects with all these tags.
            type: list
            elements: dict
            suboptions:
              key:
                description: Name. Case is ignored.
                type: str
                required: true
              value:
                description: Value, in which V(*) and V(?) are wildcards.
                type: str
          metadata:
            description: Only objects with all these headers or user metadata.
            type: list
            elements: dict
            suboptions:
              key:
                description: Name. Case is ignored.
                type: str
                required: true
              value:
                description: Value, in which V(*) and V(?) are wildcards.
                type: str
          size:
            description: Only objects of some sizes.
            type: dict
            suboptions:
              lessThan:
                description: At most this many bytes, such as V(10MiB).
                type: str
              greaterThan:
                description: At least this many bytes.
                type: str
          purge:
            description: How much of an object is deleted.
            type: dict
            suboptions:
              retainVersions:
                description: How many of the newest versions are kept. All are deleted by default.
                type: int
      notify:
        description: Address that is told of the end.
        type: dict
        suboptions:
          endpoint:
            description: Address, which takes a POST request.
            type: str
          token:
            description: Content of the header C(Authorization).
            type: str
      retry:
        description: What happens after a failure.
        type: dict
        suboptions:
          attempts:
            description: How often it is tried again.
            type: int
          delay:
            description: Least time between attempts, such as V(500ms).
            type: str
  keyrotate:
    description: A job that encrypts the keys of encrypted objects anew. Needs a server with a key management service.
    type: dict
    suboptions:
      apiVersion:
        description: Version of the definition.
        type: str
        choices: [v1]
        default: v1
      bucket:
        description: Name of the bucket.
        type: str
        required: true
      prefix:
        description: Only objects whose key begins so.
        type: str
      encryption:
        description: The new encryption.
        type: dict
        required: true
        suboptions:
          type:
            description: Kind of encryption.
            type: str
            required: true
            choices: [sse-s3, sse-kms]
          key:
            description: Name of the new key. Only for V(sse-kms).
            type: str
          context:
            description: Context of the new key, as base64 of JSON. Only for V(sse-kms).
            type: str
      flags:
        description: Which objects, and how.
        type: dict
        suboptions:
          filter:
            description: Only some objects.
            type: dict
            suboptions:
              newerThan:
                description: Only objects younger than this, such as V(7d10h).
                type: str
              olderThan:
                description: Only objects older than this.
                type: str
              createdAfter:
                description: Only objects made after this moment, such as V(2030-01-31T12:00:00Z).
                type: str
              createdBefore:
                description: Only objects made before this moment.
                type: str
              tags:
                description: Only objects with all these tags.
                type: list
                elements: dict
                suboptions:
                  key:
                    description: Name. Case is ignored.
                    type: str
                    required: true
                  value:
                    description: Value, in which V(*) and V(?) are wildcards.
                    type: str
              metadata:
                description: Only objects with all these headers or user metadata.
                type: list
                elements: dict
                suboptions:
                  key:
                    description: Name. Case is ignored.
                    type: str
                    required: true
                  value:
                    description: Value, in which V(*) and V(?) are wildcards.
                    type: str
              kmskey:
                description: Only objects that are encrypted with this key.
                type: str
          notify:
            description: Address that is told of the end.
            type: dict
            suboptions:
              endpoint:
                description: Address, which takes a POST request.
                type: str
              token:
                description: Content of the header C(Authorization).
                type: str
          retry:
            description: What happens after a failure.
            type: dict
            suboptions:
              attempts:
                description: How often it is tried again.
                type: int
              delay:
                description: Least time between attempts, such as V(500ms).
                type: str
  unless_active:
    description:
      - Whether a job is not started when one that has not ended has the same type, buckets, endpoints and prefixes. That one
        is waited for then.
      - Needs PyYAML where the module runs, as soon as there is a job to compare with.
    type: bool
    default: true
  wait:
    description: Whether to wait for the end of the job. One that fails is an error then.
    type: bool
    default: true
  wait_timeout:
    description: Most seconds to wait. The job goes on in the server when they are over.
    type: int
    default: 3600
attributes:
  check_mode:
    support: full
    description: Says whether a job would be started or cancelled, and sends nothing but questions. Waits for nothing.
  diff_mode:
    support: none
    description: There is nothing to compare.
notes:
  - The server lists jobs that have ended, too, and keeps their state for some days.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Delete what is older than a week, all versions of it
  oracle1.minio.batch_job:
    expire:
      bucket: oracle1-cache
      prefix: [tmp/]
      rules:
        - type: object
          olderThan: 7d
          purge:
            retainVersions: 0

- name: Copy a bucket to another cluster
  oracle1.minio.batch_job:
    replicate:
      source:
        bucket: oracle1-documents
      target:
        bucket: documents
        endpoint: https://minio.example.org
        path: auto
        credentials:
          accessKey: copier
          secretKey: "{{ copier_secret_key }}"
    wait: false
  when: copier_secret_key is defined

- name: List the jobs
  oracle1.minio.batch_job:
    action: list
"""

RETURN = r"""
batch_job:
  description: The job, or with O(action=list) all jobs.
  returned: success
  type: dict
  contains:
    action:
      description: The action that was asked for.
      type: str
    id:
      description: Id of the job. Empty in check mode.
      returned: when O(action) is not V(list)
      type: str
    type:
      description: V(replicate), V(expire) or V(keyrotate).
      returned: when O(action) is not V(list)
      type: str
    started:
      description: When it was started.
      returned: when O(action) is not V(list)
      type: str
    state:
      description:
        - V(queued), V(active), V(complete), V(failed), V(canceled), or V(not started) in check mode.
        - A job of type V(replicate) is V(failed) between its attempts as well.
      returned: when O(action) is not V(list)
      type: str
    objects:
      description: Objects done.
      returned: when O(action) is not V(list)
      type: int
    objects_failed:
      description:
        - Objects that could not be done. V(-1) when the server has lost count, which this one does as soon as it tries a job of
          type V(replicate) again. It then never calls the job complete, and whether all was copied in the end has to be looked up.
      returned: when O(action) is not V(list)
      type: int
    delete_markers:
      description: Delete markers done.
      returned: when O(action) is not V(list)
      type: int
    delete_markers_failed:
      description: Delete markers that could not be done.
      returned: when O(action) is not V(list)
      type: int
    bytes:
      description: Bytes sent. Only for V(replicate).
      returned: when O(action) is not V(list)
      type: int
    bytes_failed:
      description: Bytes that could not be sent.
      returned: when O(action) is not V(list)
      type: int
    attempts:
      description: How often a job of type V(replicate) was tried, if it has been to the end once.
      returned: when O(action) is not V(list)
      type: int
    jobs:
      description: All jobs that the server lists, in the same form.
      returned: when O(action=list)
      type: list
      elements: dict
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

from ansible_collections.oracle1.minio.plugins.module_utils._action import perform
from ansible_collections.oracle1.minio.plugins.module_utils._batch import RULES, SPEC, prepare


def main() -> None:
    perform("batch_job", SPEC, prepare, **RULES)


if __name__ == "__main__":
    main()
