# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is worth seeing of a cluster, as data: the dashboards are built from it, and the report asks for a part of it.

A query is PromQL in which `name@scope{more}` stands for a metric of one of the jobs of SCOPES, and `[rate]` for the range of a rate.
The same metric comes from several jobs, so a query that does not say from which counts twice.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Mapping, Optional, Tuple

# Scope -> the labels that select it; $cluster, $node and $bucket are the dashboards' variables.
SCOPES = {
    "all": 'cluster=~"$cluster"',
    "cluster": 'job="minio-cluster",cluster=~"$cluster"',
    # What the one scrape of the cluster holds for every server, which it names by host and port.
    "server": 'job="minio-cluster",cluster=~"$cluster",server=~"($node)(:[0-9]+)?"',
    "bucket": 'job="minio-bucket",cluster=~"$cluster",bucket=~"$bucket"',
    "node": 'job="minio-node",cluster=~"$cluster",node=~"$node"',
    "resource": 'job="minio-resource",cluster=~"$cluster",node=~"$node"',
    "host": 'job="node",cluster=~"$cluster",node=~"$node"',
    "hosts": 'job="node",cluster=~"$cluster"',
    "lb": 'job="nginx",cluster=~"$cluster"',
}
METRIC = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)@([a-z]+)(?:\{([^}]*)\})?")

# Metrics that a server has only once it happens; any other that is missing has a wrong name.
SELDOM = {
    "minio_s3_requests_5xx_errors_total": "the first answer of class 5xx",
    "minio_s3_requests_canceled_total": "the first request that its client gives up",
    "minio_heal_objects_errors_total": "the first object that cannot be healed",
    "minio_heal_objects_heal_total": "the first object that is healed",
    "minio_bucket_requests_5xx_errors_total": "the first answer of class 5xx for a bucket",
    "minio_node_tier_requests_success": "the first request to a remote tier, on a server with an audit log",
    "minio_node_tier_requests_failure": "the first request that a remote tier fails, on a server with an audit log",
    "ALERTS": "the first alert",
}

# Where a value turns orange or red: (from this value on, colour). What is below the first is green unless a step says None.
Steps = Tuple[Tuple[Optional[float], str], ...]
UP: Steps = ((None, "red"), (1, "green"))
NONE_IS_RED: Steps = ((None, "red"), (0, "orange"), (1, "green"))
ANY_IS_RED: Steps = ((1, "red"),)
ANY_IS_ORANGE: Steps = ((1, "orange"),)
RATIO_OF_ERRORS: Steps = ((0.001, "orange"), (0.01, "red"))
FULL: Steps = ((0.8, "orange"), (0.9, "red"))
DAYS_LEFT: Steps = ((None, "red"), (30, "orange"), (90, "green"))
SLOW: Steps = ((0.5, "orange"), (2, "red"))


@dataclass(frozen=True)
class Panel:
    """One panel. queries: legend -> query; red: what to do when it is red; seldom: when it has data, if not always."""

    title: str
    unit: str
    queries: Mapping[str, str]
    says: str
    red: str
    steps: Steps = ()
    kind: str = "graph"
    names: Mapping[str, str] = field(default_factory=dict)
    seldom: str = ""

    @property
    def description(self) -> str:
        return f"{self.says}\n\n**When it is red:** {self.red}"


@dataclass(frozen=True)
class Board:
    """One dashboard: rows of panels by their titles."""

    uid: str
    title: str
    says: str
    rows: Mapping[str, tuple[Panel, ...]]

    @property
    def panels(self) -> list[Panel]:
        return [panel for row in self.rows.values() for panel in row]


def expand(query: str, variables: Mapping[str, str] | None = None, rate: str = "$__rate_interval") -> str:
    """The query as Prometheus or Grafana reads it. variables: values for $cluster, $node, $bucket; none for Grafana, which fills them in."""
    def selector(found: re.Match[str]) -> str:
        return f"{found[1]}{{{SCOPES[found[2]]}{',' + found[3] if found[3] else ''}}}"
    result = METRIC.sub(selector, query).replace("[rate]", f"[{rate}]")
    for name, value in (variables or {}).items():
        result = result.replace(f"${name}", value)
    return result


def metrics(query: str) -> set[str]:
    return {found[1] for found in METRIC.finditer(query)}


def stat(title: str, unit: str, query: str, steps: Steps, says: str, red: str, **more: Mapping[str, str] | str) -> Panel:
    return Panel(title, unit, {"": query}, says, red, steps, "stat", **more)


def quantile(part: str, by: str, query: str) -> str:
    return f"histogram_quantile({part}, sum by (le{by}) (rate({query}[rate])))"


TTFB = "minio_s3_requests_ttfb_seconds_distribution@node"
MARGIN = ("minio_cluster_health_erasure_set_online_drives@cluster - on (cluster, pool, set) "
          "minio_cluster_health_erasure_set_write_quorum@cluster")
