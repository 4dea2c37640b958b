# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layouts and what the server makes of them."""

from __future__ import annotations

import pytest

from ansible_collections.oracle1.minio.plugins.plugin_utils.topology import ellipsis_pattern, plan


def names(pattern: str, count: int, start: int = 1) -> list[str]:
    return [pattern % number for number in range(start, start + count)]


def pool(hosts: int, drives: int, host: str = "minio%d", drive: str = "/mnt/minio/drive%d") -> dict:
    return {"hosts": names(host, hosts), "drives": names(drive, drives)}


# hosts, drives per host, parity asked for -> set size, sets, parity, read quorum, write quorum, usable %, nodes that may
# be lost for writes, drives per set that may be lost for writes
LAYOUTS = [
    # three nodes, the server's default parity
    (3, 1, None, 3, 1, 1, 2, 2, 66.7, 1, 1),
    (3, 2, None, 6, 1, 3, 3, 4, 50.0, 1, 2),
    (3, 3, None, 9, 1, 4, 5, 5, 55.6, 1, 4),
    (3, 4, None, 12, 1, 4, 8, 8, 66.7, 1, 4),
    (3, 5, None, 15, 1, 4, 11, 11, 73.3, 0, 4),
    (3, 6, None, 9, 2, 4, 5, 5, 55.6, 1, 4),
    (3, 7, None, 3, 7, 1, 2, 2, 66.7, 1, 1),
    (3, 8, None, 12, 2, 4, 8, 8, 66.7, 1, 4),
    (3, 9, None, 9, 3, 4, 5, 5, 55.6, 1, 4),
    (3, 10, None, 15, 2, 4, 11, 11, 73.3, 0, 4),
    (3, 11, None, 3, 11, 1, 2, 2, 66.7, 1, 1),
    (3, 12, None, 12, 3, 4, 8, 8, 66.7, 1, 4),
    (3, 13, None, 3, 13, 1, 2, 2, 66.7, 1, 1),
    (3, 14, None, 6, 7, 3, 3, 4, 50.0, 1, 2),
    (3, 15, None, 15, 3, 4, 11, 11, 73.3, 0, 4),
    (3, 16, None, 12, 4, 4, 8, 8, 66.7, 1, 4),
    # three nodes, parity asked for
    (3, 1, 1, 3, 1, 1, 2, 2, 66.7, 1, 1),
    (3, 1, 0, 3, 1, 0, 3, 3, 100.0, 0, 0),
    (3, 2, 2, 6, 1, 2, 4, 4, 66.7, 1, 2),
    (3, 2, 1, 6, 1, 1, 5, 5, 83.3, 0, 1),
    (3, 3, 3, 9, 1, 3, 6, 6, 66.7, 1, 3),
    (3, 4, 6, 12, 1, 6, 6, 7, 50.0, 1, 5),
    (3, 5, 5, 15, 1, 5, 10, 10, 66.7, 1, 5),
    (3, 5, 7, 15, 1, 7, 8, 8, 53.3, 1, 7),
    (3, 10, 5, 15, 2, 5, 10, 10, 66.7, 1, 5),
    (3, 15, 5, 15, 3, 5, 10, 10, 66.7, 1, 5),
    # two nodes never survive one: writes need more than half of a set
    (2, 1, None, 2, 1, 1, 1, 2, 50.0, 0, 0),
    (2, 2, None, 4, 1, 2, 2, 3, 50.0, 0, 1),
    (2, 4, None, 8, 1, 4, 4, 5, 50.0, 0, 3),
    (2, 8, None, 16, 1, 4, 12, 12, 75.0, 0, 4),
    (2, 8, 8, 16, 1, 8, 8, 9, 50.0, 0, 7),
    # four nodes
    (4, 1, None, 4, 1, 2, 2, 3, 50.0, 1, 1),
    (4, 1, 1, 4, 1, 1, 3, 3, 75.0, 1, 1),
    (4, 2, None, 8, 1, 4, 4, 5, 50.0, 1, 3),
    (4, 3, None, 12, 1, 4, 8, 8, 66.7, 1, 4),
    (4, 4, None, 16, 1, 4, 12, 12, 75.0, 1, 4),
    (4, 4, 8, 16, 1, 8, 8, 9, 50.0, 1, 7),
    (4, 4, 3, 16, 1, 3, 13, 13, 81.2, 0, 3),
    (4, 5, None, 4, 5, 2, 2, 3, 50.0, 1, 1),
    (4, 8, None, 16, 2, 4, 12, 12, 75.0, 1, 4),
    (4, 16, None, 16, 4, 4, 12, 12, 75.0, 1, 4),
    # five to eight nodes
    (5, 1, None, 5, 1, 2, 3, 3, 60.0, 2, 2),
    (5, 2, None, 10, 1, 4, 6, 6, 60.0, 2, 4),
    (5, 3, None, 15, 1, 4, 11, 11, 73.3, 1, 4),
    (5, 4, None, 10, 2, 4, 6, 6, 60.0, 2, 4),
    (5, 5, None, 5, 5, 2, 3, 3, 60.0, 2, 2),
    (6, 1, None, 6, 1, 3, 3, 4, 50.0, 2, 2),
    (6, 2, None, 12, 1, 4, 8, 8, 66.7, 2, 4),
    (6, 4, None, 12, 2, 4, 8, 8, 66.7, 2, 4),
    (7, 1, None, 7, 1, 3, 4, 4, 57.1, 3, 3),
    (7, 2, None, 14, 1, 4, 10, 10, 71.4, 2, 4),
    (7, 3, None, 7, 3, 3, 4, 4, 57.1, 3, 3),
    (8, 1, None, 8, 1, 4, 4, 5, 50.0, 3, 3),
    (8, 2, None, 16, 1, 4, 12, 12, 75.0, 2, 4),
    (8, 4, None, 16, 2, 4, 12, 12, 75.0, 2, 4),
    # many nodes
    (9, 1, None, 9, 1, 4, 5, 5, 55.6, 4, 4),
    (10, 1, None, 10, 1, 4, 6, 6, 60.0, 4, 4),
    (11, 1, None, 11, 1, 4, 7, 7, 63.6, 4, 4),
    (12, 1, None, 12, 1, 4, 8, 8, 66.7, 4, 4),
    (13, 4, None, 13, 4, 4, 9, 9, 69.2, 4, 4),
    (14, 2, None, 14, 2, 4, 10, 10, 71.4, 4, 4),
    (15, 2, None, 15, 2, 4, 11, 11, 73.3, 4, 4),
    (16, 1, None, 16, 1, 4, 12, 12, 75.0, 4, 4),
    (16, 16, None, 16, 16, 4, 12, 12, 75.0, 4, 4),
    (18, 1, None, 9, 2, 4, 5, 5, 55.6, 4, 4),
    (20, 1, None, 10, 2, 4, 6, 6, 60.0, 4, 4),
    (24, 2, None, 12, 4, 4, 8, 8, 66.7, 4, 4),
    (32, 4, None, 16, 8, 4, 12, 12, 75.0, 4, 4),
    # one node
    (1, 1, None, 1, 1, 0, 1, 1, 100.0, 0, 0),
    (1, 2, None, 2, 1, 1, 1, 2, 50.0, 0, 0),
    (1, 3, None, 3, 1, 1, 2, 2, 66.7, 0, 1),
    (1, 4, None, 4, 1, 2, 2, 3, 50.0, 0, 1),
    (1, 8, None, 8, 1, 4, 4, 5, 50.0, 0, 3),
    (1, 12, 3, 12, 1, 3, 9, 9, 75.0, 0, 3),
    (1, 20, None, 10, 2, 4, 6, 6, 60.0, 0, 4),
]


