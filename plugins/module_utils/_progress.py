# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a long piece of work is, for whoever watches: a line in a file at its start and every few seconds."""
from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from typing import Any, Callable

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused

# Seconds between two lines.
INTERVAL = 3.0
# What takes hours needs no line every few seconds: the pause grows with the time that has passed, up to this many seconds.
LONGEST_INTERVAL = 60.0
INTERVAL_SHARE = 0.05
# The rate is that of the last so many seconds.
WINDOW = 60.0


class Progress:
    """Counts what is done and writes `300 of 1000 objects written` to the file, if there is one. Thread-safe."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._what, self._total, self._done, self._told = "", 0, 0, time.monotonic()

    def begin(self, what: str, total: int) -> None:
        """Start to count objects that are what (a participle). Raises Refused when the file cannot be written."""
        self._what, self._total, self._done = what, total, 0
        try:
            self._tell()
        except OSError as error:
            raise Refused(f"{error.strerror}: {error.filename}", attempt="write to progress_path") from None

    def counted(self, function: Callable[[Any], None]) -> Callable[[Any], None]:
        """The function, counted each time that it ends."""
        def call(item: Any) -> None:
            function(item)
            self._count()
        return call

    def _count(self) -> None:
        with self._lock:
            self._done += 1
            if time.monotonic() - self._told >= INTERVAL:
                # What has begun is not stopped because nobody can watch it any more.
                with contextlib.suppress(OSError):
                    self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        if self._path is not None and self._total:
            with open(self._path, "a", encoding="utf-8") as file:
                file.write(f"{self._done} of {self._total} objects {self._what}\n")


class Lines:
    """Writes a line at once, and then one every few seconds, to the file, if there is one."""

    def __init__(self, path: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = path, clock
        self._began = clock()
        self._next = self._began

    def tell(self, text: str) -> None:
        """Write the text when it is time for a line. Raises Refused when not even the first can be written."""
        now = self._clock()
        if self._path is None or now < self._next:
            return
        try:
            with open(self._path, "a", encoding="utf-8") as file:
                file.write(f"{text}\n")
        except OSError as error:
            if self._next == self._began:
                raise Refused(f"{error.strerror}: {error.filename}", attempt="write to progress_path") from None
        self._next = now + min(max(INTERVAL, (now - self._began) * INTERVAL_SHARE), LONGEST_INTERVAL)


class Pace:
    """How far something is, how fast it goes and how long it still takes, from what is seen again and again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def text(self, done: int, total: int) -> str:
        """`43 %, 1.2 of 2.8 GiB, 23.1 MiB/s, 1 min 10 s left`, in bytes; what is not known yet is left out."""
        now = self._clock()
        while len(self._seen) > 1 and now - self._seen[0][0] > WINDOW:
            self._seen.popleft()
        self._seen.append((now, done))
        # What was counted before may be older than what is there now, so it is not over before the server says so.
        total = max(total, done) if total else 0
        parts = [f"{min(done * 100 // total, 99)} %", f"{size(done)} of {size(total)}"] if total else [size(done)]
        before, less = self._seen[0]
        rate = (done - less) / (now - before) if now - before >= 1 else 0.0
        if rate > 0:
            parts.append(f"{size(rate)}/s")
            if total:
                parts.append(f"{duration((total - done) / rate)} left")
        return ", ".join(parts)


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


def duration(seconds: float) -> str:
    """Seconds for people: the two largest units."""
    whole = int(seconds + 0.5)
    units = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    first = next((place for place, (worth, _name) in enumerate(units) if whole >= worth), 3)
    parts = []
    for worth, name in units[first:first + 2]:
        parts.append(f"{whole // worth} {name}")
        whole %= worth
    return " ".join(part for place, part in enumerate(parts) if place == 0 or not part.startswith("0 "))
