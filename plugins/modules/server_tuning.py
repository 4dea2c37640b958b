#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_tuning
short_description: Set kernel settings for a MinIO node, and take them back
version_added: 0.1.0
description:
  - Sets kernel settings now and at every boot, by one file in C(sysctl.d) and one in C(tmpfiles.d).
  - The files remember the values that were there before. A setting that is no longer wanted goes back to its old value,
    and a file without settings is removed.
  - A setting that this kernel does not have is left out. One that the kernel lets nobody write, as in a container, is
    kept in the file for the next boot and reported in RV(refused).
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  sysctl:
    description: Names of sysctls and their values. Empty takes all of them back.
    type: dict
    default: {}
  files:
    description: Files under C(/sys) and their values. Empty takes all of them back.
    type: dict
    default: {}
  sysctl_file:
    description: File in C(sysctl.d).
    type: path
    default: /etc/sysctl.d/90-minio.conf
  tmpfiles_file:
    description: File in C(tmpfiles.d).
    type: path
    default: /etc/tmpfiles.d/minio.conf
attributes:
  check_mode:
    description: Predicts files and values.
    support: full
  diff_mode:
    description: Shows the files.
    support: full
"""

EXAMPLES = r"""
- name: Tune the kernel
  oracle1.minio.server_tuning:
    sysctl:
      vm.dirty_ratio: 10
    files:
      /sys/kernel/mm/transparent_hugepage/enabled: madvise

- name: Take the tuning back
  oracle1.minio.server_tuning:
"""

RETURN = r"""
applied:
  description: Settings whose live value was changed.
  returned: always
  type: list
  elements: str
unknown:
  description: Settings that this kernel does not have.
  returned: always
  type: list
  elements: str
refused:
  description: Settings whose live value differs and cannot be written here.
  returned: always
  type: list
  elements: str
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils import _server_tuning as tuning
from ansible_collections.oracle1.minio.plugins.module_utils._server_process import read_file


def write(module: AnsibleModule, path: str, text: str) -> None:
    """Replace the file, or remove it when there is nothing to say."""
    if not text:
        os.unlink(path)
        return
    source = os.path.join(module.tmpdir, os.path.basename(path))
    with open(source, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.chmod(source, 0o644)
    module.atomic_move(source, path)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "sysctl": {"type": "dict", "default": {}},
            "files": {"type": "dict", "default": {}},
            "sysctl_file": {"type": "path", "default": "/etc/sysctl.d/90-minio.conf"},
            "tmpfiles_file": {"type": "path", "default": "/etc/tmpfiles.d/minio.conf"},
        },
        supports_check_mode=True,
    )
    changed, diff = False, []
    found: dict = {"applied": [], "unknown": [], "refused": []}
    for values, path in (("sysctl", "sysctl_file"), ("files", "tmpfiles_file")):
        wanted = {key: " ".join(str(value).split()) for key, value in module.params[values].items()}
        path = module.params[path]
        text = read_file(path)
        content, due, unknown, refused = tuning.plan(wanted, text)
        found["unknown"] += unknown
        found["refused"] += refused
        if content != text:
            changed = True
            diff.append({"before": text, "after": content, "before_header": path, "after_header": path})
            if not module.check_mode:
                write(module, path, content)
        for key, value in due.items():
            fault = "" if module.check_mode else tuning.apply(key, value)
            found["refused" if fault else "applied"].append(key)
    module.exit_json(changed=changed or bool(found["applied"]), diff=diff, **found)


if __name__ == "__main__":
    main()
