# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transport for the S3 API, the admin API, version 3, and the KMS API of a MinIO server.

Pooling and TLS come from urllib3. Thread-safe.
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
from typing import Any, Mapping, Sequence
from urllib.parse import SplitResult, urlsplit
from xml.etree import ElementTree

from ansible_collections.oracle1.minio.plugins.module_utils._crypto import decrypt, encrypt
from ansible_collections.oracle1.minio.plugins.module_utils._errors import (
    Problem, Refused, Rejected, Unreachable, Untrusted, WriteInCheckMode,
)
from ansible_collections.oracle1.minio.plugins.module_utils._signature import sign, target

try:
    import urllib3
except ImportError:
    LIBRARY_ERROR: str | None = traceback.format_exc()
else:
    LIBRARY_ERROR = None

ADMIN = "/minio/admin/v3/"
KMS = "/minio/kms/v1/"
READING = ("GET", "HEAD")
# How the server writes a time that is none.
NEVER = "0001-01-01T00:00:00Z"


@dataclass(frozen=True)
class Connection:
    """Where the server is and who speaks to it; the option names of the connection fragment."""

    endpoint: Sequence[str]
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    ca_path: str | None = None
    validate_certs: bool = True
    region: str = "us-east-1"
    timeout: float = 30
    retries: int = 4


@dataclass(frozen=True)
class Endpoint:
    """One address of the server: as it was written, its connections, and the Host that is signed."""

    written: str
    pool: Any = field(repr=False)
    host: str


@dataclass(frozen=True)
class Answer:
    """A successful answer: the status, the headers and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"null")


class Client:
    """Speaks to one endpoint, and to the next one when it does not answer. Raises Refused for options that cannot serve.

    reads and writes count the requests that were really sent, repetitions included.
    """

    def __init__(self, connection: Connection, check_mode: bool = False, connections: int = 8) -> None:
        if not connection.endpoint:
            raise Refused("name at least one", subject="endpoint")
        if connection.timeout <= 0:
            raise Refused("it must be more than 0 seconds", subject="timeout")
        self._connection = connection
        self._check_mode = check_mode
        self._endpoints = [_endpoint(written, connection, connections) for written in connection.endpoint]
        self._at = 0
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
        return self._send(method, f"/{bucket}", query, body, sent, attempt, reading=method in READING)

    def admin(self, method: str, command: str, query: Mapping[str, str] | None = None, body: Any = None,
              encrypted: bool = False, decrypted: bool = False, repeatable: bool = True, looks: bool = False,
              attempt: str = "") -> Answer:
        """Send an admin request whose body is sent as JSON, or as it is when it is bytes.

        encrypted: the server wants the body under the caller's secret key; decrypted: it answers so;
        repeatable: false when a second arrival of the same request would be an error;
        looks: true for a POST that changes nothing, such as the question for a status.
        """
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        reading = looks or method in READING
        if encrypted:
            self._guard(reading, method, attempt)
            data = encrypt(data, self._connection.secret_key)
        headers = {"Content-Type": "application/octet-stream"}
        answer = self._send(method, ADMIN + command, query, data, headers, attempt, repeatable, reading)
        return Answer(answer.status, answer.headers, decrypt(answer.body, self._connection.secret_key)) if decrypted else answer

    def kms(self, command: str, query: Mapping[str, str] | None = None, attempt: str = "") -> Answer:
        """Ask the API of the key management service."""
        return self._send("GET", KMS + command, query, b"", {}, attempt, reading=True)

    def like(self, **changes: Any) -> Client:
        """A client that differs in these options of the connection; what it sends counts here, unless the endpoint is another."""
        other = Client(replace(self._connection, **changes), self._check_mode)
        if "endpoint" not in changes:
            other._lock, other._sent = self._lock, self._sent
        return other

    def probe(self) -> None:
        """Ask every endpoint once, anonymously, whether it answers, until one does. Raises Unreachable or Untrusted."""
        for endpoint in self._endpoints:
            self._count(reading=True)
            try:
                _open(endpoint, "GET", "/minio/health/live", b"", {"Host": endpoint.host})
                return
            except urllib3.exceptions.HTTPError as error:
                problem = _no_answer(endpoint, error, "reach the server")
            if isinstance(problem, Untrusted):
                break
            self._leave(endpoint)
        raise problem

    def _send(self, method: str, path: str, query: Mapping[str, str] | None, body: bytes, headers: dict[str, str],
              attempt: str, repeatable: bool = True, reading: bool = False) -> Answer:
        self._guard(reading, method, attempt)
        sent = target(path, query)
        tries = max(self._connection.retries + 1, len(self._endpoints))
        for attempted in range(1, tries + 1):
            self._count(reading)
            endpoint = self._endpoints[self._at]
            try:
                response = _open(endpoint, method, sent, body, self._signed(endpoint, method, sent, body, headers))
            except urllib3.exceptions.HTTPError as error:
                problem: Problem = _no_answer(endpoint, error, attempt)
                never_sent = isinstance(error, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError))
                again = not isinstance(problem, Untrusted) and (repeatable or never_sent)
            else:
                if response.status < 300:
                    return Answer(response.status, response.headers, response.data)
                problem = _rejected(response.status, response.data, attempt)
                again = response.status == 503 or (repeatable and response.status in (502, 504))
            if not again or attempted == tries:
                break
            self._leave(endpoint)
            if attempted % len(self._endpoints) == 0:
                time.sleep(min(0.2 * 2 ** (attempted // len(self._endpoints)), 5) * random.uniform(0.5, 1))
        raise problem

    def _leave(self, endpoint: Endpoint) -> None:
        """Let the next request go to the next endpoint, unless another thread has seen to it."""
        with self._lock:
            if self._endpoints[self._at] is endpoint:
                self._at = (self._at + 1) % len(self._endpoints)

    def _guard(self, reading: bool, method: str, attempt: str) -> None:
        if self._check_mode and not reading:
            raise WriteInCheckMode(f"a {method} request was about to be sent in check mode", attempt=attempt)

    def _count(self, reading: bool) -> None:
        with self._lock:
            self._sent["reads" if reading else "writes"] += 1

    def _signed(self, endpoint: Endpoint, method: str, sent: str, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        who = self._connection
        return sign(method, endpoint.host, sent, who.access_key, who.secret_key, time.gmtime(), body, headers, self.region, who.session_token)


def _open(endpoint: Endpoint, method: str, sent: str, body: bytes, headers: Mapping[str, str]) -> Any:
    return endpoint.pool.request(method, sent, body=body or None, headers=headers, retries=False, redirect=False)


def _no_answer(endpoint: Endpoint, error: Exception, attempt: str) -> Unreachable | Untrusted:
    where = f"{endpoint.written}: {type(error).__name__}: {error}"
    if isinstance(error, urllib3.exceptions.SSLError):
        return Untrusted(f"the certificate was not accepted (set ca_path to the authority that signed it): {where}", attempt=attempt)
    return Unreachable(f"no answer from {where}", attempt=attempt)


def _parts(written: str) -> SplitResult | None:
    """The parts of an endpoint's address; None when it cannot be one."""
    try:
        parts = urlsplit(written)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.path.strip("/") and not parts.query
    except ValueError:  # a port that is no number, or a bracket that stays open
        return None
    return parts if sound else None


