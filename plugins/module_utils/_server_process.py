# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the live server process runs, what the files on disk want it to run, and how the two differ.

Everything is read from systemd and /proc, so that a run that was interrupted between a file and its restart is
finished by the next one. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import typing as t
from dataclasses import dataclass, field

from ansible_collections.oracle1.minio.plugins.module_utils._server_env import parse_systemd

REVISION = "ORACLE1_UNIT_REVISION"
RUNNING = ("active", "activating", "reloading")
PROPERTIES = (
    "LoadState", "ActiveState", "SubState", "MainPID", "NRestarts", "NeedDaemonReload", "FragmentPath", "Environment",
    "EnvironmentFiles", "UnitFileState", "Result", "InvocationID", "Job", "AssertResult", "User", "Group",
    "ActiveEnterTimestampMonotonic",
)
# Variables that the server does not compare with its peers at boot (skipEnvs in cmd/bootstrap-peer-server.go).
NOT_COMPARED = frozenset((
    "MINIO_OPTS", "MINIO_CERT_PASSWD", "MINIO_SERVER_DEBUG", "MINIO_DSYNC_TRACE", "MINIO_ROOT_USER",
    "MINIO_ROOT_PASSWORD", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "MINIO_OPERATOR_VERSION",
    "MINIO_VSPHERE_PLUGIN_VERSION", "MINIO_CI_CD",
))


