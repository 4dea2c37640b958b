# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep new requests of one nginx from nodes, by files that it looks for at each request. Standard library only.

The role minio_lb writes what nginx is prepared for to a file (SETTINGS): {"directory": ..., "port": ...,
"addresses": {node: address}, "groups": [[node, ...], ...], "hold": the unit that lets all requests wait while it runs}.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
import typing as t

SETTINGS = "/etc/nginx/minio_lb.json"
INTERVAL = 0.5
# Seconds of the time for which clients wait that may pass before anything is done.
HOLD_WAIT = 10.0


class Refused(Exception):
    """The balancer cannot do this. Nothing has been touched."""


def read(path: str) -> dict[str, t.Any] | None:
    """What the balancer is prepared for; None where the role has not been."""
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except FileNotFoundError:
        return None


def drained(settings: t.Mapping[str, t.Any]) -> list[str]:
    """The nodes that are kept from requests now."""
    try:
        present = os.listdir(settings["directory"])
    except FileNotFoundError:
        return []
    return [node for node in settings["addresses"] if node in present]


def choose(settings: t.Mapping[str, t.Any], nodes: t.Sequence[str]) -> list[str]:
    """The nodes to leave out: all that are asked for, or the largest part of them that nginx is prepared for."""
    unknown = [node for node in nodes if node not in settings["addresses"]]
    if unknown:
        raise Refused(f"{', '.join(unknown)} is no node of this balancer; its nodes are {', '.join(settings['addresses'])}")
    if nodes and len(set(nodes)) == len(settings["addresses"]):
        raise Refused(f"without {', '.join(nodes)} no node is left that serves")
    # The last one named is the one that is about to stop.
    fitting = [group for group in [[], *settings["groups"]] if set(group) <= set(nodes)]
    return max(fitting, key=lambda group: (len(group), set(nodes[-1:]) <= set(group)))


def switch(settings: t.Mapping[str, t.Any], nodes: t.Sequence[str]) -> None:
    """Let exactly these nodes be left out. nginx sees each file from the next request on."""
    for node in set(drained(settings)) - set(nodes):
        os.unlink(os.path.join(settings["directory"], node))
    for node in nodes:
        with open(os.path.join(settings["directory"], node), "w", encoding="utf-8"):
            pass


def held(settings: t.Mapping[str, t.Any]) -> bool:
    """Whether requests wait now."""
    return bool(settings.get("hold")) and _systemctl("is-active", settings["hold"]) == "active"


def hold(settings: t.Mapping[str, t.Any], wanted: bool) -> None:
    """Let all requests wait from now on, or those that wait go on. What an ended run has left is begun anew, with its whole time."""
    if wanted or held(settings):
        _systemctl("restart" if wanted else "stop", settings["hold"], check=True)


def _systemctl(verb: str, unit: str, check: bool = False) -> str:
    done = subprocess.run(
        ["systemctl", verb, unit], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
    )
    if check and done.returncode != 0:
        raise OSError(f"systemctl {verb} {unit}: {done.stderr.strip()}")
    return done.stdout.strip()


def busy(settings: t.Mapping[str, t.Any], nodes: t.Iterable[str]) -> dict[str, int]:
    """nginx' connections to these nodes. Idle ones are among them; nginx closes those after its keepalive_timeout."""
    found = {}
    for node in nodes:
        done = subprocess.run(
            ["ss", "-Htnp", "state", "established", "dst", f"{settings['addresses'][node]}:{settings['port']}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
        )
        if done.returncode != 0:
            raise OSError(f"ss: {done.stderr.strip()}")
        count = sum('"nginx"' in line for line in done.stdout.splitlines())
        found.update({node: count} if count else {})
    return found


def wait(settings: t.Mapping[str, t.Any], nodes: t.Iterable[str], timeout: float) -> dict[str, int]:
    """Until nginx holds no connection to these nodes, and so no request is in flight; what is left after `timeout` s."""
    deadline = time.monotonic() + timeout
    while True:
        left = busy(settings, nodes)
        if not left or time.monotonic() + INTERVAL > deadline:
            return left
        time.sleep(INTERVAL)
