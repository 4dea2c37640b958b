#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: diagnosis
short_description: Gather what a host's logs, drives and configuration say of its part of a cluster
version_added: 0.1.0
description:
  - Reads the journal of the units, the balancer's log of requests, the kernel's errors, mounts, and configurations with their secrets hidden.
  - Changes nothing. M(oracle1.minio.diagnosis_archive) makes one archive of the results of many hosts.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  units:
    description: Units whose state and journal are read. One that the host does not have is left out.
    type: list
    elements: str
    default: [minio.service, nginx.service]
  access_log:
    description: The balancer's log of requests, one JSON object a line. Empty for none.
    type: str
    default: /var/log/nginx/minio_access.log
  configurations:
    description: Files to take along. What is assigned to a variable whose name speaks of a secret is hidden.
    type: list
    elements: path
    default: [/etc/default/minio, /etc/nginx/nginx.conf]
  commands:
    description: Commands whose output is taken along, such as those that print versions. One that is missing is left out.
    type: list
    elements: list
    default: [[/usr/local/bin/minio, --version], [nginx, -v], [uname, -a], [timedatectl]]
  hours:
    description: How far back the journal is read.
    type: int
    default: 24
  lines:
    description: How many lines of each log are read, from its end.
    type: int
    default: 20000
  slow_seconds:
    description: A request that takes this long is slow.
    type: float
    default: 5
attributes:
  check_mode:
    support: full
    description: It changes nothing.
  diff_mode:
    support: none
    description: There is nothing to compare.
"""

EXAMPLES = r"""
- name: Look at the host
  oracle1.minio.diagnosis:
    hours: 2
  register: seen
"""

RETURN = r"""
units:
  description: State of each unit that the host has.
  returned: success
  type: dict
errors:
  description: The server's errors, those that differ in numbers only together, with C(message), C(api), C(count) and C(last).
  returned: success
  type: list
  elements: dict
requests:
  description: The balancer's log in short, with C(requests), C(statuses), C(nodes), C(failed), C(failed_total), C(slow) and C(slow_total).
  returned: success
  type: dict
mounts:
  description: Mounted file systems of drives, with C(path), C(total), C(free), C(inodes_free) and C(used_percent).
  returned: success
  type: list
  elements: dict
files:
  description: Texts for the archive by file name.
  returned: success
  type: dict
"""

import os
import subprocess
from collections import deque

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils import _diagnosis as diagnosis

KEPT = 400
SPEC = {
    "units": {"type": "list", "elements": "str", "default": ["minio.service", "nginx.service"]},
    "access_log": {"type": "str", "default": "/var/log/nginx/minio_access.log"},
    "configurations": {"type": "list", "elements": "path", "default": ["/etc/default/minio", "/etc/nginx/nginx.conf"]},
    "commands": {"type": "list", "elements": "list",
                 "default": [["/usr/local/bin/minio", "--version"], ["nginx", "-v"], ["uname", "-a"], ["timedatectl"]]},
    "hours": {"type": "int", "default": 24},
    "lines": {"type": "int", "default": 20000},
    "slow_seconds": {"type": "float", "default": 5},
}


def said(*argv):
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")


def tail(path, lines):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return list(deque(file, lines))
    except OSError:
        return []


def mounts():
    found = []
    for line in tail("/proc/mounts", 1000):
        device, path, kind = line.split()[:3]
        path = path.replace("\\040", " ")
        if device.startswith("/dev/") and os.path.isdir(path) and kind != "squashfs":
            room = os.statvfs(path)
            found.append({"path": path, "total": room.f_blocks * room.f_frsize, "free": room.f_bavail * room.f_frsize,
                          "inodes_free": room.f_favail, "used_percent": round(100 - 100 * room.f_bavail / max(room.f_blocks, 1))})
    return found


def gather(params):
    """The keys of RETURN."""
    since = "--since=-{}h".format(params["hours"])
    states = {unit: said("systemctl", "is-active", unit).strip() for unit in params["units"] if said("systemctl", "cat", unit).startswith("#")}
    files, errors = {"kernel.log": said("journalctl", "-k", "-p", "err", "-n", "200", "--no-pager", since)}, []
    for unit in states:
        lines = said("journalctl", "-u", unit, "-n", str(params["lines"]), "--no-pager", "-o", "cat", since).splitlines()
        found = diagnosis.entries(lines)
        errors += found
        files[unit + ".log"] = "\n".join(lines[-KEPT:]) + "\n"
        files[unit + ".errors.log"] = "".join("{time} {api} {message}\n".format(**entry) for entry in found[-KEPT:])
        files[unit + ".status"] = said("systemctl", "show", unit, "-p", "ActiveEnterTimestamp,NRestarts,ExecMainStatus,MemoryCurrent,TasksCurrent")
    for path in params["configurations"]:
        text = "".join(tail(path, 5000))
        if text:
            files[os.path.basename(path)] = diagnosis.without_secrets(text)
    files["versions.txt"] = "".join("$ {}\n{}\n".format(" ".join(argv), said(*argv)) for argv in params["commands"])
    requests = diagnosis.requests(tail(params["access_log"], params["lines"]) if params["access_log"] else [], params["slow_seconds"])
    return {"units": states, "errors": diagnosis.alike(errors), "requests": requests, "mounts": mounts(), "files": files}


def main():
    module = AnsibleModule(SPEC, supports_check_mode=True)
    module.exit_json(changed=False, **gather(module.params))


if __name__ == "__main__":
    main()
