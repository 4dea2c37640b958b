# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters oracle1.minio.preflight_variables and oracle1.minio.preflight."""

from __future__ import annotations

import typing as t

# Imported when it is used: Ansible loads this file in each process that uses any filter of the collection (see manifest.py).


def preflight(*words: t.Any) -> dict[str, t.Any]:
    from ansible_collections.oracle1.minio.plugins.plugin_utils import preflight_hosts
    return preflight_hosts.judge(*words)


def preflight_variables(*words: t.Any) -> dict[str, t.Any]:
    from ansible_collections.oracle1.minio.plugins.plugin_utils import preflight_variables as variables
    return variables.judge(*words)


class FilterModule:
    """Judge a cluster before anything is changed."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"preflight": preflight, "preflight_variables": preflight_variables}
