# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's configuration, from every state in the tables to every other, and by the side of mc and of the environment."""
from __future__ import annotations

import contextlib
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterator

import pytest
from conftest import ACCESS_KEY, SECRET_KEY, Server, Wire, round_trip, start

from ansible_collections.oracle1.minio.plugins.module_utils import _config
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client, Connection
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem
from ansible_collections.oracle1.minio.plugins.module_utils._resource import fulfil, observe, plan, want

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
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this file's own, which may be restarted, and whose environment overrides some keys."""
    directory = tmp_path_factory.mktemp("config")
    process, port = start(directory, 4, **{
        "MINIO_SCANNER_SPEED": "slow", "MINIO_API_DELETE_CLEANUP_INTERVAL": "10m",
        "MINIO_LOGGER_WEBHOOK_ENABLE_edge": "off", "MINIO_LOGGER_WEBHOOK_ENDPOINT_edge": "https://logs.example.com/"})
    yield Server(port, Wire(port), directory)
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def client(server: Server) -> Client:
    return Client(Connection([server.direct], ACCESS_KEY, SECRET_KEY, retries=0))


def exported(client: Client) -> str:
    """Everything the server runs with, secrets included."""
    return client.admin("GET", "config", decrypted=True).body.decode()


def restart(server: Server, client: Client) -> None:
    """Have the server start again, and wait until it is the new process that answers."""
    asked = time.monotonic()
    server.mc("admin", "service", "restart", "s3")
    for attempt in range(200):
        with contextlib.suppress(Problem):
            answer = client.admin("GET", "info", attempt="look").json()
            if answer["mode"] == "online" and answer["servers"][0].get("uptime", 0) <= time.monotonic() - asked:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not come back")


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
    listener = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
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


def test_what_is_not_mentioned_survives(converge, run, server):
    name = f"audit_webhook:{server.new('kept')}"
    run("config", {"name": name, "settings": {"enable": False, "endpoint": "https://a.example.com/", "batch_size": 4}, "secrets": {"auth_token": TOKEN}})
    result = converge("config", {"name": name, "settings": {"queue_size": 9}})
    assert result["config"] == {"name": name, "settings": {"queue_size": "9"}}
    shown = _config.printed(server.text("admin", "config", "get", "s3", "audit_webhook"))[0][name]
    assert (shown["enable"], shown["endpoint"], shown["batch_size"], shown["queue_size"]) == ("off", "https://a.example.com/", "4", "9")
    assert "auth_token" not in shown, "the server shows secrets that are empty only"


def test_what_is_configured_for_the_first_time_is_enabled(converge, run, server, receiver):
    name = f"audit_webhook:{server.new('new')}"
    assert converge("config", {"name": name, "settings": {"endpoint": receiver}})["config"]["settings"]["enable"] == "on"
    run("config", {"name": name, "settings": {"enable": False}})
    converge("config", {"name": name, "settings": {"endpoint": f"{receiver}/b"}})
    assert run("config", {"name": name, "settings": {"enable": False}}, check=True)["changed"] is False
    run("config", {"name": name, "state": "absent"})


def test_a_secret_is_sent_where_it_is_missing_and_when_asked_for(converge, run, server, client):
    name = f"audit_webhook:{server.new('secret')}"
    wish = {"name": name, "settings": {"enable": "off", "endpoint": "https://a.example.com/"}}
    run("config", wish)
    first = converge("config", {**wish, "secrets": {"auth_token": TOKEN}})
    assert first["changed"] is True and first["diff"]["after"]["secrets"] == "(not shown, newly set)" and TOKEN not in str(first)
    assert f"auth_token={TOKEN} " in exported(client)
    assert run("config", {**wish, "secrets": {"auth_token": "another-token"}})["changed"] is False
    result = converge("config", {**wish, "secrets": {"auth_token": "another-token"}, "update_secret": "always"}, repeats=False)
    assert result["changed"] is True and "auth_token=another-token " in exported(client)
    assert converge("config", {**wish, "secrets": {"auth_token": None}})["changed"] is True
    assert "another-token" not in exported(client)


