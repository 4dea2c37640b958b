# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the list of pools changes on a cluster that serves: what is added or removed, and in which order the nodes change over. Pure.

A node with another list than its peers' is no part of their cluster for requests: it sees other pools. But the drives of a pool
are served by all its nodes whatever list they have. So the nodes restart one after the other while the balancer sends requests
either to nodes with the old list or to nodes with the new one, never to both: an object that went into a new pool is not found by
a node that does not know the pool.
"""

from __future__ import annotations

import typing as t

from ansible_collections.oracle1.minio.plugins.module_utils._progress import size
from ansible_collections.oracle1.minio.plugins.plugin_utils.replacement import drive_name, margins

Facts = t.Mapping[str, t.Any]


def change(plan: Facts, info: Facts, kind: str) -> dict[str, t.Any]:
    """What the inventory's pools add to the cluster's or remove from them; its keys are those documented in plugins/filter/pool_change.yml.

    `plan`: of oracle1.minio.topology. `info`: of oracle1.minio.info with cluster and pools. `kind`: append or remove.
    """
    wanted = [frozenset(f"{place['host']}:{place['drive']}" for layout in pool["layout"] for place in layout) for pool in plan["pools"]]
    live = _live(info)
    problems: list[str] = []
    added = [pool for pool in wanted if pool not in live]
    removed = [number for number, pool in enumerate(live) if pool not in wanted]
    if [pool for pool in wanted if pool in live] != [pool for pool in live if pool in wanted] or (added and wanted[:len(live)] != live):
        problems.append(
            "minio_server_pools: a pool can only be appended, and the others keep their hosts, drives and order; the cluster has "
            f"{_show(live)}, the inventory {_show(wanted)}"
        )
    elif kind == "append" and removed:
        problems.append(
            f"minio_server_pools lacks {_show([live[number] for number in removed])}; "
            "take a pool out with playbooks/decommission.yml and remove_pool.yml"
        )
    elif kind == "remove" and added:
        problems.append(f"minio_server_pools has {_show(added)}, which is new; add a pool with playbooks/expand.yml")
    for pool in info.get("pools") or []:
        if kind == "append" and added and pool["state"] != "serving":
            problems.append(f"pool {pool['index'] + 1} is being taken out of service ({pool['state']}); finish that first with decommission.yml")
        if kind == "remove" and pool["index"] in removed and pool["state"] != "complete":
            problems.append(
                f"pool {pool['index'] + 1} ({_show([live[pool['index']]])}) still holds objects ({pool['state']}); put it back into "
                f"minio_server_pools and move them away: decommission.yml -e minio_topology_pool={pool['index'] + 1}"
            )
    if (info.get("rebalance") or {}).get("state") == "active":
        problems.append("a rebalance is running; wait for its end or stop it: rebalance.yml -e minio_topology_stop=true")
    if added or removed:
        problems += [f"{item['text']}; bring the drives back before the nodes restart" for item in margins(plan, info)
                     if item["online"] and item["spare"] < 1]
    return {"problems": problems, "added": sorted({_host(name) for pool in added for name in pool}),
            "removed": sorted({_host(name) for number in removed for name in live[number]})}


def switch(
    states: t.Mapping[str, Facts], nodes: t.Sequence[str], new: t.Sequence[str] = (), assume_due: bool = False, plan: Facts | None = None,
) -> dict[str, t.Any]:
    """In which order nodes change over; its keys are those documented in plugins/filter/pool_switch.yml.

    `states`: of oracle1.minio.server_state by node. `new`: nodes that are not part of the cluster yet. `plan`: of oracle1.minio.topology.
    """
    old_pools = [pool for pool in (plan or {"pools": []})["pools"] if not set(pool["hosts"]) & set(new)] if new else []
    nodes = _interleaved(nodes, old_pools)
    start = [node for node in nodes if node in new and not _running(states, node)]
    down = [node for node in nodes if node not in new and not _running(states, node)]
    due = [node for node in nodes if node not in start and _running(states, node) and (states[node]["restart_due"] or (assume_due and node not in new))]
    problems = [f"{', '.join(down)} {'does' if len(down) == 1 else 'do'} not run; bring the servers up before the pools change"] if down else []
    # A node becomes ready when half of the others have its list (verifyServerSystemConfig in the server).
    needed = (len(nodes) - 1) // 2
    alike = len(nodes) - len(due) - len(down)
    old = [node for node in nodes if node not in new]
    changed = [node for node in old if node not in due]
    rounds: list[dict[str, t.Any]] = []
    waiting = [] if _has_quorum(old_pools, changed) else list(changed)
    told = False
    switched = len(changed) > 0 and len(changed) >= len(old) // 2 and alike > needed and not waiting
    for place, node in enumerate(due):
        # The new nodes start when they reach a quorum of each old pool, and a node with the new list serves when the new nodes have started.
        ready = alike >= needed and _has_quorum(old_pools, [*changed, node])
        # Requests go to those that have not changed, until half of the nodes have and serve; then to those.
        drained = [name for name in old if name in due[place:]] if switched else [*changed, node]
        rounds.append({"node": node, "drained": drained, "wait_for": "serving" if ready else "joined", "waiting": list(waiting),
                       # Nodes with different lists do not reach each other's drives before the last one has changed.
                       "behind": [name for name in nodes if name != node] if due[place + 1:] else [], "changes_sides": switched and not told})
        told = switched
        changed.append(node)
        waiting = [] if ready else [*waiting, node]
        alike += 1
        switched = switched or (ready and len(changed) >= max(len(old) // 2, 1))
    return {"start": start, "rounds": rounds, "problems": problems}


def _interleaved(nodes: t.Sequence[str], pools: t.Sequence[Facts]) -> list[str]:
    """The first node of each of the pools, then the second ones, so that all have a quorum of changed nodes early; then the others."""
    place = {host: index for pool in pools for index, host in enumerate(pool["hosts"])}
    return sorted(nodes, key=lambda node: place.get(node, len(nodes)))


def _has_quorum(pools: t.Sequence[Facts], nodes: t.Collection[str]) -> bool:
    """Whether these nodes have enough drives of each erasure set for a node that reaches no others of the pools."""
    return all(sum(place["host"] in nodes for place in layout) >= pool["write_quorum"] for pool in pools for layout in pool["layout"])


def room(info: Facts, number: int, limit: float) -> dict[str, t.Any]:
    """Whether the other pools have room for what a pool holds; `number` from 1, `limit` in percent. `problems` and `note`."""
    pools = info.get("pools") or []
    found = next((pool for pool in pools if pool["index"] == number - 1), None)
    if found is None:
        names = ", ".join(f"{pool['index'] + 1} ({pool['state']})" for pool in pools) or "one that was never given a pattern"
        return {"problems": [f"minio_topology_pool is {number}; the cluster has the pools {names}"], "note": "", "name": "", "state": ""}
    others = [pool for pool in pools if pool is not found and pool["state"] == "serving"]
    held, free = found["total"] - found["free"], sum(pool["free"] for pool in others)
    total = sum(pool["total"] for pool in others)
    filled = 100 * (total - free + held) / total if total else 100.0
    problems = []
    if not others:
        problems.append("no other pool takes objects; add one with expand.yml first")
    elif found["state"] not in ("complete", "active") and filled > limit:
        problems.append(
            f"pool {number} holds {size(held)} and the others have {size(free)} free: they would be {filled:.0f} % full, more than "
            f"{limit:g} %; free some room, add a pool with expand.yml, or raise minio_topology_fill_limit"
        )
    note = f"pool {number} ({found['state']}) holds {size(held)}; the others would then be {filled:.0f} % full"
    return {"problems": problems, "note": note, "name": found["name"], "state": found["state"]}


def _running(states: t.Mapping[str, Facts], node: str) -> bool:
    return bool((states.get(node) or {}).get("running"))


def _live(info: Facts) -> list[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for drive in info["drives"]:
        if drive["pool"] >= 0:
            found.setdefault(drive["pool"], set()).add(drive_name(drive["endpoint"]))
    return [frozenset(found[number]) for number in sorted(found)]


def _host(name: str) -> str:
    return name.partition(":/")[0]


def _show(pools: t.Sequence[t.Collection[str]]) -> str:
    return " | ".join(" ".join(sorted(pool)) for pool in pools)
