# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules as the role writes them: its template with its own defaults."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined

ROLE = Path(__file__).resolve().parents[3] / "roles" / "minio_prometheus"
TEMPLATE = ROLE / "templates" / "rules.yml.j2"


def text(**more: Any) -> str:
    """The rules file; `more` overrides defaults."""
    header, _, body = TEMPLATE.read_text(encoding="utf-8").partition("\n")
    options = {key.strip(): value.strip().strip("'") for key, _, value in (
        part.partition(":") for part in header.removeprefix("#jinja2:").split("',"))}
    environment = Environment(trim_blocks=True, undefined=StrictUndefined, keep_trailing_newline=True, **options)
    environment.filters["comment"] = lambda value: f"# {value}"
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    return environment.from_string(body).render({**defaults, "ansible_managed": "managed", **more})


def rules(**more: Any) -> list[dict[str, Any]]:
    """Every rule of every group."""
    return [rule for group in yaml.safe_load(text(**more))["groups"] for rule in group["rules"]]
