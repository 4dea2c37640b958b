# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of a module that manages an object, or does something: check mode, diff, failure, and what it returns."""
from __future__ import annotations

import importlib.util
import sys

import pytest
from things import SECRET, execute

from ansible_collections.oracle1.minio.plugins.module_utils import _client, _resource
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused, Unfinished
from ansible_collections.oracle1.minio.plugins.module_utils._action import Step, perform, until
from ansible_collections.oracle1.minio.plugins.module_utils._resource import SENT, run

THERE = {"size": 1, "colour": "red", "labels": ["x"]}


def module(kind, check=False, diff=True, **params):
    return execute(lambda: run(kind), {"name": "a", **params}, check, diff)


@pytest.mark.parametrize(("there", "params", "changed"), [
    ({}, {"size": 2}, True), (THERE, {"size": 2}, True), (THERE, {"size": 1}, False), (THERE, {"labels": ["y"]}, True),
    (THERE, {"state": "absent"}, True), ({}, {"state": "absent"}, False)])
def test_check_mode_foretells_what_a_run_does_and_a_second_run_does_nothing(memory, there, params, changed):
    memory.things = {"a": dict(there)} if there else {}
    before = dict(memory.things.get("a", {}))
    foretold = module(memory.kind(), check=True, **params)
    assert memory.things.get("a", {}) == before and not memory.written
    done = module(memory.kind(), **params)
    assert foretold == done and done["changed"] is changed
    again = module(memory.kind(), **params)
    assert again["changed"] is False and again["thing"] == done["thing"] and len(memory.written) == changed


def test_a_diff_is_returned_only_where_it_is_asked_for(memory):
    assert module(memory.kind(), check=True, size=2)["diff"]["after"] == {"name": "a", "size": 2}
    assert "diff" not in module(memory.kind(), check=True, diff=False, size=2)


