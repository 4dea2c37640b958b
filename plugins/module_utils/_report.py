# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One page about a cluster: what is measured comes from Prometheus, by the dashboards' own queries, the rest from the caller."""
from __future__ import annotations

import os
import re
import tempfile
import time
from html import escape
from typing import Any, Mapping

from ansible_collections.oracle1.minio.plugins.module_utils import _charts as charts
from ansible_collections.oracle1.minio.plugins.module_utils import _panels as panels
from ansible_collections.oracle1.minio.plugins.module_utils._prometheus import Prometheus
from ansible_collections.oracle1.minio.plugins.module_utils._report_style import STYLE

POINTS, MOST = 180, 8
# What is drawn, by dashboard and title.
LOAD = (("minio-overview", "Requests by call"), ("minio-overview", "Traffic"), ("minio-overview", "Time to first byte"),
        ("minio-requests", "Time to first byte by call, p99"), ("minio-errors", "5xx by call"), ("minio-errors", "4xx by call"))
NODES = (("minio-nodes", "Processor"), ("minio-nodes", "Latency of storage calls"))
STATE = {"red": "bad", "orange": "warn", "green": "good"}


class Measured:
    """A cluster's series at a Prometheus, over the last hours."""

    def __init__(self, prometheus: Prometheus, cluster: str, hours: float, now: float) -> None:
        self.prometheus, self.end, self.start = prometheus, now, now - hours * 3600
        self.step = max((self.end - self.start) / POINTS, 15)
        self.variables = {"cluster": re.escape(cluster), "node": ".*", "bucket": ".*"}

    def _expanded(self, query: str) -> str:
        return panels.expand(query, self.variables, f"{max(int(self.step * 2), 120)}s")

    def now(self, query: str) -> list[tuple[dict[str, str], float]]:
        return [(series["metric"], float(series["value"][1])) for series in self.prometheus.query(self._expanded(query))]

    def over_time(self, panel: panels.Panel) -> dict[str, list[tuple[float, float]]]:
        """Legend -> points; the busiest ones where there are many, without those that are nothing but zero."""
        found: dict[str, list[tuple[float, float]]] = {}
        for legend, query in panel.queries.items():
            for series in self.prometheus.range(self._expanded(query), self.start, self.end, self.step):
                name = re.sub(r"{{(\w+)}}", lambda label, of=series["metric"]: of.get(label[1], ""), legend).strip()
                found[name or "value"] = [(float(moment), float(text)) for moment, text in series["values"] if text != "NaN"]
        found = {name: points for name, points in found.items() if points}
        busy = sorted(found, key=lambda name: -max(value for _moment, value in found[name]))
        kept = [name for name in busy if len(found) <= 3 or max(value for _moment, value in found[name]) > 0][:MOST]
        return {name: found[name] for name in found if name in kept}


def judged(panel: panels.Panel, value: float) -> str:
    """good, warn or bad by the panel's steps; nothing where it has none."""
    colour = "green" if panel.steps else ""
    for limit, name in panel.steps:
        if limit is None or value >= limit:
            colour = name
    return STATE.get(colour, "")


def tiles(measured: Measured) -> tuple[str, list[str]]:
    """The overview's single values, and in words what is not good."""
    shown, problems = [], []
    for panel in panels.OVERVIEW.rows["Health"]:
        ((_legend, query),) = panel.queries.items()
        values = [value for _labels, value in measured.now(query)]
        text = panel.names.get(f"{values[0]:g}", charts.number(values[0], panel.unit)) if values else "–"
        state = judged(panel, values[0]) if values else "warn"
        if state != "good":
            problems.append(f"{panel.title}: {text if values else 'not measured'}. {panel.red[0].upper()}{panel.red[1:]}")
        shown.append(f'<li class="tile {state}" title="{escape(panel.says)}"><span>{escape(panel.title)}</span><b>{escape(text)}</b></li>')
    return f'<ul class="tiles">{"".join(shown)}</ul>', problems


def figure(measured: Measured, uid: str, title: str) -> str:
    panel = panels.find(uid, title)
    series = measured.over_time(panel)
    begin = min((points[0][0] for points in series.values()), default=measured.start)
    return charts.lines(title, panel.unit, series, begin, measured.end, none="Has not happened." if panel.seldom else "Nothing was measured.")


def capacity(measured: Measured) -> str:
    """What is used, with the same span ahead drawn as it goes on, and the largest buckets."""
    used = panels.Panel("", "bytes", {"used": f"max({panels.TOTAL} - {panels.FREE})", "usable": f"max({panels.TOTAL})"}, "", "")
    series = measured.over_time(used)
    points = series.get("used", [])
    ahead = measured.end + max(measured.end - points[0][0], 3600) if points else measured.end
    foreseen = charts.trend(points, ahead)
    drawn = {**series, **({"used, as it goes on": foreseen} if foreseen else {})}
    start = points[0][0] if points else measured.start
    buckets = {labels.get("bucket", ""): value
               for labels, value in measured.now(next(iter(panels.find("minio-capacity", "Largest buckets").queries.values())))}
    largest = dict(sorted(buckets.items(), key=lambda item: -item[1])[:MOST])
    return (charts.lines("Capacity, and the same span ahead", "bytes", drawn, start, ahead, ("used, as it goes on",))
            + charts.bars("Largest buckets", "bytes", largest))


