"""When the watchdog kills, fences and lifts, and what it takes for an answer."""
from __future__ import annotations

import json
import socket
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "roles/minio_watchdog/files"))

import minio_watchdog as watchdog  # noqa: E402

SETTINGS = {"own": "minio1", "fence": True, "kill_after": 3, "fence_after": 4, "lift_after": 3, "settle": 5, "clock": 10}
NAMES = ["minio1", "minio2", "minio3"]
A, R, S = watchdog.Answer(watchdog.ANSWERS, 200), watchdog.Answer(watchdog.REFUSES), watchdog.Answer(watchdog.SILENT)
ILL = watchdog.Answer(watchdog.ANSWERS, 503)


def after(rounds, own="minio1", fenced=None, killed=float("-inf"), views=None, **settings):
    """The decision after rounds of answers of minio1, minio2 and minio3, when the others' watchdogs say this of the suspect.

    Without `views` every other node cannot reach the suspect either.
    """
    watch = watchdog.Watch({**SETTINGS, "own": own, **settings}, fenced=fenced, killed=killed)
    for answers in rounds:
        watch.note(dict(zip(NAMES, answers)))
        if watch.suspect:
            watch.hear({name: [watch.suspect] for name in NAMES if name != own} if views is None else views)
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


@pytest.mark.parametrize(("views", "decision"), [
    # minio1 finds minio3 silent. What does minio2 say?
    ({"minio2": ["minio3"]}, ("fence", "minio3")),
    ({"minio2": []}, ("", "")),
    ({"minio2": ["minio1"]}, ("", "")),
    # Nobody says anything: this node may be the one that is cut off.
    ({"minio2": None}, ("", "")),
    ({}, ("", "")),
    # What the suspect says of itself, and what strangers say, does not count.
    ({"minio2": [], "minio3": ["minio3"]}, ("", "")),
    ({"minio2": [], "minio9": ["minio3"]}, ("", "")),
])
def test_a_node_fences_only_whom_a_majority_of_the_cluster_cannot_reach(views, decision):
    assert after([(A, A, S)] * 4, views=views) == decision


@pytest.mark.parametrize(("nodes", "agreeing", "fences"), [(3, 2, True), (3, 1, False), (4, 2, False), (4, 3, True), (5, 2, False), (5, 3, True), (2, 1, False)])
def test_a_majority_is_more_than_half_of_all_nodes_whether_they_can_be_asked_or_not(nodes, agreeing, fences):
    servers = [f"minio{number}" for number in range(1, nodes + 1)]
    suspect = servers[-1]
    views = {name: [suspect] if number < agreeing else None for number, name in enumerate(servers[1:-1], start=1)}
    assert watchdog.majority(suspect, "minio1", servers, views) is fences


def cluster_after(rounds, lost):
    """What each of three nodes decides when these pairs cannot hear each other: each asks the others as in `look`."""
    watches = {own: watchdog.Watch({**SETTINGS, "own": own}) for own in NAMES}
    decisions = {}
    for _round in range(rounds):
        for own, watch in watches.items():
            watch.note({name: S if {own, name} in lost else A for name in NAMES})
        for own, watch in watches.items():
            if watch.suspect:
                watch.hear({name: None if {own, name} in lost else watches[name].unreachable for name in NAMES if name not in (own, watch.suspect)})
            decisions[own] = watch.decide(1000.0)
    return decisions


def test_two_nodes_that_do_not_hear_each_other_do_not_fence_while_the_third_hears_both():
    assert cluster_after(9, lost=[{"minio2", "minio3"}]) == dict.fromkeys(NAMES, ("", ""))


def test_a_node_that_nobody_hears_is_fenced_by_the_others_and_fences_nobody():
    lost = [{"minio1", "minio3"}, {"minio2", "minio3"}]
    assert cluster_after(4, lost) == {"minio1": ("fence", "minio3"), "minio2": ("fence", "minio3"), "minio3": ("", "")}


