"""The short form of the table in docs/resilience.md: what clients notice of faults, and that nothing is lost."""
from __future__ import annotations

import sys

import pytest

from conftest import ROOT, SCENARIO, STATE

sys.path.insert(0, str(ROOT))

from tests.resilience.cluster import Cluster  # noqa: E402
from tests.resilience.rows import ROWS  # noqa: E402
from tests.resilience.runner import run  # noqa: E402

# Restart and upgrade under load are in test_80_rolling.py.
SHORT = ["control", "kill", "wipe", "corrupt"]
LAB = Cluster(f"molecule-{SCENARIO}", (str(ROOT / "molecule/inventory"),), (f"@{ROOT / 'molecule' / SCENARIO / 'vars.yml'}",), STATE)


@pytest.mark.parametrize("row", [row for row in ROWS if row.name in SHORT], ids=lambda row: row.name)
def test_nothing_is_lost_and_no_more_fails_than_is_known(row):
    report = run(LAB, row)["report"]
    assert report["lost"] == report["returned"] == [] and report["wrong"] == {}, report
    assert sum(report["failed"].values()) <= row.known, report["failed"]
    assert row.gap is None or report["gap"] <= max(row.gap, 1), report["gap"]
