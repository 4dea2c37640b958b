# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of the distribution's packages, without installing them: an installed Prometheus would start itself."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

CACHE = Path("~/.cache/oracle1.minio/packages").expanduser()


def program(package: str, name: str) -> str:
    """Path of a program: an installed one, or the package's, unpacked into the cache. RuntimeError when there is neither."""
    found = shutil.which(name) or shutil.which(name, path=str(CACHE / package / "usr/bin"))
    if found:
        return found
    target = CACHE / package
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for command in (["apt-get", "-q", "download", package], ["sh", "-c", "dpkg -x ./*.deb . && rm ./*.deb"]):
        done = subprocess.run(command, cwd=target, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(target)
            raise RuntimeError(f"{name} is missing, and the package {package} cannot be had:\n{done.stdout}{done.stderr}")
    return str(target / "usr/bin" / name)
