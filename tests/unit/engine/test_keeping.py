# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens after a write: a server that keeps it, does not, keeps it late, or has other writers besides us."""
from __future__ import annotations

from dataclasses import replace

import pytest
from things import SECRET, unreadable, wish

from ansible_collections.oracle1.minio.plugins.module_utils._errors import NotKept, Refused, Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._resource import SENT, SETTLE, UNSEEN, Observed, carry_out, confirm, fulfil, observe, plan
from ansible_collections.oracle1.minio.plugins.module_utils._secrets import SecretStore

CLIENT, SNAPSHOT = object(), object()
THERE = {"size": 1, "colour": "red", "labels": ["x"]}


def bring_about(wanted):
    """Look, plan, fulfil."""
    observed = observe(CLIENT, wanted)
    return fulfil(CLIENT, wanted, observed, plan(wanted, observed))


@pytest.mark.parametrize(("there", "params", "action", "left"), [
    ({}, {"size": 2}, "created", {"size": 2}), (THERE, {"size": 2}, "updated", {**THERE, "size": 2}),
    (THERE, {"labels": ["y"]}, "updated", {**THERE, "labels": ["x", "y"]}), (THERE, {"state": "absent"}, "removed", None)])
def test_what_was_planned_is_what_is_there_afterwards(memory, there, params, action, left):
    memory.things = {"a": dict(there)} if there else {}
    assert bring_about(wish(memory.kind(), **params)).action == action
    assert memory.things.get("a") == left
    assert len(memory.written) == 1


# What the server does with one write after the other, and what it is said to show still.
NOT_KEPT = [
    ({}, {"size": 2}, ("forget", "forget"), "{'name': None, 'size': None}"),
    (THERE, {"size": 2}, ("forget", "forget"), "{'size': 1}"),
    (THERE, {"size": 2, "colour": "red"}, ("round_up", "round_up"), "{'size': 1000}"),
    (THERE, {"state": "absent"}, ("forget", "forget"), "it"),
]


@pytest.mark.parametrize(("there", "params", "faults", "shown"), NOT_KEPT)
def test_a_server_that_accepts_and_does_not_keep_it_fails_the_run(memory, there, params, faults, shown):
    memory.things = {"a": dict(there)} if there else {}
    memory.writes = memory.removals = [getattr(memory, fault) for fault in faults]
    with pytest.raises(NotKept) as caught:
        bring_about(wish(memory.kind(), **params))
    assert str(caught.value) == f"thing a: cannot see the change: the server accepted the change and still shows {shown}"
    assert len(memory.written) == 2, "it is tried once more, and not for ever"


@pytest.mark.parametrize("there", [{}, THERE])
def test_what_is_kept_late_is_waited_for_and_written_once(memory, there):
    memory.things = {"a": dict(there)} if there else {}
    memory.writes = [memory.keep_late(looks=len(SETTLE) - 1)]
    assert bring_about(wish(memory.kind(), size=2)).after == {"name": "a", "size": 2}
    assert len(memory.written) == 1


def test_what_is_kept_later_still_is_written_again(memory):
    memory.writes = [memory.keep_late(looks=len(SETTLE) + 1)]
    assert bring_about(wish(memory.kind(), size=2)).action == "created"
    assert len(memory.written) == 2


# What another writer leaves of ours after it was seen once, and how often it was written in the end.
LOST = [(None, {"size": 2}, 2), ({"size": 1}, {"size": 2, "colour": "red", "labels": ["x"]}, 2)]


@pytest.mark.parametrize(("there", "left", "writes"), LOST)
def test_what_is_written_without_a_lock_is_looked_at_twice_and_written_again_when_it_was_lost(memory, there, left, writes):
    memory.things = {} if there is None else {"a": dict(THERE)}
    undo = (lambda: memory.things.clear()) if there is None else (lambda: memory.things["a"].update(there))
    memory.before_looks = [lambda: None, lambda: None, undo]
    assert bring_about(wish(memory.kind(unlocked=True), size=2)).after == {"name": "a", "size": 2}
    assert len(memory.written) == writes and memory.things["a"] == left


