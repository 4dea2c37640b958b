# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a MinIO server makes of hosts and drives: volume arguments, erasure sets, quorums and the losses survived.

The rules are the server's (cmd/endpoint-ellipses.go, internal/config/storageclass/storage-class.go and
cmd/erasure-server-pool.go of github.com/minio/minio at 7aac2a2c5b7c); a unit test compares them with the server's own
answers. Pure functions, no I/O.
"""

from __future__ import annotations

import ipaddress
import math
import re
import typing as t
from collections import Counter
from dataclasses import dataclass, field

SET_SIZES = range(2, 17)
POOL_KEYS = frozenset(("hosts", "drives", "parity"))
WIDEST_LABEL = "drives that may be lost per set"

_DIGITS = re.compile(r"(\d+)")
_HOST = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")
_PATH = re.compile(r"^(/[A-Za-z0-9._+@=-]+)+$")


@dataclass
class Pool:
    """One server pool: its input and what the server makes of it. Endpoints are in the server's order."""

    number: int
    hosts: list[str]
    drives: list[str]
    path_style: bool = False
    endpoints: list[tuple[str, str]] = field(default_factory=list)
    set_size: int = 0
    sets: int = 0
    error: str = ""

    @property
    def layout(self) -> list[list[tuple[str, str]]]:
        size = self.set_size
        return [self.endpoints[i * size:(i + 1) * size] for i in range(self.sets)]

    def losses(self, parity: int, quorum: int) -> int:
        """How many nodes may be lost, whichever they are, before a set has fewer than `quorum` drives."""
        return min(_nodes_lost([host for host, _drive in drives], quorum) for drives in self.layout)


def default_parity(set_size: int) -> int:
    """The server's rule when no storage class is set (DefaultParityBlocks)."""
    if set_size == 1:
        return 0
    return {2: 1, 3: 1, 4: 2, 5: 2, 6: 3, 7: 3}.get(set_size, 4)


def write_quorum(set_size: int, parity: int) -> int:
    """Drives of a set that must take a write: the data drives, one more when data and parity are equal."""
    data = set_size - parity
    return data + 1 if data == parity else data


def set_size(total: int, symmetry: int, override: int = 0) -> tuple[int, str]:
    """Drives per erasure set for a pool, or 0 and the reason why the server refuses it.

    `symmetry` is the length of the leftmost pattern of the volume argument, which alone decides in the server.
    """
    if total == 1:
        return 1, ""
    divisors = [size for size in SET_SIZES if total % size == 0]
    if not divisors:
        return 0, f"{total} drives cannot be divided into erasure sets of 2 to 16 drives"
    if override:
        if override not in divisors:
            return 0, f"MINIO_ERASURE_SET_DRIVE_COUNT is {override}, {total} drives allow {_join(divisors)}"
        return override, ""
    symmetric = [size for size in divisors if max(symmetry, size) % min(symmetry, size) == 0]
    if not symmetric:
        return 0, f"{total} drives cannot be spread evenly over {symmetry} hosts in erasure sets of 2 to 16 drives"
    return symmetric[-1], ""


def ellipsis_pattern(names: t.Sequence[str]) -> str | None:
    """The `{a...b}` pattern that expands to exactly these names in this order, None if there is none."""
    if len(names) == 1:
        return names[0]
    split = [_DIGITS.split(name) for name in names]
    first = split[0]
    if any(len(parts) != len(first) for parts in split):
        return None
    varying = [i for i in range(len(first)) if len({parts[i] for parts in split}) > 1]
    if len(varying) != 1 or varying[0] % 2 == 0:
        return None
    at = varying[0]
    texts = [parts[at] for parts in split]
    numbers = [int(text) for text in texts]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    plain = [str(number) for number in numbers]
    if texts != plain:
        width = len(texts[-1])
        padded = [str(number).zfill(width) for number in numbers]
        # The server pads to the width of the end, when either end begins with a zero.
        if texts != padded or not texts[0].startswith("0"):
            return None
    return "".join([*first[:at], "{" + texts[0] + "..." + texts[-1] + "}", *first[at + 1:]])


