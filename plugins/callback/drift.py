# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of playbooks/drift.yml: everything that its run in check mode would change."""
from __future__ import annotations

DOCUMENTATION = r"""
name: drift
type: aggregate
short_description: Report what a run of drift.yml would change
version_added: 0.1.0
description:
  - Works in the playbook C(drift.yml) only. Collects from its run in check mode which objects of which hosts differ from the
    inventory, writes C(drift.json) and C(drift.md), shows the second, and writes metrics for node_exporter.
  - The process ends with 0 when nothing differs, 2 when something does, and 1 when not everything could be looked at.
  - Differences of objects of the manifest are shown field by field, without credentials. Of files only the path is told.
requirements:
  - Enabled in C(ansible.cfg) as C(callbacks_enabled = oracle1.minio.drift), or with C(ANSIBLE_CALLBACKS_ENABLED).
options:
  directory:
    description: Directory for the report. Made where it does not exist.
    type: path
    default: drift
    env:
      - name: ORACLE1_MINIO_DRIFT_DIR
    ini:
      - section: callback_oracle1_minio_drift
        key: directory
  metrics_dir:
    description: Directory where node_exporter reads text files. Nothing is written where it does not exist.
    type: path
    default: /var/lib/prometheus/node-exporter
    env:
      - name: ORACLE1_MINIO_DRIFT_METRICS_DIR
    ini:
      - section: callback_oracle1_minio_drift
        key: metrics_dir
"""

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

from ansible_collections.oracle1.minio.plugins.plugin_utils import drift

# What the module that manages the whole cluster is called, whose results belong to no host.
CLUSTER = ("oracle1.minio.apply", "apply")


class CallbackModule(CallbackBase):
    """Collects results, and reports at the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "oracle1.minio.drift"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._findings = drift.Findings()
        self._playbook = ""
        self._began = time.time()

    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._playbook = Path(playbook._file_name).name
        # Every other playbook is none of its business.
        self.disabled = self._playbook != "drift.yml"

    def v2_runner_on_ok(self, result: Any) -> None:
        self._take(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._take(result)

    def _take(self, result: Any) -> None:
        task = result._task
        cluster = "cluster" if task.action in CLUSTER else ""
        self._findings.add(result._host.get_name(), task.get_name(), task.args or {}, result._result, cluster)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            self._findings.fail(result._host.get_name(), result._task.get_name(), result._result.get("msg") or "failed")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._findings.fail(result._host.get_name(), result._task.get_name(), result._result.get("msg") or "unreachable")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        report = drift.document(self._findings, self._playbook, self._began, time.time())
        directory = Path(self.get_option("directory"))
        directory.mkdir(parents=True, exist_ok=True)
        text = drift.markdown(report)
        _write(directory / "drift.json", json.dumps(report, indent=2, default=str) + "\n")
        _write(directory / "drift.md", text)
        metrics = Path(self.get_option("metrics_dir"))
        if metrics.is_dir():
            _write(metrics / "oracle1_minio_drift.prom", drift.metrics(report))
        self._display.display(f"\n{text}\n{directory / 'drift.json'}")
        # ansible-playbook ends with 2 for a failed host, and with 0 for a change: neither says what is asked here.
        raise SystemExit(self._findings.status)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.part")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)
