# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try a binary with an environment once, as a throw-away server on loopback, before a node is touched for them.

A node whose settings have changed waits for a peer with the same settings and evaluates most of them only then, so a
value that the server refuses would take two nodes down before anyone hears of it. The trial has drives of its own in a
temporary directory, as many as an erasure set has, so that storage classes are judged as on the cluster.
Standard library only.
"""

from __future__ import annotations

import base64
import contextlib
import grp
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import typing as t

# Beginnings of names that must not take effect in a trial, and why. All other variables are tried.
NOT_TRIED = (
    ("MINIO_VOLUMES", "the node's own drives; the trial has others"),
    ("MINIO_ARGS", "an older name of the volume list"),
    ("MINIO_ENDPOINT", "an older name of the volume list"),
    ("MINIO_OPTS", "addresses, files, FTP and SFTP listeners of the node; the trial has its own command line"),
    ("MINIO_ADDRESS", "the node's address is in use"),
    ("MINIO_CONSOLE_ADDRESS", "the node's address is in use"),
    ("MINIO_INTERFACE", "binds to a network device, and the trial is on loopback"),
    ("MINIO_CONFIG", "files that would bring volume list and environment back in"),
    ("MINIO_LOG_DIR", "writes the server's log there"),
    ("MINIO_ETCD_", "keeps users and policies of the real cluster in etcd"),
    ("MINIO_DNS_WEBHOOK_", "announces buckets to a DNS service"),
    ("MINIO_NOTIFY_", "connects to message brokers and keeps queues on disk"),
    ("MINIO_LAMBDA_", "calls a function's address"),
    ("MINIO_LOGGER_", "sends the log elsewhere and keeps queues on disk"),
    ("MINIO_AUDIT_", "sends the audit log elsewhere and keeps queues on disk"),
    ("MINIO_IDENTITY_OPENID_", "fetches the provider's configuration"),
    ("MINIO_IDENTITY_LDAP_", "connects to the directory"),
    ("MINIO_IDENTITY_PLUGIN_", "calls the plugin"),
    ("MINIO_POLICY_", "calls the plugin"),
    ("MINIO_IAM_OPA_", "calls the policy service"),
    ("MINIO_KMS_KES_", "generates a key there; a static key stands in"),
    ("MINIO_KMS_SERVER", "generates a key there; a static key stands in"),
    ("MINIO_KMS_ENCLAVE", "belongs to MINIO_KMS_SERVER"),
    ("MINIO_KMS_API_KEY", "belongs to MINIO_KMS_SERVER"),
    ("MINIO_KMS_SSE_KEY", "belongs to MINIO_KMS_SERVER"),
    ("MINIO_SUBNET_", "talks to the vendor"),
    ("MINIO_CALLHOME_", "talks to the vendor"),
)
# A value of this form is fetched from there, whatever the variable.
_REMOTE_VALUE = re.compile(r"^\s*env(\+tls)?://")
_STACK = re.compile(r"^\s+\d+: ")
# What can still fail after the server has called itself ready, above all its console, fails within this many seconds.
SETTLED = 2.0


class Refusal(Exception):
    """The server does not take its settings, or the binary does not run. The message goes on from "the server ..."."""


def left_out(name: str, value: str) -> bool:
    return any(name.startswith(beginning) for beginning, _why in NOT_TRIED) or bool(_REMOTE_VALUE.match(value))


def environment(wanted: t.Mapping[str, str], directory: str, drives: t.Sequence[int]) -> dict[str, str]:
    """The environment of the trial in a directory; `drives` are those of an erasure set, for each pool."""
    kept = {name: value for name, value in wanted.items() if not left_out(name, value)}
    if any(name.startswith("MINIO_KMS_") for name in wanted.keys() - kept.keys()):
        kept["MINIO_KMS_SECRET_KEY"] = "trial:" + base64.b64encode(os.urandom(32)).decode()
    return {
        **kept, "HOME": directory, "MINIO_VOLUMES": " ".join(volumes(directory, drives)), "MINIO_UPDATE": "off",
        # Accepts drives on the root file system, and takes less memory.
        "MINIO_CI_CD": "on", "NOTIFY_SOCKET": f"{directory}/notify",
    }


def volumes(directory: str, drives: t.Sequence[int]) -> list[str]:
    """One erasure set for each pool."""
    return [
        f"{directory}/pool{pool}/drive" + (f"{{1...{count}}}" if count > 1 else "1")
        for pool, count in enumerate(drives, start=1)
    ]


def complaints(output: str) -> list[str]:
    """Settings that the server does not take and goes on without, in its words: those of its subsystem `config`."""
    found, area = [], ""
    for line in output.splitlines():
        if line.startswith("API: "):
            area = line
        elif line.startswith("Error: ") and area == "API: SYSTEM.config":
            found.append(re.sub(r" \(\*?[\w.]+\)$", "", line))
    return found


def last_words(output: str, lines: int) -> list[str]:
    """What the server said when it gave up; without a last word of its own, its last lines."""
    every = [line for line in output.splitlines() if line.strip() and not _STACK.match(line)]
    fatal = [number for number, line in enumerate(every) if line.startswith("FATAL ")]
    return every[fatal[-1]:][:lines] if fatal else every[-lines:]


def attempt(
    binary: str, wanted: t.Mapping[str, str], drives: t.Sequence[int], user: str, group: str,
    certs_dir: str | None, timeout: float, lines: int = 20,
) -> None:
    """Start the server, wait until it is ready, and remove all that it made. Refusal with secrets in clear: mask it.

    `user` and `group` are the unit's, empty for the caller's own; `timeout` is in seconds.
    """
    directory = tempfile.mkdtemp(prefix="oracle1-trial-")
    try:
        account = _account(user, group)
        notified = _prepare(directory, certs_dir, drives, account)
        with notified, open(f"{directory}/log", "w+b") as log:
            command = _command(binary, certs_dir or f"{directory}/certs", timeout)
            process = subprocess.Popen(
                command, env=environment(wanted, directory, drives), cwd=directory, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, **account,
            )
            try:
                ended = _wait(process, notified, timeout)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            log.seek(0)
            output = log.read().decode("utf-8", "replace")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    refused = complaints(output)
    if ended or refused:
        raise Refusal("\n".join([ended or "goes on without what it cannot read:", *(refused or last_words(output, lines))]))


def _account(user: str, group: str) -> dict[str, t.Any]:
    """Arguments of Popen that make the process the user's."""
    if not user:
        return {}
    try:
        entry = pwd.getpwnam(user)
        gid = grp.getgrnam(group).gr_gid if group else entry.pw_gid
    except KeyError as error:
        raise Refusal(f"cannot run: {error}") from error
    return {"user": entry.pw_uid, "group": gid, "extra_groups": os.getgrouplist(user, gid)}


