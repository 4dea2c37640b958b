# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run test suites and end with one plain line, `N passed, N failed`.

    python tests/run.py lint unit ...

They run in their order, neighbours that use one core each (SINGLE) at the same time.

A pytest suite counts its tests, any other command counts as one. Every suite runs, whatever the ones before it did.
The names of failed tests stand at the end, those of a molecule scenario too.
"""
from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "reports"
SCENARIO = os.environ.get("SCENARIO", "default")
PYTEST = ["pytest", "-q", "--durations=5", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]
# Files on all cores; a file's tests stay together with what they share.
PARALLEL = [*PYTEST, "-n", "auto", "--dist", "loadfile"]

# suite -> commands; a command that starts with PYTEST is counted by its tests.
SUITES: dict[str, list[list[str]]] = {
    "lint": [["ansible-lint", "--offline", "-c", ".config/ansible-lint.yml"], ["python", "docs/generate.py", "--check"],
             ["antsibull-changelog", "lint"]],
    "sanity": [["python", "tests/sanity/run.py"]],
    # Fails, too, when the tests reach less of the engine than the file demands.
    "unit": [[*PARALLEL, "tests/unit", "--cov", "--cov-config=.config/coverage.ini"]],
    "meta": [[*PARALLEL, "tests/meta"]],
    "integration": [["python", "tests/binaries.py"], [*PARALLEL, "tests/integration"]],
    "arm64": [[*PYTEST, "tests/arm64"]],
    "molecule": [["molecule", "test", "-s", SCENARIO]],
}
SINGLE = {"lint", "sanity"}


def failures(report: Path) -> list[str]:
    """One line for each failed, broken or skipped test of a report: its name and the end of what it said."""
    lines = []
    for case in ET.parse(report).iter("testcase") if report.exists() else []:
        for kind in ("failure", "error", "skipped"):
            for found in case.findall(kind):
                said = " ".join((found.get("message") or found.text or "").split())
                said = said if len(said) <= 800 else f"{said[:200]} ... {said[-600:]}"
                lines.append(f"{kind} {case.get('classname')}::{case.get('name')}: {said}")
    return lines


def run(suite: str, number: int, command: list[str]) -> tuple[int, int, list[str]]:
    """Passed and failed of one command, and a line for each failure."""
    counted = command[0] == "pytest"
    # The tests of a scenario run inside of molecule, which writes their reports (molecule/shared/prepare.yml and verify.yml).
    report = REPORTS / f"{suite}-{number}.xml"
    reports = [REPORTS / f"molecule-{SCENARIO}{part}.xml" for part in ("-bare", "")] if suite == "molecule" else [report]
    for path in reports:
        path.unlink(missing_ok=True)
    done = subprocess.run(command + ([f"--junitxml={report}"] if counted else []), cwd=ROOT, check=False)
    lines = [line for path in reports for line in failures(path)]
    if not counted or not report.exists():
        good = done.returncode == 0 and not counted
        return int(good), int(not good), lines
    totals = ET.parse(report).getroot().find("testsuite")
    tests, bad = int(totals.get("tests")), int(totals.get("failures")) + int(totals.get("errors"))
    skipped = int(totals.get("skipped"))
    # A skipped test proves nothing here: it is counted as failed.
    return tests - bad - skipped, max(bad + skipped, int(done.returncode != 0)), lines


def run_suite(suite: str) -> tuple[int, int, list[str], str]:
    """Passed and failed of a suite, a line for each failure, and its row of the summary."""
    start = time.monotonic()
    counts = [run(suite, number, command) for number, command in enumerate(SUITES[suite])]
    good, bad = sum(count[0] for count in counts), sum(count[1] for count in counts)
    row = f"{suite:<12} {good:>5} passed {bad:>4} failed {time.monotonic() - start:>7.0f} s"
    return good, bad, [f"{suite}: {line}" for count in counts for line in count[2]], row


def main(suites: list[str]) -> int:
    unknown = [suite for suite in suites if suite not in SUITES]
    if unknown or not suites:
        print(f"unknown suite {unknown}; known: {' '.join(SUITES)}", file=sys.stderr)
        return 2
    REPORTS.mkdir(parents=True, exist_ok=True)
    done = []
    for single, group in itertools.groupby(suites, SINGLE.__contains__):
        for together in [list(group)] if single else [[suite] for suite in group]:
            print(f"\n=== {' and '.join(together)} ===", flush=True)
            with ThreadPoolExecutor(len(together)) as pool:
                done += pool.map(run_suite, together)
    lines, rows = [line for entry in done for line in entry[2]], [entry[3] for entry in done]
    passed, failed = sum(entry[0] for entry in done), sum(entry[1] for entry in done)
    print("\n" + "\n".join([*lines, "", *rows]))
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
