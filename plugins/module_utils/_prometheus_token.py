# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token with which Prometheus scrapes: a JSON web token that the account signs with its secret key. No server is asked."""
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import tempfile
import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DAY = 86400
SPEC: dict[str, dict[str, Any]] = {
    "account_access_key": {"type": "str", "required": True, "no_log": False},
    "account_secret_key": {"type": "str", "required": True, "no_log": True},
    "path": {"type": "path"},
    "valid_days": {"type": "int", "default": 3650},
    "renew_before_days": {"type": "int", "default": 30},
}


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _signature(signed: str, secret_key: str) -> str:
    return _encoded(hmac.new(secret_key.encode(), signed.encode(), hashlib.sha512).digest())


def make(access_key: str, secret_key: str, expires: int) -> str:
    """The token; expires is in seconds since 1970."""
    parts = ({"alg": "HS512", "typ": "JWT"}, {"iss": "prometheus", "sub": access_key, "exp": expires})
    signed = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{signed}.{_signature(signed, secret_key)}"


def expiry(token: str, access_key: str, secret_key: str) -> int:
    """When the token expires, in seconds since 1970; 0 when it is none of this account and secret."""
    signed, dot, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(signed, secret_key).encode()):
        return 0
    try:
        claims = _decoded(signed.partition(".")[2])
    except ValueError:
        return 0
    return int(claims.get("exp", 0)) if (claims.get("iss"), claims.get("sub")) == ("prometheus", access_key) else 0


def _there(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except FileNotFoundError:
        return ""


def _write(path: str, token: str) -> None:
    # mkstemp makes the file 0600 and the token is never in another one; the owner of the old file keeps the new one.
    handle, draft = tempfile.mkstemp(prefix=".token-", dir=os.path.dirname(os.path.abspath(path)))
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(token + "\n")
        if os.path.exists(path):
            there = os.stat(path)
            os.chown(draft, there.st_uid, there.st_gid)
        os.replace(draft, path)
    except OSError:
        os.unlink(draft)
        raise


def _time(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds else ""


def run() -> None:
    """The whole of the module prometheus_token."""
    module = AnsibleModule(SPEC, supports_check_mode=True, add_file_common_args=True)
    params = module.params
    account, path = (params["account_access_key"], params["account_secret_key"]), params["path"]
    valid, renew = params["valid_days"] * DAY, params["renew_before_days"] * DAY
    if not 0 <= renew < valid:
        module.fail_json(msg=f"prometheus_token {account[0]}: renew_before_days is from 0 to less than valid_days")
    now = int(time.time())
    # To the day, so that a run says what the check before it said.
    new = (now + valid) // DAY * DAY
    if path is None:
        module.exit_json(changed=False, token=make(*account, new), expires=_time(new))
    try:
        there = expiry(_there(path), *account)
        changed = there <= now + renew
        if changed and not module.check_mode:
            _write(path, make(*account, new))
    except OSError as error:
        module.fail_json(msg=f"prometheus_token {account[0]}: cannot keep it in {path}: {error.strerror}")
    params["mode"] = params["mode"] or "0600"
    different = module.set_fs_attributes_if_different(module.load_file_common_arguments(params), False)
    expires = _time(new if changed else there)
    # Under another name than path, to which Ansible would add what the file is like.
    module.exit_json(changed=changed or different, file=path, expires=expires,
                     diff={"before": {"expires": _time(there)}, "after": {"expires": expires}})
