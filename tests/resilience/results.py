# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of runs: a JSON file that grows run by run, and the page that is made of it."""
from __future__ import annotations

import json
import os
import platform
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.resilience.load import Load, Report
from tests.resilience.rows import ROWS, Row

TEXT = """# Resilience

What clients notice of faults and maintenance, and whether anything is lost. This page is written by the command that makes the runs:

    make resilience

It makes a lab of three nodes with one drive each (EC:1) and a balancer, and does one row after the other while four clients send
sixty small requests a second through the balancer: 30 % PUT, 35 % GET, 14 % HEAD, 15 % DELETE, 5 % LIST, 1 % multipart, 1 KiB to
1 MiB. `python -m tests.resilience --lab NAME --rows kill,cut --repeat 5` runs some rows on a lab that is there; `--resume` goes on
where a run was ended. Pools and replacements need more hosts: their rows are written by the Molecule scenario `topology`, in one run.

## How to read the table

| column | meaning |
|---|---|
| retries | `no`: a failed request is a failed request. `yes`: the client repeats as the SDKs do by default (three attempts) |
| runs | how often; counts are sums over all runs, times are those of the worst run |
| failed | requests without a good answer, by kind below the table |
| gap | longest time in which no request of any client succeeded, in seconds |
| wrong | answers that contradict what was acknowledged: 404 for an object that exists, old or foreign content, a deleted object that is there |
| lost | acknowledged objects that cannot be read, and acknowledged deletes that can, in the audit of every object afterwards |
| whole | seconds from the end of the fault until every node is healthy and has been ready for 17 s |
| healed | seconds from there until every drive holds every object |
| aim | whether the row is within its aim: failed requests and gap for the row, nothing wrong, nothing lost |

A write that failed may have happened all the same, so such an object may hold what it held before or what was sent; everything else is
wrong.

"""

NOT_RUN = """
## What is behind the figures

- Requests under way at a node that dies are sent to another one. What cannot be repeated is answered with 502: POST, and bodies above 1 MiB, which
  the balancer does not keep (`minio_lb_repeat_kib`), here the parts of multipart uploads. The SDK repeats that.
- A new root password restarts all nodes at once, because nodes with different ones do not speak to each other. The balancer holds requests meanwhile, so
  none fails and all wait: for idle connections to close (5 s), for the restart, and until every node has looked for its peers' drives (17 s,
  [server.md](server.md)). Without holding, the gap was 2.4 s and 48 of 7870 requests failed (2026-11-28).
- Two nodes that start at the same time may each have missed the other's drive until they look again, 15 to 17 s later. For so long they may answer
  404 for an object that exists and list a deleted one; nothing is lost. The playbooks keep clients from such a node, and so does the balancer's watchdog
  ([watchdog.md](watchdog.md)) as long as another node serves. Without it one GET and five LIST of 1478 requests were wrong (2026-11-29). When
  all nodes come back together there is nobody else to ask.
- An object that is being committed through a node that dies stays locked until the other nodes let the dead one's lock expire, after one to two
  minutes. Requests for that object wait as long, the repeated PUT among them, and clients with less patience (60 s here) give up
  (`ReadTimeoutError`); no other object waits.
- While a drive is in use that lacks a bucket, which the server makes there within a second or two after it has taken the drive, a LIST is answered
  with `NoSuchBucket`: of the answers of three drives it takes one that says so for enough (`listPathRaw` in its source). The SDK does not repeat that.
  `replace_drive.yml` and `replace_node.yml` make the buckets on the new drive before the server sees it; nine LIST of 6626 requests were answered so
  without that (2026-11-29). A drive that is emptied under a running server is the server's.
- A frozen node holds up everybody, whichever node they ask. Without the watchdog's fence (`minio_watchdog_fence: false`, the default) the gap may be
  as long as the fault. With it the gap is the time that the watchdog takes to be sure ([watchdog.md](watchdog.md)). Of a partition between two
  nodes no side is fenced, on purpose: requests that need the broken way wait until it is mended.
- While one drive of a set is full, the server refuses writes with 507, whatever the parity (`hasSpaceFor` in its source looks at every drive).
- systemd keeps the ports of a balancer that is restarted, so clients wait for a quarter of a second and are not refused; a request that crosses the
  closing of an idle connection may fail, and the SDK repeats it. With ports of nginx' own 27 of 1513 requests failed, and 7 of 776 with
  retries, whose three attempts may all fall into that quarter (2026-11-30).
- A server whose clock jumps goes on calling itself healthy and refuses every signed request with 403, which the SDK does not repeat. The balancer's
  watchdog sees the dates of its answers once a second and then keeps clients from it, so what fails is what that second holds. Without that
  (`minio_watchdog_clock_seconds: 0`) 54 of 1424 requests failed. Hosts in containers share a clock: the row runs the same release, built with a
  Go library whose clock a file moves (`tests/resilience/clock.py`).
- A pool that is added changes the balancers' configuration. They reload, which closes idle connections of clients, and without retries a request
  that crosses that fails. Gaps above half a second in the rows of pools are those of seven hosts on two cores.

## What is not in the table

- Power-off: the node's file system is shut down without flushing its log, then the host's processes are killed. A real machine's drive cache
  is not in it.
- A frozen host is a paused container: its kernel still acknowledges packets. A host that is frozen with its kernel looks to others like
  the row with the network cut.
"""


