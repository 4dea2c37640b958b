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
from ansible_collections.oracle1.minio.plugins.module_utils._server_restart import (
    GUARD_INTERVAL, POLL_INTERVAL, NotServing, Order, unsettled,
)

FORBIDDEN = (401, 403, 404)
# How often what could not be healed is tried before it is left as it is.
HEALS = 3


def account(order: Order) -> tuple[str, str]:
    return process.account(order.unit)


def make(order: Order, reached: str, judged: str, settle: float, heal_timeout: float) -> str:
    """Wait until drives are in use (`settle`) and healed (`heal_timeout`), where these are not 0. Returns a warning."""
    if settle and check_use(order, reached, judged):
        time.sleep(unsettled(process.show(order.unit), settle))
    failed = heal(order, heal_timeout) if heal_timeout else []
    return f"{len(failed)} objects cannot be healed: {'; '.join(failed[:5])}" if failed else ""


def nodes(order: Order) -> list[Node]:
    return [order.node, *(Node(peer, order.ca_path) for peer in order.peers)]


def check_use(order: Order, reached: str, judged: str = "all") -> str:
    """Wait until the judged nodes use all good drives: `all` that answer, the `own` one, or the `others`, then without the own drives.

    A server takes its peers' drives into use in its first second; one that it missed then it looks for every 15 s. Until then it
    is healthy by all of its own checks, does not find objects that exist, and acknowledges deletes that delete nothing.
    Returns why it cannot be asked, or nothing.
    """
    deadline = time.monotonic() + order.timeout
    while True:
        wrong, error = unused_by_peers(order) if reached == "joined" else _unused(order, judged)
        if error or not wrong:
            return error
        if time.monotonic() + GUARD_INTERVAL > deadline:
            raise NotServing(
                f"{order.node.host} {'can be spared' if judged == 'others' else 'serves'}, but {'; '.join(wrong)}. `journalctl -u {order.unit}` there "
                "may say why. A server that has lost sight of a good drive finds it again when it is restarted")
        time.sleep(GUARD_INTERVAL)


def _unused(order: Order, judged: str) -> tuple[list[str], str]:
    """Which of the judged nodes do not use which drives, and why that cannot be told."""
    who, asked = account(order), nodes(order)
    for node in asked:
        good, error = node.present(*who)
        if not error:
            break
    else:
        return [], error
    hosts = {node.host for node in {"all": asked, "own": asked[:1], "others": asked[1:]}[judged]}
    excused = {*order.behind, *(order.waiting if judged == "others" else [])}
    seen: dict[str, set[str]] = {}
    found: list[str] = []
    for node in asked:
        used, answer = node.used(*who)
        if answer.status in FORBIDDEN:
            return [], f"{node.host}: {answer.text}"
        if answer.status == 200 and node.host in order.behind:
            # A node with another list of pools has fewer drives to use, or more.
            found += lacking(node.present(*who)[0], {node.host: used}, hosts)
        elif answer.status == 200:
            seen[node.host] = used
        # A peer that does not answer at all is down, and its clients go elsewhere.
        elif answer.status and node.host in hosts - excused:
            found.append(f"{node.host} answers {answer.text}")
    without = order.node.netloc if judged == "others" else ""
    return found + lacking(good, seen, hosts, without), ""


def lacking(good: t.Collection[str], seen: t.Mapping[str, set[str]], judged: t.Collection[str], without: str = "") -> list[str]:
    """Which of the judged nodes do not use which drives: those that are good, and those that any node uses, `without` those of one.

    `good` alone is not enough: a node that has just started has not heard from its peers, and takes them and their drives for offline.
    """
    every = {drive for drive in set(good).union(*seen.values()) if not (without and drive.startswith(f"{without}/"))}
    return [f"{host} does not use {', '.join(sorted(every - used))}" for host, used in seen.items() if host in judged and every - used]


def unused_by_peers(order: Order) -> tuple[list[str], str]:
    """Which peers do not use the drives of this node, which waits for them and cannot be asked itself."""
    who, found = account(order), []
    for node in nodes(order)[1:]:
        used, answer = node.used(*who)
        if answer.status in FORBIDDEN:
            return [], f"{node.host}: {answer.text}"
        if answer.status == 200 and not any(drive.startswith(f"{order.node.netloc}/") for drive in used):
            if node.host in order.behind:
                known, error = node.members(*who)
                if not error and order.node.host not in known:
                    continue  # Its list of pools lacks the node.
            found.append(f"{node.host} does not use the drives of {order.node.host}")
    return found, ""


def heal(order: Order, timeout: float) -> list[str]:
    """Bring every drive what was written and take from it what was deleted while it was away. Returns what could not be healed, in words.

    The server does that by itself, some time. Until then the restart of the next node leaves too few copies of what was written, and
    brings back what was deleted. What is in use at the moment cannot always be healed, so what failed is tried again; what fails each
    time is damaged for longer than this run. Not within `timeout` seconds, or refused: NotServing.
    """
    deadline = time.monotonic() + timeout
    failed: dict[str, str] = {}
    for number in range(HEALS):
        found = heal_once(order, deadline, timeout)
        failed = {name: why for name, why in found.items() if not number or name in failed}
        if not failed:
            break
        time.sleep(GUARD_INTERVAL)
    return [f"{name}: {why}" for name, why in sorted(failed.items())]


def heal_once(order: Order, deadline: float, timeout: float) -> dict[str, str]:
    """Look at everything once: what could not be healed, and why."""
    who = account(order)
    node, started = _first(nodes(order), lambda node: node.heal(*who))
    token = _json(node, started)["clientToken"]
    count, failed = 0, {}
    while True:
        status = _json(node, node.heal(*who, token))
        items = status.get("Items") or []
        count += len(items)
        failed.update({f"{item.get('bucket')}/{item.get('object', '')}": item["detail"] for item in items if item.get("detail")})
        if status.get("Summary") == "finished":
            return failed
        if status.get("Summary") == "stopped" or time.monotonic() > deadline:
            raise NotServing(
                f"the cluster is not healed within {timeout:.0f} s ({count} objects): {status.get('Detail') or status.get('Summary')}; "
                "raise minio_server_heal_timeout, or leave healing to the server with minio_server_heal_timeout: 0"
            )
        # The server holds a thousand results back; ask at once while there are any.
        time.sleep(0 if items else POLL_INTERVAL)


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
