# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations


class ModuleDocFragment:
    """How a module reaches the server. The options are typed in plugins/module_utils/_argspec.py."""

    DOCUMENTATION = r"""
options:
  endpoint:
    description:
      - Address of the server or of its balancer, such as V(https://minio.example.com:9000). The scheme decides whether TLS is used.
      - It has no path, because the signature covers the path.
      - Several are tried in turn, as a list or separated by commas, when one does not answer; what was written through one is
        the same through another only if they lead to the same cluster.
    type: list
    elements: str
    required: true
  access_key:
    description: Access key of the caller.
    type: str
    required: true
  secret_key:
    description: Secret key of the caller.
    type: str
    required: true
  session_token:
    description: Session token, where the credential is a temporary one.
    type: str
  ca_path:
    description: File or directory with the certificates of the authorities to trust. The system's store by default.
    type: path
  validate_certs:
    description: Whether the server's certificate is verified.
    type: bool
    default: true
  region:
    description: Region of the server, which is part of the signature.
    type: str
    default: us-east-1
  timeout:
    description: Seconds to wait for an answer. A connection is waited for 10 seconds at most.
    type: float
    default: 30
  retries:
    description: How often a request is repeated when there is no answer or the server is too busy.
    type: int
    default: 4
requirements:
  - minio >= 7.2.20, < 8
notes:
  - O(endpoint), O(access_key), O(secret_key), O(session_token) and O(ca_path) fall back to the environment variables
    E(ORACLE1_MINIO_ENDPOINT), E(ORACLE1_MINIO_ACCESS_KEY), E(ORACLE1_MINIO_SECRET_KEY), E(ORACLE1_MINIO_SESSION_TOKEN)
    and E(ORACLE1_MINIO_CA_PATH) of the machine where the module runs.
  - The action group C(oracle1.minio.minio) sets them once for all, in C(module_defaults) under C(group/oracle1.minio.minio).
"""
