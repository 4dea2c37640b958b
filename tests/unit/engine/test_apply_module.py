# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules apply and export as wholes, with two kinds in memory and a real HTTP server that is there, or nobody."""
from __future__ import annotations

import pytest
from ansible.module_utils.basic import AnsibleModule
from things import NOWHERE, execute

from ansible_collections.oracle1.minio.plugins.module_utils import _apply, _manifest, _prune

THERE = {"size": 1, "colour": "red"}


@pytest.fixture(autouse=True)
def manifest(monkeypatch, memory):
    """A kind that is listed, one that has no list, and one with a secret."""
    kinds = {"boxes": memory.kind("box", names=lambda source: sorted(memory.things)), "things": memory.kind(), "accounts": memory.secretive(kind="account")}
    monkeypatch.setattr(_manifest, "MANIFEST", kinds)
    monkeypatch.setattr(_apply, "MANIFEST", kinds)
    return kinds


@pytest.fixture
def alive(serve):
    """A server that says that it is there."""
    return serve(lambda line: (200, b""))


def apply(url, manifest, check=False, diff=True, **params):
    return execute(_apply.run, {"endpoint": [url], "manifest": manifest, **params}, check, diff)


@pytest.mark.parametrize("check", [True, False])
def test_a_manifest_is_applied_or_foretold(memory, alive, check):
    memory.things = {"a": dict(THERE)}
    url, seen = alive
    done = apply(url, {"boxes": [{"name": "a", "size": 2}, {"name": "b"}], "things": [{"name": "a", "colour": "red"}]}, check)
    assert done["changed"] is True and done["counts"] == {"total": 3, "created": 1, "updated": 1, "removed": 0, "unchanged": 1, "failed": 0}
    assert [entry["before_header"] for entry in done["diff"]] == ["box a", "box b"]
    assert done["observation"] == {"buckets": "single_reads", "identities": "single_reads", "notes": []}
    assert done["requests"] == {"reads": 1, "writes": 0} and seen == ["GET /minio/health/live"]
    assert memory.things == ({"a": THERE} if check else {"a": {**THERE, "size": 2}, "b": {}})


def test_a_diff_is_returned_only_where_it_is_asked_for(alive):
    assert "diff" not in apply(alive[0], {"boxes": [{"name": "a"}]}, check=True, diff=False)


def test_a_failed_object_fails_the_module_and_the_others_are_reported(memory, alive):
    memory.writes = [memory.keep_half]
    failed = apply(alive[0], {"boxes": [{"name": "a", "size": 2, "colour": "red"}, {"name": "b"}]}, concurrency=1)
    assert failed["failed"] and failed["msg"].startswith("1 of 2 objects failed: box a: cannot set the rest: the drive is full")
    assert failed["changed"] and [entry["action"] for entry in failed["results"]] == ["failed", "created"]


@pytest.mark.parametrize(("params", "words"), [
    ({"concurrency": 0}, "concurrency is a number from 1 to 16"), ({"concurrency": 17}, "concurrency is a number from 1 to 16"),
    ({"manifest": {"boxes": [{"name": "a", "colour": "invisible"}, {"name": "b"}, {"name": "b"}]}},
     "box a: cannot understand colour: there is no such colour; box b: the manifest names it 2 times"),
    ({"endpoint": ["nowhere"]}, "endpoint nowhere: endpoint must be"),
    ({"progress_path": "/nonexistent/progress"}, "cannot write to progress_path: No such file or directory: /nonexistent/progress"),
])
def test_what_is_wrong_is_told_before_anything_is_written(memory, alive, params, words):
    url, _seen = alive
    assert apply(url, **{"manifest": {"boxes": [{"name": "a"}]}, **params})["msg"].startswith(words)
    assert not memory.written


@pytest.mark.parametrize("concurrency", [1, 16])
def test_these_numbers_of_threads_are_taken(alive, concurrency):
    assert apply(alive[0], {"boxes": [{"name": "a"}]}, concurrency=concurrency)["changed"]


NOBODY = "http://127.0.0.1:1"


@pytest.mark.parametrize(("check", "assume", "goes_on"), [(True, True, True), (True, False, False), (False, True, False), (False, False, False)])
@pytest.mark.parametrize("params", [{}, {"endpoint": ["https://127.0.0.1:1"], "ca_path": "/nonexistent"}])
def test_nobody_there_is_an_empty_server_only_in_check_mode_and_only_by_request(monkeypatch, memory, check, assume, goes_on, params):
    # Where other tests have loaded Ansible's own side, a warning would be printed there instead of being returned.
    warned = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda module, message: warned.append(message))
    done = apply(NOBODY, {"boxes": [{"name": "a", "size": 1}]}, check, assume_empty_if_unreachable=assume, **params)
    assert done.get("failed", False) is not goes_on and not memory.calls
    if goes_on:
        assert done["counts"]["created"] == 1 and done["observation"]["buckets"] == "assumed_empty"
        assert len(warned) == 1 and "taken for one that does not exist yet" in warned[0]
    else:
        assert "no answer from" in done["msg"] or "does not exist" in done["msg"]


