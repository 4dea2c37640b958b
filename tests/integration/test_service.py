# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart, freeze and unfreeze of a real server."""
from __future__ import annotations

import time

import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from conftest import ACCESS_KEY, SECRET_KEY, execute, free_port, runner, running


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with running(tmp_path_factory.mktemp("service")) as server:
        yield server


def restart(server, **params):
    """Without the watched wire, which does not outlive a server that is away."""
    return execute("service", {**server.connection, "endpoint": server.direct, "action": "restart", **params}, check=False)


def answers(server):
    import boto3
    impatient = boto3.client("s3", endpoint_url=server.direct, aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY,
                             config=Config(read_timeout=1, retries={"max_attempts": 0}))
    try:
        impatient.list_buckets()
    except ReadTimeoutError:
        return False
    return True


def uptime(server):
    # Left out in the first second.
    return server.mc("admin", "info", "s3")["info"]["servers"][0].get("uptime", 0)


def test_a_restart_waits_for_a_newer_start(own):
    run = runner(own)
    before, began = uptime(own), time.monotonic()
    checked = run("service", {"action": "restart"}, check=True)
    assert checked["changed"] is True and uptime(own) >= before
    result = restart(own)
    assert result["changed"] is True and result["service"]["servers"] == [f"127.0.0.1:{own.port}"]
    assert uptime(own) < before + time.monotonic() - began - 2
    assert answers(own)


def test_freezing_is_done_once_and_undone_whoever_did_it(own):
    run, quick = runner(own), {"probe_timeout": 1}
    assert run("service", {"action": "unfreeze", **quick})["changed"] is False
    assert run("service", {"action": "freeze", **quick}, check=True)["changed"] is True
    assert answers(own)
    assert run("service", {"action": "freeze", **quick})["service"] == {"action": "freeze", "frozen": True}
    assert not answers(own)
    again = run("service", {"action": "freeze", **quick})
    assert again["changed"] is False and again["requests"]["writes"] == 0
    # The server counts: this second freeze needs a second unfreezing.
    own.mc("admin", "service", "freeze", "s3")
    assert run("service", {"action": "unfreeze", **quick}, check=True)["changed"] is True and not answers(own)
    thawed = run("service", {"action": "unfreeze", **quick})
    assert thawed["changed"] is True and thawed["requests"]["writes"] == 2 and answers(own)


def test_no_answer_at_all_is_not_taken_for_frozen(run):
    result = run("service", {"action": "freeze", "endpoint": f"http://127.0.0.1:{free_port()}", "retries": 0, "probe_timeout": 1})
    assert result["failed"] and "no answer from" in result["msg"]


def test_stopping_is_not_offered(run):
    assert "value of action must be one of" in run("service", {"action": "stop"})["msg"]


def test_a_server_that_does_not_come_back_in_time_is_an_error(own):
    result = restart(own, wait_timeout=0)
    assert result["failed"] and f"not back yet: 127.0.0.1:{own.port}" in result["msg"]