def test_a_fence_is_lifted_when_the_majority_has_been_gone_for_some_rounds():
    silent = [(A, A, S)]
    assert after(silent * 9, fenced="minio3") == ("", "")
    assert after(silent * 2, fenced="minio3", views={"minio2": None}) == ("", "")
    assert after(silent * 3, fenced="minio3", views={"minio2": None}) == ("lift", "minio3")
    assert after(silent * 3, fenced="minio3", views={"minio2": []}) == ("lift", "minio3")
    # A balancer's fence parts no nodes.
    assert after(silent * 9, fenced="minio3", own=None, views={}) == ("", "")


def test_a_balancer_needs_no_majority():
    assert after([(A, A, S)] * 4, own=None, views={}) == ("fence", "minio3")


def test_a_node_says_whom_it_cannot_reach_also_when_that_is_more_than_one_and_while_it_fences():
    watch = watchdog.Watch(SETTINGS)
    for _round in range(4):
        watch.note(dict(zip(NAMES, (A, S, S))))
    assert watch.unreachable == ["minio2", "minio3"] and watch.suspect is None
    watch.fenced = "minio3"
    watch.note(dict(zip(NAMES, (A, A, A))))
    assert watch.unreachable == ["minio3"]


def test_nobody_is_asked_where_fencing_is_off_or_by_a_balancer():
    for settings in ({"fence": False}, {"own": None}):
        watch = watchdog.Watch({**SETTINGS, **settings})
        for _round in range(9):
            watch.note(dict(zip(NAMES, (A, A, S))))
        assert watch.suspect is None


PAIRS = [["minio1"], ["minio2"], ["minio3"], ["minio1", "minio2"], ["minio2", "minio3"], ["minio1", "minio3"]]


def left_out(rounds, drained=(), groups=PAIRS):
    """Whom a balancer keeps requests from after these rounds."""
    watch = watchdog.Watch({**SETTINGS, "own": None})
    for answers in rounds:
        watch.note(dict(zip(NAMES, answers)), drained)
    return watch.returning(drained, groups)


@pytest.mark.parametrize(("rounds", "names"), [
    ([(A, A, A)] * 9, set()),
    ([(A, A, R)], {"minio3"}),
    ([(A, A, R)] + [(A, A, A)] * 4, {"minio3"}),
    ([(A, A, R)] + [(A, A, A)] * 5, set()),
    # In a row, and with its write quorum.
    ([(A, A, R)] + [(A, A, A)] * 4 + [(A, A, ILL)] + [(A, A, A)] * 4, {"minio3"}),
    ([(A, A, R)] + [(A, A, ILL)] * 99, {"minio3"}),
    ([(A, R, R)] + [(A, A, A)] * 4, {"minio2", "minio3"}),
    ([(A, R, R), (A, A, R)] + [(A, A, A)] * 4, {"minio3"}),
    # Somebody must serve: after a power cut all come back together.
    ([(R, R, R)] + [(A, A, A)] * 4, set()),
    ([(A, R, R)] + [(A, A, A)] * 3 + [(ILL, A, A)], set()),
    ([(A, R, R)] + [(A, A, A)] * 3 + [(S, A, A)], set()),
    # What only waits has not looked for its peers anew.
    ([(A, A, S)] * 9 + [(A, A, A)], set()),
])
def test_a_server_that_comes_back_gets_no_requests_until_it_has_been_of_use_for_a_while(rounds, names):
    assert left_out(rounds) == names


def test_who_drains_a_server_says_when_it_is_of_use():
    assert left_out([(A, A, R)] * 3 + [(A, A, A)], drained=["minio3"]) == set()
    watch = watchdog.Watch({**SETTINGS, "own": None})
    for answers in [(A, A, R)] * 3 + [(A, A, A)]:
        watch.note(dict(zip(NAMES, answers)), ["minio3"])
    watch.note(dict(zip(NAMES, (A, A, A))))
    assert watch.returning([], PAIRS) == set()


