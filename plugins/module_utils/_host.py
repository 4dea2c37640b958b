# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is: clock, size, system, listening ports, name resolution. Reads only; standard library only."""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
import sys
import threading
import time
import typing as t

from ansible_collections.oracle1.minio.plugins.module_utils._server_env import parse_systemd

GO_ARCHITECTURES = {
    "x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64", "armv7l": "arm", "armv6l": "arm", "ppc64le": "ppc64le",
    "s390x": "s390x", "riscv64": "riscv64", "loongarch64": "loong64", "i686": "386", "i386": "386",
}
_TCP_LISTEN = "0A"
_STA_UNSYNC = 0x40


def read_text(path: str) -> str:
    """The content of a small file, empty if it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            return handle.read()
    except OSError:
        return ""


def pools(environment: str, configuration: str) -> list[list[str]]:
    """The server pools that a node was told, each the list of its arguments; empty where there is no node yet.

    environment: text of the server's environment file; configuration: text of its configuration file, which names the pools
    where the volume list has no pattern. Both as the role minio_server writes them; nothing else is read from them.
    """
    found: list[list[str]] = []
    for line in configuration.splitlines():
        if line.strip() == "- args:":
            found.append([])
        elif found and line.startswith(("  - ", "    - ")):
            found[-1].append(line.strip()[2:].strip("'\""))
    # A list from the time before the names lost their pattern, or the other way round: the environment decides.
    volumes = parse_systemd(environment).get("MINIO_VOLUMES", "")
    return [[argument] for argument in volumes.split()] or found


def synchronized() -> bool | None:
    """Whether the kernel's clock is disciplined by a time service, None if the kernel does not say."""
    if sys.maxsize <= 2**32:
        return None
    # struct timex on 64 bits: modes at 0 (0 = only read), status at 40.
    timex = ctypes.create_string_buffer(512)
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(timex)
    except (AttributeError, OSError):
        return None
    if state < 0:
        return None
    return not struct.unpack_from("i", timex, 40)[0] & _STA_UNSYNC


def system(root: str = "/") -> dict[str, t.Any]:
    """Cores, memory in bytes, architecture by Go's name, distribution from os-release."""
    machine = platform.machine()
    release = {}
    for line in read_text(os.path.join(root, "etc/os-release")).splitlines():
        key, found, value = line.partition("=")
        if found:
            release[key] = value.strip().strip("\"'")
    memory = 0
    for line in read_text(os.path.join(root, "proc/meminfo")).splitlines():
        if line.startswith("MemTotal:"):
            memory = int(line.split()[1]) * 1024
    return {
        "hostname": socket.gethostname(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": memory,
        "machine": machine,
        "architecture": GO_ARCHITECTURES.get(machine, machine),
        "distribution": {
            "id": release.get("ID", ""),
            "version": release.get("VERSION_ID", ""),
            "name": release.get("PRETTY_NAME", ""),
        },
    }


def _address(text: str) -> str:
    """An address of /proc/net/tcp or tcp6: 32 bit words in the machine's byte order."""
    words = [text[at:at + 8] for at in range(0, len(text), 8)]
    packed = b"".join(struct.pack("=I", int(word, 16)) for word in words)
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def _listeners(ports: t.Container[int]) -> list[dict[str, t.Any]]:
    found = []
    for name in ("tcp", "tcp6"):
        for line in read_text(f"/proc/net/{name}").splitlines()[1:]:
            fields = line.split()
            address, _colon, port = fields[1].partition(":")
            if fields[3] == _TCP_LISTEN and int(port, 16) in ports:
                found.append({"port": int(port, 16), "address": _address(address), "inode": fields[9]})
    return found


def _owners(inodes: set[str]) -> dict[str, int]:
    """Process by socket inode; PID 1, which keeps sockets for others, only where there is no other. Only root sees those of others."""
    owners: dict[str, int] = {}
    for pid in sorted(filter(str.isdigit, os.listdir("/proc")), key=lambda pid: pid == "1"):
        try:
            handles = os.listdir(f"/proc/{pid}/fd")
        except OSError:
            continue
        for handle in handles:
            try:
                target = os.readlink(f"/proc/{pid}/fd/{handle}")
            except OSError:
                continue
            if target.startswith("socket:[") and target[8:-1] in inodes:
                owners.setdefault(target[8:-1], int(pid))
        if len(owners) == len(inodes):
            break
    return owners


def listening(ports: t.Collection[int]) -> list[dict[str, t.Any]]:
    """Who listens on these TCP ports: port, address, pid and process name (None where it cannot be seen)."""
    listeners = _listeners(set(ports))
    owners = _owners({entry["inode"] for entry in listeners}) if listeners else {}
    result = []
    for entry in sorted(listeners, key=lambda entry: (entry["port"], entry["address"])):
        pid = owners.get(entry["inode"])
        process = read_text(f"/proc/{pid}/comm").strip() if pid else ""
        result.append({"port": entry["port"], "address": entry["address"], "pid": pid, "process": process or None})
    return result


def addresses() -> list[str]:
    """The addresses of this host, loopback excluded."""
    found = set()
    lines = read_text("/proc/net/fib_trie").splitlines()
    for previous, line in zip(lines, lines[1:]):
        if "host LOCAL" in line:
            found.add(previous.split("--")[-1].strip())
    for line in read_text("/proc/net/if_inet6").splitlines():
        found.add(socket.inet_ntop(socket.AF_INET6, bytes.fromhex(line.split()[0])))
    return sorted(address for address in found if not address.startswith("127.") and address != "::1")


def resolve(names: t.Sequence[str], timeout: float) -> list[dict[str, t.Any]]:
    """What the host's resolver answers for each name, asked in parallel: addresses or an error."""
    answers: dict[str, dict[str, t.Any]] = {}

    def ask(name: str) -> None:
        try:
            infos = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers[name] = {"name": name, "addresses": [], "error": getattr(error, "strerror", None) or str(error)}
        else:
            answers[name] = {"name": name, "addresses": sorted({str(info[4][0]) for info in infos}), "error": None}

    # Daemon threads: a resolver that does not answer must not keep the module from ending.
    threads = [threading.Thread(target=ask, args=(name,), daemon=True) for name in dict.fromkeys(names)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + timeout
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    silent = f"no answer within {timeout:g} s"
    return [answers.get(name, {"name": name, "addresses": [], "error": silent}) for name in dict.fromkeys(names)]
