# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pool holds, as its drives say, and what the server would lose or bring back when it moves that to another pool.

The server moves every object of a pool as it is there, without a look at what the other pool has (decommissionObject and
rebalanceObject in cmd/erasure-server-pool-*.go). It also puts what replaces an object into any pool (getPoolIdx). So a pool can hold
a copy that another pool's has superseded, and moving it brings the old content back. What lies below the name of an object is
removed together with it (deletePrefix). A delete marker that is alone in its pool is not moved. Runs on nodes: standard library only.
"""
from __future__ import annotations

import calendar
import os
import re
import time
import typing as t
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from ansible_collections.oracle1.minio.plugins.module_utils import _xl_meta as xl
from ansible_collections.oracle1.minio.plugins.module_utils._server_health import Node
from ansible_collections.oracle1.minio.plugins.module_utils._signature import sign, target

SYSTEM = ".minio.sys"
# Accounts, policies and the server's settings; what is set for each bucket.
SETTINGS = (f"{SYSTEM}/config", f"{SYSTEM}/buckets")
UPLOADS = f"{SYSTEM}/multipart"
# What was superseded is kept here, in a folder for each run; the server does not look there.
ASIDE = f"{SYSTEM}/superseded"
# How many names of a kind are returned.
NAMES = 200
# Folders with the parts of an object.
_DATA = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIRECTORY = "__XLDIR__"
# Written again and again by the server for itself, and made anew when missing.
_OWN = re.compile(r"/(\.usage|\.bloomcycle|\.background-heal|\.tracker|\.heal)")


class Unreadable(Exception):
    """Why the drives or the server cannot be asked."""


@dataclass
class Listed:
    """A version as S3 lists it."""

    key: str
    null: bool
    milliseconds: int
    marker: bool


@dataclass
class Names:
    """How many there are, and the first of them."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.names) < NAMES:
            self.names.append(name)


def folders(drives: t.Sequence[str]) -> list[str]:
    """The drives, if each is one of a MinIO server. Raises Unreadable."""
    for drive in drives:
        if not os.path.isfile(os.path.join(drive, SYSTEM, "format.json")):
            raise Unreadable(f"{drive} holds no {SYSTEM}/format.json: it is not mounted, or not a drive of this server")
    return [drive.rstrip("/") for drive in drives]


def walk(top: str) -> t.Iterator[tuple[str, str]]:
    """Objects below a folder: each with the object below whose name it lies, if there is one, both relative to the folder."""
    waiting = [("", "")]
    while waiting:
        relative, above = waiting.pop()
        try:
            with os.scandir(os.path.join(top, relative)) as entries:
                names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except FileNotFoundError:
            # Moved or deleted meanwhile.
            continue
        is_object = any(name == xl.NAME and not folder for name, folder in names)
        if is_object:
            yield relative, above
        for name, folder in names:
            if folder and not (is_object and _DATA.fullmatch(name)):
                waiting.append((os.path.join(relative, name), relative if is_object else above))


def buckets(drive: str) -> list[str]:
    return sorted(name for name in os.listdir(drive) if not name.startswith(".") and name != "lost+found"
                  and os.path.isdir(os.path.join(drive, name)))


def objects(drives: t.Sequence[str]) -> tuple[Names, Names]:
    """What the buckets hold on each of the drives, and what of it lies below the name of another object."""
    found, nested = Names(), Names()
    for drive in drives:
        for bucket in buckets(drive):
            for key, above in walk(os.path.join(drive, bucket)):
                found.add(shown(f"{bucket}/{key}"))
                if above:
                    nested.add(shown(f"{bucket}/{key}"))
    return found, nested


def uploads(drives: t.Sequence[str]) -> int:
    """Multipart uploads that are neither completed nor aborted."""
    return len({key for drive in drives for key, _above in walk(os.path.join(drive, UPLOADS))})


def settings(drives: t.Sequence[str]) -> dict[str, int]:
    """Time of each setting's newest copy on these drives, in milliseconds."""
    found: dict[str, int] = {}
    for drive in drives:
        for top in SETTINGS:
            for key, _above in walk(os.path.join(drive, top)):
                path = f"{top}/{key}"
                if not _OWN.search(path):
                    found[path] = max([found.get(path, 0), *(version.milliseconds for version in read(drive, path))])
    return found


