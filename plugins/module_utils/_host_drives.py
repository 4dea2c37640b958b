# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the drives of a node: mounts, devices, signatures and MinIO's format.json. Reads only."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import subprocess
import typing as t

from ansible_collections.oracle1.minio.plugins.module_utils._host import read_text

_OCTAL = re.compile(r"\\([0-7]{3})")
_NOTHING_FOUND = 2
_AMBIVALENT = 8


def mounts(text: str | None = None) -> dict[str, dict[str, t.Any]]:
    """Mounts by mount point, the topmost one where several are stacked. `text` is /proc/self/mountinfo."""
    found = {}
    for line in (read_text("/proc/self/mountinfo") if text is None else text).splitlines():
        left, _dash, right = line.partition(" - ")
        fields, source = left.split(), right.split()
        if len(fields) < 6 or len(source) < 2:
            continue
        point = _unescape(fields[4])
        found[point] = {
            "point": point,
            "source": _unescape(source[1]),
            "fstype": source[0],
            "options": fields[5].split(","),
            "number": fields[2],
            "subtree": _unescape(fields[3]),
        }
    return found


def _unescape(text: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match.group(1), 8)), text)


def _number(device: int) -> str:
    return f"{os.major(device)}:{os.minor(device)}"


def _existing(path: str) -> str:
    while not os.path.exists(path) and path != "/":
        path = os.path.dirname(path)
    return path


def disk_of(number: str) -> str:
    """Name of the whole disk that a block device lies on, by the kernel's view; the device itself if it is one."""
    directory = os.path.realpath(f"/sys/dev/block/{number}")
    if os.path.exists(os.path.join(directory, "partition")):
        directory = os.path.dirname(directory)
    return os.path.basename(directory) if os.path.isdir(directory) else ""


def blkid(*arguments: str) -> tuple[int, str]:
    """Exit status and output of blkid, (-1, "") where it cannot be run. It neither reads nor writes its cache."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    try:
        done = subprocess.run(
            ["blkid", "-c", os.devnull, *arguments], capture_output=True, text=True, timeout=5, check=False,
            env={"PATH": path, "LC_ALL": "C", "BLKID_FILE": os.devnull},
        )
    except (OSError, subprocess.TimeoutExpired):
        return -1, ""
    return done.returncode, done.stdout


def find_device(spec: t.Mapping[str, t.Any]) -> tuple[str, str]:
    """The device that a drive names, and by what: (path or "", "device" | "uuid" | "label" | "")."""
    for key, tag in (("device", ""), ("uuid", "UUID"), ("label", "LABEL")):
        value = spec.get(key)
        if not value:
            continue
        if not tag:
            return os.path.realpath(value), key
        link = f"/dev/disk/by-{key}/{value}"
        if os.path.exists(link):
            return os.path.realpath(link), key
        # Without udev there are no links: ask the devices themselves.
        status, output = blkid("-l", "-o", "device", "-t", f"{tag}={value}")
        return (os.path.realpath(output.strip()), key) if status == 0 and output.strip() else ("", key)
    return "", ""


def probe(path: str) -> dict[str, t.Any]:
    """What a block device carries: file system, UUID, label, partition table. `signature` is None if unknown."""
    status, output = blkid("-p", "-o", "export", path)
    tags = dict(line.split("=", 1) for line in output.splitlines() if "=" in line)
    signature: str | None = tags.get("TYPE") or tags.get("PTTYPE") or ""
    if status == _AMBIVALENT:
        signature = "ambivalent"
    elif status not in (0, _NOTHING_FOUND):
        signature = None
    return {
        "signature": signature,
        "fstype": tags.get("TYPE", ""),
        "uuid": tags.get("UUID", ""),
        "label": tags.get("LABEL", ""),
        "partition_table": tags.get("PTTYPE", ""),
    }


def _device(spec: t.Mapping[str, t.Any], mounted: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    path, by = find_device(spec)
    result: dict[str, t.Any] = {
        "named_by": by, "path": path, "exists": False, "block": False, "number": "", "disk": "", "size": 0,
        "mounted_at": [], "signature": None, "fstype": "", "uuid": "", "label": "", "partition_table": "",
        "busy": False,
    }
    try:
        status = os.stat(path) if path else None
    except OSError:
        status = None
    if status is None:
        return result
    result["exists"] = True
    if not stat.S_ISBLK(status.st_mode):
        return result
    number = _number(status.st_rdev)
    result.update(
        block=True,
        number=number,
        disk=disk_of(number),
        size=int(read_text(f"/sys/dev/block/{number}/size").strip() or 0) * 512,
        mounted_at=sorted(point for point, mount in mounted.items() if mount["number"] == number),
        busy=_busy(path),
        **probe(path),
    )
    return result


def _busy(path: str) -> bool:
    """Whether the kernel has given the device to something: a mount in any namespace, RAID, LVM, swap."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_EXCL))
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


def read_format(path: str) -> tuple[dict[str, t.Any] | None, str]:
    """MinIO's format.json of a drive: deployment, this drive's id, the ids of each erasure set; or why it is unreadable."""
    name = os.path.join(path, ".minio.sys", "format.json")
    try:
        with open(name, encoding="utf-8") as handle:
            data = json.load(handle)
        erasure = data["xl"]
        return {
            "deployment_id": str(data["id"]),
            "backend": str(data["format"]),
            "this": str(erasure["this"]),
            "sets": [[str(drive) for drive in drives] for drives in erasure["sets"]],
        }, ""
    except (FileNotFoundError, NotADirectoryError):
        return None, ""
    except OSError as error:
        return None, f"{name}: {error.strerror}"
    except (ValueError, KeyError, TypeError) as error:
        return None, f"{name}: not understood ({type(error).__name__})"


def _content(path: str) -> list[str]:
    """The first names on a drive that are neither MinIO's own nor the file system's."""
    try:
        names = sorted(name for name in os.listdir(path) if name not in (".minio.sys", "lost+found"))
    except OSError:
        return []
    return names[:5]


def drive(spec: t.Mapping[str, t.Any], mounted: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Everything preflight judges about one configured drive."""
    path = str(spec["path"]).rstrip("/") or "/"
    mount = mounted.get(path)
    exists = os.path.isdir(path)
    place = _existing(path)
    # A drive that fails cannot even be looked at, but the kernel still knows where it is mounted from.
    number = mount["number"] if mount and place != path else _number(os.stat(place).st_dev)
    held = max((p for p in mounted if place == p or place.startswith(p.rstrip("/") + "/")), key=len, default="/")
    format_json, format_error = read_format(path) if exists else (None, "")
    size = free = 0
    if exists or mount:
        try:
            space = os.statvfs(path)
            size, free = space.f_blocks * space.f_frsize, space.f_bavail * space.f_frsize
            os.listdir(path)
        except OSError as error:
            format_error = format_error or f"{path}: {error.strerror}"
    return {
        "path": path,
        "exists": exists,
        "symlink": os.path.islink(path),
        "mounted": mount is not None,
        "mount": dict(mount) if mount else None,
        "held_by": held,
        "number": number,
        "disk": disk_of(number),
        "on_root": number == _number(os.stat("/").st_dev),
        "submounts": sorted(point for point in mounted if point.startswith(path.rstrip("/") + "/")),
        "size": size,
        "free": free,
        "device": _device(spec, mounted),
        "content": _content(path) if exists else [],
        "format_json": format_json,
        "format_error": format_error,
    }


def drives(specs: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    mounted = mounts()
    return [drive(spec, mounted) for spec in specs]
