#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_files
short_description: Keep several small files and directories of a host, in one task
version_added: 0.1.0
description:
  - Does what a task of M(ansible.builtin.copy), M(ansible.builtin.template) or M(ansible.builtin.file) for each of them does. Every task costs
    a connection and a process on every host, even when nothing is to be done.
  - The order is kept, so that a file may be validated against one before it. A file that is refused is not written, and nothing after it.
  - Contents come from the lookups P(ansible.builtin.template#lookup) and P(ansible.builtin.file#lookup). They stay out of the host's log, but
    not out of the diff; give a task with secrets C(no_log) and C(diff) as any other.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  files:
    description: What is to be there, or not.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: Absolute path. A symbolic link in the place of a file is replaced.
        type: path
        required: true
      state:
        description:
          - V(file) needs O(files[].content) and its directory.
          - V(directory) is made with its parents.
          - V(absent) removes a directory with all that is in it.
        type: str
        choices: [file, directory, absent]
        default: file
      content:
        description: Content of the file, to the last newline.
        type: str
      owner:
        description: Its owner, in the place of O(owner).
        type: str
      group:
        description: Its group, in the place of O(group).
        type: str
      mode:
        description: Its permissions. V(0644) for a file and V(0755) for a directory when omitted.
        type: str
      validate:
        description: Command that must accept the file before it is put in place. C(%s) is its path. It is no shell's command.
        type: str
  owner:
    description: Owner of all that name none. What is there already keeps its own when omitted.
    type: str
  group:
    description: Group of all that name none.
    type: str
attributes:
  check_mode:
    description: Foresees what would change, also where directories, owners and groups are yet to be made. Validates nothing.
    support: full
  diff_mode:
    description: Shows contents and attributes.
    support: full
"""

EXAMPLES = r"""
- name: Install a program with its settings and its unit
  oracle1.minio.host_files:
    owner: root
    group: root
    files:
      - {path: /usr/local/lib/example, state: directory}
      - path: /usr/local/lib/example/example.py
        content: "{{ lookup('ansible.builtin.file', 'example.py', rstrip=false) }}"
        mode: "0755"
      - path: /etc/example.json
        # As text: some versions of Ansible take JSON for the data that it stands for.
        content: "{{ lookup('ansible.builtin.template', 'example.json.j2') | string }}"
        validate: python3 -m json.tool %s
      - path: /etc/systemd/system/example.service
        content: "{{ lookup('ansible.builtin.template', 'example.service.j2') }}"
  register: written

- name: Write a password
  oracle1.minio.host_files:
    files:
      - {path: /etc/example.password, content: "{{ example_password }}", owner: root, group: example, mode: "0640"}
  no_log: true
  diff: false
"""

RETURN = r"""
paths:
  description: Those that were changed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [/etc/example.json]
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils._host_files import Refused, ensure


def main() -> None:
    # no_log of a part of a list keeps no text of several lines out of the log.
    item = {
        "path": {"type": "path", "required": True},
        "state": {"type": "str", "choices": ["file", "directory", "absent"], "default": "file"},
        "content": {"type": "str"},
        "owner": {"type": "str"}, "group": {"type": "str"}, "mode": {"type": "str"}, "validate": {"type": "str"},
    }
    module = AnsibleModule(
        argument_spec={
            "files": {"type": "list", "elements": "dict", "required": True, "no_log": True, "options": item,
                      "required_if": [("state", "file", ["content"])]},
            "owner": {"type": "str"}, "group": {"type": "str"},
        },
        supports_check_mode=True,
    )
    # The log has been written; paths and diffs are to be seen.
    module.no_log_values.clear()
    # Nobody is to read a new file before it has its owner and mode.
    os.umask(0o077)
    shared = {key: module.params[key] for key in ("owner", "group")}
    files = [{**item, **{key: item[key] or shared[key] for key in shared}} for item in module.params["files"]]
    # Returned with the result otherwise.
    module.params["files"] = [item["path"] for item in files]
    paths, diff = [], []
    try:
        for item in files:
            found = ensure(module, item)
            if found is not None:
                paths.append(item["path"])
                diff += found
    except (Refused, OSError) as error:
        module.fail_json(msg=str(error), changed=bool(paths), paths=paths)
    module.exit_json(changed=bool(paths), paths=paths, diff=diff)


if __name__ == "__main__":
    main()
