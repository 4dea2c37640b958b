# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oracle1.minio.server_plan."""

from __future__ import annotations

import typing as t

from ansible_collections.oracle1.minio.plugins.module_utils._server_plan import plan


class FilterModule:
    """Decide the order of starts and restarts."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"server_plan": plan}
