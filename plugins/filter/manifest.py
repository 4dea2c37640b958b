# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters oracle1.minio.manifest and oracle1.minio.manifest_problems."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.oracle1.minio.plugins.module_utils._errors import Problem
from ansible_collections.oracle1.minio.plugins.module_utils._manifest import merge, problems_of


def manifest(parts: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    try:
        return merge(parts)
    except Problem as problem:
        raise AnsibleFilterError(str(problem)) from None


class FilterModule:
    """Merge and judge a manifest that is split into parts."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"manifest": manifest, "manifest_problems": problems_of}