FREE, TOTAL = "minio_cluster_capacity_usable_free_bytes@cluster", "minio_cluster_capacity_usable_total_bytes@cluster"
# Less than an hour of history foresees nothing.
DAYS = f"(clamp_max({FREE} / clamp_min(-deriv({FREE}[6h]), 1) / 86400, 3650) and {FREE} offset 1h) or {FREE} * 0 + 3650"
ERRORS = ("(sum(rate(minio_s3_requests_5xx_errors_total@node[rate])) or vector(0)) "
          "/ clamp_min(sum(rate(minio_s3_requests_total@node[rate])), 1e-9)")
NO_RED = "it has no limit of its own. A step that nothing explains is worth a look at "

OVERVIEW = Board("minio-overview", "MinIO: overview and health", "Whether the cluster serves, how much it may still lose, and who uses it.", {
    "Health": (
        stat("Cluster", "none", "min(minio_cluster_health_status@cluster)", UP, "Whether every erasure set has write quorum.",
             "writes fail. Bring nodes and drives back: see Nodes and drives, then docs/runbooks.", names={"0": "DOWN", "1": "serving"}),
        stat("Drives that may still fail", "none", f"min({MARGIN})", NONE_IS_RED,
             "In the weakest erasure set, how many more drives may fail before writes stop.",
             "writes have stopped (below 0) or stop with the next loss (0). Replace or reconnect drives before anything else, start no maintenance."),
        stat("Nodes offline", "none", "max(minio_cluster_nodes_offline_total@cluster)", ANY_IS_RED, "Nodes that the scraped node cannot reach.",
             "look at the unit and the journal of the node that is missing; playbooks/diagnose.yml collects both."),
        stat("Drives offline", "none", "max(minio_cluster_drive_offline_total@cluster)", ANY_IS_RED, "Drives that the cluster cannot use.",
             "find the drive in Nodes and drives, look at dmesg there, replace it. It heals by itself."),
        stat("Drives healing", "none", "sum(max by (pool, set) (minio_cluster_health_erasure_set_healing_drives@cluster))", ANY_IS_ORANGE,
             "Drives that are being rebuilt.",
             "it never is. While it is orange, redundancy is reduced: start no maintenance."),
        stat("Capacity used", "percentunit", f"1 - min({FREE} / {TOTAL})", FULL, "Share of the usable capacity that is in use, parity left out.",
             "delete, expire or tier data, or add a pool. At 100 % nothing can be written, and deletions need room, too."),
        stat("Alerts", "none", 'count(ALERTS@all{alertstate="firing",severity!~"none|info"}) or vector(0)', ANY_IS_RED, "Alerts that fire now.",
             "open Errors and alerts; each alert links to its runbook."),
        stat("Targets down", "none", "count(up@all == 0) or vector(0)", ANY_IS_RED, "What Prometheus cannot scrape.",
             "what is not scraped is not watched. See the table in Errors and alerts for what and why."),
        stat("Versions", "none", "count(count by (version) (minio_software_version_info@node))", ((2, "red"),), "Different releases that nodes run.",
             "nodes with different binaries do not form a cluster after their next restart. Run playbooks/deploy.yml."),
        stat("5xx answers", "percentunit", ERRORS, RATIO_OF_ERRORS, "Share of the S3 requests that the servers failed.",
             "open Errors and alerts and see which call on which node; playbooks/diagnose.yml shows the servers' own words."),
        stat("Time to first byte, p99", "s", quantile("0.99", "", TTFB), SLOW, "99 of 100 requests were answered faster.",
             "open Requests and latency for the call, then Nodes and drives for the slow drive or node."),
        stat("Days until full", "d", f"min({DAYS})", DAYS_LEFT, "At the pace of the last six hours; 3650 stands for never.",
             "order capacity now: a pool takes weeks to arrive. See Capacity and usage for who grows."),
    ),
    "Load": (
        Panel("Requests by call", "reqps", {"{{api}}": "sum by (api) (rate(minio_s3_requests_total@node[rate]))"}, "S3 requests a second.",
              NO_RED + "who sends them (Requests and latency)."),
        Panel("Traffic", "Bps", {"in": "sum(rate(minio_s3_traffic_received_bytes@node[rate]))", "out": "sum(rate(minio_s3_traffic_sent_bytes@node[rate]))"},
              "Bytes from and to clients.", NO_RED + "the traffic by bucket."),
        Panel("Time to first byte", "s", {part: quantile(f"0.{part[1:]}", "", TTFB) for part in ("p50", "p90", "p99")},
              "What clients wait for an answer to begin.",
              "find the call in Requests and latency, the drive in Nodes and drives.", SLOW),
        Panel("Online drives per erasure set", "none",
              {"pool {{pool}} set {{set}}": "min by (pool, set) (minio_cluster_health_erasure_set_online_drives@cluster)",
               "write quorum {{pool}}/{{set}}": "min by (pool, set) (minio_cluster_health_erasure_set_write_quorum@cluster)"},
              "Where the upper line meets the lower one, writes stop.", "it has no red line: the margin is the panel Drives that may still fail."),
        Panel("Nodes online, as each node sees it", "none", {"{{node}}": "minio_cluster_nodes_online_total@node"},
              "All nodes should see the same number.",
              "it has no red line. Lines apart are a network that is split: compare routes and firewalls of the nodes."),
        Panel("Uptime", "s", {"{{server}}": "minio_node_process_uptime_seconds@server"}, "Seconds since each server started.",
              "it has no red line. A saw is a server that crashes: read its journal."),
    ),
})

