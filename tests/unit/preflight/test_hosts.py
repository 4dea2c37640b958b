# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unfit hosts and the message that each must give."""

from __future__ import annotations

import pytest

from ansible_collections.oracle1.minio.plugins.plugin_utils import preflight_hosts

from .cluster import NODES, Cluster, judge_hosts, spec, unmount

GIB = 1024**3


def host(name, **values):
    return lambda cluster: cluster.facts[name].update(values)


def drive(name="minio1", number=1, **values):
    return lambda cluster: cluster.drive(name, number).update(values)


def mount(**values):
    return lambda cluster: cluster.drive("minio1")["mount"].update(values)


def device(**values):
    return lambda cluster: cluster.drive("minio1")["device"].update(values)


def unmounted(name="minio1", **values):
    return lambda cluster: unmount(cluster.drive(name), **values)


def clock(name, ahead, seconds=0.2):
    """The host's clock is `ahead`; the call took `seconds`, half of them before the host read its clock."""
    return host(name, time={
        "start": 1000 + ahead + seconds / 2, "end": 1000 + ahead + seconds / 2, "synchronized": True,
        "controller": {"sent": 1000.0, "received": 1000.0 + seconds},
    })


def peer(name, other, **values):
    def change(cluster):
        next(entry for entry in cluster.facts[name]["peers"] if entry["name"] == other).update(values)
    return change


def both(*changes):
    return lambda cluster: [change(cluster) for change in changes]


def option(**values):
    return lambda cluster: cluster.options.update(values)


def listener(name, port, process):
    return host(name, ports=[{"port": port, "address": "0.0.0.0", "pid": 1, "process": process}])


