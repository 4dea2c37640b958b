# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what is covered tells the truth about the modules, and leaves none of them out."""
from __future__ import annotations

from pathlib import PurePosixPath

import repository
import rules
import yaml
from repository import agree

ROWS = [row for group in repository.load("docs/coverage.yml") for row in group["rows"]]
# Modules that have no counterpart in an API of the server.
OF_HOSTS = {"diagnosis", "diagnosis_archive", "host_facts", "host_files", "host_packages", "host_units", "lb_drain", "pool_content", "probe",
            "release", "report", "server_state", "server_tuning"}


def options() -> dict[str, set[str]]:
    """Module -> its documented options."""
    return {PurePosixPath(path).stem: set(yaml.safe_load(rules.documentation_blocks(repository.text(path))["DOCUMENTATION"])["options"] or {})
            for path in repository.plugins("modules")}


def named() -> set[str]:
    return {name for row in ROWS for name in row.get("ours") or []}


def test_every_module_and_option_that_is_named_exists() -> None:
    known = options()
    agree([name for name in named() if name.split(".")[0] not in known or not set(name.split(".")[1:]) <= known[name.split(".")[0]]])


def test_every_module_of_the_servers_api_is_named() -> None:
    assert set(options()) - OF_HOSTS == {name.split(".")[0] for name in named()}


def test_every_facet_of_a_bucket_is_named() -> None:
    assert {f"bucket.{option}" for option in options()["bucket"]} == {name for name in named() if name.startswith("bucket.")}


def test_what_is_not_covered_has_a_reason_and_no_resource_stands_twice() -> None:
    agree([row["feature"] for row in ROWS if not row.get("ours") and not row.get("note")])
    resources = [name for row in ROWS for name in row.get("terraform") or []]
    assert len(resources) == len(set(resources)) == 68
