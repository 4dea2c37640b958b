# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to one node, always directly and never through a proxy: its health, and what it knows of all drives.

Health requests are anonymous, as the server wants them. The state of the drives needs the administrator's signature
(AWS signature version 4, no body). Standard library only.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
import typing as t
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from ansible_collections.oracle1.minio.plugins.module_utils import _server_drives_used as inspection
from ansible_collections.oracle1.minio.plugins.module_utils._signature import sign

# The server answers within its own deadline of 10 s (MINIO_API_CLUSTER_DEADLINE).
TIMEOUT = 15
HEALTH = "/minio/health/cluster"
INFO = "/minio/admin/v3/info"
HEAL = "/minio/admin/v3/heal/"


@dataclass
class Answer:
    """Status (0: no answer), headers in lower case, body, and why there was no answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str = ""

    @property
    def text(self) -> str:
        """For a message: what came back."""
        if not self.status:
            return self.error
        state = self.headers.get("x-minio-server-status")
        return f"HTTP {self.status}" + (f" ({state})" if state else "")


class Node:
    """One node's API address."""

    def __init__(self, endpoint: str, ca_path: str | None = None) -> None:
        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{endpoint!r} is no address; use for example https://minio1:9000")
        self.endpoint = endpoint.rstrip("/")
        self.tls = parts.scheme == "https"
        self.host, self.port = parts.hostname, parts.port or (443 if self.tls else 80)
        self.netloc = parts.netloc
        self.ca_path = ca_path

    def get(self, path: str, headers: t.Mapping[str, str] | None = None) -> Answer:
        return self.send("GET", path, headers)

    def send(self, method: str, path: str, headers: t.Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """One request. Whatever goes wrong on the way is an Answer without a status."""
        connection: http.client.HTTPConnection
        try:
            if self.tls:
                context = ssl.create_default_context(cafile=self.ca_path)
                connection = http.client.HTTPSConnection(self.host, self.port, timeout=TIMEOUT, context=context)
            else:
                connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT)
        except OSError as error:
            return Answer(error=f"{self.ca_path}: {error}")
        try:
            connection.request(method, path, body or None, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except (OSError, http.client.HTTPException) as error:
            return Answer(error=f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    def cluster(self) -> Answer:
        """Whether this node serves and every erasure set has its write quorum."""
        return self.get(HEALTH)

    def maintenance(self) -> Answer:
        """Whether every erasure set keeps its write quorum without this node's own drives."""
        return self.get(f"{HEALTH}?maintenance=true")

    def drives(self, access_key: str, secret_key: str, waiting: t.Collection[str] = ()) -> tuple[list[str], str]:
        """What is wrong with nodes and drives as this node sees them, and why it could not be asked."""
        info, error = self._info(access_key, secret_key)
        return judge(info, waiting), error

    def present(self, access_key: str, secret_key: str) -> tuple[set[str], str]:
        """Drives (`host:port/path`) that their own nodes report as good, and why it could not be asked."""
        info, error = self._info(access_key, secret_key)
        found = [drive for server in info.get("servers") or [] for drive in server.get("drives") or [] if drive.get("state") == "ok"]
        return {str(drive.get("endpoint")).partition("://")[2] for drive in found}, error

    def members(self, access_key: str, secret_key: str) -> tuple[set[str], str]:
        """Names of all nodes in this node's list of pools, and why it could not be asked."""
        info, error = self._info(access_key, secret_key)
        return {_name(server) for server in info.get("servers") or []}, error

    def used(self, access_key: str, secret_key: str) -> tuple[set[str], Answer]:
        """Drives (`host:port/path`) that this node reads and writes through, and its answer. ValueError for an unknown form of it."""
        sent = f"{inspection.PATH}?{inspection.QUERY}"
        answer = self.get(sent, sign("GET", self.netloc, sent, access_key, secret_key, time.gmtime()))
        return inspection.drives(answer.body) if answer.status == 200 else set(), answer

    def heal(self, access_key: str, secret_key: str, token: str = "") -> Answer:
        """Start to heal everything that differs between drives, or with its token see how far that is."""
        sent = HEAL + (f"?clientToken={quote(token, safe='')}" if token else "")
        body = b"" if token else json.dumps({"recursive": True, "remove": True, "scanMode": 1}).encode()
        return self.send("POST", sent, sign("POST", self.netloc, sent, access_key, secret_key, time.gmtime(), body), body)

    def _info(self, access_key: str, secret_key: str) -> tuple[dict[str, t.Any], str]:
        answer = self.get(INFO, sign("GET", self.netloc, INFO, access_key, secret_key, time.gmtime()))
        if answer.status != 200:
            return {}, f"{INFO}: {answer.text}"
        try:
            return json.loads(answer.body), ""
        except ValueError:
            return {}, f"{INFO}: the answer is no JSON"


def judge(info: t.Mapping[str, t.Any], waiting: t.Collection[str] = ()) -> list[str]:
    """What is not as it should be in the server's own account of the cluster.

    A node that waits for peers with its settings reports itself as initializing and is counted out by every health
    check, but its drives are read and written by the others. Such nodes may be named in `waiting`.
    """
    wrong: list[str] = []
    versions: dict[str, list[str]] = {}
    for server in info.get("servers") or []:
        name, state = server.get("endpoint", "?"), server.get("state")
        if state == "initializing" and _name(server) in waiting:
            continue
        if state != "online":
            wrong.append(f"node {name} is {state}")
            continue
        versions.setdefault(str(server.get("version")), []).append(name)
        for drive in server.get("drives") or []:
            if drive.get("state") != "ok":
                wrong.append(f"drive {drive.get('endpoint') or drive.get('path')} is {drive.get('state')}")
    if len(versions) > 1:
        wrong.append("nodes run different versions: " + "; ".join(f"{k}: {', '.join(v)}" for k, v in sorted(versions.items())))
    return wrong


def _name(server: t.Mapping[str, t.Any]) -> str:
    return str(server.get("endpoint", "?")).rpartition(":")[0].strip("[]")
