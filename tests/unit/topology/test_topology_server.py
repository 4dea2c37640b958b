# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan against the server's own functions: server_layouts/main.go asked them, its answers are the fixture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.oracle1.minio.plugins.plugin_utils.topology import default_parity, plan, set_size

ROWS = json.loads((Path(__file__).parent / "server_layouts" / "server_layouts.json").read_text())


def mismatches(rows, compute):
    return [(row, got) for row in rows if (got := compute(row)) != (row["set_size"], row["parity"])]


def test_set_size_and_default_parity_are_the_servers():
    def compute(row):
        # Endpoints out of a file carry no pattern, so nothing is asked to be symmetric.
        symmetry = {"file": 1, "ellipsis": row["hosts"] if row["hosts"] > 1 else row["drives"]}[row["style"]]
        size, _error = set_size(row["hosts"] * row["drives"], symmetry, row["override"])
        return size, default_parity(size) if size else 0

    assert len(ROWS) > 700
    assert mismatches(ROWS, compute) == []


def test_the_plan_of_a_command_line_is_the_servers():
    def compute(row):
        got = plan(
            [{
                "hosts": [f"minio{number}" for number in range(1, row["hosts"] + 1)],
                "drives": [f"/mnt/drive{number}" for number in range(1, row["drives"] + 1)],
            }],
            set_drive_count=row["override"],
        )
        return got["set_size"], got["parity"]

    assert mismatches([row for row in ROWS if row["style"] == "ellipsis"], compute) == []


def test_the_pinned_set_size_of_a_file_is_one_that_the_server_accepts():
    accepted = {
        (row["hosts"], row["drives"], row["override"]): row["set_size"] for row in ROWS if row["style"] == "file" and row["override"]
    }
    checked = 0
    for (hosts, drives, count), size in accepted.items():
        names = [f"host-{letter}" for letter in "abcdefghijklmnopqrst"[:hosts]]
        got = plan([{"hosts": names, "drives": [f"/mnt/drive{number}" for number in range(1, drives + 1)]}])
        if hosts > 1 and got["set_size"] == count:
            assert (got["config_pools"][0]["set-drive-count"], size) == (count, count)
            checked += 1
    assert checked >= 3


@pytest.mark.parametrize("row", [row for row in ROWS if row.get("first_set")], ids=lambda row: f"{row['style']}-{row['hosts']}x{row['drives']}-{row['override']}")
def test_the_order_of_endpoints_is_the_servers(row):
    got = plan(
        [{
            "hosts": [f"minio{number}" for number in range(1, row["hosts"] + 1)],
            "drives": [f"/mnt/drive{number}" for number in range(1, row["drives"] + 1)],
        }],
        set_drive_count=row["set_size"] if row["set_size"] > 1 else None,
    )
    place = "{drive}" if row["hosts"] == 1 else "https://{host}:9000{drive}"
    assert [place.format(**drive) for drive in got["pools"][0]["layout"][0]] == row["first_set"]
