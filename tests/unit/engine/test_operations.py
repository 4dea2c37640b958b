# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server answers to a heal, in the module's words, and how long is waited."""
from __future__ import annotations

import itertools

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _heal as heal
from ansible_collections.oracle1.minio.plugins.module_utils._action import until
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Unfinished


def item(before, after, detail="", kind="object"):
    return {"type": kind, "bucket": "b", "object": "k", "detail": detail, "objectSize": 7,
            "before": {"drives": [{"state": state} for state in before]}, "after": {"drives": [{"state": state} for state in after]}}


@pytest.mark.parametrize(("seen", "dry", "expected"), [
    (item(["ok", "ok"], ["ok", "ok"]), False, {"scanned": 1}),
    (item(["missing", "ok"], ["ok", "ok"]), False, {"scanned": 1, "healed": 1, "bytes_healed": 7}),
    (item(["ok", "corrupt"], ["ok", "ok"]), False, {"scanned": 1, "healed": 1, "bytes_healed": 7}),
    # A dry run has healed nothing, and says what it would heal.
    (item(["missing", "ok"], ["missing", "ok"]), True, {"scanned": 1, "healed": 1, "bytes_healed": 7}),
    (item(["missing", "ok"], ["missing", "ok"]), False, {"scanned": 1, "failed": 1, "why": {"b/k": "a drive still lacks it"}}),
    (item(["missing", "ok"], ["missing", "ok"], "no room"), False, {"scanned": 1, "failed": 1, "why": {"b/k": "no room"}}),
    ({**item([], [], "no room"), "versionId": "null"}, False, {"scanned": 1, "failed": 1, "why": {"b/k": "no room"}}),
    ({**item([], [], "no room"), "versionId": "v1"}, False, {"scanned": 1, "failed": 1, "why": {"b/k (version v1)": "no room"}}),
    # A drive that is away can not be healed, and is no failure of this heal.
    (item(["offline", "ok"], ["offline", "ok"]), False, {"scanned": 1}),
    ({**item([], [], "Object not found: b/k"), "before": {"drives": None}, "after": {"drives": None}}, False, {"scanned": 1, "removed": 1}),
    (item(["missing", "ok"], ["ok", "ok"], kind="bucket"), False, {"healed": 1, "bytes_healed": 7}),
])
def test_what_counts_as_healed(seen, dry, expected):
    nothing = {"scanned": 0, "healed": 0, "failed": 0, "removed": 0, "bytes_healed": 0}
    counts, failed = dict(nothing), {}
    heal.count(counts, failed, seen, dry)
    assert {**counts, "why": failed} == {**nothing, "why": {}, **expected}


def test_waiting_ends_with_what_was_seen_last():
    seen = itertools.count()
    with pytest.raises(Unfinished, match=r"cannot wait for it: it goes on, and did not end within 0.3 seconds: at [1-9]"):
        until(lambda: next(seen), lambda number: False, 0.3, "wait for it", lambda number: f"at {number}")
    assert until(lambda: next(seen), lambda number: number % 10 == 0, 30, "wait for it", str) % 10 == 0
