# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a frozen MinIO server into a dead one, because a cluster waits for the frozen and goes on without the dead.

Runs on every node and balancer and asks every server for its liveness, each on a connection of its own. A server is silent when it
neither answers nor refuses. When exactly one is silent and all others answer,

- the silent server's own node kills it, so that systemd starts another one;
- every other node asks the other nodes' watchdogs whom they cannot reach, and fences the silent server when more than half of the
  cluster's nodes, itself among them, cannot reach it: its connections are reset and new ones refused, until it answers again or the
  majority is gone;
- a balancer fences it without asking, because that parts no nodes.

Nothing is done while a second server does not answer, and never to two at once.

On a balancer it also keeps requests from servers that come back: one that has refused gets none until it has said for long enough that
it has its write quorum. A server that starts looks for its peers' drives once, and those of peers that start with it only seconds later;
until then it takes objects for missing that are on them. And it keeps requests from the one server whose clock differs from all others',
by the dates of its answers: such a server refuses signed requests, or gives its writes a time that makes them older than what they replace.

Settings (argv 1) are a JSON file:

    {"servers": {"minio1": {"address": "198.51.100.11", "port": 9000, "vote_port": 9146}, ...}, "own": "minio1" or null,
     "unit": "minio.service", "tls": true, "fence": true, "timeout": 1.5, "kill_after": 3, "fence_after": 4, "lift_after": 3,
     "settle": 17, "clock": 10, "balancer": "/etc/nginx/minio_lb.json" or null, "returning": "/run/minio_watchdog"}

timeout and clock are in seconds, the others are numbers of questions in a row. `balancer` is what the role minio_lb says of itself, and in `returning`
nginx looks for a file with the name of each server that gets no requests. On a node whose watchdog may fence, whoever connects to its
vote_port is told whom it cannot reach; nothing is read from there. A changed settings file or program ends the process, and
systemd starts it again. Standard library and Python 3.9 only; needs nft and ss.
"""
from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Collection, Mapping, NamedTuple, Optional

INTERVAL = 1.0
# Seconds between two kills, and that a server must have been ready before the first: it may be busy with its start.
REST = 60.0
GRACE = 20.0
# A node's view counts while it is no older than so many timeouts and one interval, two rounds: one that thaws tells its old view first.
FRESH = 4
TABLE = "inet minio_watchdog"
# The watchdog's own questions pass the fence by this mark.
MARK = 0x6D696E
ANSWERS, REFUSES, SILENT, UNKNOWN = "answers", "refuses", "silent", "unknown"
# Nobody is there: a dead host, or one behind a cut cable.
UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ETIMEDOUT)


class Answer(NamedTuple):
    """What a server says: its kind, its HTTP status (0: none), and the seconds by which its clock is ahead of this host's monotonic one."""

    kind: str
    status: int = 0
    ahead: Optional[float] = None


@dataclass
class Track:
    """A server's last answer, and how often in a row it was silent, was so while all others answered, and answered well."""

    last: str = UNKNOWN
    silent: int = 0
    alone: int = 0
    good: int = 0


