# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every alert, by promtool: quiet right below its limit, not before its time, then firing, and gone when it is over.

A case is a story: GOOD minutes in which all is well, BAD ones, and good ones again. A series is a pair (good, bad) of values, or of
increments per minute for counters. None is "no sample".
"""
from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from typing import Any

import pytest
import rendered
import yaml

RULES = rendered.rules()
GROUPS = [group["name"] for group in yaml.safe_load(rendered.text())["groups"]]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
DAY = 86400


@dataclass
class Case:
    """A story in steps of `step` seconds: good, bad, good again, and the labels of the alert that fires meanwhile."""

    gauges: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    counters: dict[str, tuple[float, float]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    # Seconds that the expression itself needs to see a change, for example the range of a rate.
    window: int = 0
    step: int = 30
    # Also there, all the time.
    steady: dict[str, Any] = field(default_factory=dict)


def c(job: str, **labels: str) -> str:
    """Labels of a series of the cluster `one`."""
    return "{" + ",".join(f'{key}="{value}"' for key, value in {"job": job, "cluster": "one", **labels}.items()) + "}"


def node(name: str = "minio1") -> str:
    return c("minio-node", node=name)


SET = {"cluster": "one", "pool": "0", "set": "0"}
ONLINE = "minio_cluster_health_erasure_set_online_drives" + c("minio-cluster", pool="0", set="0")
QUORUM = "minio_cluster_health_erasure_set_write_quorum" + c("minio-cluster", pool="0", set="0")
STATUS = "minio_cluster_health_erasure_set_status" + c("minio-cluster", pool="0", set="0")
FREE = "minio_cluster_capacity_usable_free_bytes" + c("minio-cluster")
TOTAL = "minio_cluster_capacity_usable_total_bytes" + c("minio-cluster")
HEALING = "minio_cluster_health_erasure_set_healing_drives" + c("minio-cluster", pool="0", set="0")
PUTS, PUT_ERRORS = (f"minio_s3_requests_{name}" + c("minio-node", node="minio1", api="putobject") for name in ("total", "5xx_errors_total"))
END = "oracle1_minio_certificate_expiry_timestamp_seconds" + c("node", node="minio1", endpoint="minio")
CERTIFICATE = {"job": "node", "cluster": "one", "node": "minio1", "endpoint": "minio"}

CASES: dict[str, Case] = {
    "MinioNodeDown": Case({"up" + node(): (1, 0)}, labels={"job": "minio-node", "cluster": "one", "node": "minio1"}),
    "MinioDriveOffline": Case({"minio_cluster_drive_offline_total" + c("minio-cluster"): (0, 1)}, labels={"cluster": "one"}),
    "MinioDriveHealing": Case({HEALING: (0, 1)}, labels=SET),
    "MinioHealBacklog": Case({HEALING: (0, 1)}, labels=SET, step=600),
    "MinioHealFailing": Case(counters={"minio_heal_objects_errors_total" + c("minio-cluster", server="minio1:9000", type="object"): (0, 2)},
                             labels={"cluster": "one", "server": "minio1:9000"}, window=1800),
    "MinioQuorumMarginGone": Case({ONLINE: (3, 2)}, steady={QUORUM: 2}, labels=SET),
    "MinioWriteQuorumLost": Case({ONLINE: (2, 1), STATUS: (1, 0)}, steady={QUORUM: 2}, labels=SET),
    "MinioSplitView": Case({"minio_cluster_nodes_offline_total" + node(): (0, 1)}, labels={"cluster": "one"},
                           steady={"minio_cluster_nodes_offline_total" + node("minio2"): 0}),
    "MinioClusterMetricsMissing": Case({"up" + c("minio-cluster", instance="lb1:9000"): (1, 0)},
                                       labels={"job": "minio-cluster", "cluster": "one", "instance": "lb1:9000"}),
    "MinioCapacityHigh": Case({FREE: (21, 19)}, steady={TOTAL: 100}, labels={"cluster": "one"}),
    "MinioCapacityCritical": Case({FREE: (11, 9)}, steady={TOTAL: 100}, labels={"cluster": "one"}),
    # One of a thousand parts a day is 400 days; five parts are three weeks less than two weeks later.
    "MinioFullSoon": Case(counters={FREE: (0, -0.05)}, steady={TOTAL: 1000}, labels={"cluster": "one"}, window=DAY, step=600),
    "MinioInodesLow": Case({"node_filesystem_files_free" + c("node", node="minio1", mountpoint="/d", fstype="xfs"): (11, 9)},
                           steady={"node_filesystem_files" + c("node", node="minio1", mountpoint="/d", fstype="xfs"): 100},
                           labels={"job": "node", "cluster": "one", "node": "minio1", "mountpoint": "/d", "fstype": "xfs"}),
    "MinioBucketsNotCounted": Case({"minio_bucket_usage_total_bytes" + c("minio-bucket", bucket="z"): (5, None)}, labels={"cluster": "one"},
                                   steady={"minio_cluster_usage_buckets_total_bytes" + c("minio-usage", bucket="z"): 5}, window=300),
    "MinioErrorRatio": Case(counters={PUT_ERRORS: (0.5, 5), PUTS: (100, 100)}, labels={"cluster": "one"}, window=300),
    "MinioApiErrors": Case(counters={PUT_ERRORS: (4, 10), PUTS: (100, 100)}, labels={"cluster": "one", "api": "putobject"}, window=300),
    "MinioSlowRequests": Case(
        counters={"minio_s3_requests_ttfb_seconds_distribution" + c("minio-node", node="minio1", api="getobject", le=le): pair
                  for le, pair in {"0.050": (100, 10), "1.000": (100, 10), "2.500": (100, 100), "+Inf": (100, 100)}.items()},
        labels={"cluster": "one", "api": "getobject"}, window=300),
    "MinioRequestsWaiting": Case({"minio_s3_requests_waiting_total" + node(): (10, 11)}, labels={"cluster": "one", "node": "minio1"}),
    "MinioRequestsRejected": Case(
        counters={f"minio_s3_requests_rejected_{kind}_total" + node(): pair for kind, pair in
                  {"auth": (50, 70), "header": (0, 0), "invalid": (0, 0), "timestamp": (0, 0)}.items()},
        labels={"cluster": "one", "node": "minio1"}, window=300),
    "MinioScannerStalled": Case(
        counters={f"minio_node_scanner_{name}" + c("minio-cluster", server="minio1:9000"): (5, 0)
                  for name in ("directories_scanned", "bucket_scans_started")}, labels={"cluster": "one"}, window=6 * 3600, step=300),
    "MinioUsageStale": Case({"minio_usage_last_activity_nano_seconds" + c("minio-cluster"): (47 * 3600e9, 49 * 3600e9)}, labels={"cluster": "one"}),
    "MinioReplicationBacklog": Case({"minio_node_replication_last_minute_queued_count" + node(): (1000, 1001)}, labels={"cluster": "one", "node": "minio1"}),
    "MinioReplicationFailing": Case({"minio_bucket_replication_last_minute_failed_count" + c("minio-bucket", bucket="b", targetArn="a"): (0, 1)},
                                    labels={"cluster": "one", "bucket": "b"}),
    "MinioReplicationTargetOffline": Case({"minio_node_replication_link_online" + c("minio-node", node="minio1", endpoint="other:9000"): (1, 0)},
                                          labels={"cluster": "one", "node": "minio1", "endpoint": "other:9000"}),
    "MinioIlmBacklog": Case({"minio_node_ilm_expiry_pending_tasks" + c("minio-cluster", server="s"): (9000, 10001)}, labels={"cluster": "one", "server": "s"},
                            steady={"minio_node_ilm_transition_pending_tasks" + c("minio-cluster", server="s"): 0}),
    "MinioTierUnreachable": Case(counters={"minio_node_tier_requests_failure" + c("minio-node", node="minio1", tier="COLD"): (0, 2)},
                                 labels={"cluster": "one", "tier": "COLD"}, window=300),
    "MinioCertificateExpiry": Case({END: (60 * DAY, 29 * DAY)}, labels=CERTIFICATE),
    "MinioCertificateExpiryCritical": Case({END: (8 * DAY, 6 * DAY)}, labels=CERTIFICATE),
    "MinioCertificateUnreadable": Case({"oracle1_minio_certificate_readable" + c("node", node="minio1", endpoint="minio"): (1, 0)}, labels=CERTIFICATE),
    "MinioClockSkew": Case({"node_time_seconds" + c("node", node="minio1"): ("1+{step}", "4+{step}")},
                           steady={"node_time_seconds" + c("node", node="minio2"): "0+{step}"}, labels={"cluster": "one"}),
    "MinioVersionSkew": Case({"minio_software_version_info" + c("minio-node", node="minio1", version="old"): (None, 0)},
                             steady={"minio_software_version_info" + c("minio-node", node="minio2", version="new"): 0},
                             labels={"cluster": "one"}, window=300),
    "MinioEnvironmentSkew": Case({"oracle1_minio_environment_info" + c("node", node="minio1", checksum="a"): (None, 1)},
                                 steady={"oracle1_minio_environment_info" + c("node", node="minio2", checksum="b"): 1},
                                 labels={"cluster": "one"}, window=300),
    "MinioBalancerUpstreamFailing": Case({"oracle1_minio_balancer_upstream_up" + c("node", node="lb1", upstream="minio2"): (1, 0)},
                                         labels={"job": "node", "cluster": "one", "node": "lb1", "upstream": "minio2"}),
    "MinioBalancerNotServing": Case({"oracle1_minio_balancer_serving" + c("node", node="lb1"): (1, 0)},
                                    labels={"job": "node", "cluster": "one", "node": "lb1"}),
    "MinioTargetDown": Case({"up" + c("nginx", node="lb1", instance="i"): (1, 0)}, labels={"job": "nginx", "cluster": "one", "node": "lb1", "instance": "i"},
                            # A node that is down has an alert of its own.
                            steady={"up" + node(): 0}),
    "MinioCollectorStale": Case({"node_textfile_mtime_seconds" + c("node", node="minio1", file="/x/oracle1_minio_host.prom"): ("0+{step}", "-660+{step}")},
                                labels={"job": "node", "cluster": "one", "node": "minio1", "file": "/x/oracle1_minio_host.prom"}),
    "MinioBackupFailed": Case({"oracle1_minio_backup_failed" + c("node", node="mon1"): (0, 1)}, labels={"cluster": "one", "node": "mon1"}),
    "MinioBackupTooOld": Case({"oracle1_minio_backup_last_success_timestamp_seconds" + c("node", node="mon1"): ("-93000+{step}", "-93700+{step}")},
                              labels={"cluster": "one", "node": "mon1"}),
    "MinioDriftFound": Case({"oracle1_minio_drift_objects" + c("node", node="mon1"): (0, 3)}, labels={"cluster": "one", "node": "mon1"}),
    "MinioDriftNotLookedFor": Case({"oracle1_minio_drift_last_run_timestamp_seconds" + c("node", node="mon1"): ("-172000+{step}", "-172900+{step}")},
                                   labels={"cluster": "one", "node": "mon1"}),
    "PrometheusConfigRefused": Case({"prometheus_config_last_reload_successful" + c("prometheus", node="mon1"): (1, 0)},
                                    labels={"job": "prometheus", "cluster": "one", "node": "mon1"}),
    "PrometheusRuleFailing": Case(counters={"prometheus_rule_evaluation_failures_total" + c("prometheus", node="mon1", rule_group="g"): (0, 1)},
                                  labels={"cluster": "one", "node": "mon1", "rule_group": "g"}, window=300),
    "AlertmanagerNotDelivering": Case(counters={"alertmanager_notifications_failed_total" + c("alertmanager", node="mon1", integration="email"): (0, 1)},
                                      labels={"cluster": "one", "node": "mon1", "integration": "email"}, window=300),
}


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def values(good: Any, bad: Any, steps: tuple[int, int, int], step: int) -> str:
    """Good, bad and good values in promtool's notation; a text "base+{step}" grows with the time."""
    def at(value: Any, number: int) -> str:
        if value is None:
            return "_"
        if isinstance(value, str):
            return f"{float(value.partition('+')[0]) + number * step:.0f}"
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"
    wanted = [good] * steps[0] + [bad] * steps[1] + [good] * steps[2]
    return " ".join(at(value, number) for number, value in enumerate(wanted))


