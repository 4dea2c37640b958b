#!/usr/bin/env python3
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts on one machine: systemd containers with real XFS-capable drives, reached by SSH like any other host.

`make demo` and every Molecule scenario take their hosts from here. A lab is a JSON file:

    {"subnet": "198.18.1.0/24", "suite": "bookworm", "arch": "amd64", "patience": 1,
     "hosts": {"minio1": {"address": "198.18.1.11", "drives": ["2G"], "publish": {"9001": 9000}, "groups": []}}}

The n-th drive of a host is a sparse file behind a loop device and appears inside as /dev/vdb, /dev/vdc, ...
"groups" are further inventory groups of a host, for those that not every lab has.
"patience" multiplies every limit of time, for hosts that are emulated.
Everything a lab makes is under build/lab/NAME or carries the label oracle1.lab=NAME; `down` removes exactly that.
Needs root, a Docker engine and mmdebstrap (see bootstrap.py). Standard library only.
"""
from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / "build" / "lab"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "oracle1.minio" / "lab"
PACKAGES = "systemd,systemd-sysv,dbus,python3,ca-certificates,iproute2,curl,openssh-server,sudo"
# A privileged container sees and may break every device of the machine: these are all that systemd and mount need.
SYSTEMD = ["--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--cap-add", "SYS_PTRACE",
           "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined",
           "--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp",
           # In the host's namespace systemd finds its own subtree. In one of its own with cgroup v1 all hosts would share the
           # machine's root, and the journal of systemd 257 (Debian 13) does not start.
           "--cgroupns", "host", "-v", "/sys/fs/cgroup:/sys/fs/cgroup:rw", "--ulimit", "nofile=20000:20000"]


class LabError(Exception):
    """What went wrong and what to do about it, in one text for a person."""


def run(*argv: str, ok: tuple[int, ...] = (0,), **kwargs: Any) -> str:
    """Run a command and return its standard output; LabError with its last lines when it fails."""
    done = subprocess.run(argv, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, **kwargs)
    if done.returncode not in ok:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise LabError(f"{' '.join(argv[:4])} failed with status {done.returncode}:\n{tail}")
    return done.stdout.strip()


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Print a step's name at once and its time when it is done."""
    start = time.monotonic()
    print(f"  - {text} ...", flush=True)
    yield
    print(f"    done in {time.monotonic() - start:.1f} s", flush=True)


