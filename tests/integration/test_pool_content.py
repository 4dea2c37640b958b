# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a decommission damages at a real server, and that all of it is found and prevented before. Two pools of four drives in one server."""
from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest
from ansible_collections.oracle1.minio.plugins.module_utils import _pool_content as pool
from ansible_collections.oracle1.minio.plugins.module_utils._server_health import Node
from ansible_collections.oracle1.minio.plugins.plugin_utils import pool_content
from botocore.exceptions import ClientError
from conftest import ACCESS_KEY, SECRET_KEY, runner, running

KEYS = [f"key {number}+é" for number in range(40)] + [f"directory {number}/" for number in range(10)]
# A nested pair is damaged when both parts lie in the pool that goes: one in four.
NESTED, HIDDEN, POLICIES, BUCKETS = range(40), range(24), range(8), range(8)
LEAVING = "d"


def drives(server, name):
    return [str(server.directory / f"{name}{number}") for number in range(1, 5)]


def survey(server, name=LEAVING, **more):
    return pool.survey(pool.folders(drives(server, name)), pool.Server(Node(server.direct), ACCESS_KEY, SECRET_KEY), **more)


def moving(server, **more):
    return pool_content.moving({name: survey(server, name) for name in "de"}, [LEAVING], "decommission", **more)


def decommission(server, again=False):
    done = runner(server)("pool", {"action": "decommission", "pool": "0", "wait": True, "wait_timeout": 60, "again": again})
    assert not done.get("failed"), done["msg"]
    assert done["pool"]["pools"][0]["state"] == "complete"


def written(server):
    """Everything that is replaced lies in either pool, or in both."""
    s3 = server.boto3()
    s3.create_bucket(Bucket="plain")
    for generation in (b"1", b"2", b"3"):
        for key in KEYS:
            s3.put_object(Bucket="plain", Key=key, Body=b"" if key.endswith("/") else generation)
    for number in NESTED:
        for key in (f"nested{number}", f"nested{number}/below/it"):
            s3.put_object(Bucket="plain", Key=key, Body=b"x")
    s3.create_bucket(Bucket="versioned")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    for number in HIDDEN:
        first = s3.put_object(Bucket="versioned", Key=f"hidden{number}", Body=b"1")["VersionId"]
        s3.put_object(Bucket="versioned", Key=f"hidden{number}", Body=b"2")
        s3.delete_object(Bucket="versioned", Key=f"hidden{number}")
        s3.delete_object(Bucket="versioned", Key=f"hidden{number}", VersionId=first)
    for number in BUCKETS:
        s3.create_bucket(Bucket=f"tagged{number}")
        for generation in "123":
            s3.put_bucket_tagging(Bucket=f"tagged{number}", Tagging={"TagSet": [{"Key": "generation", "Value": generation}]})
    for number in POLICIES:
        for generation in "123":
            file = server.directory / "policy.json"
            file.write_text(json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::generation{generation}/*"]}]}))
            server.mc("admin", "policy", "create", "s3", f"policy{number}", str(file))
    return s3


def content(s3, bucket, key):
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None


def tagged(s3, number):
    """The tag of a bucket; the server may bring back a state in which it had none."""
    try:
        return s3.get_bucket_tagging(Bucket=f"tagged{number}")["TagSet"][0]["Value"]
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchTagSet"
        return None


def damage(server, s3):
    """What clients find other than they left it, by kind; the server has read its settings anew."""
    server.restart()
    # What lies below the name of another object is in no list of the server's.
    keys = KEYS + [f"nested{number}{below}" for number in NESTED for below in ("", "/below/it")]
    held = {key: content(s3, "plain", key) for key in keys}
    lost = [key for key in keys if held[key] is None]
    old = [key for key in KEYS if held[key] not in (None, b"", b"3")]
    back = [item["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="versioned") for item in page.get("Contents", [])]
    settings = [number for number in BUCKETS if tagged(s3, number) != "3"]
    settings += [number for number in POLICIES if "generation3" not in server.text("admin", "policy", "info", "s3", f"policy{number}")]
    return {name for name, found in {"old": old, "lost": lost, "back": back, "settings": settings}.items() if found}


@pytest.fixture
def server(tmp_path):
    with running(tmp_path / "pools", pools=("d", "e")) as started:
        yield started


def test_the_server_damages_what_is_not_prevented(server):
    """The reason for all of this. When it fails, the server has been mended, and what refuses a decommission may go."""
    s3 = written(server)
    decommission(server)
    assert damage(server, s3) == {"old", "lost", "back", "settings"}


def test_what_the_server_would_damage_is_found_and_prevented(server):
    s3 = written(server)
    s3.create_multipart_upload(Bucket="plain", Key="an upload")
    before = moving(server)
    assert len(before["problems"]) == 4 and before["settings"] and before["due"]
    assert survey(server)["uploads"] + survey(server, "e")["uploads"] == 1
    # What is older in one pool is newer in the other.
    kinds = {name: set(survey(server, name)["superseded"]["names"]) for name in "de"}
    assert kinds["d"] and kinds["e"] and not kinds["d"] & kinds["e"]

    for number in NESTED:
        s3.copy_object(Bucket="plain", Key=f"moved{number}", CopySource=f"plain/nested{number}/below/it")
        s3.delete_object(Bucket="plain", Key=f"nested{number}/below/it")
    for number in HIDDEN:
        listed = s3.list_object_versions(Bucket="versioned", Prefix=f"hidden{number}")
        for item in listed["DeleteMarkers"] + listed["Versions"]:
            if item["Key"] == f"hidden{number}":
                s3.delete_object(Bucket="versioned", Key=item["Key"], VersionId=item["VersionId"])
    older = moving(server, aside=True)
    assert older["problems"] == [] and older["due"]
    looked = survey(server, wanted=older["settings"])
    assert survey(server, wanted=older["settings"], act=True)["due"] == looked["due"] > 0
    after = moving(server)
    assert (after["problems"], after["due"]) == ([], False)
    decommission(server)
    assert not pool_content.left({LEAVING: survey(server)}, [LEAVING])["left"]
    for number in NESTED:
        s3.copy_object(Bucket="plain", Key=f"nested{number}/below/it", CopySource=f"plain/moved{number}")
    assert damage(server, s3) == set()


def test_an_upload_that_chose_the_pool_before_is_found_there_and_moved(server):
    s3 = server.boto3()
    s3.create_bucket(Bucket="plain")
    late = {}
    for number in range(8):
        address = urlsplit(s3.generate_presigned_url("put_object", Params={"Bucket": "plain", "Key": f"late{number}"}))
        late[f"late{number}"] = connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        connection.putrequest("PUT", f"{address.path}?{address.query}")
        connection.putheader("Content-Length", str(2**20))
        connection.endheaders(b"x" * 2**19)
    decommission(server)
    assert not pool_content.left({LEAVING: survey(server)}, [LEAVING])["left"]
    for connection in late.values():
        connection.send(b"x" * 2**19)
        assert connection.getresponse().status == 200
    there = pool_content.left({LEAVING: survey(server)}, [LEAVING])
    assert there["left"] and "plain/late" in there["text"], "by a chance of 1 in 256 all went to the other pool"

    # Only here, where one node has both pools, the server cannot make its folders anew: its drives disagree on whether they exist.
    server.restart()
    decommission(server, again=True)
    assert not pool_content.left({LEAVING: survey(server)}, [LEAVING])["left"]
    assert all(s3.head_object(Bucket="plain", Key=key) for key in late)
