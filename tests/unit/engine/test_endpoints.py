# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the transport sends to: how endpoints are written, which one is asked, and whose certificate is believed."""
from __future__ import annotations

import ssl
import subprocess

import pytest
from things import execute

from ansible_collections.oracle1.minio.plugins.module_utils import _client
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client, Connection
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Rejected, Unreachable, Untrusted
from ansible_collections.oracle1.minio.plugins.module_utils._resource import run

NOBODY = "http://127.0.0.1:1"


def client(*endpoints, check_mode=False, **more):
    return Client(Connection(endpoints, "access", "the-secret-key", **{"timeout": 5, "retries": 0, **more}), check_mode)


@pytest.mark.parametrize(("written", "host", "port"), [
    ("http://minio1", "minio1", 80), ("http://minio1:80/", "minio1", 80), ("http://minio1:9000", "minio1:9000", 9000),
    ("https://minio1", "minio1", 443), ("https://minio1:443", "minio1", 443), ("https://minio1:80", "minio1:80", 80),
    ("http://[2001:db8::1]:9000", "[2001:db8::1]:9000", 9000), ("http://[2001:db8::1]", "[2001:db8::1]", 80)])
def test_the_host_that_is_signed_has_no_port_where_it_goes_without_saying(written, host, port):
    endpoint = _client._endpoint(written, Connection([written], "access", "secret"), 1)
    assert (endpoint.host, endpoint.pool.port) == (host, port)


@pytest.mark.parametrize(("params", "words"), [
    ({"endpoint": []}, "endpoint: name at least one"),
    ({"endpoint": ["http://minio1:9OOO"]}, "endpoint http://minio1:9OOO: endpoint must be http://host:port"),
    ({"endpoint": ["http://minio1:90000"]}, "endpoint http://minio1:90000: endpoint must be http://host:port"),
    ({"endpoint": ["http://minio1:0"]}, "endpoint http://minio1:0: endpoint must be http://host:port"),
    ({"endpoint": ["http://[::1"]}, "endpoint http://[::1: endpoint must be http://host:port"),
    *(({"endpoint": [written]}, "endpoint: it has a user or a password before an @: write them") for written in (
        "http://user:pass-word@minio1:9000", "https://pass-word@minio1", "http:/user:pass-word@minio1", "user:pass-word@minio1")),
    ({"endpoint": ["https://minio1"], "ca_path": "/nonexistent"}, "cannot verify the server's certificate: ca_path /nonexistent does not exist"),
    ({"timeout": 0}, "timeout: it must be more than 0 seconds"), ({"timeout": -1}, "timeout: it must be more than 0 seconds"),
])
def test_a_connection_that_cannot_serve_fails_the_module_with_its_reason(memory, params, words):
    failed = execute(lambda: run(memory.kind()), {"name": "a", **params})
    assert failed["failed"] and failed["msg"].startswith(words) and "pass-word" not in str(failed)


def test_what_is_needed_to_connect_is_never_shown():
    shown = repr(Connection([NOBODY], "access", "the-secret-key", session_token="the-token")) + repr(client(NOBODY)._endpoints)
    assert "the-secret-key" not in shown and "the-token" not in shown


# -- several endpoints ---------------------------------------------------------------------------------------------------

def test_who_does_not_answer_is_left_for_the_next_endpoint_for_good(serve):
    first, asked_first = serve(lambda line: (0, b""))
    second, asked_second = serve(lambda line: (200, b""))
    both = client(first, second)
    for number in range(3):
        both.s3("GET", f"b{number}")
    assert (len(asked_first), len(asked_second)) == (1, 3) and both.reads == 4


def test_after_the_last_endpoint_comes_the_first(serve):
    left = [0, 200]
    first, asked = serve(lambda line: (left.pop(0), b""))
    client(first, NOBODY, retries=2).s3("GET", "b")
    assert len(asked) == 2


def test_an_endpoint_that_another_thread_has_left_is_not_left_twice(serve):
    def fail_both(line):
        if line == "GET /outer":
            both.s3("GET", "inner")
        return 0, b""
    first, asked_first = serve(fail_both)
    second, asked_second = serve(lambda line: (200, b""))
    both = client(first, second)
    both.s3("GET", "outer")
    assert asked_first == ["GET /outer", "GET /inner"] and asked_second == ["GET /inner", "GET /outer"]


def test_nobody_there_names_the_endpoint_asked_last():
    with pytest.raises(Unreachable, match="no answer from http://localhost:1: "):
        client(NOBODY, "http://localhost:1").s3("GET", "b")


# -- asking whether somebody is there ------------------------------------------------------------------------------------

@pytest.mark.parametrize("status", [200, 503, 403])
def test_any_answer_is_one_and_the_next_request_goes_there(serve, status):
    url, seen = serve(lambda line: (status if "health" in line else 200, b""))
    both = client(NOBODY, url)
    both.probe()
    both.s3("GET", "b")
    assert seen == ["GET /minio/health/live", "GET /b"] and both.reads == 3


