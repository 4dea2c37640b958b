# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole manifest at once, of two kinds in memory that depend on each other: order, failure, and what is reported of each object."""
from __future__ import annotations

import itertools

import pytest
from things import NOWHERE, SECRET, unreadable, wish

from ansible_collections.oracle1.minio.plugins.module_utils import _apply, _manifest, _resource
from ansible_collections.oracle1.minio.plugins.module_utils._apply import reconcile, report, survey
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client, Connection
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Rejected
from ansible_collections.oracle1.minio.plugins.module_utils._progress import Progress
from ansible_collections.oracle1.minio.plugins.module_utils._resource import SENT, want
from ansible_collections.oracle1.minio.plugins.module_utils._secrets import SecretStore

CLIENT = Client(Connection(**NOWHERE))
THERE = {"size": 1, "colour": "red"}


@pytest.fixture
def kinds(monkeypatch, memory):
    """Boxes, and things that refer to their boxes."""
    box = memory.kind("box")
    thing = memory.kind("thing", after=("box",), references=lambda before, after: [("box", after["box"])] if after.get("box") else [])
    manifest = {"things": thing, "boxes": box}
    monkeypatch.setattr(_manifest, "MANIFEST", manifest)
    monkeypatch.setattr(_apply, "MANIFEST", manifest)
    monkeypatch.setitem(_resource.EXISTS, "box", lambda source, name: name in memory.things)
    return manifest


def bring_about(wishes, how="single", check=False, concurrency=1, path=None):
    return reconcile(CLIENT, wishes, how, check, concurrency, Progress(path))[0]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_what_is_needed_is_written_first_and_what_needs_it_removed_first(memory, kinds, concurrency):
    memory.things = {"old": dict(THERE), "old-box": dict(THERE)}
    wishes = [wish(kinds["things"], "new", box="new-box"), wish(kinds["boxes"], "new-box"),
              wish(kinds["boxes"], "old-box", state="absent"), wish(kinds["things"], "old", state="absent")]
    outcomes = bring_about(wishes, concurrency=concurrency)
    assert memory.written == [("write", "new-box"), ("write", "new"), ("remove", "old"), ("remove", "old-box")]
    assert [outcome.plan.action for outcome in outcomes] == ["created", "created", "removed", "removed"]
    assert not any(outcome.error for outcome in outcomes) and set(memory.things) == {"new", "new-box"}


def test_what_is_as_it_should_be_is_read_once_and_not_written(memory, kinds):
    memory.things = {"a": dict(THERE)}
    (outcome,) = bring_about([wish(kinds["things"], "a", size=1)])
    assert outcome.plan.action == "unchanged" and memory.calls == [("look", "a")]


def test_in_check_mode_the_plan_is_the_outcome(memory, kinds):
    memory.things = {"a": dict(THERE)}
    outcomes = bring_about([wish(kinds["things"], "a", size=2), wish(kinds["boxes"], "b")], check=True)
    assert [outcome.plan.action for outcome in outcomes] == ["updated", "created"] and not memory.written


def test_where_nothing_is_taken_to_be_there_everything_is_new_and_nothing_is_asked(memory, kinds):
    memory.things = {"a": dict(THERE)}
    outcomes, source = reconcile(CLIENT, [wish(kinds["things"], "a", box="nowhere"), wish(kinds["boxes"], "b", state="absent")],
                                 "nothing", True, 1, Progress(None))
    assert [outcome.plan.action for outcome in outcomes] == ["created", "unchanged"]
    assert source is None and not memory.calls


@pytest.mark.parametrize(("boxes", "error"), [
    ([], "thing a: cannot refer to it: box b does not exist"), (["there"], "thing a: cannot refer to it: box b does not exist"),
    (["b"], None)])
def test_a_reference_is_to_what_the_server_or_the_manifest_has(memory, kinds, boxes, error):
    (outcome, *_others) = bring_about([wish(kinds["things"], "a", box="b"), *(wish(kinds["boxes"], box) for box in boxes)])
    assert str(outcome.error) == str(error) and ("a" in memory.things) is (error is None)
    assert outcome.plan.changed is (error is None)


