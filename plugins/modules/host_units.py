#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_units
short_description: Keep several units of systemd running, and say which run on old files
version_added: 0.1.0
description:
  - Lets systemd read its files again, and enables and starts units as M(ansible.builtin.systemd_service) does with each of them.
  - Restarts and reloads nothing. It returns what is due, for a handler. That is asked of the processes and not of what a run has changed,
    so what an interrupted run left is found by the next one. A process answers with a stamp, a file that its unit touches whenever it
    starts or reads its files.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  units:
    description: The units.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name with its suffix.
        type: str
        required: true
      reads:
        description: What it must have read.
        type: list
        elements: dict
        default: []
        suboptions:
          files:
            description: Files, none of which may be younger than the stamp. Symbolic links are followed.
            type: list
            elements: path
            required: true
          stamp:
            description: File that the unit touches when it has read them.
            type: path
            required: true
          state:
            description: What makes it read them.
            type: str
            choices: [reloaded, restarted]
            default: restarted
attributes:
  check_mode:
    description: Foresees what would change. A unit that systemd does not know counts as one that is yet to be made.
    support: full
  diff_mode:
    description: Shows which units are enabled, running, and up to date.
    support: full
seealso:
  - module: oracle1.minio.host_files
"""

EXAMPLES = r"""
- name: Run the service, and see whether it has read its settings
  oracle1.minio.host_units:
    units:
      - name: example.service
        reads:
          - {files: [/etc/example.conf], stamp: /run/example.loaded, state: reloaded}
  register: example_units
  notify: example services

# The handler
- name: Restart or reload what runs on old files
  ansible.builtin.systemd_service:
    name: "{{ item.unit }}"
    state: "{{ item.state }}"
  loop: "{{ example_units.stale }}"
  listen: example services
"""

RETURN = r"""
enabled:
  description: Units that were enabled.
  returned: success
  type: list
  elements: str
started:
  description: Units that were started.
  returned: success
  type: list
  elements: str
stale:
  description: Units whose process has not read its files, each with what makes it read them.
  returned: success
  type: list
  elements: dict
  sample: [{unit: example.service, state: reloaded}]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils import _host_units as units


def main() -> None:
    read = {
        "files": {"type": "list", "elements": "path", "required": True},
        "stamp": {"type": "path", "required": True},
        "state": {"type": "str", "choices": ["reloaded", "restarted"], "default": "restarted"},
    }
    unit = {
        "name": {"type": "str", "required": True},
        "reads": {"type": "list", "elements": "dict", "default": [], "options": read},
    }
    module = AnsibleModule(
        argument_spec={"units": {"type": "list", "elements": "dict", "required": True, "options": unit}},
        supports_check_mode=True,
    )

    def run(command: list) -> str:
        code, said, complained = module.run_command(command)
        if code:
            module.fail_json(msg=f"{' '.join(command)}: {(complained or said).strip()}")
        return said

    wanted = module.params["units"]
    names = [item["name"] for item in wanted]
    # Always: NeedDaemonReload does not see the first drop-in of a unit, because systemd looks for it among the directories that it knows.
    if not module.check_mode:
        run(["systemctl", "daemon-reload"])
    due = units.due(wanted, units.show(run, names))
    for action, those in due.items():
        if those and not module.check_mode:
            run(["systemctl", action, "--", *those])
    # After the start, which leaves stamps.
    stale = units.stale(wanted)
    left = [f"{item['unit']} must be {item['state']}" for item in stale]
    module.exit_json(
        changed=any(due.values()) or bool(stale), enabled=due["enable"], started=due["start"], stale=stale,
        diff={"before": {"not enabled": due["enable"], "not running": due["start"], "on old files": left},
              "after": {"not enabled": [], "not running": [], "on old files": left}},
    )


if __name__ == "__main__":
    main()