def test_no_answer_from_any_endpoint_is_unreachable():
    with pytest.raises(Unreachable, match="cannot reach the server: no answer from http://localhost:1"):
        client(NOBODY, "http://localhost:1").probe()


# -- certificates --------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A directory with a certificate for 127.0.0.1, its key, and a directory of authorities as OpenSSL wants it."""
    where = tmp_path_factory.mktemp("tls")
    (where / "authorities").mkdir()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", where / "key", "-out", where / "cert"], check=True, capture_output=True)
    hashed = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", where / "cert"], check=True, capture_output=True, text=True).stdout.strip()
    (where / "authorities" / f"{hashed}.0").write_bytes((where / "cert").read_bytes())
    return where


@pytest.fixture
def secured(serve, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert", certificate / "key")
    return serve(lambda line: (200, b""), context)


@pytest.mark.parametrize("authority", ["cert", "authorities"])
def test_a_certificate_is_believed_by_the_file_or_the_directory_of_its_authority(secured, certificate, authority):
    url, seen = secured
    client(url, ca_path=str(certificate / authority)).s3("GET", "b")
    assert seen == ["GET /b"]


@pytest.mark.parametrize("call", [lambda it: it.probe(), lambda it: it.s3("GET", "b"), lambda it: it.admin("PUT", "x", body={})])
def test_a_certificate_of_nobody_known_ends_it_at_once(secured, call):
    url, seen = secured
    both = client(url, NOBODY, retries=5)
    with pytest.raises(Untrusted, match="set ca_path to the authority that signed it"):
        call(both)
    assert not seen and both.reads + both.writes == 1


def test_a_certificate_is_not_looked_at_where_that_is_wished(secured):
    url, seen = secured
    client(url, validate_certs=False, ca_path="/nonexistent").s3("GET", "b")
    assert seen == ["GET /b"]


# -- bodies, and clients like another ------------------------------------------------------------------------------------

def test_a_body_that_the_server_encrypted_is_read(serve):
    from minio import crypto
    url, _seen = serve(lambda line: (200, crypto.encrypt(b'{"a": 1}', "the-secret-key")))
    assert client(url).admin("GET", "list", decrypted=True).json() == {"a": 1}


@pytest.fixture
def sent(monkeypatch):
    """The body and the headers of every request."""
    requests, open_ = [], _client._open
    monkeypatch.setattr(_client, "_open", lambda *arguments: (requests.append(arguments[3:]), open_(*arguments))[1])
    return requests


@pytest.mark.parametrize(("body", "expected"), [(b"as it is", b"as it is"), ({"a": 1}, b'{"a": 1}'), (None, b"")])
def test_a_body_is_sent_as_json_unless_it_is_bytes(sent, serve, body, expected):
    client(serve(lambda line: (200, b""))[0]).admin("PUT", "x", body=body)
    assert [body for body, _headers in sent] == [expected]


def test_a_body_is_encrypted_where_the_server_wants_it(sent, serve):
    client(serve(lambda line: (200, b""))[0]).admin("PUT", "add-user", body={"secretKey": "a-new-secret"}, encrypted=True)
    (body, _headers), = sent
    # Salt, the way, nonce, the piece and its tag.
    assert len(body) == 32 + 1 + 8 + len(b'{"secretKey": "a-new-secret"}') + 16 and b"a-new-secret" not in body


def test_a_body_of_s3_comes_with_its_checksum(sent, serve):
    client(serve(lambda line: (200, b""))[0]).s3("PUT", "b", body=b"hello")
    assert sent[0][1]["content-md5"] == "XUFAKrxLKna5cZ2REBfFkg=="


def test_a_post_that_only_looks_is_sent_in_check_mode_and_counted_as_a_look(serve):
    url, seen = serve(lambda line: (200, b""))
    looking = client(url, check_mode=True)
    looking.admin("POST", "heal/", body={}, looks=True)
    assert seen == ["POST /minio/admin/v3/heal/"] and (looking.reads, looking.writes) == (1, 0)


def test_a_client_like_another_counts_with_it_unless_it_speaks_to_another_server(serve):
    url, _seen = serve(lambda line: (200 if line == "GET /b" else 403, b""))
    first = client(url, check_mode=True, region="eu-west-1")
    other = first.like(access_key="somebody", secret_key="else")
    assert (first.access_key, other.access_key, other.secret_key, other.region) == ("access", "somebody", "else", "eu-west-1")
    other.s3("GET", "b")
    with pytest.raises(Rejected):
        first.like(endpoint=[url]).s3("GET", "c")
    assert first.reads == other.reads == 1
    with pytest.raises(Refused):
        first.like(endpoint=["nowhere"])
