# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second half of preflight: what the hosts are, judged over all of them at once. Pure functions, no I/O."""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.oracle1.minio.plugins.plugin_utils import preflight_drives as on_drives
from ansible_collections.oracle1.minio.plugins.plugin_utils import preflight_pools as on_pools
from ansible_collections.oracle1.minio.plugins.plugin_utils.topology import WIDEST_LABEL, format_rows

ARCHITECTURES = ("amd64", "arm64")
GIB = 1024**3
# Firmware and the kernel keep a part of the memory that was bought.
MEMORY_SHARE = 0.9
# systemd keeps the balancer's ports while nginx does not run.
PROCESSES = {"minio_server": ("minio", "silo"), "minio_lb": ("nginx", "systemd")}
DEFAULTS: dict[str, t.Any] = {
    "resources": "fail",
    "min_cores": 2,
    "min_memory": 4,
    "min_capacity": 100,
    "drive_size_tolerance": 5,
    "clock_skew": 2.0,
    "manage_hosts_file": False,
    "pools_change": "",
    "replaced_drives": [],
}

Facts = t.Mapping[str, t.Any]


def judge(
    results: t.Iterable[Facts],
    inputs: t.Iterable[Facts],
    groups: t.Mapping[str, t.Sequence[str]],
    plan: Facts,
    options: Facts | None = None,
) -> dict[str, t.Any]:
    """Judge what the hosts are.

    `results`: of oracle1.minio.host_facts, one per host. `inputs`: for the same hosts in the same order, `host` and `drives`
    (minio_server_drives). `plan`: of oracle1.minio.topology. Returns problems, warnings and a table of text lines.
    """
    hosts = list(zip(inputs, results))
    wanted = {**DEFAULTS, **(options or {})}
    problems: list[str] = []
    warnings: list[str] = []
    members = {name: list(groups.get(name) or []) for name in PROCESSES}
    known = {entry["host"]: result["facts"] for entry, result in hosts}
    servers = {
        name: {**facts, "drives": [_old(name, drive, wanted["replaced_drives"]) for drive in facts["drives"]]}
        for name, facts in known.items() if name in members["minio_server"]
    }
    specs = {entry["host"]: _by_path(entry.get("drives")) for entry, _result in hosts}

    _judge_machines(servers, problems)
    _judge_architectures(servers, problems)
    _judge_resources(servers, wanted, problems, warnings)
    _judge_clocks(servers, wanted["clock_skew"], problems, warnings)
    for name, facts in known.items():
        _judge_listeners(name, facts, members, problems)
        _judge_peers(name, facts, wanted["manage_hosts_file"], problems, warnings)
    for name, facts in servers.items():
        bad, doubtful = on_drives.judge_host(name, facts["drives"], specs.get(name, {}))
        problems.extend(bad)
        warnings.extend(doubtful)
    drives = {(name, drive["path"]): drive for name, facts in servers.items() for drive in facts["drives"]}
    sizes = {place: on_drives.size(drive) for place, drive in drives.items()}
    problems.extend(on_drives.judge_sizes(plan["pools"], drives, wanted["drive_size_tolerance"]))
    bad, doubtful = on_drives.judge_format(plan["pools"], drives)
    # A pool that has changed within is told in more words already.
    bad = bad or on_pools.judge(plan, servers, wanted["pools_change"])
    return {
        "problems": problems + bad,
        "warnings": warnings + doubtful,
        "table": [*plan["table"], *format_rows([("capacity", _capacity(plan, sizes))], len(WIDEST_LABEL)), "", *_host_rows(known, specs)],
    }


def _old(host: str, drive: Facts, replaced: t.Sequence[str]) -> Facts:
    """A drive that is to be replaced counts as not mounted any more: what it was is the playbook's business, not preflight's."""
    if f"{host}:{drive['path']}" not in replaced or not drive["mounted"]:
        return drive
    if drive["device"]["number"] == drive["mount"]["number"]:
        return {**drive, "format_error": ""}
    return {**drive, "mounted": False, "mount": None, "format_json": None, "format_error": "", "content": [], "on_root": True}