CAPACITY = Board("minio-capacity", "MinIO: capacity and usage", "How full the cluster is, when it will be full, and whose data that is.", {
    "Cluster": (
        stat("Usable capacity", "bytes", f"max({TOTAL})", (), "Capacity after parity.", "it has no limit. If it shrank, a drive or node is missing."),
        stat("Usable and free", "bytes", f"max({FREE})", (), "Bytes that can still be stored.", "it has no limit of its own; see Capacity used."),
        stat("Capacity used", "percentunit", f"1 - min({FREE} / {TOTAL})", FULL, "Share of the usable capacity that is in use.",
             "delete, expire or tier data, or add a pool."),
        stat("Days until full", "d", f"min({DAYS})", DAYS_LEFT, "At the pace of the last six hours; 3650 stands for never.",
             "order capacity now, see which bucket grows below."),
        stat("Objects", "short", "max(minio_cluster_usage_object_total@cluster)", (), "Objects as of the last scan.", "it has no limit."),
        stat("Age of the figures", "s", "max(minio_usage_last_activity_nano_seconds@cluster) / 1e9", ((86400, "orange"), (259200, "red")),
             "Time since the scanner last counted.",
             "the scanner has stalled: see Healing, scanner, ILM and replication."),
        Panel("Free, and free in a week", "bytes",
              {"free": f"max({FREE})", "in 7 days, by the last day": f"clamp_min(max(predict_linear({FREE}[1d], 7 * 86400)), 0)",
               "usable": f"max({TOTAL})"},
              "A straight line through the last day, drawn on by a week.",
              "it has no red line. Where the forecast reaches zero, the cluster is full within a week."),
        Panel("Objects, versions and delete markers", "short",
              {"objects": "max(minio_cluster_usage_object_total@cluster)", "versions": "max(minio_cluster_usage_version_total@cluster)",
               "delete markers": "max(minio_cluster_usage_deletemarker_total@cluster)"},
              "What the scanner counted.", NO_RED + "lifecycle rules: versions that only grow are never expired."),
        Panel("Drives, used", "percentunit", {"{{node}} {{drive}}": "minio_node_drive_used_bytes@node / minio_node_drive_total_bytes@node"},
              "Share of each drive that is in use. They should be alike.",
              "a drive that is fuller than its set has foreign files on it.", FULL),
        Panel("Drives, inodes used", "percentunit",
              {"{{server}} {{drive}}": "minio_node_drive_used_inodes@resource / minio_node_drive_total_inodes@resource"},
              "Share of each drive's inodes that is in use.",
              "many small objects: pack them, expire them, or add a pool.", FULL),
    ),
    "Buckets": (
        Panel("Largest buckets", "bytes", {"{{bucket}}": "topk(15, max by (bucket) (minio_bucket_usage_total_bytes@bucket))"},
              "Bytes as of the last scan, without parity.", "it has no limit of its own; see Quota used.", kind="bars"),
        Panel("Most objects", "short", {"{{bucket}}": "topk(15, max by (bucket) (minio_bucket_usage_object_total@bucket))"}, "Objects as of the last scan.",
              "it has no limit.", kind="bars"),
        Panel("Growth a day", "bytes", {"{{bucket}}": "topk(10, max by (bucket) (deriv(minio_bucket_usage_total_bytes@bucket[6h])) * 86400)"},
              "The ten buckets that grow fastest, at the pace of six hours.",
              NO_RED + "lifecycle rules and quotas of the bucket."),
        Panel("Quota used", "percentunit",
              {"{{bucket}}": "max by (bucket) (minio_bucket_usage_total_bytes@bucket) / (max by (bucket) (minio_bucket_quota_total_bytes@bucket) > 0)"},
              "Share of each bucket's quota that is in use.", "uploads to the bucket are refused at 100 %: raise the quota or delete data.", FULL,
              seldom="a bucket with a quota"),
        Panel("Objects by size", "short", {"{{range}}": "sum by (range) (minio_cluster_objects_size_distribution@cluster)"},
              "How many objects are how large.", "it has no limit. Millions of small ones cost inodes and scanning time.", kind="bars"),
        stat("Buckets without figures", "none", "max(minio_cluster_bucket_total@cluster) - count(count by (bucket) (minio_bucket_usage_total_bytes@bucket))",
             ((50, "orange"),),
             "Buckets that no panel shows: new and empty ones, and any beyond the hundred that the server reports.",
             "it never is. Orange: read what the guide says of more than 100 buckets."),
    ),
})

