# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a long piece of work is, for whoever watches: a line in a file at its start and every few seconds."""
from __future__ import annotations

import threading
import time
from typing import Any, Callable

# Seconds between two lines.
INTERVAL = 3.0


class Progress:
    """Counts what is done and writes `300 of 1000 objects written` to the file, if there is one. Thread-safe."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._what, self._total, self._done, self._told = "", 0, 0, time.monotonic()

    def begin(self, what: str, total: int) -> None:
        """Start to count objects that are what (a participle)."""
        self._what, self._total, self._done = what, total, 0
        self._tell()

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
                self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        if self._path is not None and self._total:
            with open(self._path, "a", encoding="utf-8") as file:
                file.write(f"{self._done} of {self._total} objects {self._what}\n")
