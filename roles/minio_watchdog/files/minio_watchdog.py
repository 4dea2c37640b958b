# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a frozen MinIO server into a dead one, because a cluster waits for the frozen and goes on without the dead.

Runs on every node and balancer and asks every server for its liveness, each on a connection of its own. A server is silent when it
neither answers nor refuses. When exactly one is silent and all others answer,

- the silent server's own node kills it, so that systemd starts another one;
- every other node and balancer fences it: its connections are reset and new ones refused, until it answers again.

Nothing is done while a second server does not answer, and never to two at once. Settings (argv 1) are a JSON file:

    {"servers": {"minio1": {"address": "198.51.100.11", "port": 9000}, ...}, "own": "minio1" or null, "unit": "minio.service",
     "tls": true, "fence": true, "timeout": 1.5, "kill_after": 3, "fence_after": 4, "lift_after": 3}

timeout is in seconds, the others are numbers of questions in a row. A changed settings file or program ends the process, and systemd
starts it again. Standard library and Python 3.9 only; needs nft and ss.
"""
from __future__ import annotations

import errno
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

INTERVAL = 1.0
# Seconds between two kills, and that a server must have been ready before the first: it may be busy with its start.
REST = 60.0
GRACE = 20.0
TABLE = "inet minio_watchdog"
# The watchdog's own questions pass the fence by this mark.
MARK = 0x6D696E
ANSWERS, REFUSES, SILENT, UNKNOWN = "answers", "refuses", "silent", "unknown"
# Nobody is there: a dead host, or one behind a cut cable.
UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ETIMEDOUT)


@dataclass
class Track:
    """A server's last answer, how often in a row it was the only silent one, and how often in a row it answered well."""

    last: str = UNKNOWN
    silent: int = 0
    good: int = 0


@dataclass
class Watch:
    """What is known and what has been done."""

    settings: Mapping[str, Any]
    tracks: dict[str, Track] = field(default_factory=dict)
    fenced: Optional[str] = None
    killed: float = float("-inf")

    def note(self, answers: Mapping[str, tuple[str, int]]) -> None:
        """Keep one round's answers. Silence counts only while all others answer: else this host may be the one that is cut off."""
        silent = [name for name, (answer, _status) in answers.items() if answer != ANSWERS]
        for name, (answer, status) in answers.items():
            track = self.tracks.setdefault(name, Track())
            track.last = answer
            track.silent = track.silent + 1 if answer == SILENT and silent == [name] else 0
            track.good = track.good + 1 if status == 200 else 0

    def decide(self, now: float) -> tuple[str, str]:
        """What to do next, and to which server: ("kill" | "fence" | "lift" | "", name). Pure."""
        own = self.settings["own"]
        if self.fenced:
            track = self.tracks[self.fenced]
            # A server that is dead needs no fence between nodes, and one that starts needs its peers.
            dead = own and track.last == REFUSES
            return ("lift", self.fenced) if dead or track.good >= self.settings["lift_after"] else ("", "")
        name, silent = max(((name, track.silent) for name, track in self.tracks.items()), key=lambda pair: pair[1])
        if len(self.tracks) < 3:
            return "", ""
        if name == own:
            rested = now - self.killed >= REST
            return ("kill", name) if rested and silent >= self.settings["kill_after"] else ("", "")
        return ("fence", name) if self.settings["fence"] and silent >= self.settings["fence_after"] else ("", "")


def ask(server: Mapping[str, Any], timeout: float, path: str, tls: bool) -> tuple[str, int]:
    """What the server says within `timeout` seconds, and its status (0: none)."""
    deadline = time.monotonic() + timeout
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(server["address"], server["port"], type=socket.SOCK_STREAM)[0]
    except OSError:
        return UNKNOWN, 0
    try:
        with socket.socket(family, kind, protocol) as link:
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
                head = link.recv(64)
    except (socket.timeout, TimeoutError):
        return SILENT, 0
    except OSError as error:
        # A TLS error is an answer; a refused or reset connection is the kernel's, on behalf of a process that is gone.
        return (ANSWERS if isinstance(error, ssl.SSLError) else SILENT if error.errno in UNREACHABLE else REFUSES), 0
    return (ANSWERS, int(head.split()[1])) if head.startswith(b"HTTP/") else (REFUSES, 0)


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
    watch = Watch(settings)
    lift()
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(0))
    try:
        with ThreadPoolExecutor(len(servers)) as pool:
            while versions() == before:
                begin = time.monotonic()
                look(watch, pool)
                time.sleep(max(0.0, INTERVAL - (time.monotonic() - begin)))
    finally:
        if watch.fenced:
            lift()


def versions() -> list[float]:
    return [os.stat(path).st_mtime for path in (sys.argv[0], sys.argv[1])]


def look(watch: Watch, pool: ThreadPoolExecutor) -> None:
    """One round of questions, and what follows from it."""
    settings, servers = watch.settings, watch.settings["servers"]

    def question(name: str) -> tuple[str, int]:
        # Who is fenced must be of use again, as far as this host can tell, before it gets requests.
        path = "/minio/health/cluster" if name == watch.fenced and not settings["own"] else "/minio/health/live"
        return ask(servers[name], settings["timeout"], path, settings["tls"])

    watch.note(dict(zip(servers, pool.map(question, servers))))
    verb, name = watch.decide(time.monotonic())
    if verb == "kill" and kill(settings["unit"]):
        watch.killed = time.monotonic()
    elif verb == "fence":
        watch.fenced = name
        say(f"fenced {name}: it was silent {watch.tracks[name].silent} times while all others answered")
        fence(servers[name])
    elif verb == "lift":
        watch.fenced = None
        lift()
        say(f"lifted the fence: {name} answers again")


if __name__ == "__main__":
    main()
