# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare forms: equal when the meaning is, different when it is not."""
from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ansible_collections.oracle1.minio.plugins.module_utils import _canonical as canonical
from ansible_collections.oracle1.minio.plugins.module_utils._bucket import CANNED, access_of, canned
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused

R = "arn:aws:s3:::b/*"


def statement(**fields):
    return {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [R], **fields}


def policy(*statements, **more):
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


# What it is about, one spelling, another one, and whether they mean the same.
TABLE = [
    ("string and list", policy(statement(Action="s3:GetObject", Resource=R)), policy(statement()), True),
    ("order of actions", policy(statement(Action=["s3:PutObject", "s3:GetObject"])), policy(statement(Action=["s3:GetObject", "s3:PutObject"])), True),
    ("order of resources", policy(statement(Resource=[R, "arn:aws:s3:::a"])), policy(statement(Resource=["arn:aws:s3:::a", R])), True),
    ("order of statements", policy(statement(), statement(Effect="Deny")), policy(statement(Effect="Deny"), statement()), True),
    ("one statement without a list", {"Statement": statement()}, policy(statement()), True),
    ("a missing Version", {"Statement": [statement()]}, policy(statement()), True),
    ("an empty Version", {"Version": "", "Statement": [statement()]}, policy(statement()), True),
    ("an empty Sid", policy(statement(Sid="")), policy(statement()), True),
    ("repeated actions", policy(statement(Action=["s3:GetObject", "s3:GetObject"])), policy(statement()), True),
    ("repeated statements", policy(statement(), statement()), policy(statement()), True),
    ("an empty Condition", policy(statement(Condition={})), policy(statement()), True),
    ("the server's double star", policy(statement(Resource="*")), policy(statement(Resource=["**"])), True),
    ("the spelling of ID", policy(statement(), Id="x"), policy(statement(), ID="x"), True),
    ("numbers as text", policy(statement(Condition={"NumericLessThan": {"s3:max-keys": 10}})),
     policy(statement(Condition={"NumericLessThan": {"s3:max-keys": ["10"]}})), True),
    ("truth as text", policy(statement(Condition={"Bool": {"aws:SecureTransport": True}})),
     policy(statement(Condition={"Bool": {"aws:SecureTransport": ["true"]}})), True),
    ("truth in capitals", policy(statement(Condition={"Null": {"s3:prefix": "True"}})),
     policy(statement(Condition={"Null": {"s3:prefix": [True]}})), True),
    ("an address and its network", policy(statement(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.9"}})),
     policy(statement(Condition={"IpAddress": {"aws:SourceIp": ["192.0.2.9/32"]}})), True),
    ("an address in its network", policy(statement(Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.9/24"}})),
     policy(statement(Condition={"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}})), True),
    ("order in conditions", policy(statement(Condition={"StringLike": {"s3:prefix": ["b", "a"]}})),
     policy(statement(Condition={"StringLike": {"s3:prefix": ["a", "b"]}})), True),
    ("an empty NotResource", policy(statement(NotResource=[])), policy(statement()), True),
    ("another action", policy(statement(Action="s3:PutObject")), policy(statement()), False),
    ("a wider action", policy(statement(Action="s3:*")), policy(statement()), False),
    ("another effect", policy(statement(Effect="Deny")), policy(statement()), False),
    ("a Sid", policy(statement(Sid="x")), policy(statement()), False),
    ("another Version", {"Version": "2008-10-17", "Statement": [statement()]}, policy(statement()), False),
    ("a condition", policy(statement(Condition={"Bool": {"aws:SecureTransport": "true"}})), policy(statement()), False),
    ("case in a value", policy(statement(Condition={"StringEquals": {"s3:prefix": "A"}})),
     policy(statement(Condition={"StringEquals": {"s3:prefix": "a"}})), False),
    ("the bucket and what is in it", policy(statement(Resource="arn:aws:s3:::b")), policy(statement(Resource=R)), False),
    ("one statement more", policy(statement(), statement(Effect="Deny")), policy(statement()), False),
]


@pytest.mark.parametrize(("first", "second", "same"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_policies_are_compared_by_meaning(first, second, same):
    assert (canonical.policy(first, False) == canonical.policy(second, False)) is same


@pytest.mark.parametrize(("first", "second", "same"), [
    ("*", {"AWS": "*"}, True), ("*", {"AWS": ["*"]}, True), ({"AWS": ["b", "a"]}, {"AWS": ["a", "b"]}, True),
    ("*", {"AWS": "arn:aws:iam::1:user/x"}, False)])
def test_principals_are_compared_by_meaning(first, second, same):
    one, other = (canonical.policy(policy(statement(Principal=item)), True) for item in (first, second))
    assert (one == other) is same


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_a_canonical_policy_is_its_own_canonical_form(row):
    for document in row[1:3]:
        once = canonical.policy(document, False)
        assert canonical.policy(json.loads(json.dumps(once)), False) == once


@pytest.mark.parametrize("access", CANNED)
def test_a_canned_access_is_recognised(access):
    assert access_of(canned(access, "b"), "b") == access
    assert access_of(canned(access, "b"), "another") == ("private" if access == "private" else "custom")


@pytest.mark.parametrize(("written", "size"), [
    (0, 0), ("0", 0), (5, 5), ("1024", 1024), ("1KiB", 1024), ("1kib", 1024), ("1 Ki", 1024), ("1KB", 1000), ("1.5GiB", 3 * 2 ** 29),
    ("10GiB", 10 * 2 ** 30), ("10gb", 10 ** 10), ("2TiB", 2 ** 41), ("1PiB", 2 ** 50), ("7B", 7)])
def test_sizes(written, size):
    assert canonical.size(written) == size


@pytest.mark.parametrize("written", ["", "much", "-1", "1 2", "1XB", "1k", "GiB"])
def test_what_is_no_size_is_refused(written):
    with pytest.raises(Refused):
        canonical.size(written)


@pytest.mark.parametrize("written", ["2030-01-31T12:00:00Z", "2030-01-31T12:00:00", "2030-01-31T13:00:00+01:00", "2030-01-31T12:00:00.123Z",
                                     "2030-01-31 12:00:00"])
def test_moments_of_one_meaning_are_one(written):
    assert canonical.moment(written) == "2030-01-31T12:00:00Z"


@given(some.dictionaries(some.text("abc =+", min_size=1, max_size=5), some.one_of(some.none(), some.booleans(), some.integers())))
def test_tags_become_text_and_keep_their_wish_to_go(tags):
    result = canonical.tags(tags)
    assert list(result) == sorted(result)
    assert {name for name, value in result.items() if value is None} == {name for name, value in tags.items() if value is None}
    assert all(value is None or isinstance(value, str) for value in result.values())
