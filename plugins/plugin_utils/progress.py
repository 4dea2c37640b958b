# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module and shows how far it is: a module itself can speak only at its end."""
from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import Any, Callable

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

# Seconds between two looks at the file.
INTERVAL = 0.5


class Watched(ActionBase):
    """Lends the module a file for its progress where both run on this machine, and shows its lines from a verbosity on."""

    verbosity = 0

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        if Display().verbosity < self.verbosity or self._connection.transport != "local" or arguments.get("progress_path"):
            return {**result, **self._execute_module(module_args=arguments, task_vars=task_vars)}
        with tempfile.NamedTemporaryFile("r", prefix="oracle1-progress-") as file:
            if self._play_context.become:
                Path(file.name).chmod(0o666)
            over = threading.Event()
            watcher = threading.Thread(target=_show, args=(file, over, self._say), daemon=True)
            watcher.start()
            try:
                done = self._execute_module(module_args={**arguments, "progress_path": file.name}, task_vars=task_vars)
            finally:
                over.set()
                watcher.join()
        return {**result, **done}

    def _say(self, line: str) -> None:
        Display().verbose(f"{self._task.action}: {line}", caplevel=self.verbosity - 1)


def _show(file: Any, over: threading.Event, say: Callable[[str], None]) -> None:
    ended = False
    while not ended:
        # One more look after the end: the last lines came before it.
        ended = over.wait(INTERVAL)
        for line in file.readlines():
            say(line.rstrip())
