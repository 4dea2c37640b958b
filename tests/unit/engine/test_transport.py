# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the transport does when answers fail: a real HTTP server on loopback that answers as it is told."""
from __future__ import annotations

import http.server
import threading

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils._client import Client, Connection
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Rejected, Unreachable


@pytest.fixture
def answers():
    """answers(status, ...) -> client and the list of request lines; status 0 closes the connection without an answer."""
    servers = []

    def make(*statuses, body=b"{}", retries=3):
        left, seen = list(statuses), []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                seen.append(f"{self.command} {self.path}")
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status = left.pop(0)
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_DELETE = answer

            def log_message(self, *arguments):
                """Say nothing."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return Client(Connection([f"http://127.0.0.1:{server.server_port}"], "access", "the-secret", timeout=5, retries=retries)), seen
    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr("ansible_collections.oracle1.minio.plugins.module_utils._client.time.sleep", lambda seconds: None)


@pytest.mark.parametrize("first", [503, 502, 504, 0])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_passing_failure_is_repeated(answers, first, method):
    client, seen = answers(first, first, 200)
    assert client.admin(method, "x").json() == {}
    assert seen == [f"{method} /minio/admin/v3/x"] * 3
    assert client.reads + client.writes == 3


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 301])
def test_a_lasting_failure_is_not(answers, status):
    client, seen = answers(status, body=b'{"Code": "SomeCode", "Message": "some reason"}')
    with pytest.raises(Rejected) as caught:
        client.admin("GET", "x", attempt="look")
    assert (caught.value.code, caught.value.status, len(seen)) == ("SomeCode", status, 1)
    assert str(caught.value) == f"cannot look: some reason (SomeCode, HTTP {status})"


def test_what_must_not_arrive_twice_is_not_sent_again(answers):
    client, seen = answers(0, 200)
    with pytest.raises(Unreachable):
        client.admin("PUT", "add-service-account", body={}, repeatable=False)
    assert len(seen) == 1
    client, seen = answers(503, 200)
    client.admin("PUT", "add-service-account", body={}, repeatable=False)
    assert len(seen) == 2


def test_repetition_ends(answers):
    client, seen = answers(503, 503, 503, retries=2)
    with pytest.raises(Rejected):
        client.s3("GET", "bucket")
    assert len(seen) == 3


@pytest.mark.parametrize(("body", "code", "message"), [
    (b"<Error><Code>A</Code><Message>b</Message></Error>", "A", "b"), (b'{"Code": "A", "Message": "b"}', "A", "b"),
    (b"<html>Bad gateway", "HTTP400", "<html>Bad gateway"), (b"", "HTTP400", "the server gave no reason"), (b"{", "HTTP400", "{")])
def test_errors_in_every_shape(answers, body, code, message):
    client, _seen = answers(400, body=body)
    with pytest.raises(Rejected) as caught:
        client.s3("GET", "bucket")
    assert (caught.value.code, caught.value.reason) == (code, message)


@pytest.mark.parametrize(("query", "line"), [
    ({"lifecycle": ""}, "GET /bucket?lifecycle="), ({"name": "a/b c&d=é~"}, "GET /bucket?name=a%2Fb%20c%26d%3D%C3%A9~"),
    ({"b": "2", "a": "1"}, "GET /bucket?a=1&b=2"), (None, "GET /bucket")])
def test_queries_are_quoted_once(answers, query, line):
    client, seen = answers(200)
    client.s3("GET", "bucket", query)
    assert seen == [line]