def test_what_is_lost_again_and_again_fails_the_run(memory):
    memory.before_looks = [lambda: None, lambda: None, memory.things.clear, lambda: None, lambda: None, memory.things.clear]
    with pytest.raises(NotKept):
        bring_about(wish(memory.kind(unlocked=True), size=2))
    assert len(memory.written) == 2


# What somebody else left after our write of size 2, how often it was written then, and what is there in the end.
OTHERS = [
    ({"colour": "blue"}, 1, {"size": 2, "colour": "blue", "labels": ["x"]}),
    ({"size": 3}, 2, {"size": 2, "colour": "red", "labels": ["x"]}),
    ({"size": 3, "labels": ["z"]}, 2, {"size": 2, "colour": "red", "labels": ["z"]}),
    (None, 2, {"size": 2}),
]


@pytest.mark.parametrize(("other", "writes", "left"), OTHERS)
def test_who_is_overtaken_writes_once_more_upon_what_the_other_left(memory, other, writes, left):
    memory.things = {"a": dict(THERE)}
    memory.writes = [memory.overtaken(other)]
    planned = bring_about(wish(memory.kind(), size=2))
    assert (planned.before, planned.after) == ({"name": "a", "size": 1}, {"name": "a", "size": 2})
    assert memory.things["a"] == left and len(memory.written) == writes


def test_what_another_added_to_a_merged_field_is_told(memory):
    memory.things = {"a": dict(THERE)}
    memory.writes = [memory.overtaken({"labels": ["x", "y", "z"]})]
    planned = bring_about(wish(memory.kind(), labels=["y"]))
    assert (planned.before["labels"], planned.after["labels"]) == (["x"], ["x", "y", "z"])


def test_who_comes_late_to_what_another_has_already_done_writes_nothing_more(memory):
    """The last look fails to show it, the one after it does."""
    memory.writes = [memory.keep_late(looks=len(SETTLE))]
    planned = bring_about(wish(memory.kind(), size=2))
    assert planned.action == "created" and planned.after == {"name": "a", "size": 2}
    assert len(memory.written) == 1


def test_an_object_that_vanishes_at_once_is_told(memory):
    memory.things = {"a": dict(THERE)}
    wanted = wish(memory.kind(), size=1)
    observed = observe(CLIENT, wanted)
    memory.drop("a", {})
    with pytest.raises(NotKept, match="still shows nothing"):
        confirm(CLIENT, CLIENT, wanted, observed, plan(wanted, observed))


@pytest.mark.parametrize(("there", "before"), [({}, {}), (THERE, {"name": "a", "size": 1, "secret_key": UNSEEN})])
def test_a_secret_that_was_sent_is_told_and_never_shown(memory, there, before):
    memory.things = {"a": dict(there)} if there else {}
    planned = bring_about(wish(memory.secretive(), size=2, secret_key=SECRET, update_secret="always"))
    assert (planned.before, planned.after) == (before, {"name": "a", "size": 2, "secret_key": SENT})
    assert memory.secrets == {"a": SECRET}


def test_what_is_not_kept_is_told_without_the_secret_that_nobody_can_compare(memory):
    memory.things, memory.writes = {"a": dict(THERE)}, [memory.forget] * 2
    with pytest.raises(NotKept, match="still shows {'size': 1}$"):
        bring_about(wish(memory.secretive(), size=2, secret_key=SECRET, update_secret="always"))


