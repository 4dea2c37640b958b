# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server on loopback, the wire to it watched, and the modules run in this process."""
from __future__ import annotations

import base64
import contextlib
import http.server
import importlib
import io
import itertools
import json
import os
import platform
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Sequence

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "collections"))

ACCESS_KEY, SECRET_KEY = "rootadmin", "a-root-secret-nobody-may-see"
READING = (b"GET", b"HEAD")
# The only key of the server's KMS, and the name of its only target for notifications.
KMS_KEY, NOTIFICATION_TARGET = "the-only-key", "arn:minio:sqs::PRIMARY:webhook"
# Tests run in several processes, gw0 and on.
PORTS = itertools.count(20000 + 1000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")))
# A question that the admin API takes by POST.
QUESTION = b"/minio/admin/v3/background-heal/status"


def binary(variable: str, name: str) -> str:
    """A binary from the environment, from the cache of the role minio_release (its default release), or from the path."""
    defaults = yaml.safe_load((ROOT / "roles/minio_release/defaults/main.yml").read_text(encoding="utf-8"))
    component, release = {"minio": ("server", "minio_release"), "mc": ("client", "minio_release_client")}[name]
    arch = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    cached = Path(defaults["minio_release_cache_dir"]).expanduser() / "artifacts" / component / defaults[release] / arch / name
    found = os.environ.get(variable) or (str(cached) if cached.exists() else shutil.which(name))
    if not found or not os.access(found, os.X_OK):
        pytest.exit(f"{name} is missing: run tests/binaries.py, or set {variable}", 2)
    return found


def free_port() -> int:
    """A port on which nobody listens, from the range of this process: below those that the kernel gives to clients."""
    while True:
        port = next(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Wire:
    """A forwarder in front of the server that notes the request lines that pass."""

    LINE = re.compile(rb"\A(GET|HEAD|PUT|POST|DELETE) (\S+) HTTP/1\.1\r\n")

    def __init__(self, target: int) -> None:
        self.requests: list[tuple[bytes, bytes]] = []
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def writes(self) -> list[tuple[bytes, bytes]]:
        return [request for request in self.requests if request[0] not in READING and request[1] != QUESTION]

    def _accept(self) -> None:
        while True:
            client, _address = self._listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                # The server restarts: its clients are refused.
                client.close()
                continue
            for source, sink, watched in ((client, server, True), (server, client, False)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pump, args=(source, sink, watched), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, watched: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                line = self.LINE.match(data) if watched else None
                if line:
                    self.requests.append((line[1], line[2]))
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


class Receiver:
    """A webhook that keeps what it is sent, decoded. equipment: variables of a server that can encrypt and notifies it."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if body:
                    receiver.events.append(json.loads(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Nothing is printed."""

        listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{listener.server_address[1]}/events"
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        self.equipment = {
            "MINIO_KMS_SECRET_KEY": f"{KMS_KEY}:{base64.b64encode(bytes(range(32))).decode()}",
            "MINIO_NOTIFY_WEBHOOK_ENABLE_PRIMARY": "on", "MINIO_NOTIFY_WEBHOOK_ENDPOINT_PRIMARY": self.url}


@dataclass
class Server:
    """A running MinIO and what is needed to speak to it."""

    port: int
    wire: Wire
    directory: Path
    receiver: Receiver | None = None
    process: subprocess.Popen[bytes] | None = None
    # Further servers that mc shall know, by alias.
    aliases: dict[str, str] = field(default_factory=dict)
    names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def direct(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def connection(self) -> dict[str, Any]:
        return {"endpoint": f"http://127.0.0.1:{self.wire.port}", "access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "retries": 1}

    def new(self, kind: str = "bucket") -> str:
        return f"{kind}-{next(self.names)}"

    def mc(self, *arguments: str, check: bool = True) -> Any:
        """Run mc with the alias s3 and return the last line of its JSON."""
        output = self.text("--json", *arguments, check=check)
        return json.loads(output.splitlines()[-1]) if output.strip() else None

    def text(self, *arguments: str, check: bool = True) -> str:
        """Run mc with the alias s3 and return what it prints."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory), "MC_CONFIG_DIR": str(self.directory / "mc"),
                       **{f"MC_HOST_{alias}": address.replace("://", f"://{ACCESS_KEY}:{SECRET_KEY}@")
                          for alias, address in {"s3": self.direct, **self.aliases}.items()}}
        done = subprocess.run([binary("MC_BINARY", "mc"), *arguments], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done.stdout

    def restart(self) -> None:
        """Restart the process and wait until it takes writes again."""
        log = self.directory / "log"
        before = log.read_text().count("API: ")
        self.mc("admin", "service", "restart", "s3")
        for _attempt in range(300):
            if log.read_text().count("API: ") > before:
                break
            time.sleep(0.1)
        assert takes_writes(self.direct), log.read_text()

    def boto3(self) -> Any:
        import boto3
        return boto3.client("s3", endpoint_url=self.direct, aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY,
                            region_name="us-east-1")

    def minio(self, access_key: str = ACCESS_KEY, secret_key: str = SECRET_KEY) -> Any:
        import minio
        return minio.Minio(f"127.0.0.1:{self.port}", access_key, secret_key, secure=False)

    def signs(self, access_key: str, secret_key: str) -> bool:
        """Whether the server takes this credential for valid, whatever it may do."""
        from minio.error import S3Error
        try:
            self.minio(access_key, secret_key).list_buckets()
        except S3Error as error:
            if error.code in ("SignatureDoesNotMatch", "InvalidAccessKeyId"):
                return False
            assert error.code == "AccessDenied", error
        return True


def start(directory: Path, drives: int, certs: Path | None = None, pools: Sequence[str] = ("drive",),
          **variables: str) -> tuple[subprocess.Popen[bytes], int]:
    """A server of its own, with more variables in its environment; returns when it takes writes. A pool's drives are named after it."""
    port = free_port()
    for pool, number in itertools.product(pools, range(1, drives + 1)):
        (directory / f"{pool}{number}").mkdir(parents=True, exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "MINIO_ROOT_USER": ACCESS_KEY,
                   "MINIO_ROOT_PASSWORD": SECRET_KEY, "MINIO_CI_CD": "1", "MINIO_BROWSER": "off", **variables}
    with open(directory / "log", "wb") as log:
        process = subprocess.Popen(
            [binary("MINIO_BINARY", "minio"), "server", "--address", f"127.0.0.1:{port}", "--certs-dir", str(certs or directory / "none"),
             *(f"{directory}/{pool}{{1...{drives}}}" for pool in pools)],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    if takes_writes(f"{'https' if certs else 'http'}://127.0.0.1:{port}"):
        return process, port
    process.kill()
    raise RuntimeError((directory / "log").read_text())


def takes_writes(url: str) -> bool:
    """Wait for a server."""
    for _attempt in range(300):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"{url}/minio/health/cluster", timeout=5, context=ssl._create_unverified_context()) as answer:
                if answer.status == 200:
                    return True
        time.sleep(0.1)
    return False


@contextlib.contextmanager
def running(directory: Path, drives: int = 4, **options: Any) -> Iterator[Server]:
    """A server of its own for as long as the context lasts: so many drives a pool; options are those of start."""
    process, port = start(directory, drives, **options)
    # A test may have started another process in the place of this one.
    started = Server(port, Wire(port), directory, process=process)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()


@contextlib.contextmanager
def equipped(directory: Path) -> Iterator[Server]:
    """A server that can encrypt, and that has a target for notifications."""
    receiver = Receiver()
    with running(directory, **receiver.equipment) as started:
        started.receiver = receiver
        yield started


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of most tests."""
    with equipped(tmp_path_factory.mktemp("minio")) as started:
        yield started


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Another server, for what needs two. It has neither a KMS nor targets for notifications."""
    with running(tmp_path_factory.mktemp("second")) as started:
        yield started


@pytest.fixture(scope="session")
def tier(server: Server, second: Server) -> str:
    """The name of a remote tier, on the second server."""
    return add_tier(server, second)


def add_tier(server: Server, remote: Server) -> str:
    remote.mc("mb", "--ignore-existing", "s3/cold")
    server.mc("ilm", "tier", "add", "minio", "s3", "COLD", "--endpoint", remote.direct, "--access-key", ACCESS_KEY,
              "--secret-key", SECRET_KEY, "--bucket", "cold")
    return "COLD"


@dataclass(frozen=True)
class Directory:
    """A running LDAP directory, the one of directory.py, and the wish for a server that uses it."""

    port: int
    password: str = "directory-secret nobody 'may' see"

    @property
    def wish(self) -> dict[str, Any]:
        return {"server_addr": f"127.0.0.1:{self.port}", "server_insecure": True, "lookup_bind_dn": "cn=reader,dc=example,dc=com",
                "lookup_bind_password": self.password, "user_dn_search_base_dn": ["ou=people,dc=example,dc=com"],
                "user_dn_search_filter": "(uid=%s)", "group_search_base_dn": ["ou=groups,dc=example,dc=com"],
                "group_search_filter": "(&(objectclass=groupOfNames)(member=%d))"}


@pytest.fixture(scope="session")
def directory() -> Iterator[Directory]:
    process = subprocess.Popen([sys.executable, "-W", "ignore", str(Path(__file__).with_name("directory.py")), Directory.password],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield Directory(int(process.stdout.readline()))
    process.stdin.close()
    process.wait()


def execute(name: str, params: dict[str, Any], check: bool, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a module in this process, as Ansible would with --diff, and return what it returns."""
    from ansible.module_utils.testing import patch_module_args
    entry = importlib.import_module(f"ansible_collections.oracle1.minio.plugins.modules.{name}")
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in (environment or {}).items():
            patch.setenv(variable, value)
        with patch_module_args({**params, "_ansible_check_mode": check, "_ansible_diff": True}), contextlib.redirect_stdout(output):
            with contextlib.suppress(SystemExit):
                entry.main()
    return json.loads(output.getvalue())


Run = Callable[..., dict[str, Any]]


def runner(server: Server) -> Run:
    """run(module, params) -> result. With check=True the wire is watched: a writing request fails the test."""
    def call(name: str, params: dict[str, Any], check: bool = False) -> dict[str, Any]:
        before = len(server.wire.requests), len(server.wire.writes)
        result = execute(name, {**server.connection, **params}, check)
        if check:
            assert server.wire.writes[before[1]:] == [], "check mode sent a writing request"
        if "requests" in result:
            sent = len(server.wire.requests) - before[0], len(server.wire.writes) - before[1]
            assert result["requests"] == {"reads": sent[0] - sent[1], "writes": sent[1]}
        return result
    return call


@pytest.fixture
def run(server: Server) -> Run:
    return runner(server)


def converger(run: Run) -> Run:
    """Check, run, run again; returns the real run's result after comparing the three. The wire sees that the check writes nothing."""
    def call(name: str, params: dict[str, Any], repeats: bool = True) -> dict[str, Any]:
        predicted = run(name, params, check=True)
        real = run(name, params)
        assert not real.get("failed"), real["msg"]
        assert without_requests(predicted) == without_requests(real), "check mode predicted something else"
        if repeats:
            second = run(name, params)
            assert second["changed"] is False and second["requests"]["writes"] == 0, second
        return real
    return call


@pytest.fixture
def converge(run: Run) -> Run:
    return converger(run)


def without_requests(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name not in ("requests", "invocation")}


def eventually(look: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it becomes true in this time."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def as_documented(info: Mapping[str, Any]) -> None:
    """Compare the keys of what info returned, down to the inside of lists, with its documentation."""
    entry = importlib.import_module("ansible_collections.oracle1.minio.plugins.modules.info")

    def compare(value: Mapping[str, Any], contains: Mapping[str, Any], missing: bool) -> None:
        assert set(value) <= set(contains) if missing else set(value) == set(contains)
        for name, described in contains.items():
            inner = value.get(name)
            for item in (inner[:1] if isinstance(inner, list) else [inner]) if inner and "contains" in described else []:
                compare(item, described["contains"], False)
    compare(info, yaml.safe_load(entry.RETURN)["info"]["contains"], True)


def round_trip(run: Run, *secrets: str, **options: Any) -> dict[str, Any]:
    """Export, see that no secret is in it and that applying it changes nothing, and return what was exported."""
    exported = run("export", options)
    assert not exported.get("failed"), exported["msg"]
    assert not any(secret in json.dumps(exported) for secret in secrets)
    for check in (True, False):
        applied = run("apply", {"manifest": exported["manifest"]}, check=check)
        assert not applied.get("failed"), applied["msg"]
        assert applied["changed"] is False and applied["counts"]["unchanged"] == applied["counts"]["total"], applied["results"]
    return exported
