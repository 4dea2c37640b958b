"""The monitoring of a living cluster: what it may, what it sees, and that faults reach a receiver and end there."""
from __future__ import annotations

import json
import re
import ssl
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import LAB, NODES, STATE, play, settled, ssh
from monitoring import dashboards, load, prometheus, receiver  # noqa: F401 fixtures

TARGETS = {"minio-cluster": 1, "minio-bucket": 1, "minio-usage": 1, "minio-node": 3, "minio-resource": 3, "node": 5, "nginx": 1,
           "prometheus": 1, "alertmanager": 1}
# Series that exist only when something has happened; every other one that a rule reads must be there.
ONLY_WHEN_IT_HAPPENS = re.compile(
    r"minio_(s3_requests_5xx_errors_total|heal_objects_errors_total|bucket_replication_last_minute_failed_count|node_replication_link_online"
    r"|node_tier_requests_failure)|oracle1_minio_(backup|drift)_|minio:cluster:days_until_full|minio-bucket-requests")


def test_every_target_is_up(prometheus):
    deadline = time.monotonic() + 60
    while True:
        targets = prometheus.ask("targets")["activeTargets"]
        down = [(target["labels"]["job"], target["scrapeUrl"], target["lastError"]) for target in targets if target["health"] != "up"]
        if not down or time.monotonic() > deadline:
            break
        time.sleep(2)
    assert down == []
    jobs = [target["labels"]["job"] for target in targets]
    assert {job: jobs.count(job) for job in jobs} == TARGETS


def test_its_playbook_runs_by_itself_and_has_nothing_to_change():
    run = play("monitoring")
    assert run.status == 0 and run.changed() == [], run.text[-3000:]


def test_nobody_reads_without_a_password_or_a_token(cluster):
    context = ssl.create_default_context(cafile=cluster.ca)
    for port in (9090, 9093):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"https://{LAB['mon1']['ansible_host']}:{port}/api/v1/status", timeout=20, context=context)
        assert refused.value.code == 401
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{cluster.endpoint}/minio/v2/metrics/cluster", timeout=20, context=context)
    assert refused.value.code == 403


def test_the_account_that_scrapes_may_do_nothing_else(cluster):
    secret = (STATE / "secrets" / "user-prometheus").read_text().strip()
    client = boto3.client("s3", endpoint_url=cluster.endpoint, verify=cluster.ca, region_name="us-east-1", aws_access_key_id="prometheus",
                          aws_secret_access_key=secret, config=Config(s3={"addressing_style": "path"}))
    for call in (client.list_buckets, lambda: client.list_objects_v2(Bucket="oracle1-models"), lambda: client.create_bucket(Bucket="scraped")):
        with pytest.raises(ClientError, match="AccessDenied"):
            call()


def test_secrets_are_in_files_that_only_prometheus_reads(hosts):
    folder = hosts["mon1"].file("/etc/prometheus/secrets")
    assert (folder.user, folder.group, folder.mode) == ("root", "prometheus", 0o750)
    assert all(hosts["mon1"].file(f"/etc/prometheus/secrets/{name}").mode == 0o640 for name in folder.listdir())
    secrets = [hosts["mon1"].file(f"/etc/prometheus/secrets/{name}").content_string.strip() for name in folder.listdir()]
    shown = hosts["mon1"].run("cat /proc/[0-9]*/cmdline /etc/prometheus/*.yml | tr '\\0' ' '").stdout
    assert len(secrets) == 3 and not [secret for secret in secrets if secret in shown]


def test_every_series_that_a_rule_reads_is_there(prometheus):
    rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
    assert len(rules) > 50 and [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"] == []
    selectors = set()
    for rule in rules:
        prometheus.query(rule["query"])
        selectors |= set(re.findall(r"[a-z][a-z0-9_:]*\{[^}]*\}", rule["query"]))
        selectors |= set(re.findall(r"\b(?:minio:|oracle1_minio_)[a-z0-9_:]+", re.sub(r"\{[^}]*\}", "", rule["query"])))
    selectors = {selector for selector in selectors if not ONLY_WHEN_IT_HAPPENS.search(selector)}
    # The account of usage comes with the scanner's first round over something; rates need two scrapes.
    deadline = time.monotonic() + 150
    while empty := {selector for selector in selectors if not prometheus.query(f"count({selector})")}:
        assert time.monotonic() < deadline, empty
        time.sleep(3)


def test_every_query_of_the_dashboards_has_data(prometheus):
    # Rates need some scrapes, and what the scanner counts comes with its first round.
    deadline = time.monotonic() + 120
    while found := list(dashboards.problems(prometheus)):
        assert time.monotonic() < deadline, found
        time.sleep(5)


def test_a_stopped_node_is_reported_and_reported_as_over(prometheus, receiver):
    prometheus.wait_until_quiet(120)
    expected = {"MinioNodeDown", "MinioDriveOffline", "MinioQuorumMarginGone", "MinioBalancerUpstreamFailing"}
    ssh("minio2", "systemctl", "stop", "minio")
    try:
        prometheus.wait_for(expected, 90)
        receiver.wait_for(expected, "firing")
    finally:
        ssh("minio2", "systemctl", "start", "--no-block", "minio")
    prometheus.wait_until_quiet(120)
    receiver.wait_for(expected, "resolved")
    token = (STATE / "webhook-token").read_text().split()[0]
    assert receiver.tokens == {f"Bearer {token}"}
    while not all(settled(node) for node in NODES):
        time.sleep(1)


def test_full_drives_a_certificate_near_its_end_and_an_unreachable_node_are_told_apart(prometheus, receiver):
    prometheus.wait_until_quiet(120)
    expected = {"MinioCapacityHigh", "MinioCertificateExpiryCritical", "MinioCertificateExpiry", "MinioBalancerUpstreamFailing"}
    drive, config, certificate = "/mnt/minio/drive1", "/etc/oracle1-minio-collect.json", "/etc/minio/certs/short.crt"
    kept = ssh("lb1", "cat", config).stdout
    try:
        for node in NODES:
            size, used = (int(word) for word in ssh(node, "df", "-B1", "--output=size,used", drive).stdout.split()[-2:])
            assert ssh(node, "fallocate", "-l", str(size * 85 // 100 - used), f"{drive}/.ballast").returncode == 0
        assert ssh("lb1", "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "5", "-subj", "/CN=short",
                   "-keyout", "/dev/null", "-out", certificate).returncode == 0
        ssh("lb1", "tee", config, stdin=json.dumps({**json.loads(kept), "files": {"short": certificate}}))
        ssh("lb1", "ip", "route", "add", "blackhole", f"{LAB['minio3']['ansible_host']}/32")
        prometheus.wait_for(expected, 150)
        receiver.wait_for(expected - {"MinioCertificateExpiry"}, "firing")
        # The critical one says it all.
        assert ("MinioCertificateExpiry", "firing") not in receiver.seen
    finally:
        ssh("lb1", "ip", "route", "del", "blackhole", f"{LAB['minio3']['ansible_host']}/32")
        ssh("lb1", "tee", config, stdin=kept)
        ssh("lb1", "rm", "-f", certificate)
        for node in NODES:
            ssh(node, "rm", "-f", f"{drive}/.ballast")
    prometheus.wait_until_quiet(150)
