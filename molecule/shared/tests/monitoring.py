"""What the tests of the monitoring stand on: Prometheus as its user sees it, and a receiver of Alertmanager's messages."""
from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conftest import LAB, ROOT, STATE

sys.path.insert(0, str(ROOT / "docs"))
import dashboards  # noqa: E402

# What other tests leave behind for a while: a heal that met a stopped node, and messages from before anybody listened here.
QUIET = {"", "MinioDriveHealing", "MinioHealFailing", "AlertmanagerNotDelivering"}


class Prometheus(dashboards.Prometheus):
    """Prometheus of the scenario, as its user sees it."""

    def firing(self) -> set[str]:
        return {alert["labels"]["alertname"] for alert in self.ask("alerts")["alerts"] if alert["state"] == "firing"}

    def wait_for(self, expected: set[str], seconds: float, beside: frozenset[str] = frozenset()) -> float:
        """Until each of these has fired; one that is neither of them nor of those that may be beside is a failure at once. Seconds that it took."""
        start, seen = time.monotonic(), set()
        while not expected <= (seen := seen | self.firing()):
            assert time.monotonic() - start < seconds, f"only {sorted(seen)} after {seconds} s"
            time.sleep(1)
            assert seen <= expected | beside | QUIET, f"fires without a reason: {seen - expected - beside - QUIET}"
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
    password = (STATE / "secrets" / "prometheus-password").read_text().split()[0]
    return Prometheus(f"https://{LAB['mon1']['ansible_host']}:9090", "oracle1", password, str(STATE / "pki" / "ca.crt"))


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
