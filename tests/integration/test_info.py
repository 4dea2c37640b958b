# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What info returns of a real server."""
from __future__ import annotations

from conftest import as_documented, eventually, runner, running


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


def test_plain_info_is_one_request(run):
    assert run("info", {})["requests"] == {"reads": 1, "writes": 0}


EVERYTHING = ["cluster", "pools", "healing", "replication", "usage", "tiers", "buckets"]


def test_the_keys_are_the_documented_ones(run, tier):
    value = run("info", {"gather": EVERYTHING}, check=True)["info"]
    as_documented(value)
    assert set(run("info", {})["info"]) == set(value) - {"pools", "rebalance", "healing", "replication", "bucket_usage", "tiers", "buckets"}


def test_what_is_gathered_is_what_mc_says(run, server, tier):
    info = run("info", {"gather": EVERYTHING[1:]})["info"]
    assert [pool["name"] for pool in info["pools"]] == [item["cmdline"] for item in server.mc("admin", "decommission", "status", "s3")]
    told = next(item for item in server.mc("ilm", "tier", "ls", "s3")["tiers"] if item["Name"] == tier)
    ours = next(item for item in info["tiers"] if item["name"] == tier)
    assert (ours["type"], ours["endpoint"], ours["bucket"]) == ("minio", told["MinIO"]["Endpoint"], "cold")
    assert info["replication"]["linked"] is False and info["replication"]["sites"] == []
    assert info["buckets"] == sorted(item["Name"] for item in server.boto3().list_buckets()["Buckets"])
    assert info["healing"]["drives"] == [] and info["rebalance"]["state"] == "none"


def test_the_use_of_buckets_is_that_of_the_last_scan(tmp_path):
    with running(tmp_path / "scanned", MINIO_SCANNER_CYCLE="1s", MINIO_SCANNER_SPEED="fastest") as server:
        run, s3 = runner(server), server.boto3()
        assert run("info", {"gather": ["usage"]})["info"]["bucket_usage"] == {"updated": "", "buckets": []}
        s3.create_bucket(Bucket="used")
        s3.put_bucket_versioning(Bucket="used", VersioningConfiguration={"Status": "Enabled"})
        for content in (b"1", b"22"):
            s3.put_object(Bucket="used", Key="key", Body=content)
        expected = [{"bucket": "used", "objects": 1, "versions": 2, "delete_markers": 0, "size": 3}]
        assert eventually(lambda: run("info", {"gather": ["usage"]})["info"]["bucket_usage"]["buckets"] == expected)
