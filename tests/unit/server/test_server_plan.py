"""Which nodes are started and restarted, in which order, and when nothing may be touched."""
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils._server_plan import plan

NODES = ["minio1", "minio2", "minio3"]


def node(*reasons: str, running: bool = True, active: str = "active") -> dict[str, Any]:
    return {
        "running": running, "active_state": active if running else "inactive", "restart_due": bool(reasons), "reasons": list(reasons),
    }


def cluster(*states: dict[str, Any] | None) -> dict[str, Any]:
    return {name: state for name, state in zip(NODES, states) if state is not None}


DOWN = node(running=False)
SETTING = node("environment:MINIO_SITE_NAME")

STRATEGIES = [
    ("nothing is due", cluster(node(), node(), node()), "none", [], []),
    ("first start", cluster(DOWN, DOWN, DOWN), "start", NODES, []),
    ("one is down", cluster(node(), DOWN, node()), "start", ["minio2"], []),
    ("a setting changes", cluster(SETTING, SETTING, SETTING), "rolling", [], NODES),
    ("a new binary", cluster(node("binary"), node("binary"), node("binary")), "rolling", [], NODES),
    ("an interrupted change", cluster(node(), SETTING, SETTING), "rolling", [], ["minio2", "minio3"]),
    ("one is down and a setting changes", cluster(SETTING, DOWN, SETTING), "rolling", ["minio2"], ["minio1", "minio3"]),
    ("the volume list changes", cluster(*[node("environment:MINIO_VOLUMES")] * 3), "together", [], NODES),
    ("the configuration file changes", cluster(*[node("environment:ORACLE1_CONFIG_REVISION")] * 3), "together", [], NODES),
    ("the password changes", cluster(*[node("environment:MINIO_ROOT_PASSWORD")] * 3), "together", [], NODES),
]


@pytest.mark.parametrize(("_what", "states", "strategy", "start", "restart"), STRATEGIES, ids=[row[0] for row in STRATEGIES])
def test_the_strategy(_what: str, states: dict[str, Any], strategy: str, start: list[str], restart: list[str]) -> None:
    found = plan(states, NODES, survives_nodes=1)
    assert (found["strategy"], found["start"], found["restart"], found["problems"]) == (strategy, start, restart, [])
    assert bool(found["note"]) == (strategy == "together")


@pytest.mark.parametrize(("states", "nodes", "survives"), [
    (cluster(SETTING), ["minio1"], 0),
    (cluster(SETTING, SETTING), ["minio1", "minio2"], 0),
    (cluster(node("unit"), node("unit"), node("unit")), NODES, 0),
])
def test_where_no_node_can_be_spared_all_restart_and_it_is_said(states: dict[str, Any], nodes: list[str], survives: int) -> None:
    found = plan(states, nodes, survives)
    assert (found["strategy"], found["restart"]) == ("together", nodes)
    assert "does not answer" in found["note"]


def test_nodes_with_new_settings_wait_for_the_second_one() -> None:
    found = plan(cluster(SETTING, SETTING, SETTING), NODES, survives_nodes=1)
    assert found["wait_for"] == {"minio1": "joined", "minio2": "serving", "minio3": "serving"}
    assert found["waiting"] == {"minio1": [], "minio2": ["minio1"], "minio3": ["minio1"]}


@pytest.mark.parametrize(("states", "expected"), [
    (cluster(SETTING, SETTING, SETTING), ["minio1"]),
    (cluster(node("binary"), node("binary"), node("binary")), ["minio1"]),
    (cluster(node("unit"), SETTING, SETTING), ["minio2"]),
    (cluster(SETTING, DOWN, SETTING), ["minio1"]),
    (cluster(node("unit"), node("unit"), node("unit")), []),
    (cluster(DOWN, DOWN, DOWN), []),
    (cluster(*[node("environment:MINIO_VOLUMES")] * 3), NODES),
])
def test_new_settings_are_tried_once_and_where_all_restart_together_by_each(states: dict[str, Any], expected: list[str]) -> None:
    assert plan(states, NODES, survives_nodes=1)["trial"] == expected


def test_five_nodes_wait_for_the_third() -> None:
    nodes = [f"minio{number}" for number in range(1, 6)]
    found = plan({name: SETTING for name in nodes}, nodes, survives_nodes=2)
    assert [found["wait_for"][name] for name in nodes] == ["joined", "joined", "serving", "serving", "serving"]


def test_what_is_not_compared_at_boot_needs_no_peer() -> None:
    for reason in ("unit", "environment:MINIO_OPTS"):
        found = plan(cluster(node(reason), node(reason), node(reason)), NODES, survives_nodes=1)
        assert set(found["wait_for"].values()) == {"serving"}


def test_an_interrupted_change_goes_on_where_it_stopped() -> None:
    found = plan(cluster(node(active="activating"), SETTING, SETTING), NODES, survives_nodes=1)
    assert found["wait_for"] == {"minio2": "serving", "minio3": "serving"}
    assert found["waiting"]["minio2"] == ["minio1"]


def test_a_node_that_waits_may_itself_be_restarted() -> None:
    waits = node("environment:MINIO_SITE_NAME", active="activating")
    found = plan(cluster(waits, SETTING, SETTING), NODES, survives_nodes=1)
    assert found["waiting"]["minio1"] == ["minio1"]


def test_a_first_start_waits_until_each_serves() -> None:
    found = plan(cluster(DOWN, DOWN, DOWN), NODES, survives_nodes=1)
    assert set(found["wait_for"].values()) == {"serving"}


@pytest.mark.parametrize(("states", "allowed", "refused"), [
    (cluster(SETTING, SETTING, None), False, True),
    (cluster(SETTING, SETTING, {"skipped": True}), False, True),
    (cluster(SETTING, SETTING, None), True, False),
    (cluster(node(), node(), None), False, False),
    (cluster(node(), DOWN, None), False, False),
])
def test_a_restart_needs_all_nodes_in_sight(states: dict[str, Any], allowed: bool, refused: bool) -> None:
    problems = plan(states, NODES, survives_nodes=1, allow_down=allowed)["problems"]
    assert bool(problems) == refused
    assert not refused or ("minio3" in problems[0] and "minio_server_allow_down" in problems[0])


def test_a_node_that_waits_for_its_own_restart_is_not_waited_for_on_the_way_back():
    """minio1 waits with the binary that minio2 does not start with; both go back to what minio3 runs."""
    found = plan(cluster(node("binary", active="activating"), node(running=False), node()), NODES, survives_nodes=1)
    assert found["start"] == ["minio2"] and found["behind"] == {"minio2": ["minio1"], "minio1": []}
