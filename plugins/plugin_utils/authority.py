# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which authority signs and which are trusted, and how far the change to a new one is, from the files of the private CA. Pure.

The private key says who signs: the certificate among the trusted ones that belongs to it. So one file decides, and replacing
it, by renaming, is the only step that cannot be half done.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    MISSING = ""
except ImportError as error:
    MISSING = f"{error}; install the Python library cryptography where ansible-playbook runs"


@dataclass(frozen=True)
class Authority:
    """A certificate: its text, its public key, and its names for people and for files."""

    pem: str
    public: bytes
    identifier: str
    fingerprint: str
    name: str


def judge(files: t.Mapping[str, t.Any], passphrase: str = "") -> dict[str, t.Any]:
    """What is documented in plugins/filter/authority.yml; `files` holds texts, "" for a file that is not there."""
    result: dict[str, t.Any] = {
        "phase": "none", "issuer": "", "identifier": "", "fingerprint": "", "trusted": [], "retired": [],
        "bundle": files.get("trusted") or "", "problems": [],
    }
    problems: list[str] = result["problems"]
    if MISSING:
        problems.append(MISSING)
        return result
    trusted = _certificates(files, "trusted", "ca.crt", problems)
    key = _public(files, "key", "ca.key", passphrase, problems)
    retired = {one.public for text in files.get("retired") or [] for one in _certificates({"retired": text}, "retired", "retired", problems)}
    successors = _certificates(files, "successor", "successor.crt", problems)
    if problems or not trusted:
        return result
    issuer = next((one for one in trusted if one.public == key), None)
    result.update(trusted=[one.name for one in trusted], retired=[one.name for one in trusted if one.public in retired])
    if issuer is None:
        problems.append(
            "ca.key belongs to no certificate in ca.crt, so what it signs would not be trusted; bring back the key or the "
            "certificate from a backup or from the directory retired beside them"
        )
        return result
    result.update(issuer=issuer.pem, identifier=issuer.identifier, fingerprint=issuer.fingerprint)
    result["phase"] = "settled"
    if not successors and issuer.public in retired:
        problems.append(f"ca.key is that of {issuer.name}, which has been retired; bring back the key of its successor")
    if successors:
        _judge_change(result, successors[0], trusted, issuer, _public(files, "successor_key", "successor.key", passphrase, problems))
    return result


def _judge_change(
    result: dict[str, t.Any], successor: Authority, trusted: t.Sequence[Authority], issuer: Authority, key: bytes | None
) -> None:
    if successor.public == issuer.public:
        left = [one for one in trusted if one.name in result["retired"] and one != issuer]
        result["phase"] = "issued" if left else "dropped"
        result["bundle"] = "".join(one.pem for one in trusted if one not in left)
        return
    if key != successor.public:
        result["problems"].append(
            "successor.key is not the key of successor.crt; bring it back from a backup, or remove both to begin the change of the CA anew"
        )
    known = successor.public in {one.public for one in trusted}
    result["phase"] = "trusted" if known else "made"
    if not known:
        result["bundle"] = "".join(one.pem for one in [*trusted, successor])


def _certificates(files: t.Mapping[str, t.Any], part: str, name: str, problems: list[str]) -> list[Authority]:
    text = files.get(part) or ""
    if not text.strip():
        return []
    try:
        return [_authority(one) for one in x509.load_pem_x509_certificates(text.encode())]
    except ValueError:
        problems.append(f"{name} holds no certificate in PEM; bring it back from a backup")
        return []


def _authority(certificate: x509.Certificate) -> Authority:
    try:
        digest = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        digest = b""
    common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return Authority(
        pem=certificate.public_bytes(serialization.Encoding.PEM).decode(),
        public=_bytes(certificate.public_key()),
        identifier=digest.hex(":"),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex()[:16],
        name=str(common[0].value) if common else certificate.subject.rfc4514_string(),
    )


def _public(files: t.Mapping[str, t.Any], part: str, name: str, passphrase: str, problems: list[str]) -> bytes | None:
    """The public half of a private key; None when there is none or it cannot be read."""
    text = files.get(part) or ""
    if not text.strip():
        return None
    encrypted = "ENCRYPTED" in text
    try:
        key = serialization.load_pem_private_key(text.encode(), passphrase.encode() if passphrase and encrypted else None)
    except (TypeError, ValueError):
        wrong = "set minio_tls_ca_passphrase to the one that it was made with" if encrypted else "bring it back from a backup"
        problems.append(f"{name} cannot be read; {wrong}")
        return None
    return _bytes(key.public_key())


def _bytes(key: t.Any) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