BAD = {
    # machines
    "one machine twice": (host("minio2", addresses=["192.0.2.11", "fe80::11"]), "minio1 and minio2 are one machine (192.0.2.11); correct ansible_host"),
    "mixed architectures": (host("minio3", architecture="arm64"), "the nodes mix architectures (amd64 on minio1, minio2; arm64 on minio3)"),
    "unknown architecture": (host("minio1", architecture="riscv64"), "minio1: no release is built for riscv64; use hosts with amd64 or arm64"),
    "few cores": (host("minio2", cores=1), "minio2 has 1 of 2 cores, less than the minimum for production; give it more, or accept it with minio_preflight_resources: warn"),
    "little memory": (host("minio2", memory=2 * GIB), "minio2 has 2.0 of 4 GiB of memory"),
    "small drives": (lambda c: [c.drive(name).update(size=50_000_000_000) for name in NODES], "minio1 has 50.0 GB of 100 GB of drives"),
    # clocks
    "clock ahead": (clock("minio2", 10), "the clock of minio2 is at least 9.4 s ahead of minio3, more than 2 s"),
    "clock behind": (clock("minio3", -5), "the clock of minio2 is at least 4.8 s ahead of minio3, more than 2 s"),
    # ports
    "port taken": (listener("minio1", 9000, "java"), "minio1: port 9000 is taken by java; stop it or choose another port"),
    "port of the balancer taken": (listener("lb1", 9000, "haproxy"), "lb1: port 9000 is taken by haproxy"),
    "nginx on a node": (listener("minio1", 9001, "nginx"), "minio1: port 9001 is taken by nginx"),
    "systemd on a node": (listener("minio1", 9001, "systemd"), "minio1: port 9001 is taken by systemd"),
    "owner unseen": (listener("minio1", 9000, None), "minio1: port 9000 is taken by a process that cannot be seen (run as root)"),
    # names
    "name unknown": (peer("minio1", "minio2", addresses=[], error="Name or service not known"), "minio1 cannot resolve minio2 (Name or service not known); add it to DNS, or set minio_server_manage_hosts_file: true"),
    "name is elsewhere": (peer("minio1", "minio1", addresses=["192.0.2.99"]), "minio1 resolves its own name to 192.0.2.99, none of its addresses (192.0.2.11)"),
    "peer is loopback": (peer("minio1", "minio2", addresses=["127.0.1.1"]), "minio1 resolves minio2 to 127.0.1.1, which is minio1 itself"),
    "peer is itself": (peer("minio1", "minio2", addresses=["192.0.2.11"]), "minio1 resolves minio2 to 192.0.2.11, which is minio1 itself"),
    "two peers at one address": (peer("minio1", "minio3", addresses=["192.0.2.12"]), "minio1 resolves minio2, minio3 to the same address 192.0.2.12"),
    # mounted drives
    "root file system": (drive(on_root=True), "minio1:/mnt/minio/drive1 lies on the root file system, which the server refuses"),
    "network file system": (mount(fstype="nfs4"), "minio1:/mnt/minio/drive1 is nfs4; use a local XFS file system"),
    "read-only": (mount(options=["ro"]), "minio1:/mnt/minio/drive1 is mounted read-only"),
    "mounts below": (drive(submounts=["/mnt/minio/drive1/a"]), "has other mounts below it (/mnt/minio/drive1/a), which the server refuses; unmount them"),
    "other device mounted": (device(number="8:99", path="/dev/sdz"), "is mounted from /dev/sdb, but minio_server_drives names /dev/sdz"),
    "label on no device": (device(exists=False, block=False, path=""), "is mounted from /dev/sdb, but the label in minio_server_drives is on no device"),
    "symbolic link": (drive(symlink=True), "minio1:/mnt/minio/drive1 is a symbolic link, which is no mount point; give the real path"),
    "format.json unreadable": (drive(format_error="/mnt/minio/drive1/.minio.sys/format.json: Input/output error"), "Input/output error; repair or replace the drive"),
    # drives not mounted yet
    "no mount, no device": (unmounted(named_by="", path="", exists=False, block=False), "is no mount point and names no device; mount it, or give device, uuid or label"),
    "label missing": (unmounted(path="", exists=False, block=False), "a file system with the label MINIO1 does not exist; attach the drive or correct minio_server_drives"),
    "device missing": (unmounted(named_by="device", path="/dev/sdx", exists=False, block=False), "minio1:/mnt/minio/drive1: /dev/sdx does not exist"),
    "device is a file": (unmounted(named_by="device", path="/dev/null", block=False), "/dev/null is no block device; name the drive's device"),
    "mounted elsewhere": (unmounted(mounted_at=["/srv"]), "/dev/sdb is mounted at /srv; name another device or unmount it"),
    "device busy": (unmounted(busy=True), "/dev/sdb is in use by something else"),
    "signature unread": (unmounted(signature=None), "the signature of /dev/sdb could not be read; run as root and install blkid"),
    "bare and not to be formatted": (unmounted(signature="", fstype=""), "/dev/sdb carries no file system and format is false; make one (mkfs.xfs /dev/sdb), or set format: true"),
    "partition table": (unmounted(signature="gpt", fstype=""), "/dev/sdb has a partition table (gpt) and is never formatted; name one of its partitions"),
    "LVM": (unmounted(signature="LVM2_member", fstype="LVM2_member"), "/dev/sdb carries LVM2_member, which is no file system for MinIO, and is never formatted"),
    "written under the mount point": (both(unmounted(), drive(format_json={"this": "x", "sets": [["x"]], "deployment_id": "d"})), "is not mounted, yet MinIO has written below it on /"),
    # sizes
    "unequal sizes": (drive("minio3", size=500_000_000_000), "the drives differ by 50 % (minio3:/mnt/minio/drive1 has 500.0 GB, minio1:/mnt/minio/drive1 1.0 TB) and the server uses the smallest size of all"),
    "unequal size before mounting": (unmounted("minio2", size=500_000_000_000), "the drives differ by 50 % (minio2:/mnt/minio/drive1 has 500.0 GB"),
}


def test_fit_hosts_have_no_problems():
    got = judge_hosts()
    assert (got["problems"], got["warnings"]) == ([], [])


@pytest.mark.parametrize("name", BAD)
def test_unfit_hosts_are_named_with_their_fix(name):
    change, message = BAD[name]
    problems = judge_hosts(change)["problems"]
    assert any(message in problem for problem in problems), problems


@pytest.mark.parametrize("change, count", [
    (both(unmounted(), unmounted("minio2"), unmounted("minio3")), 0),
    (both(*[unmounted(name, signature="", fstype="") for name in NODES],
          lambda c: [entry.update(drives=[spec(device="/dev/sdb", format=True)]) for entry in c.hosts.values()]), 0),
    (both(*[unmounted(name, signature="", fstype="") for name in NODES]), 3),
])
def test_bare_hosts_pass_when_their_drives_will_be_made(change, count):
    assert len(judge_hosts(change)["problems"]) == count


