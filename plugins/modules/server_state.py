#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_state
short_description: Compare the running MinIO server with what its files want
version_added: 0.1.0
description:
  - Reads what the live process of this node runs (its environment, its executable, the revision of its unit) from
    systemd and C(/proc), compares it with the environment file, the binary and the unit on disk, and says whether a
    restart is due and why.
  - Because nothing depends on what a run changed, a run that was interrupted between a file and its restart is finished
    by the next one.
  - Returns names of variables only, never their values. Runs on the node, as root, and changes nothing.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  unit:
    description: Name of the systemd unit.
    type: str
    default: minio.service
  environment_file:
    description: Environment file of the unit. Where the unit names its files, those are read.
    type: path
    default: /etc/default/minio
  binary:
    description: Path that the unit executes, usually a symbolic link into the directory of a release.
    type: path
    default: /usr/local/bin/minio
  pending:
    description:
      - Reasons that the caller knows of and that are not on disk yet, as V(binary), V(unit) or V(environment).
      - Meant for check mode, where the files have not been written.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Changes nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
seealso:
  - module: oracle1.minio.server_restart
"""

EXAMPLES = r"""
- name: Compare what runs with what is wanted
  oracle1.minio.server_state:
  register: state

- name: Show why a restart is due
  ansible.builtin.debug:
    var: state.reasons
  when: state.restart_due
"""

RETURN = r"""
running:
  description: Whether there is a server process that is up or coming up.
  returned: always
  type: bool
active_state:
  description: Active state of the unit, as systemd names it.
  returned: always
  type: str
  sample: active
sub_state:
  description: Sub-state of the unit.
  returned: always
  type: str
  sample: running
enabled:
  description: Whether the unit starts at boot.
  returned: always
  type: bool
main_pid:
  description: Process id of the server, 0 when there is none.
  returned: always
  type: int
restart_due:
  description: Whether the process runs something else than the files want.
  returned: always
  type: bool
reasons:
  description: V(binary), V(unit) and V(environment:NAME) for each variable that differs.
  returned: always
  type: list
  elements: str
  sample: ["binary", "environment:MINIO_SITE_NAME"]
release:
  description: Release that the binary's path selects. Null when there is no binary.
  returned: always
  type: str
  sample: RELEASE.2026-02-12T20-18-48Z
running_release:
  description: Release that the process runs. Null when there is none.
  returned: always
  type: str
  sample: RELEASE.2026-02-12T20-18-48Z
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils._server_process import observe


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "unit": {"type": "str", "default": "minio.service"},
            "environment_file": {"type": "path", "default": "/etc/default/minio"},
            "binary": {"type": "path", "default": "/usr/local/bin/minio"},
            "pending": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    try:
        found = observe(
            module.params["unit"], module.params["environment_file"], module.params["binary"], module.params["pending"]
        )
    except OSError as error:
        module.fail_json(msg=f"The server's state cannot be read: {error}")
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