def test_a_box_that_the_manifest_removes_is_no_promise(memory, kinds):
    outcomes = bring_about([wish(kinds["things"], "a", box="b"), wish(kinds["boxes"], "b", state="absent")])
    assert "box b does not exist" in str(outcomes[0].error)


def test_a_question_for_a_reference_that_fails_is_the_objects_error(monkeypatch, memory, kinds):
    def fail(source, name):
        raise Rejected("try later", "SlowDown", 503, "look for the box")
    monkeypatch.setitem(_resource.EXISTS, "box", fail)
    (outcome,) = bring_about([wish(kinds["things"], "a", box="b")])
    assert str(outcome.error) == "thing a: cannot look for the box: try later (SlowDown, HTTP 503)" and not memory.written


def test_one_failure_leaves_the_others_alone(memory, kinds):
    memory.things = {"square": {"shape": "square"}, "good": {}}
    memory.before_looks = [lambda: None, unreadable]
    outcomes = bring_about([wish(kinds["things"], "square", shape="round"), wish(kinds["things"], "dark", size=1), wish(kinds["things"], "good", size=1)])
    assert [str(outcome.error or outcome.plan.action) for outcome in outcomes] == [
        "thing square: cannot change shape to 'round': it is 'square', and shape can only be chosen at creation",
        "thing dark: cannot read it: try later (SlowDown, HTTP 503)", "updated"]


# What is there, what is wished for, how the write goes, and what then is said to have become of the object.
HALF_WAY = [
    ({}, {"size": 2, "colour": "red"}, "keep_half", ({}, {"name": "a", "size": 2, "colour": None})),
    (THERE, {"size": 2, "colour": "blue"}, "keep_half", ({"name": "a", **THERE}, {"name": "a", "size": 2, "colour": "red"})),
    (THERE, {"size": 2}, "forget", ({"name": "a", "size": 1}, {"name": "a", "size": 1})),
    ({}, {"size": 2}, "forget", ({}, {})),
    (THERE, {"size": 2}, "round_up", ({"name": "a", "size": 1}, {"name": "a", "size": 1000})),
]


@pytest.mark.parametrize(("there", "params", "fault", "became"), HALF_WAY)
def test_after_a_failure_the_outcome_is_what_the_server_shows(memory, kinds, there, params, fault, became):
    memory.things = {"a": dict(there)} if there else {}
    memory.writes = [getattr(memory, fault)] * 2
    (outcome,) = bring_about([wish(kinds["things"], "a", **params)])
    assert outcome.error is not None and (outcome.plan.before, outcome.plan.after) == became


def test_what_cannot_be_read_after_a_failure_is_said_to_be_as_before(memory, kinds):
    def fail(name, values):
        memory.before_looks = [unreadable]
        memory.keep_half(name, values)
    memory.things, memory.writes = {"a": dict(THERE)}, [fail]
    (outcome,) = bring_about([wish(kinds["things"], "a", size=2, colour="blue")])
    assert "the drive is full" in str(outcome.error) and outcome.plan.after == outcome.plan.before == {"name": "a", **THERE}


# What somebody else does between our look and our write, what we write then, and what is reported.
MEANWHILE = [
    ({"size": 2}, [], "unchanged", {"size": 2, "colour": "red"}),
    ({"colour": "blue"}, [("write", "a")], "updated", {"size": 2, "colour": "blue"}),
    (None, [("write", "a")], "created", {"size": 2}),
]


@pytest.mark.parametrize(("other", "written", "action", "left"), MEANWHILE)
def test_what_exists_is_looked_at_again_right_before_it_is_written(memory, kinds, other, written, action, left):
    memory.things = {"a": dict(THERE)}
    memory.before_looks = [lambda: None, lambda: memory.overtaken(other)("a", {})]
    (outcome,) = bring_about([wish(kinds["things"], "a", size=2)])
    assert (outcome.plan.action, memory.written, memory.things["a"], outcome.error) == (action, written, left, None)


