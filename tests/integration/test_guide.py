# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of docs/configuration.md, run as they stand there, one after the other."""
from __future__ import annotations

import re

import yaml
from conftest import ROOT
from test_playbooks import play


def test_the_examples_of_the_guide_run(server, tmp_path):
    blocks = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs/configuration.md").read_text(), re.M | re.S)
    tasks = [task for block in blocks for task in yaml.safe_load(block)]
    assert len(tasks) > 6
    output = play(tmp_path, tasks, server, secrets_dir=str(tmp_path / "secrets"), manifest_file=str(tmp_path / "manifest.yml"))
    assert "failed=0" in output
    assert "reports" in (tmp_path / "manifest.yml").read_text()
    secret = (tmp_path / "secrets" / "user-reporting").read_text().strip()
    assert secret not in output