def test_the_table_is_long_enough_and_has_no_duplicates():
    keys = [row[:3] for row in LAYOUTS]
    assert len(keys) >= 60
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("row", LAYOUTS, ids=lambda row: f"{row[0]}x{row[1]}-EC{row[2]}")
def test_layout(row):
    hosts, drives, parity, *expected = row
    got = plan([pool(hosts, drives)], parity=parity)
    keys = ("set_size", "sets", "parity", "read_quorum", "write_quorum")
    assert [got[key] for key in keys] == expected[:5]
    assert got["data"] == expected[0] - expected[2]
    assert got["usable"] * 100 == pytest.approx(expected[5], abs=0.06)
    assert (got["survives_nodes"], got["survives_drives"]) == tuple(expected[6:])
    assert (got["nodes"], got["drives"]) == (hosts, hosts * drives)


@pytest.mark.parametrize("row", LAYOUTS, ids=lambda row: f"{row[0]}x{row[1]}-EC{row[2]}")
def test_a_cluster_that_does_not_survive_a_node_is_a_problem_until_accepted(row):
    hosts, drives, parity, *expected = row
    got = plan([pool(hosts, drives)], parity=parity)
    unsafe = hosts > 1 and expected[6] == 0
    assert bool(got["problems"]) is unsafe
    if unsafe:
        assert "does not survive the loss of one node" in got["problems"][0]
        accepted = plan([pool(hosts, drives)], parity=parity, allow_node_loss=True)
        assert accepted["problems"] == []
        assert any("does not survive" in warning for warning in accepted["warnings"])


