# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import importlib
import re
from typing import Any

import yaml

from ansible_collections.oracle1.minio.plugins.module_utils._manifest import MANIFEST
from ansible_collections.oracle1.minio.plugins.module_utils._resource import Resource


def _described(key: str, resource: Resource) -> dict[str, Any]:
    """The options of one kind, in the words of the module that manages a single object of it."""
    module = importlib.import_module(f"ansible_collections.oracle1.minio.plugins.modules.{resource.kind}")
    options = yaml.safe_load(module.DOCUMENTATION)["options"]
    shown = {name: options[resource.renamed.get(name, name)] for name in resource.spec()}
    back = {new: old for old, new in resource.renamed.items()}

    def moved(match: re.Match[str]) -> str:
        return f"O(manifest.{key}[].{back.get(match[1], match[1])}{match[2]}"

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return re.sub(r"\bO\((\w+)((?:\[\])?[.=)])", lambda match: moved(match) if match[1] in options else match[0], value)
        if isinstance(value, list):
            return [walk(item) for item in value]
        return {name: walk(item) for name, item in value.items()} if isinstance(value, dict) else value

    shown = walk(shown)
    if resource.secret:
        written = shown[resource.secret]["description"]
        kept = "Generated at creation when omitted and O(secrets_dir) is set."
        shown[resource.secret]["description"] = [*([written] if isinstance(written, str) else written), kept]
    return {"description": f"Objects of the kind {resource.kind}; the options of M(oracle1.minio.{resource.kind}).",
            "type": "list", "elements": "dict", "default": [], "suboptions": shown}


class ModuleDocFragment:
    """The manifest as an option. Made of the documentation of the modules, so that there is one text for each option."""

    # With its type, because ansible-test takes every plain assignment here for a text that it can read.
    DOCUMENTATION: str = yaml.safe_dump({"options": {"manifest": {
        "description": "What shall be there. What it does not name is left alone.",
        "type": "dict",
        "required": True,
        "suboptions": {key: _described(key, resource) for key, resource in MANIFEST.items()},
    }}}, sort_keys=False, allow_unicode=True, width=1000)
