# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before anything is sent, because the server would reject it or drop it silently: policies, tags, times, rules."""
from __future__ import annotations

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils import _canonical as canonical
from ansible_collections.oracle1.minio.plugins.module_utils import _lifecycle as lifecycle
from ansible_collections.oracle1.minio.plugins.module_utils import _rules as rules
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused


def statement(**fields):
    return {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/*"], **fields}


# A document, whether it is a bucket's (which has principals), and why it is refused; None: it is not.
POLICIES = [
    ({"Statement": [statement()]}, False, None), ({"Statement": statement()}, False, None), ({}, False, None), (None, True, None),
    ({"Statement": [statement(Principal="*")], "Id": "x", "Version": "2012-10-17"}, True, None),
    ({"Statement": [statement(Principal={"AWS": ["*"]})]}, True, None),
    ({"Statement": [statement()], "Statment": [], "A": 1}, False, "the policy has unknown keys: A, Statment"),
    ({"Version": "2012-10-17"}, False, "the policy has no Statement"), ({"Statement": []}, False, "the policy has no Statement"),
    ({"Statement": ["x"]}, False, "every Statement of a policy is a dictionary"),
    ({"Statement": [statement(NotAction="s3:*")]}, False, "NotAction is not usable"),
    ({"Statement": [statement(Principal="*")]}, False, "a policy of IAM has no Principal"),
    ({"Statement": [statement(), statement(Resourc="x")]}, False, "unknown keys, which this server drops silently: Resourc"),
    ({"Statement": [statement(Effect="allow")]}, False, "Effect is Allow or Deny, not 'allow'"),
    ({"Statement": [{"Action": "s3:*"}]}, False, "Effect is Allow or Deny, not None"),
    ({"Statement": [{"Effect": "Deny"}]}, False, "needs an Action"), ({"Statement": [statement(Action=[])]}, False, "needs an Action"),
    ({"Statement": [statement()]}, True, "needs a Principal"), ({"Statement": [statement(Principal={"AWS": []})]}, True, "needs a Principal"),
    ({"Statement": [statement(Principal={"Federated": "x"})]}, True, "needs a Principal"),
]


def judged(call, why):
    """Run call, which must be refused for this reason, or not at all where it is None."""
    if why is None:
        return call()
    with pytest.raises(Refused) as refused:
        call()
    assert why in str(refused.value)
    return None


@pytest.mark.parametrize(("document", "principals", "why"), POLICIES)
def test_policies(document, principals, why):
    result = judged(lambda: canonical.wanted_policy(document, principals), why)
    assert result == (canonical.policy(document, principals) if why is None else None)


@pytest.mark.parametrize(("tags", "why"), [
    ({"a b+c=._:/@-": "d e"}, None), ({"a": None, "b": "", "c": 5, "d": True}, None), (None, None), ({"a" * 128: "b" * 256}, None),
    ({"": "x"}, "tag ''"), ({"a" * 129: "x"}, "tag 'aaa"), ({"a": "b" * 257}, "tag 'a'"), ({"ä": "x"}, "tag 'ä'"), ({"a": "x;y"}, "tag 'a'")])
def test_tags_of_a_bucket(tags, why):
    judged(lambda: canonical.tags(tags), why)


@pytest.mark.parametrize(("written", "moment"), [("", ""), ("  ", ""), ("2030-01-31", "2030-01-31T00:00:00Z"), ("31.1.2030", None), (5, None)])
def test_moments(written, moment):
    assert judged(lambda: canonical.moment(written), "is not a time" if moment is None else None) == moment


@pytest.mark.parametrize(("value", "names"), [(None, []), ([], []), (["b", "a", "b", 5], ["5", "a", "b"])])
def test_a_set_of_names_is_sorted_and_has_each_once(value, names):
    assert canonical.names(value) == names


def test_what_is_no_address_in_a_condition_stays_as_it_is():
    written = {"Statement": [statement(Condition={"IpAddress": {"aws:SourceIp": ["nowhere", "192.0.2.1"]}})]}
    assert canonical.policy(written, False)["Statement"][0]["Condition"] == {"IpAddress": {"aws:SourceIp": ["192.0.2.1/32", "nowhere"]}}


# A lifecycle rule beside its id, and why it is refused; None: it is not.
RULES = [
    ({"expire_days": 1}, None), ({"transition_tier": "COLD"}, None), ({"noncurrent_transition_tier": "COLD", "noncurrent_transition_days": 0}, None),
    ({"transition_tier": "COLD", "transition_date": "2030-01-31"}, None), ({"delete_marker_expire_days": 1}, None),
    ({}, "it has no action"), ({"expire_delete_marker": False}, "it has no action"), ({"prefix": "x", "tags": {}}, "it has no action"),
    ({"id": "", "expire_days": 1}, "it needs an id"), ({"id": "x" * 256, "expire_days": 1}, "an id has up to 255 bytes"),
    ({"id": "é" * 128, "expire_days": 1}, "an id has up to 255 bytes"), ({"id": "é" * 127, "expire_days": 1}, None),
    ({"abort_incomplete_multipart_days": 1}, "does not implement the abort of incomplete multipart uploads"),
    *[({"expire_delete_marker": True, name: 0}, f"{name} must be at least 1")
      for name in ("size_greater_than", "size_less_than", "expire_days", "delete_marker_expire_days", "noncurrent_expire_days", "noncurrent_expire_newer_versions")],
    ({"expire_days": 1, "expire_date": "2030-01-31"}, "expire_days and expire_date exclude each other"),
    ({"expire_delete_marker": True, "expire_days": 1}, "expire_delete_marker cannot stand beside"),
    ({"expire_delete_marker": True, "expire_date": "2030-01-31"}, "expire_delete_marker cannot stand beside"),
    ({"expire_all_versions": True, "noncurrent_expire_days": 1}, "expire_all_versions needs expire_days"),
    ({"delete_marker_expire_days": 1, "tags": {"a": "b"}}, "delete_marker_expire_days cannot be combined with tags"),
    *[({f"{kind}_tier": "COLD", f"{kind}_days": -1}, f"{kind}_days must be at least 0") for kind in ("transition", "noncurrent_transition")],
    ({"expire_days": 1, "transition_days": 1}, "transition_days and transition_date need transition_tier"),
    ({"expire_days": 1, "transition_date": "2030-01-31"}, "transition_days and transition_date need transition_tier"),
    ({"expire_days": 1, "noncurrent_transition_days": 1}, "need noncurrent_transition_tier"),
    ({"transition_tier": "COLD", "transition_days": 1, "transition_date": "2030-01-31"}, "transition_days and transition_date exclude each other"),
    ({"expire_date": "1969-12-31"}, "'1969-12-31' lies before 1970"), ({"expire_date": "1970-01-01"}, None),
    ({"expire_date": "2030-01-31T01:00:00Z"}, "is not midnight in UTC"), ({"expire_date": "soon"}, "'soon' is not a date"),
    ({"expire_days": 1, "prefix": "a\x00"}, "control characters"), ({"id": "a\x1b", "expire_days": 1}, "control characters"),
    ({"expire_days": 1, "tags": {"a\x00": "b"}}, "control characters"), ({"expire_days": 1, "tags": {"a": "\ufffe"}}, "control characters"),
    ({"expire_days": 1, "tags": {"": "b"}}, "a tag has a key of 1 to 128"), ({"expire_days": 1, "tags": {"a" * 129: "b"}}, "a tag has a key of 1 to 128"),
    ({"expire_days": 1, "tags": {"a": "b" * 257}}, "a value of up to 256"), ({"expire_days": 1, "tags": {"a": None, "b": 5}}, None),
]


@pytest.mark.parametrize(("rule", "why"), RULES)
def test_lifecycle_rules(rule, why):
    result = judged(lambda: lifecycle.canonical({"id": "r", **rule}), why)
    assert why is not None or lifecycle.decode(lifecycle.encode([result])) == [result]


# The entries of a list of rules, and the wish (rules, removed ids) or why it is refused.
WISHES = [
    ([], ([], []), None), ([{"id": "a"}, {"id": "b"}], ([{"id": "a"}, {"id": "b"}], []), None),
    ([{"id": "a"}, {"id": "b", "state": "absent"}], ([{"id": "a"}], ["b"]), None),
    ([{"id": ""}, {"id": ""}], ([{"id": ""}, {"id": ""}], []), None),
    ([{"id": "a"}, {"id": "a", "state": "absent"}], None, "two rules have the id a"),
    ([{"id": "", "state": "absent"}], None, "state: absent needs the id of the rule"),
]


@pytest.mark.parametrize(("entries", "result", "why"), WISHES)
def test_lists_of_rules(entries, result, why):
    wish = judged(lambda: rules.wish(entries, lambda entry: {"id": entry["id"]}), why)
    assert result is None or (wish.rules, wish.removed) == result


@pytest.mark.parametrize(("observed", "authoritative", "left"), [
    (None, False, ["a"]), ([{"id": "x"}, {"id": "b"}], False, ["a", "x"]), ([{"id": "x"}, {"id": "b"}], True, ["a"])])
def test_rules_of_others_survive_unless_an_option_says_that_there_are_no_others(observed, authoritative, left):
    merged = rules.merging("all_rules")(observed, rules.Wish([{"id": "a"}], ["b"]), {"all_rules": authoritative})
    assert [rule["id"] for rule in merged] == left


def test_a_rule_that_was_written_without_an_id_is_recognised_by_what_it_says():
    there = [{"id": "", "days": 1}, {"id": "", "days": 2}]
    assert rules.merge(there, [{"id": "a", "days": 1}], [], False) == there
    assert rules.merge(there, [{"id": "a", "days": 3}], [], False) == [*there, {"id": "a", "days": 3}]
