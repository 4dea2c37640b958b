# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logs say in short. The lines are those of a real server and of the balancer's format."""
from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils import _diagnosis as diagnosis
from ansible_collections.oracle1.minio.plugins.modules import diagnosis as module
from ansible_collections.oracle1.minio.plugins.modules import diagnosis_archive as archive

JSON_ERROR = ('{"level":"ERROR","time":"2026-11-24T18:52:27.09Z","api":{"name":"SYSTEM.bootstrap","args":{}},"error":{"message":'
              '"localhost resolves to localhost in a containerized deployment, waiting for it to resolve to a valid IP (*errors.errorString)",'
              '"source":["endpoint.go:851"]}}')
JSON_INFO = '{"level":"INFO","time":"2026-11-24T18:52:30.53Z","message":"MinIO Object Storage Server"}'
TEXT_ERROR = """
API: SYSTEM.storage
Time: 18:03:16 UTC 11/24/2026
Error: drive:/mnt/minio/drive1 is offline, 3 seconds elapsed (*errors.errorString)
       host="127.0.0.1", elapsedTime="1 second elapsed"
       2: storage-rest-client.go:504:cmd.newStorageRESTClient()
INFO: IAM load(startup) finished. (duration: 2.059962ms)
""".splitlines()


def line(**more: Any) -> str:
    return json.dumps({"time": "2026-11-24T18:00:00+00:00", "client": "192.0.2.50", "method": "GET", "host": "s3", "uri": "/photos/a?X-Amz-Signature=-",
                       "status": "200", "seconds": "0.010", "node": "192.0.2.11:9000", "node_status": "200", **more})


def test_errors_are_read_from_both_forms_of_the_log() -> None:
    (entry,) = diagnosis.entries([JSON_INFO, JSON_ERROR, "{broken", "[]", ""])
    assert (entry["api"], entry["time"]) == ("SYSTEM.bootstrap", "2026-11-24T18:52:27.09Z")
    assert entry["message"].startswith("localhost resolves to localhost")
    assert diagnosis.entries(TEXT_ERROR) == [{"api": "SYSTEM.storage", "time": "18:03:16 UTC 11/24/2026",
                                              "message": "drive:/mnt/minio/drive1 is offline, 3 seconds elapsed (*errors.errorString)"}]
    assert diagnosis.entries(["FATAL Invalid credentials"])[0]["message"] == "Invalid credentials"


def test_errors_that_differ_in_numbers_are_one() -> None:
    found = [{"time": f"t{count}", "api": "a", "message": f"no answer for {count}s from 192.0.2.{count}"} for count in (1, 2, 3)]
    groups = diagnosis.alike([{"time": "", "api": "b", "message": "rare"}, *found])
    assert [(group["count"], group["last"]) for group in groups] == [(3, "t3"), (1, "")]


@pytest.mark.parametrize(("entry", "failures", "failed", "slow"), [
    ({}, {}, 0, 0),
    ({"status": "404", "node_status": "404"}, {}, 0, 0),
    ({"node": "192.0.2.11:9000, 192.0.2.12:9000", "node_status": "502, 200"}, {"192.0.2.11:9000": 1}, 1, 0),
    ({"node_status": "-"}, {"192.0.2.11:9000": 1}, 1, 0),
    ({"status": "503", "node": "", "node_status": ""}, {}, 1, 0),
    ({"seconds": "7.5"}, {}, 0, 1),
])
def test_a_request_is_judged_by_every_node_that_was_tried(entry: dict[str, str], failures: dict[str, int], failed: int, slow: int) -> None:
    result = diagnosis.requests([line(**entry), "no json"], 5)
    assert (result["requests"], result["failed_total"], result["slow_total"]) == (1, failed, slow)
    assert {node: count["failures"] for node, count in result["nodes"].items() if count["failures"]} == failures


def test_what_is_kept_of_requests_is_short_and_has_no_query() -> None:
    result = diagnosis.requests([line(seconds=str(5 + number / 10)) for number in range(50)], 5)
    assert result["slow_total"] == 50 and len(result["slow"]) == diagnosis.SLOW and result["slow"][0]["seconds"] == 9.9
    assert {item["path"] for item in result["slow"]} == {"/photos/a"} and result["statuses"] == {"2xx": 50}


