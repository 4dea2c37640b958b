# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What info returns of a real server."""
from __future__ import annotations


def test_info_of_four_drives(run, server):
    info = run("info", {})["info"]
    assert info["mode"] == "online" and info["deployment_id"]
    assert info["backend"] == {"type": "Erasure", "standard_parity": 2, "reduced_parity": 1}
    assert info["sets"] == [{"pool": 0, "set": 0, "drives": 4, "online": 4, "healing": 0, "parity": 2, "data": 2,
                             "read_quorum": 2, "write_quorum": 3, "write_quorum_met": True, "may_still_lose": 1}]
    assert (info["servers_online"], info["drives_online"], info["drives_healing"]) == (1, 4, 0)
    assert info["write_quorum"] is True
    assert len(info["versions"]) == 1 and info["servers"][0]["version"] == info["versions"][0]
    assert [drive["path"] for drive in info["drives"]] == [str(server.directory / f"drive{number}") for number in range(1, 5)]
    assert all(drive["state"] == "ok" and drive["total"] > drive["available"] > 0 for drive in info["drives"])
    assert info["capacity"]["usable_total"] * 2 == info["capacity"]["raw_total"]


def test_check_mode_is_the_same(run):
    real, checked = run("info", {}), run("info", {}, check=True)
    assert checked["changed"] is False and checked["info"]["sets"] == real["info"]["sets"]


def test_the_keys_are_the_documented_ones(run):
    import yaml
    from ansible_collections.oracle1.minio.plugins.modules import info as entry

    def compare(value, contains):
        assert set(value) == set(contains)
        for name, described in contains.items():
            inner = value[name][0] if isinstance(value[name], list) and "contains" in described else value[name]
            if "contains" in described:
                compare(inner, described["contains"])
    compare(run("info", {})["info"], yaml.safe_load(entry.RETURN)["info"]["contains"])