def _by_path(drives: t.Any) -> dict[str, Facts]:
    return {str(drive["path"]).rstrip("/"): drive for drive in drives or []}


def _judge_machines(servers: t.Mapping[str, Facts], problems: list[str]) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for name, facts in servers.items():
        own = tuple(address for address in facts["addresses"] if not _is_link_local(address))
        other = seen.setdefault(own, name) if own else name
        if other != name:
            problems.append(f"{other} and {name} are one machine ({_join(own)}); correct ansible_host, every node needs a host of its own")


def _judge_architectures(servers: t.Mapping[str, Facts], problems: list[str]) -> None:
    by_name: dict[str, list[str]] = {}
    for name, facts in servers.items():
        by_name.setdefault(facts["architecture"], []).append(name)
    for architecture, names in by_name.items():
        if architecture not in ARCHITECTURES:
            problems.append(f"{_join(names)}: no release is built for {architecture}; use hosts with {' or '.join(ARCHITECTURES)}")
    if len(by_name) > 1:
        said = "; ".join(f"{architecture} on {_join(names)}" for architecture, names in by_name.items())
        problems.append(f"the nodes mix architectures ({said}) and refuse each other, as all must run the same binary; use one architecture")


def _judge_resources(servers: t.Mapping[str, Facts], wanted: Facts, problems: list[str], warnings: list[str]) -> None:
    if wanted["resources"] == "ignore":
        return
    for name, facts in servers.items():
        short = []
        if facts["cores"] < wanted["min_cores"]:
            short.append(f"{facts['cores']} of {wanted['min_cores']} cores")
        if facts["memory"] < wanted["min_memory"] * GIB * MEMORY_SHARE:
            short.append(f"{facts['memory'] / GIB:.1f} of {wanted['min_memory']} GiB of memory")
        sizes = [on_drives.size(drive) for drive in facts["drives"]]
        # A drive without a size is a problem of its own.
        if all(sizes) and sum(sizes) < wanted["min_capacity"] * 1e9:
            short.append(f"{on_drives.gb(sum(sizes))} of {wanted['min_capacity']} GB of drives")
        if not short:
            continue
        text = f"{name} has {_join(short)}, less than the minimum for production"
        if wanted["resources"] == "warn":
            warnings.append(text)
        else:
            problems.append(f"{text}; give it more, or accept it with minio_preflight_resources: warn")


def _judge_clocks(servers: t.Mapping[str, Facts], limit: float, problems: list[str], warnings: list[str]) -> None:
    # The host read its clock between `sent` and `received`, so its offset lies surely between these two bounds.
    bounds = {}
    for name, facts in servers.items():
        clock = facts["time"]
        controller = clock.get("controller")
        if controller:
            bounds[name] = (clock["end"] - controller["received"], clock["start"] - controller["sent"])
    worst = (0.0, "", "")
    for one, (low, _high) in bounds.items():
        for other, (_low, high) in bounds.items():
            # What the clocks differ at least, however long the answers were under way.
            worst = max(worst, (low - high, one, other))
    if worst[0] > limit:
        problems.append(
            f"the clock of {worst[1]} is at least {worst[0]:.1f} s ahead of {worst[2]}, more than {limit:g} s, and the newest version of "
            "an object is the one with the latest time; synchronise the nodes (chrony or systemd-timesyncd)"
        )
    for name, (low, high) in bounds.items():
        away = max(low, -high)
        if away > limit and worst[0] <= limit:
            warnings.append(f"the clock of {name} is at least {away:.1f} s away from the controller's; requests are refused from 15 min on")
    unsynchronized = [name for name, facts in servers.items() if facts["time"]["synchronized"] is False]
    if unsynchronized:
        warnings.append(f"no time service keeps the clock of {_join(unsynchronized)}; install chrony or enable systemd-timesyncd")


