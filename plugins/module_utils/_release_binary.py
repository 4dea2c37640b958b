# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is this file the binary it should be: an ELF executable for the architecture, which reports the release."""
from __future__ import annotations

import errno
import mmap
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import (
    ARCHITECTURES, Entry, ReleaseError)

_ELF_MACHINES = {"amd64": 62, "arm64": 183}
_EMULATORS = {"amd64": "qemu-x86_64", "arm64": "qemu-aarch64"}
_TIMEOUT_SECONDS = 120


class Report(NamedTuple):
    """`how`: executed, emulated, or embedded (the release's name was found in the file, which could not be run)."""

    how: str
    text: str


def controller_architecture() -> str:
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def check_elf(path: Path, arch: str) -> None:
    with open(path, "rb") as stream:
        head = stream.read(20)
    if head[:5] != b"\x7fELF\x02" or len(head) < 20:
        raise ReleaseError(f"{path} is not a 64-bit Linux executable (it begins with {head[:16]!r}); "
                           "is it an archive, a package or an error page?")
    machine = int.from_bytes(head[18:20], "little")
    if machine != _ELF_MACHINES[arch]:
        found = {number: name for name, number in _ELF_MACHINES.items()}.get(machine, f"ELF machine {machine}")
        raise ReleaseError(f"{path} is an executable for {found}, not for {arch}")


def _run(command: list[str]) -> str | None:
    """The output of a command, or None where this machine cannot execute such a file."""
    with tempfile.TemporaryDirectory() as home:
        try:
            done = subprocess.run(
                command, env={"HOME": home, "PATH": os.environ.get("PATH", "/usr/bin:/bin")}, cwd=home, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                timeout=_TIMEOUT_SECONDS, check=False)
        except OSError as error:
            # EACCES: a cache on a file system mounted noexec.
            if error.errno in (errno.ENOEXEC, errno.EACCES):
                return None
            raise
        except subprocess.TimeoutExpired:
            raise ReleaseError(f"'{' '.join(command)}' did not end within {_TIMEOUT_SECONDS} s") from None
    return done.stdout.strip()


def _embedded(path: Path, text: str) -> bool:
    with open(path, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(text.encode()) >= 0


def report(path: Path, arch: str, release: str) -> Report:
    """What the binary says about itself; run natively, else by binfmt or an emulator, else searched for the name."""
    if platform.system() == "Linux":
        native = arch == controller_architecture()
        text = _run([str(path), "--version"])
        if text is not None:
            return Report("executed" if native else "emulated", text)
        emulator = shutil.which(f"{_EMULATORS[arch]}-static") or shutil.which(_EMULATORS[arch])
        if emulator and not native:
            text = _run([emulator, str(path), "--version"])
            if text is not None:
                return Report("emulated", text)
    return Report("embedded", release if _embedded(path, release) else "")


def verify(path: Path, entry: Entry, arch: str) -> Report:
    check_elf(path, arch)
    os.chmod(path, 0o755)
    found = report(path, arch, entry.release)
    if entry.release not in found.text:
        said = f"--version says: {found.text.splitlines()[0]}" if found.text else "that name is not in it"
        raise ReleaseError(f"{path} is not {entry.component} {entry.release}: {said}")
    return found