@pytest.mark.parametrize("drives", [5, 10, 15])
def test_three_nodes_with_sets_of_fifteen_are_fixed_by_parity_five(drives):
    problem, = plan([pool(3, drives)])["problems"]
    assert "a node holds 5 drives of a set, 4 may be lost" in problem
    assert "set minio_server_parity: 5 (66.7% usable)" in problem
    assert plan([pool(3, drives)], parity=5)["problems"] == []


@pytest.mark.parametrize("hosts, drives, fix", [
    (2, 1, "use 3 hosts"),
    (2, 4, "use 3 hosts"),
    (17, 1, "use 18 hosts"),
    (17, 3, "use 18 hosts"),
    (19, 1, "use 20 hosts"),
    (1, 17, "use 16 drives per host"),
])
def test_a_count_that_cannot_work_names_one_that_works(hosts, drives, fix):
    problem, = plan([pool(hosts, drives)])["problems"]
    assert fix in problem
    number, what = fix.split()[1:3]
    fixed = pool(int(number), drives) if what == "hosts" else pool(hosts, int(number))
    assert plan([fixed])["problems"] == []


@pytest.mark.parametrize("hosts, drives, count, size, problem", [
    (3, 4, 6, 6, ""),
    (3, 8, 3, 3, ""),
    (4, 4, 4, 4, ""),
    (3, 1, 3, 3, ""),
    (3, 4, 5, 0, "MINIO_ERASURE_SET_DRIVE_COUNT is 5, 12 drives allow 2, 3, 4, 6, 12"),
    (3, 4, 17, 0, "use a number from 2 to 16"),
    (3, 4, "many", 0, "use a number from 2 to 16"),
    # Four drives per set on three nodes: one node holds two of them.
    (3, 4, 4, 4, "remove MINIO_ERASURE_SET_DRIVE_COUNT or choose another value"),
])
def test_set_drive_count(hosts, drives, count, size, problem):
    got = plan([pool(hosts, drives)], set_drive_count=count)
    assert got["set_size"] == size
    assert (problem in "".join(got["problems"])) if problem else got["problems"] == []


@pytest.mark.parametrize("host_names, drive_names, volumes", [
    (names("minio%d", 3), ["/mnt/minio/drive1"], ["https://minio{1...3}:9000/mnt/minio/drive1"]),
    (names("minio%d.example.com", 3), names("/mnt/minio/drive%d", 4),
     ["https://minio{1...3}.example.com:9000/mnt/minio/drive{1...4}"]),
    (names("minio%02d", 12), ["/data"], ["https://minio{01...12}:9000/data"]),
    (names("s3-%03d.dc1.example.com", 4, 98), ["/data"], ["https://s3-{098...101}.dc1.example.com:9000/data"]),
    (names("n%d", 4, 9), ["/data"], ["https://n{9...12}:9000/data"]),
    (names("n%d", 4, 0), ["/data"], ["https://n{0...3}:9000/data"]),
    (names("192.0.2.%d", 3, 11), ["/data"], ["https://192.0.2.{11...13}:9000/data"]),
    (names("node%d", 3), names("/srv/d%02d/minio", 2), ["https://node{1...3}:9000/srv/d{01...02}/minio"]),
    (["only"], names("/mnt/drive%d", 4), ["/mnt/drive{1...4}"]),
    (["only"], ["/mnt/drive1"], ["/mnt/drive1"]),
])
def test_consecutive_names_become_one_pattern(host_names, drive_names, volumes):
    got = plan([{"hosts": host_names, "drives": drive_names}])
    assert (got["style"], got["volumes"], got["problems"]) == ("ellipsis", volumes, [])