REQUESTS = Board("minio-requests", "MinIO: requests and latency", "Who asks for what, and how long it takes.", {
    "Requests": (
        Panel("Requests by call", "reqps", {"{{api}}": "sum by (api) (rate(minio_s3_requests_total@node[rate]))"}, "S3 requests a second.",
              NO_RED + "the buckets below."),
        Panel("Requests by node", "reqps", {"{{node}}": "sum by (node) (rate(minio_s3_requests_total@node[rate]))"}, "The balancer should share them evenly.",
              "it has no red line. A node without requests is drained or down for the balancer."),
        Panel("In flight", "short", {"{{api}}": "sum by (api) (minio_s3_requests_inflight_total@node)"}, "Requests that are being served.",
              "it has no red line. A plateau is a slow drive or a slow client."),
        Panel("Waiting and incoming", "short", {"waiting {{node}}": "minio_s3_requests_waiting_total@node",
              "incoming {{node}}": "increase(minio_s3_requests_incoming_total@node[rate])"},
              "Requests that wait for a free place in the server, and all that come in.",
              "the server is at its limit of requests (MINIO_API_REQUESTS_MAX): add nodes, or find the client that floods it."),
        Panel("Traffic", "Bps", {"in {{node}}": "rate(minio_s3_traffic_received_bytes@node[rate])",
              "out {{node}}": "rate(minio_s3_traffic_sent_bytes@node[rate])"}, "Bytes from and to clients, by node.",
              NO_RED + "the network panels of Nodes and drives."),
        Panel("Given up by clients", "reqps", {"{{api}}": "sum by (api) (rate(minio_s3_requests_canceled_total@node[rate]))"},
              "Requests whose client went away.",
              "clients run into their time-outs: see the latency beside it.", ((1, "orange"), (10, "red")), seldom=SELDOM["minio_s3_requests_canceled_total"]),
    ),
    "Latency": (
        Panel("Time to first byte", "s", {part: quantile(f"0.{part[1:]}", "", TTFB) for part in ("p50", "p90", "p99")},
              "What clients wait for an answer to begin. The last bucket ends at 10 s.",
              "see the call and the node beside it.", SLOW),
        Panel("Time to first byte by call, p99", "s", {"{{api}}": quantile("0.99", ", api", TTFB)}, "Listings may take longer than reads.",
              "a slow list is a bucket with millions of keys under a prefix; slow reads and writes are drives.", SLOW),
        Panel("Time to first byte by node, p99", "s", {"{{node}}": quantile("0.99", ", node", TTFB)}, "Nodes should be alike.",
              "one slow node has a slow drive or network: drain it at the balancer and look.", SLOW),
    ),
    "Buckets": (
        Panel("Requests by bucket", "reqps", {"{{bucket}}": "topk(10, sum by (bucket) (rate(minio_bucket_requests_total@bucket[rate])))"},
              "The ten buckets with most requests.", NO_RED + "the owner of the bucket."),
        Panel("Traffic by bucket", "Bps",
              {"in {{bucket}}": "topk(5, sum by (bucket) (rate(minio_bucket_traffic_received_bytes@bucket[rate])))",
               "out {{bucket}}": "topk(5, sum by (bucket) (rate(minio_bucket_traffic_sent_bytes@bucket[rate])))"},
              "The five buckets with most traffic, each way.", NO_RED + "the owner of the bucket."),
        Panel("Time to first byte by bucket, p99", "s", {"{{bucket}}": quantile("0.99", ", bucket",
              "minio_bucket_requests_ttfb_seconds_distribution@bucket")}, "What the clients of each bucket wait.",
              "if one bucket alone is slow, look at its number of keys and versions.", SLOW),
    ),
})