class Lab:
    """One lab: its definition, its state directory and its containers."""

    def __init__(self, name: str, definition: dict[str, Any] | None = None) -> None:
        self.name = name
        self.definition = definition or {}
        self.dir = STATE / name
        self.label = f"oracle1.lab={name}"
        self.network = f"oracle1-{name}"

    @property
    def arch(self) -> str:
        return self.definition.get("arch") or native_arch()

    def container(self, host: str) -> str:
        return f"{self.name}-{host}"

    # -- pieces ---------------------------------------------------------------------------------

    def image(self) -> str:
        """Tag of the host image; made from distribution packages when it is not there (about 40 s)."""
        suite, arch = self.definition.get("suite", "bookworm"), self.arch
        recipe = hashlib.sha256(f"{suite} {arch} {PACKAGES}".encode()).hexdigest()[:12]
        tag = f"oracle1-lab:{suite}-{arch}-{recipe}"
        if arch != native_arch():
            emulate(arch)
        if run("docker", "images", "-q", tag):
            return tag
        CACHE.mkdir(parents=True, exist_ok=True)
        tar = CACHE / f"{suite}-{arch}-{recipe}.tar"
        if not tar.exists():
            part = tar.with_suffix(".part.tar")
            with step(f"Make the {suite} {arch} host image from distribution packages (40 s, emulated 3 min; once)"):
                try:
                    run("mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", f"--architectures={arch}",
                        suite, str(part))
                except LabError as error:
                    raise LabError(f"{error}\nThe Debian mirror must be reachable for the first run.") from error
                part.rename(tar)
        with step(f"Import the image {tag}"):
            platform = ["--platform", f"linux/{arch}"] if arch != native_arch() else []
            run("docker", "import", *platform, "--change", 'CMD ["/lib/systemd/systemd"]', str(tar), tag)
        return tag

    def key(self) -> Path:
        """Private key that opens every host of this lab."""
        key = self.dir / "id_ed25519"
        if not key.exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"lab {self.name}", "-f", str(key))
        return key

    def drives(self, host: str, spec: dict[str, Any]) -> list[str]:
        """Loop devices of a host's drives, attached; the files keep their content across labs going up again."""
        devices = []
        for number, size in enumerate(spec.get("drives", []), start=1):
            image = self.dir / "drives" / f"{host}-{number}.img"
            image.parent.mkdir(exist_ok=True)
            if not image.exists():
                run("truncate", "-s", size, str(image))
                if self.arch != native_arch():
                    # The emulator lacks an ioctl that mkfs.xfs needs on a device, so it is done from here.
                    run("mkfs.xfs", "-q", str(image))
            attached = run("losetup", "-j", str(image), "-O", "NAME", "-n").split()
            if not attached:
                try:
                    attached = [run("losetup", "--show", free_loop_device(), str(image))]
                except (LabError, OSError) as error:
                    raise LabError(f"No free loop device for {image.name}: {error}\nFree one (`losetup -a` lists them, "
                                   "`losetup -d /dev/loopN` detaches) or load the loop module.") from error
            devices.append(attached[0])
        return devices

    # -- the commands ---------------------------------------------------------------------------

    def up(self) -> None:
        """Make or complete the lab; hosts that fit their definition are left alone."""
        hosts = self.definition["hosts"]
        self.dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.check_room(hosts)
        image, key = self.image(), self.key()
        if not run("docker", "network", "ls", "-q", "-f", f"name=^{self.network}$"):
            run("docker", "network", "create", "--label", self.label, "--subnet", self.definition["subnet"], self.network)
        with step(f"Start the hosts {', '.join(hosts)}"):
            for host, spec in hosts.items():
                self.start(host, spec, image, key)
            for host in hosts:
                self.wait(host)
        self.write_inventory(hosts, key)

    def check_room(self, hosts: dict[str, Any]) -> None:
        """Refuse before anything is made when a port is taken or the disk is full."""
        if shutil.disk_usage(self.dir).free < 8 * 2**30:
            raise LabError(f"Less than 8 GiB free under {self.dir}. Free some room and run again.")
        mine = run("docker", "ps", "-q", "-f", f"label={self.label}")
        for host, spec in hosts.items():
            for port in spec.get("publish", {}):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    try:
                        probe.bind(("127.0.0.1", int(port)))
                    except OSError:
                        if not mine or f"127.0.0.1:{port}" not in run("docker", "ps", "--format", "{{.Ports}}",
                                                                      "-f", f"label={self.label}"):
                            raise LabError(f"Port {port} on 127.0.0.1 is taken, {host} needs it. `ss -ltnp 'sport = "
                                           f":{port}'` shows by whom; stop that and run again.") from None

    def start(self, host: str, spec: dict[str, Any], image: str, key: Path) -> None:
        devices = self.drives(host, spec)
        argv = ["--hostname", host, "--network", self.network, "--network-alias", host, "--ip", spec["address"],
                "-v", f"{key}.pub:/root/.ssh/authorized_keys:ro", *SYSTEMD]
        for letter, device in zip("bcdefghijklmnop", devices):
            argv += ["--device", f"{device}:/dev/vd{letter}"]
        for outside, inside in spec.get("publish", {}).items():
            argv += ["-p", f"127.0.0.1:{outside}:{inside}"]
        want = hashlib.sha256(json.dumps([argv, image]).encode()).hexdigest()[:16]
        have = run("docker", "ps", "-a", "-f", f"name=^{self.container(host)}$", "--format",
                   '{{.Label "oracle1.config"}} {{.State}}')
        if have == f"{want} running":
            return
        if have == f"{want} exited":
            run("docker", "start", self.container(host))
            return
        if have:
            run("docker", "rm", "-f", self.container(host))
        run("docker", "run", "-d", "--name", self.container(host), "--label", self.label,
            "--label", f"oracle1.config={want}", *argv, image)

    def wait(self, host: str) -> None:
        """Until systemd has finished booting and sshd listens (3 s; emulated 60 s)."""
        seconds = 180 * self.definition.get("patience", 1)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = run("docker", "exec", self.container(host), "systemctl", "is-system-running", ok=tuple(range(256)))
            if state in ("running", "degraded"):
                with contextlib.suppress(OSError), socket.create_connection(
                        (self.definition["hosts"][host]["address"], 22), timeout=2):
                    return
            time.sleep(0.5)
        raise LabError(f"Host {host} did not boot within {seconds} s. `docker logs {self.container(host)}` tells why; "
                       "with some 25 systemd containers on one machine, raise fs.inotify.max_user_instances.")

    def write_inventory(self, hosts: dict[str, Any], key: Path) -> None:
        """build/lab/NAME/hosts.json: connection variables of every host, to be used beside an inventory with groups."""
        known = self.dir / "known_hosts"
        options = f"-o UserKnownHostsFile={known} -o StrictHostKeyChecking=accept-new -o ControlPersist=300s"
        known.unlink(missing_ok=True)
        groups = {group for spec in hosts.values() for group in spec.get("groups", [])}
        (self.dir / "hosts.json").write_text(json.dumps({"all": {
            "hosts": {
                host: {"ansible_host": spec["address"], "ansible_user": "root", "ansible_ssh_private_key_file": str(key),
                       "ansible_ssh_common_args": options, "ansible_python_interpreter": "/usr/bin/python3"}
                for host, spec in hosts.items()},
            "children": {group: {"hosts": {host: {} for host, spec in hosts.items() if group in spec.get("groups", [])}}
                         for group in sorted(groups)}}}, indent=2) + "\n")

    def down(self) -> None:
        """Remove the lab's containers, network, loop devices and files."""
        containers = run("docker", "ps", "-aq", "-f", f"label={self.label}").split()
        if containers:
            run("docker", "rm", "-f", "-v", *containers)
        for network in run("docker", "network", "ls", "-q", "-f", f"label={self.label}").split():
            run("docker", "network", "rm", network)
        for image in sorted((self.dir / "drives").glob("*.img")):
            for device in run("losetup", "-j", str(image), "-O", "NAME", "-n").split():
                detach(device)
        shutil.rmtree(self.dir, ignore_errors=True)


