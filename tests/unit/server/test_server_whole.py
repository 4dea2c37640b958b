"""Which drives a node has in use, read from an inspection that another implementation of the cipher has encrypted."""
from __future__ import annotations

import io
import os
import zipfile

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _server_drives_used as inspection
from Crypto.Cipher import AES


def answer(drives: list[str], other: bytes = b"x") -> bytes:
    """As the server writes it: version, key, a zip in sealed pieces."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("cluster.info", other)
        for drive in drives:
            archive.writestr(f"{drive}/.minio.sys/format.json", os.urandom(300))
        archive.writestr("inspect-input.txt", "x")
    key, sealed = os.urandom(32), b""
    for number, start in enumerate(range(0, len(packed.getvalue()), 16384), start=1):
        cipher = AES.new(key, AES.MODE_GCM, nonce=bytes(8) + number.to_bytes(4, "little"))
        cipher.update(b"what the server authenticates besides")
        sealed += b"".join(cipher.encrypt_and_digest(packed.getvalue()[start:start + 16384]))
    return b"\1" + key + sealed


@pytest.mark.parametrize("count", [1, 3, 60])
@pytest.mark.parametrize("size", [1, 16384, 200_000])
def test_the_drives_of_an_inspection_are_read_wherever_its_pieces_end(count, size):
    drives = [f"minio{number}:9000/mnt/drive1" for number in range(count)]
    assert inspection.drives(answer(drives, os.urandom(size))) == set(drives)


@pytest.mark.parametrize("wrong", [b"", b"<Error/>", b"\2" + bytes(100), b"\1" + bytes(32), b"\1" + bytes(500)])
def test_another_answer_is_no_set_of_drives(wrong):
    with pytest.raises(ValueError, match="inspection"):
        inspection.drives(wrong)
