#!/usr/bin/env python3
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a bare Debian or Ubuntu machine to where the demo and the tests can run; does only what is missing.

    bootstrap.py venv              the virtual environment .venv with requirements-dev.txt, and the tools that judge rules
    bootstrap.py host [PACKAGE..]  distribution packages for the lab, and a Docker engine if none answers
"""
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from lab import CACHE, ROOT, STATE, LabError, run, step

OS_RELEASE, LOOP_CONTROL = Path("/etc/os-release"), Path("/dev/loop-control")
SYSTEMS = {"debian": ("12", "13"), "ubuntu": ("22.04", "24.04")}
LAB_PACKAGES = ["iptables", "mmdebstrap", "debian-archive-keyring", "openssh-client", "util-linux", "xfsprogs"]
# Taken out of the distribution's packages instead of installed: those would start services.
TOOLS = {"promtool": "prometheus", "amtool": "prometheus-alertmanager"}
REGISTRY = "The Python package registry must be reachable for the first run (a mirror: set PIP_INDEX_URL)."


def check_machine() -> None:
    """Root, a known distribution and a known processor; LabError with the remedy otherwise."""
    if os.geteuid() != 0:
        raise LabError("This needs root (packages, containers, loop devices): run it with sudo.")
    release = dict(line.rstrip().replace('"', "").split("=", 1)
                   for line in OS_RELEASE.read_text(encoding="utf-8").splitlines() if "=" in line)
    system, version = release.get("ID", ""), release.get("VERSION_ID", "")
    if version not in SYSTEMS.get(system, ()):
        known = "; ".join(f"{name} {', '.join(versions)}" for name, versions in SYSTEMS.items())
        raise LabError(f"{release.get('PRETTY_NAME', 'This system')} is not supported here. Known: {known}. "
                       "The roles themselves run on more: see docs/.")
    if os.uname().machine not in ("x86_64", "aarch64"):
        raise LabError(f"{os.uname().machine} is not supported: x86_64 or aarch64 is needed.")
    if not LOOP_CONTROL.exists():
        raise LabError("No loop device: /dev/loop-control is missing. `modprobe loop`, or run on a machine that has it.")


def install(packages: list[str]) -> None:
    """Install the distribution packages that are missing."""
    listed = run("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages, ok=(0, 1)).splitlines()
    missing = [name for name in packages if f"{name} installed" not in listed]
    if not missing:
        return
    with step(f"Install the packages {' '.join(missing)}"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            run("apt-get", "update", "-q", env=environment)
            run("apt-get", "install", "-qy", "--no-install-recommends", *missing, env=environment)
        except LabError as error:
            raise LabError(f"{error}\nThe distribution's package mirror must be reachable for the first run.") from error


def engine() -> None:
    """A Docker engine that answers: the one that runs, or Debian's own, started."""
    if shutil.which("docker") and answers():
        return
    if not shutil.which("dockerd"):
        install(["docker.io"])
    with step("Start the Docker engine"):
        started = None
        if Path("/run/systemd/system").is_dir():
            run("systemctl", "start", "docker")
        else:
            STATE.mkdir(parents=True, exist_ok=True)
            with open(STATE / "dockerd.log", "ab") as log:
                started = subprocess.Popen(["dockerd"], stdout=log, stderr=log, stdin=subprocess.DEVNULL,  # noqa: S607
                                           start_new_session=True)
            (STATE / "dockerd.pid").write_text(f"{started.pid}\n")
        deadline = time.monotonic() + 60
        while not answers():
            if time.monotonic() > deadline or (started and started.poll() is not None):
                raise LabError(f"The Docker engine does not answer. Its log: {STATE / 'dockerd.log'} "
                               "or `journalctl -u docker`.")
            time.sleep(0.5)


def answers() -> bool:
    return subprocess.run(["docker", "info"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def venv() -> Path:
    """.venv with exactly requirements-dev.txt; made again when that file changes. Returns its bin directory."""
    home, wanted = ROOT / ".venv", hashlib.sha256()
    for name in ("requirements.txt", "requirements-dev.txt"):
        wanted.update((ROOT / name).read_bytes())
    stamp = home / "requirements.sha256"
    if stamp.exists() and stamp.read_text() == wanted.hexdigest():
        return home / "bin"
    if Path(sys.executable).resolve().parent == Path("/usr/bin"):
        install(["python3-venv"])
    with step("Make the virtual environment .venv (1 min; once)"):
        shutil.rmtree(home, ignore_errors=True)
        try:
            run(sys.executable, "-m", "venv", str(home))
            run(str(home / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", "-r",
                str(ROOT / "requirements-dev.txt"))
        except LabError as error:
            raise LabError(f"{error}\n{REGISTRY}") from error
    stamp.write_text(wanted.hexdigest())
    return home / "bin"


def tools(programs: Path) -> None:
    """promtool and amtool beside the programs of .venv, unless the machine has them."""
    for tool, package in TOOLS.items():
        place = CACHE.parent / "tools" / package
        if shutil.which(tool, path=f"{programs}:{os.environ['PATH']}"):
            continue
        if not (place / "usr/bin" / tool).exists():
            with step(f"Take {tool} out of the package {package} (once)"):
                place.mkdir(parents=True, exist_ok=True)
                try:
                    if not run("apt-cache", "madison", package) and os.geteuid() == 0:
                        run("apt-get", "update", "-q")
                    run("apt-get", "download", "-q", package, cwd=place)
                    run("dpkg", "-x", str(max(place.glob("*.deb"))), str(place))
                except LabError as error:
                    raise LabError(f"{error}\nThe distribution's package mirror must be reachable for the first run, "
                                   "and `apt-get update` must have been run.") from error
        (programs / tool).unlink(missing_ok=True)
        (programs / tool).symlink_to(place / "usr/bin" / tool)


def host(extra: list[str]) -> None:
    """Everything `lab.py up` needs."""
    check_machine()
    install(LAB_PACKAGES + extra)
    engine()


def main(arguments: list[str]) -> int:
    try:
        if arguments[:1] == ["venv"]:
            tools(venv())
        elif arguments[:1] == ["host"]:
            host(arguments[1:])
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except LabError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
