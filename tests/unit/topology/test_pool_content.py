# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pool's drives hold, what moving it would damage, and when a pool is empty."""
from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _pool_content as pool
from ansible_collections.oracle1.minio.plugins.module_utils import _xl_meta as xl
from ansible_collections.oracle1.minio.plugins.plugin_utils import pool_content

DATA = "0f0e0d0c-0b0a-0908-0706-050403020100"


def binary(content: bytes) -> bytes:
    return b"\xc5" + struct.pack(">H", len(content)) + content


def meta(*versions: tuple[bool, int, int, int]) -> bytes:
    """An xl.meta of (null, milliseconds, type, flags), as the server writes it."""
    body = b"\x03\x03" + bytes([len(versions)])
    for null, moment, kind, flags in versions:
        identity = bytes(16) if null else bytes(range(16))
        header = b"\x97" + b"\xc4\x10" + identity + b"\xd3" + struct.pack(">q", moment * 10**6 + 1) + b"\xc4\x04sign" + bytes([kind, flags, 2, 1])
        body += binary(header) + binary(b"\x80")
    return b"XL2 \x01\x00\x03\x00" + b"\xc6" + struct.pack(">I", len(body)) + body + b"\xce1234"


def drive(root: Path, objects: dict[str, bytes] | None = None) -> str:
    """A drive with these objects in a bucket."""
    (root / ".minio.sys/tmp").mkdir(parents=True)
    (root / ".minio.sys/format.json").touch()
    for name, content in (objects or {}).items():
        folder = root / "bucket" / name
        (folder / DATA).mkdir(parents=True)
        (folder / "xl.meta").write_bytes(content)
    return str(root)


def test_versions_are_read_from_an_objects_metadata():
    found = xl.versions(meta((False, 9, 1, 4), (True, 8, 2, 0), (True, 7, 1, 1)))
    assert found == [xl.Version(False, 9, False), xl.Version(True, 8, True)]


@pytest.mark.parametrize(("content", "problem"), [
    (b"{}", "its format"), (b"XL2 1   \xc4\x00", "its format"), (meta((True, 1, 1, 0))[:60], "cut off"), (b"XL2 \x01\x00\x03\x00\xc4\x01\x03", "cut off"),
    (b"XL2 \x01\x00\x03\x00\xa0", "0xa0 is not expected"), (b"XL2 \x01\x00\x03\x00\xc4\x08\x03\x03\x01\xc4\x01\x80\xc4\x00", "no array"),
])
def test_what_is_no_metadata_is_refused(content, problem):
    with pytest.raises(ValueError, match=problem):
        xl.versions(content)


def test_objects_are_counted_and_those_below_other_objects_named(tmp_path):
    one = meta((True, 1, 1, 0))
    where = drive(tmp_path, {"a": one, "a/below": one, "folder__XLDIR__": one, "other/b": one})
    found, nested = pool.objects([where])
    assert (found.count, nested.names) == (4, ["bucket/a/below"])
    assert sorted(found.names) == ["bucket/a", "bucket/a/below", "bucket/folder/", "bucket/other/b"]


def test_no_more_names_are_kept_than_anybody_reads():
    names = pool.Names()
    for number in range(pool.NAMES + 1):
        names.add(str(number))
    assert (names.count, len(names.names)) == (pool.NAMES + 1, pool.NAMES)


def test_settings_are_told_with_their_times_but_not_what_the_server_makes_anew(tmp_path):
    where = drive(tmp_path)
    for path, moment in (("config/iam/users/u/identity.json", 5), ("buckets/b/.metadata.bin", 6), ("buckets/b/.usage-cache.bin", 7), ("buckets/.usage.json", 8)):
        (tmp_path / ".minio.sys" / path).mkdir(parents=True)
        (tmp_path / ".minio.sys" / path / "xl.meta").write_bytes(meta((True, moment, 1, 0)))
    assert pool.settings([where]) == {".minio.sys/config/iam/users/u/identity.json": 5, ".minio.sys/buckets/b/.metadata.bin": 6}
    assert pool.objects([where])[0].count == 0


def test_an_unknown_drive_and_unknown_metadata_end_the_look(tmp_path):
    with pytest.raises(pool.Unreadable, match="not mounted"):
        pool.folders([str(tmp_path)])
    where = drive(tmp_path, {"a": b"something else"})
    with pytest.raises(pool.Unreadable, match="a/xl.meta: its format"):
        pool.read(where, "bucket/a")
    assert pool.read(where, "bucket/b") == pool.read(where, "bucket/a/xl.meta/c") == []


OLD, NEW, ID = xl.Version(True, 1, False), xl.Version(True, 2, False), xl.Version(False, 2, False)
MARKER = xl.Version(False, 3, True)


def listed(*versions: xl.Version) -> list[pool.Listed]:
    return [pool.Listed("key", version.null, version.milliseconds, version.marker) for version in versions]


@pytest.mark.parametrize(("held", "seen", "fault"), [
    ([NEW], [NEW], ""), ([OLD], [NEW], "superseded"), ([NEW], [NEW, OLD], ""), ([ID, OLD], [ID, NEW], "superseded"), ([ID], [ID, NEW], ""),
    ([MARKER], [MARKER, ID], "marker"), ([MARKER], [MARKER], ""), ([MARKER, ID], [MARKER, ID, OLD], ""), ([ID], [MARKER, ID], ""),
    ([xl.Version(False, 1, True)], [NEW, xl.Version(False, 1, True)], ""),
])
def test_what_moving_an_object_would_do(held, seen, fault):
    assert pool.fault(held, listed(*seen)) == fault