def test_a_secret_that_the_server_shows_is_compared(converge, run, server):
    name = f"notify_postgres:{server.new('db')}"
    wish = {"name": name, "settings": {"enable": False, "table": "events"}}
    for password in ("first-password", "second-password"):
        result = converge("config", {**wish, "secrets": {"connection_string": f"host=192.0.2.1 password={password} sslmode=disable"}})
        assert result["changed"] is True and result["restart_needed"] is True and password not in str(result)


def test_what_needs_a_restart_is_compared_with_what_is_stored(converge, run, server, client, receiver):
    name = f"notify_webhook:{server.new('hook')}"
    wish = {"name": name, "settings": {"endpoint": f"{receiver}/ours", "queue_limit": 10}, "secrets": {"auth_token": TOKEN}}
    assert converge("config", wish)["restart_needed"] is True
    again = run("config", wish)
    assert (again["changed"], again["restart_needed"]) == (False, True)
    restart(server, client)
    again = run("config", wish)
    assert (again["changed"], again["restart_needed"]) == (False, False)
    server.mc("admin", "config", "set", "s3", name, f"endpoint={receiver}/theirs")
    again = run("config", {"name": name, "settings": {"endpoint": f"{receiver}/theirs"}})
    assert (again["changed"], again["restart_needed"]) == (False, True), "an address that waits is told, although no report shows it"
    server.mc("admin", "config", "set", "s3", name, "queue_limit=3")
    result = converge("config", wish)
    assert result["diff"]["before"]["settings"] == {"endpoint": f"{receiver}/theirs", "queue_limit": "3"}
    assert converge("config", {"name": name, "state": "absent"})["restart_needed"] is True
    again = run("config", {"name": name, "state": "absent"})
    assert (again["changed"], again["restart_needed"]) == (False, True), "the target runs until the restart"
    restart(server, client)
    assert run("config", {"name": name, "state": "absent"})["restart_needed"] is False


def test_what_mc_set_is_no_change(run, server, receiver):
    server.mc("admin", "config", "set", "s3", "site", "name=here", "region=eu-west-7", "comment=of mc")
    server.mc("admin", "config", "set", "s3", "compression", "extensions=.txt, .log", "allow_encryption=true")
    server.mc("admin", "config", "set", "s3", "lambda_webhook:fn", f"endpoint={receiver}/fn", f"auth_token={TOKEN}")
    for params in ({"name": "site", "settings": {"name": "here", "region": "eu-west-7", "comment": "of mc"}},
                   {"name": "compression", "settings": {"enable": True, "extensions": [".txt", ".log"], "allow_encryption": "on", "mime_types": None}},
                   {"name": "lambda_webhook:fn", "settings": {"enable": True, "endpoint": f"{receiver}/fn"}, "secrets": {"auth_token": TOKEN}}):
        for check in (True, False):
            result = run("config", params, check=check)
            assert result["changed"] is False and result["diff"]["before"] == result["diff"]["after"], result
    for name in ("site", "compression", "lambda_webhook:fn"):
        run("config", {"name": name, "state": "absent"})


def test_what_the_environment_overrides_is_told_and_refused(run, server):
    assert run("config", {"name": "scanner", "settings": {"speed": "slow"}})["changed"] is False
    assert run("config", {"name": "api", "settings": {"delete_cleanup_interval": "600s"}})["overridden"] == {
        "delete_cleanup_interval": "MINIO_API_DELETE_CLEANUP_INTERVAL"}
    for params in ({"name": "scanner", "settings": {"speed": "fast"}}, {"name": "scanner", "settings": {"speed": None}}):
        result = run("config", params)
        assert result["msg"] == ("config scanner: cannot change it: MINIO_SCANNER_SPEED in the server's environment overrides speed with 'slow': "
                                 "remove or change it there and restart the server")
    result = run("config", {"name": "logger_webhook:edge", "state": "absent"})
    assert result["failed"] and "MINIO_LOGGER_WEBHOOK_ENABLE_edge, MINIO_LOGGER_WEBHOOK_ENDPOINT_edge" in result["msg"]
    assert run("config", {"name": "logger_webhook:edge", "settings": {"endpoint": "https://logs.example.com/"}})["changed"] is False


