# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that judge the replacement of drives: oracle1.minio.drive_replacement, drive_content, drive_identity, set_margins."""

from __future__ import annotations

import typing as t

from ansible_collections.oracle1.minio.plugins.plugin_utils import replacement


class FilterModule:
    """Decide whether and how a drive is replaced, and what the cluster can spare."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "drive_replacement": replacement.judge_drive,
            "drive_content": replacement.judge_content,
            "drive_identity": replacement.identity,
            "set_margins": replacement.margins,
        }
