# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives as they are, against the plan: mounts, devices, sizes, and what their format.json says. Pure functions, no I/O."""

from __future__ import annotations

import typing as t
from collections import Counter

# Signatures that are no file system to mount.
CONTAINERS = frozenset(("LVM2_member", "linux_raid_member", "crypto_LUKS", "swap", "zfs_member", "ceph_bluestore", "ambivalent"))
UNFIT = frozenset(("tmpfs", "ramfs", "overlay", "nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "vfat", "squashfs"))

Facts = t.Mapping[str, t.Any]
Place = t.Tuple[str, str]


def size(drive: Facts) -> int:
    """Bytes that the drive has or will have: those of its file system, else of its device."""
    return drive["size"] if drive["mounted"] else drive["device"]["size"]


def _device_size(drive: Facts) -> int:
    return drive["device"]["size"] or size(drive)


def state(drive: Facts, may_format: bool) -> str:
    """What becomes of the drive, in a word or two."""
    if drive["mounted"]:
        return "in use" if drive["format_json"] else "empty"
    if not drive["device"]["block"]:
        return "missing"
    return "will be mounted" if drive["device"]["signature"] else "will be formatted" if may_format else "no file system"


def judge_host(host: str, drives: t.Sequence[Facts], specs: t.Mapping[str, Facts]) -> tuple[list[str], list[str]]:
    """Problems and warnings of the drives of one node. `specs`: minio_server_drives by path."""
    problems: list[str] = []
    warnings: list[str] = []
    for drive in drives:
        name = f"{host}:{drive['path']}"
        if drive["symlink"]:
            problems.append(f"{name} is a symbolic link, which is no mount point; give the real path")
        if drive["mounted"]:
            _judge_mounted(name, drive, problems, warnings)
        else:
            _judge_unmounted(name, drive, specs.get(drive["path"], {}), problems, warnings)
        if drive["format_error"]:
            problems.append(f"{name}: {drive['format_error']}; repair or replace the drive (playbooks/replace_drive.yml) before the server uses it")
    _judge_twice(host, drives, problems, warnings)
    return problems, warnings


def _judge_mounted(name: str, drive: Facts, problems: list[str], warnings: list[str]) -> None:
    mount, device = drive["mount"], drive["device"]
    if drive["on_root"]:
        problems.append(f"{name} lies on the root file system, which the server refuses; mount a drive of its own there")
        return
    if mount["fstype"] in UNFIT:
        problems.append(f"{name} is {mount['fstype']}; use a local XFS file system")
    elif mount["fstype"] != "xfs":
        warnings.append(f"{name} is {mount['fstype']}; MinIO is tested on XFS")
    if "ro" in mount["options"]:
        problems.append(f"{name} is mounted read-only; mount it read-write (look for I/O errors in the kernel's log first)")
    if drive["submounts"]:
        problems.append(f"{name} has other mounts below it ({_join(drive['submounts'])}), which the server refuses; unmount them")
    if device["named_by"] and not device["exists"]:
        problems.append(
            f"{name} is mounted from {mount['source']}, but the {device['named_by']} in minio_server_drives is on no device; "
            "correct it, or the host does not mount the drive at its next boot"
        )
    elif device["block"] and device["number"] != mount["number"] and not mount["number"].startswith("0:"):
        problems.append(
            f"{name} is mounted from {mount['source']}, but minio_server_drives names {device['path']}; "
            "correct the variable or mount the right device"
        )
    if drive["content"] and not drive["format_json"]:
        warnings.append(f"{name} holds files that are not MinIO's ({_join(drive['content'])}); the server would show them as buckets")


def _judge_unmounted(name: str, drive: Facts, spec: Facts, problems: list[str], warnings: list[str]) -> None:
    device = drive["device"]
    if drive["format_json"]:
        problems.append(
            f"{name} is not mounted, yet MinIO has written below it on {drive['held_by']}; mount the drive after moving that data away"
        )
    elif drive["content"]:
        warnings.append(f"{name} is not mounted and its directory holds files ({_join(drive['content'])}), which the mount will hide")
    if not device["named_by"]:
        problems.append(f"{name} is no mount point and names no device; mount it, or give device, uuid or label in minio_server_drives")
    elif not device["exists"]:
        key = device["named_by"]
        what = device["path"] if key == "device" else f"a file system with the {key} {spec.get(key)}"
        problems.append(f"{name}: {what} does not exist; attach the drive or correct minio_server_drives")
    elif not device["block"]:
        problems.append(f"{name}: {device['path']} is no block device; name the drive's device")
    elif device["mounted_at"]:
        problems.append(f"{name}: {device['path']} is mounted at {_join(device['mounted_at'])}; name another device or unmount it")
    elif device["signature"] is None:
        problems.append(f"{name}: the signature of {device['path']} could not be read; run as root and install blkid (util-linux)")
    else:
        _judge_signature(name, device, bool(spec.get("format")), problems, warnings)


def _judge_signature(name: str, device: Facts, may_format: bool, problems: list[str], warnings: list[str]) -> None:
    signature, path = device["signature"], device["path"]
    if device["busy"]:
        problems.append(f"{name}: {path} is in use by something else (RAID, LVM, another mount); name a free device")
    elif not signature and not may_format:
        problems.append(
            f"{name}: {path} carries no file system and format is false; make one (mkfs.xfs {path}), or set format: true "
            "in minio_server_drives"
        )
    elif signature and not device["fstype"]:
        problems.append(
            f"{name}: {path} has a partition table ({signature}) and is never formatted; name one of its partitions, or clear it with "
            f"wipefs -a {path} if nothing on it is wanted"
        )
    elif signature in CONTAINERS or signature in UNFIT:
        problems.append(
            f"{name}: {path} carries {signature}, which is no file system for MinIO, and is never formatted; name another device, or "
            f"clear it with wipefs -a {path} if nothing on it is wanted"
        )
    elif signature and signature != "xfs":
        warnings.append(f"{name}: {path} carries {signature} and is kept; MinIO is tested on XFS")


def _judge_twice(host: str, drives: t.Sequence[Facts], problems: list[str], warnings: list[str]) -> None:
    numbers: dict[str, list[str]] = {}
    disks: dict[str, list[str]] = {}
    for drive in drives:
        source = drive if drive["mounted"] else drive["device"]
        if source["number"] and not (drive["mounted"] and drive["on_root"]):
            numbers.setdefault(source["number"], []).append(drive["path"])
            disks.setdefault(source["disk"], []).append(drive["path"])
    for number, paths in numbers.items():
        if len(paths) > 1:
            problems.append(f"{host}: {_join(paths)} are one device ({number}); every drive needs a device of its own")
    for disk, paths in disks.items():
        if disk and len(paths) > 1 and paths not in numbers.values():
            warnings.append(f"{host}: {_join(paths)} are partitions of one disk ({disk}) and fail together")


def judge_sizes(pools: t.Sequence[Facts], drives: t.Mapping[Place, Facts], tolerance: float) -> list[str]:
    """Drives of a pool count as large as the smallest one."""
    problems = []
    for number, pool in enumerate(pools, 1):
        mine = {place: drives[place] for place in _places(pool) if place in drives}
        # A file system is a little smaller than its device: compare like with like.
        measure = size if all(drive["mounted"] for drive in mine.values()) else _device_size
        known = {place: measure(drive) for place, drive in mine.items() if measure(drive)}
        if not known:
            continue
        least, most = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
        spread = 100 * (known[most] - known[least]) / known[most]
        if spread > tolerance:
            problems.append(
                f"pool {number}: the drives differ by {spread:.0f} % ({_name(least)} has {gb(known[least])}, {_name(most)} "
                f"{gb(known[most])}) and the server uses the smallest size of all; use equal drives, or accept the loss with "
                f"minio_preflight_drive_size_tolerance: {int(spread) + 1}"
            )
    return problems


def judge_format(pools: t.Sequence[Facts], drives: t.Mapping[Place, Facts]) -> tuple[list[str], list[str]]:
    """The plan against what the drives hold: the server never changes the number or the order of a pool's drives."""
    problems: list[str] = []
    warnings: list[str] = []
    held = {place: drive["format_json"] for place, drive in drives.items() if drive["mounted"] and drive["format_json"]}
    _judge_deployments(held, problems)
    _judge_clones(held, problems)
    for number, pool in enumerate(pools, 1):
        mine = {place: held[place] for place in _places(pool) if place in held}
        if mine and _judge_layout(number, pool, mine, problems):
            _judge_places(number, pool, mine, problems)
            _judge_new(number, pool, mine, drives, problems, warnings)
    return problems, warnings


def _judge_deployments(held: t.Mapping[Place, Facts], problems: list[str]) -> None:
    by_id: dict[str, list[Place]] = {}
    for place, content in held.items():
        by_id.setdefault(content["deployment_id"], []).append(place)
    if len(by_id) > 1:
        said = "; ".join(f"{deployment} on {_names(places)}" for deployment, places in by_id.items())
        problems.append(f"the drives belong to {len(by_id)} deployments ({said}); take out or wipe the drives of the other cluster")


def _judge_clones(held: t.Mapping[Place, Facts], problems: list[str]) -> None:
    by_drive: dict[str, list[Place]] = {}
    for place, content in held.items():
        by_drive.setdefault(content["this"], []).append(place)
    for places in by_drive.values():
        if len(places) > 1:
            problems.append(f"{_names(places)} hold the same drive id, one is a copy; wipe the copy and let the server heal it")


def _judge_layout(number: int, pool: Facts, held: t.Mapping[Place, Facts], problems: list[str]) -> bool:
    shape = {place: (len(content["sets"]), len(content["sets"][0]) if content["sets"] else 0) for place, content in held.items()}
    wanted = (pool["sets"], pool["set_size"])
    for (sets, size_), _count in Counter(shape.values()).most_common():
        if (sets, size_) != wanted:
            where = [place for place in held if shape[place] == (sets, size_)]
            problems.append(
                f"pool {number}: the drives ({_names(where)}) were made as {_shape(sets, size_)}, {sets * size_} drives, the plan is "
                f"{_shape(*wanted)}, {wanted[0] * wanted[1]} drives; a pool keeps its number of drives: restore the hosts and drives "
                "it had, and grow by a further pool in minio_server_pools"
            )
            return False
    if len({str(content["sets"]) for content in held.values()}) > 1:
        problems.append(f"pool {number}: its drives were made in different pools; restore the pools as they were")
        return False
    return True


def _shape(sets: int, size_: int) -> str:
    return f"{sets} {'set' if sets == 1 else 'sets'} of {size_}"


def _judge_places(number: int, pool: Facts, held: t.Mapping[Place, Facts], problems: list[str]) -> None:
    expected = {place: at for place, at in _positions(pool).items() if place in held}
    moved = []
    for place, at in expected.items():
        content = held[place]
        found = next(
            ((i, j) for i, ids in enumerate(content["sets"]) for j, drive in enumerate(ids) if drive == content["this"]), None
        )
        if found is None:
            problems.append(f"{_name(place)}: its id is in none of its own erasure sets; wipe the drive and let the server heal it")
        elif found != at:
            moved.append(f"{_name(place)} was drive {found[1] + 1} of set {found[0] + 1}, now drive {at[1] + 1} of set {at[0] + 1}")
    if moved:
        problems.append(
            f"pool {number}: hosts or drives changed their order ({'; '.join(moved)}), and the server refuses such drives; "
            "restore the order in minio_server_pools or mount the drives where they were"
        )


def _judge_new(
    number: int, pool: Facts, held: t.Mapping[Place, Facts], drives: t.Mapping[Place, Facts], problems: list[str], warnings: list[str]
) -> None:
    for index, layout in enumerate(pool["layout"], 1):
        places = [(drive["host"], drive["drive"]) for drive in layout]
        new = [place for place in places if place in drives and place not in held and _is_empty(drives[place])]
        spare = pool["set_size"] - pool["write_quorum"]
        if not new:
            continue
        if len(new) > spare:
            problems.append(
                f"pool {number}: {_names(new)} {_are(new)} empty among drives that hold data, more than the {spare} that set {index} "
                "can lose; mount the drives that belong there"
            )
        else:
            warnings.append(
                f"pool {number}: {_names(new)} {_are(new)} empty among drives that hold data; the server will heal as onto a "
                "replaced drive. If none was replaced, stop and mount the right one"
            )


def _is_empty(drive: Facts) -> bool:
    return drive["mounted"] or drive["device"]["signature"] == ""


def _positions(pool: Facts) -> dict[Place, tuple[int, int]]:
    return {
        (drive["host"], drive["drive"]): (i, j) for i, layout in enumerate(pool["layout"]) for j, drive in enumerate(layout)
    }


def _places(pool: Facts) -> list[Place]:
    return list(_positions(pool))


def _name(place: Place) -> str:
    return f"{place[0]}:{place[1]}"


def _names(places: t.Sequence[Place]) -> str:
    shown = [_name(place) for place in places[:6]]
    return _join(shown) + (f" and {len(places) - 6} more" if len(places) > 6 else "")


def _are(items: t.Sequence[t.Any]) -> str:
    return "is" if len(items) == 1 else "are"


def gb(count: float) -> str:
    """Decimal units, as drives are sold."""
    for unit, factor in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count / 1e6:.0f} MB"


def _join(items: t.Iterable[t.Any]) -> str:
    return ", ".join(str(item) for item in items)