def test_only_sets_that_nginx_is_prepared_for_are_left_out_and_never_all():
    gone = [(A, R, R)]
    assert left_out(gone, groups=PAIRS[:4]) in ({"minio2"}, {"minio3"})
    assert left_out(gone, groups=[]) == set()
    # Another set than those nginx knows would leave nobody out, not even the drained.
    assert left_out([(A, A, R)], drained=["minio1"], groups=PAIRS[:5]) == set()
    assert left_out([(A, A, R)], drained=["minio1"]) == {"minio3"}
    assert left_out(gone, drained=["minio1"]) == set()


def told(*clocks):
    """Healthy answers of minio1, minio2 and minio3 whose clocks are ahead by so many seconds; None for an answer without a date."""
    return tuple(A._replace(ahead=ahead) for ahead in clocks)


@pytest.mark.parametrize(("clocks", "name"), [
    ((0, 0, 0), None),
    ((0, 2, 3600), "minio3"),
    ((-3600, 2, 0), "minio1"),
    ((5000, 5011, 5000), "minio2"),
    ((0, 0, 10), None),
    # Which of them is right?
    ((0, 0, None), None),
    ((0, None, 3600), None),
    ((0, 60, 3600), None),
    ((0, 8, 16), None),
])
def test_one_clock_is_wrong_when_all_others_agree(clocks, name):
    answers = dict(zip(NAMES, told(*clocks)))
    assert watchdog.astray(answers, 10) == name
    assert watchdog.astray(answers, 0) is None


def test_a_server_with_another_time_gets_no_requests_until_its_clock_has_been_right_for_a_while(tmp_path, capsys):
    right, wrong = told(100, 101, 100), told(100, 101, 3700)
    assert left_out([right, wrong]) == {"minio3"}
    # However well it says it is.
    assert left_out([wrong] * 99) == {"minio3"}
    assert left_out([wrong] + [right] * 4) == {"minio3"}
    assert left_out([wrong] + [right] * 5) == set()
    assert left_out([wrong], drained=["minio3"]) == set()
    watch = watchdog.Watch({**SETTINGS, "own": None, "returning": str(tmp_path)})
    watch.note(dict(zip(NAMES, wrong)))
    watchdog.leave_out(watch, watch.returning([], PAIRS))
    assert capsys.readouterr().out.startswith("minio3 has another time than all others: it gets no requests until")


def test_a_date_is_compared_with_a_clock_that_nobody_sets(monkeypatch):
    monkeypatch.setattr(watchdog.time, "monotonic", lambda: 1000.0)
    head = "HTTP/1.1 200 OK\r\nServer: MinIO\r\n{}Content-Length: 0\r\n\r\n"
    assert watchdog.clock(head.format("Date: Mon, 30 Nov 2026 08:00:00 GMT\r\n").encode()) == 1796025600 - 1000
    assert watchdog.clock(head.format("date:Mon, 30 Nov 2026 08:00:01 GMT\r\n").encode()) == 1796025601 - 1000
    for other in ("", "Date: \r\n", "Date: Mon, 99 Nov 2026 08:00:00 GMT\r\n", "Expires: Mon, 30 Nov 2026 08:00:00 GMT\r\n"):
        assert watchdog.clock(head.format(other).encode()) is None


def test_nginx_finds_a_file_for_each_server_that_is_left_out(tmp_path, capsys):
    watch = watchdog.Watch({**SETTINGS, "returning": str(tmp_path)})
    watchdog.leave_out(watch, {"minio2", "minio3"})
    assert {path.name for path in tmp_path.iterdir()} == {"minio2", "minio3"}
    watchdog.leave_out(watch, {"minio3"})
    assert {path.name for path in tmp_path.iterdir()} == {"minio3"}
    watchdog.leave_out(watch, {"minio3"})
    assert capsys.readouterr().out.splitlines() == [
        *(f"{name} refuses: it gets no requests until it has said 5 times that it has its write quorum" for name in ("minio2", "minio3")),
        "minio2 gets requests again"]