def test_an_empty_manifest_asks_nothing(memory):
    done = apply(NOBODY, {})
    assert done["changed"] is False and done["counts"]["total"] == 0 and done["requests"] == {"reads": 0, "writes": 0}


def test_a_secret_is_made_in_its_directory_and_stays(memory, alive, tmp_path):
    wish = {"accounts": [{"name": "ocr"}]}
    first, second = (apply(alive[0], wish, secrets_dir=str(tmp_path)) for _number in range(2))
    assert first["results"][0]["secret_file"] == second["results"][0]["secret_file"] == str(tmp_path / "account-ocr")
    assert (first["changed"], second["changed"]) == (True, False)
    assert memory.secrets["ocr"] == (tmp_path / "account-ocr").read_text().strip()
    assert memory.secrets["ocr"] not in str(first)
    assert "secret_key is needed" in apply(alive[0], {"accounts": [{"name": "other"}]})["msg"]


@pytest.mark.parametrize("secret", ['quoted"back\\slash', "zwölf-zeichen"])
def test_a_secret_that_shows_in_a_result_is_hidden_among_others_that_do_not(alive, secret):
    done = apply(alive[0], {"boxes": [{"name": "a", "colour": secret}], "accounts": [
        {"name": "b", "secret_key": secret}, {"name": "c", "secret_key": "never-shown"}]})
    assert secret not in str(done) and "never-shown" not in str(done)
    assert done["diff"][0]["after"]["colour"].startswith("VALUE_SPECIFIED")


@pytest.mark.parametrize("check", [True, False])
def test_what_is_pruned_is_reported_by_the_side_of_what_the_manifest_holds(memory, manifest, monkeypatch, serve, check):
    url, seen = serve(lambda line: (403, b'{"Code": "AccessDenied", "Message": "no"}') if "export" in line else (200, b""))
    manifest["buckets"] = memory.kind("bucket", names=lambda source: sorted(memory.things))
    monkeypatch.setattr(_prune, "MANIFEST", manifest)
    memory.things = {"ours": {}, "stray": {}}
    done = apply(url, {"buckets": [{"name": "ours"}]}, check, prune=["buckets"])
    assert [(entry["name"], entry["action"], entry.get("pruned")) for entry in done["results"]] == [("ours", "unchanged", None), ("stray", "removed", True)]
    assert done["kept"] == [] and [entry["after"] for entry in done["diff"]] == [{}]
    assert any("export-bucket-metadata" in line for line in seen) and set(memory.things) == ({"ours", "stray"} if check else {"ours"})
    assert apply(url, {}, prune=["buckets"])["msg"].startswith("prune: the manifest holds no buckets, so that all")


# -- export --------------------------------------------------------------------------------------------------------------

def export(**params):
    return execute(_apply.run_export, params)


def test_what_is_exported_changes_nothing_when_it_is_applied(memory, alive):
    memory.things = {"a": dict(THERE), "b": {"labels": ["x"]}}
    done = export(endpoint=[alive[0]])
    assert done["manifest"] == {"boxes": [{"name": "a", **THERE}, {"name": "b", "labels": ["x"]}]} and done["changed"] is False
    assert apply(alive[0], done["manifest"])["changed"] is False


def test_what_went_while_it_was_exported_is_left_out(memory, manifest):
    memory.things = {"a": dict(THERE)}
    manifest["boxes"] = memory.kind("box", names=lambda source: ["gone", "a"])
    assert [entry["name"] for entry in export()["manifest"]["boxes"]] == ["a"]


def test_only_what_can_be_listed_can_be_exported(memory):
    assert _apply.exportable() == ["boxes"]
    assert "value of kinds must be one or more of: boxes. Got no match for: things" in export(kinds=["things"])["msg"]


@pytest.mark.parametrize(("kinds", "asked"), [
    (["buckets"], ["export-bucket-metadata"]), (["users"], ["export-iam"]), (["buckets", "users"], ["export-bucket-metadata", "export-iam"]),
    (["tiers"], [])])
def test_an_export_reads_at_once_what_it_needs(memory, manifest, serve, kinds, asked):
    manifest.update({key: memory.kind(kind, names=lambda source: []) for key, kind in (("buckets", "bucket"), ("users", "user"), ("tiers", "tier"))})
    url, seen = serve(lambda line: (403, b'{"Code": "AccessDenied", "Message": "no"}'))
    done = export(endpoint=[url], kinds=kinds)
    assert [line.rpartition("/")[2] for line in seen] == asked
    assert done["manifest"] == {key: [] for key in kinds} and len(done["observation"]["notes"]) == len(asked)


def test_an_export_that_fails_says_why(manifest, memory):
    assert export(endpoint=["nowhere"])["msg"].startswith("endpoint nowhere: ")
    manifest["buckets"] = memory.kind("bucket", names=lambda source: [])
    assert "no answer from" in export(kinds=["buckets"], **NOWHERE)["msg"]
