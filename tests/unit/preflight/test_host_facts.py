# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What host_facts reads, read on this machine: real sockets, real signatures, a real server's format.json."""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils import _host, _host_drives

SBIN = os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/sbin"))
FORMAT_JSON = """{"version":"1","format":"xl","id":"7f46b2fc-e4f2-45e2-8da4-f5a933cebd1b","xl":{"version":"3",\
"this":"99731c6c-9b17-42b6-b5ce-92d7bef0ea94","sets":[["99731c6c-9b17-42b6-b5ce-92d7bef0ea94",\
"0d8c7d4b-1ea7-4f95-9b03-be10906dfb5b","b80119f8-96ab-484d-b660-305a854ad6e3"]],"distributionAlgo":"SIPMOD+PARITY"}}"""
MOUNTINFO = """\
25 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
90 25 7:3 / /mnt/minio/drive1 rw,noatime shared:5 - xfs /dev/vdb rw,attr2
91 25 0:44 / /mnt/with\\040blank ro - tmpfs tmpfs rw
92 90 7:4 / /mnt/minio/drive1/below rw - xfs /dev/vdc rw
93 25 7:5 /part /mnt/bound rw - xfs /dev/vdd rw
94 25 7:6 / /mnt/bound rw - xfs /dev/vde rw
"""