def test_a_host_that_is_no_balancer_or_not_yet_leaves_nobody_out(tmp_path):
    settings = tmp_path / "minio_lb.json"
    assert watchdog.described(None) is None and watchdog.described(str(settings)) is None
    settings.write_text("{")
    assert watchdog.described(str(settings)) is None
    settings.write_text(json.dumps({"directory": str(tmp_path / "drained"), "groups": PAIRS}))
    assert watchdog.described(str(settings)) is None
    (tmp_path / "drained").mkdir()
    assert watchdog.described(str(settings))["groups"] == PAIRS


@pytest.fixture
def voice():
    speaker = watchdog.Voice(0)
    speaker.start()
    return speaker


def test_what_a_node_says_reaches_the_others_while_it_is_fresh(voice):
    server = {"address": "127.0.0.1", "vote_port": voice.socket.getsockname()[1]}
    assert watchdog.consult(server, 1.0) is None
    voice.tell(["minio3"])
    assert watchdog.consult(server, 1.0) == ["minio3"]
    voice.since -= 60
    assert watchdog.consult(server, 1.0) is None


@pytest.mark.parametrize("text", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"[]", b'{"unreachable": 7, "age": 0}', b'{"unreachable": []}'])
def test_what_is_no_view_counts_as_no_answer(listener, text):
    def serve() -> None:
        link, _address = listener.accept()
        with link:
            link.sendall(text)
    threading.Thread(target=serve, daemon=True).start()
    assert watchdog.consult({"address": "127.0.0.1", "vote_port": listener.getsockname()[1]}, 1.0) is None


def test_a_node_that_is_frozen_or_has_no_watchdog_gives_no_view(listener):
    server = {"address": "127.0.0.1", "vote_port": listener.getsockname()[1]}
    assert watchdog.consult(server, 0.3) is None
    listener.close()
    assert watchdog.consult(server, 0.3) is None


def test_a_taken_port_does_not_keep_the_watchdog_from_killing(voice, capsys):
    taken = {"own": "minio1", "fence": True, "servers": {"minio1": {"vote_port": voice.socket.getsockname()[1]}}}
    assert watchdog.speak(taken) is None
    assert "minio_watchdog_vote_port" in capsys.readouterr().out


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
    (b"HTTP/1.1 200 OK\r\n\r\n", A),
    (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", ILL),
    (b"HTTP/1.1 200 OK\r\nDate: yesterday\r\n\r\n", A),
    (b"", R),
])
def test_what_is_said_is_an_answer(listener, text, answer):
    reply(listener, text)
    assert watchdog.ask({"address": "127.0.0.1", "port": listener.getsockname()[1]}, 2, "/", tls=False) == answer


def test_a_frozen_server_is_silent_and_a_dead_one_refuses(listener):
    server = {"address": "127.0.0.1", "port": listener.getsockname()[1]}
    assert watchdog.ask(server, 0.3, "/", tls=True) == S
    assert watchdog.ask(server, 0.3, "/", tls=False) == S
    listener.close()
    assert watchdog.ask(server, 0.3, "/", tls=True) == R


def test_a_wrong_protocol_is_a_sign_of_life(listener):
    reply(listener, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert watchdog.ask({"address": "127.0.0.1", "port": listener.getsockname()[1]}, 2, "/", tls=True).kind == watchdog.ANSWERS


def test_a_host_without_marks_does_not_take_its_servers_for_dead(listener, monkeypatch):
    monkeypatch.setattr(watchdog.socket, "SO_MARK", 9999)
    with pytest.raises(OSError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, 9999, 1)
    reply(listener, b"HTTP/1.1 200 OK\r\n\r\n")
    assert watchdog.ask({"address": "127.0.0.1", "port": listener.getsockname()[1]}, 2, "/", tls=False) == A


def test_the_fence_resets_what_goes_to_the_server_and_lets_the_questions_pass():
    text = watchdog.rules(["198.51.100.13", "2001:db8::13"], 9000)
    assert "ip daddr 198.51.100.13 tcp dport 9000 reject" in text and "ip6 daddr 2001:db8::13 tcp dport 9000 reject" in text
    assert text.count(f"meta mark != {watchdog.MARK}") == 2
