# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters oracle1.minio.pool_change, oracle1.minio.pool_switch, oracle1.minio.pool_room, oracle1.minio.pool_moving and oracle1.minio.pool_left."""

from __future__ import annotations

import typing as t

from ansible_collections.oracle1.minio.plugins.plugin_utils import pool_content, pool_switch


class FilterModule:
    """Decide how the list of pools changes on a cluster that serves."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"pool_change": pool_switch.change, "pool_switch": pool_switch.switch, "pool_room": pool_switch.room,
                "pool_moving": pool_content.moving, "pool_left": pool_content.left}