def _judge_listeners(name: str, facts: Facts, members: t.Mapping[str, list[str]], problems: list[str]) -> None:
    ours = [process for group, processes in PROCESSES.items() if name in members[group] for process in processes]
    foreign: dict[tuple[int, str], None] = {}
    for listener in facts["ports"]:
        if listener["process"] not in ours:
            foreign[(listener["port"], listener["process"] or "a process that cannot be seen (run as root)")] = None
    for port, process in foreign:
        problems.append(f"{name}: port {port} is taken by {process}; stop it or choose another port")


def _judge_peers(name: str, facts: Facts, managed: bool, problems: list[str], warnings: list[str]) -> None:
    own = set(facts["addresses"])
    by_address: dict[str, list[str]] = {}
    for peer in facts["peers"]:
        other = peer["name"]
        if peer["error"]:
            if not managed:
                problems.append(
                    f"{name} cannot resolve {other} ({peer['error']}); add it to DNS, or set minio_server_manage_hosts_file: true"
                )
            continue
        addresses = [address for address in peer["addresses"] if not _is_loopback(address)]
        if other == name:
            if addresses and not own & set(addresses):
                _resolution(
                    f"{name} resolves its own name to {_join(addresses)}, none of its addresses ({_join(_global(own))}); "
                    "correct DNS or /etc/hosts", managed, problems, warnings)
            continue
        if not addresses or own & set(addresses):
            _resolution(
                f"{name} resolves {other} to {_join(peer['addresses'])}, which is {name} itself; correct DNS or /etc/hosts",
                managed, problems, warnings)
            continue
        for address in addresses:
            by_address.setdefault(address, []).append(other)
    for address, others in by_address.items():
        if len(others) > 1:
            _resolution(
                f"{name} resolves {_join(others)} to the same address {address}; give every node its own",
                managed, problems, warnings)


def _resolution(text: str, managed: bool, problems: list[str], warnings: list[str]) -> None:
    if managed:
        warnings.append(f"{text}; the role will write /etc/hosts")
    else:
        problems.append(text)


def _is_loopback(address: str) -> bool:
    return _ip(address).is_loopback


def _is_link_local(address: str) -> bool:
    return _ip(address).is_link_local


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(address.partition("%")[0])


def _global(addresses: t.Iterable[str]) -> list[str]:
    return sorted(address for address in addresses if not _is_link_local(address))


def _capacity(plan: Facts, sizes: t.Mapping[tuple[str, str], int]) -> str:
    raw = usable = 0.0
    for pool in plan["pools"]:
        known = [sizes.get((drive["host"], drive["drive"]), 0) for layout in pool["layout"] for drive in layout]
        smallest = min(known, default=0)
        if not smallest:
            return "unknown until every drive is there"
        raw += sum(known)
        usable += smallest * pool["sets"] * pool["data"]
    return f"{on_drives.gb(raw)} raw, {on_drives.gb(usable)} usable" if raw else "unknown"


def _host_rows(known: t.Mapping[str, Facts], specs: t.Mapping[str, t.Mapping[str, Facts]]) -> list[str]:
    rows = []
    for name, facts in known.items():
        parts = [
            facts["architecture"], f"{facts['cores']} cores", f"{facts['memory'] / GIB:.1f} GiB",
            facts["distribution"]["name"] or facts["distribution"]["id"],
        ]
        for drive in facts["drives"]:
            may_format = bool(specs.get(name, {}).get(drive["path"], {}).get("format"))
            what = on_drives.state(drive, may_format)
            size = on_drives.size(drive)
            parts.append(f"{drive['path']} {on_drives.gb(size)} {what}" if size else f"{drive['path']} {what}")
        rows.append((name, _join(parts)))
    return format_rows(rows)


def _join(items: t.Iterable[t.Any]) -> str:
    return ", ".join(str(item) for item in items)
