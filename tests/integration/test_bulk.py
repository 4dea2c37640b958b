# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything at once: as complete as single reads, refused where it must be, safe when two do it, finished after an end."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from conftest import ACCESS_KEY, ROOT, SECRET_KEY, execute, free_port
from test_bucket import STATES, named

from ansible_collections.oracle1.minio.plugins.module_utils._bucket import BUCKET
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client, Connection
from ansible_collections.oracle1.minio.plugins.module_utils._manifest import MANIFEST
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Wanted, observe
from ansible_collections.oracle1.minio.plugins.module_utils._snapshot import Snapshot

READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::x/*"]}]}
PROGRAM = """
import json, sys
from ansible.module_utils.testing import patch_module_args
from ansible_collections.oracle1.minio.plugins.modules import apply
with patch_module_args({**json.load(sys.stdin), "_ansible_check_mode": False}):
    apply.main()
"""


@pytest.fixture
def client(server):
    return Client(Connection([server.direct], ACCESS_KEY, SECRET_KEY))


def everything(client: Client) -> Snapshot:
    snapshot = Snapshot(client)
    snapshot.take_buckets()
    snapshot.take_identities()
    assert snapshot.notes == []
    return snapshot


def all_of(kind: str, name: str) -> Wanted:
    """A wish that manages every field, so that all of them are read."""
    resource = next(resource for resource in MANIFEST.values() if resource.kind == kind)
    return Wanted(resource, name, True, {item.name: True for item in resource.fields}, {})


@pytest.mark.parametrize(("facet", "number"), [(facet, number) for facet, states in STATES.items() for number in range(len(states))])
def test_the_archive_of_buckets_says_what_single_reads_say(run, server, client, facet, number):
    """Read with a fresh snapshot per state: for each field the same value, and the same facts for a later write."""
    wish = named(STATES[facet][number], server.new())
    assert not run("bucket", wish).get("failed")
    wanted = all_of("bucket", wish["name"])
    at_once, single = observe(everything(client), wanted), observe(client, wanted)
    assert at_once.values == single.values
    assert set(at_once.values) == {item.name for item in BUCKET.fields}


def test_the_archive_of_buckets_knows_what_is_not_there(server, client):
    assert observe(everything(client), all_of("bucket", "never-made")) is None


def test_the_archive_of_identities_says_what_single_reads_say(run, server, client):
    number = server.new("bulk")
    run("apply", {"manifest": {
        "policies": [{"name": f"{number}-p", "policy": READ}],
        "users": [{"name": f"{number}-on", "secret_key": "on-secret-12345", "policies": [f"{number}-p", "readonly"]},
                  {"name": f"{number}-off", "secret_key": "off-secret-12345", "status": "disabled"}],
        "service_accounts": [
            {"access_key": f"{number}-a", "secret_key": "acc-secret-12345", "user": f"{number}-on", "name": "short", "description": "long one",
             "policy": READ, "expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))},
            {"access_key": f"{number}-b", "secret_key": "acb-secret-12345", "user": f"{number}-on", "status": "disabled"}]}})
    snapshot = everything(client)
    assert not any(secret in json.dumps(snapshot.identities)
                   for secret in ("on-secret-12345", "off-secret-12345", "acc-secret-12345", "acb-secret-12345"))
    for kind, name in (("policy", f"{number}-p"), ("policy", "readwrite"), ("user", f"{number}-on"), ("user", f"{number}-off"),
                       ("service_account", f"{number}-a"), ("service_account", f"{number}-b")):
        wanted = all_of(kind, name)
        assert observe(snapshot, wanted) == observe(client, wanted), name


def wide(server, count: int) -> dict[str, Any]:
    number = server.new("wide")
    return {"buckets": [{"name": f"{number}-{item}", "versioning": "enabled", "tags": {"n": item}} for item in range(count)],
            "policies": [{"name": f"{number}-{item}", "policy": READ} for item in range(4)]}


def test_how_the_state_is_read_makes_no_difference(converge, run, server):
    manifest = wide(server, 6)
    for how, path in (("bulk", "export"), ("single", "single_reads"), ("auto", "export")):
        result = converge("apply", {"manifest": manifest, "observe": how})
        assert (result["observation"]["buckets"], result["observation"]["identities"]) == (path, path)
        server.mc("tag", "set", f"s3/{manifest['buckets'][3]['name']}", "n=theirs")
        server.mc("version", "suspend", f"s3/{manifest['buckets'][4]['name']}")
    assert run("apply", {"manifest": manifest}, check=True)["counts"]["updated"] == 2


def test_a_no_op_costs_three_requests(run, server):
    manifest = wide(server, 20)
    run("apply", {"manifest": manifest})
    # One anonymous to see whether the server answers, and the two archives.
    assert run("apply", {"manifest": manifest})["requests"] == {"reads": 3, "writes": 0}


def test_a_caller_who_may_not_read_at_once_is_served_by_single_reads(converge, server, tmp_path):
    name = server.new("limited")
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["admin:*"]}, {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]},
        {"Effect": "Deny", "Action": ["admin:ExportBucketMetadata", "admin:ExportIAM"]}]}
    (tmp_path / "policy.json").write_text(json.dumps(document))
    server.mc("admin", "policy", "create", "s3", name, str(tmp_path / "policy.json"))
    server.mc("admin", "user", "add", "s3", name, "limited-secret-1")
    server.mc("admin", "policy", "attach", "s3", name, "--user", name)
    result = converge("apply", {"manifest": wide(server, 4), "access_key": name, "secret_key": "limited-secret-1"})
    assert result["counts"]["created"] == 8
    assert (result["observation"]["buckets"], result["observation"]["identities"]) == ("single_reads", "single_reads")
    assert all("AccessDenied" in note for note in result["observation"]["notes"]) and len(result["observation"]["notes"]) == 2


def begin(server, manifest: dict[str, Any], **more: Any) -> subprocess.Popen[str]:
    """The module in a process of its own."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": str(ROOT / "collections")})
    process.stdin.write(json.dumps({**server.connection, "manifest": manifest, **more}))
    process.stdin.close()
    return process


def test_two_runs_at_once_do_not_spoil_each_other(run, server):
    """The same objects, from two manifests that each know another part of them."""
    one = wide(server, 30)
    two = {"buckets": [{"name": entry["name"], "tags": {"second": "run"}, "quota": "1GiB"} for entry in one["buckets"]]}
    processes = [begin(server, one), begin(server, two)]
    results = [json.loads(process.stdout.read()) for process in processes]
    assert [process.wait() for process in processes] == [0, 0], results
    # The server takes tags as a whole, so the very last writer may have overtaken the other one: its next run repairs that.
    for manifest in (one, two):
        assert not run("apply", {"manifest": manifest}).get("failed")
    for manifest in (one, two):
        assert run("apply", {"manifest": manifest})["changed"] is False


def test_a_run_that_is_killed_is_finished_by_the_next(run, server):
    manifest = wide(server, 60)
    process = begin(server, manifest, concurrency=2)
    names = {entry["name"] for entry in manifest["buckets"]}
    deadline = time.monotonic() + 30
    while not names & {bucket["Name"] for bucket in server.boto3().list_buckets()["Buckets"]}:
        assert time.monotonic() < deadline
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    there = len(names & {bucket["Name"] for bucket in server.boto3().list_buckets()["Buckets"]})
    assert there < len(names), "the run was over before it was killed"
    finished = run("apply", {"manifest": manifest})
    assert finished["counts"]["failed"] == 0 and finished["changed"]
    assert run("apply", {"manifest": manifest})["changed"] is False


def test_progress_is_written_for_whoever_watches(run, server, tmp_path, monkeypatch):
    from ansible_collections.oracle1.minio.plugins.module_utils import _progress
    monkeypatch.setattr(_progress, "INTERVAL", 0.0)
    path = tmp_path / "progress"
    run("apply", {"manifest": wide(server, 5), "progress_path": str(path)})
    assert path.read_text().splitlines()[-1] == "9 of 9 objects written"


def test_the_next_endpoint_answers_when_the_first_does_not(server):
    dead, name = f"http://127.0.0.1:{free_port()}", server.new()
    result = execute("bucket", {**server.connection, "name": name, "endpoint": [dead, server.direct]}, check=False)
    # Two reads and the write, and the one that found nobody: the endpoint that answers is kept.
    assert result["changed"] is True and result["requests"] == {"reads": 3, "writes": 1}
    none = execute("bucket", {**server.connection, "name": name, "endpoint": f"{dead},{dead}", "retries": 0}, check=True)
    assert none["failed"] and f"no answer from {dead}" in none["msg"]
