# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's configuration, from every state in the tables to every other, and by the side of mc and of the environment."""
from __future__ import annotations

import itertools
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Iterator

import pytest
from conftest import Server, Wire, execute, start

from ansible_collections.oracle1.minio.plugins.module_utils import _config

TOKEN = "one-token-nobody-may-see"
API: list[dict[str, Any]] = [
    {"requests_max": 800, "cluster_deadline": "90s", "odirect": True, "cors_allow_origin": "*"},
    {"requests_max": 0, "cluster_deadline": "2m", "odirect": False, "cors_allow_origin": ["https://a.example.com", "https://b.example.com"]},
    {"requests_max": None, "cluster_deadline": None, "odirect": None, "cors_allow_origin": None},
    {"cluster_deadline": "1m30s", "comment": "it's for \"us\", not 'them'"},
]
BROWSER = [
    {"csp_policy": "default-src 'self';  img-src 'self' https://example.com;"},
    {"csp_policy": "'self'", "hsts_seconds": 5},
    {"csp_policy": "default-src 'none'", "hsts_seconds": None},
    {"csp_policy": None},
]
AUDIT: list[dict[str, Any]] = [
    {"settings": {"enable": False, "endpoint": "https://siem.example.com/a?b=c&d=e"}},
    {"settings": {"enable": "off", "endpoint": "https://siem.example.com/", "queue_size": 7}, "secrets": {"auth_token": TOKEN}},
    {"settings": {"enable": "disabled", "endpoint": "https://other.example.com/", "batch_size": 3, "queue_size": None},
     "secrets": {"auth_token": None}},
    {"state": "absent"},
]


def pairs(states: list[Any]) -> list[tuple[int, int]]:
    return list(itertools.permutations(range(len(states)), 2))


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    """The address of something that takes events."""
    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing is printed."""
    listener = HTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listener.server_address[1]}"
    listener.shutdown()


@pytest.mark.parametrize(("name", "states", "first", "second"), [
    *(("api", API, *pair) for pair in pairs(API)), *(("browser", BROWSER, *pair) for pair in pairs(BROWSER))])
def test_settings_from_state_to_state(converge, run, name, states, first, second):
    run("config", {"name": name, "settings": states[first]})
    result = converge("config", {"name": name, "settings": states[second]})
    assert result["restart_needed"] is False and set(result["config"]["settings"]) == set(states[second])


@pytest.mark.parametrize(("first", "second"), pairs(AUDIT))
def test_target_from_state_to_state(converge, run, first, second):
    run("config", {"name": "audit_webhook:siem", **AUDIT[first]})
    result = converge("config", {"name": "audit_webhook:siem", **AUDIT[second]})
    assert result["changed"] is True and TOKEN not in str(result)
