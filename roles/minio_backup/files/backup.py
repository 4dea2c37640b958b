# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one encrypted backup of a MinIO cluster's settings and of files, keep the newest, and say so to Prometheus.

    backup.py SETTINGS.json        or - for standard input

Settings: name, cluster, directory, recipient (a certificate), keep, keep_days; and, where they apply: endpoint, access_key,
secret_key, ca_file (the cluster is saved), paths (files and directories), metrics (a textfile),
offsite ({endpoint, access_key, secret_key, ca_file, bucket, prefix}).
A backup is two files: NAME.tar.cms, a tar archive under AES-256-GCM whose key only the recipient's private key opens, and NAME.json with
its checksum and its contents. Plain text never reaches a drive. Standard library and openssl only: it runs on nodes, with Python 3.9.
"""

from __future__ import annotations

import argparse
import glob
import hashlib
import http.client
import io
import json
import os
import ssl
import subprocess
import sys
import tarfile
import time
import typing as t
import zipfile
from urllib.parse import urlsplit

import _signature

FORMAT = 1
# What the cluster is asked for: the name in the archive, and the request. The configuration comes encrypted under the secret key of the
# account that asks; the identities hold that key, so the archive opens itself.
CLUSTER = {"iam.zip": "export-iam", "buckets.zip": "export-bucket-metadata", "config.enc": "config"}
ADMIN = "/minio/admin/v3/"
TIMEOUT = 120


class Failed(Exception):
    """Why there is no backup, in one line without secrets."""


def request(where: t.Mapping[str, str], method: str, path: str, body: bytes = b"") -> bytes:
    """One signed request; the answer's body. where has endpoint, access_key, secret_key and perhaps ca_file."""
    parts = urlsplit(where["endpoint"])
    context = ssl.create_default_context(cafile=where.get("ca_file") or None) if parts.scheme == "https" else None
    link = (http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT, context=context) if context
            else http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT))
    sent = _signature.target(path)
    headers = _signature.sign(method, parts.netloc, sent, where["access_key"], where["secret_key"], time.gmtime(), body)
    try:
        link.request(method, sent, body or None, headers)
        answer = link.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise Failed(f"{where['endpoint']} does not answer {method} {path}: {error}") from None
    finally:
        link.close()
    if answer.status >= 300:
        raise Failed(f"{where['endpoint']} answers {method} {path} with {answer.status}: {content[:300].decode('utf-8', 'replace')}")
    return content


def whole(name: str, content: bytes) -> bytes:
    """An answer that is complete. The server writes an error half-way into an archive that began with status 200."""
    if not content:
        raise Failed(f"{name} is empty")
    if not name.endswith(".zip"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, ValueError) as error:
        raise Failed(f"{name} is damaged: {error}") from None
    if damaged or not content.startswith(b"PK"):
        raise Failed(f"{name} is damaged: {damaged or 'it begins with something else'}")
    return content


def collect(settings: t.Mapping[str, t.Any]) -> dict[str, bytes]:
    """Everything that goes into the archive, by its name there."""
    found = {}
    if settings.get("endpoint"):
        found = {name: whole(name, request(settings, "GET", ADMIN + command)) for name, command in CLUSTER.items()}
    for path in settings.get("paths", []):
        for source in [path, *sorted(glob.glob(os.path.join(glob.escape(path), "**"), recursive=True))]:
            if os.path.isfile(source):
                with open(source, "rb") as stream:
                    found[f"files/{os.path.abspath(source).lstrip('/')}"] = stream.read()
    if not found:
        raise Failed("there is nothing to save: none of the paths exists")
    return found


