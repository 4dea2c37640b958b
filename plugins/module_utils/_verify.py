# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes a run green: the judgement over probes, the cluster's own report and an S3 round trip.

`judge` is pure. Its result is a list of checks `{name, ok, detail}` in a fixed order; a check says what was seen and,
when it is not ok, what to look at.
"""
from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.oracle1.minio.plugins.module_utils._client import Connection

try:
    import minio
    import urllib3
except ImportError:
    pass  # _client.LIBRARY_ERROR says so


@dataclass(frozen=True)
class Expected:
    """What the inventory promises. `nodes` are host names, `drives` is the number of drives of the whole cluster."""

    nodes: list[str]
    drives: int
    write_quorum: int
    release: str
    certificate_days: int


def check(name: str, problems: list[str], detail: str) -> dict[str, Any]:
    return {"name": name, "ok": not problems, "detail": "; ".join(problems) or detail}


def judge_probes(expected: Expected, probes: dict[str, dict[str, Any] | None]) -> list[dict[str, Any]]:
    """Checks of what each host saw: its own health and the certificate it serves. A None probe is a host not reached."""
    sick = [f"{host}: {'not reached' if not seen else seen['error'] or 'status %d' % seen['status']}"
            for host, seen in probes.items() if not seen or not seen["ok"]]
    quorums = sorted({seen["write_quorum"] for seen in probes.values() if seen and "write_quorum" in seen})
    wrong = [f"the nodes report {quorums}, the topology needs {expected.write_quorum}"] if quorums != [expected.write_quorum] else []
    lives = {host: seen["certificate"]["days_left"] for host, seen in probes.items()
             if seen and seen.get("certificate")}
    ending = [f"{host}: {days} days left, renew it (minio_tls_renew_before_days)"
              for host, days in lives.items() if days < expected.certificate_days]
    return [check("health", sick, f"{', '.join(probes)} answer 200"),
            check("write quorum", wrong, f"{expected.write_quorum} drives per erasure set, on every node"),
            check("certificates", ending, f"{min(lives.values())} days left or more" if lives else "TLS is off")]


def judge_info(expected: Expected, info: dict[str, Any]) -> list[dict[str, Any]]:
    """Checks of the admin API's `info` answer: every node online, every drive ok, every node on the release."""
    servers = {server["endpoint"].rsplit(":", 1)[0]: server for server in info.get("servers", [])}
    absent = [f"{node} is {servers[node]['state'] if node in servers else 'unknown to the cluster'}"
              for node in expected.nodes if servers.get(node, {}).get("state") != "online"]
    drives = [drive for server in servers.values() for drive in server.get("drives") or []]
    broken = [f"{drive.get('endpoint')} is {drive.get('state')}{' and healing' if drive.get('healing') else ''}"
              for drive in drives if drive.get("state") != "ok" or drive.get("healing")]
    if len(drives) != expected.drives:
        broken.append(f"{len(drives)} drives seen, {expected.drives} expected")
    stamps = {node: "RELEASE." + server.get("version", "").replace(":", "-") for node, server in servers.items()}
    other = [f"{node} runs {stamp}, {expected.release} expected" for node, stamp in stamps.items() if stamp != expected.release]
    return [check("nodes", absent, f"{len(expected.nodes)} of {len(expected.nodes)} online"),
            check("drives", broken, f"{expected.drives} of {expected.drives} ok"),
            check("release", other, expected.release)]


def round_trip(connection: Connection, bucket: str, size: int = 6 * 2**20) -> dict[str, Any]:
    """Write, read back, compare and delete an object of `size` bytes in two parts."""
    problems = []
    for endpoint in connection.endpoint:
        try:
            found = _round_trip(_minio(connection, endpoint), bucket, size)
        except (minio.error.MinioException, urllib3.exceptions.HTTPError) as error:
            found = [f"{type(error).__name__}: {error}"]
        problems += [f"{endpoint}: {problem}" for problem in found]
    through = " and ".join(connection.endpoint)
    return check("S3 round trip", problems, f"{size >> 20} MiB in two parts through {through}: written, read back equal, deleted")


def _minio(connection: Connection, endpoint: str) -> Any:
    parts = urlsplit(endpoint)
    trust = {"cert_reqs": "CERT_REQUIRED", "ca_certs": connection.ca_path} if connection.validate_certs else {"cert_reqs": "CERT_NONE"}
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=10, read=connection.timeout), retries=False,
                               **(trust if parts.scheme == "https" else {}))
    return minio.Minio(parts.netloc, connection.access_key, connection.secret_key, connection.session_token,
                       secure=parts.scheme == "https", region=connection.region, http_client=pool)


def _round_trip(client: Any, bucket: str, size: int) -> list[str]:
    body, name = os.urandom(size), f"verify-{os.urandom(8).hex()}"
    made = not client.bucket_exists(bucket)
    if made:
        client.make_bucket(bucket)
    try:
        client.put_object(bucket, name, io.BytesIO(body), size, part_size=5 * 2**20)
        answer = client.get_object(bucket, name)
        try:
            same = answer.read() == body
        finally:
            answer.close()
            answer.release_conn()
        client.remove_object(bucket, name)
        gone = not any(client.list_objects(bucket, prefix=name))
    finally:
        if made:
            for item in client.list_objects(bucket, recursive=True):
                client.remove_object(bucket, item.object_name)
            client.remove_bucket(bucket)
    return ([] if same else ["the object read back differs from the one written"]) + (
        [] if gone else ["the deleted object is still listed"])


def table(checks: list[dict[str, Any]]) -> list[str]:
    """The checks as aligned lines of text."""
    width = max(len(item["name"]) for item in checks)
    return [f"{'ok    ' if item['ok'] else 'FAILED'}  {item['name']:<{width}}  {item['detail']}" for item in checks]


def failure(checks: list[dict[str, Any]], probes: dict[str, dict[str, Any] | None]) -> str:
    """Why the run is red, with the last log lines of the hosts that are not well; empty when all checks are ok."""
    bad = [f"{item['name']}: {item['detail']}" for item in checks if not item["ok"]]
    if not bad:
        return ""
    logs = [f"last log lines of {host}:\n  " + "\n  ".join(seen["journal"][-8:])
            for host, seen in probes.items() if seen and seen.get("journal")]
    return "\n".join(["The cluster does not serve as it should.", *bad, *logs])