@pytest.mark.parametrize("process", ["nginx", "systemd"])
def test_a_running_cluster_passes(process):
    def running(cluster):
        for name in NODES:
            listener(name, 9000, "minio")(cluster)
        listener("lb1", 9000, process)(cluster)

    got = judge_hosts(running, drives=4, used=True)
    assert (got["problems"], got["warnings"]) == ([], [])


def test_one_device_used_twice():
    def change(cluster):
        cluster.drive("minio1", 2).update(number="8:16")
        cluster.drive("minio1", 2)["mount"].update(number="8:16")
        cluster.drive("minio1", 2)["device"].update(number="8:16")

    problem, = judge_hosts(change, drives=4)["problems"]
    assert "minio1: /mnt/minio/drive1, /mnt/minio/drive2 are one device (8:16)" in problem


def test_partitions_of_one_disk_are_a_warning():
    got = judge_hosts(drive("minio1", 2, disk="sdb"), drives=4)
    assert got["problems"] == []
    assert got["warnings"] == ["minio1: /mnt/minio/drive1, /mnt/minio/drive2 are partitions of one disk (sdb) and fail together"]


class TestClocks:
    @pytest.mark.parametrize("ahead, seconds, refused", [
        (1.9, 0.0, False),
        (2.1, 0.0, True),
        # What the call took may be the whole difference: not refused before it is certain.
        (2.5, 1.5, False),
        (4.0, 1.5, True),
        (-4.0, 1.5, True),
    ])
    def test_only_what_is_certain_is_refused(self, ahead, seconds, refused):
        change = both(*[clock(name, 0, 0.0) for name in NODES], clock("minio2", ahead, seconds))
        got = judge_hosts(both(change))
        assert any("the clock of" in problem for problem in got["problems"]) is refused

    def test_a_slow_connection_alone_is_no_skew(self):
        change = both(clock("minio1", 0, 30.0), clock("minio2", 0, 0.1), clock("minio3", 0, 0.1))
        assert judge_hosts(change)["problems"] == []

    def test_nodes_that_agree_but_differ_from_the_controller_are_a_warning(self):
        got = judge_hosts(both(*[clock(name, 60, 0.2) for name in NODES]))
        assert got["problems"] == []
        assert "the clock of minio1 is at least 59.9 s away from the controller's" in got["warnings"][0]

    def test_an_undisciplined_clock_is_a_warning(self):
        def change(cluster):
            cluster.facts["minio1"]["time"]["synchronized"] = False
            cluster.facts["minio2"]["time"]["synchronized"] = None

        warning, = judge_hosts(change)["warnings"]
        assert "no time service keeps the clock of minio1; install chrony" in warning


class TestSwitches:
    def test_few_resources_warn(self):
        got = judge_hosts(both(host("minio1", cores=1), option(resources="warn")))
        assert (got["problems"], got["warnings"]) == ([], ["minio1 has 1 of 2 cores, less than the minimum for production"])

    def test_few_resources_are_ignored(self):
        got = judge_hosts(both(host("minio1", cores=1), option(resources="ignore")))
        assert (got["problems"], got["warnings"]) == ([], [])

    def test_a_machine_sold_with_four_gigabytes_is_enough(self):
        assert judge_hosts(host("minio1", memory=int(3.8 * GIB)))["problems"] == []

    def test_sizes_within_the_tolerance_pass(self):
        change = drive("minio3", size=960_000_000_000)
        assert judge_hosts(change)["problems"] == []
        assert judge_hosts(both(change, option(drive_size_tolerance=1)))["problems"]

    def test_a_file_system_is_not_compared_with_a_bare_device(self):
        change = both(*[drive(name, size=1_000_000_000) for name in NODES], *[
            (lambda c, name=name: c.drive(name)["device"].update(size=1_070_000_000)) for name in NODES
        ], unmounted("minio2"), option(resources="ignore"))
        assert judge_hosts(change)["problems"] == []

    def test_names_may_be_missing_when_the_role_writes_them(self):
        change = peer("minio1", "minio2", addresses=[], error="Name or service not known")
        assert judge_hosts(both(change, option(manage_hosts_file=True)))["problems"] == []


