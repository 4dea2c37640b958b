"""Which drives a node has in use, read from an inspection that another implementation of the cipher has encrypted, and which it lacks."""
from __future__ import annotations

import io
import os
import zipfile

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _server_drives_used as inspection
from ansible_collections.oracle1.minio.plugins.module_utils import _server_whole as whole
from ansible_collections.oracle1.minio.plugins.module_utils._server_health import Answer, Node
from ansible_collections.oracle1.minio.plugins.module_utils._server_restart import Order
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


A, B, C = "minio1:9000/mnt/drive1", "minio2:9000/mnt/drive1", "minio3:9000/mnt/drive1"
SEEN = {"minio1": {A, B}, "minio2": {A, B, C}, "minio3": {A, B, C}}


@pytest.mark.parametrize(("good", "seen", "judged", "found"), [
    ({A, B, C}, SEEN, list(SEEN), [f"minio1 does not use {C}"]),
    # minio1 has just started, has not heard from minio3 yet, and takes its drive for offline.
    ({A, B}, SEEN, list(SEEN), [f"minio1 does not use {C}"]),
    ({A, B}, SEEN, ["minio1"], [f"minio1 does not use {C}"]),
    ({A, B, C}, SEEN, ["minio2"], []),
    # minio3 is down: nobody uses its drive, and it is not good.
    ({A, B}, {"minio1": {A, B}, "minio2": {A, B}}, ["minio1", "minio2"], []),
    # A drive that was replaced is good, and nobody uses it yet.
    ({A, B, C}, {"minio1": {A, B}, "minio2": {A, B}}, ["minio1"], [f"minio1 does not use {C}"]),
], ids=["known to be good", "thought offline", "asked alone", "another asked", "node down", "drive new"])
def test_a_node_lacks_what_is_good_or_used_by_another(good, seen, judged, found):
    assert whole.lacking(good, seen, judged) == found


def test_a_node_that_is_about_to_go_may_lack_drives_and_its_own_drives_are_not_missed():
    assert whole.lacking({A, B, C}, {"minio1": {A}, "minio2": {B, C}, "minio3": {C}}, ["minio2", "minio3"], "minio1:9000") == [
        f"minio3 does not use {B}"]


@pytest.mark.parametrize(("rounds", "left"), [
    ([{}], []),
    # Locked in the first round; another one, written since, in the second.
    ([{"b/one": "locked"}, {"b/two": "locked"}], []),
    ([{"b/one": "damaged"}] * whole.HEALS, ["b/one: damaged"]),
], ids=["nothing failed", "failed once", "fails always"])
def test_what_could_not_be_healed_is_tried_again_and_named_when_it_fails_each_time(monkeypatch, rounds, left):
    answers = iter(rounds)
    monkeypatch.setattr(whole, "heal_once", lambda *_order: next(answers))
    monkeypatch.setattr(whole.time, "sleep", lambda seconds: None)
    assert whole.heal(None, 1) == left
    assert next(answers, None) is None


@pytest.mark.parametrize(("behind", "members", "found"), [
    (["minio1"], ({"minio1"}, ""), []),
    (["minio1"], ({"minio1", "minio4"}, ""), ["minio1 does not use the drives of minio4"]),
    (["minio1"], (set(), "HTTP 503"), ["minio1 does not use the drives of minio4"]),
    ([], ({"minio1"}, ""), ["minio1 does not use the drives of minio4"]),
], ids=["not known", "known", "not to be asked", "same list"])
def test_a_node_that_a_peer_does_not_know_is_not_missed_there(monkeypatch, behind, members, found):
    """`minio4` is of a new pool and waits; `minio1` serves, with the list of pools before it or with the new one."""
    monkeypatch.setattr(whole, "account", lambda _order: ("name", "secret"))
    monkeypatch.setattr(Node, "used", lambda *_: ({A}, Answer(200)))
    monkeypatch.setattr(Node, "members", lambda *_: members)
    order = Order("minio.service", "https://minio4:9000", None, "", "", None, 1, 1, peers=["https://minio1:9000"], behind=behind)
    assert whole.unused_by_peers(order) == (found, "")
