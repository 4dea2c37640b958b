#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: diagnosis_archive
short_description: Make one archive of what hosts and cluster say, and a summary
version_added: 0.1.0
description:
  - Writes a compressed tar archive with one directory for each host, what the cluster says of itself, and a summary. Only its owner can read it.
  - Runs on the controller.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  path:
    description: The archive, whose name ends in C(.tar.gz). It is replaced at once.
    type: path
    required: true
  hosts:
    description: Results of M(oracle1.minio.diagnosis) by host name. A host without a result is reported as not reached.
    type: dict
    required: true
  info:
    description: What M(oracle1.minio.info) returned as C(info). Empty when the cluster did not answer.
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
    description: The summary is made, and the archive is not written.
  diff_mode:
    support: none
    description: The archive differs every time.
"""

EXAMPLES = r"""
- name: Keep what was seen
  oracle1.minio.diagnosis_archive:
    path: /tmp/minio-diagnosis.tar.gz
    hosts: {minio1: "{{ seen }}"}
  delegate_to: localhost
"""

RETURN = r"""
file:
  description: The archive.
  returned: success
  type: str
summary:
  description: What is worth knowing at first, one line each.
  returned: success
  type: list
  elements: str
"""

import io
import json
import os
import tarfile
import tempfile
import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils import _diagnosis as diagnosis

SPEC = {"path": {"type": "path", "required": True}, "hosts": {"type": "dict", "required": True}, "info": {"type": "dict", "default": {}}}


def contents(hosts: dict[str, Any], info: dict[str, Any], summary: list[str]) -> dict[str, str]:
    """Texts by their path in the archive."""
    result = {"summary.txt": "\n".join(summary) + "\n", "cluster.json": json.dumps(info, indent=1) + "\n"}
    for host, seen in hosts.items():
        if seen and "files" in seen:
            result.update({f"{host}/{name}": text for name, text in seen["files"].items()})
            result[f"{host}/summary.json"] = json.dumps({name: seen[name] for name in ("units", "errors", "requests", "mounts")}, indent=1) + "\n"
    return result


def write(path: str, texts: dict[str, str]) -> None:
    # mkstemp makes the file 0600.
    handle, draft = tempfile.mkstemp(prefix=".diagnosis-", dir=os.path.dirname(os.path.abspath(path)))
    try:
        with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            for name, text in texts.items():
                member, data = tarfile.TarInfo(f"minio-diagnosis/{name}"), text.encode()
                member.size, member.mode, member.mtime = len(data), 0o600, int(time.time())
                archive.addfile(member, io.BytesIO(data))
        os.replace(draft, path)
    except OSError:
        os.unlink(draft)
        raise


def main() -> None:
    module = AnsibleModule(SPEC, supports_check_mode=True)
    params = module.params
    summary = diagnosis.table(params["hosts"], params["info"])
    try:
        if not module.check_mode:
            write(params["path"], contents(params["hosts"], params["info"], summary))
    except OSError as error:
        module.fail_json(msg=f"diagnosis_archive {params['path']}: {error.strerror}")
    module.exit_json(changed=True, file=params["path"], summary=summary)


if __name__ == "__main__":
    main()