def plan(
    pools: t.Any,
    scheme: str = "https",
    port: int = 9000,
    parity: int | None = None,
    set_drive_count: int | None = None,
    allow_node_loss: bool = False,
) -> dict[str, t.Any]:
    """The topology of `pools`; the keys are those documented in plugins/filter/topology.yml."""
    problems: list[str] = []
    warnings: list[str] = []
    parsed, wanted = _parse(pools, parity, problems)
    override = _override(set_drive_count, problems)
    nodes = list(dict.fromkeys(host for pool in parsed for host in pool.hosts))
    single = len(nodes) == 1
    for pool in parsed:
        _lay_out(pool, single, override)
        if pool.error:
            problems.append(f"pool {pool.number}: {pool.error}; {_count_fix(pool, bool(override))}")
        elif pool.set_size == 1 and len(parsed) > 1:
            problems.append(
                f"pool {pool.number}: one drive cannot be a pool beside others; give every pool at least two drives"
            )
    result = _empty(problems, warnings, nodes, parsed)
    if not parsed or problems:
        return result

    ec = default_parity(parsed[0].set_size) if wanted is None else wanted
    _judge_parity(parsed, ec, wanted, problems)
    if problems:
        return result
    result.update(_numbers(parsed, ec))
    result.update(_arguments(parsed, scheme, port, override))
    _judge_losses(parsed, ec, bool(override), allow_node_loss, problems, warnings)
    _advise(parsed, ec, warnings)
    result["table"] = _table(result, parsed, ec, single)
    return result


def _parse(pools: t.Any, parity: t.Any, problems: list[str]) -> tuple[list[Pool], int | None]:
    parsed: list[Pool] = []
    parities: dict[int, list[str]] = {}
    if parity not in (None, ""):
        _add_parity(parity, "minio_server_parity", parities, problems)
    if not isinstance(pools, (list, tuple)) or not pools:
        problems.append("minio_server_pools is empty: name at least one pool with its hosts and drives")
        return [], None
    for number, pool in enumerate(pools, 1):
        if not isinstance(pool, t.Mapping):
            problems.append(f"pool {number}: is no dictionary; write hosts: and drives:")
            continue
        unknown = sorted(str(key) for key in set(pool) - POOL_KEYS)
        if unknown:
            problems.append(f"pool {number}: unknown key {_join(unknown)}; use hosts, drives and parity")
        hosts = _names(pool.get("hosts"), number, "hosts", problems)
        drives = _names(pool.get("drives"), number, "drives", problems)
        if pool.get("parity") not in (None, ""):
            _add_parity(pool["parity"], f"pool {number}", parities, problems)
        if hosts and drives:
            parsed.append(Pool(number, hosts, [drive.rstrip("/") or "/" for drive in drives]))
    _judge_names(parsed, problems)
    if len(parities) > 1:
        said = _join(f"EC:{value} ({_join(places)})" for value, places in sorted(parities.items()))
        problems.append(f"the server has one parity for all pools, but there are {said}; give one minio_server_parity")
        return parsed, None
    return parsed, next(iter(parities), None)


def _add_parity(value: t.Any, place: str, parities: dict[int, list[str]], problems: list[str]) -> None:
    text = str(value)
    text = text[3:] if text.upper().startswith("EC:") else text
    if isinstance(value, bool) or not text.isascii() or not text.isdigit():
        problems.append(f"parity {value!r} of {place} is no number of drives; write for example minio_server_parity: 1")
        return
    parities.setdefault(int(text), []).append(place)


def _names(value: t.Any, number: int, key: str, problems: list[str]) -> list[str]:
    if isinstance(value, str) or not isinstance(value, t.Iterable) or isinstance(value, t.Mapping) or not value:
        problems.append(f"pool {number}: {key} is missing or no list; list the {key} in the order of the volume list")
        return []
    return [str(item) for item in value]


