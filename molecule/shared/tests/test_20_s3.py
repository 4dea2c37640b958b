"""S3 through the balancer, with the clients that people use and the requests that break badly configured proxies."""
from __future__ import annotations

import hashlib
import io
import os
import socket
import ssl
import urllib.error
import urllib.request
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from conftest import DOMAIN, LAB, PATIENCE

ODD_KEYS = ["with space", "percent%2Fslash", "plus+plus", "umlaut-äöü-日本", "q?a=b&c", "semi;colon:at@",
            "tilde~'(quote)*!", "dots.../x", "trailing/"]


def test_the_seeds_buckets_are_there(s3):
    names = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    assert names >= {"oracle1-documents", "oracle1-models", "oracle1-cache", "oracle1-backups", "oracle1-logs"}


def test_balancer_answers_on_health(cluster):
    context = ssl.create_default_context(cafile=cluster.ca)
    for path in ("/health", "/minio/health/live", "/minio/health/cluster"):
        with urllib.request.urlopen(cluster.endpoint + path, context=context, timeout=20 * PATIENCE) as answer:
            assert answer.status == 200, path


@pytest.mark.parametrize("key", ODD_KEYS)
def test_boto3_keeps_odd_keys(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=b"odd")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"odd"
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]


@pytest.mark.parametrize(("key", "answer"), [("a//b", "XMinioInvalidObjectName"), ("dots/./x", "XMinioInvalidResourceName"), ("//leading", "leading")])
def test_slashes_reach_the_server_as_they_are(cluster, s3, bucket, key, answer):
    """The server itself refuses some keys and strips leading slashes. A proxy that merged slashes would break the signature."""
    for client in (s3, cluster.boto3(f"https://{LAB['minio1']['ansible_host']}:9000")):
        try:
            client.put_object(Bucket=bucket, Key=key, Body=b"odd")
            said = client.list_objects_v2(Bucket=bucket)["Contents"][0]["Key"]
        except ClientError as error:
            said = error.response["Error"]["Code"]
        assert said == answer


@pytest.mark.parametrize("key", ["with space", "plus+plus", "percent%2Fslash", "umlaut-äöü-日本"])
def test_minio_py_keeps_odd_keys(cluster, bucket, key):
    client = cluster.minio()
    client.put_object(bucket, key, io.BytesIO(b"odd"), 3)
    assert client.get_object(bucket, key).read() == b"odd"


def test_multipart_upload_of_80_mib_with_trailing_checksums(s3, bucket):
    body = os.urandom(80 * 2**20)
    s3.upload_fileobj(io.BytesIO(body), bucket, "big")
    head = s3.head_object(Bucket=bucket, Key="big")
    assert head["ContentLength"] == len(body) and "-" in head["ETag"]
    with io.BytesIO() as back:
        s3.download_fileobj(bucket, "big", back)
        assert hashlib.sha256(back.getvalue()).digest() == hashlib.sha256(body).digest()


def test_streaming_upload_uses_a_trailing_checksum(cluster, bucket):
    """boto3's default since 2025: aws-chunked with a trailer; the server must have stored the checksum it was sent."""
    client, seen = cluster.boto3(), []
    client.meta.events.register("before-send.s3.PutObject", lambda request, **_: seen.append(request.headers))
    client.put_object(Bucket=bucket, Key="stream", Body=io.BytesIO(b"x" * 2**20))
    assert b"STREAMING" in bytes(str(seen[0].get("x-amz-content-sha256")), "ascii") and seen[0].get("x-amz-trailer")
    assert client.head_object(Bucket=bucket, Key="stream", ChecksumMode="ENABLED")["ChecksumCRC32"]


def test_range_reads(s3, bucket):
    s3.put_object(Bucket=bucket, Key="r", Body=bytes(range(256)) * 64)
    answer = s3.get_object(Bucket=bucket, Key="r", Range="bytes=250-259")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert answer["Body"].read() == bytes([250, 251, 252, 253, 254, 255, 0, 1, 2, 3])


def test_presigned_get_and_put(cluster, s3, bucket):
    context = ssl.create_default_context(cafile=cluster.ca)
    put = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "signed key+1"}, ExpiresIn=60)
    request = urllib.request.Request(put, data=b"signed", method="PUT")
    assert urllib.request.urlopen(request, context=context).status == 200
    get = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "signed key+1"}, ExpiresIn=60)
    assert urllib.request.urlopen(get, context=context).read() == b"signed"


def test_virtual_host_style(cluster, bucket, names_resolve_to_the_balancer):
    client = cluster.boto3(f"https://{DOMAIN}:9000", s3={"addressing_style": "virtual"})
    client.put_object(Bucket=bucket, Key="v h", Body=b"virtual")
    assert client.get_object(Bucket=bucket, Key="v h")["Body"].read() == b"virtual"


def test_mc_copies_through_the_balancer(cluster, bucket):
    cluster.mc("cp", "/usr/bin/python3", f"oracle1/{bucket}/a b/python3")
    assert cluster.mc("stat", f"oracle1/{bucket}/a b/python3").stdout


def test_documents_are_publicly_readable_and_nothing_else_is(cluster, s3):
    context = ssl.create_default_context(cafile=cluster.ca)
    for name, public in (("oracle1-documents", True), ("oracle1-models", False), ("oracle1-backups", False), ("oracle1-logs", False)):
        s3.put_object(Bucket=name, Key="probe/é.txt", Body=b"hello")
        try:
            status = urllib.request.urlopen(f"{cluster.endpoint}/{name}/{quote('probe/é.txt')}", context=context).status
        except urllib.error.HTTPError as error:
            status = error.code
        s3.delete_object(Bucket=name, Key="probe/é.txt")
        assert (status == 200) is public, (name, status)


def test_anonymous_write_is_refused(cluster):
    request = urllib.request.Request(f"{cluster.endpoint}/oracle1-documents/x", data=b"x", method="PUT")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, context=ssl.create_default_context(cafile=cluster.ca))
    assert refused.value.code == 403


def test_the_console_answers_and_upgrades_to_a_websocket(cluster):
    context = ssl.create_default_context(cafile=cluster.ca)
    with urllib.request.urlopen(f"https://{cluster.address}:9001/", context=context, timeout=20 * PATIENCE) as page:
        assert b"<title>MinIO Console</title>" in page.read()
    with context.wrap_socket(socket.create_connection((cluster.address, 9001), timeout=20 * PATIENCE), server_hostname=cluster.address) as link:
        link.sendall((f"GET /ws/objectManager HTTP/1.1\r\nHost: {cluster.address}:9001\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        # 403 comes from the console, which wants a session: the upgrade has passed the balancer. nginx alone would say 502 or 400.
        assert link.recv(64).split()[1] in (b"101", b"403")
