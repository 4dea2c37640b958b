# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no exporter says about this host, for node_exporter's textfile directory: certificates, balancer, environment.

    collect.py CONFIG OUTPUT

CONFIG is JSON: {"served": {endpoint: "host:port"}, "files": {endpoint: path}, "upstreams": {node: url}, "health": url or "",
"ca_file": path or "", "server_name": str, "unit": "minio.service" or ""}. Standard library only.
"""
from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

TIMEOUT = 3
# Validity of an X.509 certificate: a sequence of two times, each UTCTime (0x17) or GeneralizedTime (0x18).
VALIDITY = re.compile(rb"\x30[\x1e-\x22](?:\x17\x0d\d{12}Z|\x18\x0f\d{14}Z)(?:\x17\x0d(\d{12}Z)|\x18\x0f(\d{14}Z))")
# Never part of what is compared, not even as a checksum: a weak secret could be guessed from it.
SECRET = re.compile(r"PASS|SECRET|KEY|TOKEN|ROOT_USER|MINIO_OPTS")
HELP = {
    "oracle1_minio_certificate_expiry_timestamp_seconds": "End of a certificate, in seconds since 1970.",
    "oracle1_minio_certificate_readable": "Whether the certificate could be read.",
    "oracle1_minio_balancer_upstream_up": "Whether the balancer gets a healthy answer from a node over verified TLS.",
    "oracle1_minio_balancer_serving": "Whether the balancer's health address says that the cluster takes writes.",
    "oracle1_minio_environment_info": "Checksum of the MINIO_* variables of the running server, secrets left out.",
}


def not_after(der: bytes) -> float:
    """End of a certificate's validity in seconds since 1970; ValueError when there is none."""
    found = VALIDITY.search(der)
    if not found:
        raise ValueError("no validity")
    text = (found[1] or found[2]).decode()
    # Two digits of the year: 50 to 99 are of the last century (RFC 5280).
    text = text if found[2] else ("19" if text[:2] >= "50" else "20") + text
    return datetime.datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=datetime.timezone.utc).timestamp()


def served(address: str) -> bytes:
    """The certificate that is served, whoever signed it: an expired one must be read, too."""
    host, dummy, port = address.rpartition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT) as link, context.wrap_socket(link) as secured:
        return secured.getpeercert(binary_form=True) or b""


def in_file(path: str) -> bytes:
    """The first certificate of a PEM file."""
    with open(path, encoding="ascii") as file:
        text = file.read()
    end = "-----END CERTIFICATE-----"
    return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN"):text.index(end) + len(end)])


def status(url: str, ca_file: str, name: str) -> int:
    """Status of a GET, 0 without an answer. `name` is the one in the certificate; "" leaves the answer's maker unverified."""
    parts = urlsplit(url)
    context = ssl.create_default_context(cafile=ca_file or None)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=TIMEOUT) as link:
            if parts.scheme == "https":
                if not name:
                    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                link = context.wrap_socket(link, server_hostname=name or None)
            link.sendall(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
            answer = link.recv(64)
        return int(answer.split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def environment(unit: str) -> str:
    """Checksum of the server's own MINIO_* variables; empty when it does not run."""
    pid = subprocess.run(["/usr/bin/systemctl", "show", unit, "-p", "MainPID", "--value"],
                         stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    try:
        with open(f"/proc/{pid}/environ", encoding="utf-8", errors="replace") as file:
            lines = file.read().split("\0")
    except OSError:
        return ""
    kept = sorted(line for line in lines if line.startswith("MINIO_") and not SECRET.search(line.partition("=")[0]))
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()[:16] if pid not in ("", "0") else ""


def samples(config: dict) -> list[tuple[str, dict, float]]:
    """(metric, labels, value) of all that CONFIG asks for."""
    found: list[tuple[str, dict, float]] = []
    for reader, wanted in ((served, config["served"]), (in_file, config["files"])):
        for endpoint, place in wanted.items():
            try:
                found.append(("oracle1_minio_certificate_expiry_timestamp_seconds", {"endpoint": endpoint}, not_after(reader(place))))
                found.append(("oracle1_minio_certificate_readable", {"endpoint": endpoint}, 1))
            except (OSError, ValueError):
                found.append(("oracle1_minio_certificate_readable", {"endpoint": endpoint}, 0))
    for node, url in config["upstreams"].items():
        healthy = status(url, config["ca_file"], config["server_name"]) == 200
        found.append(("oracle1_minio_balancer_upstream_up", {"upstream": node}, int(healthy)))
    if config["health"]:
        found.append(("oracle1_minio_balancer_serving", {}, int(status(config["health"], "", "") == 200)))
    if config["unit"]:
        checksum = environment(config["unit"])
        if checksum:
            found.append(("oracle1_minio_environment_info", {"checksum": checksum}, 1))
    return found


def exposition(found: list[tuple[str, dict, float]]) -> str:
    """The text format: samples of a metric together under its HELP and TYPE."""
    lines: list[str] = []
    for name, text in HELP.items():
        of_it = [(labels, value) for metric, labels, value in found if metric == name]
        lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"] if of_it else []
        for labels, value in of_it:
            inside = ",".join(f"{key}={json.dumps(label)}" for key, label in labels.items())
            lines.append(f"{name}{{{inside}}} {value:.0f}" if inside else f"{name} {value:.0f}")
    return "\n".join(lines) + "\n"


def write(path: str, text: str) -> None:
    """At once, so that the exporter never reads half a file."""
    handle, draft = tempfile.mkstemp(dir=os.path.dirname(path), suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(draft, 0o644)
    os.replace(draft, path)


def main(arguments: list[str]) -> int:
    with open(arguments[0], encoding="utf-8") as file:
        config = json.load(file)
    write(arguments[1], exposition(samples(config)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
