# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transport for the S3 API and the admin API, version 3, of a MinIO server.

Signing and the encryption of admin bodies come from the library minio; pooling and TLS from urllib3. Thread-safe.
"""
from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import threading
import time
import traceback
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any, Mapping
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from ansible_collections.oracle1.minio.plugins.module_utils._errors import (
    Refused, Rejected, Unreachable, Untrusted, WriteInCheckMode,
)

try:
    import urllib3
    from minio.credentials import Credentials
    from minio.crypto import decrypt, encrypt
    from minio.signer import sign_v4_s3
except ImportError:
    LIBRARY_ERROR: str | None = traceback.format_exc()
else:
    LIBRARY_ERROR = None

ADMIN = "/minio/admin/v3/"
READING = ("GET", "HEAD")
# How the server writes a time that is none.
NEVER = "0001-01-01T00:00:00Z"
# One derivation of the key for an encrypted body takes 64 MB (argon2id): two at a time bound the memory.
_DERIVATIONS = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Connection:
    """Where the server is and who speaks to it; the option names of the connection fragment."""

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    ca_path: str | None = None
    validate_certs: bool = True
    region: str = "us-east-1"
    timeout: float = 30
    retries: int = 4


@dataclass(frozen=True)
class Answer:
    """A successful answer: the status, the headers and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"null")