class Served:
    """A server that lists what it is given."""

    def __init__(self, versions: dict[str, list[xl.Version]]) -> None:
        self.keys = {key: [pool.Listed(key, v.null, v.milliseconds, v.marker) for v in found] for key, found in versions.items()}

    def buckets(self) -> list[str]:
        return ["bucket", "elsewhere"]

    def versions(self, _bucket: str) -> Any:
        return iter([version for found in self.keys.values() for version in found])


def test_superseded_copies_are_set_aside_and_nothing_else(tmp_path):
    old = meta((True, 1, 1, 0))
    where = drive(tmp_path, {"a": old, "b": meta((True, 2, 1, 0)), "dir__XLDIR__": old, "mixed": meta((False, 2, 1, 0), (True, 1, 1, 0)),
                             "parent": old, "parent/below": old, "gone": meta((False, 3, 2, 0))})
    server = Served({"a": [NEW], "b": [NEW], "dir/": [NEW], "mixed": [ID, NEW], "parent": [NEW], "gone": [MARKER, ID], "absent": [NEW]})
    looked = pool.survey([where], server)
    assert looked["superseded"]["names"] == ["bucket/a", "bucket/dir/"]
    assert (looked["stuck"]["names"], looked["markers"]["names"], looked["due"]) == (["bucket/mixed", "bucket/parent"], ["bucket/gone"], 2)
    assert (tmp_path / "bucket/a/xl.meta").exists()

    (tmp_path / ".minio.sys/config/x").mkdir(parents=True)
    (tmp_path / ".minio.sys/config/x/xl.meta").write_bytes(old)
    assert pool.survey([where], server, [".minio.sys/config/x", ".minio.sys/config/of another node"], act=True)["due"] == 3
    kept = {str(path.relative_to(tmp_path)).partition("/superseded/")[2].partition("/")[2] for path in tmp_path.glob(".minio.sys/superseded/**/xl.meta")}
    assert kept == {"bucket/a/xl.meta", "bucket/dir__XLDIR__/xl.meta", ".minio.sys/config/x/xl.meta"}
    assert pool.survey([where], server)["due"] == 0 and (tmp_path / "bucket/parent/xl.meta").exists()


@pytest.mark.parametrize(("stamp", "expected"), [("1970-01-01T00:00:01.234Z", 1234), ("1970-01-01T00:00:01Z", 1000)])
def test_times_as_s3_writes_them(stamp, expected):
    assert pool.milliseconds(stamp) == expected


def content(**found: Any) -> dict[str, Any]:
    kinds = {kind: {"count": len(found.get(kind, [])), "names": found.get(kind, [])} for kind in ("objects", "nested", "superseded", "stuck", "markers")}
    return {**kinds, "drives": found.get("drives", 1), "uploads": found.get("uploads", 0), "settings": found.get("settings", {}), "due": 0}


@pytest.mark.parametrize(("kind", "problem"), [
    ("superseded", "minio_topology_set_aside=true"), ("stuck", "cannot be set aside"), ("nested", "would be deleted"), ("markers", "would come back"),
])
def test_what_would_be_damaged_is_a_problem_with_its_remedy(kind, problem):
    contents = {"minio1": content(), "minio4": content(**{kind: ["bucket/key"]}), "minio5": content(**{kind: ["bucket/key"]})}
    found = pool_content.moving(contents, ["minio4", "minio5"], "decommission")["problems"]
    assert len(found) == 1 and problem in found[0] and found[0].startswith("1 objects") and "(bucket/key)" in found[0]
    assert pool_content.moving(contents, ["minio1"], "decommission")["problems"] == []


def test_settings_are_compared_between_pools_and_only_a_decommission_moves_them():
    contents = {"minio1": content(settings={"a": 2, "b": 1, "d": 1}), "minio2": content(settings={"a": 3}),
                "minio4": content(settings={"a": 2, "b": 2, "c": 1}), "minio5": content(settings={"a": 1})}
    leaving = ["minio4", "minio5"]
    found = pool_content.moving(contents, leaving, "decommission")
    assert found["settings"] == ["a"] and found["due"] and "1 settings would become what they once were" in found["problems"][0]
    assert pool_content.moving(contents, leaving, "decommission", True) == {**found, "problems": []}
    assert pool_content.moving(contents, leaving, "rebalance") == {"problems": [], "note": "", "settings": [], "due": False}


def test_uploads_are_spoken_of():
    assert "2 multipart uploads have begun there" in pool_content.moving({"minio4": content(uploads=2)}, ["minio4"], "decommission")["note"]


@pytest.mark.parametrize(("contents", "left"), [
    ({"minio4": content(), "minio5": content()}, False),
    ({"minio4": content(objects=["b/k"]), "minio5": content(objects=["b/k"])}, True),
    ({"minio4": content(objects=["b/k"]), "minio5": content()}, False),
    ({"minio4": content(objects=["b/k"])}, True),
    ({"minio4": content(objects=["b/k", "b/k"], drives=2)}, True),
    ({"minio4": content(settings={"s": 1}), "minio5": content(settings={"s": 1})}, True),
    ({"minio4": content(settings={"s": 1}, drives=2)}, True),
    ({"minio4": {**content(), "objects": {"count": 201, "names": [str(number) for number in range(200)]}}, "minio5": content()}, True),
], ids=["nothing", "on two drives", "on one of two", "on the only drive", "two drives of a node", "a setting", "a setting of a node", "more than are named"])
def test_when_a_pool_is_empty(contents, left):
    found = pool_content.left({"minio1": content(objects=["b/elsewhere"]), **contents}, list(contents))
    assert found["left"] == left


def test_what_cannot_be_read_is_spoken_of():
    note = pool_content.left({"minio4": content(objects=["b/k"]), "minio5": content()}, ["minio4", "minio5"])["note"]
    assert note == "1 objects lie on one drive only, which is too few to read them (b/k)"
