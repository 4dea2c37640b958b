# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of one row: load, the fault, until everything is whole and healed, and the verdict."""
from __future__ import annotations

import contextlib
import time
from typing import Any

from tests.resilience import results
from tests.resilience.cluster import Cluster
from tests.resilience.load import ABSENT
from tests.resilience.rows import Row

# Clients are at work this long before and after.
LEAD, TAIL = 3, 3


def run(cluster: Cluster, row: Row, retries: bool = False, audit_patience: float = 60) -> dict[str, Any]:
    """What clients saw, as a dict for the results' file; `problems` are in words. Times in seconds.

    `whole` is from the fault's end until every node is healthy and settled, `healed` from there until every drive holds every
    object again.
    """
    cluster.move(row.release)
    with cluster.fencing() if row.fenced else cluster.movable_clock() if row.clock else contextlib.nullcontext():
        return measure(cluster, row, retries, audit_patience)


def measure(cluster: Cluster, row: Row, retries: bool, audit_patience: float) -> dict[str, Any]:
    cluster.wait_whole()
    with cluster.load(retries=retries) as load:
        time.sleep(LEAD)
        begin = time.monotonic()
        act = row.act(cluster, load)
        next(act)
        ended = time.monotonic()
        cluster.wait_whole()
        whole = time.monotonic()
        time.sleep(TAIL)
    report = load.report(audit_patience)
    # A key whose last write failed may be there or not.
    sure = sum(ABSENT not in may for worker in load.workers for may in worker.may.values())
    healed = cluster.heal(load.bucket, sure) if row.heals else None
    next(act, None)
    # Healing may bring back what had been deleted, so everything is looked at once more.
    after = load.report(audit_patience)
    report.lost, report.returned = sorted({*report.lost, *after.lost}), sorted({*report.returned, *after.returned})
    load.remove()
    problems = report.problems(row.retried if retries else row.failed, None if retries else row.gap)
    if row.heals and healed is None:
        problems.append("the drives do not hold the same objects after three minutes of healing")
    return results.result(row, load, report, problems, took=ended - begin, whole=whole - ended, healed=healed)