ERRORS_BOARD = Board("minio-errors", "MinIO: errors and alerts", "What fails, where, and which alert says so.", {
    "Alerts": (
        Panel("Alerts that fire", "none", {"": 'max by (alertname, severity, node, bucket) (ALERTS@all{alertstate="firing"})'}, "All alerts that fire now.",
              "follow the runbook that the alert links to.", kind="table",
              seldom=SELDOM["ALERTS"]),
        Panel("Targets", "none", {"": "min by (job, node, instance) (up@all)"}, "1 is scraped, 0 is not.",
              "start the exporter, or open its port for the monitoring host: what is not scraped is not watched.",
              UP, "table", names={"0": "DOWN", "1": "up"}),
        Panel("Notifications that failed", "short", {"{{integration}}": 'increase(alertmanager_notifications_failed_total@all{job="alertmanager"}[1h])'},
              "Alerts that Alertmanager could not deliver, in an hour.",
              "nobody hears of alerts: read Alertmanager's journal, then test the receiver.", ANY_IS_RED),
        Panel("Rules that failed", "short", {"{{rule_group}}": 'increase(prometheus_rule_evaluation_failures_total@all{job="prometheus"}[1h])'},
              "Evaluations of rules that failed, in an hour.",
              "alerts are blind: `promtool check rules`, then Prometheus' journal.", ANY_IS_RED, seldom="a rule"),
    ),
    "Requests": (
        Panel("5xx by call", "reqps", {"{{api}}": "sum by (api) (rate(minio_s3_requests_5xx_errors_total@node[rate]))"}, "Requests that the servers failed.",
              "quorum, drives or capacity: see Overview, then playbooks/diagnose.yml.", ((0.01, "orange"), (0.1, "red")),
              seldom=SELDOM["minio_s3_requests_5xx_errors_total"]),
        Panel("5xx by node", "percentunit",
              {"{{node}}": "sum by (node) (rate(minio_s3_requests_5xx_errors_total@node[rate])) / sum by (node) (rate(minio_s3_requests_total@node[rate]))"},
              "Share of each node's requests.", "drain the node at the balancer (minio_lb_drained) and look at it.", RATIO_OF_ERRORS,
              seldom=SELDOM["minio_s3_requests_5xx_errors_total"]),
        Panel("4xx by call", "reqps", {"{{api}}": "sum by (api) (rate(minio_s3_requests_4xx_errors_total@node[rate]))"},
              "Requests that were refused: missing keys, missing rights.",
              "it has no red line. A step is a client with wrong names, rights or credentials."),
        Panel("Rejected", "reqps", {"authentication": "sum(rate(minio_s3_requests_rejected_auth_total@node[rate]))",
              "clock": "sum(rate(minio_s3_requests_rejected_timestamp_total@node[rate]))",
                                    "headers": "sum(rate(minio_s3_requests_rejected_header_total@node[rate]))",
                                    "invalid": "sum(rate(minio_s3_requests_rejected_invalid_total@node[rate]))"},
              "Requests that did not get as far as a call.", "authentication: somebody tries keys, see the balancer's log; clock: compare the clocks.",
              ((1, "orange"), (10, "red"))),
        Panel("4xx by bucket", "reqps", {"{{bucket}}": "topk(10, sum by (bucket) (rate(minio_bucket_requests_4xx_errors_total@bucket[rate])))"},
              "The ten buckets with most refusals.", "it has no red line. Ask the owner of the bucket."),
    ),
    "Inside": (
        Panel("Errors between nodes", "short", {"calls {{node}}": "increase(minio_inter_node_traffic_errors_total@node[rate])",
              "connections {{node}}": "increase(minio_inter_node_traffic_dial_errors@node[rate])"},
              "Calls and connections between nodes that failed.", "a node is down or the network loses packets: compare the nodes.",
              ((5, "orange"), (50, "red"))),
        Panel("Drive errors", "short", {f"{kind} {{{{node}}}} {{{{drive}}}}": f"increase(minio_node_drive_errors_{name}@node[1h])" for kind, name in (("I/O",
              "ioerror"), ("time-out", "timeout"), ("gone", "availability"))},
              "Errors of each drive in an hour.", "read dmesg and the drive's SMART values; replace it.", ANY_IS_RED),
        Panel("Audit and log messages lost", "short", {"{{target_id}} {{node}}": "increase(minio_audit_failed_messages@node[1h])"},
              "Messages that a target did not take, in an hour.", "start the target; what is lost is lost.", ANY_IS_RED),
        Panel("Notifications of events that failed", "short", {"{{node}}": "increase(minio_notify_events_errors_total@node[1h])"},
              "Bucket events that a target did not take, in an hour.", "start the target; events wait only if it has a queue directory.", ANY_IS_RED),
    ),
})

