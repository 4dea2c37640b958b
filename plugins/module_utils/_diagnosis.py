# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logs and configurations say, in short. Pure functions over lines; standard library only, as they run on the hosts."""
from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Dict, Iterable, List, Mapping, Tuple

HIDDEN = "<hidden>"
# Names of variables whose values nobody else may see; a user and its password in an address are hidden, whatever the name.
_SECRET = re.compile(r"PASS|SECRET|_KEY\b|_KEY_|TOKEN|CRED|AUTH|ROOT_USER|CONNECTION_STRING|DSN|SUBNET|LICENSE", re.IGNORECASE)
_USERINFO = re.compile(r"(://)[^/@\s]+@")
_NUMBERS = re.compile(r"\b(?:[0-9a-f]{8}-[0-9a-f-]{27}|\d+(?:\.\d+)*(?:ms|s|µs)?)\b")
# The server's form without --json: a block of these lines.
_FIELD = re.compile(r"^(API|Time|Error|DeploymentID|RequestID|RemoteHost|Host|UserAgent): (.*)$")
SLOW = 20
BAD_LEVELS = ("ERROR", "FATAL", "WARNING")


def entries(lines: Iterable[str]) -> List[Dict[str, str]]:
    """The server's errors as {time, api, message}, from lines of JSON or of text."""
    found, text = [], {}  # type: List[Dict[str, str]], Dict[str, str]
    for line in lines:
        line = line.strip()
        if line.startswith("{"):
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict) and entry.get("level") in BAD_LEVELS:
                error = entry.get("error") or {}
                found.append({"time": str(entry.get("time", "")), "api": str((entry.get("api") or {}).get("name", "")),
                              "message": str(error.get("message") or entry.get("message") or "")})
            continue
        field = _FIELD.match(line)
        if field and field[1] == "API":
            text = {"api": field[2].partition("(")[0]}
        elif field and field[1] == "Time":
            text["time"] = field[2]
        elif field and field[1] == "Error":
            found.append({"time": text.get("time", ""), "api": text.get("api", ""), "message": field[2]})
        elif line.startswith(("FATAL ", "ERROR ")):
            found.append({"time": "", "api": "", "message": line.partition(" ")[2]})
    return found


def alike(found: Iterable[Mapping[str, str]]) -> List[Dict[str, Any]]:
    """Errors that differ in numbers only, together: {message, api, count, last}, the most frequent first."""
    groups = {}  # type: Dict[Tuple[str, str], Dict[str, Any]]
    for entry in found:
        key = entry["api"], _NUMBERS.sub("#", entry["message"])
        group = groups.setdefault(key, {"api": entry["api"], "message": entry["message"], "count": 0, "last": ""})
        group["count"] += 1
        group["last"] = entry["time"] or group["last"]
    return sorted(groups.values(), key=lambda group: (-group["count"], group["message"]))


def requests(lines: Iterable[str], slow_seconds: float) -> Dict[str, Any]:
    """The balancer's log in short.

    Returns {requests, statuses, nodes, failed, slow}: nodes counts {answers, failures} by address, failed has the requests that a node
    or the balancer failed, slow those that took this long, both without the query of their addresses.
    """
    statuses, answers, failures = Counter(), Counter(), Counter()  # type: Counter[str], Counter[str], Counter[str]
    failed, slow, total = [], [], 0  # type: List[Dict[str, Any]], List[Dict[str, Any]], int
    for line in lines:
        try:
            entry = json.loads(line)
            status, seconds = str(entry["status"]), float(entry["seconds"])
        except (ValueError, KeyError, TypeError):
            continue
        total += 1
        statuses[status[:1] + "xx"] += 1
        # One of each for every node that was tried: "192.0.2.11:9000, 192.0.2.12:9000" and "502, 200".
        tried = list(zip(*(re.split(r", | : ", str(entry.get(name) or "")) for name in ("node", "node_status"))))
        bad = [node for node, answer in tried if node and (answer in ("", "-") or answer.startswith("5"))]
        answers.update(node for node, _answer in tried if node)
        failures.update(bad)
        short = {"time": entry.get("time", ""), "method": entry.get("method", ""), "path": str(entry.get("uri", "")).partition("?")[0],
                 "status": status, "seconds": seconds, "nodes": entry.get("node", ""), "node_statuses": entry.get("node_status", "")}
        if bad or status.startswith("5"):
            failed.append(short)
        if seconds >= slow_seconds:
            slow.append(short)
    return {"requests": total, "statuses": dict(sorted(statuses.items())),
            "nodes": {node: {"answers": answers[node], "failures": failures[node]} for node in sorted(answers)},
            "failed": failed[-SLOW:], "failed_total": len(failed), "slow": sorted(slow, key=lambda item: -item["seconds"])[:SLOW],
            "slow_total": len(slow)}


def without_secrets(text: str) -> str:
    """An environment file whose secrets are hidden; comments stay."""
    result = []
    for line in text.splitlines():
        name, equals, _value = line.partition("=")
        if equals and not line.lstrip().startswith("#") and _SECRET.search(name):
            line = name + "=" + HIDDEN
        result.append(_USERINFO.sub(r"\1" + HIDDEN + "@", line))
    return "\n".join(result) + "\n"


def table(hosts: Mapping[str, Mapping[str, Any]], info: Mapping[str, Any]) -> List[str]:
    """The summary: lines for people, the cluster first, then what is wrong on each host."""
    lines = []
    if info:
        bad = [f"{drive['path'] or drive['endpoint']} on {drive['server']} is {'healing' if drive['healing'] else drive['state']}"
               for drive in info["drives"] if drive["state"] != "ok" or drive["healing"]]
        away = [f"{server['endpoint']} is {server['state']}" for server in info["servers"] if server["state"] != "online"]
        margin = min((item["may_still_lose"] for item in info["sets"]), default=0)
        lines.append(f"cluster: {info['servers_online']} of {len(info['servers'])} servers, {info['drives_online']} of {len(info['drives'])} "
                     f"drives, {margin} more may fail; {', '.join(info['versions'])}")
        lines += [f"cluster: {problem}" for problem in away + bad]
    else:
        lines.append("cluster: it did not answer")
    for host, seen in hosts.items():
        if not seen or "units" not in seen:
            lines.append(f"{host}: could not be reached")
            continue
        lines += [f"{host}: {unit} is {state}" for unit, state in seen["units"].items() if state != "active"]
        lines += [f"{host}: {mount['path']} is {mount['used_percent']} % full" for mount in seen["mounts"] if mount["used_percent"] >= 80]
        lines += [f"{host}: {group['count']} x {group['message'][:140]} (last {group['last']})" for group in seen["errors"][:5]]
        balancer = seen["requests"]
        if balancer["requests"]:
            lines.append(f"{host}: {balancer['requests']} requests, {balancer['failed_total']} failed, {balancer['slow_total']} slow")
            lines += [f"{host}: node {node} failed {count['failures']} of {count['answers']} tries"
                      for node, count in balancer["nodes"].items() if count["failures"]]
            lines += [f"{host}: {item['seconds']:.1f} s {item['method']} {item['path'][:80]} ({item['status']})" for item in balancer["slow"][:3]]
    return lines