def counted(good: float, bad: float, steps: tuple[int, int, int], step: int, start: float) -> str:
    """A counter with so many increments a minute."""
    total, shown = start, []
    for rate in [good] * steps[0] + [bad] * steps[1] + [good] * steps[2]:
        shown.append(f"{total:.6g}")
        total += rate * step / 60
    return " ".join(shown)


def story(name: str) -> dict[str, Any]:
    """promtool's test file of an alert."""
    case, hold = CASES[name], seconds(ALERTS[name]["for"])
    settle = (case.window + hold) // case.step + 4
    steps = (settle, settle, settle + 4)
    begin, end = steps[0] * case.step, (steps[0] + steps[1]) * case.step
    series = {name: values(*pair, steps, case.step) for name, pair in case.gauges.items()}
    series |= {name: counted(*pair, steps, case.step, 400 if name == FREE else 0) for name, pair in case.counters.items()}
    series |= {name: values(value, value, steps, case.step) for name, value in case.steady.items()}
    fired = {"exp_labels": {**case.labels, "severity": ALERTS[name]["labels"]["severity"]}}

    def seen(at: int, *alerts: dict[str, Any]) -> dict[str, Any]:
        return {"eval_time": f"{at}s", "alertname": name, "exp_alerts": list(alerts)}

    moments = [seen(begin - case.step), *([seen(begin + max(0, hold - 2 * case.step))] if hold > case.step else []),
               seen(end - case.step, fired), seen((sum(steps) - 1) * case.step)]
    # Without an order promtool draws one. An alert ahead of what it reads finds it a step old: beyond the 5 minutes that a sample counts.
    return {"rule_files": ["rules.yml"], "evaluation_interval": f"{case.step}s", "group_eval_order": GROUPS, "tests": [{
        "interval": f"{case.step}s", "input_series": [{"series": key, "values": value} for key, value in series.items()],
        "alert_rule_test": moments}]}


