# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start or restart the server of one node behind guards, and wait until it serves. Standard library only."""

from __future__ import annotations

import os
import subprocess
import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.oracle1.minio.plugins.module_utils import _server_env as env
from ansible_collections.oracle1.minio.plugins.module_utils import _server_process as process
from ansible_collections.oracle1.minio.plugins.module_utils import _server_trial as trial
from ansible_collections.oracle1.minio.plugins.module_utils._server_health import Answer, Node

# Every failing question for maintenance writes an error with a stack to the server's log, so ask slowly.
GUARD_INTERVAL = 3.0
POLL_INTERVAL = 1.0
# A node that waits for its peers counts as joined when its process has lived and answered this long.
JOINED_AFTER = 5.0
# systemd restarts a server that exits; the first time may be a passing fault.
RESTARTS_TOLERATED = 1


class Refused(Exception):
    """The guard says no, or something the server needs is missing. Nothing has been touched."""


class NotServing(Exception):
    """The server was started, or was expected to run, and does not serve."""


@dataclass
class Order:
    """What the caller wants; times in seconds."""

    unit: str
    endpoint: str
    ca_path: str | None
    environment_file: str
    binary: str
    certs_dir: str | None
    timeout: int
    guard_timeout: int
    peers: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    trial: list[int] = field(default_factory=list)
    joined: bool = False

    @property
    def node(self) -> Node:
        return Node(self.endpoint, self.ca_path)


def secrets(order: Order, unit: process.Unit) -> list[str]:
    """What must not be shown of the live environment and of the wanted one."""
    live = (process.read_environ(unit.pid) if unit.pid else None) or {}
    wanted = process.wanted_environment(unit, order.environment_file)
    return env.secrets_of(live) + env.secrets_of(wanted)


