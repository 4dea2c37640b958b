# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backup of the role minio_backup, opened, verified, and put into a cluster."""
from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import subprocess
import tarfile
from dataclasses import dataclass
from typing import Any, Callable, Mapping
from xml.etree import ElementTree

from ansible_collections.oracle1.minio.plugins.module_utils._action import Step
from ansible_collections.oracle1.minio.plugins.module_utils._client import Client
from ansible_collections.oracle1.minio.plugins.module_utils._crypto import decrypt
from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem, Refused
from ansible_collections.oracle1.minio.plugins.module_utils._rules import elements
from ansible_collections.oracle1.minio.plugins.module_utils._snapshot import unpack

SPEC: dict[str, dict[str, Any]] = {
    "archive": {"type": "path", "required": True},
    "key_path": {"type": "path", "required": True, "no_log": False},
    "key_passphrase": {"type": "str", "no_log": True},
    "cluster": {"type": "str", "required": True},
    "overwrite": {"type": "bool", "default": False},
}
FORMAT = 1
# The header that says that a setting is in force.
APPLIED = "x-minio-config-applied"
ANY = Callable[[str], Any]
# The fields of a replication target as they stand in the archive, as the admin API names them, and their type.
TARGET: tuple[tuple[str, str, ANY], ...] = (
    ("SourceBucket", "sourcebucket", str), ("Endpoint", "endpoint", str), ("TargetBucket", "targetbucket", str), ("Path", "path", str),
    ("API", "api", str), ("Type", "type", str), ("Region", "region", str), ("BandwidthLimit", "bandwidthlimit", int),
    ("HealthCheckDuration", "healthCheckDuration", int), ("Secure", "secure", lambda text: text == "true"),
    ("ReplicationSync", "replicationSync", lambda text: text == "true"), ("DisableProxy", "disableProxy", lambda text: text == "true"),
)


@dataclass(frozen=True)
class Archive:
    """An opened backup: what it says of itself, and its files by name."""

    about: Mapping[str, Any]
    files: Mapping[str, bytes]

    @property
    def buckets(self) -> dict[str, dict[str, bytes]]:
        """Bucket -> file -> content."""
        found: dict[str, dict[str, bytes]] = {}
        for path, content in unpack(self.files["buckets.zip"]).items():
            bucket, _slash, name = path.partition("/")
            found.setdefault(bucket, {})[name] = content
        return found

    @property
    def identities(self) -> dict[str, Any]:
        """File -> object. Holds secret keys in clear."""
        return {path.rpartition("/")[2]: json.loads(content or b"null") or {} for path, content in unpack(self.files["iam.zip"]).items()}


def opened(path: str, key_path: str, passphrase: str | None) -> Archive:
    """The backup at this path, decrypted in memory and verified. Raises Refused."""
    for name, file in (("archive", path), ("key_path", key_path)):
        if not os.path.isfile(file):
            raise Refused(f"there is no file {file}", subject=name)
    plain = _decrypted(path, key_path, passphrase)
    try:
        with tarfile.open(fileobj=io.BytesIO(plain)) as packed:
            files = {entry.name: packed.extractfile(entry).read() for entry in packed if entry.isfile()}  # type: ignore[union-attr]
        about = json.loads(files.pop("manifest.json"))
        wrong = [item["name"] for item in about["contents"] if hashlib.sha256(files.get(item["name"], b"")).hexdigest() != item["sha256"]]
    except (tarfile.TarError, ValueError, KeyError) as error:
        raise Refused(f"it is no backup of this collection: {type(error).__name__}", subject=f"archive {path}") from None
    if about.get("format") != FORMAT:
        raise Refused(f"its format is {about.get('format')}, and this release reads {FORMAT}", subject=f"archive {path}")
    if wrong:
        raise Refused(f"these of its files are damaged: {', '.join(wrong)}", subject=f"archive {path}")
    if "iam.zip" not in files:
        raise Refused(f"it is the backup {about['name']}, and holds no cluster", subject=f"archive {path}")
    return Archive(about, files)


def _decrypted(path: str, key_path: str, passphrase: str | None) -> bytes:
    # The passphrase goes through a pipe of its own: neither the command line nor the environment shows it.
    reading, writing = os.pipe()
    with contextlib.suppress(BrokenPipeError):
        os.write(writing, (passphrase or "").encode() + b"\n")
    os.close(writing)
    try:
        done = subprocess.run(["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", path, "-inkey", key_path,
                               "-passin", f"fd:{reading}"], stdin=subprocess.DEVNULL, capture_output=True, pass_fds=(reading,), check=False)
    except OSError as error:
        raise Refused(f"openssl cannot be run: {error}", attempt="open the archive") from None
    finally:
        os.close(reading)
    if done.returncode != 0:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason"])[-1]
        raise Refused(f"{key_path} does not open it, or it was altered: {last}", subject=f"archive {path}", attempt="decrypt it")
    return done.stdout


