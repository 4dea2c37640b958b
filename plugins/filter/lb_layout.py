# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters oracle1.minio.lb_layout and lb_up_to."""

from __future__ import annotations

import typing as t

from ansible_collections.oracle1.minio.plugins.plugin_utils.lb_layout import layout, up_to


class FilterModule:
    """What a balancer's configuration is made of."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"lb_layout": layout, "lb_up_to": up_to}
