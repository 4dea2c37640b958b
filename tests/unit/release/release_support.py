# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real things, made small: executables of some 200 bytes, an HTTP server, a Go module on a file system proxy."""
from __future__ import annotations

import contextlib
import http.server
import io
import struct
import tarfile
import threading
import zipfile
from pathlib import Path

from ansible_collections.oracle1.minio.plugins.module_utils._release_binary import controller_architecture
from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import parse_entry

ROOT = Path(__file__).resolve().parents[3]
RELEASE = "RELEASE.2026-01-02T03-04-05Z"
VERSION = "2026-01-02T03:04:05Z"
NATIVE = controller_architecture()
FOREIGN = {"amd64": "arm64", "arm64": "amd64"}[NATIVE]


def executable(text: str = f"minio version {RELEASE}", arch: str = NATIVE) -> bytes:
    """A whole Linux program that prints a text and ends: ELF header, program header, write(1, text), exit(0)."""
    message = text.encode() + b"\n"
    if arch == "amd64":
        machine = 62
        code = (b"\xb8\x01\0\0\0\xbf\x01\0\0\0\x48\x8d\x35\x10\0\0\0\xba" + struct.pack("<I", len(message))
                + b"\x0f\x05\xb8\x3c\0\0\0\x31\xff\x0f\x05")
    else:
        machine = 183
        code = struct.pack("<8I", 0xD2800020, 0x100000E1, 0xD2800002 | len(message) << 5, 0xD2800808, 0xD4000001,
                           0xD2800000, 0xD2800BA8, 0xD4000001)
    base, size = 0x400000, 120 + len(code) + len(message)
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack(
        "<HHIQQQIHHHHHH", 2, machine, 1, base + 120, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    program = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
    return header + program + code + message


def archive(members: dict[str, bytes | str]) -> bytes:
    """A .tar.gz; a member given as text is a symbolic link to it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in members.items():
            item = tarfile.TarInfo(name)
            if isinstance(content, str):
                item.type, item.linkname = tarfile.SYMTYPE, content
                tar.addfile(item)
            else:
                item.size = len(content)
                tar.addfile(item, io.BytesIO(content))
    return out.getvalue()


def entry(**given):
    return parse_entry({"component": "server", "release": RELEASE, "version": VERSION, **given})


class Server(http.server.ThreadingHTTPServer):
    """Answers by table: path -> (status, body, cut, hold): sends the body up to cut, then hangs up, or waits for hold and goes on."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, tuple] = {}
        self.seen: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def give(self, path: str, body: bytes, status: int = 200, cut: int | None = None, hold: threading.Event | None = None) -> str:
        self.answers[path] = (status, body, cut, hold)
        return self.url(path)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        status, body, cut, hold = self.server.answers.get(self.path, (404, b"<html>no</html>", None, None))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])
        self.wfile.flush()
        if hold:
            hold.wait(60)
            with contextlib.suppress(OSError):
                self.wfile.write(body[cut:])

    def log_message(self, *_args) -> None:
        pass


TINY_MODULE, TINY_VERSION = "example.com/minio", "v0.0.0-20260102030405-0123456789ab"


def tiny_proxy(directory: Path) -> None:
    """A module `example.com/minio` whose program prints its stamps, laid out as GOPROXY=file:// wants it."""
    sources = {
        "go.mod": "module example.com/minio\n\ngo 1.21\n",
        "cmd/stamps.go": 'package cmd\n\nvar (\n\tVersion = "DEVELOPMENT"\n\tReleaseTag = "DEVELOPMENT"\n'
                         '\tCommitID = "DEVELOPMENT"\n\tCopyrightYear = "0000"\n)\n',
        "main.go": 'package main\n\nimport "example.com/minio/cmd"\n\nfunc main() {\n'
                   '\tprintln("minio version", cmd.ReleaseTag, cmd.Version, cmd.CommitID, cmd.CopyrightYear)\n}\n',
    }
    base = directory / TINY_MODULE / "@v"
    base.mkdir(parents=True)
    info = f'{{"Version": "{TINY_VERSION}", "Time": "{VERSION}"}}'
    (base / "list").write_text("")
    (base.parent / "@latest").write_text(info)
    (base / f"{TINY_VERSION}.info").write_text(info)
    (base / f"{TINY_VERSION}.mod").write_text(sources["go.mod"])
    with zipfile.ZipFile(base / f"{TINY_VERSION}.zip", "w") as packed:
        for name, text in sources.items():
            packed.writestr(f"{TINY_MODULE}@{TINY_VERSION}/{name}", text)