def _judge_names(pools: list[Pool], problems: list[str]) -> None:
    seen: dict[str, int] = {}
    for pool in pools:
        for what, names in (("host", pool.hosts), ("drive", pool.drives)):
            for name, count in Counter(names).items():
                if count > 1:
                    problems.append(f"pool {pool.number}: {what} {name} is listed {count} times; list it once")
        for host in dict.fromkeys(pool.hosts):
            if not (_HOST.match(host) or _is_ipv6(host)):
                problems.append(
                    f"pool {pool.number}: {host!r} is no host name or address; use the name that the peers resolve, "
                    "without scheme, port or path"
                )
            if host in seen:
                problems.append(
                    f"host {host} is in pool {seen[host]} and in pool {pool.number}; a host belongs to one pool, "
                    "add hosts for a new pool"
                )
            seen.setdefault(host, pool.number)
        for drive in dict.fromkeys(pool.drives):
            if not _PATH.match(drive) or ".." in drive.split("/"):
                problems.append(
                    f"pool {pool.number}: drive {drive!r} is no absolute path below /; use letters, digits and ._+@=-, "
                    "for example /mnt/minio/drive1"
                )
            parents = [other for other in pool.drives if drive.startswith(other + "/")]
            if parents:
                problems.append(
                    f"pool {pool.number}: drive {drive} lies inside drive {parents[0]}; mount the drives side by side"
                )


def _is_ipv6(host: str) -> bool:
    try:
        return bool(ipaddress.IPv6Address(host))
    except ValueError:
        return False


def _override(value: t.Any, problems: list[str]) -> int:
    if value in (None, "", 0, "0"):
        return 0
    text = str(value)
    if isinstance(value, bool) or not text.isdigit() or int(text) not in SET_SIZES:
        problems.append(f"MINIO_ERASURE_SET_DRIVE_COUNT is {value!r}; use a number from 2 to 16, or remove it")
        return 0
    return int(text)


def _lay_out(pool: Pool, single: bool, override: int) -> None:
    pool.path_style = single
    pool.endpoints = [(host, drive) for drive in pool.drives for host in pool.hosts]
    symmetry = len(pool.hosts) if len(pool.hosts) > 1 else len(pool.drives)
    pool.set_size, pool.error = set_size(len(pool.endpoints), symmetry, override)
    pool.sets = len(pool.endpoints) // pool.set_size if pool.set_size else 0


def _judge_parity(pools: list[Pool], parity: int, wanted: int | None, problems: list[str]) -> None:
    for pool in pools:
        most = pool.set_size // 2
        if parity <= most:
            continue
        if wanted is None:
            problems.append(
                f"pool {pool.number}: sets of {pool.set_size} drives allow at most EC:{most}, but pool 1 brings EC:{parity} "
                f"for all pools; set minio_server_parity: {min(p.set_size // 2 for p in pools)} or give the pool more drives"
            )
        else:
            problems.append(
                f"pool {pool.number}: parity {parity} is more than half of a set of {pool.set_size} drives; "
                f"set minio_server_parity: {most} or less"
            )


def _numbers(pools: list[Pool], parity: int) -> dict[str, t.Any]:
    first = pools[0]
    usable = sum((p.set_size - parity) * p.sets for p in pools) / sum(len(p.endpoints) for p in pools)
    return {
        "sets": sum(p.sets for p in pools),
        "set_size": first.set_size,
        "parity": parity,
        "data": first.set_size - parity,
        "read_quorum": first.set_size - parity,
        "write_quorum": write_quorum(first.set_size, parity),
        "usable": round(usable, 4),
        "survives_nodes": min(p.losses(parity, write_quorum(p.set_size, parity)) for p in pools),
        "survives_nodes_read": min(p.losses(parity, p.set_size - parity) for p in pools),
        "survives_drives": min(p.set_size - write_quorum(p.set_size, parity) for p in pools),
        "survives_drives_read": parity,
        "pools": [_pool_result(p, parity) for p in pools],
    }


def _pool_result(pool: Pool, parity: int) -> dict[str, t.Any]:
    return {
        "hosts": pool.hosts,
        "drives": pool.drives,
        "sets": pool.sets,
        "set_size": pool.set_size,
        "data": pool.set_size - parity,
        "read_quorum": pool.set_size - parity,
        "write_quorum": write_quorum(pool.set_size, parity),
        "usable": round((pool.set_size - parity) / pool.set_size, 4),
        "layout": [[{"host": host, "drive": drive} for host, drive in drives] for drives in pool.layout],
    }


