"""What is to be done with a drive, and what is refused."""
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils._server_drives import judge, mounts

ROOT = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
MOUNTED = ROOT + "30 22 8:16 / /mnt/d1 rw,noatime shared:2 - xfs /dev/sdb rw\n"
PATH = "/mnt/d1"


def probe(rc: int = 0, stdout: str = "", stderr: str = "") -> list[dict[str, Any]]:
    return [{"device": "/dev/sdb", "rc": rc, "stdout": stdout, "stderr": stderr}]


XFS = probe(stdout="DEVNAME=/dev/sdb\nUUID=1234\nTYPE=xfs\nUSAGE=filesystem\n")
BLANK = probe(rc=2)

ACCEPTED = [
    ({"path": PATH}, MOUNTED, [], {"src": "", "mounted": True, "mount": False, "make": False}),
    ({"path": PATH, "uuid": "1234"}, ROOT, [], {"src": "UUID=1234", "mounted": False, "mount": True, "make": False}),
    ({"path": PATH, "label": "d1"}, ROOT, [], {"src": "LABEL=d1", "mounted": False, "mount": True, "make": False}),
    ({"path": PATH, "device": "/dev/sdb"}, ROOT, XFS, {"src": "UUID=1234", "mounted": False, "mount": True, "make": False}),
    ({"path": PATH, "device": "/dev/sdb", "format": True}, MOUNTED, XFS, {"src": "UUID=1234", "mounted": True, "mount": True, "make": False}),
    ({"path": PATH, "device": "/dev/sdb", "format": True}, ROOT, BLANK, {"src": "", "mounted": False, "mount": True, "make": True}),
]

REFUSED = [
    ({"path": PATH}, ROOT, [], "is no mount point"),
    ({"path": PATH, "uuid": "1", "label": "2"}, ROOT, [], "give one of them"),
    ({"path": PATH, "uuid": "1", "format": True}, ROOT, [], "name the device to format"),
    ({"path": PATH, "device": "/dev/sdb"}, ROOT, BLANK, "set format: true"),
    ({"path": PATH, "device": "/dev/sdb", "format": True}, ROOT, probe(stdout="TYPE=ext4\nUUID=1\n"), "holds ext4; nothing is overwritten"),
    ({"path": PATH, "device": "/dev/sdb", "format": True}, ROOT, probe(stdout="PTTYPE=gpt\n"), "holds gpt; nothing is overwritten"),
    ({"path": PATH, "device": "/dev/sdb", "format": True}, ROOT, probe(rc=8), "cannot be read"),
    ({"path": PATH, "device": "/dev/sdb", "format": True}, ROOT, probe(rc=2, stderr="error: /dev/sdb: No such file"), "No such file"),
    ({"path": PATH, "device": "/dev/sdb"}, MOUNTED.replace("/mnt/d1", "/srv"), XFS, "is mounted on /srv"),
]


@pytest.mark.parametrize(("drive", "mountinfo", "probes", "expected"), ACCEPTED)
def test_a_drive_is_taken(drive: dict[str, Any], mountinfo: str, probes: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    found = judge([drive], mountinfo, probes)
    assert found["problems"] == []
    assert {key: found["drives"][0][key] for key in expected} == expected


@pytest.mark.parametrize(("drive", "mountinfo", "probes", "message"), REFUSED)
def test_a_drive_is_refused(drive: dict[str, Any], mountinfo: str, probes: list[dict[str, Any]], message: str) -> None:
    found = judge([drive], mountinfo, probes)
    assert len(found["problems"]) == 1 and message in found["problems"][0] and PATH in found["problems"][0]
    assert not found["drives"][0]["make"]


def test_the_mount_table_is_read() -> None:
    text = MOUNTED + "31 22 8:32 / /mnt/with\\040space rw - xfs /dev/sdc rw\n" + "32 30 8:48 / /mnt/d1 rw - xfs /dev/sdd rw\n"
    assert mounts(text) == {"/": "/dev/sda1", "/mnt/d1": "/dev/sdd", "/mnt/with space": "/dev/sdc"}
