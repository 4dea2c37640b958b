# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of a key management service: of MinIO KES, of the server's built-in single key, and of none."""
from __future__ import annotations

import base64
import os
import re
import shutil
import ssl
import subprocess
import time
from pathlib import Path
from typing import Iterator

import pytest
import yaml
from conftest import Server, Wire, execute, free_port, round_trip, start
from test_playbooks import play

from ansible_collections.oracle1.minio.plugins.module_utils import _release_go as toolchain
from ansible_collections.oracle1.minio.plugins.modules import kms_key

# The newest version that the module proxy and the checksum database both know by a number. Its development mode keeps keys in memory.
KES = "v0.23.0"
CACHE = Path("~/.cache/oracle1.minio").expanduser()


def kes() -> str:
    """MinIO KES from the environment, from the cache, or built into it (a minute)."""
    built = CACHE / f"kes-{KES}"
    if os.environ.get("KES_BINARY") or built.exists():
        return os.environ.get("KES_BINARY") or str(built)
    work = CACHE / f"build-kes-{os.getpid()}"
    work.mkdir(parents=True)
    (work / "go.mod").write_text(f"module oracle1.minio/tests\n\ngo 1.24\n\nrequire github.com/minio/kes {KES}\n")
    go = toolchain.find(None, "1.24", CACHE, print)
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    subprocess.run([go.executable, "build", "-trimpath", "-ldflags", "-s -w", "-o", "kes", "github.com/minio/kes/cmd/kes"], cwd=work,
                   env=environment, stdin=subprocess.DEVNULL, check=True, timeout=900)
    os.replace(work / "kes", built)
    shutil.rmtree(work)
    return str(built)


def served(directory: Path, **variables: str) -> Iterator[Server]:
    process, port = start(directory, 4, **variables)
    yield Server(port, Wire(port), directory)
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose keys are kept by KES."""
    directory, port = tmp_path_factory.mktemp("kes"), free_port()
    with open(directory / "log", "wb") as log:
        keeper = subprocess.Popen([kes(), "server", "--dev", "--addr", f"127.0.0.1:{port}"], stdin=subprocess.DEVNULL, stdout=log,
                                  stderr=subprocess.STDOUT)
    try:
        for attempt in range(100):
            credential = re.search(r"API Key\s+(kes:v1:\S+)", (directory / "log").read_text())
            if credential and "up and running" in (directory / "log").read_text():
                break
            time.sleep(0.1)
        (directory / "ca.crt").write_text(ssl.get_server_certificate(("127.0.0.1", port)))
        yield from served(directory / "minio", MINIO_KMS_KES_ENDPOINT=f"https://127.0.0.1:{port}", MINIO_KMS_KES_API_KEY=credential[1],
                          MINIO_KMS_KES_KEY_NAME="default", MINIO_KMS_KES_CAPATH=str(directory / "ca.crt"))
    finally:
        keeper.kill()
        keeper.wait()


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one key in its environment."""
    yield from served(tmp_path_factory.mktemp("single") / "minio", MINIO_KMS_SECRET_KEY="only:" + base64.b64encode(bytes(range(32))).decode())


def test_a_key_is_created_once_and_encrypts(converge, run, server):
    name = server.new("key")
    assert converge("kms_key", {"name": name})["diff"] == {"before": {}, "after": {"name": name}, "before_header": f"kms_key {name}",
                                                           "after_header": f"kms_key {name}"}
    bucket, s3 = server.new(), server.boto3()
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="object", Body=b"content", ServerSideEncryption="aws:kms", SSEKMSKeyId=name)
    assert s3.get_object(Bucket=bucket, Key="object")["SSEKMSKeyId"].endswith(name)


def test_the_examples_run(server, tmp_path):
    assert play(tmp_path, yaml.safe_load(kms_key.EXAMPLES), server).count("changed: [localhost]") == 1


def test_a_key_that_mc_created_is_no_change(run, server):
    name = server.new("mc")
    server.mc("admin", "kms", "key", "create", "s3", name)
    for check in (True, False):
        assert run("kms_key", {"name": name}, check=check)["changed"] is False


def test_a_key_cannot_be_removed(run, server):
    assert run("kms_key", {"name": "never-made", "state": "absent"})["changed"] is False
    for check in (True, False):
        result = run("kms_key", {"name": "default", "state": "absent"}, check=check)
        assert result["msg"].startswith("kms_key default: cannot remove it: this server cannot remove keys")


def test_what_the_service_refuses_is_told(run):
    result = run("kms_key", {"name": "a name/x"})
    assert result["failed"] and result["msg"].startswith("kms_key a name/x: ") and "invalid characters" in result["msg"]


def test_the_built_in_key_management_has_one_key(single):
    def key(name: str) -> dict:
        return execute("kms_key", {**single.connection, "name": name}, False)
    assert key("only")["changed"] is False
    result = key("other")
    assert result["failed"] and result["msg"].startswith("kms_key other: cannot create it: ") and "not supported" in result["msg"]


def test_a_server_without_key_management_says_so(tmp_path):
    for plain in served(tmp_path / "minio"):
        result = execute("kms_key", {**plain.connection, "name": "other"}, True)
        assert result["failed"] and "KMS is not configured" in result["msg"]


def test_keys_are_exported_by_their_names(run, server):
    names = sorted(server.new("exported") for number in range(2))
    for name in names:
        run("kms_key", {"name": name})
    exported = [entry["name"] for entry in round_trip(run, kinds=["kms_keys"])["manifest"]["kms_keys"]]
    assert set(names) <= set(exported) and exported == sorted(exported)