def _prepare(directory: str, certs_dir: str | None, drives: t.Sequence[int], account: t.Mapping[str, t.Any]) -> socket.socket:
    """Make what the trial needs its own; return the socket on which the server calls itself ready, as systemd's would be."""
    made = [directory, *(f"{directory}/pool{pool}" for pool in range(1, len(drives) + 1))]
    made += [f"{directory}/pool{pool}/drive{number}" for pool, count in enumerate(drives, start=1) for number in range(1, count + 1)]
    made += [] if certs_dir else [f"{directory}/certs"]
    for path in made[1:]:
        os.mkdir(path, 0o700)
    notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notified.bind(f"{directory}/notify")
    notified.settimeout(0.2)
    for path in [*made, f"{directory}/notify"] if account else []:
        os.chown(path, account["user"], account["group"])
    return notified


def _command(binary: str, certs_dir: str, timeout: float) -> list[str]:
    """The server's command line, under a limit that also holds when this process is killed."""
    with contextlib.ExitStack() as probes:
        ports = [probes.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _use in ("api", "console")]
    return [
        "timeout", "--signal=KILL", f"{timeout + 30:.0f}", binary, "server", "--address", f"127.0.0.1:{ports[0]}",
        "--console-address", f"127.0.0.1:{ports[1]}", "--certs-dir", certs_dir,
    ]


def _wait(process: subprocess.Popen[bytes], notified: socket.socket, timeout: float) -> str:
    """Until the server is ready and has stayed so; how it ended when it is not."""
    deadline = time.monotonic() + timeout
    ready = False
    while process.poll() is None:
        with contextlib.suppress(socket.timeout):
            if b"READY=1" in notified.recv(4096).split(b"\n"):
                ready, deadline = True, time.monotonic() + SETTLED
        if time.monotonic() > deadline:
            return "" if ready else f"is not ready within {timeout:.0f} s:"
    return f"exits with status {process.returncode}:"