def _endpoint(written: str, connection: Connection, connections: int) -> Endpoint:
    if "@" in written:
        # It is not repeated: what stands before the sign is a secret.
        raise Refused("it has a user or a password before an @: write them as access_key and secret_key", subject="endpoint")
    parts = _parts(written)
    if parts is None:
        raise Refused("endpoint must be http://host:port or https://host:port without a path: the signature covers the path",
                      subject=f"endpoint {written}")
    default_port = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = host if parts.port in (None, default_port) else f"{host}:{parts.port}"
    options: dict[str, Any] = {
        "maxsize": connections, "block": True,
        "timeout": urllib3.Timeout(connect=min(connection.timeout, 10), read=connection.timeout),
    }
    if parts.scheme == "http":
        return Endpoint(written, urllib3.HTTPConnectionPool(parts.hostname, parts.port or default_port, **options), netloc)
    if not connection.validate_certs:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        options["cert_reqs"] = "CERT_NONE"
    else:
        options["cert_reqs"] = "CERT_REQUIRED"
        if connection.ca_path and not os.path.exists(connection.ca_path):
            raise Unreachable(f"ca_path {connection.ca_path} does not exist", attempt="verify the server's certificate")
        if connection.ca_path:
            options["ca_cert_dir" if os.path.isdir(connection.ca_path) else "ca_certs"] = connection.ca_path
    return Endpoint(written, urllib3.HTTPSConnectionPool(parts.hostname, parts.port or default_port, **options), netloc)


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
