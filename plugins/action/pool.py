# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module pool and shows how far it is."""
from __future__ import annotations

from ansible_collections.oracle1.minio.plugins.plugin_utils.progress import Watched


class ActionModule(Watched):
    """Always: it may take hours."""
