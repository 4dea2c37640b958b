# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of the admin API that are encrypted under the caller's secret key (madmin's EncryptData and DecryptData).

Salt (32 bytes), the way (1 byte), nonce (8 bytes), then pieces of 16 KiB, each with a tag of 16 bytes. What we send uses
PBKDF2 and AES-256-GCM; docs/decisions.md says why. What the server sends uses Argon2id and is decrypted by the library minio.
"""
from __future__ import annotations

import hashlib
import os
import threading

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused

PBKDF2_AES_GCM = b"\x02"
ITERATIONS = 8192
PIECE = 16 * 1024
# One decryption takes 64 MB for its key (Argon2id), whatever the size: one at a time bounds the memory.
_ONE = threading.Lock()
_LIBRARY = "the Python library minio>=7.2.20,<8 is needed for it, where the module runs"


class _Readable:
    """The bytes of an answer in the shape that minio.crypto.decrypt reads from."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, amount: int) -> bytes:
        piece = self._data[self._at:self._at + amount]
        self._at += len(piece)
        return piece

    def close(self) -> None:
        self._data = b""

    def release_conn(self) -> None:
        """Nothing is held."""


def encrypt(data: bytes, secret_key: str) -> bytes:
    """data, at least one byte, under secret_key. Raises Refused without the library."""
    try:
        from Crypto.Cipher import AES
    except ImportError:
        raise Refused(_LIBRARY, attempt="encrypt the request") from None
    salt, nonce = os.urandom(32), os.urandom(8)
    key = hashlib.pbkdf2_hmac("sha256", secret_key.encode(), salt, ITERATIONS, 32)

    def cipher(number: int) -> AES._mode_gcm.GcmMode:
        return AES.new(key, AES.MODE_GCM, nonce + number.to_bytes(4, "little"))
    whole = cipher(0).digest()
    pieces = [data[at:at + PIECE] for at in range(0, len(data), PIECE)]
    sealed = salt + PBKDF2_AES_GCM + nonce
    for number, piece in enumerate(pieces, start=1):
        gcm = cipher(number)
        gcm.update((b"\x80" if number == len(pieces) else b"\x00") + whole)
        sealed += b"".join(gcm.encrypt_and_digest(piece))
    return sealed


def decrypt(data: bytes, secret_key: str) -> bytes:
    """What the server encrypted under secret_key. Raises Refused without the library."""
    try:
        from minio import crypto
    except ImportError:
        raise Refused(_LIBRARY, attempt="decrypt the answer") from None
    with _ONE:
        return crypto.decrypt(_Readable(data), secret_key)
