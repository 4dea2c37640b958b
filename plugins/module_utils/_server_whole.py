# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until a cluster is whole again after the restart of a node: every drive in use by every node, and healed.

Standard library only.
"""

from __future__ import annotations

import json
import time
import typing as t

from ansible_collections.oracle1.minio.plugins.module_utils import _server_process as process
from ansible_collections.oracle1.minio.plugins.module_utils._server_health import Answer, Node
from ansible_collections.oracle1.minio.plugins.module_utils._server_restart import GUARD_INTERVAL, POLL_INTERVAL, NotServing, Order

FORBIDDEN = (401, 403, 404)


def account(order: Order) -> tuple[str, str]:
    return process.account(order.unit)


def nodes(order: Order, peers: bool = True) -> list[Node]:
    return [order.node, *(Node(peer, order.ca_path) for peer in (order.peers if peers else []))]


def check_use(order: Order, reached: str, peers: bool) -> str:
    """Wait until this node, and with `peers` each one that answers, uses all good drives. Returns why it cannot be asked, or nothing.

    A server takes its peers' drives into use in its first second; one that it missed then it looks for every 15 s. Until then it
    is healthy by all of its own checks, does not find objects that exist, and acknowledges deletes that delete nothing.
    """
    deadline = time.monotonic() + order.timeout
    while True:
        lacking, error = _unused_by_peers(order) if reached == "joined" else _unused(order, peers)
        if error or not lacking:
            return error
        if time.monotonic() + GUARD_INTERVAL > deadline:
            raise NotServing(f"{order.node.host} serves, but {'; '.join(lacking)}")
        time.sleep(GUARD_INTERVAL)


def _unused(order: Order, peers: bool) -> tuple[list[str], str]:
    """Which nodes do not use which drives, and why that cannot be told."""
    who = account(order)
    present, error = order.node.present(*who)
    found: list[str] = []
    for node in [] if error else nodes(order, peers):
        used, answer = node.used(*who)
        if answer.status in FORBIDDEN:
            return [], f"{node.host}: {answer.text}"
        # A node with another list of pools has fewer drives to use, or more.
        wanted = node.present(*who)[0] if node.host in order.behind else present
        if answer.status == 200 and wanted - used:
            found.append(f"{node.host} does not use {', '.join(sorted(wanted - used))}")
        # A peer that does not answer at all is down, and its clients go elsewhere.
        elif answer.status not in (0, 200) and node.host not in order.behind:
            found.append(f"{node.host} answers {answer.text}")
    return found, error


def _unused_by_peers(order: Order) -> tuple[list[str], str]:
    """Which peers do not use the drives of this node, which waits for them and cannot be asked itself."""
    who, found = account(order), []
    for node in nodes(order)[1:]:
        used, answer = node.used(*who)
        if answer.status in FORBIDDEN:
            return [], f"{node.host}: {answer.text}"
        if answer.status == 200 and not any(drive.startswith(f"{order.node.netloc}/") for drive in used):
            found.append(f"{node.host} does not use the drives of {order.node.host}")
    return found, ""


def heal(order: Order, timeout: float) -> int:
    """Bring this node's drives what was written and take from them what was deleted while it was away. Returns how many were looked at.

    The server does that by itself, some time. Until then the restart of the next node leaves too few copies of what was written, and
    brings back what was deleted. Not within `timeout` seconds, or refused: NotServing.
    """
    who, deadline = account(order), time.monotonic() + timeout
    node, started = _first(nodes(order), lambda node: node.heal(*who))
    token = _json(node, started)["clientToken"]
    count = 0
    while True:
        status = _json(node, node.heal(*who, token))
        count += len(status.get("Items") or [])
        if status.get("Summary") == "finished":
            return count
        if status.get("Summary") == "stopped" or time.monotonic() > deadline:
            raise NotServing(
                f"{order.node.host} serves, but is not healed within {timeout:.0f} s ({count} objects): "
                f"{status.get('Detail') or status.get('Summary')}"
            )
        # The server holds a thousand results back; ask at once while there are any.
        time.sleep(0 if status.get("Items") else POLL_INTERVAL)


def _first(asked: t.Sequence[Node], ask: t.Callable[[Node], Answer]) -> tuple[Node, Answer]:
    """The first node that does not refuse because it is down or waits for its peers, and its answer."""
    for node in asked:
        answer = ask(node)
        if answer.status not in (0, 503):
            break
    return node, answer


def _json(node: Node, answer: Answer) -> dict[str, t.Any]:
    if answer.status != 200:
        raise NotServing(f"{node.host} does not heal: {answer.text} {answer.body[:300].decode('utf-8', 'replace')}")
    return json.loads(answer.body)