def read(drive: str, path: str) -> list[xl.Version]:
    """Versions of an object on a drive; none when it is not there. Raises Unreadable for a form that is not known."""
    name = os.path.join(drive, path, xl.NAME)
    try:
        with open(name, "rb") as file:
            return xl.versions(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except ValueError as error:
        raise Unreadable(f"{name}: {error}") from None


class Server:
    """The S3 API of this node."""

    def __init__(self, node: Node, access_key: str, secret_key: str) -> None:
        self._node, self._keys = node, (access_key, secret_key)

    def _get(self, path: str, query: t.Mapping[str, str]) -> ElementTree.Element:
        sent = target(path, query)
        answer = self._node.get(sent, sign("GET", self._node.netloc, sent, *self._keys, time.gmtime()))
        if answer.status != 200:
            raise Unreadable(f"{self._node.endpoint}{path}: {answer.text}")
        root = ElementTree.fromstring(answer.body)
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root

    def buckets(self) -> list[str]:
        return [name.text or "" for name in self._get("/", {}).iter("Name")]

    def versions(self, bucket: str) -> t.Iterator[Listed]:
        """All versions and delete markers, in the order of their keys."""
        query = {"versions": "", "encoding-type": "url", "max-keys": "1000"}
        while True:
            page = self._get(f"/{bucket}", query)
            for item in page:
                if item.tag in ("Version", "DeleteMarker"):
                    yield Listed(unquote_plus(item.findtext("Key") or ""), item.findtext("VersionId") == "null",
                                 milliseconds(item.findtext("LastModified") or ""), item.tag == "DeleteMarker")
            if page.findtext("IsTruncated") != "true":
                return
            query["key-marker"] = unquote_plus(page.findtext("NextKeyMarker") or "")
            query["version-id-marker"] = page.findtext("NextVersionIdMarker") or ""


def milliseconds(stamp: str) -> int:
    """Of a time as S3 writes it, such as 2026-02-12T20:18:48.123Z."""
    whole, _dot, fraction = stamp.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 1000 + int((fraction + "000")[:3])


def fault(held: t.Sequence[xl.Version], listed: t.Sequence[Listed]) -> str:
    """What moving these versions of an object would do wrong, when S3 lists those: superseded, marker, or nothing."""
    newest = max((version.milliseconds for version in listed if version.null), default=0)
    if any(version.null and version.milliseconds < newest for version in held):
        return "superseded"
    latest = max(listed, key=lambda version: version.milliseconds)
    if len(held) == 1 and held[0].marker and latest.marker and held[0].milliseconds == latest.milliseconds and len(listed) > 1:
        return "marker"
    return ""


def faults(drives: t.Sequence[str], server: Server) -> t.Iterator[tuple[str, str, str]]:
    """(fault, drive, path) of everything that must not be moved as it is. Raises Unreadable."""
    for bucket in server.buckets():
        there = [drive for drive in drives if os.path.isdir(os.path.join(drive, bucket))]
        for key, group in groupby(server.versions(bucket), key=lambda version: version.key):
            path, listed = f"{bucket}/{_stored(key)}", list(group)
            for drive in there:
                held = read(drive, path)
                found = fault(held, listed) if held else ""
                if found:
                    yield found, drive, path


def survey(drives: t.Sequence[str], server: Server | None, wanted: t.Sequence[str] = (), act: bool = False) -> dict[str, t.Any]:
    """What the module oracle1.minio.pool_content returns. `wanted`: settings to set aside. `act`: really set aside.

    Without a server only what lies on the drives is told.
    """
    found, nested = objects(drives)
    result = {"drives": len(drives), "objects": vars(found), "nested": vars(nested), "uploads": uploads(drives), "settings": settings(drives)}
    kinds = {kind: Names() for kind in ("superseded", "stuck", "markers")}
    run = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    todo = [(drive, path) for drive in drives for path in wanted if read(drive, path)]
    for kind, drive, path in faults(drives, server) if server else ():
        if kind == "marker":
            kinds["markers"].add(shown(path))
        elif may_be_set_aside(drive, path):
            kinds["superseded"].add(shown(path))
            todo.append((drive, path))
        else:
            kinds["stuck"].add(shown(path))
    for drive, path in todo if act else ():
        set_aside(drive, path, run)
    return {**result, "due": len(todo), **{kind: vars(names) for kind, names in kinds.items()}}


def may_be_set_aside(drive: str, path: str) -> bool:
    """Whether nothing but the superseded version would go."""
    with os.scandir(os.path.join(drive, path)) as entries:
        return len(read(drive, path)) == 1 and all(entry.name == xl.NAME or _DATA.fullmatch(entry.name) for entry in entries)


def set_aside(drive: str, path: str, run: str) -> None:
    """Move an object's folder away from where the server looks."""
    goal = os.path.join(drive, ASIDE, run, path)
    os.makedirs(os.path.dirname(goal), mode=0o700, exist_ok=True)
    os.rename(os.path.join(drive, path), goal)


def shown(path: str) -> str:
    """Bucket and key as clients write them."""
    return path[:-len(_DIRECTORY)] + "/" if path.endswith(_DIRECTORY) else path


def _stored(key: str) -> str:
    return key[:-1] + _DIRECTORY if key.endswith("/") else key
