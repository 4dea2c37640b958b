# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue entry -> verified binary in the cache: from a file, a download or a build, once per architecture."""
from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Mapping, Sequence

from ansible_collections.oracle1.minio.plugins.module_utils import _release_go as golang
from ansible_collections.oracle1.minio.plugins.module_utils._release_binary import controller_architecture, verify
from ansible_collections.oracle1.minio.plugins.module_utils._release_cache import Slot, no_space, sha256_of
from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import (
    Entry, ReleaseError, architecture, parse, resolve)
from ansible_collections.oracle1.minio.plugins.module_utils._release_download import DownloadError, fetch

LOG = "build.log"
_LOG_LIMIT_BYTES = 2 * 1024 ** 2


@dataclass
class Options:
    """How artifacts are made. `files`: {component: {architecture: {path, sha256}}}."""

    cache: Path
    source: str = "auto"
    files: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    go: str | None = None
    checksum_database: bool = True
    dry_run: bool = False

    @property
    def log_file(self) -> Path:
        return self.cache / LOG

    def log(self, text: str) -> None:
        """One line for the person who follows the log while a build runs."""
        self.cache.mkdir(parents=True, exist_ok=True)
        if self.log_file.exists() and self.log_file.stat().st_size > _LOG_LIMIT_BYTES:
            self.log_file.unlink()
        with open(self.log_file, "a", encoding="utf-8") as stream:
            stream.write(f"{_now()} {text}\n")

    def file(self, entry: Entry, arch: str) -> Mapping[str, Any] | None:
        given = (self.files.get(entry.component) or {}).get(arch)
        return given if given and given.get("path") else None


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _file_origin(given: Mapping[str, Any]) -> dict[str, Any]:
    """Known by its declared sha256, else by its place, size and time, so that an unchanged file is not read again."""
    if given.get("sha256"):
        return {"source": "file", "sha256": given["sha256"]}
    path = Path(given["path"]).expanduser()
    try:
        stat = path.stat()
    except OSError as error:
        raise ReleaseError(f"{path}: {error.strerror}. Correct the path in minio_release_files") from error
    return {"source": "file", "path": str(path), "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def origins(entry: Entry, arch: str, options: Options) -> list[dict[str, Any]]:
    """The ways to get an artifact, best first; what is recorded with it and decides whether it is still the wanted one."""
    given, ways = options.file(entry, arch), {}
    if given:
        ways["file"] = _file_origin(given)
    if arch in entry.downloads:
        ways["download"] = {"source": "download", "sha256": entry.downloads[arch].sha256, "member": entry.downloads[arch].member}
    if entry.build:
        ways["build"] = {"source": "build", "module": entry.build.module, "version": entry.build.version,
                         "stamp": entry.version, "commit": entry.commit}
    if options.source != "auto":
        ways = {name: way for name, way in ways.items() if name == options.source}
    elif given:
        ways = {"file": ways["file"]}
    if not ways:
        raise ReleaseError(
            f"{entry.component} {entry.release} for {arch} cannot be had by source '{options.source}'; it is offered as: "
            f"{', '.join(entry.offers()) or 'file only'}. Change minio_release_source, choose another release, or give the "
            f"binary in minio_release_files.{entry.component}.{arch}.path")
    return list(ways.values())


def _take_file(given: Mapping[str, Any], work: Path) -> Path:
    source, copy = Path(given["path"]).expanduser(), work / "file"
    try:
        shutil.copyfile(source, copy)
    except OSError as error:
        raise ReleaseError(f"{source}: {error.strerror}. Correct the path in minio_release_files") from error
    expected, found = given.get("sha256"), sha256_of(copy)
    if expected and found != expected:
        raise ReleaseError(f"{source}: sha256 {found}, but minio_release_files expects {expected}. Replace the file or "
                           "correct the sum after you have compared it with its publisher's")
    return copy


def _make(entry: Entry, arch: str, origin: dict[str, Any], options: Options, work: Path) -> tuple[Path, dict[str, Any]]:
    """The binary, inside work, and a few words on how it was made."""
    if origin["source"] == "file":
        given = options.file(entry, arch)
        return _take_file(given, work), {"file": str(given["path"])}
    if origin["source"] == "download":
        remedy = ("Build it instead (minio_release_source: build)" if entry.build else
                  "Add a mirror to its urls in minio_release_extra") + ", or give the file in minio_release_files"
        binary, url = fetch(entry.downloads[arch], work, remedy, options.log)
        return binary, {"url": url}
    go = golang.find(options.go, entry.build.go, options.cache, options.log)
    binary = golang.build(entry, arch, go, work, options.cache, options.log_file, options.checksum_database, options.log)
    return binary, {"go_version": go.version}


def _make_first(entry: Entry, arch: str, wanted: list[dict[str, Any]], options: Options, slot: Slot) -> dict[str, Any]:
    """Try the ways in order; only a download that nobody serves gives way to the next."""
    notes: list[str] = []
    for number, origin in enumerate(wanted, start=1):
        with slot.workspace() as work:
            try:
                binary, how = _make(entry, arch, origin, options, work)
            except DownloadError as error:
                if number == len(wanted) or not error.unavailable:
                    raise
                notes.append(f"{entry.component} {entry.release} for {arch} could not be downloaded, so it comes by "
                             f"{wanted[number]['source']}: {error.reasons}")
                continue
            found = verify(binary, entry, arch)
            record = {
                "component": entry.component, "distribution": entry.distribution, "release": entry.release,
                "version": entry.version, "architecture": arch, "origin": origin, "made": {**how, "date": _now()},
                "sha256": sha256_of(binary), "size": binary.stat().st_size,
                "reported": found.text.splitlines()[0], "verified": found.how}
            slot.publish(work, binary, record)
            options.log(f"ready {slot.path} sha256 {record['sha256']}")
            return {**record, "warnings": notes}
    raise AssertionError("origins() gives at least one way")


def ensure(entry: Entry, arch: str, options: Options) -> tuple[dict[str, Any], bool, list[str]]:
    """The artifact, whether this run made it (or, in a dry run, would), and warnings."""
    wanted = origins(entry, arch, options)
    slot = Slot(options.cache, entry, arch)

    def artifact(record: Mapping[str, Any] | None) -> dict[str, Any]:
        return {"path": str(slot.path), "release": entry.release, "version": entry.version,
                "distribution": entry.distribution, "present": record is not None,
                "sha256": record["sha256"] if record else None,
                "source": record["origin"]["source"] if record else wanted[0]["source"]}

    record = slot.read(wanted)
    if record:
        return artifact(record), False, []
    if options.dry_run:
        return artifact(None), True, []
    try:
        with slot.lock(options.log):
            # Another run may have made it while this one waited.
            record = slot.read(wanted)
            if record:
                return artifact(record), False, []
            record = _make_first(entry, arch, wanted, options, slot)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise no_space(options.cache) from error
        raise ReleaseError(f"{error.filename or options.cache}: {error.strerror}. The cache must be writable and its file "
                           "system whole; set minio_release_cache_dir to another place if it is not") from error
    return artifact(record), True, record["warnings"]


def ensure_all(wanted: Sequence[Mapping[str, Any]], catalogue: Sequence[Mapping[str, Any]],
               options: Options) -> tuple[dict[str, dict[str, Any]], bool, list[str]]:
    """{component: {architecture: artifact}} for everything wanted; names are all checked before anything is made."""
    entries = parse(catalogue)
    jobs = []
    for item in wanted:
        entry = resolve(entries, item["component"], item["release"])
        names = item.get("architectures") or [controller_architecture()]
        jobs += [(entry, arch) for arch in sorted({architecture(name) for name in names})]
    for entry, arch in jobs:
        origins(entry, arch, options)
    artifacts: dict[str, dict[str, Any]] = {}
    changed, warnings = False, []
    for entry, arch in jobs:
        artifact, made, notes = ensure(entry, arch, options)
        artifacts.setdefault(entry.component, {})[arch] = artifact
        changed, warnings = changed or made, warnings + notes
    return artifacts, changed, warnings