def systemctl(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemctl and return its result; the caller judges the status."""
    return subprocess.run(
        ["systemctl", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, check=False, env={**os.environ, "LC_ALL": "C", "SYSTEMD_PAGER": ""},
    )


@dataclass
class Unit:
    """The unit as systemd sees it now."""

    name: str
    load: str = "not-found"
    active: str = "inactive"
    sub: str = "dead"
    pid: int = 0
    restarts: int = 0
    needs_reload: bool = False
    fragment: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    environment_files: list[str] = field(default_factory=list)
    enabled: bool = False
    result: str = ""
    invocation: str = ""
    job: bool = False
    assertion_failed: bool = False
    # On the clock of time.monotonic(); 0 when it never became active.
    active_since: float = 0.0
    user: str = ""
    group: str = ""

    @property
    def running(self) -> bool:
        """There is a process that is up or coming up. One between two attempts of Restart= is down."""
        return self.active in RUNNING and self.pid > 0


def parse_show(name: str, text: str) -> Unit:
    """The answer of `systemctl show` as a Unit."""
    values: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, _separator, value = line.partition("=")
        values.setdefault(key, []).append(value)

    def one(key: str) -> str:
        return values.get(key, [""])[0]

    pairs = [item.partition("=") for item in shlex.split(one("Environment"))]
    files = [re.sub(r" \(ignore_errors=(yes|no)\)$", "", value) for value in values.get("EnvironmentFiles", []) if value]
    return Unit(
        name=name, load=one("LoadState") or "not-found", active=one("ActiveState") or "inactive",
        sub=one("SubState") or "dead", pid=int(one("MainPID") or 0), restarts=int(one("NRestarts") or 0),
        needs_reload=one("NeedDaemonReload") == "yes", fragment=one("FragmentPath"),
        environment={key: value for key, _separator, value in pairs}, environment_files=files,
        enabled=one("UnitFileState") == "enabled", result=one("Result"), invocation=one("InvocationID"),
        job=one("Job") not in ("", "0"), assertion_failed=one("AssertResult") == "no",
        active_since=int(one("ActiveEnterTimestampMonotonic") or 0) / 1e6,
        user=one("User"), group=one("Group"),
    )


def show(name: str) -> Unit:
    """The unit now. A host whose systemd does not know it has a unit that is not there."""
    done = systemctl("show", name, *(f"--property={item}" for item in PROPERTIES))
    if done.returncode != 0:
        raise OSError(f"systemctl show {name}: {done.stderr.strip() or done.stdout.strip()}")
    return parse_show(name, done.stdout)


def read_environ(pid: int) -> dict[str, str] | None:
    """The environment the process was started with, None when it has gone."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as stream:
            raw = stream.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    items = (item.decode("utf-8", "surrogateescape").partition("=") for item in raw.split(b"\0") if item)
    return {key: value for key, _separator, value in items}


def account(name: str) -> tuple[str, str]:
    """The administrator's credentials, from the live process of the unit."""
    unit = show(name)
    live = (read_environ(unit.pid) if unit.pid else None) or {}
    return live.get("MINIO_ROOT_USER", ""), live.get("MINIO_ROOT_PASSWORD", "")


def read_file(path: str) -> str:
    """Content of a text file, empty when there is none."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""


def same_executable(pid: int, binary: str) -> bool:
    """Whether the process runs the file that the path leads to now."""
    running = f"/proc/{pid}/exe"
    try:
        live, wanted, program = os.stat(running), os.stat(binary), os.path.basename(os.readlink(running))
    except (FileNotFoundError, ProcessLookupError):
        return False
    if program.startswith("qemu-"):
        # A program of another architecture: the kernel names its emulator, and the program is what that has mapped.
        return mapped(read_file(f"/proc/{pid}/maps"), os.path.realpath(binary))
    if (live.st_dev, live.st_ino) == (wanted.st_dev, wanted.st_ino):
        return True
    return live.st_size == wanted.st_size and sha256(running) == sha256(binary)


def mapped(maps: str, path: str) -> bool:
    """Whether a file that is still the one under its path is in the memory map of a process."""
    return any(line.split(None, 5)[5:] == [path] for line in maps.splitlines())


def sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def release_of(binary: str) -> str | None:
    """Release that the symlink selects: the name of the directory its target lies in."""
    target = os.path.realpath(binary)
    return os.path.basename(os.path.dirname(target)) if os.path.isfile(target) else None


def running_release(pid: int) -> str | None:
    """Release that the process was started from, by the directory of its executable; None when it cannot be told."""
    try:
        # The kernel marks an executable whose file has been replaced.
        return os.path.basename(os.path.dirname(os.readlink(f"/proc/{pid}/exe").replace(" (deleted)", "")))
    except OSError:
        return None


def wanted_environment(unit: Unit, environment_file: str) -> dict[str, str]:
    """What a start of the unit would set now, from the unit and its environment files."""
    wanted = dict(unit.environment)
    for path in unit.environment_files or [environment_file]:
        wanted.update(parse_systemd(read_file(path.lstrip("-"))))
    return wanted


def revision_on_disk(unit: Unit) -> str | None:
    """Revision written in the unit file, which may be newer than the one systemd has loaded."""
    found = re.findall(rf'^Environment="?{REVISION}=(\w+)', read_file(unit.fragment), re.MULTILINE) if unit.fragment else []
    return found[-1] if found else None


def differences(live: t.Mapping[str, str], wanted: t.Mapping[str, str]) -> list[str]:
    """Names of the variables that a restart would change.

    Of the variables that nothing sets any more only the server's own count: systemd adds some of its own.
    """
    names = {name for name, value in wanted.items() if live.get(name) != value}
    names.update(name for name in live if name.startswith("MINIO_") and name not in wanted)
    return sorted(names - {REVISION})


def reasons(
    live: t.Mapping[str, str], wanted: t.Mapping[str, str], same_binary: bool, revision: str | None, needs_reload: bool
) -> list[str]:
    """Why a restart is due: `binary`, `unit`, `environment:NAME`. Never a value."""
    found = [] if same_binary else ["binary"]
    if needs_reload or (revision is not None and live.get(REVISION) != revision):
        found.append("unit")
    return found + [f"environment:{name}" for name in differences(live, wanted)]


def settings_change(why: t.Iterable[str]) -> bool:
    """Whether a restart would bring another environment or another binary, and not just another unit."""
    return any(reason == "binary" or reason.startswith("environment") for reason in why)


def observe(name: str, environment_file: str, binary: str, pending: t.Iterable[str] = ()) -> dict[str, t.Any]:
    """What server_state returns; `pending` names what the caller is about to change."""
    unit = show(name)
    live = read_environ(unit.pid) if unit.pid else None
    why: list[str] = []
    if live is not None:
        why = reasons(
            live, wanted_environment(unit, environment_file), same_executable(unit.pid, binary),
            revision_on_disk(unit), unit.needs_reload,
        )
    if unit.running:
        why += [item for item in pending if not any(known.partition(":")[0] == item.partition(":")[0] for known in why)]
    return {
        "running": unit.running, "active_state": unit.active, "sub_state": unit.sub, "enabled": unit.enabled,
        "main_pid": unit.pid, "restart_due": bool(why), "reasons": why, "release": release_of(binary),
        "running_release": running_release(unit.pid) if unit.running else None,
    }
