# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done with each drive, from what is mounted and what the devices hold. Pure."""

from __future__ import annotations

import re
import typing as t

_OCTAL = re.compile(r"\\([0-7]{3})")


def mounts(mountinfo: str) -> dict[str, str]:
    """Source by mount point, from /proc/self/mountinfo; the last mount on a point is the one that is seen."""
    found = {}
    for line in mountinfo.splitlines():
        before, separator, after = line.partition(" - ")
        fields, tail = before.split(), after.split()
        if separator and len(fields) > 4 and len(tail) > 1:
            found[_unescape(fields[4])] = _unescape(tail[1])
    return found


def _unescape(text: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match.group(1), 8)), text)


def signature(stdout: str) -> dict[str, str]:
    """Answer of `blkid --probe --output export`."""
    return dict(line.split("=", 1) for line in stdout.splitlines() if "=" in line)


def judge(
    drives: t.Sequence[t.Mapping[str, t.Any]], mountinfo: str, probes: t.Iterable[t.Mapping[str, t.Any]] = ()
) -> dict[str, t.Any]:
    """`drives` with `path`, `src` for fstab, `mounted`, `mount` (by this role) and `make` (a file system), and `problems` with their remedy.

    `probes` are results of blkid with `device`, `rc`, `stdout` and `stderr`.
    """
    mounted = mounts(mountinfo)
    probed = {probe["device"]: probe for probe in probes}
    result: list[dict[str, t.Any]] = []
    problems: list[str] = []
    for drive in drives:
        path = drive["path"].rstrip("/")
        named = [key for key in ("device", "uuid", "label") if drive.get(key)]
        entry: dict[str, t.Any] = {
            "path": path, "device": drive.get("device") or "", "src": "", "mounted": path in mounted,
            "mount": bool(named), "make": False,
        }
        result.append(entry)
        problem = ""
        if len(named) > 1:
            problem = f"has {' and '.join(named)}; give one of them"
        elif drive.get("format") and named != ["device"]:
            problem = "has format: true without a device; name the device to format"
        elif not named and not entry["mounted"]:
            problem = "is no mount point; mount a file system there, or give its device, uuid or label"
        elif named == ["uuid"]:
            entry["src"] = f"UUID={drive['uuid']}"
        elif named == ["label"]:
            entry["src"] = f"LABEL={drive['label']}"
        elif named:
            problem = _device(drive, entry, probed.get(drive["device"]) or {})
            elsewhere = sorted(p for p, source in mounted.items() if source == drive["device"] and p != path)
            if elsewhere and not problem:
                problem = f"is to hold {drive['device']}, which is mounted on {', '.join(elsewhere)}; unmount it there"
        if problem:
            problems.append(f"drive {path} {problem}")
    return {"drives": result, "problems": problems}


def _device(drive: t.Mapping[str, t.Any], entry: dict[str, t.Any], probe: t.Mapping[str, t.Any]) -> str:
    device, found = drive["device"], signature(probe.get("stdout") or "")
    if probe.get("rc") == 0 and found.get("TYPE") == "xfs":
        entry["src"] = f"UUID={found['UUID']}"
        return ""
    if probe.get("rc") == 0:
        kind = found.get("TYPE") or found.get("PTTYPE") or "unknown data"
        return f"is to hold {device}, which holds {kind}; nothing is overwritten. If it may go, clear it with wipefs --all {device}"
    if probe.get("rc") == 2 and not probe.get("stderr"):
        entry["make"] = bool(drive.get("format"))
        return "" if entry["make"] else f"is to hold {device}, which has no file system; make XFS on it, or set format: true"
    return f"is to hold {device}, which cannot be read: {(probe.get('stderr') or 'no answer from blkid').strip()}"
