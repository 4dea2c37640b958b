#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_packages
short_description: Install the distribution's packages that are missing
version_added: 0.1.0
description:
  - Asks dpkg and rpm which of the packages are installed, and lets M(ansible.builtin.package) install them only if one is missing. A package
    manager needs seconds of processor time to find that nothing is to be done, these need milliseconds.
  - C(module_defaults) of the package manager hold as they do for M(ansible.builtin.package).
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  name:
    description: Names of the packages, without versions. A name that only another package provides counts as missing, and is left to the package manager.
    type: list
    elements: str
    required: true
attributes:
  check_mode:
    description: Says whether a package is missing. Does not ask the package manager, which has no index yet on a new host.
    support: full
  diff_mode:
    description: Shows the missing packages.
    support: full
seealso:
  - module: ansible.builtin.package
"""

EXAMPLES = r"""
- name: Install nginx
  oracle1.minio.host_packages:
    name: [nginx]
  module_defaults:
    ansible.builtin.apt:
      update_cache: true
      cache_valid_time: 86400
"""

RETURN = r"""
missing:
  description: Packages that were not installed before.
  returned: success
  type: list
  elements: str
  sample: [nginx]
"""

import shutil

from ansible.module_utils.basic import AnsibleModule

# Each writes a line for every package that it has; what it says of others, and its exit code, do not matter.
QUERIES = (
    ["dpkg-query", "--show", "--showformat", "${binary:Package} ${db:Status-Status}\n"],
    ["rpm", "--query", "--queryformat", "%{NAME} installed\n"],
)


def installed(text: str) -> set:
    """Names in the answer of a query; dpkg adds an architecture to some."""
    found = (line.split() for line in text.splitlines())
    return {words[0].partition(":")[0] for words in found if len(words) == 2 and words[1] == "installed"}


def main() -> None:
    module = AnsibleModule(
        argument_spec={"name": {"type": "list", "elements": "str", "required": True}}, supports_check_mode=True,
    )
    missing = module.params["name"]
    for query in QUERIES:
        if missing and shutil.which(query[0]):
            has = installed(module.run_command([*query, *missing])[1])
            missing = [name for name in missing if name not in has]
    module.exit_json(
        changed=bool(missing), missing=missing,
        diff={"before": {"missing packages": missing}, "after": {"missing packages": []}} if missing else {},
    )


if __name__ == "__main__":
    main()
