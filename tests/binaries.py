# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the catalogue's default server and client into the controller's cache, with the role that a deploy uses."""
from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  roles:
    - role: oracle1.minio.minio_release
      vars:
        minio_release_architectures: [%s]
"""


def main() -> int:
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as playbook:
        playbook.write(PLAY % {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()])
        playbook.flush()
        return subprocess.run(["ansible-playbook", "-i", "localhost,", playbook.name], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
