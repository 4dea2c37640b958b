# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which units of a host are not enabled, do not run, or run on files that they have not read. Standard library only."""

from __future__ import annotations

import os
import typing as t

PROPERTIES = ("ActiveState", "UnitFileState")
# Those for which `systemctl is-enabled` says yes.
ENABLED = {"enabled", "enabled-runtime", "static", "alias", "indirect", "generated"}
RUNNING = {"active", "activating", "reloading", "refreshing"}

Run = t.Callable[[t.List[str]], str]


def show(run: Run, names: t.Sequence[str]) -> list[dict[str, str]]:
    """Properties of each unit, in the order of the names; a unit that systemd cannot find has them, too."""
    text = run(["systemctl", "show", "--property", ",".join(PROPERTIES), "--", *names])
    return [dict(line.partition("=")[::2] for line in block.splitlines()) for block in text.strip().split("\n\n")]


def due(units: t.Sequence[t.Mapping[str, t.Any]], found: t.Sequence[t.Mapping[str, str]]) -> dict[str, list[str]]:
    """Names of the units that must be enabled, and of those that must be started."""
    run = [(unit["name"], state) for unit, state in zip(units, found)]
    return {
        "enable": [name for name, state in run if state["UnitFileState"] not in ENABLED],
        "start": [name for name, state in run if state["ActiveState"] not in RUNNING],
    }


def stale(units: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, str]]:
    """What must be done with which unit, because a file is younger than the stamp that its process left, or one is not there."""
    return [{"unit": unit["name"], "state": read["state"]} for unit in units for read in unit["reads"]
            if _is_younger(read["files"], read["stamp"])]


def _is_younger(files: t.Iterable[str], stamp: str) -> bool:
    try:
        read = os.stat(stamp).st_mtime_ns
        return any(os.stat(path).st_mtime_ns > read for path in files)
    except FileNotFoundError:
        return True
