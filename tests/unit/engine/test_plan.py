# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning is pure: every decision of the engine without a server."""
from __future__ import annotations

import stat
import threading

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils._manifest import MANIFEST, levels
from ansible_collections.oracle1.minio.plugins.module_utils._bucket import BUCKET
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client, Connection
from ansible_collections.oracle1.minio.plugins.module_utils._config import CONFIG, HIDDEN, Help
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected, Unreachable, WriteInCheckMode
from ansible_collections.oracle1.minio.plugins.module_utils._iam import SERVICE_ACCOUNT, USER
from ansible_collections.oracle1.minio.plugins.module_utils._info import shape
from ansible_collections.oracle1.minio.plugins.module_utils._kms import KMS_KEY
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Observed, plan, want
from ansible_collections.oracle1.minio.plugins.module_utils._secrets import SecretStore
from ansible_collections.oracle1.minio.plugins.module_utils._tier import TIER

RESOURCES = {resource.kind: resource for resource in (*MANIFEST.values(), CONFIG, TIER, KMS_KEY)}.values()
THERE = Observed({"status": "enabled", "policies": ["a", "b"]})
ACTIONS = [
    ({"name": "usr"}, THERE, "unchanged"),
    ({"name": "usr", "policies": ["a"]}, THERE, "unchanged"),
    ({"name": "usr", "policies": ["a"], "policies_authoritative": True}, THERE, "updated"),
    ({"name": "usr", "policies": ["c"]}, THERE, "updated"),
    ({"name": "usr", "status": "disabled"}, THERE, "updated"),
    ({"name": "usr", "secret_key": "12345678"}, THERE, "unchanged"),
    ({"name": "usr", "secret_key": "12345678", "update_secret": "always"}, THERE, "updated"),
    ({"name": "usr", "update_secret": "always"}, THERE, "unchanged"),
    ({"name": "usr", "secret_key": "12345678"}, None, "created"),
    ({"name": "usr", "state": "absent"}, THERE, "removed"),
    ({"name": "usr", "state": "absent"}, None, "unchanged"),
]


@pytest.mark.parametrize(("params", "there", "action"), ACTIONS)
def test_what_is_to_be_done_with_a_user(params, there, action):
    planned = plan(want(USER, params), there)
    assert planned.action == action
    assert planned.changed == (planned.before != planned.after) == (action != "unchanged")
    assert "12345678" not in repr(planned) + repr(want(USER, params))


def test_a_managed_field_is_all_that_a_plan_shows():
    planned = plan(want(USER, {"name": "usr", "status": "disabled"}), THERE)
    assert (planned.before, planned.after) == ({"name": "usr", "status": "enabled"}, {"name": "usr", "status": "disabled"})


def test_suspending_shows_the_exclusions_that_it_takes_away():
    there = Observed({"versioning": "enabled", "versioning_excluded_prefixes": ["x/"], "versioning_exclude_folders": False})
    planned = plan(want(BUCKET, {"name": "bkt", "versioning": "suspended"}), there)
    assert planned.before["versioning_excluded_prefixes"] == ["x/"] and planned.after["versioning_excluded_prefixes"] == []


@pytest.mark.parametrize(("there", "params", "sent"), [
    ("", {}, False), ("", {"secrets": {"auth_token": "12345678"}}, True), (HIDDEN, {"secrets": {"auth_token": "12345678"}}, False),
    (HIDDEN, {"secrets": {"auth_token": None}}, True), ("", {"secrets": {"auth_token": None}}, False),
    ("shown-one", {"secrets": {"auth_token": "12345678"}}, True), ("12345678", {"secrets": {"auth_token": "12345678"}}, False),
    (HIDDEN, {"secrets": {"auth_token": "12345678"}, "update_secret": "always"}, True),
])
def test_a_secret_is_due_where_the_server_lacks_it(there, params, sent):
    facts = {"help": Help({}, {}, True), "values": {"auth_token": there}, "overridden": {}, "known": ["auth_token"], "configured": True}
    planned = plan(want(CONFIG, {"name": "audit_webhook:a", **params}), Observed({}, facts))
    assert (planned.send_secret, planned.changed) == (sent, sent) and "12345678" not in repr(planned)


def test_no_secrets_directory_invents_the_credential_of_another_service(tmp_path):
    tier = {"name": "COLD", "type": "gcs", "bucket": "box"}
    with pytest.raises(Refused, match="tier_secret_key is needed"):
        plan(want(TIER, tier, SecretStore(str(tmp_path))), None)
    assert plan(want(CONFIG, {"name": "audit_webhook:a", "settings": {"endpoint": "x"}}, SecretStore(str(tmp_path))), None).send_secret is False


def test_what_is_gone_is_planned_as_what_never_was():
    wanted = want(KMS_KEY, {"name": "key"})
    assert plan(wanted, Observed({}, gone=True)) == plan(wanted, None) != plan(wanted, Observed({}))


def test_kinds_are_written_after_what_they_need():
    order = [kind for level in levels(MANIFEST.values()) for kind in level]
    assert order.index("policy") < order.index("user") < order.index("service_account")


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.kind)
def test_a_secret_is_hidden_wherever_it_is_an_option(resource):
    for renamed in (True, False):
        spec = resource.spec(renamed)
        secrets = [name for name, option in spec.items() if option.get("no_log")]
        assert len(secrets) == (1 if resource.secret else 0)
        assert {name for name in spec if name.endswith("secret_key")} <= set(secrets)


