# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open advisories of one release of the catalogue, as data and as lines to print."""
from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible.errors import AnsibleFilterError

from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import (
    ReleaseError, open_advisories, parse, resolve, table)

DOCUMENTATION = r"""
name: advisories
short_description: Open security advisories of a release
version_added: 0.1.0
author:
  - The oracle1.minio maintainers (@oracle1)
description:
  - Looks up a release in the catalogue of the role P(oracle1.minio.minio_release#role) and describes the advisories that are open for it.
  - Fails if the catalogue is malformed or does not know the release.
positional: component, release, described
options:
  _input:
    description:
      - Releases, as in O(oracle1.minio.release#module:catalogue). A later entry replaces an earlier one.
    type: list
    elements: dict
    required: true
  component:
    description:
      - Component of the release.
    type: str
    choices: [server, client]
    required: true
  release:
    description:
      - Name of the release.
    type: str
    required: true
  described:
    description:
      - What is known about each advisory, with the keys C(id), C(aliases), C(severity), C(title), C(fixed_in), C(covered_by).
    type: list
    elements: dict
    required: true
  accepted:
    description:
      - Identifiers or aliases of advisories to leave out.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Print what is known to be wrong with the release
  ansible.builtin.debug:
    msg: "{{ catalogue | oracle1.minio.advisories('server', minio_release, described) }}"
"""

RETURN = r"""
_value:
  description:
    - C(open), the advisories that are open, described; C(lines), the same as an aligned table.
  type: dict
"""


def advisories(catalogue: Sequence[Mapping[str, Any]], component: str, release: str,
               described: Sequence[Mapping[str, Any]], accepted: Sequence[str] = ()) -> dict[str, Any]:
    try:
        found = open_advisories(resolve(parse(catalogue), component, release), described, accepted)
    except ReleaseError as error:
        raise AnsibleFilterError(str(error)) from error
    return {"open": found, "lines": table(found)}


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"advisories": advisories}
