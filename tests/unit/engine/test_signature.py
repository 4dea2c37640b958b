# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures against botocore's, and encrypted bodies against the reader of the library minio."""
from __future__ import annotations

import os
import sys
import time

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ansible_collections.oracle1.minio.plugins.module_utils import _crypto
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused
from ansible_collections.oracle1.minio.plugins.module_utils._signature import sign, target

REQUESTS = [
    ("GET", "/minio/admin/v3/info", {}, b"", {}),
    ("GET", "/bucket", {"versioning": ""}, b"", {}),
    ("PUT", "/bucket", {"lifecycle": ""}, b"<LifecycleConfiguration/>", {"Content-MD5": "x=="}),
    ("GET", "/minio/admin/v3/user-info", {"accessKey": "a b+c/d=e&f~ü"}, b"", {"Content-Type": "application/octet-stream"}),
    ("DELETE", "/bucket/with space/ü+%2F", {"b": "2", "a": "1", "A": ""}, b"", {"x-minio-force-delete": "true"}),
]


@pytest.mark.parametrize("token", [None, "a-session-token"])
@pytest.mark.parametrize(("method", "path", "query", "body", "headers"), REQUESTS)
def test_a_signature_is_botocores(method, path, query, body, headers, token):
    now, sent = time.gmtime(), target(path, query)
    ours = sign(method, "minio1:9000", sent, "user", "pass word", now, body, headers, "eu-west-1", token)
    request = AWSRequest(method, f"https://minio1:9000{sent}", data=body or None, headers={
        **headers, "host": "minio1:9000", "x-amz-content-sha256": ours["x-amz-content-sha256"]})
    request.context["timestamp"] = ours["x-amz-date"]
    request.context["payload_signing_enabled"] = True
    request.headers["x-amz-date"] = ours["x-amz-date"]
    if token:
        request.headers["x-amz-security-token"] = token
    signer = S3SigV4Auth(Credentials("user", "pass word", token), "s3", "eu-west-1")
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    assert ours["authorization"].endswith(f"Signature={signature}")
    assert f"SignedHeaders={';'.join(sorted(name for name in ours if name != 'authorization'))}" in ours["authorization"]


@pytest.mark.parametrize("size", [1, 16 * 1024, 16 * 1024 + 1, 50_000])
def test_an_encrypted_body_is_read_by_its_key_only(monkeypatch, size):
    """minio's reader knows every part of the format but our derivation of the key, which is put in its place."""
    import hashlib

    from minio import crypto
    data = os.urandom(size)
    sealed = _crypto.encrypt(data, "the-secret")
    # A single byte may stand anywhere by chance.
    assert sealed[32:33] == _crypto.PBKDF2_AES_GCM and (size == 1 or data[:40] not in sealed)
    monkeypatch.setattr(crypto, "_generate_key", lambda secret, salt: hashlib.pbkdf2_hmac("sha256", secret, salt, 8192, 32))
    as_aes = sealed[:32] + b"\x00" + sealed[33:]
    assert _crypto.decrypt(as_aes, "the-secret") == data
    with pytest.raises(ValueError):
        _crypto.decrypt(as_aes, "another-secret")


@pytest.mark.parametrize(("missing", "call", "words"), [
    ("Crypto.Cipher", _crypto.encrypt, "cannot encrypt the request: the Python library minio"),
    ("minio", _crypto.decrypt, "cannot decrypt the answer: the Python library minio")])
def test_without_its_library_a_body_is_refused(monkeypatch, missing, call, words):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(Refused, match=words):
        call(b"x", "the-secret")
