# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oracle1.minio.authority."""

from __future__ import annotations

import typing as t

# Imported when it is used: Ansible loads this file in each process that uses any filter of the collection (see manifest.py).


def judge(files: t.Mapping[str, t.Any], passphrase: str = "") -> dict[str, t.Any]:
    from ansible_collections.oracle1.minio.plugins.plugin_utils import authority
    return authority.judge(files, passphrase)


class FilterModule:
    """Judge the files of the private CA."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"authority": judge}
