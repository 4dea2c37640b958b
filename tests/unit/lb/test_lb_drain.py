"""Which nodes a balancer can leave out, and what draining does with the files that tell it so."""
from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _lb_drain as lb
from ansible_collections.oracle1.minio.plugins.module_utils._server_plan import plan
from ansible_collections.oracle1.minio.plugins.plugin_utils.lb_layout import groups, layout, up_to


def nodes(count: int) -> list[str]:
    return [f"minio{number + 1}" for number in range(count)]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    return {"directory": str(tmp_path), "port": 9000, "addresses": {name: "192.0.2.1" for name in nodes(4)}, "groups": groups(nodes(4))}


@pytest.mark.parametrize("count", range(1, 33))
def test_there_is_a_group_for_each_node_and_each_pair_of_neighbours_and_never_one_for_all(count):
    found = [set(group) for group in groups(nodes(count))]
    assert len(found) <= 3 * count and all(len(group) < count for group in found)
    ring = nodes(count)
    for group in [{name} for name in ring] + [{a, b} for a, b in itertools.pairwise([*ring, ring[0]])]:
        assert group in found or len(group) == count


@pytest.mark.parametrize("count", range(2, 33))
def test_the_nodes_that_an_upgrade_takes_together_are_a_group(count):
    due = {"running": True, "active_state": "active", "restart_due": True, "reasons": ["binary"]}
    decided = plan({name: due for name in nodes(count)}, nodes(count), survives_nodes=1)
    prepared = [set(group) for group in groups(nodes(count))]
    assert all(set(decided["drain"][node]) in prepared for node in decided["restart"])


def test_addresses_are_what_other_hosts_can_use():
    hostvars = {"a": {"ansible_host": "192.0.2.11"}, "b": {"ansible_host": "127.0.0.1"}, "c": {"ansible_host": "jump.example.com"},
                "d": {"ansible_host": "2001:db8::1"}, "e": {}, "f": {"ansible_host": "192.0.2.16"}}
    found = layout([*hostvars, "g"], hostvars, {"f": "198.51.100.6"})["addresses"]
    assert found == {"a": "192.0.2.11", "b": "b", "c": "c", "d": "[2001:db8::1]", "e": "e", "f": "198.51.100.6", "g": "g"}


def test_a_set_of_the_inventory_gets_a_group_of_its_own():
    found = layout(nodes(6), {}, drained=["minio5", "minio2"])["groups"]
    assert found[0] == {"suffix": "", "drained": []}
    assert found[-1] == {"suffix": "-2-5", "drained": ["minio2", "minio5"]}
    assert len(layout(nodes(6), {}, drained=["minio3"])["groups"]) == len(found) - 1


@pytest.mark.parametrize("limit", [0, 1, 9, 10, 19, 20, 99, 100, 109, 190, 999, 1000, 1024, 2047, 5000])
def test_nginx_can_tell_numbers_up_to_a_limit(limit):
    pattern = re.compile(f"^{up_to(limit)}$")
    assert [number for number in range(11_000) if pattern.match(str(number))] == list(range(limit + 1))


def test_nginx_does_not_take_a_missing_or_odd_length_for_a_small_one():
    pattern = re.compile(f"^{up_to(1048576)}$")
    assert [text for text in ("", "-1", "1048577", "9999999", "10485760", "1e3", "0x10") if pattern.match(text)] == []
    assert pattern.match("1048576") and pattern.match("999999") and pattern.match("1040000")


@pytest.mark.parametrize(("wanted", "chosen"), [
    ([], []), (["minio2"], ["minio2"]), (["minio2", "minio1"], ["minio1", "minio2"]), (["minio4", "minio1"], ["minio1", "minio4"]),
    # Not prepared for: the node that is about to stop goes first.
    (["minio1", "minio3"], ["minio3"]), (["minio3", "minio1"], ["minio1"]),
])
def test_what_is_drained_is_what_nginx_is_prepared_for(settings, wanted, chosen):
    assert lb.choose(settings, wanted) == chosen


@pytest.mark.parametrize(("wanted", "words"), [(["minio9"], "minio9 is no node"), (nodes(4), "no node is left")])
def test_what_cannot_be_drained_is_refused_by_name(settings, wanted, words):
    with pytest.raises(lb.Refused, match=words):
        lb.choose(settings, wanted)


def test_draining_leaves_exactly_these_nodes_out(settings):
    for wanted in ([], ["minio1"], ["minio1", "minio2"], ["minio3"], []):
        lb.switch(settings, wanted)
        assert lb.drained(settings) == wanted


def test_a_host_without_the_role_has_no_settings(tmp_path):
    assert lb.read(str(tmp_path / "none.json")) is None