@pytest.mark.parametrize("other", [{"size": 3}, {"labels": ["x", "z"]}])
@pytest.mark.parametrize("always", ["always", "on_create"])
def test_a_secret_that_was_sent_is_told_also_after_another_writer(memory, other, always):
    memory.writes = [memory.overtaken(other)]
    planned = bring_about(wish(memory.secretive(), size=2, labels=["x"], secret_key=SECRET, update_secret=always))
    assert planned.action == "created" and planned.send_secret
    assert planned.after == {"name": "a", "size": 2, "labels": memory.things["a"]["labels"], "secret_key": SENT}


def test_a_generated_secret_is_the_one_in_its_file(memory, tmp_path):
    wanted = replace(wish(memory.secretive()), store=SecretStore(str(tmp_path)))
    bring_about(wanted)
    assert memory.secrets["a"] == (tmp_path / "thing-a").read_text().strip()


def test_what_a_wish_implied_at_the_first_look_is_confirmed_though_its_cause_is_gone(memory):
    memory.things = {"a": dict(THERE)}
    wanted = wish(memory.kind(complete=lambda wanted, observed: {
        **wanted.values, **({"colour": ""} if observed is not None and observed.values["size"] == 1 else {})}), size=2)
    observed = observe(CLIENT, wanted)
    planned = plan(wanted, observed)
    memory.writes = [lambda name, values: memory.keep(name, {"size": values["size"]})]
    carry_out(CLIENT, wanted, observed, planned)
    with pytest.raises(NotKept, match="still shows {'colour': 'red'}"):
        confirm(CLIENT, CLIENT, wanted, observed, planned)


def test_only_the_first_look_is_at_the_snapshot(memory):
    memory.things, sources, kind = {"a": dict(THERE)}, [], memory.kind()
    noted = replace(kind, read=lambda source, wanted: (sources.append(source), kind.read(source, wanted))[1])
    wanted = wish(noted, size=2)
    memory.writes = [memory.keep_late(looks=1)]
    carry_out(CLIENT, wanted, None, plan(wanted, None))
    confirm(SNAPSHOT, CLIENT, wanted, None, plan(wanted, None))
    assert sources == [SNAPSHOT, CLIENT]


def test_an_error_in_between_names_the_object(memory):
    memory.writes = [memory.keep_half]
    with pytest.raises(Rejected) as rejected:
        bring_about(wish(memory.kind(), size=2, colour="red"))
    assert str(rejected.value) == "thing a: cannot set the rest: the drive is full (XMinioStorageFull, HTTP 507)"
    memory.before_looks = [unreadable]
    with pytest.raises(Rejected, match="thing a: cannot read it: try later"):
        observe(CLIENT, wish(memory.kind()))


def test_an_error_that_names_an_object_keeps_its_name(memory):
    def fail(name, values):
        raise Refused("it is full", subject="box b")
    memory.writes = [fail]
    with pytest.raises(Refused, match="^box b: it is full$"):
        bring_about(wish(memory.kind(), size=2))


@pytest.mark.parametrize(("holders", "left"), [(["box:b"], THERE), ([], None)])
def test_what_something_holds_on_to_is_not_removed(memory, holders, left):
    memory.things = {"a": dict(THERE)}
    kind = memory.kind(blocked=lambda source, wanted: holders)
    if not holders:
        assert bring_about(wish(kind, state="absent")).action == "removed"
    else:
        with pytest.raises(Refused, match="thing a: cannot remove it: it is attached to box:b"):
            bring_about(wish(kind, state="absent"))
    assert memory.things.get("a") == left and len(memory.written) == (not holders)


def test_what_is_seen_for_its_facts_only_is_made_as_if_it_were_not_there(memory):
    """A resource may tell facts about something that does not exist; nobody else takes them for the object."""
    def read(source, wanted):
        return memory._read(source, wanted) or Observed({}, {"default": "red"}, gone=True)

    def complete(wanted, observed):
        return {**wanted.values, "colour": "red" if observed is None else observed.values["colour"]}
    done = bring_about(wish(memory.kind(read=read, complete=complete), size=1))
    assert done.action == "created" and memory.things == {"a": {"size": 1, "colour": "red"}}
