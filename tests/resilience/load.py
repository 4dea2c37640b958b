# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that remember what they were promised: small mixed S3 requests, and a check of every answer.

    with Load("https://198.51.100.21:9000", access_key, secret_key, ca="ca.crt") as load:
        ...                                  # the fault, the procedure
    report = load.report()                   # audits every object
    assert report.problems() == []

Each worker has keys of its own, so it knows what each must hold. A write that failed may have happened all the same: such a
key is never written again, and what it held before and what was sent both count as right. A deleted key is never written again
either, so whatever is read there has come back.
"""
from __future__ import annotations

import contextlib
import hashlib
import math
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any, Callable, Iterator, Mapping

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

KIB = 1024
# How often each operation is chosen, in parts.
MIX = {"PUT": 30, "GET": 35, "HEAD": 14, "DELETE": 15, "LIST": 5, "MULTIPART": 1}
READING = {"GET": 70, "HEAD": 25, "LIST": 5}
PART = 5 * 1024 * KIB          # the smallest part that S3 allows before the last one
LIVE = 150                     # objects a worker keeps before it deletes instead of writing
KEPT = 10                      # objects a worker writes before the clock starts, and never overwrites or deletes
# Within xl.meta, and in files of their own.
KEPT_SIZES = [KIB, 40 * KIB, 600 * KIB]
# botocore lets a TLS stream that is cut within an answer through as urllib3's error.
ERRORS = (BotoCoreError, ClientError, HTTPError)
ABSENT = ""                    # stands for "no object" among what a key may hold


@dataclass
class Failure:
    """A request that was refused or answered wrongly, `at` seconds after the start."""

    at: float
    operation: str
    kind: str
    key: str
    seconds: float


@dataclass
class Report:
    """What the clients saw. Times in seconds; `wrong`, `lost` and `returned` are about acknowledged writes and deletes."""

    seconds: float = 0.0
    requests: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    gap: float = 0.0
    gap_at: float = 0.0
    slowest: float = 0.0
    wrong: dict[str, int] = field(default_factory=dict)
    objects: int = 0
    deleted: int = 0
    unreadable_at_first: int = 0
    readable_after: float = 0.0
    lost: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def failures_counted(self) -> int:
        return sum(self.failed.values())

    def problems(self, failed: int | None = 0, gap: float | None = None) -> list[str]:
        """What is worse than the aim, in words. Lost objects and wrong answers always are; None sets no limit."""
        found = []
        if self.lost:
            found.append(f"{len(self.lost)} acknowledged objects lost: {self.lost[:5]}")
        if self.returned:
            found.append(f"{len(self.returned)} deleted objects came back: {self.returned[:5]}")
        if self.wrong:
            found.append(f"wrong answers: {self.wrong}")
        if failed is not None and self.failures_counted > failed:
            found.append(f"{self.failures_counted} of {self.requests} requests failed, {failed} allowed: {self.failed}")
        if gap is not None and self.gap > gap:
            found.append(f"no success for {self.gap:.2f} s, {gap} allowed")
        if not self.requests:
            found.append("no request was made")
        return found

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return (f"{self.requests} requests in {self.seconds:.0f} s, failed {self.failures_counted} {self.failed or ''}, longest gap "
                f"{self.gap:.2f} s, wrong {self.wrong or 0}, lost {len(self.lost)} of {self.objects}, returned {len(self.returned)} "
                f"of {self.deleted}")


@dataclass
class Worker:
    """One client's keys: what each may hold now, as digests (ABSENT: nothing), and what it held before."""

    number: int
    random: random.Random
    may: dict[str, set[str]] = field(default_factory=dict)
    past: dict[str, set[str]] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    count: int = 0

    def live(self) -> list[str]:
        return [key for key, may in self.may.items() if may != {ABSENT}]

    def open(self) -> list[str]:
        """Keys that may be written and deleted."""
        return [key for key in self.live() if key not in self.doubtful and key not in self.kept]

    def new_key(self) -> str:
        self.count += 1
        # Names with what clients must encode, in directories of some fifty objects.
        return f"w{self.number}/{self.count // 50}/object {self.count}+é"

    def acknowledge(self, key: str, digest: str) -> None:
        self.past.setdefault(key, set()).update(self.may.get(key, set()))
        self.may[key] = {digest}

    def doubt(self, key: str, digest: str) -> None:
        self.may[key] = self.may.get(key, {ABSENT}) | {digest}
        self.doubtful.add(key)

    def judge(self, key: str, digest: str) -> str:
        """What is wrong with reading this content (ABSENT: 404) from the key; empty when it is right."""
        may = self.may[key]
        if digest in may:
            return ""
        if digest == ABSENT:
            return "missing"
        if may == {ABSENT}:
            return "returned"
        return "stale" if digest in self.past.get(key, set()) else "corrupt"


