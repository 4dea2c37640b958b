# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oracle1.minio.server_drives."""

from __future__ import annotations

import typing as t

from ansible_collections.oracle1.minio.plugins.module_utils._server_drives import judge


def server_drives(
    drives: t.Sequence[t.Mapping[str, t.Any]], mountinfo: str, results: t.Sequence[t.Mapping[str, t.Any]] = ()
) -> dict[str, t.Any]:
    """Judge the drives; `results` are those of a blkid task that loops over devices."""
    probes = [
        {"device": item.get("__minio_server_device"), **{key: item.get(key) for key in ("rc", "stdout", "stderr")}}
        for item in results
    ]
    return judge(drives, mountinfo, probes)


class FilterModule:
    """Decide what is to be done with each drive."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"server_drives": server_drives}
