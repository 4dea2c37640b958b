"""Requests wait while the program runs, go on when it ends, and do not wait for one that is dead."""
from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _lb_drain as lb

PROGRAM = Path(__file__).parents[3] / "roles/minio_lb/files/minio_lb_hold.py"


@pytest.fixture
def holding(tmp_path: Path) -> Iterator:
    running = []

    def start(seconds: float) -> tuple[subprocess.Popen, str]:
        path = str(tmp_path / "socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(tmp_path / "notify"))
            manager.settimeout(10)
            running.append(subprocess.Popen([sys.executable, PROGRAM, tmp_path, str(seconds)], env={"NOTIFY_SOCKET": str(tmp_path / "notify")}))
            assert manager.recv(100) == b"READY=1"
        (tmp_path / "notify").unlink()
        assert (tmp_path / "on").exists()
        return running[-1], path

    yield start
    for process in running:
        process.kill()
        process.wait()


def ask(path: str) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(10)
    client.connect(path)
    client.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
    return client


def test_requests_wait_until_it_ends_and_all_are_let_through(holding):
    process, path = holding(60)
    clients = [ask(path) for _ in range(200)]
    time.sleep(0.5)
    clients[0].setblocking(False)
    with pytest.raises(BlockingIOError):
        clients[0].recv(100)
    clients[0].settimeout(10)
    process.send_signal(signal.SIGTERM)
    assert all(client.recv(100).startswith(b"HTTP/1.1 204 ") for client in clients)
    assert process.wait(10) == 0 and not Path(path).with_name("on").exists()


def test_it_ends_by_itself(holding):
    start = time.monotonic()
    process, path = holding(1)
    client = ask(path)
    assert client.recv(100).startswith(b"HTTP/1.1 204 ")
    assert process.wait(10) == 0 and 1 <= time.monotonic() - start < 10


def test_after_a_kill_nothing_waits_and_the_next_start_holds_again(holding):
    process, path = holding(60)
    process.kill()
    process.wait()
    with pytest.raises(ConnectionRefusedError):
        ask(path)
    process, path = holding(60)
    client = ask(path)
    process.terminate()
    assert client.recv(100).startswith(b"HTTP/1.1 204 ")


def test_a_balancer_that_is_not_prepared_holds_nothing():
    settings = {"directory": "/nonexistent", "port": 9000, "addresses": {}, "groups": []}
    assert lb.held(settings) is False
    lb.hold(settings, False)


def test_what_systemd_refuses_is_an_error_with_its_words():
    with pytest.raises(OSError, match=r"systemctl restart minio-lb-none\.service: \S"):
        lb.hold({"hold": "minio-lb-none.service"}, True)
