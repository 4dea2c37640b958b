# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether and how a drive or a node is replaced, and what the cluster can spare meanwhile. Pure functions, no I/O."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

Facts = t.Mapping[str, t.Any]


def judge_drive(drive: Facts, host: str, plan: Facts, info: Facts, healthy: bool = False) -> dict[str, t.Any]:
    """What is to be done about a drive; its keys are those documented in plugins/filter/drive_replacement.yml.

    `drive`: of oracle1.minio.host_facts. `plan`: of oracle1.minio.topology. `info`: RV(cluster) of oracle1.minio.info.
    """
    name, path, device = f"{host}:{drive['path']}", drive["path"], drive["device"]
    state = states(info).get(name, "offline")
    problems: list[str] = []
    sets = margins(plan, info, [name])
    problems += [f"{name}: {item['text']}; its data cannot be rebuilt before the others are back" for item in sets
                 if item["online_without"] < item["read_quorum"]]
    result: dict[str, t.Any] = {"action": "mount", "unmount": False, "inspect": "", "problems": problems, "margin": [i["text"] for i in sets]}
    other = drive["mounted"] and device["block"] and device["number"] != drive["mount"]["number"]
    if drive["mounted"] and not other:
        result["action"] = "watch"
        if drive["format_error"]:
            problems.append(
                f"{name}: the drive fails ({drive['format_error']}), and minio_server_drives of {host} still names it; name the device, uuid or "
                "label of the new drive"
            )
        result["note"] = f"{path} is in use (the server says: {state})" if drive["format_json"] else f"{path} is mounted and empty"
        return result
    if other:
        result.update(action="swap", unmount=True)
        if drive["format_json"] and not healthy:
            problems.append(
                f"{name} holds this cluster's data on {drive['mount']['source']}, can be read, and the server says {state}; a drive that "
                f"works is not replaced. Correct minio_server_drives of {host}, or, to replace it all the same, pass -e minio_topology_healthy=true"
            )
        problems += [f"{name}: {item['text']}; without this drive writes would be refused" for item in sets
                     if item["online_without"] < item["write_quorum"] and drive["format_json"]]
    if device["signature"]:
        result["inspect"] = device["path"]
    what = f"keeps the file system of {device['path']}" if device["signature"] else f"makes XFS on {device['path']}, which is blank"
    left = f"takes {path} from {drive['mount']['source']}, {state}; " if other else ""
    result["note"] = f"{left}{what}, and mounts it at {path}"
    return result


def judge_content(drive: Facts, name: str, expected: str, deployment: str) -> list[str]:
    """Why a file system that is already on the new device is not this drive's; `expected`: the id of the drive in this place."""
    held = drive["format_json"]
    if drive["format_error"]:
        return [f"{name}: {drive['format_error']}; the new drive cannot be read"]
    if held and held["deployment_id"] != deployment:
        return [f"{name}: the new drive holds data of another deployment ({held['deployment_id']}); clear it with wipefs -a if it may go"]
    if held and held["this"] != expected:
        return [f"{name}: the new drive is another drive of this cluster ({held['this']}, expected {expected}); mount it where it belongs"]
    if not held and drive["content"]:
        return [f"{name}: the new drive holds files ({', '.join(drive['content'])}); clear it with wipefs -a if they may go"]
    return []


def identity(plan: Facts, hosts: t.Mapping[str, Facts], name: str) -> dict[str, str]:
    """`deployment` and `drive` ids that a drive of this place has, from the format.json of others; empty where none is known.

    `hosts`: facts of oracle1.minio.host_facts by host.
    """
    formats = {f"{host}:{drive['path']}": drive["format_json"] for host, facts in hosts.items() for drive in facts["drives"]}
    for pool in plan["pools"]:
        places = [[f"{place['host']}:{place['drive']}" for place in layout] for layout in pool["layout"]]
        held = next((formats[other] for row in places for other in row if other != name and formats.get(other)), None)
        for i, row in enumerate(places):
            if name in row and held:
                return {"deployment": held["deployment_id"], "drive": held["sets"][i][row.index(name)]}
    return {"deployment": "", "drive": ""}


def margins(plan: Facts, info: Facts, without: t.Sequence[str] = ()) -> list[dict[str, t.Any]]:
    """For each set that holds one of the drives `without` (host:path; all sets if empty): what it can still lose, with and without them."""
    known = states(info)
    found = []
    for number, pool in enumerate(plan["pools"], 1):
        for index, layout in enumerate(pool["layout"], 1):
            names = [f"{place['host']}:{place['drive']}" for place in layout]
            gone = [name for name in names if name in without]
            if without and not gone:
                continue
            if not any(name in known for name in names):
                # The inventory is ahead of the cluster.
                continue
            online = [name for name in names if known.get(name) == "ok"]
            left = [name for name in online if name not in gone]
            where = f"pool {number}, set {index}" if len(pool["layout"]) > 1 or len(plan["pools"]) > 1 else "set 1"
            spare = len(left) - pool["write_quorum"]
            said = f"{spare} may be lost" if spare >= 0 else "writes are refused"
            beside = f" beside {', '.join(gone)}" if gone else ""
            found.append({
                "pool": number, "set": index, "online": len(online), "online_without": len(left), "read_quorum": pool["read_quorum"],
                "write_quorum": pool["write_quorum"], "spare": spare,
                "may_be_rebuilt": len(left) >= pool["read_quorum"],
                "text": f"{where}: {len(left)} of {len(names) - len(gone)} drives{beside} are in use, write quorum {pool['write_quorum']}, {said}",
            })
    return found


def states(info: Facts) -> dict[str, str]:
    """State of each drive by host:path as the cluster sees it: ok, healing, or what is wrong."""
    return {drive_name(drive["endpoint"]): "healing" if drive["healing"] and drive["state"] == "ok" else drive["state"] for drive in info["drives"]}


def drive_name(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.hostname}:{parts.path}" if parts.hostname else endpoint
