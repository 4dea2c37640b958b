# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which versions of an object a drive holds, read from its xl.meta. Pure.

Source: cmd/xl-storage-format-v2.go of the server (checkXL2V1, decodeXLHeaders, decodeVersions). Behind eight bytes of magic and
format comes MessagePack: a byte string, in it the formats of what follows, the number of versions, and for each version a header and
a body as byte strings. The header is an array that begins with the version's id, its time in nanoseconds, a signature, type and flags.
"""
from __future__ import annotations

import struct
import typing as t
from dataclasses import dataclass

NAME = "xl.meta"
_MAGIC = b"XL2 \x01\x00"
_DELETE_MARKER = 2
_FREE_VERSION = 1


@dataclass(frozen=True)
class Version:
    """A version of an object. `null`: the one without an id, which is replaced by the next write without versioning."""

    null: bool
    milliseconds: int
    marker: bool


def versions(content: bytes) -> list[Version]:
    """The versions that clients can see. Raises ValueError for a form that is not known."""
    if content[:6] != _MAGIC or content[6:8] < b"\x03":
        raise ValueError("its format is not one of the server's since 2021")
    try:
        meta, _rest = _bytes(content, 8)
        at = 0
        for _format in range(2):
            _value, at = _number(meta, at)
        count, at = _number(meta, at)
        found = []
        for _version in range(count):
            header, at = _bytes(meta, at)
            _body, at = _bytes(meta, at)
            found.append(_header(header))
    except (IndexError, struct.error):
        raise ValueError("it is cut off") from None
    return [version for version in found if version is not None]


def _header(data: bytes) -> Version | None:
    if data[0] & 0xF0 != 0x90:
        raise ValueError("a version's header is no array")
    identity, at = _bytes(data, 1)
    nanoseconds, at = _number(data, at)
    _signature, at = _bytes(data, at)
    kind, at = _number(data, at)
    flags, at = _number(data, at)
    if flags & _FREE_VERSION:
        # What is left of a version in a tier until that is cleaned; no client sees it.
        return None
    return Version(not any(identity), nanoseconds // 10**6, kind == _DELETE_MARKER)


_NUMBERS = {0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}
_LENGTHS = {0xC4: ">B", 0xC5: ">H", 0xC6: ">I"}


def _number(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    if first < 0x80:
        return first, at + 1
    return _unpacked(data, at, _NUMBERS)


def _bytes(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = _unpacked(data, at, _LENGTHS)
    if at + length > len(data):
        raise ValueError("it is cut off")
    return data[at:at + length], at + length


def _unpacked(data: bytes, at: int, forms: t.Mapping[int, str]) -> tuple[int, int]:
    form = forms.get(data[at])
    if form is None:
        raise ValueError(f"byte {data[at]:#x} is not expected there")
    return struct.unpack_from(form, data, at + 1)[0], at + 1 + struct.calcsize(form)
