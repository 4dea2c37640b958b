# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a long piece of work is, for whoever watches: a line in a file at its start and every few seconds."""
from __future__ import annotations

import contextlib
import threading
import time
from typing import Any, Callable

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Refused

# Seconds between two lines.
INTERVAL = 3.0


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