def log_tail(order: Order, lines: int) -> list[str]:
    """The unit's last log lines, without secrets, and a line that repeats only once."""
    if lines < 1:
        return []
    done = subprocess.run(
        ["journalctl", "--unit", order.unit, "--lines", str(5 * lines), "--output", "cat", "--no-pager", "--quiet"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
    )
    text = done.stdout.decode("utf-8", "replace")
    every = env.mask(text, secrets(order, process.show(order.unit))).splitlines()
    return [line for line, before in zip(every, ["", *every]) if line != before][-lines:]


def check_certificates(order: Order) -> None:
    """An https address without certificates is fatal for the server, and so are certificates on an http address."""
    if not order.certs_dir:
        return
    present = [name for name in ("public.crt", "private.key") if os.path.isfile(os.path.join(order.certs_dir, name))]
    if order.node.tls and len(present) < 2:
        raise Refused(
            f"{order.endpoint} needs public.crt and private.key in {order.certs_dir}; "
            "run the role oracle1.minio.minio_tls first, or set minio_tls_source: none"
        )
    if not order.node.tls and present:
        raise Refused(f"{order.endpoint} is not encrypted, but {order.certs_dir} holds {' and '.join(present)}")


def try_out(order: Order, unit: process.Unit, lines: int) -> None:
    """Refused when the server does not take the environment or binary that the files want and no process has yet."""
    if unit.running and not process.settings_change(state(order)["reasons"]):
        return
    wanted = process.wanted_environment(unit, order.environment_file)
    try:
        trial.attempt(order.binary, wanted, order.trial, unit.user, unit.group, order.certs_dir, order.timeout, lines)
    except (trial.Refusal, OSError) as error:
        raise Refused(
            f"{order.node.host}: tried on its own before any node was touched, the server "
            f"{env.mask(str(error), env.secrets_of(wanted))}\n{order.environment_file} and {order.binary} are the new ones "
            "already, and a node that restarts by itself takes them: correct them and run again"
        ) from error


def prepare_for(order: Order, unit: process.Unit, guarded: bool, lines: int) -> None:
    """All that can be refused before anything is touched."""
    check_certificates(order)
    if order.trial:
        try_out(order, unit, lines)
    if guarded:
        guard(order, unit)


def guard(order: Order, unit: process.Unit) -> None:
    """Wait until the cluster keeps its write quorum without this node; Refused when it does not in time."""
    deadline = time.monotonic() + order.guard_timeout
    while True:
        answer = order.node.maintenance()
        if answer.status == 200:
            return
        said = f"its own maintenance check answers {answer.text}"
        if order.waiting:
            wrong = _wrong_elsewhere(order, unit)
            if not wrong:
                return
            said += f"; {'; '.join(wrong)}"
        if time.monotonic() + GUARD_INTERVAL > deadline:
            raise Refused(
                f"restarting {order.node.host} would lose write quorum: {said}. Bring the other nodes and drives back first"
            )
        time.sleep(GUARD_INTERVAL)


def _wrong_elsewhere(order: Order, unit: process.Unit) -> list[str]:
    """What is wrong with the nodes that do not wait for their peers, asked of this node, else of another."""
    live = (process.read_environ(unit.pid) if unit.pid else None) or {}
    errors = []
    for node in [order.node, *(Node(peer, order.ca_path) for peer in order.peers)]:
        wrong, error = node.drives(live.get("MINIO_ROOT_USER", ""), live.get("MINIO_ROOT_PASSWORD", ""), order.waiting)
        if not error:
            return wrong
        errors.append(f"{node.host}: {error}")
    return errors


def prepare(unit: process.Unit) -> None:
    """Let systemd read the unit as it is on disk, and start it at boot."""
    _systemctl("daemon-reload")
    if not unit.enabled:
        _systemctl("enable", unit.name)
    # Also sets the count of restarts to zero; a unit that was never loaded has nothing to reset.
    process.systemctl("reset-failed", unit.name)


def _systemctl(*arguments: str) -> None:
    done = process.systemctl(*arguments)
    if done.returncode != 0:
        raise NotServing(f"systemctl {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")


def act(order: Order, verb: str, unit: process.Unit) -> None:
    """Queue the job and return: the first nodes of a cluster become ready only when others are there."""
    prepare(unit)
    _systemctl(verb, "--no-block", order.unit)


def wait(order: Order, before: str | None) -> str:
    """Until the node serves (`serving`), or waits for its peers where that is enough (`joined`).

    `before` is the invocation that must have ended first.
    """
    deadline = time.monotonic() + order.timeout
    restarts = process.show(order.unit).restarts
    lived: tuple[int, float] = (0, 0.0)
    answer = Answer(error="not asked yet")
    while True:
        unit = process.show(order.unit)
        fault = ended(unit, unit.restarts - restarts)
        if fault:
            raise NotServing(f"{order.node.host}: {fault}")
        if unit.running and unit.invocation != before:
            now = time.monotonic()
            if unit.pid != lived[0]:
                lived = (unit.pid, now)
            answer = order.node.cluster()
            if answer.status == 200 and unit.active == "active":
                return "serving"
            if order.joined and answer.status and now - lived[1] >= JOINED_AFTER:
                return "joined"
        if time.monotonic() + POLL_INTERVAL > deadline:
            raise NotServing(
                f"{order.node.host} does not serve within {order.timeout} s: the unit is {unit.active} ({unit.sub}), "
                f"its cluster health answers {answer.text}"
            )
        time.sleep(POLL_INTERVAL)


def ended(unit: process.Unit, restarts: int) -> str:
    """Why waiting is in vain, empty when it is not; `restarts` are those that systemd made while we waited."""
    if unit.load == "not-found":
        return f"{unit.name} does not exist"
    if restarts > RESTARTS_TOLERATED:
        return f"the server exits again and again, systemd has restarted it {restarts} times"
    if unit.active in ("inactive", "failed") and not unit.job:
        if unit.assertion_failed:
            return "a drive is not mounted (an assertion of the unit failed)"
        return f"the unit is {unit.active} (result: {unit.result})"
    return ""


def check_cluster(order: Order) -> str:
    """Every node and drive online as this node sees it, and nothing left to restart. Returns a warning or nothing."""
    deadline = time.monotonic() + order.timeout
    while True:
        unit = process.show(order.unit)
        live = (process.read_environ(unit.pid) if unit.pid else None) or {}
        wrong, error = order.node.drives(live.get("MINIO_ROOT_USER", ""), live.get("MINIO_ROOT_PASSWORD", ""))
        if error and live.get("MINIO_API_ROOT_ACCESS") == "off":
            return f"{order.node.host}: the drives were not checked, because MINIO_API_ROOT_ACCESS is off"
        if not wrong and not error:
            return ""
        if time.monotonic() + GUARD_INTERVAL > deadline:
            raise NotServing(f"{order.node.host} serves, but the cluster is not whole: {error or '; '.join(wrong)}")
        time.sleep(GUARD_INTERVAL)


def unsettled(unit: process.Unit, settle: float) -> float:
    """Seconds until the server has been ready for `settle`; all of them when it is not ready yet."""
    return max(0.0, unit.active_since + settle - time.monotonic()) if unit.active == "active" else settle


def state(order: Order) -> dict[str, t.Any]:
    return process.observe(order.unit, order.environment_file, order.binary)
