# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which drives a node has in use, read from what it answers to an inspection. Pure, standard library only.

A node reads and writes through a slot for each drive of the cluster. A slot is empty while the node has not reached the drive,
and no health check, metric or account of drives says so. Only an inspection (/minio/admin/v3/inspect-data) goes through the
slots: it returns a file of each drive that they lead to. The answer is an encrypted zip: a byte for the version (1), the key (32
bytes), then pieces of 16 KiB, each with a tag of 16 bytes, in AES-256-GCM with the piece's number, from 1, as nonce. Only
the names of the files are wanted, so the tags are not checked: the zip has its own structure, and its way here is TLS.
"""

from __future__ import annotations

import io
import typing as t
import zipfile

FILE = ".minio.sys/format.json"
PATH = "/minio/admin/v3/inspect-data"
QUERY = "file=format.json&volume=.minio.sys"
_PIECE, _TAG, _HEAD = 16384, 16, 33
# The names stand at the end of the zip; this much of it has those of some hundreds of drives.
_WANTED_PIECES = 5


def drives(answer: bytes) -> set[str]:
    """Drives as `host:port/path`. ValueError when the answer is no such archive."""
    if len(answer) <= _HEAD or answer[0] != 1:
        raise ValueError("the answer to the inspection has an unknown form")
    try:
        with zipfile.ZipFile(io.BytesIO(_decrypt(answer[1:_HEAD], answer[_HEAD:]))) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise ValueError(f"the answer to the inspection is no zip: {error}") from None
    return {name[: -len(FILE) - 1] for name in names if name.endswith(f"/{FILE}")}


def _decrypt(key: bytes, data: bytes) -> bytes:
    """The last pieces in clear, zeros before them."""
    rounds = _round_keys(key)
    starts = range(0, len(data), _PIECE + _TAG)
    clear = bytearray()
    for number, start in enumerate(starts, start=1):
        piece = data[start:start + _PIECE + _TAG][:-_TAG]
        if number <= len(starts) - _WANTED_PIECES:
            clear += bytes(len(piece))
            continue
        nonce = bytes(8) + number.to_bytes(4, "little")
        for offset in range(0, len(piece), 16):
            # GCM counts from 2: the first block is the tag's.
            mask = _block(rounds, nonce + (offset // 16 + 2).to_bytes(4, "big"))
            clear += bytes(a ^ b for a, b in zip(piece[offset:offset + 16], mask))
    return bytes(clear)


def _times_two(value: int) -> int:
    return (value << 1 ^ (0x11B if value & 0x80 else 0)) & 0xFF


def _substitutions() -> bytes:
    """The S-box of AES (FIPS 197, 5.1.1)."""
    box, p, q = bytearray(256), 1, 1
    while True:
        p ^= _times_two(p)
        q ^= q << 1
        q ^= q << 2
        q = (q ^ q << 4) & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        x = q | q << 8
        box[p] = (q ^ x >> 7 ^ x >> 6 ^ x >> 5 ^ x >> 4 ^ 0x63) & 0xFF
        if p == 1:
            break
    box[0] = 0x63
    return bytes(box)


_BOX = _substitutions()
_DOUBLED = bytes(_times_two(value) for value in range(256))
# Where each byte of a block goes when rows are shifted.
_SHIFTED = tuple((4 * (column + row) + row) % 16 for column in range(4) for row in range(4))


def _round_keys(key: bytes) -> list[bytes]:
    """The fifteen round keys of AES-256 (FIPS 197, 5.2)."""
    words = [key[start:start + 4] for start in range(0, 32, 4)]
    constant = 1
    for number in range(8, 60):
        word = words[-1]
        if number % 8 == 0:
            word = bytes(_BOX[byte] for byte in word[1:] + word[:1])
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = _times_two(constant)
        elif number % 8 == 4:
            word = bytes(_BOX[byte] for byte in word)
        words.append(bytes(a ^ b for a, b in zip(words[-8], word)))
    return [b"".join(words[start:start + 4]) for start in range(0, 60, 4)]


def _block(rounds: t.Sequence[bytes], block: bytes) -> bytes:
    """One block through AES (FIPS 197, 5.1)."""
    state = bytes(a ^ b for a, b in zip(block, rounds[0]))
    for number, key in enumerate(rounds[1:], start=1):
        state = bytes(_BOX[state[index]] for index in _SHIFTED)
        if number < len(rounds) - 1:
            state = _mixed(state)
        state = bytes(a ^ b for a, b in zip(state, key))
    return state


def _mixed(state: bytes) -> bytes:
    mixed = bytearray()
    for start in range(0, 16, 4):
        column = state[start:start + 4]
        total = column[0] ^ column[1] ^ column[2] ^ column[3]
        mixed += bytes(column[row] ^ total ^ _DOUBLED[column[row] ^ column[(row + 1) % 4]] for row in range(4))
    return bytes(mixed)