def alerts(measured: Measured) -> str:
    rows = sorted((labels.get("severity", ""), labels.get("alertname", ""), labels.get("node") or labels.get("bucket", ""))
                  for labels, _value in measured.now('ALERTS@all{alertstate="firing",severity!~"none|info"}'))
    return charts.table(("Severity", "Alert", "Where"), rows, "No alert fires.",
                        ["bad" if severity in ("critical", "page") else "warn" for severity, _alert, _where in rows])


def lives(probes: Mapping[str, Mapping[str, Any] | None]) -> dict[str, float]:
    """Days that each host's certificate has left, the fewest first."""
    left = {host: float(seen["certificate"]["days_left"]) for host, seen in probes.items() if seen and seen.get("certificate")}
    return dict(sorted(left.items(), key=lambda item: item[1]))


def certificates(probes: Mapping[str, Mapping[str, Any] | None]) -> str:
    days = lives(probes)
    classes = {host: "bad" if left < 7 else "warn" if left < 30 else "good" for host, left in days.items()}
    return charts.bars("Days until certificates end", "d", days, classes, max([90.0, *days.values()])) if days else (
        '<p class="empty">No certificates: TLS is off, or no host answered.</p>')


def drives_table(info: Mapping[str, Any]) -> str:
    broken = [drive for drive in info.get("drives", []) if drive["state"] != "ok" or drive["healing"]]
    return charts.table(("Drive", "Server", "State"), [(drive["path"] or drive["endpoint"], drive["server"], "healing" if drive["healing"] else drive["state"])
                                                       for drive in broken], "Every drive is in use.", ["bad"] * len(broken))


def page(measured: Measured, given: Mapping[str, Any]) -> str:
    """The whole document. given: the module's parameters."""
    info, title, open_ = given["info"], given["title"], given["advisories"]
    drift = [item for item in given["drift"] or [] if item.get("changed")]
    shown, problems = tiles(measured)
    problems += ([f"Certificates: {', '.join(ending)} end within 30 days. Run playbooks/deploy.yml with --tags tls."] if (
        ending := [host for host, left in lives(given["probes"]).items() if left < 30]) else [])
    problems += [f"Advisories: {len(open_)} open for this release. docs/releases.md says what to do about them."] if open_ else []
    problems += [f"Drift: {len(drift)} objects differ from the manifest. Look at playbooks/configure.yml --check --diff."] if drift else []
    state = "bad" if 'class="tile bad"' in shown else "warn" if problems else "good"
    said = {"good": "All is well", "warn": "Worth a look", "bad": "Needs action"}[state]
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(measured.end))
    hours = f"{(measured.end - measured.start) / 3600:g}"
    facts = ", ".join(filter(None, [f"{len(info.get('servers', []))} servers", f"{len(info.get('drives', []))} drives",
                                    " and ".join(info.get("versions", [])), f"{info['usage']['buckets']} buckets" if info.get("usage") else ""]))
    todo = f'<ul class="todo">{"".join(f"<li>{escape(text)}</li>" for text in problems)}</ul>' if problems else ""
    parts = [
        ("Health", shown + todo),
        ("Topology", charts.topology(given["balancers"], info.get("servers", []), info.get("drives", [])) + drives_table(info)),
        ("Capacity", f'<div class="pair">{capacity(measured)}</div>'),
        (f"Requests and latency, {hours} hours", f'<div class="pair">{"".join(figure(measured, *name) for name in LOAD)}</div>'),
        ("Nodes", f'<div class="pair">{"".join(figure(measured, *name) for name in NODES)}</div>'),
        ("Alerts", alerts(measured)),
        ("Certificates", certificates(given["probes"])),
        ("Open advisories", charts.table(
            ("Advisory", "Severity", "What", "Covered by"),
            [(item["id"], item["severity"], item["title"], ", ".join(item["covered_by"]) if isinstance(item.get("covered_by"), list)
              else item.get("covered_by") or "") for item in open_], "No advisory is open for this release.",
            ["bad" if item["severity"].lower() in ("high", "critical") else "warn" for item in open_])),
        ("Drift", charts.table(("Kind", "Name", "What playbooks/configure.yml would do"),
                               [(item["kind"], item["name"], item["action"]) for item in drift],
                               "The cluster is what its manifest says." if given["drift"] is not None else "Nobody looked.", ["warn"] * len(drift))),
    ]
    sections = "".join(f'<section aria-labelledby="part{index}"><h2 id="part{index}">{escape(name)}</h2>{body}</section>'
                       for index, (name, body) in enumerate(parts))
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="color-scheme" content="light dark"><title>{escape(title)}: {said}</title><style>{STYLE}</style></head><body>'
            f'<header class="{state}"><div><h1>{escape(title)}</h1><p>{escape(facts)}</p></div><div class="verdict"><b>{said}</b><p>{when}</p></div>'
            f'</header><main>{sections}</main><footer>Measured by Prometheus over {hours} hours, read {when}. Times are UTC.</footer></body></html>\n')


def write(path: str, text: str) -> None:
    """Put the file there at once, readable for its owner and group."""
    handle, draft = tempfile.mkstemp(prefix=".report-", dir=os.path.dirname(os.path.abspath(path)))
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(draft, 0o640)
        os.replace(draft, path)
    except OSError:
        os.unlink(draft)
        raise