class Client:
    """Speaks to one endpoint. reads and writes count the requests that were really sent, repetitions included."""

    def __init__(self, connection: Connection, check_mode: bool = False, connections: int = 8) -> None:
        self._connection = connection
        self._check_mode = check_mode
        self._credentials = Credentials(connection.access_key, connection.secret_key, connection.session_token)
        self._pool, self._host = _pool(connection, connections)
        self._lock = threading.Lock()
        self._sent = {"reads": 0, "writes": 0}

    @property
    def reads(self) -> int:
        return self._sent["reads"]

    @property
    def writes(self) -> int:
        return self._sent["writes"]

    @property
    def access_key(self) -> str:
        return self._connection.access_key

    @property
    def secret_key(self) -> str:
        return self._connection.secret_key

    @property
    def region(self) -> str:
        return self._connection.region

    def s3(self, method: str, bucket: str = "", query: Mapping[str, str] | None = None, body: bytes = b"",
           headers: Mapping[str, str] | None = None, attempt: str = "") -> Answer:
        """Send an S3 request. attempt follows "cannot" in an error. Raises Rejected, Unreachable, WriteInCheckMode."""
        sent = dict(headers or {})
        if body:
            digest = hashlib.md5(body, usedforsecurity=False).digest()
            sent["Content-MD5"] = base64.b64encode(digest).decode()
        return self._send(method, "/" + quote(bucket, safe="-_.~"), query, body, sent, attempt, reading=method in READING)

    def admin(self, method: str, command: str, query: Mapping[str, str] | None = None, body: Any = None,
              encrypted: bool = False, decrypted: bool = False, repeatable: bool = True, looks: bool = False,
              attempt: str = "") -> Answer:
        """Send an admin request whose body is sent as JSON.

        encrypted: the server wants the body under the caller's secret key; decrypted: it answers so;
        repeatable: false when a second arrival of the same request would be an error;
        looks: true for a POST that changes nothing, such as the question for a status.
        """
        data = b"" if body is None else json.dumps(body).encode()
        reading = looks or method in READING
        if encrypted:
            self._guard(reading, method, attempt)
            with _DERIVATIONS:
                data = encrypt(data, self._connection.secret_key)
        headers = {"Content-Type": "application/octet-stream"}
        answer = self._send(method, ADMIN + quote(command), query, data, headers, attempt, repeatable, reading)
        if not decrypted:
            return answer
        with _DERIVATIONS:
            return Answer(answer.status, answer.headers, decrypt(_Readable(answer.body), self._connection.secret_key))

    def like(self, **changes: Any) -> Client:
        """A client that differs in these options of the connection; what it sends counts here, unless the endpoint is another."""
        other = Client(replace(self._connection, **changes), self._check_mode)
        if "endpoint" not in changes:
            other._lock, other._sent = self._lock, self._sent
        return other

    def probe(self) -> None:
        """Ask once, anonymously and without repetition, whether anything answers. Raises Unreachable or Untrusted."""
        self._count(reading=True)
        try:
            self._open("GET", "/minio/health/live", b"", {"Host": self._host})
        except urllib3.exceptions.HTTPError as error:
            raise self._no_answer(error, "reach the server") from None

    def _send(self, method: str, path: str, query: Mapping[str, str] | None, body: bytes, headers: dict[str, str],
              attempt: str, repeatable: bool = True, reading: bool = False) -> Answer:
        self._guard(reading, method, attempt)
        pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in (query or {}).items())
        target = path + ("?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else "")
        left = self._connection.retries
        while True:
            self._count(reading)
            try:
                response = self._open(method, target, body, self._signed(method, target, body, headers))
            except urllib3.exceptions.HTTPError as error:
                problem = self._no_answer(error, attempt)
                never_sent = isinstance(error, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError))
                if isinstance(problem, Untrusted) or left < 1 or not (repeatable or never_sent):
                    raise problem from None
            else:
                if response.status < 300:
                    return Answer(response.status, response.headers, response.data)
                busy = response.status == 503 or (repeatable and response.status in (502, 504))
                if left < 1 or not busy:
                    raise _rejected(response.status, response.data, attempt)
            left -= 1
            time.sleep(min(0.2 * 2 ** (self._connection.retries - left), 5) * random.uniform(0.5, 1))

    def _guard(self, reading: bool, method: str, attempt: str) -> None:
        if self._check_mode and not reading:
            raise WriteInCheckMode(f"a {method} request was about to be sent in check mode", attempt=attempt)

    def _count(self, reading: bool) -> None:
        with self._lock:
            self._sent["reads" if reading else "writes"] += 1

    def _open(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Any:
        return self._pool.request(method, target, body=body or None, headers=headers, retries=False, redirect=False)

    def _signed(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        now = datetime.now(timezone.utc)
        digest = hashlib.sha256(body).hexdigest()
        sent = {**headers, "Host": self._host, "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"), "x-amz-content-sha256": digest}
        if self._connection.session_token:
            sent["X-Amz-Security-Token"] = self._connection.session_token
        return sign_v4_s3(
            method=method, url=urlsplit(f"http://{self._host}{target}"), region=self.region, headers=sent,
            credentials=self._credentials, content_sha256=digest, date=now)

    def _no_answer(self, error: Exception, attempt: str) -> Unreachable | Untrusted:
        where = f"{self._connection.endpoint}: {type(error).__name__}: {error}"
        if isinstance(error, urllib3.exceptions.SSLError):
            return Untrusted(f"the certificate was not accepted (set ca_path to the authority that signed it): {where}",
                             attempt=attempt)
        return Unreachable(f"no answer from {where}", attempt=attempt)


class _Readable:
    """The bytes of an answer in the shape that minio.crypto.decrypt reads from."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, amount: int) -> bytes:
        piece = self._data[self._at:self._at + amount]
        self._at += len(piece)
        return piece

    def close(self) -> None:
        self._data = b""

    def release_conn(self) -> None:
        """Nothing is held."""


def _pool(connection: Connection, connections: int) -> tuple[Any, str]:
    parts = urlsplit(connection.endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise Refused("endpoint must be http://host:port or https://host:port without a path: the signature covers the path",
                      subject=f"endpoint {connection.endpoint}")
    default_port = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = host if parts.port in (None, default_port) else f"{host}:{parts.port}"
    options: dict[str, Any] = {
        "maxsize": connections, "block": True,
        "timeout": urllib3.Timeout(connect=min(connection.timeout, 10), read=connection.timeout),
    }
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(parts.hostname, parts.port or default_port, **options), netloc
    if not connection.validate_certs:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        options["cert_reqs"] = "CERT_NONE"
    else:
        options["cert_reqs"] = "CERT_REQUIRED"
        if connection.ca_path and not os.path.exists(connection.ca_path):
            raise Unreachable(f"ca_path {connection.ca_path} does not exist", attempt="verify the server's certificate")
        if connection.ca_path:
            options["ca_cert_dir" if os.path.isdir(connection.ca_path) else "ca_certs"] = connection.ca_path
    return urllib3.HTTPSConnectionPool(parts.hostname, parts.port or default_port, **options), netloc


def _rejected(status: int, body: bytes, attempt: str) -> Rejected:
    """The server's error, which is XML from S3, JSON from the admin API, and nothing at all after HEAD."""
    code, message = f"HTTP{status}", "the server gave no reason"
    try:
        if body.lstrip()[:1] == b"{":
            answer = json.loads(body)
            code, message = answer.get("Code") or code, answer.get("Message") or message
        elif body.strip():
            root = ElementTree.fromstring(body)
            code, message = root.findtext("Code") or code, root.findtext("Message") or message
    except (ValueError, ElementTree.ParseError):
        message = body[:200].decode("utf-8", "replace")
    return Rejected(message, code, status, attempt)
