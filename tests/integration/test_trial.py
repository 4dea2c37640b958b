"""The real server is tried with settings, as server_restart does it before it touches a node."""
from __future__ import annotations

import socket
import tempfile
from pathlib import Path
from typing import Iterator

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _server_trial as trial
from conftest import ACCESS_KEY, SECRET_KEY, binary

REFUSED = [
    ({"MINIO_STORAGE_CLASS_RRS": "EC:seven"}, "Invalid storage class value"),
    ({"MINIO_STORAGE_CLASS_STANDARD": "EC:2"}, "parity 2 should be less than or equal to 1"),
    ({"MINIO_BROWSER": "maybe"}, "Invalid MINIO_BROWSER value"),
    ({"MINIO_KMS_AUTO_ENCRYPTION": "on"}, "requires a valid KMS configuration"),
    ({"MINIO_ROOT_PASSWORD": "short"}, "FATAL"),
    ({"MINIO_IDLE_TIMEOUT": "soon"}, "exits with status 1"),
    # These the server would log and go on without.
    ({"MINIO_SITE_NAME": "x"}, "site name 'x' is invalid"),
    ({"MINIO_API_REQUESTS_MAX": "many"}, "Invalid api configuration"),
    ({"MINIO_SCANNER_SPEED": "ludicrous"}, "unknown 'ludicrous' value"),
]


def attempt(settings: dict[str, str], drives: tuple[int, ...] = (3,), program: str = "", timeout: float = 60) -> None:
    wanted = {"MINIO_ROOT_USER": ACCESS_KEY, "MINIO_ROOT_PASSWORD": SECRET_KEY, "MINIO_VOLUMES": "https://away/{1...3}", **settings}
    trial.attempt(program or binary("MINIO_BINARY", "minio"), wanted, drives, "", "", None, timeout)


@pytest.fixture(autouse=True)
def _nothing_stays(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever a trial ends in, neither its files nor its process stay."""
    room = tmp_path_factory.mktemp("t")
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    yield
    assert list(room.iterdir()) == []
    assert [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(room) in command_line(path)] == []


def command_line(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


@pytest.mark.parametrize(("settings", "words"), REFUSED)
def test_what_the_server_does_not_take_is_refused_in_its_words(settings: dict[str, str], words: str) -> None:
    with pytest.raises(trial.Refusal, match=words):
        attempt(settings)


@pytest.mark.parametrize("drives", [(1,), (2,), (3,), (16,), (4, 6)], ids=str)
def test_every_size_of_erasure_set_is_ready(drives: tuple[int, ...]) -> None:
    attempt({}, drives)


def test_nothing_outside_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as outside:
        outside.settimeout(0)
        address = f"127.0.0.1:{outside.getsockname()[1]}"
        attempt({
            "MINIO_ETCD_ENDPOINTS": f"http://{address}", "MINIO_DNS_WEBHOOK_ENDPOINT": f"http://{address}",
            "MINIO_NOTIFY_WEBHOOK_ENABLE": "on", "MINIO_NOTIFY_WEBHOOK_ENDPOINT": f"http://{address}",
            "MINIO_NOTIFY_REDIS_ENABLE_a": "on", "MINIO_NOTIFY_REDIS_ADDRESS_a": address, "MINIO_NOTIFY_REDIS_KEY_a": "k",
            "MINIO_LOGGER_WEBHOOK_ENABLE": "on", "MINIO_LOGGER_WEBHOOK_ENDPOINT": f"http://{address}",
            "MINIO_AUDIT_WEBHOOK_ENABLE": "on", "MINIO_AUDIT_WEBHOOK_ENDPOINT": f"http://{address}",
            "MINIO_AUDIT_KAFKA_ENABLE": "on", "MINIO_AUDIT_KAFKA_BROKERS": address, "MINIO_AUDIT_KAFKA_TOPIC": "t",
            "MINIO_IDENTITY_OPENID_CONFIG_URL": f"http://{address}/x", "MINIO_IDENTITY_OPENID_CLIENT_ID": "c",
            "MINIO_IDENTITY_LDAP_SERVER_ADDR": address, "MINIO_IDENTITY_PLUGIN_URL": f"http://{address}",
            "MINIO_POLICY_PLUGIN_URL": f"http://{address}", "MINIO_KMS_KES_ENDPOINT": f"https://{address}",
            "MINIO_KMS_KES_KEY_NAME": "k", "MINIO_KMS_AUTO_ENCRYPTION": "on", "MINIO_SITE_REGION": f"env://u:p@{address}/",
        })
        with pytest.raises(BlockingIOError):
            outside.accept()


def test_a_program_that_cannot_run_or_never_becomes_ready_is_refused(tmp_path: Path) -> None:
    with pytest.raises(trial.Refusal, match="failed to run command"):
        attempt({}, program=str(tmp_path / "absent"))
    program = tmp_path / "minio"
    program.write_text("#!/bin/sh\necho starting\nexec sleep 600\n")
    program.chmod(0o755)
    with pytest.raises(trial.Refusal, match="is not ready within 1 s:\nstarting"):
        attempt({}, program=str(program), timeout=1)