@pytest.mark.parametrize(("params", "words"), [
    ({"name": "apis"}, "has no subsystem apis, only api, audit_kafka"),
    ({"name": "api", "settings": {"request_max": 1}}, "api has no request_max, only cluster_deadline, comment"),
    ({"name": "audit_webhook:x", "secrets": {"token": TOKEN}}, "audit_webhook has no token, only auth_token"),
    ({"name": "api:x", "settings": {"requests_max": 1}}, "api has no targets"),
    ({"name": "audit_webhook:a b", "settings": {"endpoint": "x"}}, "a target's name has"),
    ({"name": "audit_webhook:x"}, "settings is needed"),
    ({"name": "audit_webhook:x", "settings": {"endpoint": "x", "auth_token": "misplaced"}}, "auth_token holds a credential"),
    ({"name": "audit_webhook:x", "settings": {"endpoint": "x"}, "secrets": {"endpoint": TOKEN}}, "both in settings and in secrets"),
    ({"name": "notify_amqp:x", "settings": {"url": f"amqp://user:{TOKEN}@192.0.2.1"}}, "understand settings: url holds a credential"),
    ({"name": "api", "settings": {"cors_allow_origin": "a\nb"}}, "has a line break"),
    ({"name": "api", "settings": {"cors_allow_origin": {"a": 1}}}, "cors_allow_origin is a dictionary"),
    ({"name": "audit_webhook:x", "secrets": {"auth_token": {"a": TOKEN}}, "settings": {"endpoint": "x"}}, "auth_token is a dictionary"),
    ({"name": "api", "settings": {"comment": "odirect=off"}}, "cannot carry the value of comment"),
    ({"name": "api", "settings": {"comment": "a \"b\" c=d"}}, "cannot carry the value of comment"),
])
def test_what_the_server_would_misunderstand_is_refused(run, server, params, words):
    for check in (True, False):
        before = len(server.wire.writes)
        result = run("config", params, check=check)
        assert result["failed"] and words in result["msg"] and TOKEN not in str(result), result
        assert len(server.wire.writes) == before


def test_an_error_of_the_server_names_the_target_and_the_reason(run):
    result = run("config", {"name": "notify_webhook:gone", "settings": {"endpoint": "http://127.0.0.1:1/"}})
    assert result["failed"] and result["msg"].startswith("config notify_webhook:gone: cannot set enable, endpoint: ")
    assert "connection refused" in result["msg"]


@pytest.mark.parametrize("value", [
    "'", '"', "''", '"x"', "'x'", " before", "after ", "   ", 'a "b" c', 'a"b c', '"a b', 'a b"', "#x", "x=y", "x=y z=1", "ü €", "a\\nb", "$HOME", "a  b",
    "enable", 'a" b=c "d', ""])
def test_odd_text_arrives_as_it_is_or_is_refused(converge, run, client, value):
    """The stored text is read from the health report, which is JSON and needs no parsing of ours."""
    run("config", {"name": "api", "settings": {"comment": "another"}})
    result = run("config", {"name": "api", "settings": {"comment": value}})
    stored = _config._stored(client, "api")["comment"]
    if result.get("failed"):
        assert "cannot carry the value of comment" in result["msg"] and stored == "another"
    else:
        assert stored == value and converge("config", {"name": "api", "settings": {"comment": value}})["changed"] is False


