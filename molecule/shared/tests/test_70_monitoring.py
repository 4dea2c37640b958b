"""The monitoring of a living cluster: what it may, what it sees, and that faults reach a receiver and end there."""
from __future__ import annotations

import base64
import json
import re
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import LAB, NODES, STATE, play, settled, ssh

TARGETS = {"minio-cluster": 1, "minio-bucket": 1, "minio-usage": 1, "minio-node": 3, "minio-resource": 3, "node": 5, "nginx": 1,
           "prometheus": 1, "alertmanager": 1}
# Series that exist only when something has happened; every other one that a rule reads must be there.
ONLY_WHEN_IT_HAPPENS = re.compile(
    r"minio_(s3_requests_5xx_errors_total|heal_objects_errors_total|bucket_replication_last_minute_failed_count|node_replication_link_online"
    r"|node_tier_requests_failure)|oracle1_minio_(backup|drift)_|minio:cluster:days_until_full|minio-bucket-requests")
# What other tests leave behind for a while: a heal that met a stopped node, and messages from before anybody listened here.
QUIET = {"", "MinioDriveHealing", "MinioHealFailing", "AlertmanagerNotDelivering"}


class Prometheus:
    """Prometheus of the scenario, as its user sees it."""

    def __init__(self) -> None:
        self.base = f"https://{LAB['mon1']['ansible_host']}:9090"
        self.context = ssl.create_default_context(cafile=str(STATE / "pki" / "ca.crt"))
        password = (STATE / "secrets" / "prometheus-password").read_text().split()[0]
        self.headers = {"Authorization": "Basic " + base64.b64encode(f"oracle1:{password}".encode()).decode()}

    def get(self, path: str, **parameters: str):
        request = urllib.request.Request(f"{self.base}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", headers=self.headers)
        with urllib.request.urlopen(request, timeout=30, context=self.context) as answer:
            return json.load(answer)["data"]

    def query(self, expression: str) -> list:
        return self.get("query", query=expression)["result"]

    def firing(self) -> set[str]:
        return {alert["labels"]["alertname"] for alert in self.get("alerts")["alerts"] if alert["state"] == "firing"}

    def wait_for(self, expected: set[str], seconds: float) -> float:
        """Until exactly these alerts fire; another one is a failure at once. Seconds that it took."""
        start = time.monotonic()
        while (seen := self.firing() - QUIET) != expected:
            assert seen <= expected, f"fires without a reason: {seen - expected}"
            assert time.monotonic() - start < seconds, f"only {sorted(seen)} after {seconds} s"
            time.sleep(1)
        return time.monotonic() - start

    def wait_until_quiet(self, seconds: float) -> None:
        start = time.monotonic()
        while seen := self.firing() - QUIET:
            assert time.monotonic() - start < seconds, f"still fires after {seconds} s: {seen}"
            time.sleep(1)


class Receiver:
    """A webhook on this machine: what Alertmanager posts, and how it shows who it is."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.tokens: set[str] = set()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802 the name that http.server calls
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.tokens.add(self.headers.get("Authorization", ""))
                owner.seen += [(alert["labels"]["alertname"], alert["status"]) for alert in message["alerts"]]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_words) -> None:
                pass

        gateway = LAB["lb1"]["ansible_host"].rsplit(".", 1)[0] + ".1"
        self.server = ThreadingHTTPServer((gateway, 19093), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, alerts: set[str], status: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while missing := alerts - {name for name, state in self.seen if state == status}:
            assert time.monotonic() < deadline, f"not delivered as {status}: {missing}"
            time.sleep(1)


@pytest.fixture(scope="module")
def prometheus() -> Prometheus:
    return Prometheus()


@pytest.fixture(scope="module")
def receiver():
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module", autouse=True)
def load(cluster):
    """A few requests a second, so that every API has something to show."""
    client, stop = cluster.boto3(), threading.Event()

    def work() -> None:
        while not stop.wait(0.3):
            try:
                client.put_object(Bucket="oracle1-cache", Key="monitoring", Body=b"x" * 1000)
                client.get_object(Bucket="oracle1-cache", Key="monitoring")["Body"].read()
                client.list_objects_v2(Bucket="oracle1-cache", MaxKeys=1)
            except Exception:  # noqa: BLE001 a node that goes away may cost a request; what it costs is tested elsewhere
                pass

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


def test_every_target_is_up(prometheus):
    deadline = time.monotonic() + 60
    while True:
        targets = prometheus.get("targets")["activeTargets"]
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


def test_nobody_reads_without_a_password_or_a_token(prometheus, cluster):
    for port in (9090, 9093):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"https://{LAB['mon1']['ansible_host']}:{port}/api/v1/status", timeout=20, context=prometheus.context)
        assert refused.value.code == 401
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{cluster.endpoint}/minio/v2/metrics/cluster", timeout=20, context=prometheus.context)
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
    rules = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
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
