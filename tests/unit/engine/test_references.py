# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether something that is referred to exists: the server's ways to say so, from a real HTTP server that answers as it is told."""
from __future__ import annotations

import json

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._references import EXISTS, demand


def error(code):
    return json.dumps({"Code": code, "Message": "so it is"}).encode()


ADMIN = "GET /minio/admin/v3/"
TARGETS = json.dumps({"sqsARN": ["arn:minio:sqs:eu-west-1:PRIMARY:webhook"]}).encode()
# Kind, name, status and body of the answer, whether it exists, and the request.
ANSWERS = [
    ("policy", "p", 200, b"{}", True, ADMIN + "info-canned-policy?name=p&v=2"),
    ("policy", "p", 404, error("XMinioAdminNoSuchPolicy"), False, ADMIN + "info-canned-policy?name=p&v=2"),
    ("user", "u", 200, b"{}", True, ADMIN + "user-info?accessKey=u"),
    ("user", "u", 404, error("XMinioAdminNoSuchUser"), False, ADMIN + "user-info?accessKey=u"),
    ("group", "g", 200, b"{}", True, ADMIN + "group?group=g"),
    ("group", "g", 404, error("XMinioAdminNoSuchGroup"), False, ADMIN + "group?group=g"),
    ("ldap_user", "uid=u", 200, b"{}", True, ADMIN + "idp/ldap/list-access-keys?listType=svcacc-only&userDN=uid%3Du"),
    ("ldap_user", "uid=u", 404, error("XMinioAdminNoSuchUser"), False, ADMIN + "idp/ldap/list-access-keys?listType=svcacc-only&userDN=uid%3Du"),
    ("tier", "COLD", 200, b'[{"Name": "WARM"}, {"Name": "COLD"}]', True, ADMIN + "tier"),
    ("tier", "COLD", 200, b'[{"Name": "WARM"}]', False, ADMIN + "tier"),
    ("tier", "COLD", 200, b"null", False, ADMIN + "tier"),
    ("bucket", "b", 200, b"", True, "HEAD /b"),
    ("bucket", "b", 404, b"", False, "HEAD /b"),
    ("notification_target", "arn:minio:sqs::PRIMARY:webhook", 200, TARGETS, True, ADMIN + "info"),
    ("notification_target", "arn:minio:sqs::SECOND:webhook", 200, TARGETS, False, ADMIN + "info"),
    ("notification_target", "arn:minio:sqs::PRIMARY:webhook", 200, b"{}", False, ADMIN + "info"),
    ("kms_key", "k", 200, b'{"key-id": "k"}', True, ADMIN + "kms/key/status?key-id=k"),
    ("kms_key", "", 200, b'{"key-id": "k"}', True, ADMIN + "kms/key/status"),
    ("kms_key", "k", 200, b'{"encryption-error": "no such key"}', False, ADMIN + "kms/key/status?key-id=k"),
    ("kms_key", "k", 200, b'{"decryption-error": "no such key"}', False, ADMIN + "kms/key/status?key-id=k"),
]


@pytest.mark.parametrize(("kind", "name", "status", "body", "exists", "line"), ANSWERS)
def test_what_exists_is_told_from_what_does_not(answers, kind, name, status, body, exists, line):
    client, seen = answers(status, body=body)
    assert EXISTS[kind](client, name) is exists
    assert seen == [line]


@pytest.mark.parametrize("kind", ["policy", "user", "group", "ldap_user", "tier", "bucket", "notification_target", "kms_key"])
def test_an_error_is_not_taken_for_absence(answers, kind):
    client, _seen = answers(403, body=b"" if kind == "bucket" else error("AccessDenied"))
    with pytest.raises(Rejected) as rejected:
        EXISTS[kind](client, "x")
    assert rejected.value.status == 403


def test_every_kind_that_can_be_asked_for_is_asked_for_here():
    assert {row[0] for row in ANSWERS} == set(EXISTS)


def test_a_server_without_a_kms_is_told_how_it_gets_one(answers):
    client, _seen = answers(501, body=error("NotImplemented"))
    with pytest.raises(Refused, match="this server has no KMS: give it one with MINIO_KMS_SECRET_KEY"):
        EXISTS["kms_key"](client, "k")


def test_an_action_demands_what_it_needs(answers):
    demand(answers(200, body=b"")[0], "bucket", "b", "heal it")
    with pytest.raises(Refused, match="cannot heal it: bucket b does not exist"):
        demand(answers(404, body=b"")[0], "bucket", "b", "heal it")
