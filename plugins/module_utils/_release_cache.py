# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's cache of verified binaries.

    <cache>/artifacts/<component>/<release>/<architecture>/{minio|mc, artifact.json}

An artifact appears by one rename, so it is whole or absent; its recorded sha256 is compared each time it is used.
"""
from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import Entry, ReleaseError

RECORD = "artifact.json"
# A binary is 30 to 120 MB; unpacking and linking need it a few times over.
NEEDED_BYTES = 600 * 1024 * 1024


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1024 * 1024), b""):
            digest.update(block)
    return digest.hexdigest()


class Slot:
    """The place of one artifact in the cache."""

    def __init__(self, root: Path, entry: Entry, arch: str) -> None:
        self.root = root
        self.parent = root / "artifacts" / entry.component / entry.release
        self.directory = self.parent / arch
        self.path = self.directory / entry.binary
        self.arch = arch
        self._prefix = f".{arch}."

    def read(self, wanted: list[dict[str, Any]]) -> dict[str, Any] | None:
        """The record of an artifact of a wanted origin, or None when there is none or its bytes are not the recorded ones."""
        try:
            record = json.loads((self.directory / RECORD).read_text(encoding="utf-8"))
            if record["origin"] in wanted and record["sha256"] == sha256_of(self.path):
                return record
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None

    @contextmanager
    def lock(self, log: Callable[[str], None]) -> Iterator[None]:
        """Held by one process at a time; the kernel releases it when the process dies."""
        self._mkdir(self.parent)
        with open(self.parent / f".{self.arch}.lock", "w", encoding="utf-8") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                log(f"waiting: another run is making {self.path}")
                fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A directory beside the artifact's, to make it in; what interrupted runs left behind goes first."""
        for leftover in self.parent.glob(f"{self._prefix}*.partial"):
            remove(leftover)
        free = shutil.disk_usage(self.parent).free
        if free < NEEDED_BYTES:
            raise no_space(self.root, free)
        work = Path(tempfile.mkdtemp(prefix=self._prefix, suffix=".partial", dir=self.parent))
        try:
            yield work
        finally:
            remove(work)

    def publish(self, work: Path, binary: Path, record: dict[str, Any]) -> None:
        ready = work / "ready"
        ready.mkdir()
        os.replace(binary, ready / self.path.name)
        os.chmod(ready / self.path.name, 0o755)
        (ready / RECORD).write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        os.chmod(ready, 0o755)
        if self.directory.exists():
            os.replace(self.directory, work / "replaced")
        os.replace(ready, self.directory)

    def _mkdir(self, path: Path) -> None:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReleaseError(f"the cache {self.root} cannot be written ({error.strerror}: {error.filename}); make it "
                               "writable for the user who runs the playbook or set minio_release_cache_dir") from error


def no_space(where: Path, free: int | None = None) -> ReleaseError:
    left = "" if free is None else f" ({free // 1024 ** 2} MB left)"
    return ReleaseError(
        f"no space left below {where}{left}: a release needs about {NEEDED_BYTES // 1024 ** 2} MB there, a first build "
        "3 GB more in Go's own caches (GOCACHE, GOMODCACHE). Free some or set minio_release_cache_dir to another file system")


def remove(path: Path) -> None:
    """Remove a tree although Go writes its module cache read-only."""
    if path.is_dir() and not path.is_symlink():
        for directory, _names, _files in os.walk(path):
            os.chmod(directory, 0o700)
    shutil.rmtree(path, ignore_errors=True)