@dataclass
class Watch:
    """What is known and what has been done. `agreed`: in this round a majority cannot reach the suspect; `doubted`: rounds without it.

    `away`: servers that have refused, or had another time, and have not been of use for long enough since; `left_out`: those that get no
    requests for it; `astray`: the one whose clock differs in this round.
    """

    settings: Mapping[str, Any]
    tracks: dict[str, Track] = field(default_factory=dict)
    fenced: Optional[str] = None
    killed: float = float("-inf")
    agreed: bool = False
    doubted: int = 0
    away: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    astray: Optional[str] = None

    def note(self, answers: Mapping[str, Answer], drained: Collection[str] = ()) -> None:
        """Keep one round's answers. Who drained a server sees to it himself that it is of use again."""
        quiet = [name for name, answer in answers.items() if answer.kind != ANSWERS]
        self.astray = astray(answers, self.settings["clock"])
        for name, answer in answers.items():
            track = self.tracks.setdefault(name, Track())
            track.last = answer.kind
            track.silent = track.silent + 1 if answer.kind == SILENT else 0
            # Only while all others answer: else this host may be the one that is cut off.
            track.alone = track.alone + 1 if answer.kind == SILENT and quiet == [name] else 0
            track.good = track.good + 1 if answer.status == 200 and name != self.astray else 0
            if (answer.kind == REFUSES or name == self.astray) and name not in drained:
                self.away.add(name)
            elif name in drained or (name in self.away and track.good >= self.settings["settle"]):
                self.away.discard(name)
        self.agreed = False

    @property
    def unreachable(self) -> list[str]:
        """Whom this host cannot reach: what it tells the others. A fence says so until it is lifted."""
        return [name for name, track in self.tracks.items() if name == self.fenced or track.silent >= self.settings["fence_after"]]

    @property
    def suspect(self) -> Optional[str]:
        """The server about which the others must be asked before this host fences it, or goes on fencing it."""
        if not self.settings["own"] or not self.settings["fence"]:
            return None
        return self.fenced or next((name for name, track in self.tracks.items()
                                    if name != self.settings["own"] and track.alone >= self.settings["fence_after"]), None)

    def hear(self, views: Mapping[str, Optional[Collection[str]]]) -> None:
        """Keep what the other nodes say about the suspect."""
        self.agreed = majority(self.suspect or "", self.settings["own"], self.tracks, views)
        self.doubted = 0 if self.agreed else self.doubted + 1

    def returning(self, drained: Collection[str], groups: Collection[Collection[str]]) -> set[str]:
        """The servers to keep requests from because they were away: as many as nginx is prepared for, and none when no other serves."""
        kept = set(drained)
        if not any(track.good for name, track in self.tracks.items() if name not in self.away | kept):
            return set()
        fitting = [set(group) for group in groups if kept <= set(group) <= kept | self.away]
        return max(fitting, key=len, default=kept) - kept

    def decide(self, now: float) -> tuple[str, str]:
        """What to do next, and to which server: ("kill" | "fence" | "lift" | "", name). Pure."""
        own = self.settings["own"]
        if self.fenced:
            track = self.tracks[self.fenced]
            # Nodes: one that is dead needs no fence, one that starts needs its peers, and a minority must not part the cluster.
            needless = own and (track.last == REFUSES or self.doubted >= self.settings["lift_after"])
            return ("lift", self.fenced) if needless or track.good >= self.settings["lift_after"] else ("", "")
        name, alone = max(((name, track.alone) for name, track in self.tracks.items()), key=lambda pair: pair[1])
        if len(self.tracks) < 3:
            return "", ""
        if name == own:
            rested = now - self.killed >= REST
            return ("kill", name) if rested and alone >= self.settings["kill_after"] else ("", "")
        ripe = self.settings["fence"] and alone >= self.settings["fence_after"]
        return ("fence", name) if ripe and (self.agreed or not own) else ("", "")


def astray(answers: Mapping[str, Answer], limit: float) -> Optional[str]:
    """The one server whose clock differs from every other's by more than `limit` seconds while the others, two or more, agree."""
    clocks = {name: answer.ahead for name, answer in answers.items() if answer.ahead is not None}
    for name, ahead in clocks.items():
        others = [clock for other, clock in clocks.items() if other != name]
        if limit and len(others) >= 2 and max(others) - min(others) <= limit < min(abs(ahead - clock) for clock in others):
            return name
    return None


def majority(suspect: str, own: str, servers: Collection[str], views: Mapping[str, Optional[Collection[str]]]) -> bool:
    """Whether more than half of the cluster's nodes cannot reach the suspect: this one, and those whose view says so.

    `views` are the unreachable of each node that was asked, None where it did not answer. What the suspect says does not count.
    """
    agreeing = {own, *(node for node, view in views.items() if view is not None and suspect in view)} - {suspect}
    return 2 * len(agreeing & set(servers)) > len(servers)


