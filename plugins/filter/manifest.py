# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters oracle1.minio.manifest and oracle1.minio.manifest_problems."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

# Ansible loads every file of this directory in each process that uses any filter of the collection. What is imported here at
# the top is therefore paid for dozens of times in a run; the manifest knows all kinds of objects.


def plain(value: t.Any) -> t.Any:
    """The same mappings and lists without Ansible's lazy ones: whoever copies one of those copies everything that it could refer to."""
    if isinstance(value, t.Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def manifest(parts: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    from ansible_collections.oracle1.minio.plugins.module_utils import _errors, _manifest
    try:
        return _manifest.merge(parts)
    except _errors.Problem as problem:
        raise AnsibleFilterError(str(problem)) from None


def manifest_problems(parts: t.Mapping[str, t.Any]) -> list[str]:
    from ansible_collections.oracle1.minio.plugins.module_utils import _manifest
    return _manifest.problems_of(plain(parts))


class FilterModule:
    """Merge and judge a manifest that is split into parts."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"manifest": manifest, "manifest_problems": manifest_problems}