def occupants(client: Client) -> list[str]:
    """What is in the cluster that a restore would overwrite or mix with, in words."""
    listed = elements(client.s3("GET", attempt="list the buckets").body)
    counts = {"buckets": len(listed.findall("Buckets/Bucket")),
              "users": len(client.admin("GET", "list-users", decrypted=True, attempt="list the users").json() or {}),
              "groups": len(client.admin("GET", "groups", attempt="list the groups").json() or [])}
    return [f"{count} {name}" for name, count in counts.items() if count]


def prepare(client: Client, params: Mapping[str, Any]) -> Step:
    archive = opened(params["archive"], params["key_path"], params["key_passphrase"])
    if archive.about["cluster"] != params["cluster"]:
        raise Refused(f"it is of the cluster {archive.about['cluster']}, and cluster says {params['cluster']}", subject=f"archive {params['archive']}")
    there = occupants(client)
    if there and not params["overwrite"]:
        raise Refused(f"the cluster is not empty, it has {', '.join(there)}. Set overwrite: true to put the backup over them",
                      attempt="restore the backup")
    identities, buckets = archive.identities, archive.buckets
    replicating = sorted(name for name, files in buckets.items() if b"<Destination>" in files.get("replication.xml", b""))
    value = {"created": archive.about["created"], "buckets": sorted(buckets), "replication": replicating,
             "identities": {kind: len(identities.get(f"{file}.json", {})) for kind, file in (
                 ("policies", "policies"), ("users", "users"), ("groups", "groups"), ("service_accounts", "svcaccts"))},
             "problems": []}

    def act() -> tuple[bool, Mapping[str, Any]]:
        problems = [*_configuration(client, archive), *_identities(client, archive), *_buckets(client, archive)]
        for name in replicating:
            problems += _replication(client, name, buckets[name])
        return True, {**value, "problems": problems}
    return Step(True, value, act)


def _configuration(client: Client, archive: Archive) -> list[str]:
    """The server encrypted it for the account that made the backup, whose secret key is among the identities."""
    account = archive.about.get("account", "")
    known = archive.identities["users.json"].get(account) or archive.identities["svcaccts.json"].get(account) or {}
    if not known.get("secretKey"):
        return [f"configuration: the secret key of {account}, which made the backup, is not in it"]
    now = client.admin("GET", "config", decrypted=True, attempt="read the configuration").body.decode().splitlines()
    problems = []
    # Line by line: a whole configuration would take effect only when the servers start again, and one bad line would keep out all.
    for line in decrypt(archive.files["config.enc"], known["secretKey"]).decode().splitlines():
        if not line.strip() or line.startswith("#") or line in now:
            continue
        name = line.split()[0]
        try:
            answer = client.admin("PUT", "set-config-kv", body=line.encode(), encrypted=True, attempt="restore it")
        except Problem as problem:
            problems.append(f"configuration {name}: {problem}")
            continue
        if answer.headers.get(APPLIED) != "true":
            problems.append(f"configuration {name}: it is stored, and takes effect when the servers are restarted")
    return problems


def _identities(client: Client, archive: Archive) -> list[str]:
    answer = client.admin("PUT", "import-iam-v2", body=archive.files["iam.zip"], attempt="restore the identities").json() or {}
    problems = []
    for outcome in ("skipped", "failed"):
        for kind, entries in (answer.get(outcome) or {}).items():
            problems += [f"{kind} {json.dumps(entry, sort_keys=True)}: {outcome}" for entry in entries or []]
    return problems


def _buckets(client: Client, archive: Archive) -> list[str]:
    answer = client.admin("PUT", "import-bucket-metadata", body=archive.files["buckets.zip"], attempt="restore the buckets").json() or {}
    problems = []
    for bucket, status in sorted((answer.get("buckets") or {}).items()):
        said = {"": status.get("error"), **{part: seen.get("error") for part, seen in status.items() if isinstance(seen, Mapping)}}
        problems += [f"bucket {bucket}{f' {part}' if part else ''}: {error}" for part, error in said.items() if error]
    return problems


def _replication(client: Client, bucket: str, files: Mapping[str, bytes]) -> list[str]:
    """The server's import leaves replication out. A target that is made anew has another ARN, which the rules must name."""
    document = files["replication.xml"].decode()
    try:
        for target in ElementTree.fromstring(files.get("bucket-targets.json") or b"<none/>").findall("Targets"):
            body: dict[str, Any] = {name: kind(target.findtext(there) or "0") if kind is int else kind(target.findtext(there) or "")
                                    for there, name, kind in TARGET}
            # Either spelling: the structure that is written as XML has names for its credentials only.
            body["credentials"] = {"accessKey": target.findtext("Credentials/AccessKeyId") or "",
                                   "secretKey": target.findtext("Credentials/SecretAccessKey") or ""}
            arn = client.admin("PUT", "set-remote-target", {"bucket": bucket}, body, encrypted=True, attempt="make its target").json()
            document = document.replace(target.findtext("Arn") or arn, arn)
        client.s3("PUT", bucket, {"replication": ""}, document.encode(), attempt="set the replication")
    except (Problem, ElementTree.ParseError) as problem:
        return [f"bucket {bucket} replication: {problem}"]
    return []
