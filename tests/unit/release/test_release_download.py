# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils._release import ensure, ensure_all
from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import ReleaseError

from release_support import FOREIGN, NATIVE, RELEASE, ROOT, VERSION, archive, entry, executable

BODY = executable()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def downloaded(urls, content=BODY, member=None, **given):
    urls = [urls] if isinstance(urls, str) else urls
    item = {"architecture": NATIVE, "urls": urls, "sha256": sha256(content)}
    return entry(downloads=[{**item, "member": member}], **given)


def nothing_kept(options) -> bool:
    return not [path for path in options.cache.rglob("*") if path.is_file() and path.name not in ("build.log", f".{NATIVE}.lock")]


def test_a_download_with_the_right_sum_is_an_executable_artifact(server, options):
    artifact, changed, warnings = ensure(downloaded(server.give("/minio", BODY)), NATIVE, options)
    assert changed and not warnings
    assert artifact == {
        "path": str(options.cache / "artifacts" / "server" / RELEASE / NATIVE / "minio"), "sha256": sha256(BODY),
        "release": RELEASE, "version": VERSION, "distribution": "minio", "source": "download", "present": True}
    assert RELEASE in subprocess.run([artifact["path"]], capture_output=True, text=True, check=True).stdout


def test_a_second_run_downloads_nothing(server, options):
    wanted = downloaded(server.give("/minio", BODY))
    first = ensure(wanted, NATIVE, options)[0]
    assert ensure(wanted, NATIVE, options) == (first, False, [])
    assert server.seen == ["/minio"]


def test_another_sum_in_the_catalogue_downloads_again(server, options):
    ensure(downloaded(server.give("/minio", BODY)), NATIVE, options)
    other = executable(f"minio version {RELEASE} again")
    artifact, changed, _notes = ensure(downloaded(server.give("/other", other), other), NATIVE, options)
    assert changed and artifact["sha256"] == sha256(other)


def test_addresses_are_tried_in_order(server, options):
    urls = [server.give("/gone", b"", 410), server.url("/missing"), server.give("/minio", BODY), server.give("/spare", BODY)]
    assert ensure(downloaded(urls), NATIVE, options)[1]
    assert server.seen == ["/gone", "/missing", "/minio"]


@pytest.mark.parametrize(("status", "body", "message"), [
    (410, b"<html>gone</html>", "withdrawn by upstream (HTTP 410 Gone)"),
    (404, b"<html>no</html>", "not found (HTTP 404)"),
    (403, b"", "access denied (HTTP 403)"),
    (500, b"", "HTTP 500"),
    (503, BODY, "HTTP 503"),
    (200, b"<html>our proxy says no</html>", "wrong content: sha256"),
    (200, b"", "wrong content: sha256"),
])
def test_what_is_not_the_file_is_reported_and_never_kept(server, options, status, body, message):
    with pytest.raises(ReleaseError) as error:
        ensure(downloaded(server.give("/minio", body, status)), NATIVE, options)
    assert message in str(error.value) and server.url("/minio") in str(error.value)
    assert nothing_kept(options)


def test_a_truncated_body_is_reported_with_its_length(server, options):
    with pytest.raises(ReleaseError) as error:
        ensure(downloaded(server.give("/minio", BODY, cut=50)), NATIVE, options)
    assert "cut off after 50" in str(error.value)
    assert nothing_kept(options)


def test_a_withdrawn_release_that_can_be_built_says_so(server, options):
    options.source = "download"
    wanted = downloaded(server.give("/minio", b"", 410), commit="c", build={"module": "m", "version": "v1.0.0"})
    with pytest.raises(ReleaseError) as error:
        ensure(wanted, NATIVE, options)
    assert "minio_release_source: build" in str(error.value) and "minio_release_files" in str(error.value)


def test_nobody_listening_is_reported_as_not_reachable(options):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://user:secret@127.0.0.1:{free.getsockname()[1]}/minio"
    with pytest.raises(ReleaseError) as error:
        ensure(downloaded(url), NATIVE, options)
    assert "not reachable" in str(error.value)
    assert "secret" not in str(error.value) and "secret" not in options.log_file.read_text()


def test_a_withdrawn_download_gives_way_to_the_build_with_a_warning(server, options, tiny):
    gone = {"architecture": NATIVE, "urls": [server.give("/minio", b"", 410)], "sha256": sha256(BODY)}
    wanted = entry(commit=tiny.commit, build=vars(tiny.build), downloads=[gone])
    artifact, changed, warnings = ensure(wanted, NATIVE, options)
    assert changed and artifact["source"] == "build"
    assert "withdrawn by upstream" in warnings[0] and "so it comes by build" in warnings[0]
    assert ensure(wanted, NATIVE, options)[1] is False
    assert server.seen == ["/minio"]


def test_a_wrong_sum_never_gives_way_to_the_build(server, options, tiny):
    other = {"architecture": NATIVE, "urls": [server.give("/minio", b"other")], "sha256": sha256(BODY)}
    with pytest.raises(ReleaseError, match="do not use them"):
        ensure(entry(commit=tiny.commit, build=vars(tiny.build), downloads=[other]), NATIVE, options)
    assert nothing_kept(options)