def test_writes_at_the_same_time_lose_nothing(server, client):
    """In one process, as apply has them: the server itself would lose some."""
    def make(number: int) -> None:
        wanted = want(_config.CONFIG, {"name": f"notify_nsq:n{number}", "settings": {"enable": False, "topic": number, "nsqd_address": "127.0.0.1:1"}})
        observed = observe(client, wanted)
        fulfil(client, wanted, observed, plan(wanted, observed))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(16)))
    assert {number for number in range(16) if _config._stored(client, f"notify_nsq:n{number}")} == set(range(16))


def test_a_reset_brings_the_defaults_and_only_dynamic_subsystems_apply_it(server, client):
    """Of every subsystem that the server knows, so that the tables agree with the server's."""
    names = [item["key"] for item in client.admin("GET", "help-config-kv", {"subSys": "", "key": ""}).json()["keysHelp"]]
    assert len(names) > 30
    for name in names:
        answer = client.admin("DELETE", "del-config-kv", body=name.encode(), encrypted=True)
        assert (answer.headers.get("x-minio-config-applied") == "true") is (name in _config.DYNAMIC), name
        help_ = _config._help(client, name)
        stored = _config._stored(client, name)
        assert {key: value for key, value in stored.items() if not help_.same(key, value, help_.default(key))} == {}, name
        assert set(help_.defaults) <= set(stored)


def test_an_export_has_what_somebody_has_set_and_no_credential(run, server, client, receiver):
    for entry in run("export", {"kinds": ["config"]})["manifest"]["config"]:
        run("config", {"name": entry["name"], "state": "absent"})
    restart(server, client)
    empty = round_trip(run, kinds=["config"])
    assert (empty["manifest"], empty["withheld"]) == ({"config": []}, []), "nothing of the environment, and no default"
    run("config", {"name": "api", "settings": {"requests_max": 800, "cluster_deadline": "90s", "comment": "it's ours"}})
    run("config", {"name": "scanner", "settings": {"alert_excess_versions": 7}})
    run("config", {"name": "compression", "settings": {"extensions": None, "mime_types": ""}})
    run("config", {"name": "audit_webhook:siem", **AUDIT[1]})
    run("config", {"name": "notify_webhook:hook", "settings": {"endpoint": f"{receiver}/hook", "queue_limit": 5}, "secrets": {"auth_token": TOKEN}})
    run("config", {"name": "notify_postgres:db", "settings": {"enable": False, "table": "events"},
                   "secrets": {"connection_string": f"host=192.0.2.1 password={TOKEN} sslmode=disable"}})
    run("config", {"name": "notify_amqp:queue", "settings": {"enable": False, "exchange": "e"},
                   "secrets": {"url": f"amqp://user:{TOKEN}@192.0.2.1:5672"}})
    expected = [
        {"name": "api", "settings": {"cluster_deadline": "90s", "comment": "it's ours", "requests_max": "800"}},
        {"name": "audit_webhook:siem", "settings": {"enable": "off", "endpoint": "https://siem.example.com/", "queue_size": "7"}},
        {"name": "compression", "settings": {"enable": "on", "mime_types": ""}},
        {"name": "notify_amqp:queue", "settings": {"enable": "off", "exchange": "e"}},
        {"name": "notify_postgres:db", "settings": {"enable": "off", "table": "events"}},
        {"name": "notify_webhook:hook", "settings": {"enable": "on", "endpoint": f"{receiver}/hook", "queue_limit": "5"}},
        {"name": "scanner", "settings": {"alert_excess_versions": "7"}},
    ]
    secret = [("audit_webhook:siem", "auth_token"), ("notify_amqp:queue", "url"), ("notify_postgres:db", "connection_string"),
              ("notify_webhook:hook", "auth_token")]
    for restarted in (False, True):
        if restarted:
            restart(server, client)
        exported = round_trip(run, TOKEN, kinds=["config"])
        assert exported["manifest"]["config"] == expected
        assert exported["withheld"] == [{"kind": "config", "name": name, "options": [option]} for name, option in secret]
