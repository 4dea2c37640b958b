# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.oracle1.minio.plugins.module_utils import _release_go as golang
from ansible_collections.oracle1.minio.plugins.module_utils._release import Options
from ansible_collections.oracle1.minio.plugins.module_utils._release_cache import remove

from release_support import ROOT, TINY_MODULE, TINY_VERSION, Server, entry, tiny_proxy


@pytest.fixture
def server():
    running = Server()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def options(tmp_path):
    return Options(cache=tmp_path / "cache")


@pytest.fixture(scope="session")
def role():
    """The role's vars and defaults, as written."""
    files = {name: ROOT / "roles" / "minio_release" / name / "main.yml" for name in ("vars", "defaults")}
    return {name: yaml.safe_load(path.read_text()) for name, path in files.items()}


@pytest.fixture(scope="session")
def go():
    """The Go that a build on this machine would use."""
    return golang.find(None, "1.24.0", Path("~/.cache/oracle1.minio").expanduser(), print)


@pytest.fixture
def tiny(tmp_path, monkeypatch, options):
    """An entry that builds in seconds, and the environment in which Go finds its source."""
    tiny_proxy(tmp_path / "proxy")
    for key, value in {"GOPROXY": f"file://{tmp_path}/proxy", "GOSUMDB": "off", "GOMODCACHE": str(tmp_path / "mod")}.items():
        monkeypatch.setenv(key, value)
    options.checksum_database = False
    yield entry(commit="0123456789ab", build={"module": TINY_MODULE, "version": TINY_VERSION, "go": "1.21"})
    remove(tmp_path / "mod")
