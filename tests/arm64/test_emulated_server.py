# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arm64 server that the role hands out, run on this machine: under emulation, or natively where this is arm64."""
from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest
import yaml
from ansible_collections.oracle1.minio.plugins.module_utils._release_binary import controller_architecture
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120


@pytest.fixture(scope="module")
def artifact() -> dict:
    """The module's answer for the default server release; the first run cross-builds for some minutes."""
    role = ROOT / "roles" / "minio_release"
    release = yaml.safe_load((role / "defaults" / "main.yml").read_text())["minio_release"]
    arguments = {
        "wanted": [{"component": "server", "release": release, "architectures": ["arm64"]}],
        "catalogue": yaml.safe_load((role / "vars" / "main.yml").read_text())["__minio_release_catalogue"]}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible")), "localhost", "-m", "oracle1.minio.release", "-a", json.dumps(arguments)],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_CALLBACK_RESULT_FORMAT": "json", "ANSIBLE_LOCALHOST_WARNING": "false"})
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout.partition("=>")[2])["artifacts"]["server"]["arm64"]


@pytest.fixture(scope="module")
def command(artifact) -> list[str]:
    if controller_architecture() == "arm64":
        return [artifact["path"]]
    emulator = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    assert emulator, "an emulator for arm64 is needed; install the package qemu-user-static"
    return [emulator, artifact["path"]]


@pytest.fixture
def server(command, tmp_path):
    """A server with four directories as drives, its address and a client's credentials."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    user, password = "emulated", secrets.token_hex(16)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "MINIO_ROOT_USER": user, "MINIO_ROOT_PASSWORD": password,
                   "MINIO_BROWSER": "off", "MINIO_CI_CD": "1"}
    log = tmp_path / "server.log"
    with open(log, "w", encoding="utf-8") as stream:
        running = subprocess.Popen([*command, "server", "--address", address, f"{tmp_path}/drive{{1...4}}"],
                                   env=environment, stdout=stream, stderr=subprocess.STDOUT)
    try:
        wait_until_it_serves(address, running, log)
        yield f"http://{address}", user, password
    finally:
        running.terminate()
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_until_it_serves(address: str, running: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        assert running.poll() is None, f"the server ended: {log.read_text()}"
        try:
            with urllib.request.urlopen(f"http://{address}/minio/health/cluster", timeout=15) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        assert time.monotonic() < end, f"not healthy after {START_SECONDS} s: {log.read_text()}"
        time.sleep(1)


def test_it_reports_its_release(artifact, command):
    said = subprocess.run([*command, "--version"], text=True, capture_output=True, check=True, timeout=120).stdout
    assert f"minio version {artifact['release']} " in said
    assert "linux/arm64" in said


def test_what_is_written_is_read_back(server):
    endpoint, user, password = server
    client = boto3.client("s3", endpoint_url=endpoint, aws_access_key_id=user, aws_secret_access_key=password,
                          region_name="us-east-1", config=Config(read_timeout=120, retries={"max_attempts": 1}))
    content = os.urandom(5 * 1024 * 1024)
    client.create_bucket(Bucket="emulated")
    client.put_object(Bucket="emulated", Key="five megabytes", Body=content)
    assert client.get_object(Bucket="emulated", Key="five megabytes")["Body"].read() == content
    assert [item["Size"] for item in client.list_objects_v2(Bucket="emulated")["Contents"]] == [len(content)]
