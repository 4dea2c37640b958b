# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote tiers. Those of the types minio and s3 are on a second real server."""
from __future__ import annotations

import base64
import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from conftest import ACCESS_KEY, SECRET_KEY, Server, Wire, start
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from test_playbooks import play

from ansible_collections.oracle1.minio.plugins.module_utils._client import Client, Connection
from ansible_collections.oracle1.minio.plugins.modules import tier

SECRET = "one-tier-secret-nobody-may-see"
TIERS: list[dict[str, Any]] = [
    {"type": "minio", "bucket": "cold", "prefix": "a"},
    {"type": "minio", "bucket": "cold", "prefix": "b/", "tier_region": "us-east-1"},
    {"type": "s3", "bucket": "warm", "storage_class": "STANDARD"},
    {"type": "s3", "bucket": "cold", "prefix": "c/d", "storage_class": "REDUCED_REDUNDANCY"},
]


def pairs(states: list[Any]) -> list[tuple[int, int]]:
    return list(itertools.permutations(range(len(states)), 2))


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that the tiers are on, with two users that may do everything there."""
    directory = tmp_path_factory.mktemp("remote")
    process, port = start(directory, 4)
    remote = Server(port, Wire(port), directory)
    for bucket in ("cold", "warm"):
        remote.boto3().create_bucket(Bucket=bucket)
    for user in ("first", "second"):
        remote.mc("admin", "user", "add", "s3", user, SECRET + user)
        remote.mc("admin", "policy", "attach", "s3", "readwrite", "--user", user)
    yield remote
    process.kill()
    process.wait()


def on(remote: Server, **more: Any) -> dict[str, Any]:
    return {"tier_endpoint": remote.direct, "tier_access_key": ACCESS_KEY, "tier_secret_key": SECRET_KEY, **more}


def document(server: Server, name: str) -> dict[str, Any]:
    """A tier as the server describes it, without its name."""
    tiers = Client(Connection([server.direct], ACCESS_KEY, SECRET_KEY)).admin("GET", "tier").json()
    return next({**found, "Name": ""} for found in tiers if found["Name"] == name)


@pytest.mark.parametrize(("first", "second"), pairs(TIERS))
def test_tier_from_state_to_state(converge, run, server, remote, first, second):
    """Nothing of a tier's place can be changed: it is removed and created again."""
    name = server.new("tier").upper()
    assert converge("tier", {"name": name, **on(remote, **TIERS[first])})["diff"]["before"] == {}
    refused = run("tier", {"name": name, **on(remote, **TIERS[second])})
    assert refused["failed"] and "can only be chosen at creation" in refused["msg"] and name in refused["msg"]
    assert converge("tier", {"name": name, "state": "absent"})["diff"]["after"] == {}
    result = converge("tier", {"name": name, **on(remote, **TIERS[second])})
    assert "secret_key" not in result["tier"] and SECRET_KEY not in str({**result, "invocation": None})
    server.mc("ilm", "tier", "check", "s3", name)
    run("tier", {"name": name, "state": "absent"})


@pytest.mark.parametrize(("arguments", "wish"), [
    (("minio", "--prefix", "of-mc/"), {"type": "minio", "prefix": "of-mc"}),
    (("s3", "--prefix", "of-mc", "--storage-class", "STANDARD", "--region", "us-east-1"),
     {"type": "s3", "prefix": "of-mc/", "storage_class": "STANDARD", "tier_region": "us-east-1"}),
])
def test_what_mc_added_is_no_change_and_ours_is_what_mc_adds(run, server, remote, arguments, wish):
    theirs, ours = server.new("mc").upper(), server.new("ours").upper()
    kind, *rest = arguments
    server.mc("ilm", "tier", "add", kind, "s3", theirs, "--endpoint", remote.direct, "--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY,
              "--bucket", "warm", *rest)
    for check in (True, False):
        result = run("tier", {"name": theirs, **on(remote, bucket="warm", **wish)}, check=check)
        assert result["changed"] is False, result
    made = run("tier", {"name": ours, **on(remote, bucket="warm", **wish)})
    assert made["changed"] is True, made
    described = [document(server, name) for name in (theirs, ours)]
    for found, section in itertools.product(described, ("MinIO", "S3")):
        found[section]["Prefix"] = (found[section].get("Prefix") or "").rstrip("/")
    assert described[0] == described[1]
    for name in (theirs, ours):
        run("tier", {"name": name, "state": "absent"})


