# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Published binaries: fetched, compared with the pinned sha256, unpacked. Nothing unverified is ever kept."""
from __future__ import annotations

import hashlib
import http.client
import shutil
import tarfile
from pathlib import Path
from typing import Callable
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit

from ansible.module_utils.urls import ConnectionError as UrlConnectionError
from ansible.module_utils.urls import open_url

from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import Download, ReleaseError

_TIMEOUT_SECONDS = 30
_MAX_MEMBER_BYTES = 1024 ** 3


class DownloadError(ReleaseError):
    """`unavailable`: nobody had the file. False: somebody had something else under its name. `reasons`: by address."""

    def __init__(self, reasons: str, advice: str, unavailable: bool) -> None:
        super().__init__(f"no address gave the file. {reasons}. {advice}")
        self.reasons = reasons
        self.unavailable = unavailable


class _Wrong(Exception):
    """The bytes are not the pinned ones."""


class _Unavailable(Exception):
    """This address did not give the file."""


def printable(url: str) -> str:
    """An address without the user name and password it may carry."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _status(error: HTTPError) -> str:
    if error.code == 410:
        return "withdrawn by upstream (HTTP 410 Gone)"
    if error.code == 404:
        return "not found (HTTP 404)"
    if error.code in (401, 403):
        return f"access denied (HTTP {error.code})"
    return f"HTTP {error.code} {error.reason}"


def _transfer(url: str, target: Path) -> str:
    """Write the body to target, return its sha256."""
    digest, received = hashlib.sha256(), 0
    try:
        with open_url(url, timeout=_TIMEOUT_SECONDS, http_agent="oracle1.minio", decompress=False) as response, \
                open(target, "wb") as out:
            length = response.headers.get("Content-Length")
            while block := response.read(1024 * 1024):
                digest.update(block)
                received += len(block)
                out.write(block)
    except HTTPError as error:
        raise _Unavailable(_status(error)) from error
    except http.client.IncompleteRead as error:
        raise _Unavailable(f"cut off after {received + len(error.partial)} bytes") from error
    except (URLError, UrlConnectionError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _Unavailable(f"not reachable ({getattr(error, 'reason', None) or error})") from error
    if length is not None and received != int(length):
        raise _Unavailable(f"cut off after {received} of {length} bytes")
    return digest.hexdigest()


def _attempt(url: str, download: Download, target: Path) -> None:
    found = _transfer(url, target)
    if found != download.sha256:
        raise _Wrong(f"wrong content: sha256 {found}, expected {download.sha256}")


def _extract(archive: Path, member: str, target: Path) -> None:
    """Copy one regular file out of a .tar.gz by its exact name; paths, links and modes in it are never followed."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            names = []
            for item in tar:
                name = item.name.removeprefix("./")
                names.append(name)
                if name != member or not item.isreg():
                    continue
                if item.size > _MAX_MEMBER_BYTES:
                    raise ReleaseError(f"'{member}' in the archive claims {item.size} bytes; refused")
                with tar.extractfile(item) as source, open(target, "wb") as out:
                    shutil.copyfileobj(source, out, 1024 * 1024)
                return
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.filename:
            raise
        raise ReleaseError(f"the archive cannot be read ({error}); it must be a .tar.gz") from error
    raise ReleaseError(f"the archive holds no regular file '{member}'; it holds: {', '.join(names[:20])}")


def fetch(download: Download, work: Path, remedy: str, log: Callable[[str], None]) -> tuple[Path, str]:
    """Try the addresses in order. Returns the binary, inside work, and the address that gave it."""
    body, reasons, wrong = work / "download", [], False
    for url in download.urls:
        shown = printable(url)
        log(f"downloading {shown}")
        try:
            _attempt(url, download, body)
        except (_Wrong, _Unavailable) as error:
            wrong = wrong or isinstance(error, _Wrong)
            body.unlink(missing_ok=True)
            reasons.append(f"{shown}: {error}")
            log(f"failed: {error}")
            continue
        if not download.member:
            return body, shown
        binary = work / "member"
        _extract(body, download.member, binary)
        return binary, shown
    advice = ("Somebody serves other bytes under this name: do not use them; compare with the publisher's checksum "
              "before you change the catalogue") if wrong else remedy
    raise DownloadError("; ".join(reasons), advice, unavailable=not wrong)