def _arguments(pools: list[Pool], scheme: str, port: int, override: int) -> dict[str, t.Any]:
    arguments = [_argument(pool, scheme, port) for pool in pools]
    ellipsis = all(
        argument is not None and ("{" in argument or (len(pools) == 1 and len(pools[0].endpoints) == 1))
        for argument in arguments
    )
    config_pools = []
    for pool, argument in zip(pools, arguments):
        args = [_url(pool, host, drive, scheme, port) for host, drive in pool.endpoints]
        entry: dict[str, t.Any] = {"args": [argument] if argument is not None else args}
        if pool.set_size > 1:
            # Written down, because without a pattern the server ignores the symmetry of hosts.
            entry["set-drive-count"] = override or pool.set_size
        config_pools.append(entry)
    return {
        "style": "ellipsis" if ellipsis else "file",
        "volumes": arguments if ellipsis else [],
        "config_pools": config_pools,
    }


def _argument(pool: Pool, scheme: str, port: int) -> str | None:
    drives = ellipsis_pattern(pool.drives)
    if drives is None:
        return None
    if pool.path_style:
        return drives
    hosts = ellipsis_pattern(pool.hosts)
    # Ranges inside an IPv6 literal would read as hexadecimal; the configuration file takes them one by one.
    if hosts is None or (len(pool.hosts) > 1 and ":" in hosts):
        return None
    return _url(pool, hosts, drives, scheme, port)


def _url(pool: Pool, host: str, drive: str, scheme: str, port: int) -> str:
    if pool.path_style:
        return drive
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{drive}"


def _judge_losses(
    pools: list[Pool], parity: int, override: bool, allowed: bool, problems: list[str], warnings: list[str]
) -> None:
    if pools[0].path_style:
        if parity:
            warnings.append("one node: drives may fail, the node may not; a cluster that survives a node has at least three")
        else:
            warnings.append("one node and no parity: what the drive loses is lost")
        return
    for pool in pools:
        if pool.losses(parity, write_quorum(pool.set_size, parity)) > 0:
            continue
        held = max(Counter(host for host, _drive in drives).most_common(1)[0][1] for drives in pool.layout)
        spare = pool.set_size - write_quorum(pool.set_size, parity)
        text = (
            f"pool {pool.number}: EC:{parity} on sets of {pool.set_size} drives does not survive the loss of one node "
            f"(a node holds {held} {_plural(held, 'drive')} of a set, {spare} may be lost)"
        )
        if allowed:
            warnings.append(f"{text}; accepted by minio_preflight_allow_node_loss_unsafe")
        else:
            problems.append(
                f"{text}; {_parity_fix(pools, pool, override)}, or accept the risk with minio_preflight_allow_node_loss_unsafe: true"
            )


