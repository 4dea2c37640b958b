# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a cluster may go from the releases that it runs to another one, and what that brings. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.oracle1.minio.plugins.module_utils._release_catalogue import open_advisories, parse, resolve


def upgrade(
    running: t.Mapping[str, str | None],
    release: str,
    catalogue: t.Sequence[t.Mapping[str, t.Any]],
    described: t.Sequence[t.Mapping[str, t.Any]],
    allow_downgrade: bool = False,
    allow_unknown: bool = False,
    migrate: bool = False,
) -> dict[str, t.Any]:
    """The judgement; its keys are those documented in plugins/filter/upgrade.yml."""
    entries = parse(catalogue)
    wanted = resolve(entries, "server", release)
    down = sorted(node for node, found in running.items() if not found)
    others = sorted({found for found in running.values() if found} - {release})
    problems = [f"{', '.join(down)} {'runs' if len(down) == 1 else 'run'} no server; start all nodes first"] if down else []
    if len(others) > 1:
        problems.append(f"the nodes run more than two releases: {', '.join(others)}; bring them to one of them first")
    lines = []
    for name in others:
        before = entries.get(("server", name))
        if before is None:
            if not allow_unknown:
                problems.append(
                    f"{name} runs, which is not in the catalogue, so nobody knows whether its data can be read by {release}; describe it in "
                    "minio_release_extra, or set minio_upgrade_allow_unknown: true"
                )
            continue
        if before.distribution != wanted.distribution and not migrate:
            problems.append(f"{name} is {before.distribution} and {release} is {wanted.distribution}; use migrate_to_silo.yml")
        if wanted.version < before.version and not allow_downgrade and not migrate:
            problems.append(
                f"{release} is older than {name}; data that the newer one has written may not be readable for it. Set "
                "minio_upgrade_allow_downgrade: true to go back all the same"
            )
        known = {item["id"]: item for item in open_advisories(before, described) + open_advisories(wanted, described)}
        for words, ids in (
            ("fixed", set(before.advisories) - set(wanted.advisories)), ("new", set(wanted.advisories) - set(before.advisories)),
            ("still open", set(before.advisories) & set(wanted.advisories)),
        ):
            lines += [f"{words:<10}  {name:<15} {known[name].get('title', '')}" for name in sorted(ids)]
    return {
        "previous": others[0] if len(others) == 1 else "", "problems": problems,
        "lines": [f"{' and '.join(others) or release} -> {release}", *lines],
    }