def ask(server: Mapping[str, Any], timeout: float, path: str, tls: bool) -> Answer:
    """What the server says within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(server["address"], server["port"], type=socket.SOCK_STREAM)[0]
    except OSError:
        return Answer(UNKNOWN)
    try:
        with socket.socket(family, kind, protocol) as link:
            with contextlib.suppress(OSError):
                # Where the kernel knows no marks (an emulated host) it knows no fence either, and the server is not to blame.
                link.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK)
            link.settimeout(timeout)
            link.connect(address)
            if tls:
                # Whose certificate it is does not matter: nothing secret is said, and a wrong one is a sign of life too.
                link.settimeout(max(0.01, deadline - time.monotonic()))
                link = ssl._create_unverified_context().wrap_socket(link)
            with link:
                link.sendall(f"GET {path} HTTP/1.1\r\nHost: {server['address']}\r\nConnection: close\r\n\r\n".encode())
                link.settimeout(max(0.01, deadline - time.monotonic()))
                head = link.recv(4096)
    except (socket.timeout, TimeoutError):
        return Answer(SILENT)
    except OSError as error:
        # A TLS error is an answer; a refused or reset connection is the kernel's, on behalf of a process that is gone.
        return Answer(ANSWERS if isinstance(error, ssl.SSLError) else SILENT if error.errno in UNREACHABLE else REFUSES)
    return Answer(ANSWERS, int(head.split()[1]), clock(head)) if head.startswith(b"HTTP/") else Answer(REFUSES)


def clock(head: bytes) -> Optional[float]:
    """By how many seconds the date of an answer is ahead of this host's monotonic clock, which nobody sets; None without a date."""
    date = re.search(rb"^date: *(.+?)\r?$", head, re.IGNORECASE | re.MULTILINE)
    try:
        return parsedate_to_datetime(date[1].decode()).timestamp() - time.monotonic() if date else None
    except (TypeError, ValueError):
        return None


def consult(server: Mapping[str, Any], timeout: float) -> Optional[list[str]]:
    """Whom the server's node cannot reach; None when its watchdog does not say, or says what is not fresh."""
    try:
        with socket.create_connection((server["address"], server["vote_port"]), timeout=timeout) as link:
            view = json.loads(link.recv(4096))
            return [str(name) for name in view["unreachable"]] if view["age"] <= FRESH * timeout + INTERVAL else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Voice(threading.Thread):
    """Tells whoever connects whom this host cannot reach. Reads nothing, so there is nothing to be attacked with."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        both = socket.has_dualstack_ipv6()
        self.socket = socket.create_server(("", port), family=socket.AF_INET6 if both else socket.AF_INET, dualstack_ipv6=both)
        self.unreachable: list[str] = []
        self.since = float("-inf")

    def tell(self, unreachable: list[str]) -> None:
        self.unreachable, self.since = unreachable, time.monotonic()

    def run(self) -> None:
        while True:
            link, _address = self.socket.accept()
            with link, contextlib.suppress(OSError):
                link.sendall(json.dumps({"unreachable": self.unreachable, "age": min(1e6, time.monotonic() - self.since)}).encode())


def rules(addresses: list[str], port: int) -> str:
    """The fence: who speaks to the server is reset at once, but for the watchdog's questions.

    What the server itself has to say passes: two hosts that fence each other must be able to hear each other again.
    """
    lines = [f"add rule {TABLE} out meta mark != {MARK} {'ip6' if ':' in address else 'ip'} daddr {address} tcp dport {port} "
             "reject with tcp reset" for address in addresses]
    return "\n".join([f"add table {TABLE}", f"flush table {TABLE}",
                      f"add chain {TABLE} out {{ type filter hook output priority -5; }}", *lines]) + "\n"


def fence(server: Mapping[str, Any]) -> None:
    """Refuse the server from now on, then reset what waits for it: nothing else wakes a reader that has sent all it had to."""
    addresses = sorted({str(found[4][0]) for found in socket.getaddrinfo(server["address"], server["port"], type=socket.SOCK_STREAM)})
    command(["nft", "-f", "-"], rules(addresses, server["port"]))
    for address in addresses:
        command(["ss", "-KHnt", "dst", address, f"( dport = :{server['port']} or sport = :{server['port']} )"])


def lift() -> None:
    command(["nft", "-f", "-"], f"add table {TABLE}\ndelete table {TABLE}\n")


def command(argv: list[str], text: str = "") -> None:
    done = subprocess.run(argv, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=5)
    if done.returncode != 0:
        say(f"{argv[0]} ended with {done.returncode}: {done.stderr.strip()}")


def kill(unit: str) -> bool:
    """Kill the unit's server, unless it is young; whether it was."""
    done = subprocess.run(["systemctl", "show", unit, "-p", "MainPID", "-p", "ActiveState", "-p", "ActiveEnterTimestampMonotonic"],
                          stdout=subprocess.PIPE, text=True, check=False, timeout=5)
    shown = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    pid, age = int(shown.get("MainPID", 0)), time.monotonic() - int(shown.get("ActiveEnterTimestampMonotonic", 0)) / 1e6
    if not pid or shown.get("ActiveState") != "active" or age < GRACE:
        return False
    os.kill(pid, signal.SIGKILL)
    say(f"killed process {pid} of {unit}: it did not answer while all others did")
    return True