def test_secrets_are_hidden_and_the_rest_stays() -> None:
    text = diagnosis.without_secrets('# MINIO_ROOT_PASSWORD\nMINIO_ROOT_USER="a"\nMINIO_ROOT_PASSWORD=b=c\nMINIO_KMS_SECRET_KEY=k:d\nMINIO_VOLUMES=/mnt/{1...4}\n'
                                     "MINIO_NOTIFY_MYSQL_DSN_STRING_A=e\nMINIO_NOTIFY_AMQP_URL_A=amqp://f:g@mq.example.com\nproxy_set_header X 1;\n")
    assert text == ("# MINIO_ROOT_PASSWORD\nMINIO_ROOT_USER=<hidden>\nMINIO_ROOT_PASSWORD=<hidden>\nMINIO_KMS_SECRET_KEY=<hidden>\nMINIO_VOLUMES=/mnt/{1...4}\n"
                    "MINIO_NOTIFY_MYSQL_DSN_STRING_A=<hidden>\nMINIO_NOTIFY_AMQP_URL_A=amqp://<hidden>@mq.example.com\nproxy_set_header X 1;\n")


def test_the_archive_has_a_directory_for_each_host_and_a_summary(tmp_path: Path) -> None:
    (tmp_path / "minio").write_text("MINIO_ROOT_PASSWORD=nobody-may-see\n")
    (tmp_path / "log").write_text("\n".join([line(node_status="502", status="502"), line(seconds="9")]) + "\n")
    seen = module.gather({**{name: spec["default"] for name, spec in module.SPEC.items()}, "units": [], "access_log": str(tmp_path / "log"),
                          "configurations": [str(tmp_path / "minio"), str(tmp_path / "absent")], "commands": [["uname", "-s"], ["/absent"]]})
    seen["errors"] = diagnosis.alike(diagnosis.entries([JSON_ERROR] * 3))
    seen["mounts"] = [{"path": "/mnt/minio/drive1", "used_percent": 91}]
    info = {"servers": [{"endpoint": "minio1:9000", "state": "online"}, {"endpoint": "minio2:9000", "state": "offline"}], "servers_online": 1,
            "drives": [{"path": "/mnt/minio/drive1", "server": "minio2:9000", "state": "offline", "healing": False}], "drives_online": 0,
            "sets": [{"may_still_lose": 0}], "versions": ["v"]}
    hosts = {"minio1": {**seen, "units": {"minio.service": "failed"}}, "minio2": {"unreachable": True}}
    summary = diagnosis.table(hosts, info)
    for said in ("cluster: 1 of 2 servers, 0 of 1 drives, 0 more may fail; v", "cluster: minio2:9000 is offline", "minio1: minio.service is failed",
                 "minio1: /mnt/minio/drive1 is 91 % full", "minio1: node 192.0.2.11:9000 failed 1 of 2 tries", "minio1: 9.0 s GET /photos/a (200)",
                 "minio2: could not be reached"):
        assert said in summary
    assert any(said.startswith("minio1: 3 x localhost resolves") for said in summary) and diagnosis.table({}, {}) == ["cluster: it did not answer"]
    archive.write(str(tmp_path / "a.tar.gz"), archive.contents(hosts, info, summary))
    assert (tmp_path / "a.tar.gz").stat().st_mode & 0o77 == 0
    with tarfile.open(tmp_path / "a.tar.gz") as file:
        texts = {name: file.extractfile(name).read().decode() for name in file.getnames()}
    assert {"minio-diagnosis/summary.txt", "minio-diagnosis/cluster.json", "minio-diagnosis/minio1/minio", "minio-diagnosis/minio1/versions.txt",
            "minio-diagnosis/minio1/kernel.log", "minio-diagnosis/minio1/summary.json"} == set(texts)
    assert not any("nobody-may-see" in text for text in texts.values()) and "Linux" in texts["minio-diagnosis/minio1/versions.txt"]
