#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: config
short_description: Manage a subsystem of the server's configuration
version_added: 0.1.0
description:
  - Sets keys of one subsystem, or of one target of it, such as C(api) or C(notify_webhook:primary), and resets them.
  - The values are compared with what the server has stored, which for most subsystems is not what it runs with until it is
    restarted. RV(restart_needed) tells.
  - Keys and subsystems that the server does not know are refused before anything is written. The server would take an unknown
    key for a part of the value before it.
  - A value that an environment variable of the server overrides cannot be changed here and is refused. RV(overridden) lists them.
  - Needs the permissions C(admin:ConfigUpdate) and, for subsystems that are not dynamic, C(admin:OBDInfo).
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  name:
    description:
      - The subsystem, such as V(api), or one target of it, such as V(notify_webhook:primary).
      - C(mc admin config get ALIAS) lists the subsystems, C(mc admin config set ALIAS SUBSYSTEM) the keys of one.
    type: str
    required: true
  state:
    description:
      - V(absent) removes the target, or resets a subsystem without a target to its defaults.
    type: str
    choices: [present, absent]
    default: present
  settings:
    description:
      - Values by key. Keys that are not mentioned keep their values. A null value resets a key to its default.
      - Compared by meaning, so that V(true) is V(on) and V(60m) is V(1h). A list is written with commas.
      - A target is enabled when it is configured for the first time and C(enable) is not mentioned, as with C(mc).
      - A credential, such as C(auth_token), belongs into O(secrets).
    type: dict
  secrets:
    description:
      - Values by key that are neither shown nor returned. A null value removes one.
      - One that the server has is sent again only with O(update_secret=always), because the server does not show it. One that the
        server lacks is sent. A value that the server does show, such as a C(dsn_string) with a password in it, is compared.
    type: dict
  update_secret:
    description:
      - When O(secrets) are sent. They cannot be compared, so V(always) sends them, and reports a change, in every run.
    type: str
    choices: [on_create, always]
    default: on_create
attributes:
  check_mode:
    support: full
    description: Predicts exactly what a run would change, and sends no writing request.
  diff_mode:
    support: full
    description: Shows the managed keys before and after; an empty dictionary stands for a target that does not exist.
extends_documentation_fragment: [oracle1.minio.connection]
"""

EXAMPLES = r"""
- name: Limit the requests at a time, and keep unfinished uploads for two days
  oracle1.minio.config:
    name: api
    settings:
      requests_max: 1600
      stale_uploads_expiry: 48h

- name: Know a webhook for audit logs, and leave it off for now
  oracle1.minio.config:
    name: audit_webhook:siem
    settings:
      enable: false
      endpoint: https://siem.example.com/minio
      queue_size: 10000
    secrets:
      auth_token: "{{ siem_token }}"

- name: Put one key back to its default
  oracle1.minio.config:
    name: api
    settings:
      requests_max: null

- name: Remove the webhook
  oracle1.minio.config:
    name: audit_webhook:siem
    state: absent
"""

RETURN = r"""
config:
  description: The target as it is after the run, managed keys only. Empty when it does not exist.
  returned: success
  type: dict
  sample: {name: api, settings: {requests_max: "1600"}}
restart_needed:
  description:
    - Whether the servers must be restarted before they run with what is stored, because of this run or of an earlier change.
  returned: success
  type: bool
overridden:
  description: Keys that an environment variable of the server overrides, and the name of the variable.
  returned: success
  type: dict
  sample: {requests_max: MINIO_API_REQUESTS_MAX}
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

from ansible_collections.oracle1.minio.plugins.module_utils._config import CONFIG
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run


def main() -> None:
    run(CONFIG)


if __name__ == "__main__":
    main()