def free_loop_device() -> str:
    """Name of a free loop device, its node made where nothing (no udev) has made it."""
    with open("/dev/loop-control", "rb") as control:
        number = fcntl.ioctl(control, 0x4C82)  # LOOP_CTL_GET_FREE
    device = f"/dev/loop{number}"
    if not os.path.exists(device):
        os.mknod(device, 0o660 | stat.S_IFBLK, os.makedev(7, number))
    return device


def detach(device: str) -> None:
    """Detach a loop device; the kernel lets go of it a moment after the last mount namespace has gone."""
    for attempt in range(20):
        with contextlib.suppress(LabError):
            run("losetup", "-d", device)
        if not run("losetup", "-O", "BACK-FILE", "-n", device, ok=(0, 1)):
            return
        time.sleep(0.25)
    print(f"    {device} is still busy; it goes when its last user goes", file=sys.stderr)


def native_arch() -> str:
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)


def emulate(arch: str) -> None:
    """Let the kernel run another architecture's programs through qemu-user-static."""
    misc = Path("/proc/sys/fs/binfmt_misc")
    name = {"arm64": "qemu-aarch64", "amd64": "qemu-x86_64"}[arch]
    if not (misc / "register").exists():
        run("mount", "-t", "binfmt_misc", "binfmt_misc", str(misc))
    if not (misc / name).exists():
        try:
            run("update-binfmts", "--enable", name)
        except (LabError, FileNotFoundError) as error:
            raise LabError(f"{arch} programs cannot be run here: {error}\nInstall qemu-user-static, binfmt-support, arch-test and xfsprogs.") from error


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="make or complete a lab")
    up.add_argument("name")
    up.add_argument("definition", type=Path, help="the lab's JSON file")
    down = commands.add_parser("down", help="remove a lab and its drives")
    down.add_argument("name")
    arguments = parser.parse_args()
    try:
        if os.geteuid() != 0:
            raise LabError("A lab needs root (containers, loop devices): run it with sudo.")
        if arguments.command == "up":
            Lab(arguments.name, json.loads(arguments.definition.read_text())).up()
        else:
            Lab(arguments.name).down()
    except LabError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
