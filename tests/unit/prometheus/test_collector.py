# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collector on every host: real certificates, a real listener, and what becomes of them as metrics."""
from __future__ import annotations

import datetime
import importlib.util
import json
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import rendered
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SPEC = importlib.util.spec_from_file_location("collect", rendered.ROLE / "files" / "collect.py")
collect = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(collect)
NOTHING = {"served": {}, "files": {}, "upstreams": {}, "health": "", "ca_file": "", "server_name": "", "unit": ""}


def certificate(folder, end: datetime.datetime) -> str:
    """A certificate for localhost with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)).not_valid_after(end)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256()))
    path = folder / f"{end:%Y%m%d}.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return str(path)


# Until 2049 the end is written with two digits of the year, later with four; and one that is over.
ENDS = [datetime.datetime(year, 5, 4, 3, 2, 1, tzinfo=datetime.timezone.utc) for year in (2021, 2049, 2050, 2120)]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: str(end.year))
def test_the_end_of_a_certificate_is_read_from_its_file(end, tmp_path):
    found = dict((name, value) for name, _, value in collect.samples({**NOTHING, "files": {"ca": certificate(tmp_path, end)}}))
    assert found["oracle1_minio_certificate_expiry_timestamp_seconds"] == end.timestamp()
    assert found["oracle1_minio_certificate_readable"] == 1


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/good" else 503)
        self.end_headers()

    def log_message(self, *_words) -> None:
        pass


@pytest.fixture
def listener(tmp_path):
    path = certificate(tmp_path, ENDS[2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], path
    server.shutdown()
    server.server_close()


def test_the_certificate_that_is_served_is_read_whoever_signed_it(listener):
    found = collect.samples({**NOTHING, "served": {"minio": f"127.0.0.1:{listener[0]}"}})
    assert found[0][2] == ENDS[2].timestamp()


@pytest.mark.parametrize(("path", "name", "trusted", "up"), [
    ("/good", "localhost", True, 1), ("/bad", "localhost", True, 0), ("/good", "another", True, 0), ("/good", "localhost", False, 0)],
    ids=["healthy", "unhealthy", "another name", "another authority"])
def test_an_upstream_is_up_when_nginx_would_use_it(listener, path, name, trusted, up):
    found = collect.samples({**NOTHING, "upstreams": {"minio1": f"https://127.0.0.1:{listener[0]}{path}"},
                             "ca_file": listener[1] if trusted else "", "server_name": name})
    assert found == [("oracle1_minio_balancer_upstream_up", {"upstream": "minio1"}, up)]


def test_what_cannot_be_read_is_said_and_stops_nothing_else(tmp_path):
    found = collect.samples({**NOTHING, "served": {"minio": "127.0.0.1:1"}, "files": {"ca": str(tmp_path / "none")}, "health": "https://127.0.0.1:1/health"})
    assert [(name, value) for name, _, value in found] == [
        ("oracle1_minio_certificate_readable", 0), ("oracle1_minio_certificate_readable", 0), ("oracle1_minio_balancer_serving", 0)]


def test_secrets_are_no_part_of_the_environments_checksum():
    assert all(collect.SECRET.search(name) for name in ("MINIO_ROOT_PASSWORD", "MINIO_KMS_SECRET_KEY", "MINIO_ROOT_USER", "MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_A"))
    assert not collect.SECRET.search("MINIO_SITE_REGION")


def test_what_is_written_is_what_prometheus_reads(tmp_path):
    config, output = tmp_path / "config.json", tmp_path / "out.prom"
    config.write_text(json.dumps({**NOTHING, "files": {"ca": certificate(tmp_path, ENDS[1]), "none": "/nowhere"}, "upstreams": {"m": "http://127.0.0.1:1/"}}))
    assert collect.main([str(config), str(output)]) == 0
    done = subprocess.run(["promtool", "check", "metrics"], input=output.read_text(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert 'oracle1_minio_balancer_upstream_up{upstream="m"} 0' in output.read_text()