@pytest.fixture(name="listener", params=["127.0.0.1", "::1"])
def fixture_listener(request):
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as server:
        try:
            server.bind((request.param, 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        server.listen()
        yield request.param, server.getsockname()[1]


def test_a_listener_is_found_with_its_process(listener):
    address, port = listener
    found, = _host.listening([port])
    assert found == {"port": port, "address": address, "pid": os.getpid(), "process": Path("/proc/self/comm").read_text().strip()}


@pytest.mark.parametrize(("holders", "owner"), [(["1", "7"], 7), (["1"], 1)])
def test_a_socket_that_systemd_keeps_belongs_to_the_process_that_uses_it(monkeypatch, holders, owner):
    monkeypatch.setattr(os, "listdir", lambda path: ["self", *holders] if path == "/proc" else ["3"])
    monkeypatch.setattr(os, "readlink", lambda _path: "socket:[5]")
    assert _host._owners({"5"}) == {"5": owner}


def test_a_port_that_nobody_listens_on_is_not_listed(listener):
    _address, port = listener
    with socket.create_connection(listener) as client:
        # A connection from this port is no listener on it.
        assert _host.listening([client.getsockname()[1]]) == []
    assert _host.listening([port])


def test_names_are_resolved_and_the_unknown_is_an_error():
    known, unknown = _host.resolve(["localhost", "no-such-host.invalid", "localhost"], 5)
    assert known["error"] is None
    assert set(known["addresses"]) & {"127.0.0.1", "::1"}
    assert (unknown["name"], unknown["addresses"]) == ("no-such-host.invalid", [])
    assert unknown["error"]


def test_a_resolver_that_does_not_answer_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_keywords: time.sleep(1.5) or [])
    start = time.monotonic()
    answer, = _host.resolve(["slow"], 0.1)
    assert time.monotonic() - start < 1
    assert answer["error"] == "no answer within 0.1 s"


def test_the_system_is_described_in_gos_words():
    facts = _host.system()
    assert facts["architecture"] == {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    assert facts["memory"] == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert facts["cores"] == len(os.sched_getaffinity(0))
    assert facts["distribution"]["id"]


def test_own_addresses_leave_loopback_out():
    assert not any(address.startswith("127.") or address == "::1" for address in _host.addresses())


def test_the_clock_is_disciplined_or_not_or_unknown():
    assert _host.synchronized() in (True, False, None)


def test_mounts_are_read_by_their_mount_point():
    found = _host_drives.mounts(MOUNTINFO)
    assert found["/mnt/minio/drive1"] == {
        "point": "/mnt/minio/drive1", "source": "/dev/vdb", "fstype": "xfs", "options": ["rw", "noatime"], "number": "7:3", "subtree": "/",
    }
    assert found["/mnt/with blank"]["options"] == ["ro"]
    assert found["/mnt/bound"]["source"] == "/dev/vde"


def test_this_machines_root_is_a_mount():
    assert _host_drives.mounts()["/"]["number"]


def test_a_mounted_drive_is_known_by_its_mount(tmp_path):
    path = str(tmp_path)
    number = f"{os.major(tmp_path.stat().st_dev)}:{os.minor(tmp_path.stat().st_dev)}"
    mounted = _host_drives.mounts(f"90 25 {number} / {path} rw - xfs /dev/vdb rw\n91 90 7:4 / {path}/below rw - xfs /dev/vdc rw\n")
    drive = _host_drives.drive({"path": path + "/"}, mounted)
    assert (drive["path"], drive["mounted"], drive["number"], drive["submounts"]) == (path, True, number, [f"{path}/below"])
    assert drive["size"] == shutil.disk_usage(path).total


def test_a_directory_that_does_not_exist_yet_is_judged_by_its_parent(tmp_path):
    drive = _host_drives.drive({"path": f"{tmp_path}/a/b"}, _host_drives.mounts())
    assert (drive["exists"], drive["mounted"], drive["size"], drive["device"]["named_by"]) == (False, False, 0, "")
    assert drive["number"] == f"{os.major(tmp_path.stat().st_dev)}:{os.minor(tmp_path.stat().st_dev)}"
    assert drive["on_root"] is (tmp_path.stat().st_dev == os.stat("/").st_dev)


def test_format_json_of_a_server_is_read(tmp_path):
    (tmp_path / ".minio.sys").mkdir()
    (tmp_path / ".minio.sys" / "format.json").write_text(FORMAT_JSON)
    (tmp_path / "bucket").mkdir()
    (tmp_path / "lost+found").mkdir()
    drive = _host_drives.drive({"path": str(tmp_path)}, {})
    assert drive["format_json"]["deployment_id"] == "7f46b2fc-e4f2-45e2-8da4-f5a933cebd1b"
    assert drive["format_json"]["this"] == drive["format_json"]["sets"][0][0]
    assert (drive["content"], drive["format_error"]) == (["bucket"], "")


@pytest.mark.parametrize("text, error", [
    ("", "not understood (JSONDecodeError)"),
    ("{}", "not understood (KeyError)"),
    ("[1]", "not understood (TypeError)"),
])
def test_a_broken_format_json_is_an_error_and_no_empty_drive(tmp_path, text, error):
    (tmp_path / ".minio.sys").mkdir()
    (tmp_path / ".minio.sys" / "format.json").write_text(text)
    content, why = _host_drives.read_format(str(tmp_path))
    assert content is None
    assert why.endswith(error)


@pytest.mark.parametrize("tool, signature, label", [
    (None, "", ""),
    (["mke2fs", "-q", "-F", "-t", "ext4", "-L", "MINIO1"], "ext4", "MINIO1"),
    (["mkswap", "-L", "SWAP1"], "swap", "SWAP1"),
])
def test_signatures_are_read(tmp_path, tool, signature, label):
    image = tmp_path / "image"
    with image.open("wb") as handle:
        handle.truncate(16 * 1024**2)
    if tool:
        subprocess.run([*tool, str(image)], check=True, capture_output=True, env={"PATH": SBIN})
    found = _host_drives.probe(str(image))
    assert (found["signature"], found["label"]) == (signature, label)


def test_a_signature_that_cannot_be_read_is_not_taken_for_none(tmp_path, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_keywords: (_ for _ in ()).throw(FileNotFoundError("blkid")))
    assert _host_drives.probe(str(tmp_path / "image"))["signature"] is None


def test_a_device_that_is_no_block_device_is_said_so():
    drive = _host_drives.drive({"path": "/nowhere", "device": "/dev/null"}, {})
    assert (drive["device"]["exists"], drive["device"]["block"]) == (True, False)


def test_a_label_that_nothing_carries_is_not_found():
    assert _host_drives.find_device({"label": "NO-SUCH-LABEL-1"}) == ("", "label")


def test_the_module_answers_fast_and_in_check_mode(tmp_path):
    arguments = {"drives": [{"path": str(tmp_path), "device": "/dev/null"}], "ports": [9000], "peers": ["localhost"]}
    (tmp_path / "args.json").write_text(json.dumps({"ANSIBLE_MODULE_ARGS": {**arguments, "_ansible_check_mode": True}}))
    command = [sys.executable, "-m", "ansible_collections.oracle1.minio.plugins.modules.host_facts", str(tmp_path / "args.json")]
    taken = []
    for _attempt in range(3):
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        taken.append(answer["facts"]["time"]["end"] - answer["facts"]["time"]["start"])
    assert (answer["changed"], set(answer["facts"]) >= {"time", "drives", "ports", "peers", "addresses", "cores"}) == (False, True)
    assert min(taken) < 0.3
