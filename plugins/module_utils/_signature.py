# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS signature version 4 of a request whose body is known. Standard library only: it runs on nodes too.

Source: the page "Create a signed AWS API request" of the AWS IAM user guide. A library would do it as well, but importing
one costs more than everything else that a module does.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import typing as t
from urllib.parse import quote

NOTHING = hashlib.sha256(b"").hexdigest()


def target(path: str, query: t.Mapping[str, str] | None = None) -> str:
    """Path and query as they are sent and signed: everything encoded that AWS wants encoded, the query sorted."""
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in (query or {}).items())
    return quote(path, safe="/-_.~") + ("?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else "")


def sign(
    method: str, host: str, sent: str, access_key: str, secret_key: str, now: time.struct_time,
    body: bytes = b"", headers: t.Mapping[str, str] | None = None, region: str = "us-east-1", token: str | None = None,
) -> dict[str, str]:
    """All headers of the request, the signature among them. sent is a target(), now is in UTC, token one of STS."""
    digest = hashlib.sha256(body).hexdigest() if body else NOTHING
    stamp = time.strftime("%Y%m%dT%H%M%SZ", now)
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    signed = {name.lower(): value for name, value in (headers or {}).items()}
    signed.update({"host": host, "x-amz-content-sha256": digest, "x-amz-date": stamp})
    if token:
        signed["x-amz-security-token"] = token
    names = ";".join(sorted(signed))
    path, _mark, query = sent.partition("?")
    canonical = "\n".join([method, path, query, *(f"{name}:{signed[name]}" for name in sorted(signed)), "", names, digest])
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    string = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(key, string.encode(), hashlib.sha256).hexdigest()
    signed["authorization"] = f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    return signed