NODES = Board("minio-nodes", "MinIO: nodes and drives", "Each node and each drive: alive, fast, with room.", {
    "Drives": (
        Panel("Drives online", "none", {"{{node}}": "minio_node_drive_online_total@node"}, "Drives that each node can use.",
              "it has no red line: see Drives offline."),
        Panel("Drives offline", "none", {"{{node}}": "minio_node_drive_offline_total@node"}, "Drives that each node has lost.",
              "dmesg on the node; replace the drive; it heals by itself.", ANY_IS_RED),
        Panel("Latency of storage calls", "µs", {"{{node}} {{drive}}": "max by (node, drive) (minio_node_drive_latency_us@node)"},
              "The slowest kind of call on each drive, mean of the last minute.",
              "a drive far slower than its peers is about to fail: replace it.", ((100000, "orange"), (1000000, "red"))),
        Panel("Waiting for drives", "short", {"{{node}} {{drive}}": "minio_node_drive_io_waiting@node"}, "Calls that wait for a drive.",
              "the drive does not keep up; see its latency.", ((50, "orange"), (500, "red"))),
        Panel("Busy", "percent", {"{{drive}} {{node}}": "minio_node_drive_perc_util@resource"}, "Share of the time that a drive is busy.",
              "the drive is at its limit: fewer small objects, more drives.", ((80, "orange"), (95, "red"))),
        Panel("Await", "ms", {"read {{drive}} {{node}}": "minio_node_drive_reads_await@resource",
              "write {{drive}} {{node}}": "minio_node_drive_writes_await@resource"}, "What a request to the drive takes.",
              "the drive is slow: compare it with its peers.", ((50, "orange"), (200, "red"))),
        Panel("Throughput", "KBs", {"read {{drive}} {{node}}": "minio_node_drive_reads_kb_per_sec@resource",
              "write {{drive}} {{node}}": "minio_node_drive_writes_kb_per_sec@resource"}, "What each drive reads and writes.",
              NO_RED + "requests and healing."),
        Panel("Used", "percentunit", {"{{node}} {{drive}}": "minio_node_drive_used_bytes@node / minio_node_drive_total_bytes@node"},
              "Share of each drive that is in use.", "see Capacity and usage.", FULL),
    ),
    "Servers": (
        Panel("Processor", "percentunit", {"{{server}}": "rate(minio_node_process_cpu_total_seconds@server[rate])"},
              "Processor time of each server; 100 % is one core.", NO_RED + "requests, healing and scanning."),
        Panel("Memory", "bytes", {"{{server}}": "minio_node_process_resident_memory_bytes@server"}, "Resident memory of each server.",
              NO_RED + "requests in flight; growth without end is a leak, restart one node after the other."),
        Panel("Open files", "percentunit", {"{{server}}": "minio_node_file_descriptor_open_total@server / minio_node_file_descriptor_limit_total@server"},
              "Share of the limit.", "raise LimitNOFILE, or find the client that leaves connections open.", FULL),
        Panel("Goroutines", "short", {"{{server}}": "minio_node_go_routine_total@server"}, "Work that each server has begun.",
              "the server waits for a drive or a peer: see latency and errors between nodes.", ((20000, "orange"), (100000, "red"))),
        Panel("Traffic between nodes", "Bps", {"in {{node}}": "rate(minio_inter_node_traffic_received_bytes@node[rate])",
              "out {{node}}": "rate(minio_inter_node_traffic_sent_bytes@node[rate])"}, "Erasure coding sends every object across the network.",
              NO_RED + "healing and requests."),
        Panel("Releases", "none", {"{{node}} {{version}}": "minio_software_version_info@node + 1"}, "The release that each server runs.",
              "it has no limit; two lines of different releases need playbooks/deploy.yml.", kind="table"),
    ),
    "Hosts": (
        Panel("Processor of the host", "percentunit", {"{{node}}": '1 - avg by (node) (rate(node_cpu_seconds_total@host{mode="idle"}[rate]))'},
              "All cores of each host.",
              "the host is at its limit: add nodes or spread the load.", ((0.85, "orange"), (0.95, "red"))),
        Panel("Memory available", "percentunit", {"{{node}}": "node_memory_MemAvailable_bytes@host / node_memory_MemTotal_bytes@host"},
              "Memory that programs can still have.", "a host without memory kills processes: find who takes it.",
              ((None, "red"), (0.05, "orange"), (0.1, "green"))),
        Panel("Network", "Bps", {"in {{node}}": 'sum by (node) (rate(node_network_receive_bytes_total@host{device!="lo"}[rate]))',
              "out {{node}}": 'sum by (node) (rate(node_network_transmit_bytes_total@host{device!="lo"}[rate]))'},
              "All interfaces but loopback.", NO_RED + "traffic of clients and between nodes.", seldom="an interface besides loopback"),
        Panel("Network errors", "short",
              {"{{node}} {{device}}": "increase(node_network_receive_errs_total@host[1h]) + increase(node_network_transmit_errs_total@host[1h])"},
              "Errors in an hour.", "cable, port or driver.", ANY_IS_ORANGE, seldom="an interface besides loopback"),
        Panel("Clock", "s", {"{{node}}": "node_timex_offset_seconds@host"}, "How far the clock is from its source.",
              "S3 refuses requests that are 15 minutes off, tokens and locks fail earlier: repair time synchronisation.", ((0.05, "orange"), (0.5, "red"))),
        Panel("Certificates, days left", "d", {"{{node}} {{endpoint}}": "(oracle1_minio_certificate_expiry_timestamp_seconds@hosts - time()) / 86400"},
              "Until each certificate ends, balancers and monitoring hosts included.", "run playbooks/deploy.yml with --tags tls, or replace the files.",
              ((None, "red"), (7, "orange"), (30, "green"))),
        Panel("Different settings", "none", {"": "count(count by (checksum) (oracle1_minio_environment_info@hosts))"},
              "How many different sets of MINIO_* variables the running servers have.",
              "servers that differ refuse each other at their next start: run playbooks/deploy.yml.", ((2, "red"),)),
        Panel("Load", "short", {"{{node}}": "node_load5@host"}, "Processes that run or wait, over five minutes.",
              "it has no red line; compare it with the cores of the host."),
    ),
})