class TestFormat:
    """The plan against what the drives hold."""

    def test_another_number_of_nodes(self):
        def change(cluster):
            for name in NODES:
                cluster.drive(name)["format_json"]["sets"] = [["a", "b", "c", "d"]]
        problem = judge_hosts(change, used=True)["problems"][0]
        assert "were made as 1 set of 4, 4 drives, the plan is 1 set of 3, 3 drives; a pool keeps its number of drives" in problem

    def test_one_drive_from_another_layout(self):
        problem = judge_hosts(lambda c: c.drive("minio3")["format_json"].update(sets=[["minio3-1", "x"]]), used=True)["problems"][0]
        assert "the drives (minio3:/mnt/minio/drive1) were made as 1 set of 2, 2 drives" in problem

    def test_a_drive_of_another_cluster(self):
        problem = judge_hosts(lambda c: c.drive("minio2")["format_json"].update(deployment_id="other"), used=True)["problems"][0]
        assert "the drives belong to 2 deployments" in problem
        assert "other on minio2:/mnt/minio/drive1" in problem

    def test_a_copied_drive(self):
        def change(cluster):
            cluster.drive("minio2")["format_json"] = dict(cluster.drive("minio1")["format_json"])
        problem = judge_hosts(change, used=True)["problems"][0]
        assert "minio1:/mnt/minio/drive1, minio2:/mnt/minio/drive1 hold the same drive id, one is a copy" in problem

    def test_swapped_drives(self):
        def change(cluster):
            one, two = cluster.drive("minio1", 1), cluster.drive("minio1", 2)
            one["format_json"], two["format_json"] = two["format_json"], one["format_json"]
        problem, = judge_hosts(change, drives=4, used=True)["problems"]
        assert "hosts or drives changed their order" in problem
        assert "minio1:/mnt/minio/drive1 was drive 4 of set 1, now drive 1 of set 1" in problem

    def test_reordered_hosts(self):
        cluster = Cluster(used=True)
        cluster.set(pools=[{"hosts": ["minio2", "minio1", "minio3"], "drives": ["/mnt/minio/drive1"]}])
        got = preflight_hosts.judge(
            [{"facts": facts} for facts in cluster.facts.values()], cluster.hosts.values(), cluster.groups, cluster.plan()
        )
        assert "minio1:/mnt/minio/drive1 was drive 1 of set 1, now drive 2 of set 1" in got["problems"][0]

    def test_an_id_outside_of_its_own_sets(self):
        problem, = judge_hosts(lambda c: c.drive("minio2")["format_json"].update(this="gone"), used=True)["problems"]
        assert "minio2:/mnt/minio/drive1: its id is in none of its own erasure sets" in problem

    def test_one_empty_drive_among_old_ones_heals(self):
        got = judge_hosts(drive("minio2", format_json=None), used=True)
        assert got["problems"] == []
        assert "minio2:/mnt/minio/drive1 is empty among drives that hold data; the server will heal as onto a replaced drive" in got["warnings"][0]

    def test_more_empty_drives_than_the_set_can_lose(self):
        change = both(drive("minio2", format_json=None), drive("minio3", format_json=None))
        problem, = judge_hosts(change, used=True)["problems"]
        assert "minio2:/mnt/minio/drive1, minio3:/mnt/minio/drive1 are empty among drives that hold data, more than the 1 that set 1 can lose" in problem

    def test_a_drive_that_is_not_mounted_is_not_taken_for_empty(self):
        got = judge_hosts(both(*[unmounted(name) for name in NODES[1:]], drive("minio2", format_json=None), drive("minio3", format_json=None)), used=True)
        assert got["problems"] == []


def test_the_table_shows_capacity_and_hosts():
    table = judge_hosts(drive("minio3", size=990_000_000_000), used=True)["table"]
    text = "\n".join(table)
    assert "capacity                         3.0 TB raw, 2.0 TB usable" in text
    assert "minio1  amd64, 4 cores, 8.0 GiB, Debian GNU/Linux 12 (bookworm), /mnt/minio/drive1 1.0 TB in use" in text
    assert "EC:1: 2 of 3 drives data" in text


@pytest.mark.parametrize("change, word", [
    (lambda cluster: None, "empty"),
    (unmounted(), "will be mounted"),
    (unmounted(signature=""), "no file system"),
    (both(unmounted(signature=""), lambda c: c.hosts["minio1"].update(drives=[spec(format=True, device="/dev/sdb")])), "will be formatted"),
    (unmounted(exists=False, block=False, size=0), "/mnt/minio/drive1 missing"),
])
def test_the_table_says_what_becomes_of_a_drive(change, word):
    row = next(line for line in judge_hosts(change)["table"] if line.startswith("minio1"))
    assert row.endswith(word)