def say(text: str) -> None:
    print(text, flush=True)


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as stream:
        settings = json.load(stream)
    servers, before = settings["servers"], versions()
    watch, voice = Watch(settings), speak(settings)
    lift()
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(0))
    try:
        with ThreadPoolExecutor(len(servers)) as pool:
            while versions() == before:
                begin = time.monotonic()
                look(watch, pool)
                if voice:
                    voice.tell(watch.unreachable)
                time.sleep(max(0.0, INTERVAL - (time.monotonic() - begin)))
    finally:
        if watch.fenced:
            lift()


def versions() -> list[float]:
    return [os.stat(path).st_mtime for path in (sys.argv[0], sys.argv[1])]


def speak(settings: Mapping[str, Any]) -> Optional[Voice]:
    """What tells the other nodes; None on a balancer, and where nobody fences."""
    if not settings["own"] or not settings["fence"]:
        return None
    port = settings["servers"][settings["own"]]["vote_port"]
    try:
        voice = Voice(port)
    except OSError as error:
        # Killing must go on; without this node's view the others fence less, not more.
        say(f"cannot tell the other nodes what this one sees, port {port}: {error}. Free it or set minio_watchdog_vote_port")
        return None
    voice.start()
    return voice


def look(watch: Watch, pool: ThreadPoolExecutor) -> None:
    """One round of questions, and what follows from it."""
    settings, servers = watch.settings, watch.settings["servers"]

    balancer = described(settings["balancer"])
    drained = os.listdir(balancer["directory"]) if balancer else []

    def question(name: str) -> Answer:
        # Who is fenced or was away must be of use again, as far as this host can tell, before it gets requests.
        useful = not settings["own"] if name == watch.fenced else balancer and name in watch.away
        return ask(servers[name], settings["timeout"], "/minio/health/cluster" if useful else "/minio/health/live", settings["tls"])

    watch.note(dict(zip(servers, pool.map(question, servers))), drained)
    leave_out(watch, watch.returning(drained, balancer["groups"]) if balancer else set())
    suspect = watch.suspect
    if suspect:
        others = [name for name in servers if name not in (settings["own"], suspect)]
        watch.hear(dict(zip(others, pool.map(lambda name: consult(servers[name], settings["timeout"]), others))))
        if not watch.agreed and not watch.fenced and watch.tracks[suspect].alone == settings["fence_after"]:
            say(f"{suspect} is silent here, but no majority of the nodes says so: not fenced")
    act(watch, *watch.decide(time.monotonic()))


def described(path: Optional[str]) -> Optional[dict[str, Any]]:
    """What nginx is prepared for; None where this host is no balancer, or not yet."""
    try:
        with open(path or os.devnull, encoding="utf-8") as stream:
            settings = json.load(stream)
        return settings if os.path.isdir(settings["directory"]) else None
    except (FileNotFoundError, ValueError):
        return None


def leave_out(watch: Watch, wanted: set[str]) -> None:
    """Let nginx know. Each request looks for the files, so nothing is reloaded; systemd removes them when this program ends."""
    for name in sorted(wanted - watch.left_out):
        with open(os.path.join(watch.settings["returning"], name), "w", encoding="utf-8"):
            pass
        why = "has another time than all others" if name == watch.astray else "refuses"
        say(f"{name} {why}: it gets no requests until it has said {watch.settings['settle']} times that it has its write quorum")
    for name in sorted(watch.left_out - wanted):
        os.unlink(os.path.join(watch.settings["returning"], name))
        say(f"{name} gets requests again")
    watch.left_out = wanted


def act(watch: Watch, verb: str, name: str) -> None:
    """Do what was decided."""
    if verb == "kill" and kill(watch.settings["unit"]):
        watch.killed = time.monotonic()
    elif verb == "fence":
        watch.fenced, watch.doubted = name, 0
        say(f"fenced {name}: it was silent {watch.tracks[name].alone} times while all others answered")
        fence(watch.settings["servers"][name])
    elif verb == "lift":
        watch.fenced = None
        lift()
        say(f"lifted the fence: {name} " + ("is not silent any more" if watch.tracks[name].last != SILENT else "is silent for a minority only"))


if __name__ == "__main__":
    main()
