# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the engine share: objects in memory, a real HTTP server on loopback, and no waiting."""
from __future__ import annotations

import http.server
import ssl
import threading
import time
from typing import Any, Callable, Iterator

import pytest
from things import Memory

from ansible_collections.oracle1.minio.plugins.module_utils import _client


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not believe the certificate is part of a test."""


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[str, list[str]]]]:
    """serve(answer, tls) -> URL and the list of request lines. answer(line) -> status and body; 0 closes without an answer."""
    servers = []

    def make(answer: Callable[[str], tuple[int, bytes]], tls: ssl.SSLContext | None = None) -> tuple[str, list[str]]:
        seen: list[str] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                line = f"{self.command} {self.path}"
                seen.append(line)
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, body = answer(line)
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = respond

            def log_message(self, *arguments: Any) -> None:
                """Say nothing."""

        server = Server(("127.0.0.1", 0), Handler)
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}", seen
    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def answers(serve: Callable[..., tuple[str, list[str]]]) -> Callable[..., tuple[_client.Client, list[str]]]:
    """answers(status, ...) -> client and the list of request lines; the statuses are answered one after the other."""
    def make(*statuses: int, body: bytes = b"{}", retries: int = 3) -> tuple[_client.Client, list[str]]:
        left = list(statuses)
        url, seen = serve(lambda line: (left.pop(0), body))
        return _client.Client(_client.Connection([url], "access", "the-secret", timeout=5, retries=retries)), seen
    return make
