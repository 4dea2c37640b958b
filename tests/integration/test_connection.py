# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to reach a server: TLS, temporary credentials, and what is said when it does not work."""
from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

import pytest
from conftest import ACCESS_KEY, SECRET_KEY, execute, start


def certificate(directory: Path) -> Path:
    """A certificate for 127.0.0.1 that is its own authority, in the server's directory layout; returns its path."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "minio")])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
            .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256()))
    directory.mkdir()
    (directory / "private.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (directory / "public.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return directory / "public.crt"


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """Endpoint and authority of a server with TLS."""
    directory = tmp_path_factory.mktemp("tls")
    authority = certificate(directory / "certs")
    process, port = start(directory, 4, certs=directory / "certs")
    yield f"https://127.0.0.1:{port}", str(authority)
    process.kill()
    process.wait()


def ask(endpoint, module="info", check=False, **more):
    return execute(module, {"endpoint": endpoint, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "retries": 1, **more}, check)


def test_tls_with_its_authority(secure):
    endpoint, authority = secure
    assert ask(endpoint, ca_path=authority)["info"]["drives_online"] == 4
    assert ask(endpoint, validate_certs=False)["info"]["drives_online"] == 4
    user = {"name": "over-tls", "user_secret_key": "a-secret-of-its-own"}
    assert ask(endpoint, "user", ca_path=authority, **user)["changed"] is True


def test_a_certificate_of_a_stranger_is_not_taken_for_an_empty_cluster(secure):
    endpoint, _authority = secure
    result = ask(endpoint, "apply", check=True, manifest={"buckets": [{"name": "abc"}]}, assume_empty_if_unreachable=True)
    assert result["failed"] and "the certificate was not accepted (set ca_path" in result["msg"]


def test_temporary_credentials(server, run):
    from minio.credentials import AssumeRoleProvider
    run("user", {"name": "operator", "user_secret_key": "operators-secret", "policies": ["consoleAdmin"]})
    temporary = AssumeRoleProvider(sts_endpoint=server.direct, access_key="operator", secret_key="operators-secret").retrieve()
    connection = {"access_key": temporary.access_key, "secret_key": temporary.secret_key}
    made = run("user", {**connection, "session_token": temporary.session_token, "name": "by-token", "user_secret_key": "12345678"})
    assert made["changed"] is True
    assert run("bucket", {**connection, "name": "by-token"})["failed"]


def test_a_caller_without_the_right_is_told_which_attempt_failed(server, run):
    run("user", {"name": "guest", "user_secret_key": "guests-secret", "policies": ["readonly"]})
    result = run("policy", {"access_key": "guest", "secret_key": "guests-secret", "name": "readwrite"})
    assert result["failed"] and result["msg"].startswith("policy readwrite: cannot read it: Access Denied")


def test_a_missing_library_is_named_with_the_remedy(server, monkeypatch):
    from ansible_collections.oracle1.minio.plugins.module_utils import _client
    monkeypatch.setattr(_client, "LIBRARY_ERROR", "ImportError: no module named urllib3")
    result = execute("info", server.connection, check=False)
    assert result["failed"] and "urllib3" in result["msg"] and "library minio brings it" in result["msg"]
