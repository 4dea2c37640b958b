#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


DOCUMENTATION = r"""
module: metadata_export
short_description: Keep a cluster's identities and bucket settings in files
version_added: 0.1.0
description:
  - Asks the server for its export of identities (C(iam.zip)) and of the settings of all buckets (C(buckets.zip)), looks whether they
    are whole, and writes them into a directory on the host that it runs on, in the form that C(mc admin cluster iam import) and
    C(mc admin cluster bucket import) take.
  - The export of identities holds B(secret keys in clear). Directory and files are for their owner only, and no secret is returned.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  directory:
    description: Where to put the files. Made if it is not there.
    type: path
    required: true
attributes:
  check_mode:
    support: full
    description: Says that files would be written, and asks the server for nothing.
  diff_mode:
    support: none
    description: The files hold secrets.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Keep identities and bucket settings before an upgrade
  oracle1.minio.metadata_export:
    directory: "{{ inventory_dir }}/.exports/before-upgrade"
"""

RETURN = r"""
export:
  description: What was written.
  returned: success
  type: dict
  contains:
    files:
      description: Number of entries of each file.
      type: dict
      sample: {/srv/minio/.exports/iam.zip: 9, /srv/minio/.exports/buckets.zip: 21}
requests:
  description: How many requests were sent to the server.
  returned: success
  type: dict
"""

import os
from typing import Any, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils._action import Step, perform
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._snapshot import unpack

ARCHIVES = {"iam.zip": "export-iam", "buckets.zip": "export-bucket-metadata"}


def write(path: str, content: bytes) -> None:
    """Put the file there as a whole, for its owner only."""
    descriptor = os.open(f"{path}.part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    os.replace(f"{path}.part", path)


def prepare(client: Client, params: Mapping[str, Any]) -> Step:
    paths = {name: os.path.join(params["directory"], name) for name in ARCHIVES}

    def act() -> tuple[bool, dict[str, Any]]:
        archives = {name: client.admin("GET", command, attempt=command).body for name, command in ARCHIVES.items()}
        counts = {paths[name]: len(unpack(archive)) for name, archive in archives.items()}
        os.makedirs(params["directory"], mode=0o700, exist_ok=True)
        for name, archive in archives.items():
            write(paths[name], archive)
        return True, {"files": counts}

    return Step(True, {"files": dict.fromkeys(paths.values(), 0)}, act)


def main() -> None:
    perform("export", {"directory": {"type": "path", "required": True}}, prepare)


if __name__ == "__main__":
    main()
