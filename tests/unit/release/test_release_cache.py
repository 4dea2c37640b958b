# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _release_binary as binary
from ansible_collections.oracle1.minio.plugins.module_utils import _release_cache as cache
from ansible_collections.oracle1.minio.plugins.module_utils._release import ensure, ensure_all
from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import ReleaseError

from release_support import FOREIGN, NATIVE, RELEASE, VERSION, entry, executable

BODY = executable()
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def given(tmp_path, options):
    """A file on the controller, named as the source."""
    path = tmp_path / "given"
    path.write_bytes(BODY)
    options.files = {"server": {NATIVE: {"path": str(path), "sha256": None}, FOREIGN: None}, "client": None}
    return path


def test_a_given_file_becomes_an_artifact_and_is_recorded(given, options):
    artifact, changed, _notes = ensure(entry(), NATIVE, options)
    assert changed and artifact["source"] == "file" and artifact["sha256"] == SHA256
    record = json.loads((Path(artifact["path"]).parent / "artifact.json").read_text())
    assert record["reported"] == f"minio version {RELEASE}" and record["verified"] == "executed"
    assert record["made"]["file"] == str(given) and record["size"] == len(BODY)
    assert os.access(artifact["path"], os.X_OK) and not os.access(given, os.X_OK) or os.geteuid() == 0


def test_the_second_run_uses_what_is_there(given, options):
    first = ensure(entry(), NATIVE, options)[0]
    before = os.stat(first["path"])
    assert ensure(entry(), NATIVE, options) == (first, False, [])
    assert os.stat(first["path"]) == before


@pytest.mark.parametrize("damage", [
    lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"),
    lambda path: path.write_bytes(b""),
    lambda path: path.unlink(),
    lambda path: (path.parent / "artifact.json").unlink(),
    lambda path: (path.parent / "artifact.json").write_text("{"),
    lambda path: (path.parent / "artifact.json").write_text("[]"),
    lambda path: (path.parent / "artifact.json").write_text(json.dumps({"sha256": SHA256})),
], ids=["changed", "emptied", "removed", "no record", "cut record", "other record", "half record"])
def test_a_damaged_artifact_is_made_again(given, options, damage):
    path = Path(ensure(entry(), NATIVE, options)[0]["path"])
    damage(path)
    artifact, changed, _notes = ensure(entry(), NATIVE, options)
    assert changed and artifact["sha256"] == SHA256
    assert path.read_bytes() == BODY
    assert ensure(entry(), NATIVE, options)[1] is False


def test_a_changed_file_is_taken_again(given, options):
    ensure(entry(), NATIVE, options)
    given.write_bytes(executable(f"minio version {RELEASE} patched"))
    artifact, changed, _notes = ensure(entry(), NATIVE, options)
    assert changed and artifact["sha256"] == hashlib.sha256(given.read_bytes()).hexdigest()


def test_a_file_with_a_declared_sum_is_needed_once(given, options):
    options.files["server"][NATIVE]["sha256"] = SHA256
    ensure(entry(), NATIVE, options)
    given.unlink()
    assert ensure(entry(), NATIVE, options)[1] is False


@pytest.mark.parametrize(("content", "sha256", "message"), [
    (b"<html>410 Gone</html>  ", None, "is not a 64-bit Linux executable (it begins with b'<html>"),
    (b"", None, "is not a 64-bit Linux executable"),
    (BODY, "0" * 64, f"sha256 {SHA256}, but minio_release_files expects {'0' * 64}"),
    (executable("minio version DEVELOPMENT.GOGET"), None, "--version says: minio version DEVELOPMENT.GOGET"),
    (executable(arch=FOREIGN), None, f"is an executable for {FOREIGN}, not for {NATIVE}"),
    (None, None, "No such file or directory. Correct the path in minio_release_files"),
    (None, SHA256, "No such file or directory. Correct the path in minio_release_files"),
])
def test_a_file_that_is_not_the_release_is_refused(given, options, content, sha256, message):
    given.write_bytes(content) if content is not None else given.unlink()
    options.files["server"][NATIVE]["sha256"] = sha256
    with pytest.raises(ReleaseError) as error:
        ensure(entry(), NATIVE, options)
    assert message in str(error.value)
    assert not list(options.cache.rglob("minio")) and not list(options.cache.rglob("*.partial"))


def test_source_file_without_a_file_says_which_variable_to_set(options):
    options.source = "file"
    with pytest.raises(ReleaseError) as error:
        ensure(entry(), NATIVE, options)
    assert f"minio_release_files.server.{NATIVE}.path" in str(error.value)


def test_the_client_is_called_mc(given, options):
    options.files["client"] = options.files["server"]
    assert Path(ensure(entry(component="client"), NATIVE, options)[0]["path"]).name == "mc"


def test_check_mode_announces_the_path_and_makes_nothing(given, options):
    options.dry_run = True
    artifact, changed, _notes = ensure(entry(), NATIVE, options)
    assert changed and artifact["sha256"] is None and artifact["present"] is False
    assert not options.cache.exists()
    options.dry_run = False
    made = ensure(entry(), NATIVE, options)[0]
    assert made["path"] == artifact["path"] and made["source"] == artifact["source"]
    options.dry_run = True
    assert ensure(entry(), NATIVE, options) == (made, False, [])


def test_no_architecture_means_the_controllers_and_names_are_merged(given, options):
    raw = [{"component": "server", "release": RELEASE, "version": VERSION}]
    kernel = {"amd64": "x86_64", "arm64": "aarch64"}[NATIVE]
    for names in ([], [kernel], [NATIVE, kernel, kernel]):
        artifacts = ensure_all([{"component": "server", "release": RELEASE, "architectures": names}], raw, options)[0]
        assert list(artifacts) == ["server"] and list(artifacts["server"]) == [NATIVE]


def test_a_full_file_system_is_reported_before_work_begins(given, options, monkeypatch):
    monkeypatch.setattr(cache, "NEEDED_BYTES", 2 ** 62)
    with pytest.raises(ReleaseError, match="no space left below .* MB left.*minio_release_cache_dir"):
        ensure(entry(), NATIVE, options)


def test_a_cache_that_cannot_be_written_is_reported(given, options, tmp_path):
    (tmp_path / "plain").write_text("")
    options.cache = tmp_path / "plain" / "cache"
    with pytest.raises(ReleaseError, match="minio_release_cache_dir"):
        ensure(entry(), NATIVE, options)


def test_a_binary_for_another_architecture_is_emulated_or_searched(tmp_path):
    path = tmp_path / "minio"
    path.write_bytes(executable(arch=FOREIGN))
    found = binary.verify(path, entry(), FOREIGN)
    assert found.how in ("emulated", "embedded") and RELEASE in found.text


def test_without_emulation_the_releases_name_must_be_in_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(binary.platform, "system", lambda: "Darwin")
    path = tmp_path / "minio"
    path.write_bytes(executable())
    assert binary.verify(path, entry(), NATIVE) == ("embedded", RELEASE)
    path.write_bytes(executable("minio version DEVELOPMENT.GOGET"))
    with pytest.raises(ReleaseError, match="that name is not in it"):
        binary.verify(path, entry(), NATIVE)