@pytest.mark.parametrize("host_names", [
    ["alpha", "beta", "gamma"],
    ["minio1", "minio2", "minio4"],
    ["minio3", "minio2", "minio1"],
    ["minio1", "minio02", "minio3"],
    ["minio09", "minio10", "minio011"],
    ["r1n1", "r1n2", "r2n1", "r2n2"],
    ["minio1.a.example.com", "minio2.b.example.com", "minio3.c.example.com"],
    ["2001:db8::1", "2001:db8::2", "2001:db8::3"],
])
def test_other_names_use_the_configuration_file(host_names):
    got = plan([{"hosts": host_names, "drives": ["/data"]}])
    urls = [f"https://{f'[{name}]' if ':' in name else name}:9000/data" for name in host_names]
    assert (got["style"], got["volumes"], got["problems"]) == ("file", [], [])
    assert got["config_pools"] == [{"args": urls, "set-drive-count": len(host_names)}]


def test_irregular_drive_paths_use_the_configuration_file_on_one_host_too():
    got = plan([{"hosts": ["only"], "drives": ["/mnt/red", "/mnt/blue"]}])
    assert got["style"] == "file"
    assert got["config_pools"] == [{"args": ["/mnt/red", "/mnt/blue"], "set-drive-count": 2}]


def test_the_configuration_file_keeps_the_symmetry_of_hosts():
    # Left alone, the server would cut 3 x 7 drives of a file into sets of seven.
    got = plan([{"hosts": ["a", "b", "c"], "drives": names("/d%d", 7)}])
    assert (got["style"], got["set_size"]) == ("file", 3)
    assert got["config_pools"][0]["set-drive-count"] == 3


def test_endpoints_count_hosts_fastest():
    got = plan([pool(3, 2)])
    first = [(place["host"], place["drive"]) for place in got["pools"][0]["layout"][0]]
    assert first == [
        ("minio1", "/mnt/minio/drive1"), ("minio2", "/mnt/minio/drive1"), ("minio3", "/mnt/minio/drive1"),
        ("minio1", "/mnt/minio/drive2"), ("minio2", "/mnt/minio/drive2"), ("minio3", "/mnt/minio/drive2"),
    ]


@pytest.mark.parametrize("scheme, port, start", [("http", 9000, "http://minio{1...3}:9000/"), ("https", 9443, "https://minio{1...3}:9443/")])
def test_scheme_and_port(scheme, port, start):
    assert plan([pool(3, 1)], scheme=scheme, port=port)["volumes"][0].startswith(start)


class TestPools:
    def test_two_pools_are_two_arguments(self):
        got = plan([pool(3, 4), {"hosts": names("minio%d", 3, 4), "drives": names("/mnt/minio/drive%d", 4)}])
        assert got["volumes"] == [
            "https://minio{1...3}:9000/mnt/minio/drive{1...4}",
            "https://minio{4...6}:9000/mnt/minio/drive{1...4}",
        ]
        assert (got["sets"], got["nodes"], got["drives"], got["survives_nodes"]) == (2, 6, 24, 1)
        assert got["problems"] == []

    def test_one_irregular_pool_takes_both_into_the_file(self):
        got = plan([pool(3, 1), {"hosts": ["x", "y", "z"], "drives": ["/data"]}])
        assert got["style"] == "file"
        assert got["config_pools"][0]["args"] == ["https://minio{1...3}:9000/mnt/minio/drive1"]
        assert got["config_pools"][1]["args"] == [f"https://{host}:9000/data" for host in "xyz"]

    def test_the_first_pool_gives_the_parity_of_all(self):
        got = plan([pool(3, 4), {"hosts": names("big%d", 3), "drives": names("/d%d", 5)}])
        assert got["parity"] == 4
        assert "pool 2: EC:4 on sets of 15" in got["problems"][0]
        assert "set minio_server_parity: 5" in got["problems"][0]

    def test_a_small_later_pool_cannot_take_the_parity_of_the_first(self):
        problem, = plan([pool(3, 4), {"hosts": names("new%d", 3), "drives": ["/d"]}])["problems"]
        assert "pool 2: sets of 3 drives allow at most EC:1" in problem

    def test_one_host_with_several_drives_can_be_a_pool_with_a_url(self):
        got = plan([{"hosts": ["a"], "drives": names("/d%d", 4)}, {"hosts": ["b"], "drives": names("/d%d", 4)}],
                   allow_node_loss=True)
        assert got["volumes"] == ["https://a:9000/d{1...4}", "https://b:9000/d{1...4}"]
        assert (got["survives_nodes"], got["problems"]) == (0, [])

    def test_a_pool_of_one_drive_cannot_stand_beside_another(self):
        got = plan([pool(3, 1), {"hosts": ["a"], "drives": ["/d"]}])
        assert "pool 2: one drive cannot be a pool beside others" in got["problems"][0]

    def test_the_usable_share_counts_the_drives_of_each_pool(self):
        got = plan([pool(3, 1), {"hosts": names("new%d", 6), "drives": ["/d"]}], parity=1)
        assert got["usable"] == pytest.approx((2 + 5) / 9, abs=1e-4)


