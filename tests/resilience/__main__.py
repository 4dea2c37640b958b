# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run rows of the table on a lab and write docs/resilience.md.

    python -m tests.resilience --lab NAME [--rows control,kill] [--modes plain,retries] [--repeat 5]

Each run's result is kept in docs/resilience.json as soon as it is there; `--resume` leaves out what that has already, `--render` only
writes the page again. Fails when a row lost something, is worse than its aim, or could not be done.
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.resilience import results
from tests.resilience.cluster import ROOT, Cluster
from tests.resilience.rows import ROWS
from tests.resilience.runner import run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", required=True, help="name of a lab that is up and converged")
    parser.add_argument("--inventory", action="append", help="inventories beside the lab's own; molecule's by default")
    parser.add_argument("--extra-vars", action="append", help="as ansible-playbook's -e; molecule/default/vars.yml by default")
    parser.add_argument("--state", type=Path, help="directory with pki/ca.crt and root-password; build/lab/NAME/state by default")
    parser.add_argument("--rows", default="all", help=f"all, or some of {','.join(row.name for row in ROWS if row.act)}")
    parser.add_argument("--modes", default="plain,retries", help="without and with the SDK's retries")
    parser.add_argument("--converge", action="store_true", help="run deploy.yml first, without counting it")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="count the runs that are in the file")
    parser.add_argument("--render", action="store_true", help="run nothing")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/resilience.json")
    arguments = parser.parse_args()

    wanted = [row for row in ROWS if row.act and (arguments.rows == "all" or row.name in arguments.rows.split(","))]
    unknown = set(arguments.rows.split(",")) - {row.name for row in wanted} - {"all"}
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    cluster = Cluster(arguments.lab, tuple(arguments.inventory or [str(ROOT / "molecule/inventory")]),
                      tuple(arguments.extra_vars or [f"@{ROOT / 'molecule/default/vars.yml'}"]),
                      arguments.state or ROOT / "build/lab" / arguments.lab / "state")
    command = "python -m tests.resilience " + " ".join(sys.argv[1:])
    cluster.state.mkdir(parents=True, exist_ok=True)
    if arguments.converge and not arguments.render:
        cluster.play("deploy")
    bad = 0
    for row in [] if arguments.render else wanted:
        for mode in arguments.modes.split(","):
            done = results.count(arguments.output, row.name, mode) if arguments.resume else 0
            if not arguments.resume:
                results.forget(arguments.output, row.name, mode)
            for _number in range(done, arguments.repeat):
                print(f"{row.name} ({mode}) ...", flush=True)
                try:
                    result = run(cluster, row, retries=mode == "retries")
                except (RuntimeError, TimeoutError) as error:
                    # The other rows may be worth their time all the same; --resume makes this one again.
                    print(f"  NOT MEASURED: {error}", flush=True)
                    bad += 1
                    continue
                results.add(arguments.output, {**result, "command": command})
                results.render(arguments.output)
                print(f"  {result['text']}" + "".join(f"\n  WORSE THAN THE AIM: {problem}" for problem in result["problems"]), flush=True)
                bad += bool(result["problems"])
    results.render(arguments.output)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