def test_the_credential_changes_when_asked_for(converge, run, server, remote):
    name = server.new("tier").upper()
    wish = {"name": name, "type": "minio", "bucket": "cold", "prefix": "creds", "tier_endpoint": remote.direct}
    first = {**wish, "tier_access_key": "first", "tier_secret_key": SECRET + "first"}
    second = {**wish, "tier_access_key": "second", "tier_secret_key": SECRET + "second"}
    converge("tier", first)
    assert "together with the secret, with update_secret: always" in run("tier", second)["msg"]
    wrong = run("tier", {**second, "tier_secret_key": "not-the-secret-of-it", "update_secret": "always"})
    assert wrong["failed"] and f"tier {name}: cannot set its credential: " in wrong["msg"] and "not-the-secret" not in str(wrong)
    result = converge("tier", {**second, "update_secret": "always"}, repeats=False)
    assert result["diff"]["after"]["secret_key"] == "(not shown, newly set)" and SECRET not in str(result)
    remote.mc("admin", "user", "disable", "s3", "first")
    server.mc("ilm", "tier", "check", "s3", name)
    remote.mc("admin", "user", "enable", "s3", "first")
    run("tier", {"name": name, "state": "absent"})


def test_what_holds_objects_is_taken_and_removed_by_force_only(converge, run, server, remote):
    remote.boto3().put_object(Bucket="warm", Key="used/object", Body=b"x")
    name = server.new("tier").upper()
    wish = {"name": name, **on(remote, type="minio", bucket="warm", prefix="used")}
    refused = run("tier", wish)
    assert refused["failed"] and refused["msg"].startswith(f"tier {name}: cannot create it: ") and "XMinioAdminTierBackendInUse" in refused["msg"]
    converge("tier", {**wish, "force": True})
    refused = run("tier", {"name": name, "state": "absent"})
    assert refused["failed"] and "cannot remove it" in refused["msg"] and "XMinioAdminTierBackendNotEmpty" in refused["msg"]
    converge("tier", {"name": name, "state": "absent", "force": True})


def test_a_rule_of_a_bucket_can_use_it(converge, run, server, remote):
    """The tier is made by us, and an object arrives there."""
    name, bucket = server.new("tier").upper(), server.new()
    converge("tier", {"name": name, **on(remote, type="minio", bucket="cold", prefix="moved")})
    run("bucket", {"name": bucket, "lifecycle": [{"id": "move", "transition_days": 0, "transition_tier": name}]})
    server.boto3().put_object(Bucket=bucket, Key="object", Body=b"content")
    for attempt in range(100):
        if remote.boto3().list_objects_v2(Bucket="cold", Prefix="moved/").get("KeyCount"):
            break
        threading.Event().wait(0.2)
    assert server.boto3().head_object(Bucket=bucket, Key="object")["StorageClass"] == name


def test_the_examples_run_and_show_no_secret(server, remote, tmp_path):
    output = play(tmp_path, yaml.safe_load(tier.EXAMPLES), server, cold_endpoint=remote.direct, cold_access_key="first",
                  cold_secret_key=SECRET + "first")
    assert output.count("changed: [localhost]") == 3 and SECRET not in output


@pytest.mark.parametrize(("wish", "words"), [
    ({"name": "lower"}, "a tier's name is in upper case"),
    ({"name": "STANDARD"}, "a tier's name is in upper case"),
    ({"type": None}, "type is needed"),
    ({"bucket": None}, "bucket is needed"),
    ({"tier_endpoint": None}, "a tier of type minio needs endpoint"),
    ({"tier_secret_key": None}, "tier_secret_key is needed"),
    ({"storage_class": "STANDARD"}, "a tier of type minio has no storage_class"),
    ({"tier_endpoint": "http://127.0.0.1:9/path"}, "without a path, which this server would drop"),
    ({"tier_endpoint": "127.0.0.1:9000"}, "endpoint is http://host:port"),
    ({"type": "azure"}, "a tier of type azure has no access_key"),
    ({"type": "azure", "tier_access_key": None}, "a tier of type azure needs account_name"),
    ({"type": "azure", "tier_access_key": None, "account_name": "a", "storage_class": "GLACIER"}, "Azure has no access tier GLACIER"),
    ({"type": "azure", "tier_access_key": None, "account_name": "a", "client_id": "c"}, "tenant_id and client_id belong together"),
    ({"type": "gcs", "tier_access_key": None}, "a tier of type gcs has no endpoint"),
    ({"type": "gcs", "tier_access_key": None, "tier_endpoint": None}, "the text of its credentials.json"),
])
def test_what_cannot_work_is_refused_before_anything_is_sent(run, server, remote, wish, words):
    params = {"name": "REFUSED", **on(remote, type="minio", bucket="cold"), "tier_secret_key": SECRET, **wish}
    for check in (True, False):
        before = len(server.wire.writes)
        result = run("tier", {name: value for name, value in params.items() if value is not None}, check=check)
        assert result["failed"] and words in result["msg"] and SECRET not in str(result), result
        assert len(server.wire.writes) == before