def result(row: Row, load: Load, report: Report, problems: list[str], took: float, whole: float | None = None,
           healed: float | None = None) -> dict[str, Any]:
    """A run of a row for the file. Times in seconds; `load` is the machine's before the run, over a minute."""
    return {"row": row.name, "mode": "retries" if load.retries else "plain", "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
            "load": round(load.busy, 1), "took": round(took, 1), "whole": None if whole is None else round(whole, 1),
            "healed": None if healed is None else round(healed, 1), "text": str(report), "problems": problems,
            "report": {**report.as_dict(), "failures": report.as_dict()["failures"][:20]}}


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text()) if path.exists() else {"machine": "", "runs": []}


def write(path: Path, document: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps({**document, "machine": machine()}, indent=1, ensure_ascii=False) + "\n")
    part.rename(path)


def count(path: Path, row: str, mode: str) -> int:
    return sum(run["row"] == row and run["mode"] == mode for run in read(path)["runs"])


def forget(path: Path, row: str, mode: str) -> None:
    document = read(path)
    document["runs"] = [run for run in document["runs"] if (run["row"], run["mode"]) != (row, mode)]
    write(path, document)


def add(path: Path, run: dict[str, Any]) -> None:
    document = read(path)
    document["runs"].append(run)
    write(path, document)


def machine() -> str:
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{os.cpu_count()} cores, {pages / 2**30:.0f} GiB, {platform.machine()}, Linux {platform.release().split('-')[0]}"


def line(row: Row, mode: str, runs: list[dict[str, Any]]) -> str:
    """A row of the table: counts summed, times of the worst run."""
    reports = [run["report"] for run in runs]
    whole, healed = ([run[name] for run in runs if run[name] is not None] for name in ("whole", "healed"))
    cells = [row.title, "yes" if mode == "retries" else "no", len(runs), sum(report["requests"] for report in reports),
             sum(sum(report["failed"].values()) for report in reports), f"{max(report['gap'] for report in reports):.1f}",
             sum(sum(report["wrong"].values()) for report in reports),
             sum(len(report["lost"]) + len(report["returned"]) for report in reports),
             *(f"{max(times):.0f}" if times else "-" for times in (whole, healed)),
             "no" if any(run["problems"] for run in runs) else "yes"]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def when(runs: list[dict[str, Any]]) -> str:
    """How many runs there are, when they were made, and how busy the machine was with other things."""
    if not runs:
        return "No runs"
    dates, busy = sorted(run["date"] for run in runs), [run["load"] for run in runs]
    return (f"{len(runs)} runs from {dates[0]} to {dates[-1]} UTC. Load average over the minute before a run, which is that of the run before it where the "
            f"machine does nothing else: {min(busy)} to {max(busy)} on {os.cpu_count()} cores")


def render(path: Path) -> None:
    """Write the page beside the file."""
    document = read(path)
    table = ["| what | retries | runs | requests | failed | gap | wrong | lost | whole | healed | aim |",
             "|---|---|---|---|---|---|---|---|---|---|---|"]
    kinds = []
    for row in ROWS:
        for mode in ("plain", "retries"):
            runs = [run for run in document["runs"] if (run["row"], run["mode"]) == (row.name, mode)]
            if not runs:
                continue
            table.append(line(row, mode, runs))
            found = sum((Counter(run["report"]["failed"]) + Counter(
                {f"wrong {kind}": number for kind, number in run["report"]["wrong"].items()}) for run in runs), Counter())
            if found:
                kinds.append(f"- {row.title}, {'with' if mode == 'retries' else 'without'} retries: "
                             + ", ".join(f"{number} x {kind}" for kind, number in found.most_common()))
    commands = sorted({run["command"] for run in document["runs"]})
    head = f"## Results\n\nMachine: {document['machine']}. {when(document['runs'])}, by\n\n"
    page = TEXT + head + "".join(f"    {command}\n" for command in commands) + "\n" + "\n".join(table) + "\n"
    if kinds:
        page += "\nFailed requests and wrong answers by kind:\n\n" + "\n".join(kinds) + "\n"
    path.with_suffix(".md").write_text(page + NOT_RUN)
