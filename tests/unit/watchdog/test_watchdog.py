"""When the watchdog kills, fences and lifts, and what it takes for an answer."""
from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "roles/minio_watchdog/files"))

import minio_watchdog as watchdog  # noqa: E402

SETTINGS = {"own": "minio1", "fence": True, "kill_after": 3, "fence_after": 4, "lift_after": 3}
A, R, S = (watchdog.ANSWERS, 200), (watchdog.REFUSES, 0), (watchdog.SILENT, 0)
ILL = (watchdog.ANSWERS, 503)


def after(rounds, own="minio1", fenced=None, killed=float("-inf"), **settings):
    """The decision after rounds of answers of minio1, minio2 and minio3."""
    watch = watchdog.Watch({**SETTINGS, "own": own, **settings}, fenced=fenced, killed=killed)
    for answers in rounds:
        watch.note({f"minio{number}": answer for number, answer in enumerate(answers, start=1)})
    return watch.decide(now=1000.0)


@pytest.mark.parametrize(("rounds", "decision"), [
    ([(A, A, A)] * 9, ("", "")),
    ([(A, A, S)] * 3, ("", "")),
    ([(A, A, S)] * 4, ("fence", "minio3")),
    ([(A, A, S)] * 3 + [(A, A, A), (A, A, S)], ("", "")),
    ([(A, A, R)] * 9, ("", "")),
    ([(S, A, A)] * 2, ("", "")),
    ([(S, A, A)] * 3, ("kill", "minio1")),
    # A second one that does not answer, for whatever reason, and also when it answers again first.
    ([(A, S, S)] * 9, ("", "")),
    ([(A, R, S)] * 9, ("", "")),
    ([(S, A, R)] * 9, ("", "")),
    ([(S, S, S)] * 9, ("", "")),
    ([(A, S, S)] * 9 + [(A, S, A)], ("", "")),
])
def test_only_the_one_that_is_silent_while_all_others_answer_is_killed_or_fenced(rounds, decision):
    assert after(rounds) == decision


def test_a_balancer_kills_nothing_and_fences():
    assert after([(S, A, A)] * 4, own=None) == ("fence", "minio1")


def test_fencing_can_be_left_out_and_one_kill_follows_another_after_a_rest():
    assert after([(A, A, S)] * 9, fence=False) == ("", "")
    assert after([(S, A, A)] * 9, killed=1000.0 - watchdog.REST + 1) == ("", "")
    assert after([(S, A, A)] * 9, killed=1000.0 - watchdog.REST) == ("kill", "minio1")


@pytest.mark.parametrize(("rounds", "own", "decision"), [
    ([(A, A, A)] * 2, "minio1", ("", "")),
    ([(A, A, A)] * 3, "minio1", ("lift", "minio3")),
    ([(A, A, A)] * 2 + [(A, A, S)], "minio1", ("", "")),
    # Between nodes the dead need no fence; a balancer waits until the server is of use.
    ([(A, A, R)], "minio1", ("lift", "minio3")),
    ([(A, A, R)], None, ("", "")),
    ([(A, A, ILL)] * 9, None, ("", "")),
    # Never two at once.
    ([(A, S, S)] * 9, "minio1", ("", "")),
    ([(A, S, ILL)] * 9, "minio1", ("", "")),
])
def test_a_fence_is_lifted_when_its_server_answers_again(rounds, own, decision):
    assert after(rounds, own=own, fenced="minio3") == decision


def test_two_servers_are_too_few_to_judge():
    watch = watchdog.Watch(SETTINGS)
    for _round in range(9):
        watch.note({"minio1": A, "minio2": S})
    assert watch.decide(1000.0) == ("", "")


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def reply(listener, text: bytes) -> None:
    """Take one connection and say this."""
    def serve() -> None:
        link, _address = listener.accept()
        with link:
            link.recv(1024)
            link.sendall(text)
    threading.Thread(target=serve, daemon=True).start()


@pytest.mark.parametrize(("text", "answer"), [
    (b"HTTP/1.1 200 OK\r\n\r\n", (watchdog.ANSWERS, 200)),
    (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", (watchdog.ANSWERS, 503)),
    (b"", (watchdog.REFUSES, 0)),
])
def test_what_is_said_is_an_answer(listener, text, answer, monkeypatch):
    monkeypatch.setattr(watchdog.socket, "SO_MARK", socket.SO_KEEPALIVE)  # marks are root's
    reply(listener, text)
    assert watchdog.ask({"address": "127.0.0.1", "port": listener.getsockname()[1]}, 2, "/", tls=False) == answer


def test_a_frozen_server_is_silent_and_a_dead_one_refuses(listener, monkeypatch):
    monkeypatch.setattr(watchdog.socket, "SO_MARK", socket.SO_KEEPALIVE)
    server = {"address": "127.0.0.1", "port": listener.getsockname()[1]}
    assert watchdog.ask(server, 0.3, "/", tls=True) == S
    assert watchdog.ask(server, 0.3, "/", tls=False) == S
    listener.close()
    assert watchdog.ask(server, 0.3, "/", tls=True) == R


def test_a_wrong_protocol_is_a_sign_of_life(listener, monkeypatch):
    monkeypatch.setattr(watchdog.socket, "SO_MARK", socket.SO_KEEPALIVE)
    reply(listener, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert watchdog.ask({"address": "127.0.0.1", "port": listener.getsockname()[1]}, 2, "/", tls=True)[0] == watchdog.ANSWERS


def test_the_fence_resets_what_goes_to_the_server_and_lets_the_questions_pass():
    text = watchdog.rules(["198.51.100.13", "2001:db8::13"], 9000)
    assert "ip daddr 198.51.100.13 tcp dport 9000 reject" in text and "ip6 daddr 2001:db8::13 tcp dport 9000 reject" in text
    assert text.count(f"meta mark != {watchdog.MARK}") == 2
