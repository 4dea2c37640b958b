# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oracle1.minio.server_environment."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.oracle1.minio.plugins.module_utils._server_env import UnwritableError, render


def server_environment(variables: t.Mapping[str, t.Any]) -> list[str]:
    """Lines of the environment file; the error names the variable, never its value."""
    try:
        return render(variables)
    except UnwritableError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """Write the server's environment file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"server_environment": server_environment}
