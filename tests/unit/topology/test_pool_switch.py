# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which change of the pools is taken, and in which order nodes change over to it."""
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.oracle1.minio.plugins.plugin_utils import pool_switch
from ansible_collections.oracle1.minio.plugins.plugin_utils.topology import plan

DRIVE = "/mnt/minio/drive1"
FIRST, SECOND, THIRD = ([f"minio{number}" for number in numbers] for numbers in ((1, 2, 3), (4, 5, 6), (7, 8, 9)))
GIB = 2**30


def planned(*pools: list[str]) -> dict[str, Any]:
    return plan([{"hosts": hosts, "drives": [DRIVE]} for hosts in pools])


def cluster(*pools: list[str], states: dict[int, str] | None = None, broken: tuple[str, ...] = (), rebalance: str = "none") -> dict[str, Any]:
    """What the cluster says of itself; states: of pools, by index."""
    return {
        "drives": [{"endpoint": f"https://{host}:9000{DRIVE}", "state": "offline" if host in broken else "ok", "healing": False, "pool": index}
                   for index, hosts in enumerate(pools) for host in hosts],
        "pools": [{"index": index, "name": str(index), "state": (states or {}).get(index, "serving"), "total": 100 * GIB, "free": 60 * GIB}
                  for index in range(len(pools))],
        "rebalance": {"state": rebalance},
    }


CHANGES = [
    ("a pool is appended", planned(FIRST, SECOND), cluster(FIRST), "append", SECOND, [], ""),
    ("it is part already", planned(FIRST, SECOND), cluster(FIRST, SECOND), "append", [], [], ""),
    ("a pool is put before", planned(SECOND, FIRST), cluster(FIRST), "append", SECOND, [], "can only be appended"),
    ("pools change places", planned(SECOND, FIRST), cluster(FIRST, SECOND), "append", [], [], "can only be appended"),
    ("a pool loses a host", planned(FIRST[:2], SECOND), cluster(FIRST), "append", FIRST[:2] + SECOND, FIRST, "can only be appended"),
    ("one comes while one goes", planned(FIRST, SECOND), cluster(FIRST, states={0: "active"}), "append", SECOND, [], "being taken out of service (active)"),
    ("objects are moved", planned(FIRST, SECOND), cluster(FIRST, rebalance="active"), "append", SECOND, [], "a rebalance is running"),
    ("a drive is away", planned(FIRST, SECOND), cluster(FIRST, broken=("minio2",)), "append", SECOND, [], "bring the drives back"),
    ("a pool is missing", planned(FIRST), cluster(FIRST, SECOND), "append", [], SECOND, "decommission.yml"),
    ("an empty pool goes", planned(FIRST), cluster(FIRST, SECOND, states={1: "complete"}), "remove", [], SECOND, ""),
    ("the first one goes", planned(SECOND), cluster(FIRST, SECOND, states={0: "complete"}), "remove", [], FIRST, ""),
    ("a pool that serves goes", planned(FIRST), cluster(FIRST, SECOND), "remove", [], SECOND, "still holds objects (serving)"),
    ("a pool that is half empty goes", planned(FIRST), cluster(FIRST, SECOND, states={1: "active"}), "remove", [], SECOND, "still holds objects (active)"),
    ("it has gone already", planned(FIRST), cluster(FIRST), "remove", [], [], ""),
    ("one goes and another comes", planned(FIRST, THIRD), cluster(FIRST, SECOND), "remove", sorted(THIRD), SECOND, "can only be appended"),
]


@pytest.mark.parametrize(("_what", "wanted", "info", "kind", "added", "removed", "problem"), CHANGES, ids=[row[0] for row in CHANGES])
def test_a_change(_what, wanted, info, kind, added, removed, problem):
    found = pool_switch.change(wanted, info, kind)
    assert (found["added"], found["removed"]) == (added, removed)
    assert any(problem in text for text in found["problems"]) if problem else found["problems"] == []


def node(due: bool = True, running: bool = True) -> dict[str, Any]:
    return {"running": running, "restart_due": due}


