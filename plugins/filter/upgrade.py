# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oracle1.minio.upgrade."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import ReleaseError
from ansible_collections.oracle1.minio.plugins.plugin_utils.upgrade import upgrade


def judge(*arguments: t.Any, **options: t.Any) -> dict[str, t.Any]:
    try:
        return upgrade(*arguments, **options)
    except ReleaseError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Judge a change of the release."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"upgrade": judge}
