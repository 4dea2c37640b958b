# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the transport does when answers fail: a real HTTP server on loopback that answers as it is told."""
from __future__ import annotations

import pytest

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Rejected, Unreachable


@pytest.mark.parametrize("first", [503, 502, 504, 0])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_passing_failure_is_repeated(answers, first, method):
    client, seen = answers(first, first, 200)
    assert client.admin(method, "x").json() == {}
    assert seen == [f"{method} /minio/admin/v3/x"] * 3
    assert client.reads + client.writes == 3


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 301])
def test_a_lasting_failure_is_not(answers, status):
    client, seen = answers(status, body=b'{"Code": "SomeCode", "Message": "some reason"}')
    with pytest.raises(Rejected) as caught:
        client.admin("GET", "x", attempt="look")
    assert (caught.value.code, caught.value.status, len(seen)) == ("SomeCode", status, 1)
    assert str(caught.value) == f"cannot look: some reason (SomeCode, HTTP {status})"


def test_what_must_not_arrive_twice_is_not_sent_again(answers):
    client, seen = answers(0, 200)
    with pytest.raises(Unreachable):
        client.admin("PUT", "add-service-account", body={}, repeatable=False)
    assert len(seen) == 1
    client, seen = answers(503, 200)
    client.admin("PUT", "add-service-account", body={}, repeatable=False)
    assert len(seen) == 2


def test_repetition_ends(answers):
    client, seen = answers(503, 503, 503, retries=2)
    with pytest.raises(Rejected):
        client.s3("GET", "bucket")
    assert len(seen) == 3


@pytest.mark.parametrize(("body", "code", "message"), [
    (b"<Error><Code>A</Code><Message>b</Message></Error>", "A", "b"), (b'{"Code": "A", "Message": "b"}', "A", "b"),
    (b"<html>Bad gateway", "HTTP400", "<html>Bad gateway"), (b"", "HTTP400", "the server gave no reason"), (b"{", "HTTP400", "{")])
def test_errors_in_every_shape(answers, body, code, message):
    client, _seen = answers(400, body=body)
    with pytest.raises(Rejected) as caught:
        client.s3("GET", "bucket")
    assert (caught.value.code, caught.value.reason) == (code, message)


@pytest.mark.parametrize(("query", "line"), [
    ({"lifecycle": ""}, "GET /bucket?lifecycle="), ({"name": "a/b c&d=é~"}, "GET /bucket?name=a%2Fb%20c%26d%3D%C3%A9~"),
    ({"b": "2", "a": "1"}, "GET /bucket?a=1&b=2"), (None, "GET /bucket")])
def test_queries_are_quoted_once(answers, query, line):
    client, seen = answers(200)
    client.s3("GET", "bucket", query)
    assert seen == [line]
