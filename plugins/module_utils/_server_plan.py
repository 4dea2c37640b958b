# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order nodes are started and restarted, decided from what server_state saw on all of them. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.oracle1.minio.plugins.module_utils._server_process import NOT_COMPARED, settings_change

# Nodes with different values of these do not form one cluster: they see other drives, or do not trust each other.
NOT_BRIDGED = {
    "MINIO_VOLUMES": "the volume list changes",
    "MINIO_ARGS": "the volume list changes",
    "MINIO_ENDPOINTS": "the volume list changes",
    "MINIO_ERASURE_SET_DRIVE_COUNT": "the erasure sets change",
    "ORACLE1_CONFIG_REVISION": "the volume list changes",
    "MINIO_ROOT_USER": "the root credentials change, with which nodes trust each other",
    "MINIO_ROOT_PASSWORD": "the root credentials change, with which nodes trust each other",
}


def variables(reasons: t.Iterable[str]) -> set[str]:
    return {reason.partition(":")[2] for reason in reasons if reason.startswith("environment:")}


def compared(reasons: t.Sequence[str]) -> bool:
    """Whether nodes with and without this change refuse each other at boot, and so wait for a peer that has it too."""
    return "binary" in reasons or any(
        name.startswith("MINIO_") and name not in NOT_COMPARED for name in variables(reasons)
    )


def plan(
    states: t.Mapping[str, t.Mapping[str, t.Any]],
    nodes: t.Sequence[str],
    survives_nodes: int,
    allow_down: bool = False,
    restart_all: bool = False,
    allow_outage: bool = True,
    together: str = "",
) -> dict[str, t.Any]:
    """The plan; its keys are those documented in plugins/filter/server_plan.yml."""
    here = [node for node in nodes if (states.get(node) or {}).get("active_state")]
    missing = [node for node in nodes if node not in here]
    down = [node for node in here if not states[node]["running"]]
    due = [node for node in here if states[node]["running"] and (states[node]["restart_due"] or restart_all)]
    current = [node for node in here if states[node]["running"] and not states[node]["restart_due"]]
    result: dict[str, t.Any] = {
        "strategy": "none", "start": down, "restart": due, "trial": [], "wait_for": {}, "waiting": {}, "drain": {}, "behind": {},
        "steps": {}, "missing": missing, "note": "", "problems": [],
    }
    if due and missing and not allow_down:
        result["problems"] = [
            f"a restart is due on {_join(due)}, but {_join(missing)} cannot be seen in this play; run it for all nodes, "
            "bring them back, or set minio_server_allow_down: true"
        ]
    if not due:
        result["strategy"] = "start" if down else "none"
        result["wait_for"] = {node: "serving" for node in down}
        return result

    reasons = [reason for node in due for reason in states[node]["reasons"]]
    outage = together or _outage(reasons, len(nodes), survives_nodes)
    if outage:
        result.update(
            strategy="together", start=[], restart=due + down, trial=due + down, wait_for={node: "serving" for node in due + down},
            note=f"{_join(due + down)} {'is' if len(due + down) == 1 else 'are'} restarted at once, because {outage}: "
                 "the cluster does not answer for some seconds",
        )
        if not allow_outage:
            result["problems"].append(f"{result['note']}; set minio_server_allow_outage: true to accept that")
        return result

    # A node becomes ready when half of the others have its settings (verifyServerSystemConfig in the server).
    needed = (len(nodes) - 1) // 2 if compared(reasons) else 0
    alike = len(current)
    waiting = [node for node in here if states[node]["active_state"] == "activating"]
    drained = list(waiting)
    for number, node in enumerate(down + due, start=1):
        result["waiting"][node] = list(waiting)
        result["behind"][node] = [other for other in waiting if other in (down + due)[number:]]
        result["drain"][node] = [other for other in drained if other != node] + [node]
        result["wait_for"][node] = "serving" if alike >= needed else "joined"
        if result["wait_for"][node] == "joined" and node not in waiting:
            waiting.append(node)
        # With enough of their kind those that waited serve too.
        drained = [] if result["wait_for"][node] == "serving" else result["drain"][node]
        alike += node not in current
    for number, node in enumerate(due, start=1):
        result["steps"][node] = (
            f"{node}, {number} of {len(due)}: without requests from {_join(result['drain'][node])}; while it is away write quorum "
            f"survives the loss of {survives_nodes - 1 - len(missing)} further nodes"
        )
    # All nodes get the same environment and binary, so what one has tried the others need not.
    result.update(strategy="rolling", trial=[node for node in due if settings_change(states[node]["reasons"])][:1])
    return result


def _outage(reasons: t.Iterable[str], nodes: int, survives_nodes: int) -> str:
    if nodes == 1:
        return "it is the only node"
    if survives_nodes < 1:
        return "this topology does not survive the loss of a node"
    for name in sorted(variables(reasons)):
        if name in NOT_BRIDGED:
            return NOT_BRIDGED[name]
    return ""


def _join(items: t.Iterable[str]) -> str:
    return ", ".join(items)
