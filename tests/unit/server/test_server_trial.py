"""What a throw-away server gets to see, and what its output says."""
from __future__ import annotations

import base64

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _server_trial as trial

WANTED = {
    "MINIO_ROOT_USER": "root", "MINIO_ROOT_PASSWORD": "a-secret", "MINIO_VOLUMES": "https://minio{1...3}:9000/mnt/drive1",
    "MINIO_OPTS": "--address :9000", "MINIO_STORAGE_CLASS_STANDARD": "EC:1", "MINIO_SITE_NAME": "north", "MINIO_UPDATE": "on",
}
OWN = {"MINIO_VOLUMES", "MINIO_UPDATE", "MINIO_CI_CD", "HOME", "NOTIFY_SOCKET"}

REACHES_OUT = [
    "MINIO_ETCD_ENDPOINTS", "MINIO_DNS_WEBHOOK_ENDPOINT", "MINIO_NOTIFY_WEBHOOK_ENDPOINT_one", "MINIO_NOTIFY_KAFKA_QUEUE_DIR",
    "MINIO_LAMBDA_WEBHOOK_ENDPOINT", "MINIO_LOGGER_WEBHOOK_ENDPOINT", "MINIO_LOGGER_HTTP_ENDPOINT", "MINIO_AUDIT_KAFKA_BROKERS",
    "MINIO_AUDIT_WEBHOOK_QUEUE_DIR_two", "MINIO_IDENTITY_OPENID_CONFIG_URL", "MINIO_IDENTITY_LDAP_SERVER_ADDR",
    "MINIO_IDENTITY_PLUGIN_URL", "MINIO_POLICY_PLUGIN_URL", "MINIO_POLICY_OPA_URL", "MINIO_IAM_OPA_URL", "MINIO_SUBNET_API_KEY",
    "MINIO_CALLHOME_ENABLE", "MINIO_CONFIG_ENV_FILE", "MINIO_ENDPOINTS", "MINIO_ARGS", "MINIO_LOG_DIR", "MINIO_ADDRESS",
]
STAYS = [
    "MINIO_STORAGE_CLASS_RRS", "MINIO_SITE_REGION", "MINIO_API_REQUESTS_MAX", "MINIO_DOMAIN", "MINIO_SERVER_URL",
    "MINIO_IDENTITY_TLS_ENABLE", "MINIO_KMS_SECRET_KEY", "MINIO_KMS_AUTO_ENCRYPTION", "MINIO_CERT_PASSWD", "MINIO_LOG_SIZE",
]

EXITED = """\
INFO: Formatting 1st pool, 1 set(s), 3 drives per set.
FATAL Unable to initialize backend: Invalid storage class value
      > Please check the value
      HINT:
        MINIO_STORAGE_CLASS_STANDARD: Format

"""
GOES_ON = """\
API: SYSTEM.internal
Error: drive not found (*errors.errorString)

API: SYSTEM.config
Time: 14:28:39 UTC 11/24/2026
Error: Invalid api configuration: strconv.Atoi: parsing "abc": invalid syntax (*fmt.wrapError)
      12: logger.LogIf()
MinIO Object Storage Server
"""


def seen(more: dict[str, str], drives: list[int] | None = None) -> dict[str, str]:
    return trial.environment({**WANTED, **more}, "/tmp/t", drives or [3])


def test_what_is_tried_is_what_is_wanted_on_drives_of_its_own() -> None:
    found = seen({})
    assert {name: value for name, value in found.items() if name not in OWN} == {
        "MINIO_ROOT_USER": "root", "MINIO_ROOT_PASSWORD": "a-secret", "MINIO_STORAGE_CLASS_STANDARD": "EC:1", "MINIO_SITE_NAME": "north"}
    assert found["MINIO_VOLUMES"] == "/tmp/t/pool1/drive{1...3}" and found["MINIO_UPDATE"] == "off"


def test_each_pool_is_one_erasure_set() -> None:
    assert trial.volumes("/t", [4, 1]) == ["/t/pool1/drive{1...4}", "/t/pool2/drive1"]


@pytest.mark.parametrize("name", REACHES_OUT)
def test_what_reaches_out_takes_no_effect(name: str) -> None:
    assert name not in seen({name: "value"})


@pytest.mark.parametrize("name", STAYS)
def test_what_stays_on_the_node_is_tried(name: str) -> None:
    assert seen({name: "value"})[name] == "value"


@pytest.mark.parametrize(("value", "kept"), [("env://a:9/x", False), (" env+tls://a:9/x", False), ("envoy", True)])
def test_a_value_that_is_fetched_is_not_tried(value: str, kept: bool) -> None:
    assert ("MINIO_SITE_NAME" in seen({"MINIO_SITE_NAME": value})) == kept


@pytest.mark.parametrize("name", ["MINIO_KMS_KES_ENDPOINT", "MINIO_KMS_SERVER", "MINIO_KMS_SSE_KEY"])
def test_a_static_key_stands_in_for_external_key_management(name: str) -> None:
    found = seen({name: "value", "MINIO_KMS_AUTO_ENCRYPTION": "on"})
    assert name not in found and found["MINIO_KMS_AUTO_ENCRYPTION"] == "on"
    label, _colon, key = found["MINIO_KMS_SECRET_KEY"].partition(":")
    assert label and len(base64.b64decode(key)) == 32
    assert "MINIO_KMS_SECRET_KEY" not in seen({})


def test_the_last_words_begin_where_the_server_gives_up() -> None:
    assert trial.last_words(EXITED, 20)[0] == "FATAL Unable to initialize backend: Invalid storage class value"
    assert len(trial.last_words(EXITED, 20)) == 4 and len(trial.last_words(EXITED, 2)) == 2
    assert trial.last_words("one\n\n      12: logger.LogIf()\ntwo\nthree\n", 2) == ["two", "three"]


def test_a_setting_that_is_dropped_is_a_complaint_and_other_errors_are_not() -> None:
    assert trial.complaints(GOES_ON) == ['Error: Invalid api configuration: strconv.Atoi: parsing "abc": invalid syntax']
    assert trial.complaints(EXITED) == []


def test_every_exception_has_a_reason() -> None:
    assert all(name.startswith("MINIO_") and why for name, why in trial.NOT_TRIED)
