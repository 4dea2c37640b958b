# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lifecycle codec: what is written is read back, what is foreign goes through unharmed."""
from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ansible_collections.oracle1.minio.plugins.module_utils import _lifecycle as lifecycle
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused
from ansible_collections.oracle1.minio.plugins.module_utils._rules import merge

NAMES = some.text(some.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=20)
# Everything that XML can carry, white space of all kinds included.
TEXTS = some.text(some.one_of(some.sampled_from("\t\n\r <>&\"'"), some.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")), min_size=1, max_size=20)
COUNTS = some.integers(1, 10_000)
DATES = some.dates(datetime.date(2000, 1, 1), datetime.date(2099, 1, 1)).map(str)


def some_of(**fields):
    return some.fixed_dictionaries({}, optional=fields)


@some.composite
def rules(draw, identifier=NAMES):
    """A rule as a user may write it, of any shape that the server takes."""
    rule = {"id": draw(identifier), "enabled": draw(some.booleans())}
    rule.update(draw(some_of(prefix=TEXTS, tags=some.dictionaries(TEXTS, some.one_of(some.just(""), TEXTS), min_size=1, max_size=3),
                             size_greater_than=COUNTS, size_less_than=COUNTS)))
    actions = [some_of(expire_days=COUNTS), some_of(expire_days=COUNTS, noncurrent_expire_newer_versions=COUNTS),
               some.fixed_dictionaries({"expire_days": COUNTS, "expire_all_versions": some.just(True)}),
               some.fixed_dictionaries({"expire_date": DATES}), some.fixed_dictionaries({"expire_delete_marker": some.just(True)}),
               some.fixed_dictionaries({"noncurrent_expire_days": COUNTS}, optional={"noncurrent_expire_newer_versions": COUNTS})]
    rule.update(draw(some.one_of(actions)))
    rule.update(draw(some.one_of(
        some.just({}), some.fixed_dictionaries({"transition_tier": NAMES}, optional={"transition_days": some.integers(0, 99)}),
        some.fixed_dictionaries({"transition_tier": NAMES, "transition_date": DATES}),
        some.fixed_dictionaries({"noncurrent_transition_tier": NAMES}, optional={"noncurrent_transition_days": some.integers(0, 99)}))))
    if "tags" not in rule:
        rule.update(draw(some_of(delete_marker_expire_days=COUNTS)))
    if not set(rule) & {"expire_days", "expire_date", "expire_delete_marker", "noncurrent_expire_days", "transition_tier",
                        "noncurrent_transition_tier", "delete_marker_expire_days", "noncurrent_expire_newer_versions"}:
        rule["expire_days"] = draw(COUNTS)
    return lifecycle.canonical(rule)


CONFIGURATIONS = some.lists(rules(), max_size=5, unique_by=lambda rule: rule["id"]).map(
    lambda found: sorted(found, key=lambda rule: rule["id"]))


@settings(max_examples=150, deadline=None)
@given(CONFIGURATIONS)
def test_what_is_written_is_read_back(configuration):
    assert lifecycle.decode(lifecycle.encode(configuration)) == configuration


@settings(max_examples=60, deadline=None)
@given(CONFIGURATIONS, some.lists(rules(), max_size=3, unique_by=lambda rule: rule["id"]), some.booleans())
def test_foreign_rules_survive_unless_the_wish_is_authoritative(there, ours, authoritative):
    merged = merge(there, ours, [], authoritative)
    result = {rule["id"]: rule for rule in lifecycle.decode(lifecycle.replace(lifecycle.encode(there), merged))}
    expected = {} if authoritative else {rule["id"]: rule for rule in there}
    expected.update({rule["id"]: rule for rule in ours})
    assert result == expected


@settings(max_examples=40, deadline=None)
@given(CONFIGURATIONS)
def test_a_wish_that_says_what_is_there_changes_nothing(there):
    assert merge(there, there, [], authoritative=True) == there
    assert merge(there, [], [], authoritative=False) == there
    assert merge(there, [], [rule["id"] for rule in there], authoritative=False) == []


def document(*rules_):
    return ("<LifecycleConfiguration xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>" + "".join(
        f"<Rule><ID>r</ID><Status>Enabled</Status>{rule}</Rule>" for rule in rules_) + "</LifecycleConfiguration>").encode()


DAY = "<Expiration><Days>1</Days></Expiration>"


@pytest.mark.parametrize(("inside", "expected"), [
    ("<Filter></Filter>" + DAY, {"expire_days": 1}),
    ("<Filter/>" + DAY, {"expire_days": 1}),
    ("<Prefix></Prefix>" + DAY, {"expire_days": 1}),
    ("<Prefix>old/</Prefix>" + DAY, {"expire_days": 1, "prefix": "old/"}),
    ("<Filter><Prefix></Prefix></Filter>" + DAY, {"expire_days": 1}),
    ("<Filter><And><Prefix>p</Prefix><Tag><Key>a</Key></Tag></And></Filter>" + DAY, {"expire_days": 1, "prefix": "p", "tags": {"a": ""}}),
    ("<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>" + DAY, {"expire_days": 1, "tags": {"a": "b"}}),
    ("<Filter><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></Filter>" + DAY, {"expire_days": 1, "size_greater_than": 5}),
    ("<Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration>", {"expire_date": "2030-01-01"}),
    ("<Expiration><Days>2</Days><ExpiredObjectAllVersions>true</ExpiredObjectAllVersions></Expiration>",
     {"expire_days": 2, "expire_all_versions": True}),
    ("<Expiration><ExpiredObjectDeleteMarker>false</ExpiredObjectDeleteMarker></Expiration>", {}),
    ("<DelMarkerExpiration><Days>3</Days></DelMarkerExpiration>", {"delete_marker_expire_days": 3}),
    ("<Transition><StorageClass>COLD</StorageClass></Transition>", {"transition_days": 0, "transition_tier": "COLD"}),
    ("<NoncurrentVersionExpiration><MaxNoncurrentVersions>3</MaxNoncurrentVersions></NoncurrentVersionExpiration>",
     {"noncurrent_expire_newer_versions": 3}),
    (DAY + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
     {"expire_days": 1, "unsupported": ["AbortIncompleteMultipartUpload"]}),
])
def test_what_others_write_is_understood(inside, expected):
    assert lifecycle.decode(document(inside)) == [{"id": "r", "enabled": True, **expected}]


def test_what_is_unknown_in_a_foreign_rule_is_carried_through():
    foreign = DAY + "<Future><Deep>a &amp; b</Deep></Future>"
    ours = lifecycle.canonical({"id": "x", "expire_days": 1})
    there = document(foreign)
    written = lifecycle.replace(there, merge(lifecycle.decode(there), [ours], [], False))
    assert b"<Future><Deep>a &amp; b</Deep></Future>" in written
    assert b"Future" not in lifecycle.replace(there, merge(lifecycle.decode(there), [{**ours, "id": "r"}], [], False))


@pytest.mark.parametrize("given_", ["2030-01-31", "2030-01-31T00:00:00Z", "2030-01-31T00:00:00.000Z", "2030-01-31T02:00:00+02:00"])
def test_dates_of_one_meaning_are_one(given_):
    assert lifecycle.canonical({"id": "a", "expire_date": given_})["expire_date"] == "2030-01-31"


@pytest.mark.parametrize("given_", ["", "31.1.2030", "2030-01-31T01:00:00Z", "2030-13-01"])
def test_other_dates_are_refused(given_):
    with pytest.raises(Refused):
        lifecycle.canonical({"id": "a", "expire_date": given_})
