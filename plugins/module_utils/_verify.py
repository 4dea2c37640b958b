# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes a run green: the judgement over probes, the cluster's own report and an S3 round trip.

`judge` is pure. Its result is a list of checks `{name, ok, detail}` in a fixed order; a check says what was seen and,
when it is not ok, what to look at.
"""
from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from typing import Any


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


def round_trip(client: Any, bucket: str, size: int = 6 * 2**20) -> dict[str, Any]:
    """Write, read back, compare and delete an object of `size` bytes (two parts) through a minio.Minio client."""
    body, name = os.urandom(size), f"verify-{os.urandom(8).hex()}"
    made = not client.bucket_exists(bucket)
    if made:
        client.make_bucket(bucket)
    try:
        client.put_object(bucket, name, io.BytesIO(body), size, part_size=5 * 2**20)
        answer = client.get_object(bucket, name)
        try:
            same = hashlib.sha256(answer.read()).digest() == hashlib.sha256(body).digest()
        finally:
            answer.close()
            answer.release_conn()
        client.remove_object(bucket, name)
        gone = not any(item.object_name == name for item in client.list_objects(bucket, prefix=name))
    finally:
        if made:
            for item in client.list_objects(bucket, recursive=True):
                client.remove_object(bucket, item.object_name)
            client.remove_bucket(bucket)
    problems = ([] if same else ["the object read back differs from the one written"]) + (
        [] if gone else ["the deleted object is still listed"])
    return check("S3 round trip", problems, f"{size >> 20} MiB in two parts written, read back equal and deleted")
