# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drift, what is told of it, and what the process ends with."""
from __future__ import annotations

from ansible_collections.oracle1.minio.plugins.plugin_utils import drift

APPLIED = {"changed": True, "counts": {"updated": 1}, "results": [], "diff": [{
    "before_header": "bucket a", "after_header": "bucket a", "before": {"name": "a", "versioning": "suspended"},
    "after": {"name": "a", "versioning": "enabled"}}]}


def found(*results, **more):
    findings = drift.Findings()
    for arguments, result in results:
        findings.add("minio1", "role : Do it", arguments, result, **more)
    return findings


def test_an_object_of_the_manifest_is_told_with_the_fields_that_differ():
    entry, = found(({}, APPLIED), cluster="cluster").drift
    assert (entry["host"], entry["object"]) == ("cluster", "bucket a")
    assert entry["differences"] == {"versioning": {"before": "suspended", "after": "enabled"}}


def test_a_file_is_told_by_its_path_and_never_by_its_content():
    findings = found(({"dest": "/etc/x", "content": "secret"}, {"changed": True, "dest": "/etc/x", "diff": [{"before": "secret", "after": "other"}]}),
                     ({"path": "{{ item }}"}, {"changed": True, "path": "/etc/y"}), ({"dest": "/etc/z"}, {"changed": True, "censored": "hidden"}),
                     ({"msg": "x"}, {"changed": True}))
    assert [entry["object"] for entry in findings.drift] == ["/etc/x", "/etc/y", "role : Do it", "role : Do it"]
    assert "secret" not in drift.markdown(drift.document(findings, "drift.yml", 0, 1))


def test_what_changes_nothing_and_the_sum_of_a_loop_are_no_drift():
    assert found(({}, {"changed": False}), ({}, {"changed": True, "results": [{"changed": True}]})).drift == []


def test_the_process_ends_with_what_was_found():
    assert found().status == 0
    drifted = found(({}, {"changed": True}))
    assert drifted.status == 2
    drifted.fail("minio2", "task", "no answer")
    assert drifted.status == 1 and drift.document(drifted, "drift.yml", 0, 1)["status"] == "error"


def test_every_host_has_a_number_and_a_bar_in_a_text_breaks_no_table():
    findings = found(({"path": "/a|b"}, {"changed": True}))
    findings.hosts.add("minio2")
    report = drift.document(findings, "drift.yml", 0, 7)
    assert 'oracle1_minio_drift_objects{host="minio1"} 1\noracle1_minio_drift_objects{host="minio2"} 0\n' in drift.metrics(report)
    assert "oracle1_minio_drift_last_run_timestamp_seconds 7\n" in drift.metrics(report)
    assert "/a\\|b" in drift.markdown(report)