BACKGROUND = Board("minio-background", "MinIO: healing, scanner, ILM and replication", "What the servers do by themselves, and whether they keep up.", {
    "Healing": (
        stat("Drives healing", "none", "sum(max by (pool, set) (minio_cluster_health_erasure_set_healing_drives@cluster))", ANY_IS_ORANGE,
             "Drives that are being rebuilt.",
             "it never is. Start no maintenance while it is orange."),
        Panel("Healed", "ops", {"seen {{type}}": "sum by (type) (rate(minio_heal_objects_total@cluster[rate]))",
              "healed {{type}}": "sum by (type) (rate(minio_heal_objects_heal_total@cluster[rate]))"},
              "Objects that healing has looked at and healed.", NO_RED + "drives: much healing without a new drive is a drive that loses data.",
              seldom=SELDOM["minio_heal_objects_heal_total"]),
        Panel("Not healed", "ops", {"{{server}}": "sum by (server) (rate(minio_heal_objects_errors_total@cluster[rate]))"},
              "Objects that could not be healed.", "more drives of their set are damaged than parity covers: restore them from a replica.",
              ((0.001, "red"),), seldom=SELDOM["minio_heal_objects_errors_total"]),
        Panel("Since the last healing", "s", {"{{server}}": "minio_heal_time_last_activity_nano_seconds@server / 1e9"},
              "Time since each server last healed something.", "it has no limit.",
              seldom="the first healing"),
    ),
    "Scanner": (
        Panel("Objects scanned", "ops", {"{{server}}": "rate(minio_node_scanner_objects_scanned@server[rate])"},
              "The scanner counts usage, applies lifecycle rules and finds damage.", NO_RED + "the age of the figures."),
        Panel("Bucket scans", "short", {"started {{server}}": "increase(minio_node_scanner_bucket_scans_started@server[1h])",
              "finished {{server}}": "increase(minio_node_scanner_bucket_scans_finished@server[1h])"}, "Scans of buckets in an hour.",
              "it has no red line. Started and never finished: the scanner is stuck, restart the node."),
        stat("Age of the figures", "s", "max(minio_usage_last_activity_nano_seconds@cluster) / 1e9", ((86400, "orange"), (259200, "red")),
             "Time since the scanner last counted usage.",
             "the scanner has stalled: expiry and quotas do not work. Look for a drive that hangs."),
        Panel("Versions scanned", "ops", {"{{server}}": "rate(minio_node_scanner_versions_scanned@server[rate])"}, "Noncurrent versions are scanned, too.",
              NO_RED + "lifecycle rules for old versions."),
    ),
    "Lifecycle": (
        Panel("Expiry and transition that wait", "short", {"expiry {{server}}": "minio_node_ilm_expiry_pending_tasks@server",
              "transition {{server}}": "minio_node_ilm_transition_pending_tasks@server"}, "What is due and not done.",
              "the tier is slow or away, or there are too few workers.", ((10000, "orange"), (100000, "red"))),
        Panel("Transitions that run", "short", {"{{server}}": "minio_node_ilm_transition_active_tasks@server"}, "Objects that are on their way to a tier.",
              "it has no limit."),
        Panel("Missed", "short", {"expiry {{server}}": "increase(minio_node_ilm_expiry_missed_tasks@server[1h])",
              "transition {{server}}": "increase(minio_node_ilm_transition_missed_immediate_tasks@server[1h])"},
              "What found the queue full, in an hour; the next scan tries again.", "more is due than can be done: raise the workers.",
              ((1, "orange"), (1000, "red"))),
        Panel("In remote tiers", "bytes", {"{{tier}}": "max by (tier) (minio_cluster_ilm_transitioned_bytes@cluster)"}, "Bytes that tiers hold.",
              "it has no limit.", seldom="a remote tier"),
        Panel("Requests to remote tiers", "reqps", {"done {{tier}}": "sum by (tier) (rate(minio_node_tier_requests_success@node[rate]))",
              "failed {{tier}}": "sum by (tier) (rate(minio_node_tier_requests_failure@node[rate]))"},
              "Calls to tiers.", "it has no red line. Failures: objects that were moved there cannot be read; look at the tier.",
              seldom=SELDOM["minio_node_tier_requests_success"]),
    ),
    "Replication": (
        Panel("Backlog", "short", {"{{node}}": "minio_node_replication_recent_backlog_count@node"}, "Objects of the last five minutes that wait.",
              "the target is slow or away: see its link.", ((1000, "orange"), (100000, "red"))),
        Panel("Queued a minute", "bytes", {"{{node}}": "minio_node_replication_last_minute_queued_bytes@node"}, "Bytes that were queued in the last minute.",
              NO_RED + "requests by bucket."),
        Panel("Links", "none", {"{{endpoint}} {{node}}": "minio_node_replication_link_online@node"}, "Whether targets answer.",
              "the target or the way to it is down; what waits is sent once it is back.", UP, names={"0": "DOWN", "1": "up"},
              seldom="a bucket that replicates"),
        Panel("Sent", "Bps", {"{{bucket}}": "sum by (bucket) (rate(minio_bucket_replication_sent_bytes@bucket[rate]))"}, "Bytes to targets.",
              NO_RED + "the backlog.", seldom="a bucket that replicates"),
        Panel("Failed in the last hour", "short", {"{{bucket}}": "max by (bucket) (minio_bucket_replication_last_hour_failed_count@bucket)"},
              "Objects that could not be sent.", "read the servers' journal; `mc replicate resync` sends what is missing.", ANY_IS_RED,
              seldom="a bucket that replicates"),
        Panel("Latency of links", "ms", {"{{endpoint}} {{node}}": "minio_node_replication_current_link_latency_ms@node"}, "What a call to the target takes.",
              "the network to the other site.", ((200, "orange"), (1000, "red")), seldom="a bucket that replicates"),
    ),
})

