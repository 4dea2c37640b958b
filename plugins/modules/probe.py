#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: probe
short_description: Ask one HTTP health endpoint and look at the certificate that it serves
version_added: 0.1.0
description:
  - Sends one anonymous GET request from the host it runs on and returns status, MinIO's health headers and the served certificate's dates.
  - Never fails because of what it finds. M(oracle1.minio.verify) judges.
  - Needs nothing but Python's standard library on the host.
author: The oracle1.minio maintainers (@oracle1)
options:
  url:
    description: The address to ask, for example V(https://minio1:9000/minio/health/cluster).
    type: str
    required: true
  ca_path:
    description: File with the certificates of the authorities to trust, on the host. The system's store by default.
    type: path
  timeout:
    description:
      - Seconds to wait for the answer.
      - The server itself takes up to 10 seconds before it reports a lost quorum.
    type: float
    default: 15
  unit:
    description: A systemd unit whose last log lines are returned when the answer is not 200.
    type: str
attributes:
  check_mode:
    support: full
    description: Can run in check mode. It changes nothing.
  diff_mode:
    support: none
    description: There is nothing to compare.
"""

EXAMPLES = r"""
- name: Ask this node whether its cluster has write quorum
  oracle1.minio.probe:
    url: https://minio1:9000/minio/health/cluster
    ca_path: /etc/minio/certs/CAs/ca.crt
    unit: minio.service
  register: node
"""

RETURN = r"""
ok:
  description: Whether the status was 200.
  returned: always
  type: bool
status:
  description: The HTTP status, or 0 when there was no answer.
  returned: always
  type: int
error:
  description: Why there was no answer. Empty when there was one.
  returned: always
  type: str
write_quorum:
  description: Drives that a write needs in each erasure set, as the server reports it. Absent for other endpoints.
  returned: when the server says so
  type: int
healing_drives:
  description: Drives that are being healed.
  returned: when the server says so
  type: int
certificate:
  description: The served certificate's end of life. Empty without TLS.
  returned: always
  type: dict
  contains:
    not_after:
      description: End of validity, ISO 8601, UTC.
      type: str
    days_left:
      description: Whole days until then.
      type: int
journal:
  description: The unit's last log lines.
  returned: when O(unit) is given and the status was not 200
  type: list
  elements: str
"""

import http.client
import socket
import ssl
import subprocess
import time
from typing import Any
from urllib.parse import urlsplit

from ansible.module_utils.basic import AnsibleModule


def probe(url: str, ca_path: str | None, timeout: float) -> dict[str, Any]:
    """One request; the result has the keys of RETURN."""
    parts, certificate = urlsplit(url), {}
    result: dict[str, Any] = {"ok": False, "status": 0, "error": "", "certificate": certificate}
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=timeout, context=ssl.create_default_context(cafile=ca_path))
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        connection.connect()
        if isinstance(connection.sock, ssl.SSLSocket):
            end = ssl.cert_time_to_seconds((connection.sock.getpeercert() or {})["notAfter"])
            certificate["not_after"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))
            certificate["days_left"] = int((end - time.time()) // 86400)
        connection.request("GET", parts.path or "/")
        answer = connection.getresponse()
        result["status"], result["ok"] = answer.status, answer.status == 200
        for name, header in (("write_quorum", "X-Minio-Write-Quorum"), ("healing_drives", "X-Minio-Healing-Drives")):
            value = answer.getheader(header, "")
            if value.isdigit():
                result[name] = int(value)
    except (OSError, socket.timeout, http.client.HTTPException) as error:
        result["error"] = f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    return result


def main() -> None:
    module = AnsibleModule(
        argument_spec={"url": {"type": "str", "required": True}, "ca_path": {"type": "path"},
                       "timeout": {"type": "float", "default": 15}, "unit": {"type": "str"}},
        supports_check_mode=True)
    result = probe(module.params["url"], module.params["ca_path"], module.params["timeout"])
    if not result["ok"] and module.params["unit"]:
        tail = subprocess.run(["journalctl", "-u", module.params["unit"], "-n", "20", "--no-pager", "-o", "cat"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        result["journal"] = tail.stdout.splitlines()
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