@pytest.mark.parametrize("pools, parity, message", [
    ([], None, "minio_server_pools is empty"),
    (None, None, "minio_server_pools is empty"),
    (["minio1"], None, "pool 1: is no dictionary"),
    ([{"hosts": ["a"]}], None, "pool 1: drives is missing or no list"),
    ([{"drives": ["/d"]}], None, "pool 1: hosts is missing or no list"),
    ([{"hosts": "minio1", "drives": ["/d"]}], None, "pool 1: hosts is missing or no list"),
    ([{"hosts": ["a"], "drives": ["/d"], "drive": 1}], None, "pool 1: unknown key drive"),
    ([{"hosts": ["a", "a", "b"], "drives": ["/d"]}], None, "host a is listed 2 times"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/d", "/d"]}], None, "drive /d is listed 2 times"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/d", "/d/"]}], None, "drive /d is listed 2 times"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/d", "/d/e"]}], None, "drive /d/e lies inside drive /d"),
    ([{"hosts": ["a", "b", "c"], "drives": ["d"]}], None, "drive 'd' is no absolute path"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/"]}], None, "drive '/' is no absolute path"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/mnt/{1...4}"]}], None, "is no absolute path"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/mnt/../d"]}], None, "is no absolute path"),
    ([{"hosts": ["https://a", "b", "c"], "drives": ["/d"]}], None, "'https://a' is no host name or address"),
    ([{"hosts": ["a:9000", "b", "c"], "drives": ["/d"]}], None, "'a:9000' is no host name"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/d"]}, {"hosts": ["c", "d", "e"], "drives": ["/d"]}], None,
     "host c is in pool 1 and in pool 2"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/d"]}], 2, "parity 2 is more than half of a set of 3 drives; set minio_server_parity: 1"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/d"]}], -1, "parity -1 of minio_server_parity is no number of drives"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/d"]}], True, "is no number of drives"),
    ([{"hosts": ["a", "b", "c"], "drives": ["/d"], "parity": 1}], 0, "the server has one parity for all pools"),
])
def test_a_wrong_description_is_named(pools, parity, message):
    problems = plan(pools, parity=parity)["problems"]
    assert any(message in problem for problem in problems), problems


def test_parity_may_be_written_as_a_storage_class():
    assert plan([pool(3, 5)], parity="EC:5")["parity"] == 5


def test_an_even_set_with_half_parity_says_what_it_costs():
    warning, = plan([pool(4, 1)])["warnings"]
    assert "EC:1 survives as many nodes for writes and gives 75.0% usable instead of 50.0%" in warning


def test_the_table_says_what_the_cluster_is():
    assert plan([pool(3, 1)])["table"] == [
        "nodes                            3",
        "drives                           3",
        "erasure sets                     3 x 1 drives, 1 set of 3, EC:1: 2 of 3 drives data, read quorum 2, write quorum 2",
        "usable                           66.7%",
        "nodes that may be lost           1",
        "drives that may be lost per set  1",
        "volumes                          https://minio{1...3}:9000/mnt/minio/drive1",
    ]


@pytest.mark.parametrize("items, pattern", [
    (["a1"], "a1"),
    (["a1", "a2"], "a{1...2}"),
    (["a01", "a02"], "a{01...02}"),
    (["a1b1", "a2b1"], "a{1...2}b1"),
    (["a1b1", "a2b2"], None),
    (["a", "b"], None),
    (["a1", "b2"], None),
    (["a2", "a1"], None),
    (["a1", "a1"], None),
])
def test_ellipsis_pattern(items, pattern):
    assert ellipsis_pattern(items) == pattern
