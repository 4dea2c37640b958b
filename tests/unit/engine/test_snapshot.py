# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives that a server did not finish. The faults cannot be provoked on a real one, so the archives are made here."""
from __future__ import annotations

import io
import zipfile

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils._snapshot import Incomplete, unpack

FILES = {f"bucket-{number}/versioning.xml": f"<VersioningConfiguration>{number}</VersioningConfiguration>".encode() * 9 for number in range(20)}


class Broken(io.BytesIO):
    """A response into which a server writes an error after so many bytes, and then the archive's table."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after, self.counted = after, 0

    def write(self, data) -> int:
        self.counted += len(data)
        if self.after and self.counted > self.after:
            self.after = 0
            super().write(b"<Error><Code>InternalError</Code></Error>")
        return super().write(data)

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        # The writer of the archive does not know of the error: its places are those without it.
        return self.counted


def archive(stream: io.BytesIO, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    with zipfile.ZipFile(stream, "w", compression) as table:
        for name, content in FILES.items():
            table.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_every_file_is_read(compression):
    assert unpack(archive(io.BytesIO(), compression)) == FILES


@pytest.mark.parametrize("after", [1, 500, 900])
def test_an_error_in_the_middle_is_noticed(after):
    with pytest.raises(Incomplete):
        unpack(archive(Broken(after)))


def test_what_is_cut_short_or_no_archive_is_noticed():
    whole = archive(io.BytesIO())
    for data in (b"", b"<Error/>", whole[:-30], whole[:len(whole) // 2], b"x" + whole):
        with pytest.raises(Incomplete):
            unpack(data)


@pytest.mark.parametrize(("right", "wrong"), [(b">3<", b">4<"), (b"PK\x03\x04", b"PK\x03\x05")])
def test_a_file_that_is_not_what_its_checksum_or_its_place_says_is_noticed(right, wrong):
    with pytest.raises(Incomplete, match="is damaged"):
        unpack(archive(io.BytesIO(), zipfile.ZIP_STORED).replace(right, wrong, 1))
