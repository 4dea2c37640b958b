# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to a wish, from a wish and what is there to a plan: every decision, by a kind with a field of every sort."""
from __future__ import annotations

import pytest
from things import FIELDS, OWNER, SECRET, Memory, wish

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Refused
from ansible_collections.oracle1.minio.plugins.module_utils._resource import (
    SENT, UNSEEN, Field, Observed, Outcome, Plan, plan, unmarked, want,
)
from ansible_collections.oracle1.minio.plugins.module_utils._secrets import SecretStore

THING = Memory().kind()
THERE = Observed({"size": 1, "colour": "red", "labels": ["x"], "shape": "round", "box": None})

# Options, and what the plan changes: option -> (before, after).
CHANGES = [
    ({}, {}),
    ({"size": 1}, {}),
    ({"size": 2}, {"size": (1, 2)}),
    ({"size": 0}, {"size": (1, 0)}),
    ({"colour": "RED"}, {}),
    ({"colour": "Blue"}, {"colour": ("red", "blue")}),
    ({"labels": []}, {}),
    ({"labels": ["y"]}, {"labels": (["x"], ["x", "y"])}),
    ({"labels": ["y"], "all_labels": True}, {"labels": (["x"], ["y"])}),
    ({"shape": "round"}, {}),
    ({"box": "b"}, {"box": (None, "b")}),
]


@pytest.mark.parametrize(("params", "changes"), CHANGES)
def test_what_is_written_of_an_object_that_is_there(params, changes):
    planned = plan(wish(THING, **params), THERE)
    assert {item.name: (planned.before[item.name], planned.after[item.name]) for item in FIELDS if planned.changes(item.name)} == changes
    assert planned.action == ("updated" if changes else "unchanged")
    assert set(planned.before) == set(planned.after) == {"name", *(set(params) - {"all_labels"})}


def test_what_is_omitted_at_creation_is_left_to_the_server():
    planned = plan(wish(THING, size=1, colour=None), None)
    assert (planned.before, planned.after, planned.action) == ({}, {"name": "a", "size": 1}, "created")


NEEDING = Memory().kind(fields=(*FIELDS, OWNER))
SOUND, BLIND = Memory().kind(refuse=lambda wanted, observed, after: None), Memory().kind(
    refuse=lambda wanted, observed, after: f"{sorted(after)} cannot be" if observed is None or after else "it is in use")
REFUSALS = [
    (THING, {"shape": "square"}, THERE, "thing a: cannot change shape to 'square': it is 'round', and shape can only be chosen at creation"),
    (NEEDING, {"size": 1}, None, "thing a: cannot create it: owner is needed"),
    (BLIND, {"size": 1}, None, "thing a: cannot create it: ['name', 'size'] cannot be"),
    (BLIND, {"size": 1}, THERE, "thing a: cannot change it: ['name', 'size'] cannot be"),
    (BLIND, {"state": "absent"}, THERE, "thing a: cannot remove it: it is in use"),
    (Memory().secretive(), {}, None, "thing a: cannot create it: thing_secret_key is needed"),
]


@pytest.mark.parametrize(("resource", "params", "there", "words"), REFUSALS)
def test_what_cannot_be_is_refused_with_the_object_and_the_attempt(resource, params, there, words):
    with pytest.raises(Refused) as refused:
        plan(wish(resource, **params), there)
    assert str(refused.value) == words


@pytest.mark.parametrize(("resource", "params", "there", "action"), [
    (NEEDING, {"owner": "me"}, None, "created"), (NEEDING, {"size": 2}, THERE, "updated"), (SOUND, {"size": 1}, None, "created"),
    (SOUND, {"size": 2}, THERE, "updated"), (SOUND, {"state": "absent"}, THERE, "removed"), (BLIND, {"state": "absent"}, None, "unchanged")])
def test_what_can_be_is_not_refused(resource, params, there, action):
    assert plan(wish(resource, **params), there).action == action


def test_what_a_wish_implies_is_part_of_the_plan():
    striped = Memory().kind(complete=lambda wanted, observed: {**wanted.values, "colour": "grey" if observed is None else "red"})
    assert plan(wish(striped, size=2), None).after == {"name": "a", "size": 2, "colour": "grey"}
    assert plan(wish(striped, size=2), THERE).after == {"name": "a", "size": 2, "colour": "red"}