def test_every_alert_has_a_case() -> None:
    assert set(CASES) == set(ALERTS)


@pytest.mark.parametrize("name", sorted(CASES))
def test_it_is_quiet_waits_fires_and_resolves(name, tmp_path):
    # What an alert says is judged below; here it only matters when it is there, and with which labels.
    document = yaml.safe_load(rendered.text())
    for group in document["groups"]:
        for rule in group["rules"]:
            rule.pop("annotations", None)
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(document))
    (tmp_path / "test.yml").write_text(json.dumps(story(name)))
    done = subprocess.run(["promtool", "test", "rules", "test.yml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_it_says_what_is_wrong_and_where_the_way_out_is_written(name):
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    book = rendered.ROLE.parents[1] / "docs" / "runbooks" / rule["annotations"]["runbook_url"].rpartition("/")[2]
    text = book.read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    assert all(f"\n## {part}\n" in text for part in ("What it means", "What to look at", "What to do"))
    # Only labels that the alert has can be named in its words.
    used = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    assert used <= set(CASES[name].labels) | {"instance"}


def test_there_is_no_runbook_without_an_alert() -> None:
    books = {path.stem for path in (rendered.ROLE.parents[1] / "docs" / "runbooks").glob("*.md")}
    assert books - {"README"} == set(ALERTS)


def test_the_pace_scales_every_duration_and_nothing_else() -> None:
    whole, tenth = rendered.text(), rendered.text(minio_prometheus_pace=0.1)
    durations = re.compile(r"\b\d+s\b")
    # The server keeps that count for a minute, at any pace.
    whole, tenth = whole.replace("MinioSplitView\n        for: 300s", ""), tenth.replace("MinioSplitView\n        for: 75s", "")
    assert "MinioSplitView\n        for:" not in whole + tenth
    assert [max(1, round(seconds(found) * 0.1)) for found in durations.findall(whole)] == [seconds(found) for found in durations.findall(tenth)]
    assert len(durations.findall(whole)) > len(ALERTS)