def test_the_binary_is_taken_out_of_an_archive(server, options):
    packed = archive({"LICENSE": b"text", "./silo": BODY, "README.md": b"text"})
    artifact = ensure(downloaded(server.give("/silo.tar.gz", packed), packed, "silo"), NATIVE, options)[0]
    assert artifact["sha256"] == sha256(BODY)
    assert nothing_but_the_binary(options)


def nothing_but_the_binary(options) -> bool:
    names = {path.name for path in options.cache.rglob("*") if path.is_file()}
    return names == {"minio", "artifact.json", "build.log", f".{NATIVE}.lock"}


@pytest.mark.parametrize(("members", "message"), [
    ({"LICENSE": b"x", "other": BODY}, "no regular file 'silo'; it holds: LICENSE, other"),
    ({"silo": "/etc/passwd"}, "no regular file 'silo'"),
    ({"../silo": BODY}, "no regular file 'silo'"),
    ({"/silo": BODY}, "no regular file 'silo'"),
    ({"silo": b"#!/bin/sh\necho no\n" * 3}, "is not a 64-bit Linux executable"),
])
def test_an_archive_without_a_plain_binary_is_refused(server, options, members, message):
    packed = archive(members)
    with pytest.raises(ReleaseError) as error:
        ensure(downloaded(server.give("/silo.tar.gz", packed), packed, "silo"), NATIVE, options)
    assert message in str(error.value)
    assert nothing_kept(options)


def test_an_archive_that_is_none_is_refused(server, options):
    with pytest.raises(ReleaseError, match="must be a .tar.gz"):
        ensure(downloaded(server.give("/silo.tar.gz", b"PK\x03\x04zip"), b"PK\x03\x04zip", "silo"), NATIVE, options)


@pytest.mark.parametrize(("content", "message"), [
    (executable("minio version RELEASE.2020-01-01T00-00-00Z"), f"is not server {RELEASE}: --version says: minio version RELEASE.2020"),
    (executable(arch=FOREIGN), f"is an executable for {FOREIGN}, not for {NATIVE}"),
])
def test_a_binary_of_another_release_or_architecture_is_refused(server, options, content, message):
    with pytest.raises(ReleaseError) as error:
        ensure(downloaded(server.give("/minio", content), content), NATIVE, options)
    assert message in str(error.value)
    assert nothing_kept(options)


def test_an_architecture_that_is_not_offered_is_refused_before_anything_is_made(server, options):
    raw = {"component": "server", "release": RELEASE, "version": VERSION,
           "downloads": [{"architecture": NATIVE, "urls": [server.give("/minio", BODY)], "sha256": sha256(BODY)}]}
    wanted = [{"component": "server", "release": RELEASE, "architectures": [NATIVE, FOREIGN]}]
    with pytest.raises(ReleaseError) as error:
        ensure_all(wanted, [raw], options)
    assert f"for {FOREIGN} cannot be had" in str(error.value) and f"download ({NATIVE})" in str(error.value)
    assert server.seen == []


CHILD = """
import sys, json
from pathlib import Path
from ansible_collections.oracle1.minio.plugins.module_utils._release import Options, ensure
from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import parse_entry
raw, arch, cache = json.loads(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
print(json.dumps(ensure(parse_entry(raw), arch, Options(cache=cache))[:2]))
"""


def in_another_process(url, options):
    raw = {"component": "server", "release": RELEASE, "version": VERSION,
           "downloads": [{"architecture": NATIVE, "urls": [url], "sha256": sha256(BODY)}]}
    return subprocess.Popen([sys.executable, "-c", CHILD, json.dumps(raw), NATIVE, str(options.cache)], text=True,
                            stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT / "collections")})


def wait_for(condition) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited 20 s"
        time.sleep(0.05)


def test_a_run_killed_half_way_leaves_nothing_that_the_next_run_would_take(server, options):
    hold = threading.Event()
    url = server.give("/minio", BODY, cut=50, hold=hold)
    child = in_another_process(url, options)
    try:
        wait_for(lambda: server.seen and list(options.cache.rglob(f".{NATIVE}.*.partial/download")))
    finally:
        child.kill()
        child.communicate()
        hold.set()
    assert list(options.cache.rglob("*.partial"))
    server.give("/minio", BODY)
    artifact, changed, _notes = ensure(downloaded(url), NATIVE, options)
    assert changed and artifact["sha256"] == sha256(BODY)
    assert not list(options.cache.rglob("*.partial")) and nothing_but_the_binary(options)


def test_two_runs_at_once_make_an_artifact_once(server, options):
    hold = threading.Event()
    url = server.give("/minio", BODY, cut=50, hold=hold)
    first = in_another_process(url, options)
    wait_for(lambda: server.seen)
    second = in_another_process(url, options)
    try:
        wait_for(lambda: "waiting: another run" in options.log_file.read_text())
    finally:
        hold.set()
    results = [json.loads(child.communicate(timeout=30)[0]) for child in (first, second)]
    assert [changed for _artifact, changed in results] == [True, False]
    assert results[0][0] == results[1][0]
    assert server.seen == ["/minio"]
