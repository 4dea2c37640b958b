# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls the package manager only if the module finds a package missing, and not in check mode."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        result.update(self._execute_module(task_vars=task_vars))
        if not result.get("missing") or self._task.check_mode:
            return result
        task = self._task.copy()
        task.args = {"name": self._task.args["name"], "state": "present"}
        package = self._shared_loader_obj.action_loader.get(
            "ansible.builtin.package", task=task, connection=self._connection, play_context=self._play_context,
            loader=self._loader, templar=self._templar, shared_loader_obj=self._shared_loader_obj,
        )
        # What the package manager says it did is what was done.
        return {**result, **package.run(task_vars=task_vars)}