def pack(contents: t.Mapping[str, bytes], about: t.Mapping[str, t.Any]) -> bytes:
    """A tar archive that begins with manifest.json, which names the rest."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in {"manifest.json": json.dumps(about, indent=2).encode(), **contents}.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(content), 0o600, int(about["created"])
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def encrypt(plain: bytes, recipient: str) -> bytes:
    # AES-256-GCM makes it CMS AuthEnvelopedData: what was altered does not open. The plain text goes through a pipe.
    done = subprocess.run(["openssl", "cms", "-encrypt", "-binary", "-aes-256-gcm", "-outform", "DER", recipient],
                          input=plain, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0 or not done.stdout:
        raise Failed(f"openssl does not encrypt for {recipient}: {done.stderr.decode('utf-8', 'replace').strip()[-300:]}")
    return done.stdout


def write(path: str, content: bytes, mode: int = 0o600) -> None:
    """The file appears whole or not at all, and is on the drive when this returns."""
    draft = f"{path}.part"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
        os.fchmod(stream.fileno(), mode)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def backups(directory: str) -> dict[str, list[dict[str, t.Any]]]:
    """What is said of the backups by their name, the newest first, copies of other hosts' included. One without its archive is none."""
    found: dict[str, list[dict[str, t.Any]]] = {}
    for path in glob.glob(os.path.join(glob.escape(directory), "*.json")):
        with open(path, encoding="utf-8") as stream:
            about = json.load(stream)
        if os.path.exists(os.path.join(directory, about["archive"])):
            found.setdefault(about["name"], []).append(about)
    return {name: sorted(kept, key=lambda about: about["created"], reverse=True) for name, kept in found.items()}


def expired(kept: t.Sequence[t.Mapping[str, t.Any]], keep: int, keep_days: float, now: float) -> list[str]:
    """Archives that may go: older than keep_days, and not one of the newest keep. kept has the newest first."""
    return [about["archive"] for about in kept[keep:] if about["created"] < now - keep_days * 86400]


def make(settings: t.Mapping[str, t.Any], now: float) -> dict[str, t.Any]:
    """Make the backup and return what its JSON file says of it."""
    contents = collect(settings)
    about: dict[str, t.Any] = {
        "format": FORMAT, "cluster": settings["cluster"], "name": settings["name"], "created": int(now),
        "account": settings.get("access_key", ""),
        "contents": [{"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                     for name, content in contents.items()]}
    sealed = encrypt(pack(contents, about), settings["recipient"])
    stem = f"{settings['name']}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(now))}"
    about.update(archive=f"{stem}.tar.cms", size=len(sealed), sha256=hashlib.sha256(sealed).hexdigest(), offsite="")
    offsite = settings.get("offsite")
    if offsite:
        about["offsite"] = f"{offsite['endpoint']}/{offsite['bucket']}/{offsite.get('prefix', '')}{stem}.tar.cms"
    described = json.dumps(about, indent=2).encode() + b"\n"
    os.makedirs(settings["directory"], mode=0o700, exist_ok=True)
    for suffix, content in ((".tar.cms", sealed), (".json", described)):
        write(os.path.join(settings["directory"], stem + suffix), content)
        if offsite:
            request(offsite, "PUT", f"/{offsite['bucket']}/{offsite.get('prefix', '')}{stem}{suffix}", content)
    for kept in backups(settings["directory"]).values():
        for archive in expired(kept, settings["keep"], settings["keep_days"], now):
            for path in (archive, archive.replace(".tar.cms", ".json")):
                os.unlink(os.path.join(settings["directory"], path))
    return about


def metrics(settings: t.Mapping[str, t.Any], failed: bool) -> str:
    """The text for node_exporter. The last success is read from the directory, so a failure does not forget it."""
    newest = next(iter(backups(settings["directory"]).get(settings["name"], [])), {"created": 0, "size": 0})
    label = f'{{cluster="{settings["cluster"]}",backup="{settings["name"]}"}}'
    rows = (("last_success_timestamp_seconds", "When the newest backup was made, 0 for never.", newest["created"]),
            ("size_bytes", "Size of the newest backup.", newest["size"]), ("failed", "Whether the last attempt failed.", int(failed)))
    return "".join(f"# HELP oracle1_minio_backup_{name} {text}\n# TYPE oracle1_minio_backup_{name} gauge\noracle1_minio_backup_{name}{label} {value}\n"
                   for name, text, value in rows)


def main() -> int:
    parser = argparse.ArgumentParser(description="Make one encrypted backup.")
    parser.add_argument("settings", type=argparse.FileType("r", encoding="utf-8"))
    settings = json.load(parser.parse_args().settings)
    os.umask(0o077)
    problem = ""
    try:
        print(json.dumps(make(settings, time.time())))
    except (Failed, OSError) as error:
        problem = str(error)
    if settings.get("metrics") and os.path.isdir(os.path.dirname(settings["metrics"])):
        write(settings["metrics"], metrics(settings, bool(problem)).encode(), 0o644)
    if problem:
        print(f"no complete backup: {problem}", file=sys.stderr)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
