#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: host_facts
short_description: Read everything that preflight judges about a host
version_added: 0.1.0
description:
  - Returns clock, size, system, the state of the configured drives, who listens on the given ports, and what the host's
    resolver answers for the given names, in one call.
  - Changes nothing. Needs nothing but Python's standard library on the host.
  - Reading the owner of a port, the signature of a device and MinIO's files needs root.
author: The oracle1.minio maintainers (@oracle1)
options:
  drives:
    description: The drives of this node, as in C(minio_server_drives).
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Mount point of the drive.
        type: path
        required: true
      device:
        description: Path of the block device.
        type: path
      uuid:
        description: UUID of the file system.
        type: str
      label:
        description: Label of the file system.
        type: str
      format:
        description: Whether the role may make a file system on a device without any signature. Not used here.
        type: bool
        default: false
  ports:
    description: TCP ports whose listeners are wanted.
    type: list
    elements: int
    default: []
  peers:
    description: Names to resolve.
    type: list
    elements: str
    default: []
  resolve_timeout:
    description: Seconds to wait for the resolver, for all names together.
    type: float
    default: 2
attributes:
  check_mode:
    support: full
    description: Can run in check mode. It changes nothing.
  diff_mode:
    support: none
    description: There is nothing to compare.
"""

EXAMPLES = r"""
- name: Read what preflight judges
  oracle1.minio.host_facts:
    drives:
      - path: /mnt/minio/drive1
        label: MINIO1
    ports: [9000, 9001]
    peers: [minio1, minio2, minio3]
  register: host
"""

RETURN = r"""
facts:
  description: What was found.
  returned: always
  type: dict
  contains:
    time:
      description:
        - Seconds since the epoch when the module began (C(start)) and ended (C(end)) by the host's clock, and
          C(synchronized), whether the kernel's clock is disciplined by a time service (null if it does not say).
        - C(controller) holds C(sent) and C(received) by the controller's clock, around the whole call.
      type: dict
      sample: {start: 1764000000.1, end: 1764000000.2, synchronized: true, controller: {sent: 1763999999.6, received: 1764000000.25}}
    hostname:
      description: The host's own name.
      type: str
    cores:
      description: Cores that this host may use.
      type: int
    memory:
      description: Memory in bytes.
      type: int
    machine:
      description: The kernel's name of the architecture.
      type: str
    architecture:
      description: Go's name of the architecture.
      type: str
      sample: amd64
    distribution:
      description: C(id), C(version) and C(name) from os-release.
      type: dict
    addresses:
      description: Addresses of this host, loopback excluded.
      type: list
      elements: str
    drives:
      description: One entry per configured drive, in order.
      type: list
      elements: dict
      contains:
        path:
          description: Mount point.
          type: str
        exists:
          description: Whether the directory exists.
          type: bool
        symlink:
          description: Whether the path is a symbolic link.
          type: bool
        mounted:
          description: Whether the path is a mount point.
          type: bool
        mount:
          description: C(point), C(source), C(fstype), C(options), device C(number) and C(subtree) of the mount, null if there is none.
          type: dict
        held_by:
          description: The mount point that holds the path.
          type: str
        number:
          description: Device number of the path, or of its nearest existing parent.
          type: str
          sample: "7:3"
        disk:
          description: Name of the whole disk behind that device.
          type: str
        on_root:
          description: Whether that device is the one of the root file system.
          type: bool
        submounts:
          description: Mount points below the path.
          type: list
          elements: str
        size:
          description: Size of the file system in bytes, 0 if the path does not exist.
          type: int
        free:
          description: Free bytes.
          type: int
        device:
          description:
            - The device that the drive names. C(named_by), C(path), C(exists), C(block), C(number), C(disk), C(size) in bytes,
              C(mounted_at), C(busy), C(fstype), C(uuid), C(label), C(partition_table).
            - C(signature) is empty for a device without any signature and null where it could not be read.
          type: dict
        content:
          description: Up to five names on the drive that are neither MinIO's own nor the file system's.
          type: list
          elements: str
        format_json:
          description: C(deployment_id), C(backend), C(this) and C(sets) of MinIO's format.json, null if there is none.
          type: dict
        format_error:
          description: Why format.json could not be read, empty if it could or does not exist.
          type: str
    ports:
      description: Listeners on the given ports, each with C(port), C(address), C(pid) and C(process), null where they cannot be seen.
      type: list
      elements: dict
    pools:
      description: The server pools that this node was told, each a list of arguments. Empty where there is no server yet.
      type: list
      elements: list
    peers:
      description: The given names, each with C(name), C(addresses) and C(error), null when the name resolves.
      type: list
      elements: dict
"""

import time

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils import _host, _host_drives

DRIVE = {
    "path": {"type": "path", "required": True},
    "device": {"type": "path"},
    "uuid": {"type": "str"},
    "label": {"type": "str"},
    "format": {"type": "bool", "default": False},
}
# Where the role minio_server writes them.
ENVIRONMENT = "/etc/default/minio"
CONFIGURATION = "/etc/minio/config.yml"
ARGUMENTS = {
    "drives": {"type": "list", "elements": "dict", "default": [], "options": DRIVE},
    "ports": {"type": "list", "elements": "int", "default": []},
    "peers": {"type": "list", "elements": "str", "default": []},
    "resolve_timeout": {"type": "float", "default": 2},
}


def main() -> None:
    start = time.time()
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    facts = {
        **_host.system(),
        "addresses": _host.addresses(),
        "drives": _host_drives.drives(module.params["drives"]),
        "ports": _host.listening(module.params["ports"]),
        "pools": _host.pools(_host.read_text(ENVIRONMENT), _host.read_text(CONFIGURATION)),
        "peers": _host.resolve(module.params["peers"], module.params["resolve_timeout"]),
    }
    facts["time"] = {"start": start, "synchronized": _host.synchronized(), "end": time.time()}
    module.exit_json(changed=False, facts=facts)


if __name__ == "__main__":
    main()
