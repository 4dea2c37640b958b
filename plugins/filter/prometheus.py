# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters oracle1.minio.prometheus, oracle1.minio.alertmanager and oracle1.minio.peer_address."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.oracle1.minio.plugins.plugin_utils import prometheus as made


def prometheus(inputs: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What prometheus.yml holds."""
    return made.config(inputs)


def alertmanager(inputs: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What alertmanager.yml holds, and the secrets beside it."""
    try:
        return made.alertmanager(inputs)
    except made.PrometheusError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Shape the configuration of the monitoring."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"prometheus": prometheus, "alertmanager": alertmanager, "peer_address": made.peer_address}
