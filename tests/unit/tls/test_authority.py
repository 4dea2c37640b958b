"""The files of the private CA in every moment of its change: who signs, who is trusted, what comes next, and what is refused."""
from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.oracle1.minio.plugins.plugin_utils.authority import judge
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PASSPHRASE = "open-sesame-of-the-test"


def make(name: str, passphrase: str = "") -> tuple[str, str]:
    """Certificate and key of an authority, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begin = datetime.datetime(2026, 1, 1)
    certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days=10))
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
                   .sign(key, hashes.SHA256()))
    cipher = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
    return (certificate.public_bytes(serialization.Encoding.PEM).decode(),
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, cipher).decode())


OLD, OLD_KEY = make("old")
NEW, NEW_KEY = make("new")
OTHER, OTHER_KEY = make("another authority that clients need")


def files(**values: Any) -> dict[str, Any]:
    return {"trusted": "", "key": "", "successor": "", "successor_key": "", "retired": [], **values}


# Every state that a run can be interrupted in, in their order: files, phase, who signs, what ca.crt holds when the next step is done.
CHANGING = {"successor": NEW, "successor_key": NEW_KEY}
STATES = {
    "nothing was made": (files(), "none", "", ""),
    "nothing is under way": (files(trusted=OLD, key=OLD_KEY), "settled", OLD, OLD),
    "the successor's key is made": (files(trusted=OLD, key=OLD_KEY, successor_key=NEW_KEY), "settled", OLD, OLD),
    "the successor is made": (files(trusted=OLD, key=OLD_KEY, **CHANGING), "made", OLD, OLD + NEW),
    "both are trusted": (files(trusted=OLD + NEW, key=OLD_KEY, **CHANGING), "trusted", OLD, OLD + NEW),
    "the old key is kept aside": (files(trusted=OLD + NEW, key=OLD_KEY, retired=[OLD], **CHANGING), "trusted", OLD, OLD + NEW),
    "the new one signs": (files(trusted=OLD + NEW, key=NEW_KEY, retired=[OLD], **CHANGING), "issued", NEW, NEW),
    "the old one is dropped": (files(trusted=NEW, key=NEW_KEY, retired=[OLD], **CHANGING), "dropped", NEW, NEW),
    "the successor's key is removed": (files(trusted=NEW, key=NEW_KEY, retired=[OLD], successor=NEW), "dropped", NEW, NEW),
    "the change is over": (files(trusted=NEW, key=NEW_KEY, retired=[OLD]), "settled", NEW, NEW),
}


@pytest.mark.parametrize("state", STATES)
def test_every_moment_of_a_change_has_one_next_step(state: str) -> None:
    given, phase, issuer, bundle = STATES[state]
    found = judge(given)
    assert (found["phase"], found["issuer"], found["bundle"], found["problems"]) == (phase, issuer, bundle, [])


def test_an_authority_of_the_operators_own_stays_trusted_through_a_change() -> None:
    assert judge(files(trusted=OTHER + OLD, key=OLD_KEY, **CHANGING))["bundle"] == OTHER + OLD + NEW
    assert judge(files(trusted=OTHER + OLD + NEW, key=NEW_KEY, retired=[OLD], **CHANGING))["bundle"] == OTHER + NEW


def test_who_signs_does_not_depend_on_the_order_in_the_file() -> None:
    assert judge(files(trusted=OLD + NEW, key=NEW_KEY))["issuer"] == NEW == judge(files(trusted=NEW + OLD, key=NEW_KEY))["issuer"]


WRONG = {
    "a key of nobody": (files(trusted=OLD, key=OTHER_KEY), "ca.key belongs to no certificate in ca.crt"),
    "no key": (files(trusted=OLD), "ca.key belongs to no certificate in ca.crt"),
    "a file of something else": (files(trusted="hello", key=OLD_KEY), "ca.crt holds no certificate in PEM; bring it back"),
    "a damaged key": (files(trusted=OLD, key="-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "ca.key cannot be read; bring it back"),
    "another successor's key": (files(trusted=OLD, key=OLD_KEY, successor=NEW, successor_key=OTHER_KEY), "successor.key is not the key of successor.crt"),
    "no successor's key": (files(trusted=OLD + NEW, key=OLD_KEY, successor=NEW), "remove both to begin the change of the CA anew"),
    "a retired key put back": (files(trusted=OLD, key=OLD_KEY, retired=[OLD]), "ca.key is that of old, which has been retired"),
}


@pytest.mark.parametrize("name", WRONG)
def test_files_that_do_not_fit_together_are_refused_with_the_way_out(name: str) -> None:
    given, message = WRONG[name]
    assert [message in problem for problem in judge(given)["problems"]] == [True]


def test_an_encrypted_key_needs_its_passphrase_and_says_which_variable_has_it() -> None:
    certificate, key = make("encrypted", PASSPHRASE)
    assert judge(files(trusted=certificate, key=key), PASSPHRASE)["phase"] == "settled"
    for wrong in ("", "another"):
        (problem,) = judge(files(trusted=certificate, key=key), wrong)["problems"]
        assert problem == "ca.key cannot be read; set minio_tls_ca_passphrase to the one that it was made with"


def test_a_passphrase_does_not_hinder_a_key_that_has_none() -> None:
    assert judge(files(trusted=OLD, key=OLD_KEY), PASSPHRASE)["problems"] == []


def test_nothing_secret_is_returned() -> None:
    assert not any("PRIVATE KEY" in str(judge(state[0])) for state in STATES.values())
