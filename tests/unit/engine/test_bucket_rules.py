# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How rules with and without an id are merged, and what marks of credentials are to a comparison."""
from __future__ import annotations

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils._resource import SENT, UNSEEN, unmarked
from ansible_collections.oracle1.minio.plugins.module_utils._rules import merge

A, B, NAMELESS = {"id": "a", "n": 1}, {"id": "b", "n": 2}, {"id": "", "n": 1}


@pytest.mark.parametrize(("observed", "wanted", "removed", "authoritative", "result"), [
    ([A, B], [{"id": "a", "n": 3}], [], False, [{"id": "a", "n": 3}, B]),
    ([A, B], [{"id": "a", "n": 3}], [], True, [{"id": "a", "n": 3}]),
    ([A, B], [], ["a"], False, [B]),
    ([NAMELESS, B], [A], [], False, [NAMELESS, B]),
    ([NAMELESS, B], [A], [], True, [NAMELESS]),
    ([NAMELESS, A], [A], [], False, [NAMELESS, A]),
    ([NAMELESS, A], [A], [], True, [A]),
    ([NAMELESS, NAMELESS], [], [], False, [NAMELESS, NAMELESS]),
    ([NAMELESS, {"id": "", "n": 5}], [{"id": "", "n": 5}], [], True, [{"id": "", "n": 5}]),
    ([NAMELESS], [{"id": "a", "n": 4}], [], False, [NAMELESS, {"id": "a", "n": 4}]),
])
def test_rules_are_recognised_by_id_and_nameless_ones_by_what_they_say(observed, wanted, removed, authoritative, result):
    assert merge(observed, wanted, removed, authoritative) == result


def test_marks_are_no_part_of_what_is_compared():
    assert unmarked({"a": [{"b": SENT, "c": 1}], "d": UNSEEN, "e": SENT}) == {"a": [{"c": 1}]}
    assert unmarked({"a": [SENT], "b": "text"}) == {"a": [SENT], "b": "text"}
