# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup oracle1.minio.preflight_options."""

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_options
short_description: Collect what a host's variables give the roles of this collection
version_added: 0.1.0
author:
  - The oracle1.minio maintainers (@oracle1)
description:
  - Picks the host's variables whose name begins with the name of a role, beside those that are judged with the cluster's plan.
  - Holds secrets, so a task that uses it needs C(no_log).
  - Made for the role P(oracle1.minio.minio_preflight#role), which hands the result to P(oracle1.minio.preflight_variables#filter).
options: {}
seealso:
  - plugin: oracle1.minio.preflight_variables
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Collect what the host is told
  ansible.builtin.set_fact:
    told: "{{ lookup('oracle1.minio.preflight_options') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description:
    - One dictionary. C(values) holds values by the variable's name, C(unknown) names that no role reads.
    - C(unresolved) holds variables that refer to something that is not there (yet), each with the name of what is not defined, or an empty text.
  type: list
  elements: dict
"""

import typing as t

from ansible.plugins.lookup import LookupBase

from ansible_collections.oracle1.minio.plugins.plugin_utils.preflight_options import collect


class Resolved(t.Mapping[str, t.Any]):
    """Variables whose templates are resolved when they are asked for."""

    def __init__(self, variables: t.Mapping[str, t.Any], templar: t.Any) -> None:
        self.variables, self.templar = variables, templar

    def __getitem__(self, name: str) -> t.Any:
        return self.templar.template(self.variables[name])

    def __iter__(self) -> t.Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)


class LookupModule(LookupBase):
    """Collect what the roles are told."""

    def run(self, terms: t.Any, variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any) -> list[dict[str, t.Any]]:
        return [collect(Resolved(variables or {}, self._templar))]