BALANCER = Board("minio-balancer", "MinIO: load balancer", "nginx before the cluster, and its host.", {
    "nginx": (
        stat("nginx", "none", "min(nginx_up@lb)", UP, "Whether nginx answers its exporter.",
             "clients get no answer: `nginx -t` and the unit on the balancer.", names={"0": "DOWN", "1": "serving"}),
        stat("Open connections", "short", "sum(nginx_connections_active@lb)", ((12000, "orange"), (15000, "red")),
             "Open connections, those to nodes not counted.",
             "raise minio_lb_worker_connections, or find the client that leaves them open."),
        stat("Request rate", "reqps", "sum(rate(nginx_http_requests_total@lb[rate]))", (), "Requests a second.", "it has no limit of its own."),
        stat("Refused connections", "short", "sum(increase(nginx_connections_accepted@lb[1h]) - increase(nginx_connections_handled@lb[1h]))", ANY_IS_RED,
             "Connections of the last hour for which nginx had no place.", "raise minio_lb_worker_connections and minio_lb_open_files."),
        Panel("Requests", "reqps", {"{{node}}": "rate(nginx_http_requests_total@lb[rate])"}, "Requests a second by balancer.", NO_RED + "requests by call."),
        Panel("Connections", "short", {f"{state} {{{{node}}}}": f"nginx_connections_{state}@lb" for state in ("active", "reading", "writing", "waiting")},
              "What the connections do.", "it has no red line. Many that read are slow or hostile clients."),
        Panel("New connections", "cps", {"{{node}}": "rate(nginx_connections_accepted@lb[rate])"}, "Connections a second.",
              "it has no red line. Clients that connect for every request cost a TLS handshake each."),
        Panel("Nodes, as the balancer sees them", "none", {"{{node}} to {{upstream}}": "oracle1_minio_balancer_upstream_up@hosts"},
              "Whether the balancer gets a healthy answer from each node, over verified TLS.",
              "compare with Overview: a node that is up but not for the balancer has a firewall or a certificate in between.", UP,
              names={"0": "DOWN", "1": "up"}),
        Panel("Requests by node of the cluster", "reqps", {"{{node}}": "sum by (node) (rate(minio_s3_requests_total@node[rate]))"},
              "What the balancer hands to each node.",
              "it has no red line. A node without requests is drained or down: see the upstream failures of playbooks/diagnose.yml."),
    ),
    "Host": (
        Panel("Processor", "percentunit", {"{{node}}": '1 - avg by (node) (rate(node_cpu_seconds_total@hosts{mode="idle"}[rate])) and on (node) nginx_up@lb'},
              "All cores of the balancer.", "TLS needs cores: add some, or a second balancer.", ((0.85, "orange"), (0.95, "red")),
              seldom="node_exporter on the balancer"),
        Panel("Network", "Bps", {"in {{node}}": 'sum by (node) (rate(node_network_receive_bytes_total@hosts{device!="lo"}[rate])) and on (node) nginx_up@lb',
              "out {{node}}": 'sum by (node) (rate(node_network_transmit_bytes_total@hosts{device!="lo"}[rate])) and on (node) nginx_up@lb'},
              "Every byte passes here twice.", NO_RED + "the speed of the interface.", seldom="node_exporter on the balancer"),
        Panel("Memory available", "percentunit",
              {"{{node}}": "node_memory_MemAvailable_bytes@hosts / node_memory_MemTotal_bytes@hosts and on (node) nginx_up@lb"},
              "Memory that programs can still have.", "find who takes it; fewer connections take less.",
              ((None, "red"), (0.05, "orange"), (0.1, "green")), seldom="node_exporter on the balancer"),
    ),
})

BOARDS = (OVERVIEW, CAPACITY, REQUESTS, ERRORS_BOARD, NODES, BACKGROUND, BALANCER)


def find(uid: str, title: str) -> Panel:
    return next(panel for board in BOARDS if board.uid == uid for panel in board.panels if panel.title == title)