def order(found: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [(item["node"], item["wait_for"], item["drained"]) for item in found["rounds"]]


def test_old_nodes_wait_until_the_new_ones_reach_a_quorum_and_requests_change_sides_once():
    states = {**{name: node() for name in FIRST}, **{name: node(running=False) for name in SECOND}}
    found = pool_switch.switch(states, FIRST + SECOND, SECOND, plan=planned(FIRST, SECOND))
    assert found["start"] == SECOND
    assert order(found) == [("minio1", "joined", ["minio1"]), ("minio2", "serving", ["minio1", "minio2"]), ("minio3", "serving", ["minio3"])]
    assert [item["waiting"] for item in found["rounds"]] == [[], ["minio1"], []]
    assert [item["changes_sides"] for item in found["rounds"]] == [False, False, True]
    assert [len(item["behind"]) for item in found["rounds"]] == [5, 5, 0]


def test_the_old_pools_take_turns_so_that_each_has_a_quorum():
    states = {**{name: node() for name in FIRST + SECOND}, **{name: node(running=False) for name in THIRD}}
    found = pool_switch.switch(states, FIRST + SECOND + THIRD, THIRD, plan=planned(FIRST, SECOND, THIRD))
    assert [item[:2] for item in order(found)] == [
        ("minio1", "joined"), ("minio4", "joined"), ("minio2", "joined"), ("minio5", "serving"), ("minio3", "serving"), ("minio6", "serving")]
    assert order(found)[3][2] == ["minio1", "minio4", "minio2", "minio5"]


def test_a_node_that_waits_is_known_when_an_interrupted_change_goes_on():
    states = {name: node(due=name in FIRST[1:]) for name in FIRST + SECOND}
    found = pool_switch.switch(states, FIRST + SECOND, SECOND, plan=planned(FIRST, SECOND))
    assert order(found) == [("minio2", "serving", ["minio1", "minio2"]), ("minio3", "serving", ["minio3"])]
    assert found["rounds"][0]["waiting"] == ["minio1"]


def test_without_new_nodes_the_first_one_waits_for_the_second():
    found = pool_switch.switch({name: node() for name in FIRST}, FIRST)
    assert order(found) == [("minio1", "joined", ["minio1"]), ("minio2", "serving", ["minio1", "minio2"]), ("minio3", "serving", ["minio3"])]
    assert [item["waiting"] for item in found["rounds"]] == [[], ["minio1"], []]


@pytest.mark.parametrize("done", [1, 2, 3])
def test_an_interrupted_change_goes_on_on_the_same_side(done):
    states = {**{name: node(due=place >= done) for place, name in enumerate(FIRST)}, **{name: node(due=False) for name in SECOND}}
    whole = [("minio2", "serving", ["minio2", "minio3"]), ("minio3", "serving", ["minio3"])]
    found = pool_switch.switch(states, FIRST + SECOND, [])
    assert found["start"] == [] and [item[:2] for item in order(found)] == [item[:2] for item in whole[done - 1:]]
    for item in found["rounds"]:
        assert item["node"] in item["drained"]


@pytest.mark.parametrize(("old", "new"), [(3, 3), (4, 4), (5, 5), (6, 3), (16, 4), (3, 0), (4, 0), (7, 0), (16, 0)])
def test_requests_never_go_to_both_sides_and_always_to_somebody(old, new):
    names = [f"minio{number + 1}" for number in range(old + new)]
    states = {name: node() if place < old else node(running=False) for place, name in enumerate(names)}
    found = pool_switch.switch(states, names, names[old:], plan=planned(*filter(None, [names[:old], names[old:]])))
    changed: list[str] = []
    for item in found["rounds"]:
        serving = [name for name in names[:old] if name not in item["drained"]]
        assert serving and item["node"] not in serving
        assert set(serving) <= set(changed) or not set(serving) & set(changed)
        changed.append(item["node"])
    assert changed == names[:old]


def test_nothing_restarts_while_an_old_node_is_down():
    found = pool_switch.switch({"minio1": node(), "minio2": node(running=False), "minio3": node()}, FIRST)
    assert "minio2 does not run" in found["problems"][0]


@pytest.mark.parametrize(("number", "limit", "problem"), [
    (2, 85, ""), (2, 75, "80 % full, more than 75 %"), (3, 85, "minio_topology_pool is 3; the cluster has the pools 1 (serving), 2 (serving)"),
])
def test_room_for_what_a_pool_holds(number, limit, problem):
    found = pool_switch.room(cluster(FIRST, SECOND), number, limit)
    assert any(problem in text for text in found["problems"]) if problem else found["problems"] == []


def test_the_last_pool_has_nowhere_to_go():
    assert "no other pool takes objects" in pool_switch.room(cluster(FIRST, SECOND, states={0: "complete"}), 2, 85)["problems"][0]
