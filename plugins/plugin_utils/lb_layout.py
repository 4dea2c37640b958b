# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sets of nodes a balancer can keep requests from without a reload, where it reaches its nodes, and numbers for nginx. Pure."""

from __future__ import annotations

import re
import typing as t

_ADDRESS = re.compile(r"[0-9.]+$|.*:")


def layout(
    servers: t.Sequence[str],
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]],
    addresses: t.Mapping[str, str] | None = None,
    drained: t.Sequence[str] = (),
) -> dict[str, t.Any]:
    """The layout; its keys are those documented in plugins/filter/lb_layout.yml."""
    sets = groups(servers)
    if drained and set(drained) not in [set(group) for group in sets]:
        sets.append([name for name in servers if name in drained])
    return {
        "addresses": {name: _bracketed((addresses or {}).get(name) or _address(name, hostvars)) for name in servers},
        "groups": [
            {"suffix": "".join(f"-{servers.index(name) + 1}" for name in group), "drained": group} for group in [[], *sets]
        ],
    }


def groups(servers: t.Sequence[str]) -> list[list[str]]:
    """Each node, each two that follow each other, the beginnings that wait together while settings change, and the ends.

    A node with new settings waits until half of the others have them too, so up to half of the nodes and the next one are
    drained at once. While the list of pools changes, the first half has changed and the others must not be asked, less one in
    every round. The number stays linear in the nodes.
    """
    count = len(servers)
    found = [{index} for index in range(count)]
    found += [{index, (index + 1) % count} for index in range(count)]
    found += [set(range(size)) for size in range(3, (count - 1) // 2 + 2)]
    found += [set(range(start, count)) for start in range(max(count // 2, 1), count)]
    unique = [group for number, group in enumerate(found) if group not in found[:number] and len(group) < count]
    return [[servers[index] for index in sorted(group)] for group in unique]


def up_to(limit: int) -> str:
    """Regular expression of all whole numbers from 0 to the limit, because nginx compares texts only."""
    digits = str(int(limit))
    smaller = [rf"[0-9]{{1,{len(digits) - 1}}}"] if len(digits) > 1 else []
    for place, digit in enumerate(digits):
        least = 1 if place == 0 and len(digits) > 1 else 0
        if int(digit) > least:
            smaller.append(f"{digits[:place]}[{least}-{int(digit) - 1}]" + "[0-9]" * (len(digits) - place - 1))
    return f"(?:{'|'.join([*smaller, digits])})"


def _address(name: str, hostvars: t.Mapping[str, t.Mapping[str, t.Any]]) -> str:
    """The node's ansible_host where that is an address that others can use, else its name."""
    host = str((hostvars[name] if name in hostvars else {}).get("ansible_host") or "")
    return host if _ADDRESS.match(host) and not host.startswith("127.") else name


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
