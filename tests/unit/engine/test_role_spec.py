# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role types its manifest exactly as the module does, to the inside."""
from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.oracle1.minio.plugins.module_utils._apply import MANIFEST

ROOT = Path(__file__).resolve().parents[3]
TYPING = ("type", "elements", "required", "choices", "default")


def typing_of(options):
    """The options without their descriptions; what a module leaves to Ansible is left out in both."""
    return {name: {**{key: option[key] for key in TYPING if key in option},
                   **({"no_log": True} if option.get("no_log") else {}),
                   **({"options": typing_of(option["options"])} if "options" in option else {})}
            for name, option in options.items()}


@pytest.mark.parametrize("key", MANIFEST)
def test_the_role_types_what_the_module_types(key):
    spec = yaml.safe_load((ROOT / "roles/minio_configure/meta/argument_specs.yml").read_text(encoding="utf-8"))
    option = spec["argument_specs"]["main"]["options"][f"minio_configure_{key}"]
    assert (option["type"], option["elements"]) == ("list", "dict")
    assert typing_of(option["options"]) == typing_of(MANIFEST[key].spec())


def test_the_role_types_every_default_and_no_more():
    role = ROOT / "roles/minio_configure"
    spec = yaml.safe_load((role / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    assert set(spec) == set(yaml.safe_load((role / "defaults/main.yml").read_text(encoding="utf-8")))