@pytest.mark.parametrize(("wish", "words"), [
    ({"bucket": "nowhere"}, "Bucket not found: nowhere"),
    ({"tier_access_key": "nobody"}, "XMinioAdmin"),
    ({"tier_endpoint": "http://127.0.0.1:9"}, "connection refused"),
])
def test_what_the_remote_service_refuses_is_told(run, remote, wish, words):
    result = run("tier", {"name": "FAILING", **on(remote, type="s3", bucket="cold"), **wish})
    assert result["failed"] and result["msg"].startswith("tier FAILING: cannot create it: ") and words in result["msg"], result


class StandIn:
    """What the real server sent to a service that cannot be had here. It keeps the bodies of PUT, as blobs by their path."""

    def __init__(self) -> None:
        self.headers: list[tuple[str, str, dict[str, str]]] = []
        self.bodies: list[bytes] = []
        self.blobs: dict[str, bytes] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self) -> None:
                self._note()
                outer.blobs[urlsplit(self.path).path] = outer.bodies[-1]
                self._answer(201)

            def do_GET(self) -> None:
                self._note()
                path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
                if query.get("comp") == ["list"]:
                    names = [blob.removeprefix(f"{path}/") for blob in outer.blobs if blob.startswith(f"{path}/{query.get('prefix', [''])[0]}")]
                    blobs = "".join(f"<Blob><Name>{name}</Name><Properties/></Blob>" for name in names)
                    self._answer(200, f"<?xml version='1.0'?><EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>".encode())
                else:
                    self._answer(200 if path in outer.blobs else 404, outer.blobs.get(path, b""))

            def do_DELETE(self) -> None:
                self._note()
                outer.blobs.pop(urlsplit(self.path).path, None)
                self._answer(202)

            def do_POST(self) -> None:
                self._note()
                self._answer(400, b'{"error": "invalid_grant", "error_description": "the account is unknown"}')

            def _note(self) -> None:
                outer.headers.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
                outer.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

            def _answer(self, status: int, body: bytes = b"") -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/xml" if body.startswith(b"<") else "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Nothing is printed."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    it = StandIn()
    yield it
    it.stop()


def test_a_tier_on_azure(converge, run, server, stand_in):
    """Against a stand-in for Azure that verifies nothing: it shows what the real server makes of our document, not that Azure takes it."""
    name = server.new("azure").upper()
    key = base64.b64encode(b"an-account-key-nobody-may-see").decode()
    wish = {"name": name, "type": "azure", "tier_endpoint": f"{stand_in.address}/store", "bucket": "box", "prefix": "edge/", "storage_class": "Cool",
            "account_name": "store", "account_key": key}
    result = converge("tier", wish)
    assert result["tier"] == {"name": name, "type": "azure", "endpoint": f"{stand_in.address}/store", "bucket": "box", "prefix": "edge",
                              "storage_class": "Cool", "account_name": "store"}
    command, path, headers = stand_in.headers[0]
    assert (command, path, headers["x-ms-access-tier"]) == ("PUT", "/store/box/edge%2Fprobeobject", "Cool")
    assert headers["authorization"].startswith("SharedKey store:")
    other = base64.b64encode(b"another-account-key").decode()
    assert converge("tier", {**wish, "account_key": other, "update_secret": "always"}, repeats=False)["changed"] is True
    assert key not in str(result)
    converge("tier", {"name": name, "state": "absent"})


def test_a_tier_on_google_that_is_refused(run, server, stand_in):
    """Nothing but its service for tokens can be stood in for: the credential arrives there, and the refusal comes back."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    credentials = {"type": "service_account", "project_id": "p", "private_key_id": "1", "private_key": key,
                   "client_email": "edge@p.iam.gserviceaccount.com", "client_id": "1", "token_uri": f"{stand_in.address}/token"}
    for given in (credentials, json.dumps(credentials)):
        stand_in.bodies.clear()
        result = run("tier", {"name": "GOOGLE", "type": "gcs", "bucket": "box", "prefix": "edge", "credentials": given})
        assert result["failed"] and result["msg"].startswith("tier GOOGLE: cannot create it: ") and "invalid_grant" in result["msg"], result
        assert key not in str(result)
        assertion = parse_qs(stand_in.bodies[0].decode())["assertion"][0].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(assertion + "=" * (-len(assertion) % 4)))
        assert claims["iss"] == "edge@p.iam.gserviceaccount.com"