# What the kind is like, options, whether a store has a secret (None: there is no store), what is there, and what happens.
SECRETS = [
    ({}, {"secret_key": SECRET}, None, None, "created"),
    ({}, {"secret_key": SECRET}, None, THERE, "unchanged"),
    ({}, {"secret_key": SECRET, "update_secret": "always"}, None, THERE, "sent"),
    ({}, {"update_secret": "always"}, None, THERE, "unchanged"),
    ({}, {}, False, None, "created"),
    ({}, {}, True, None, "created"),
    ({}, {"update_secret": "always"}, True, THERE, "sent"),
    ({}, {"update_secret": "always"}, False, THERE, "unchanged"),
    ({}, {"state": "absent"}, True, THERE, "removed"),
    ({"secret_needed": False}, {}, None, None, "bare"),
    ({"secret_needed": False}, {"secret_key": SECRET}, None, None, "created"),
    ({"secret_needed": False, "generated": False}, {}, False, None, "bare"),
    ({"generated": False}, {"update_secret": "always"}, True, THERE, "unchanged"),
    ({"secret_due": lambda wanted, observed: True}, {"secret_key": SECRET}, None, THERE, "sent"),
    ({"secret_due": lambda wanted, observed: True}, {}, True, THERE, "unchanged"),
    ({"secret_due": lambda wanted, observed: False}, {"secret_key": SECRET}, None, THERE, "unchanged"),
]
SHOWN = {
    "created": Plan({}, {"name": "a", "secret_key": SENT}, True), "bare": Plan({}, {"name": "a"}),
    "unchanged": Plan({"name": "a"}, {"name": "a"}), "removed": Plan({"name": "a"}, {}),
    "sent": Plan({"name": "a", "secret_key": UNSEEN}, {"name": "a", "secret_key": SENT}, True),
}


@pytest.mark.parametrize(("kind", "params", "kept", "there", "result"), SECRETS)
def test_when_a_secret_is_sent_and_how_it_is_shown(tmp_path, kind, params, kept, there, result):
    store = None if kept is None else SecretStore(str(tmp_path))
    if kept:
        store.obtain("thing", "a")
    wanted = want(Memory().secretive(**kind), {"name": "a", **params}, store)
    planned = plan(wanted, there)
    assert planned == SHOWN[result]
    assert "secret_key" not in Outcome(wanted, planned).value
    assert SECRET not in repr(wanted) + repr(planned) + repr(Outcome(wanted, planned).diff)


def test_a_name_and_an_option_are_understood_or_refused_by_their_option():
    def lower(name):
        if " " in name:
            raise Refused("a name is one word")
        return name.lower()
    kind = Memory().kind(name=lower)
    assert (wish(kind, "ABC").name, wish(kind, "ABC").subject) == ("abc", "thing abc")
    for params, words in (({"name": "a b"}, "thing a b: cannot understand name: a name is one word"),
                          ({"name": "a", "colour": "invisible"}, "thing a: cannot understand colour: there is no such colour")):
        with pytest.raises(Refused) as refused:
            want(kind, params)
        assert str(refused.value) == words


def test_the_options_of_a_kind_hide_its_secret_and_take_other_names_in_the_module():
    kind = Memory().secretive(key_spec={"aliases": ["title"]}, secret_spec={"type": "dict"})
    assert kind.spec()["name"] == {"type": "str", "required": True, "no_log": False, "aliases": ["title"]}
    assert kind.spec()["secret_key"] == kind.spec(renamed=True)["thing_secret_key"] == {"type": "dict", "no_log": True}
    assert set(kind.spec(renamed=True)) ^ set(kind.spec()) == {"secret_key", "thing_secret_key"}
    assert set(THING.spec(renamed=True)) == {"name", "state", "all_labels", *(item.name for item in FIELDS)}


@pytest.mark.parametrize(("value", "rest"), [
    (5, 5), (UNSEEN, UNSEEN), ({"a": 1, "b": SENT}, {"a": 1}), ({"a": {"b": UNSEEN, "c": [2]}}, {"a": {"c": [2]}}),
    ([{"a": SENT}, {"b": 1}], [{}, {"b": 1}])])
def test_marks_of_secrets_are_left_out_of_comparisons_at_any_depth(value, rest):
    assert unmarked(value) == rest


def test_a_diff_and_the_returned_value_are_those_of_the_plan():
    outcome = Outcome(wish(THING, size=2), plan(wish(THING, size=2), THERE))
    assert outcome.diff == {"before": {"name": "a", "size": 1}, "after": {"name": "a", "size": 2},
                            "before_header": "thing a", "after_header": "thing a"}
    assert outcome.value == {"name": "a", "size": 2}


@pytest.mark.parametrize(("problem", "words"), [
    (Problem("why"), "why"), (Problem("why", "thing a"), "thing a: why"), (Problem("why", attempt="do it"), "cannot do it: why"),
    (Problem("why", "thing a", "do it"), "thing a: cannot do it: why")])
def test_a_problem_names_the_object_and_the_attempt_where_they_are_known(problem, words):
    assert str(problem) == words


def test_a_field_that_says_nothing_takes_what_is_written():
    plain = Field("x", {"type": "raw"})
    assert (plain.canonical("A"), plain.merge("A", "b", {})) == ("A", "b")