def test_progress_counts_what_is_read_and_what_is_written(memory, kinds, tmp_path, monkeypatch):
    monkeypatch.setattr("ansible_collections.oracle1.minio.plugins.module_utils._progress.INTERVAL", 0)
    memory.things = {"a": dict(THERE)}
    bring_about([wish(kinds["things"], "a", size=1), wish(kinds["boxes"], "b")], path=str(tmp_path / "progress"))
    assert (tmp_path / "progress").read_text().splitlines() == [
        "0 of 2 objects read", "1 of 2 objects read", "2 of 2 objects read", "0 of 1 objects written", "1 of 1 objects written"]


def test_between_two_lines_of_progress_lies_some_time(memory, kinds, tmp_path):
    bring_about([wish(kinds["things"], str(number)) for number in range(9)], path=str(tmp_path / "progress"))
    assert (tmp_path / "progress").read_text().splitlines() == ["0 of 9 objects read", "0 of 9 objects written"]


def test_progress_that_can_no_longer_be_written_stops_nothing(memory, kinds, tmp_path, monkeypatch):
    monkeypatch.setattr("ansible_collections.oracle1.minio.plugins.module_utils._progress.INTERVAL", 0)
    (tmp_path / "logs").mkdir()
    memory.writes = [lambda name, values: ((tmp_path / "logs").rename(tmp_path / "gone"), memory.keep(name, values))]
    outcomes = bring_about([wish(kinds["boxes"], name) for name in ("a", "b")], path=str(tmp_path / "logs" / "progress"))
    assert [outcome.plan.action for outcome in outcomes] == ["created", "created"]
    assert (tmp_path / "gone" / "progress").read_text().splitlines()[-1] == "0 of 2 objects written"


# -- reading everything at once ------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("buckets", "identities", "how"), list(itertools.product((0, 1, 3), (0, 1, 3), ("auto", "bulk", "single"))))
def test_many_are_read_at_once_and_few_each_by_itself(memory, answers, buckets, identities, how):
    client, seen = answers(403, 403)
    snapshot = survey(client, [wish(memory.kind("bucket"), f"b{number}") for number in range(buckets)] +
                      [wish(memory.kind(("policy", "user", "group")[number]), f"i{number}") for number in range(identities)], how)
    least = {"auto": 3, "bulk": 1, "single": 100}[how]
    assert [line.rpartition("/")[2] for line in seen] == ["export-bucket-metadata"] * (buckets >= least) + ["export-iam"] * (identities >= least)
    assert len(snapshot.notes) == len(seen) and snapshot.buckets is snapshot.identities is None


# -- the report ----------------------------------------------------------------------------------------------------------

def test_every_object_is_reported_and_the_file_of_a_secret_that_is_kept(memory, kinds, tmp_path):
    kinds["things"] = memory.secretive()
    store, faults = SecretStore(str(tmp_path)), [memory.keep, memory.keep, memory.keep_half]
    memory.things, memory.writes = {"old": dict(THERE), "gone": {}}, faults
    wishes = [want(kinds["things"], {"name": name, **params}, store) for name, params in (
        ("new", {}), ("given", {"secret_key": SECRET}), ("bad", {"size": 1}), ("old", {"size": 1}), ("gone", {"state": "absent"}))]
    result = report(bring_about(wishes))
    assert result["counts"] == {"total": 5, "created": 2, "updated": 0, "removed": 1, "unchanged": 1, "failed": 1}
    assert result["changed"] is True
    assert [(entry["name"], entry["action"], entry.get("secret_file")) for entry in result["results"]] == [
        ("new", "created", str(tmp_path / "thing-new")), ("given", "created", None), ("bad", "failed", str(tmp_path / "thing-bad")),
        ("old", "unchanged", None), ("gone", "removed", None)]
    assert [entry["name"] for entry in result["results"] if "error" in entry] == ["bad"]
    assert SECRET not in str(result) and memory.secrets["new"] not in str(result)


def test_in_check_mode_the_file_of_a_secret_to_come_is_named_and_not_made(memory, kinds, tmp_path):
    outcomes = bring_about([want(memory.secretive(), {"name": "new"}, SecretStore(str(tmp_path)))], check=True)
    (entry,) = report(outcomes)["results"]
    assert entry["secret_file"] == str(tmp_path / "thing-new") and not list(tmp_path.iterdir())
    assert outcomes[0].plan.after["secret_key"] == SENT
