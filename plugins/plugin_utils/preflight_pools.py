# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pools of the inventory against those that the cluster has. Pure functions, no I/O.

A pool is added and removed by playbooks of their own, which know what must come first; any other change of the list is none
that the server takes.
"""

from __future__ import annotations

import re
import typing as t

CHANGES = ("append", "remove")
_ADDRESS = re.compile(r"^https?://(.*?)(?::\d+)?(/.*)$")

Facts = t.Mapping[str, t.Any]


def judge(plan: Facts, servers: t.Mapping[str, Facts], allowed: str = "") -> list[str]:
    """Problems. `servers`: facts of oracle1.minio.host_facts by host; `allowed`: the change that the caller is about to make."""
    formatted = _formatted(plan, servers)
    if not any(formatted.values()):
        # Nothing is stored yet, so every list is as good as another.
        return []
    problems: list[str] = []
    wanted = pools(plan)
    told = {host: [_plain(pool) for pool in facts.get("pools") or []] for host, facts in servers.items()}
    new = [number for number, has in formatted.items() if not has]
    if new and "append" != allowed:
        problems.append(
            f"minio_server_pools: {_numbers(new)} not part of the cluster yet; add it with playbooks/expand.yml, which keeps the data "
            "readable while the volume list changes on all nodes"
        )
    for known in {str(value): value for value in told.values() if value}.values():
        if known == wanted or wanted[:len(known)] == known:
            continue
        hosts = ", ".join(host for host, value in told.items() if value == known)
        if [pool for pool in known if pool in wanted] == wanted:
            gone = ", ".join(" ".join(pool) for pool in known if pool not in wanted)
            if allowed != "remove":
                problems.append(
                    f"minio_server_pools lacks a pool of the cluster ({gone} on {hosts}), and without it its objects cannot be read; "
                    "put it back, or move its objects away with playbooks/decommission.yml and take it out with playbooks/remove_pool.yml"
                )
        else:
            problems.append(
                f"minio_server_pools changes pools that the cluster has: {hosts} {'has' if ',' not in hosts else 'have'} "
                f"{_show(known)}, the inventory {_show(wanted)}; restore hosts, drives and order, and append a pool instead"
            )
    return problems


def pools(plan: Facts) -> list[list[str]]:
    """The plan's pools as the server is told them, without scheme and port."""
    if plan["volumes"]:
        return [_plain([argument]) for argument in plan["volumes"]]
    return [_plain(pool["args"]) for pool in plan["config_pools"]]


def _plain(arguments: t.Sequence[str]) -> list[str]:
    return [_ADDRESS.sub(r"\1\2", argument) for argument in arguments]


def _formatted(plan: Facts, servers: t.Mapping[str, Facts]) -> dict[int, bool]:
    """Whether a pool holds a format, by its number; without pools of which no host was seen."""
    found: dict[int, bool] = {}
    for number, pool in enumerate(plan["pools"], 1):
        seen = [drive for host in pool["hosts"] for drive in (servers.get(host) or {}).get("drives") or []]
        if seen:
            # A drive that cannot be read may well hold one.
            found[number] = any(drive["format_json"] or drive["format_error"] for drive in seen)
    return found


def _numbers(numbers: t.Sequence[int]) -> str:
    names = ", ".join(str(number) for number in numbers)
    return f"pool {names} is" if len(numbers) == 1 else f"pools {names} are"


def _show(value: t.Sequence[t.Sequence[str]]) -> str:
    return " | ".join(" ".join(pool) for pool in value)