def _parity_fix(pools: list[Pool], broken: Pool, override: bool) -> str:
    for parity in range(1, min(pool.set_size for pool in pools) // 2 + 1):
        if all(pool.losses(parity, write_quorum(pool.set_size, parity)) > 0 for pool in pools):
            usable = sum((p.set_size - parity) * p.sets for p in pools) / sum(len(p.endpoints) for p in pools)
            return f"set minio_server_parity: {parity} ({usable:.1%} usable)"
    return _count_fix(broken, override)


def _count_fix(pool: Pool, override: bool) -> str:
    """What to change when no parity helps: the nearest number of hosts or drives that works."""
    if override:
        return "remove MINIO_ERASURE_SET_DRIVE_COUNT or choose another value"
    hosts, drives = len(pool.hosts), len(pool.drives)
    found = []
    for key, tries in (
        ("drives per host", [(hosts, drives + step) for step in (-1, 1, -2, 2, -3, 3)]),
        ("hosts", [(hosts + step, drives) for step in (1, -1, 2, -2, 3, -3)]),
    ):
        for more_hosts, more_drives in tries:
            if more_hosts > 0 and more_drives > 0 and _works(more_hosts, more_drives, hosts == 1):
                found.append(f"{more_drives if key != 'hosts' else more_hosts} {key}")
                break
    return f"use {' or '.join(found)}" if found else "use at least 3 hosts with the same number of drives"


def _works(hosts: int, drives: int, single: bool) -> bool:
    if hosts == 1:
        return single and set_size(drives, drives)[0] > 0
    size, _error = set_size(hosts * drives, hosts)
    return bool(size) and any(
        math.ceil(size / hosts) <= size - write_quorum(size, parity) for parity in range(1, size // 2 + 1)
    )


def _advise(pools: list[Pool], parity: int, warnings: list[str]) -> None:
    for pool in pools:
        if parity > 1 and pool.set_size == 2 * parity:
            less = pool.losses(parity - 1, write_quorum(pool.set_size, parity - 1))
            if less and less >= pool.losses(parity, write_quorum(pool.set_size, parity)):
                warnings.append(
                    f"pool {pool.number}: EC:{parity} is half of an even set of {pool.set_size}, so writes need one drive more; "
                    f"EC:{parity - 1} survives as many nodes for writes and gives "
                    f"{(pool.set_size - parity + 1) / pool.set_size:.1%} usable instead of {0.5:.1%}"
                )
    if len(pools) > 1 and len({pool.set_size for pool in pools}) > 1:
        sizes = _join(dict.fromkeys(pool.set_size for pool in pools))
        warnings.append(f"the pools have sets of {sizes} drives; EC:{parity} protects them differently")


def _nodes_lost(hosts: t.Sequence[str], quorum: int) -> int:
    left, lost = len(hosts), 0
    for _host, count in Counter(hosts).most_common():
        left -= count
        if left < quorum:
            return lost
        lost += 1
    return lost


def _empty(problems: list[str], warnings: list[str], nodes: list[str], pools: list[Pool]) -> dict[str, t.Any]:
    return {
        "volumes": [], "style": "", "config_pools": [], "sets": 0, "set_size": 0, "data": 0, "parity": 0,
        "read_quorum": 0, "write_quorum": 0, "usable": 0.0, "survives_nodes": 0, "survives_nodes_read": 0,
        "survives_drives": 0, "survives_drives_read": 0, "nodes": len(nodes),
        "drives": sum(len(pool.endpoints) for pool in pools), "pools": [], "problems": problems, "warnings": warnings,
        "table": [],
    }


def _table(result: dict[str, t.Any], pools: list[Pool], parity: int, single: bool) -> list[str]:
    rows = [("nodes", str(result["nodes"])), ("drives", str(result["drives"]))]
    for pool in pools:
        name = f"pool {pool.number}" if len(pools) > 1 else "erasure sets"
        rows.append((
            name,
            f"{len(pool.hosts)} x {len(pool.drives)} drives, {pool.sets} {_plural(pool.sets, 'set')} of {pool.set_size}, "
            f"EC:{parity}: {pool.set_size - parity} of {pool.set_size} drives data, "
            f"read quorum {pool.set_size - parity}, write quorum {write_quorum(pool.set_size, parity)}",
        ))
    rows.append(("usable", f"{result['usable']:.1%}"))
    if not single:
        rows.append(("nodes that may be lost", _loss(result, "nodes")))
    rows.append((WIDEST_LABEL, _loss(result, "drives")))
    arguments = result["volumes"] or [arg for pool in result["config_pools"] for arg in pool["args"]]
    rows.append(("volumes" if result["style"] == "ellipsis" else "volumes (configuration file)", " ".join(arguments)))
    return format_rows(rows)


def _loss(result: dict[str, t.Any], what: str) -> str:
    write, read = result[f"survives_{what}"], result[f"survives_{what}_read"]
    return str(write) if write == read else f"{write} (reads go on with {read} lost)"


def format_rows(rows: t.Sequence[tuple[str, str]], width: int = 0) -> list[str]:
    """Two aligned columns as lines of text; the first is at least `width` wide."""
    width = max([width, *(len(name) for name, _value in rows)])
    return [f"{name:<{width}}  {value}".rstrip() for name, value in rows]


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _join(items: t.Iterable[t.Any]) -> str:
    return ", ".join(str(item) for item in items)
