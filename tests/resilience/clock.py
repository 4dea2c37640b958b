# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server whose clock can be moved: hosts in containers share the machine's clock, so the program must read another one.

It is the catalogue's release, built from the same source, with the same stamps, and with a Go standard library whose
`time.Now` adds the whole seconds that it finds in MOVED. Monotonic time goes on, as when a real clock is set.
"""
from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "collections"))

from ansible_collections.oracle1.minio.plugins.module_utils import _release_catalogue as catalogue  # noqa: E402
from ansible_collections.oracle1.minio.plugins.module_utils import _release_go as golang  # noqa: E402

# The host's file with the seconds by which its server is ahead (or behind, with a sign). It is read every tenth of a second.
MOVED = "/run/clock_moved"
READ = "	sec, nsec, mono := runtimeNow()\n"
# Timers ask for the time on the scheduler's own small stack, where only raw system calls may be made.
GO = """package time

import (
	"sync/atomic"
	"syscall"
	"unsafe"
)

var (
	movedDue, movedBy atomic.Int64
	movedFile         = [...]byte{%s, 0}
)

func moved(mono int64) int64 {
	due := movedDue.Load()
	if mono < due || !movedDue.CompareAndSwap(due, mono+100_000_000) {
		return movedBy.Load()
	}
	value, sign := int64(0), int64(1)
	fd, _, failed := syscall.RawSyscall6(syscall.SYS_OPENAT, ^uintptr(99), uintptr(unsafe.Pointer(&movedFile)), syscall.O_CLOEXEC, 0, 0, 0)
	if failed == 0 {
		var text [24]byte
		n, _, _ := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(&text)), uintptr(len(text)))
		syscall.RawSyscall(syscall.SYS_CLOSE, fd, 0, 0)
		for i := 0; i < len(text) && i < int(n); i++ {
			if text[i] == '-' {
				sign = -1
			} else if '0' <= text[i] && text[i] <= '9' {
				value = value*10 + int64(text[i]-'0')
			}
		}
	}
	movedBy.Store(sign * value)
	return sign * value
}
""" % ", ".join(map(str, MOVED.encode()))


def server(release: str) -> Path:
    """The binary, built once for each Go and release (some minutes) and kept in the cache of the role minio_release."""
    variables = ROOT / "roles/minio_release"
    entries = yaml.safe_load((variables / "vars/main.yml").read_text(encoding="utf-8"))["__minio_release_catalogue"]
    entry = catalogue.resolve(catalogue.parse(entries), "server", release)
    cache = Path(yaml.safe_load((variables / "defaults/main.yml").read_text(encoding="utf-8"))["minio_release_cache_dir"]).expanduser()
    arch = catalogue.architecture(platform.machine())
    go = golang.find(None, entry.build.go, cache, print)
    home = cache / "moved-clock" / hashlib.sha256(f"{release} {arch} {go.version} {GO}".encode()).hexdigest()[:16]
    if not (home / entry.binary).exists():
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home) as scratch:
            build(entry, arch, go, cache, Path(scratch)).replace(home / entry.binary)
    return home / entry.binary


def build(entry: catalogue.Entry, arch: str, go: golang.Go, cache: Path, work: Path) -> Path:
    environment = golang.build_environment(go, arch, cache, work / "gopath", True)
    library = Path(subprocess.run([go.executable, "env", "GOROOT"], env=environment, text=True, check=True,
                                  stdout=subprocess.PIPE).stdout.strip()) / "src/time"
    source = (library / "time.go").read_text(encoding="utf-8")
    head, _, tail = source.partition("\nfunc Now() Time {\n")
    if not tail.startswith(READ):
        raise RuntimeError(f"{go.version}: time.Now does not begin as this was written for; see {library}/time.go and READ")
    (work / "time.go").write_text(f"{head}\nfunc Now() Time {{\n{READ}	sec += moved(mono)\n{tail[len(READ):]}", encoding="utf-8")
    (work / "moved.go").write_text(GO, encoding="utf-8")
    (work / "overlay.json").write_text(json.dumps(
        {"Replace": {str(library / name): str(work / name) for name in ("time.go", "moved.go")}}))
    done = subprocess.run([go.executable, "install", "-trimpath", "-overlay", str(work / "overlay.json"), "-ldflags", golang.ldflags(entry),
                           f"{entry.build.module}@{entry.build.version}"], cwd=work, env=environment, text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(f"the server with a clock that moves could not be built:\n{done.stdout[-3000:]}")
    return next((work / "gopath/bin").rglob(entry.binary))
