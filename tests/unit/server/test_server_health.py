"""Judging the server's account of the cluster, and its answers from a real socket."""
from __future__ import annotations

import contextlib
import http.server
import threading
import time
from typing import Any, Iterator

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _server_health as health
from ansible_collections.oracle1.minio.plugins.module_utils import _server_process as process
from ansible_collections.oracle1.minio.plugins.module_utils import _server_restart as restart


def server(name: str, state: str = "online", drive: str = "ok", version: str = "v1") -> dict[str, Any]:
    return {"endpoint": f"{name}:9000", "state": state, "version": version,
            "drives": [{"endpoint": f"http://{name}:9000/mnt/d1", "state": drive}]}


JUDGED = [
    ([server("a"), server("b")], [], []),
    ([server("a"), server("b", "offline")], [], ["node b:9000 is offline"]),
    ([server("a"), server("b", drive="unformatted")], [], ["drive http://b:9000/mnt/d1 is unformatted"]),
    ([server("a"), server("b", "initializing", "offline")], [], ["node b:9000 is initializing"]),
    ([server("a"), server("b", "initializing", "offline")], ["b"], []),
    ([server("a"), server("b", "offline", "offline")], ["b"], ["node b:9000 is offline"]),
    ([server("a"), server("b", "initializing"), server("c", drive="offline")], ["b"], ["drive http://c:9000/mnt/d1 is offline"]),
    ([server("a"), server("b", version="v2")], [], ["nodes run different versions: v1: a:9000; v2: b:9000"]),
]


@pytest.mark.parametrize(("servers", "waiting", "wrong"), JUDGED)
def test_what_is_wrong_with_the_cluster(servers: list[dict[str, Any]], waiting: list[str], wrong: list[str]) -> None:
    assert health.judge({"servers": servers}, waiting) == wrong


@contextlib.contextmanager
def listener(status: int, headers: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_address[1]}", asked
        listening.shutdown()


def order(endpoint: str, **other: Any) -> restart.Order:
    return restart.Order("minio.service", endpoint, None, "/absent", "/absent", None, 1, 0, **other)


def test_the_guard_asks_for_maintenance_and_lets_pass() -> None:
    with listener(200, {}) as (endpoint, asked):
        restart.guard(order(endpoint), process.Unit("minio.service"))
    assert asked == ["/minio/health/cluster?maintenance=true"]


def test_the_guard_refuses_with_the_reason() -> None:
    with listener(412, {}) as (endpoint, _asked):
        with pytest.raises(restart.Refused, match=r"restarting 127.0.0.1 would lose write quorum: .*HTTP 412.*Bring the other"):
            restart.guard(order(endpoint), process.Unit("minio.service"))


def test_the_guard_refuses_when_nobody_can_be_asked() -> None:
    with pytest.raises(restart.Refused, match="ConnectionRefusedError"):
        restart.guard(order("http://127.0.0.1:1", waiting=["a"]), process.Unit("minio.service"))


def test_an_answer_says_why() -> None:
    with listener(503, {"X-Minio-Server-Status": "offline"}) as (endpoint, _asked):
        assert health.Node(endpoint).cluster().text == "HTTP 503 (offline)"


def test_no_proxy_stands_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with listener(200, {}) as (endpoint, _asked):
        assert health.Node(endpoint).cluster().status == 200


def test_an_https_address_without_certificates_is_refused_with_the_remedy(tmp_path: Any) -> None:
    wanted = restart.Order("minio.service", "https://minio1:9000", None, "/absent", "/absent", str(tmp_path), 1, 0)
    with pytest.raises(restart.Refused, match="minio_tls"):
        restart.check_certificates(wanted)
    for name in ("public.crt", "private.key"):
        (tmp_path / name).write_text("")
    restart.check_certificates(wanted)


ENDED = [
    (process.Unit("u", load="loaded", active="active", pid=1), 0, ""),
    (process.Unit("u", load="loaded", active="activating", pid=1), 1, ""),
    (process.Unit("u", load="loaded", active="activating"), 2, "again and again"),
    (process.Unit("u", load="loaded", active="failed", result="exit-code"), 0, "the unit is failed (result: exit-code)"),
    (process.Unit("u", load="loaded", active="inactive", job=True), 0, ""),
    (process.Unit("u", load="loaded", active="inactive", assertion_failed=True), 0, "a drive is not mounted"),
    (process.Unit("u"), 0, "does not exist"),
]


@pytest.mark.parametrize(("unit", "restarts", "expected"), ENDED)
def test_waiting_ends_when_it_is_in_vain(unit: process.Unit, restarts: int, expected: str) -> None:
    fault = restart.ended(unit, restarts)
    assert fault == "" if not expected else expected in fault