class Missing(Exception):
    """404 for a key: right or wrong is for the worker to say."""


class Load:
    """Workers that run from `with` until its end. `rate` is requests per second of all workers together, None as fast as they can.

    `mix` says how often each operation is chosen.
    With `retries` the client repeats failed requests as the SDKs do by default (mode standard, three attempts).
    """

    def __init__(self, endpoint: str, access_key: str, secret_key: str, ca: str | None = None, *, workers: int = 4,
                 rate: float | None = 60, retries: bool = False, read_timeout: float = 60, seed: int = 0,
                 mix: Mapping[str, int] = MIX) -> None:
        self.bucket = f"load-{os.getpid()}-{time.time_ns() % 10**9}"
        self.rate, self.retries, self.ca, self.endpoint, self.read_timeout = rate, retries, ca, endpoint, read_timeout
        self.connections, self.mix = workers, mix
        self.workers = [Worker(number, random.Random(seed * 1000 + number)) for number in range(workers)]
        self.client = self._client(access_key, secret_key, retries)
        self.patient = self._client(access_key, secret_key, True)
        self.stopping = threading.Event()
        self.threads: list[threading.Thread] = []
        self.started = self.ended = 0.0
        self.busy = os.getloadavg()[0]
        self.requests: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self.successes: list[float] = []
        self.slowest = 0.0
        self.errors: list[BaseException] = []

    def _client(self, access_key: str, secret_key: str, retries: bool) -> Any:
        return boto3.session.Session().client(
            "s3", endpoint_url=self.endpoint, verify=self.ca or True, region_name="us-east-1", aws_access_key_id=access_key,
            aws_secret_access_key=secret_key, config=Config(
                retries={"mode": "standard", "total_max_attempts": 3 if retries else 1}, signature_version="s3v4",
                s3={"addressing_style": "path"}, connect_timeout=self.read_timeout, read_timeout=self.read_timeout,
                # What is read is compared anyway, and botocore cannot read a refusal that comes with the object's checksum.
                response_checksum_validation="when_required",
                max_pool_connections=self.connections))

    def use(self, access_key: str, secret_key: str) -> None:
        """Go on with other credentials, as an application does that was told of new ones."""
        self.patient = self._client(access_key, secret_key, True)
        self.client = self._client(access_key, secret_key, self.retries)

    # -- running --------------------------------------------------------------------------------

    def __enter__(self) -> Load:
        self.patient.create_bucket(Bucket=self.bucket)
        for worker in self.workers:
            for _number in range(KEPT):
                key, body = worker.new_key(), os.urandom(worker.random.choice(KEPT_SIZES))
                self.patient.put_object(Bucket=self.bucket, Key=key, Body=body)
                worker.acknowledge(key, digest_of(body))
                worker.kept.add(key)
        self.started = time.monotonic()
        self.threads = [threading.Thread(target=self._work, args=(worker,), daemon=True) for worker in self.workers]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.ended = time.monotonic()
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        # A request that was under way when the time was up still counts: it had been made.
        if self.errors:
            raise RuntimeError(f"the load generator itself failed: {self.errors[0]!r}") from self.errors[0]

    def _work(self, worker: Worker) -> None:
        pause = len(self.workers) / self.rate if self.rate else 0.0
        due = time.monotonic() + pause * worker.number / len(self.workers)
        try:
            while not self.stopping.wait(max(0.0, due - time.monotonic())):
                # What a hanging request held up is not made up for: clients wait too.
                due = max(due + pause, time.monotonic() - pause)
                self._step(worker)
        except BaseException as error:  # noqa: B036 - a thread's error would be printed and forgotten
            self.errors.append(error)

    def _step(self, worker: Worker) -> None:
        choice = worker.random.choices(list(self.mix), list(self.mix.values()))[0]
        free = worker.open()
        if choice == "PUT" and len(free) >= LIVE or choice == "DELETE" and not free:
            choice = {"PUT": "DELETE", "DELETE": "PUT"}[choice]
        getattr(self, f"_{choice.lower()}")(worker, free)

    @contextlib.contextmanager
    def _request(self, operation: str, key: str) -> Iterator[None]:
        """Count a request; an error is noted by its kind and raised on."""
        begin = time.monotonic()
        self.requests[operation] += 1
        try:
            yield
        except ERRORS as error:
            if not (isinstance(error, ClientError) and code_of(error) in ("404", "NoSuchKey") and operation in ("GET", "HEAD")):
                self._note(operation, kind_of(error), key, begin)
                raise
            self._succeed(begin)
            raise Missing from error
        self._succeed(begin)

    def _succeed(self, begin: float) -> None:
        now = time.monotonic()
        self.successes.append(now)
        self.slowest = max(self.slowest, now - begin)

    def _note(self, operation: str, kind: str, key: str, begin: float) -> None:
        now = time.monotonic()
        self.failures.append(Failure(round(begin - self.started, 2), operation, kind, key, round(now - begin, 2)))

    # -- one request each -----------------------------------------------------------------------

    def _put(self, worker: Worker, free: list[str]) -> None:
        # One write of four replaces an object.
        key = worker.random.choice(free) if free and worker.random.random() < 0.25 else worker.new_key()
        body = os.urandom(int(math.exp(worker.random.uniform(math.log(KIB), math.log(1024 * KIB)))))
        with self._write(worker, "PUT", key, digest_of(body)):
            self.client.put_object(Bucket=self.bucket, Key=key, Body=body)

    def _delete(self, worker: Worker, free: list[str]) -> None:
        key = worker.random.choice(free)
        with self._write(worker, "DELETE", key, ABSENT):
            self.client.delete_object(Bucket=self.bucket, Key=key)

    @contextlib.contextmanager
    def _write(self, worker: Worker, operation: str, key: str, digest: str) -> Iterator[None]:
        try:
            with self._request(operation, key):
                yield
        except ERRORS:
            worker.doubt(key, digest)
        else:
            worker.acknowledge(key, digest)

    def _multipart(self, worker: Worker, _free: list[str]) -> None:
        key, parts, at = worker.new_key(), [os.urandom(PART), os.urandom(KIB)], {"Bucket": self.bucket}
        try:
            with self._request("MULTIPART create", key):
                at.update(Key=key, UploadId=self.client.create_multipart_upload(Bucket=self.bucket, Key=key)["UploadId"])
            done = []
            for number, part in enumerate(parts, start=1):
                with self._request("MULTIPART part", key):
                    etag = self.client.upload_part(**at, PartNumber=number, Body=part)["ETag"]
                done.append({"PartNumber": number, "ETag": etag})
        except ERRORS:
            return
        with self._write(worker, "MULTIPART complete", key, digest_of(b"".join(parts))):
            self.client.complete_multipart_upload(**at, MultipartUpload={"Parts": done})

    def _get(self, worker: Worker, _free: list[str]) -> None:
        self._read(worker, "GET", worker.random.choice(list(worker.may)), lambda key: digest_of(
            self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()))

    def _head(self, worker: Worker, _free: list[str]) -> None:
        def exists(key: str) -> str:
            self.client.head_object(Bucket=self.bucket, Key=key)
            may = worker.may[key]
            return "something" if may == {ABSENT} else next(digest for digest in may if digest != ABSENT)
        self._read(worker, "HEAD", worker.random.choice(list(worker.may)), exists)

    def _read(self, worker: Worker, operation: str, key: str, read: Callable[[str], str]) -> None:
        begin = time.monotonic()
        try:
            with self._request(operation, key):
                digest = read(key)
        except Missing:
            digest = ABSENT
        except ERRORS:
            return
        wrong = worker.judge(key, digest)
        if wrong:
            self._note(operation, f"wrong: {wrong}", key, begin)

    def _list(self, worker: Worker, _free: list[str]) -> None:
        prefix = worker.random.choice(list(worker.may)).rpartition("/")[0] + "/"
        begin = time.monotonic()
        try:
            with self._request("LIST", prefix):
                answer = self.client.list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        except ERRORS:
            return
        seen = {item["Key"] for item in answer.get("Contents", [])}
        for key, may in worker.may.items():
            if key.startswith(prefix) and may == {ABSENT} and key in seen:
                self._note("LIST", "wrong: returned", key, begin)
            elif key.startswith(prefix) and ABSENT not in may and key not in seen:
                self._note("LIST", "wrong: missing", key, begin)

    # -- judging --------------------------------------------------------------------------------

    def report(self, patience: float = 60) -> Report:
        """Audit every object and every deleted key, then say what happened. What cannot be read is tried again for `patience` seconds."""
        report = Report(
            seconds=self.ended - self.started, requests=sum(self.requests.values()), slowest=self.slowest,
            failed=dict(Counter(f"{f.operation}: {f.kind}" for f in self.failures if not f.kind.startswith("wrong"))),
            wrong=dict(Counter(f"{f.operation}: {f.kind[7:]}" for f in self.failures if f.kind.startswith("wrong"))),
            failures=self.failures)
        moments = sorted([self.started, *(moment for moment in self.successes if moment <= self.ended), self.ended])
        report.gap, report.gap_at = max((after - before, before - self.started) for before, after in zip(moments, moments[1:]))
        self._audit(report, patience)
        return report

    def _audit(self, report: Report, patience: float) -> None:
        """Objects that are missing, other than written, or not readable at all, and deleted keys that can be read."""
        todo = [(worker, key) for worker in self.workers for key in worker.may]
        report.objects = sum(len(worker.live()) for worker in self.workers)
        report.deleted = len(todo) - report.objects
        begin, first = time.monotonic(), True
        while todo:
            with ThreadPoolExecutor(self.connections) as pool:
                found = list(pool.map(lambda item: self._faults(*item), todo))
            bad = [(item, fault) for item, fault in zip(todo, found) if fault]
            if first:
                report.unreadable_at_first, first = len(bad), False
            report.readable_after = round(time.monotonic() - begin, 1) if report.unreadable_at_first else 0.0
            if not bad or time.monotonic() - begin > patience:
                break
            todo = [item for item, _fault in bad]
            time.sleep(2)
        report.returned = [key for (_worker, key), fault in bad if fault == "returned"] if todo else []
        report.lost = [f"{key}: {fault}" for (_worker, key), fault in bad if fault != "returned"] if todo else []

    def _faults(self, worker: Worker, key: str) -> str:
        try:
            digest = digest_of(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except ERRORS as error:
            if not (isinstance(error, ClientError) and code_of(error) == "NoSuchKey"):
                return kind_of(error)
            digest = ABSENT
        return worker.judge(key, digest)

    def remove(self) -> None:
        """Delete the bucket with all that is in it."""
        for upload in self.patient.list_multipart_uploads(Bucket=self.bucket).get("Uploads", []):
            self.patient.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        for page in self.patient.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
            if keys:
                self.patient.delete_objects(Bucket=self.bucket, Delete={"Objects": keys, "Quiet": True})
        self.patient.delete_bucket(Bucket=self.bucket)


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def kind_of(error: Exception) -> str:
    """Short name of what went wrong: status and code of an answer, else the class of the exception."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
        return f"{status} {code_of(error)}"
    return type(error).__name__
