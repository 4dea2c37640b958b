# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that every module has. Documented in the fragment oracle1.minio.connection."""
from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback


def _from(variable: str) -> tuple[Any, list[str]]:
    return (env_fallback, [f"ORACLE1_MINIO_{variable}"])


CONNECTION: dict[str, dict[str, Any]] = {
    "endpoint": {"type": "list", "elements": "str", "required": True, "fallback": _from("ENDPOINT")},
    "access_key": {"type": "str", "required": True, "no_log": False, "fallback": _from("ACCESS_KEY")},
    "secret_key": {"type": "str", "required": True, "no_log": True, "fallback": _from("SECRET_KEY")},
    "session_token": {"type": "str", "no_log": True, "fallback": _from("SESSION_TOKEN")},
    "ca_path": {"type": "path", "fallback": _from("CA_PATH")},
    "validate_certs": {"type": "bool", "default": True},
    "region": {"type": "str", "default": "us-east-1"},
    "timeout": {"type": "float", "default": 30},
    "retries": {"type": "int", "default": 4},
}
