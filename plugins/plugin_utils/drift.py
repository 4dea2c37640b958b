# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run in check mode would change, as a report: JSON, Markdown and numbers for Prometheus. Pure, but for reading a result."""
from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Mapping

# What a result calls the thing that it is about, the best name first.
NAMES = ("path", "dest", "name", "unit")
LONGEST = 500
NONE, ERROR, DRIFT = 0, 1, 2


@dataclass
class Findings:
    """What was seen so far. An entry of drift: host, object, task, differences ({name: {before, after}} where they may be shown)."""

    drift: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @property
    def status(self) -> int:
        """What the process ends with: an error is told before drift, because what was not looked at may have drifted, too."""
        return ERROR if self.errors else DRIFT if self.drift else NONE

    def add(self, host: str, task: str, arguments: Mapping[str, Any], result: Mapping[str, Any], cluster: str = "") -> None:
        """Take in one result. One that changes nothing is no drift; the result of a loop is that of its items."""
        if host != "localhost":
            self.hosts.add(cluster or host)
        if not result.get("changed") or "results" in result and "counts" not in result:
            return
        manifest = [diff for diff in result.get("diff") or [] if diff.get("before_header") == diff.get("after_header")] if "counts" in result else []
        for diff in manifest:
            self.drift.append({"host": cluster or host, "object": diff["before_header"], "task": task, "differences": _differences(diff)})
        if not manifest:
            # The content of files stays out: nobody has looked for secrets in it.
            self.drift.append({"host": host, "object": _name(arguments, result) or task, "task": task, "differences": {}})

    def fail(self, host: str, task: str, message: Any) -> None:
        self.hosts.add(host)
        self.errors.append({"host": host, "task": task, "message": str(message)[:LONGEST]})


def _name(arguments: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    if "censored" in result:
        arguments = {}
    for place in (arguments, result):
        for name in NAMES:
            if isinstance(place.get(name), str) and "{{" not in place[name]:
                return place[name]
    return ""


def _differences(diff: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in which an object of the manifest differs; the engine has left every secret out."""
    before, after = diff.get("before") or {}, diff.get("after") or {}
    return {name: {"before": before.get(name), "after": after.get(name)} for name in sorted({*before, *after}) if before.get(name) != after.get(name)}


def document(findings: Findings, playbook: str, began: float, ended: float) -> dict[str, Any]:
    """The report. Times in seconds since 1970."""
    return {"playbook": playbook, "began": int(began), "ended": int(ended), "status": {NONE: "none", ERROR: "error", DRIFT: "drift"}[findings.status],
            "hosts": sorted(findings.hosts), "drift": sorted(findings.drift, key=lambda entry: (entry["host"], entry["object"], entry["task"])),
            "errors": findings.errors}


def markdown(report: Mapping[str, Any]) -> str:
    def cell(text: str) -> str:
        return " ".join(text.split()).replace("|", "\\|")
    lines = [f"# Drift: {report['status']}", "", f"{len(report['drift'])} objects differ on {len(report['hosts'])} hosts, {len(report['errors'])} errors.", ""]
    if report["drift"]:
        lines += ["| host | object | what differs | task |", "|---|---|---|---|"]
        for entry in report["drift"]:
            what = "; ".join(f"{name}: {json.dumps(seen['before'])} -> {json.dumps(seen['after'])}" for name, seen in entry["differences"].items())
            lines.append(f"| {entry['host']} | {cell(entry['object'])} | {cell(what) or '-'} | {cell(entry['task'])} |")
        lines.append("")
    if report["errors"]:
        lines += ["| host | error | task |", "|---|---|---|"]
        lines += [f"| {entry['host']} | {cell(entry['message'])} | {cell(entry['task'])} |" for entry in report["errors"]]
        lines.append("")
    return "\n".join(lines)


def metrics(report: Mapping[str, Any]) -> str:
    """The text for node_exporter."""
    counts = {host: 0 for host in report["hosts"]}
    for entry in report["drift"]:
        counts[entry["host"]] = counts.get(entry["host"], 0) + 1
    rows = ["# HELP oracle1_minio_drift_objects Objects that differ from the inventory.", "# TYPE oracle1_minio_drift_objects gauge",
            *(f'oracle1_minio_drift_objects{{host="{host}"}} {count}' for host, count in sorted(counts.items())),
            "# HELP oracle1_minio_drift_last_run_timestamp_seconds When drift was last looked for.",
            "# TYPE oracle1_minio_drift_last_run_timestamp_seconds gauge", f"oracle1_minio_drift_last_run_timestamp_seconds {report['ended']}",
            "# HELP oracle1_minio_drift_failed Whether the last run could not look at everything.", "# TYPE oracle1_minio_drift_failed gauge",
            f"oracle1_minio_drift_failed {int(bool(report['errors']))}"]
    return "\n".join(rows) + "\n"