def test_no_module_option_hides_one_of_the_connection():
    from ansible_collections.oracle1.minio.plugins.module_utils._argspec import CONNECTION
    for resource in RESOURCES:
        assert not set(resource.spec(renamed=True)) & set(CONNECTION), resource.kind
    assert set(SERVICE_ACCOUNT.spec()) & set(CONNECTION) == {"access_key", "secret_key"}


# -- secrets ---------------------------------------------------------------------------------------------------------

def test_a_generated_secret_is_on_disk_and_stays(tmp_path):
    store = SecretStore(str(tmp_path / "deep" / "secrets"))
    assert not store.has("user", "a/b..")
    secret = store.obtain("user", "a/b..")
    assert store.obtain("user", "a/b..") == secret and store.has("user", "a/b..")
    (file,) = (tmp_path / "deep" / "secrets").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert len(secret) == 40 and secret.isalnum() and store.obtain("user", "other") != secret


def test_two_runs_at_once_agree_on_one_secret(tmp_path):
    found, gate = [], threading.Barrier(8)

    def obtain():
        gate.wait()
        found.append(SecretStore(str(tmp_path)).obtain("user", "same"))
    threads = [threading.Thread(target=obtain) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1 and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("content", ["", "short\n"])
def test_a_file_that_holds_no_secret_is_refused(tmp_path, content):
    (tmp_path / "user-x").write_text(content)
    with pytest.raises(Refused, match="fewer than 8 characters"):
        SecretStore(str(tmp_path)).obtain("user", "x")


@pytest.mark.parametrize(("content", "words"), [
    (None, "cannot keep its secret in secrets_dir: Is a directory: .*/user-x"),
    (b"\xff" * 20, "cannot read its secret from secrets_dir: .*/user-x is no text in UTF-8")])
def test_what_is_no_file_with_text_is_refused(tmp_path, content, words):
    (tmp_path / "user-x").mkdir() if content is None else (tmp_path / "user-x").write_bytes(content)
    with pytest.raises(Refused, match=words):
        SecretStore(str(tmp_path)).obtain("user", "x")


def test_a_directory_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="cannot keep its secret in secrets_dir: Not a directory: .*/file/secrets"):
        SecretStore(str(tmp_path / "file" / "secrets")).obtain("user", "x")


# -- transport -------------------------------------------------------------------------------------------------------

def connection(**more):
    return Connection(**{"endpoint": ["http://127.0.0.1:1"], "access_key": "access", "secret_key": "a-secret-key", "retries": 0, **more})


@pytest.mark.parametrize("endpoint", ["minio:9000", "ftp://minio", "http://minio/path", "http://", "http://minio?x=y"])
def test_an_endpoint_that_cannot_serve_is_refused(endpoint):
    with pytest.raises(Refused, match="endpoint"):
        Client(connection(endpoint=[endpoint]))


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_nothing_is_written_in_check_mode(method):
    client = Client(connection(), check_mode=True)
    for call in (lambda: client.s3(method, "b"), lambda: client.admin(method, "x", body={}, encrypted=True)):
        with pytest.raises(WriteInCheckMode):
            call()
    assert (client.reads, client.writes) == (0, 0)


def test_nobody_there_is_told_with_the_attempt_and_without_the_secret():
    with pytest.raises(Unreachable) as caught:
        Client(connection()).s3("GET", "b", attempt="read it")
    assert str(caught.value).startswith("cannot read it: no answer from http://127.0.0.1:1")
    assert "a-secret-key" not in str(caught.value) + repr(connection())


def test_an_error_of_the_server_reads_well():
    error = Rejected("The specified bucket is not valid.", "InvalidBucketName", 400, "create it")
    error.subject = "bucket ab"
    assert str(error) == "bucket ab: cannot create it: The specified bucket is not valid. (InvalidBucketName, HTTP 400)"


# -- info ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("size", "parity", "online", "read", "write", "may_lose"), [
    (3, 1, 3, 2, 2, 1), (3, 1, 2, 2, 2, 0), (3, 1, 1, 2, 2, 0), (4, 2, 4, 2, 3, 1), (12, 4, 12, 8, 8, 4), (6, 3, 5, 3, 4, 1), (1, 0, 1, 1, 1, 0)])
def test_quorum_of_a_set(size, parity, online, read, write, may_lose):
    drives = [{"pool_index": 0, "set_index": 0, "disk_index": number, "state": "ok" if number < online else "offline", "totalspace": 100,
               "availspace": 50} for number in range(size)]
    info = shape({"servers": [{"endpoint": "a:9000", "state": "online", "drives": drives, "poolNumber": 1}],
                  "backend": {"backendType": "Erasure", "standardSCParity": parity, "totalSets": [1], "totalDrivesPerSet": [size]}})
    (found,) = info["sets"]
    assert (found["read_quorum"], found["write_quorum"], found["may_still_lose"]) == (read, write, may_lose)
    assert found["write_quorum_met"] is info["write_quorum"] is (online >= write)
    assert info["capacity"]["usable_total"] == 100 * (size - parity)


def test_info_of_a_server_that_says_little():
    info = shape({"mode": "initializing"})
    assert info["mode"] == "initializing" and info["servers"] == [] and info["write_quorum"] is False
