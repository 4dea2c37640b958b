# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scrape costs, by number of buckets, as Markdown: .venv/bin/python benchmarks/monitoring.py [N ...]

For each N (5, 100, 1000): one server with four drives, N buckets that were each written to and read once, and every endpoint that
the role minio_prometheus scrapes. A cluster of three has the endpoints of a node three times.

first   milliseconds of the first scrape; the server keeps most of what it computes for 10 to 60 s
median  milliseconds of the ten after it
series  what the endpoint gives, and what Prometheus keeps of it

Then what a client sees of it: one worker puts and gets objects of 1 KiB for 90 s while all endpoints are scraped every 15 s, as the
role does (the two of buckets every 60 s). Milliseconds of the requests that met a scrape, and of those that did not, and the share of
the time that a scrape was under way.
"""
from __future__ import annotations

import concurrent.futures
import contextlib
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "collections")]
import conftest  # noqa: E402
from ansible_collections.oracle1.minio.plugins.module_utils import _prometheus_token as token_of  # noqa: E402
from ansible_collections.oracle1.minio.plugins.plugin_utils import prometheus  # noqa: E402

ENDPOINTS = {
    "minio-cluster": ("/minio/v2/metrics/cluster", prometheus.NODE_SCOPE), "minio-bucket": ("/minio/v2/metrics/bucket", prometheus.DISTRIBUTIONS),
    "minio-usage": ("/minio/metrics/v3/cluster/usage/buckets", prometheus.DISTRIBUTIONS), "minio-node": ("/minio/v2/metrics/node", ""),
    "minio-resource": ("/minio/v2/metrics/resource", ""),
}
SELDOM = ("minio-bucket", "minio-usage")


def scrape(url: str, token: str) -> tuple[float, list[str]]:
    """Milliseconds, and the names of the series."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:
        text = answer.read().decode()
    took = 1000 * (time.perf_counter() - start)
    return took, [re.split(r"[{ ]", line, maxsplit=1)[0] for line in text.splitlines() if line and not line.startswith("#")]


def fill(there: conftest.Server, number: int, token: str) -> None:
    """Buckets that exist, are used, and are known to the account of usage."""
    client = there.boto3()

    def use(item: int) -> None:
        client.create_bucket(Bucket=f"bench-{item:05}")
        client.put_object(Bucket=f"bench-{item:05}", Key="one", Body=b"1")
        client.get_object(Bucket=f"bench-{item:05}", Key="one")["Body"].read()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(number)))
    deadline = time.monotonic() + 600
    while scrape(there.direct + ENDPOINTS["minio-usage"][0], token)[1].count("minio_cluster_usage_buckets_total_bytes") < number:
        if time.monotonic() > deadline:
            raise SystemExit("the scanner did not count all buckets in ten minutes")
        time.sleep(2)


def meet(there: conftest.Server, token: str, seconds: float = 90) -> str:
    """The columns of the second table, from requests and scrapes side by side."""
    client, requests, scrapes = there.boto3(), [], []
    over = threading.Event()

    def scraper() -> None:
        turn = 0
        while not over.is_set():
            start = time.perf_counter()
            for job, (path, _dropped) in ENDPOINTS.items():
                if turn % 4 == 0 or job not in SELDOM:
                    scrape(there.direct + path, token)
            scrapes.append((start, time.perf_counter()))
            turn += 1
            over.wait(15)

    client.create_bucket(Bucket="meet")
    thread = threading.Thread(target=scraper)
    thread.start()
    begin = time.perf_counter()
    while time.perf_counter() < begin + seconds:
        for call in (lambda: client.put_object(Bucket="meet", Key="one", Body=bytes(1024)),
                     lambda: client.get_object(Bucket="meet", Key="one")["Body"].read()):
            start = time.perf_counter()
            call()
            requests.append((start, time.perf_counter()))
    over.set()
    thread.join()

    met, free = [], []
    for start, end in requests:
        (met if any(start < until and end > since for since, until in scrapes) else free).append(1000 * (end - start))
    share = sum(until - since for since, until in scrapes) / seconds
    return " | ".join(f"{len(found)} | {statistics.median(found):.1f} | {statistics.quantiles(found, n=10)[8]:.1f}" for found in (met, free)) + f" | {share:.1%}"


def table(number: int) -> tuple[list[str], str]:
    """Rows of the first table, and one of the second."""
    with tempfile.TemporaryDirectory(prefix="oracle1-bench-") as directory:
        process, port = conftest.start(Path(directory), 4)
        try:
            there = conftest.Server(port, conftest.Wire(port), Path(directory))
            token = token_of.make(conftest.ACCESS_KEY, conftest.SECRET_KEY, int(time.time()) + 86400)
            there.mc("admin", "config", "set", "s3", "scanner", "speed=fastest", "cycle=5s")
            fill(there, number, token)
            there.mc("admin", "config", "reset", "s3", "scanner")
            rows = []
            for job, (path, dropped) in ENDPOINTS.items():
                first, names = scrape(there.direct + path, token)
                median = statistics.median(scrape(there.direct + path, token)[0] for _ in range(10))
                kept = [name for name in names if not (dropped and re.fullmatch(dropped, name))]
                rows.append(f"| {number} | {job} | {first:.0f} | {median:.0f} | {len(names)} | {len(kept)} |")
            return rows, f"| {number} | {meet(there, token)} |"
        finally:
            process.terminate()
            with contextlib.suppress(Exception):
                process.wait(60)


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:]] or [5, 100, 1000]
    print("| buckets | job | first, ms | median, ms | series given | series kept |\n|---|---|---|---|---|---|")
    clients = []
    for number in numbers:
        rows, client = table(number)
        clients.append(client)
        print("\n".join(rows), flush=True)
    print("\n| buckets | meeting a scrape | median, ms | p90, ms | others | median, ms | p90, ms | time in scrapes |\n" + "|---" * 8 + "|")
    print("\n".join(clients), flush=True)


if __name__ == "__main__":
    main()