def test_a_secret_goes_by_another_name_and_into_nothing_that_is_returned(memory):
    done = module(memory.secretive(), size=2, thing_secret_key=SECRET)
    assert memory.secrets == {"a": SECRET}
    assert done["diff"]["after"]["secret_key"] == SENT and done["thing"] == {"name": "a", "size": 2}
    assert SECRET not in str({name: value for name, value in done.items() if name != "invocation"})
    assert done["invocation"]["module_args"]["thing_secret_key"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


@pytest.mark.parametrize(("params", "words"), [
    ({"colour": "invisible"}, "thing a: cannot understand colour: there is no such colour"),
    ({"shape": "square"}, "thing a: cannot change shape to 'square': it is None, and shape can only be chosen at creation"),
    ({"box": "b"}, "thing a: cannot refer to it: box b does not exist"),
    ({"state": "absent"}, "thing a: cannot remove it: it is attached to box:c"),
    ({"endpoint": "minio:9000"}, "endpoint minio:9000: endpoint must be http://host:port or https://host:port without a path"),
])
@pytest.mark.parametrize("check", [True, False])
def test_what_cannot_be_fails_before_anything_is_written(monkeypatch, memory, params, words, check):
    monkeypatch.setitem(_resource.EXISTS, "box", lambda source, name: False)
    memory.things = {"a": dict(THERE)}
    kind = memory.kind(references=lambda before, after: [("box", after["box"])] if "box" in after else [],
                       blocked=lambda source, wanted: ["box:c"])
    failed = module(kind, check, **params)
    assert failed["failed"] and failed["msg"].startswith(words)
    assert memory.things == {"a": THERE} and not memory.written


@pytest.mark.parametrize("check", [True, False])
def test_what_is_not_there_is_held_by_nothing(memory, check):
    assert module(memory.kind(blocked=lambda client, wanted: "box c holds on to it"), check, state="absent")["changed"] is False


def test_a_write_that_fails_fails_the_module(memory):
    memory.writes = [memory.keep_half]
    assert module(memory.kind(), size=2, colour="red")["msg"].startswith("thing a: cannot set the rest: the drive is full")


@pytest.mark.parametrize(("waits", "params", "needed"), [
    (False, {"size": 1}, False), (True, {"size": 1}, True), (False, {"size": 2}, True)])
@pytest.mark.parametrize("check", [True, False])
def test_a_change_waits_for_a_restart_and_so_may_what_was_changed_earlier(memory, waits, params, needed, check):
    memory.things = {"a": dict(THERE)}
    assert module(memory.kind(restart_needed=lambda source, wanted, observed: waits), check, **params)["restart_needed"] is needed


def test_notes_stand_beside_the_object(memory):
    kind = memory.kind(notes=lambda wanted, observed, plan: {"was": observed and observed.values["size"], "action": plan.action})
    memory.things = {"a": dict(THERE)}
    done = module(kind, size=2)
    assert (done["was"], done["action"]) == (1, "updated")
    assert "restart_needed" not in done


@pytest.mark.parametrize(("planned", "asked"), [({"size": 2}, ["b"]), ({"size": 1}, []), ({"state": "absent"}, [])])
def test_what_an_object_refers_to_is_looked_for_only_where_something_is_written(monkeypatch, memory, planned, asked):
    looked = []
    monkeypatch.setitem(_resource.EXISTS, "box", lambda source, name: bool(looked.append(name)) or True)
    memory.things = {"a": dict(THERE)}
    module(memory.kind(references=lambda before, after: [("box", "b")]), check=True, **planned)
    assert looked == asked


# -- actions -------------------------------------------------------------------------------------------------------------

def action(prepare, check=False, **params):
    return execute(lambda: perform("thing", {"size": {"type": "int"}}, prepare), params, check)


@pytest.mark.parametrize(("act", "check", "result"), [
    (None, False, (True, {"planned": 5})), (lambda: (False, {"done": 1}), True, (True, {"planned": 5})),
    (lambda: (False, {"done": 1}), False, (False, {"done": 1}))])
def test_an_action_is_done_outside_of_check_mode_and_foretold_in_it(act, check, result):
    done = action(lambda client, params: Step(True, {"planned": params["size"]}, act), check, size=5)
    assert (done["changed"], done["thing"]) == result
    assert done["requests"] == {"reads": 0, "writes": 0}


@pytest.mark.parametrize(("subject", "words"), [("", "thing: cannot do it: no"), ("box b", "box b: cannot do it: no")])
def test_an_action_that_is_refused_names_its_object_or_its_kind(subject, words):
    def prepare(client, params):
        raise Refused("no", subject, "do it")
    assert action(prepare)["msg"] == words
    assert action(lambda client, params: Step(False, {}), endpoint=["nowhere"])["msg"].startswith("endpoint nowhere: ")


def test_waiting_ends_when_it_is_done():
    left = [1, 2, 3]
    assert until(lambda: left.pop(0), lambda seen: seen == 3, 60, "wait", str) == 3 and not left


def test_waiting_ends_with_the_time_and_tells_what_was_seen_last():
    with pytest.raises(Unfinished) as unfinished:
        until(lambda: 7, lambda seen: False, 0.05, "wait for it", lambda seen: f"{seen} left")
    assert str(unfinished.value) == "cannot wait for it: it goes on, and did not end within 0.05 seconds: 7 left"


def test_without_its_library_a_module_says_what_is_missing(monkeypatch, memory):
    monkeypatch.setitem(sys.modules, "urllib3", None)
    spec = importlib.util.spec_from_file_location("client_without_library", _client.__file__)
    without = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, without)
    spec.loader.exec_module(without)
    monkeypatch.setattr(_client, "LIBRARY_ERROR", without.LIBRARY_ERROR)
    failed = module(memory.kind(), size=1)
    assert failed["failed"] and "urllib3" in failed["msg"] and "The library minio brings it." in failed["msg"]
    assert "ModuleNotFoundError" in without.LIBRARY_ERROR


# -- export --------------------------------------------------------------------------------------------------------------

def test_what_is_exported_changes_nothing_and_leaves_out_what_is_empty(memory):
    memory.things = {"a": {**THERE, "box": "", "labels": []}}
    entry, withheld = _resource.exported(memory.kind(), None, "a")
    assert withheld == [] and entry == {"name": "a", "size": 1, "colour": "red"}
    assert module(memory.kind(), **entry)["changed"] is False


@pytest.mark.parametrize(("described", "entry"), [({"tint": "red"}, {"name": "a", "tint": "red"}), ({}, None)])
def test_a_kind_may_describe_its_objects_otherwise_or_not_at_all(memory, described, entry):
    memory.things = {"a": THERE}
    kind = memory.kind(describe=lambda name, observed: described, withheld=lambda observed: ["secret_key"])
    assert _resource.exported(kind, None, "a") == (entry, ["secret_key"])


def test_what_has_gone_in_the_meantime_is_not_exported(memory):
    assert _resource.exported(memory.kind(), None, "a") == (None, [])
