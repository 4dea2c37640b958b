# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The load generator of tests/resilience finds what it is there to find: a server is made to break its promises behind its back."""
from __future__ import annotations

import sys
import time

import pytest

from conftest import ACCESS_KEY, ROOT, SECRET_KEY, running

sys.path.insert(0, str(ROOT))

from tests.resilience.load import ABSENT, Load, Worker  # noqa: E402


def load(server, **options) -> Load:
    return Load(server.direct, ACCESS_KEY, SECRET_KEY, rate=None, **options)


def test_a_server_that_keeps_its_promises_has_no_problems(server):
    with load(server) as run:
        time.sleep(1.5)
    report = run.report()
    assert report.problems(failed=0, gap=1) == []
    assert report.requests > 50 and report.deleted > 0 and report.objects > 40
    run.remove()


def test_broken_promises_are_found(server):
    with load(server) as run:
        time.sleep(1)
    s3, worker = server.boto3(), run.workers[0]
    lost, changed = worker.live()[:2]
    s3.delete_object(Bucket=run.bucket, Key=lost)
    s3.put_object(Bucket=run.bucket, Key=changed, Body=b"something else")
    deleted = next(key for key, may in worker.may.items() if may == {ABSENT})
    s3.put_object(Bucket=run.bucket, Key=deleted, Body=b"back again")
    report = run.report(patience=0)
    assert sorted(report.lost) == sorted([f"{lost}: missing", f"{changed}: corrupt"])
    assert report.returned == [deleted]
    assert len(report.problems()) == 2
    run.remove()


def test_an_outage_is_counted_by_operation_and_kind_and_its_length_is_the_gap(tmp_path):
    with running(tmp_path) as server, load(server) as run:
        time.sleep(1)
        server.process.kill()
        time.sleep(1)
    report = run.report(patience=0)
    assert 0.9 < report.gap < 1.6 and report.failed["GET: EndpointConnectionError"] > 0
    assert len(report.lost) >= report.objects


@pytest.mark.parametrize(("history", "read", "verdict"), [
    ([("acknowledge", "one")], "one", ""),
    ([("acknowledge", "one")], ABSENT, "missing"),
    ([("acknowledge", "one"), ("acknowledge", "two")], "one", "stale"),
    ([("acknowledge", "one"), ("acknowledge", "two")], "three", "corrupt"),
    ([("acknowledge", "one"), ("acknowledge", ABSENT)], "one", "returned"),
    ([("acknowledge", "one"), ("doubt", "two")], "one", ""),
    ([("acknowledge", "one"), ("doubt", "two")], "two", ""),
    ([("acknowledge", "one"), ("doubt", ABSENT)], ABSENT, ""),
    ([("doubt", "one")], ABSENT, ""),
    ([("doubt", "one")], "two", "corrupt"),
])
def test_what_a_key_may_hold_follows_from_what_was_acknowledged(history, read, verdict):
    worker = Worker(0, None)
    for step, digest in history:
        getattr(worker, step)("key", digest)
    assert worker.judge("key", read) == verdict
