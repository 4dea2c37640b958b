# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether objects may be moved off pools, and whether a pool is empty, from what the drives of its nodes say. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter

Facts = t.Mapping[str, t.Any]
# How many names a message shows.
SHOWN = 5


def moving(contents: t.Mapping[str, Facts], nodes: t.Collection[str], kind: str, aside: bool = False) -> dict[str, t.Any]:
    """What moving objects off pools would damage; its keys are those documented in plugins/filter/pool_moving.yml.

    `contents`: of oracle1.minio.pool_content by node, of all pools. `nodes`: those of the pools that objects leave. `kind`: decommission
    or rebalance, which leaves settings where they are. `aside`: whether superseded copies may be set aside.
    """
    here = {node: contents[node] for node in nodes}
    older = _older_settings(contents, nodes) if kind == "decommission" else []
    superseded, problems = _names(here, "superseded"), []
    if superseded and not aside:
        problems.append(
            f"{_count(here, 'superseded')} objects would be served as they once were: another pool has newer copies of them, and the server "
            f"moves the older ones over those ({_show(superseded)}); have the older ones set aside first, which deletes nothing, with "
            "-e minio_topology_set_aside=true"
        )
    if older and not aside:
        problems.append(
            f"{len(older)} settings would become what they once were, accounts and policies among them ({_show(older)}); have the older "
            "copies set aside first with -e minio_topology_set_aside=true"
        )
    for key, why in (
        ("stuck", "would be served as they once were, and cannot be set aside because other versions or objects lie in the same folder; "
                  "copy each one to another key, delete it with all its versions, and copy it back"),
        ("nested", "would be deleted, because their keys begin with the key of another object and a slash; copy them to other keys and delete "
                   "them, until the objects have been moved"),
        ("markers", "would come back, because a delete marker is not moved alone; remove the delete marker by its version id, and delete the "
                    "object again, or delete all its versions"),
    ):
        names = _names(here, key)
        if names:
            problems.append(f"{_count(here, key)} objects {why} ({_show(names)})")
    uploads = max((content["uploads"] for content in here.values()), default=0)
    note = f"{uploads} multipart uploads have begun there; those that are not completed before end with NoSuchUpload" if uploads else ""
    return {"problems": problems, "note": note, "settings": older, "due": bool(superseded or older)}


def left(contents: t.Mapping[str, Facts], nodes: t.Collection[str]) -> dict[str, t.Any]:
    """What a decommission has left on the nodes of a pool; its keys are those documented in plugins/filter/pool_left.yml."""
    contents = {node: contents[node] for node in nodes}
    drives = sum(content["drives"] for content in contents.values())
    objects: Counter[str] = Counter()
    settings: Counter[str] = Counter()
    for content in contents.values():
        objects.update(content["objects"]["names"])
        settings.update(content["settings"])
    copies = objects + settings
    # What one drive of a set has alone was never acknowledged, or was deleted while the drive was away.
    whole = sorted([name for name, count in objects.items() if count >= min(2, drives)]
                   + [name for name, count in settings.items() if count >= min(2, len(contents))])
    cut = any(content["objects"]["count"] > len(content["objects"]["names"]) for content in contents.values())
    pieces = len(copies) - len(whole)
    note = f"{pieces} objects lie on one drive only, which is too few to read them ({_show(sorted(set(copies) - set(whole)))})" if pieces else ""
    return {"left": bool(whole or cut), "note": note,
            "text": f"{max([_count(contents, 'objects'), len(whole)])} objects or settings are left there ({_show(whole or sorted(copies))})"}


def _older_settings(contents: t.Mapping[str, Facts], nodes: t.Collection[str]) -> list[str]:
    times: list[dict[str, int]] = [{}, {}]
    for node, content in contents.items():
        seen = times[node in nodes]
        for path, moment in content["settings"].items():
            seen[path] = max(seen.get(path, 0), moment)
    others, own = times
    return sorted(path for path, moment in own.items() if moment < others.get(path, 0))


def _names(contents: t.Mapping[str, Facts], key: str) -> list[str]:
    return sorted({name for content in contents.values() for name in content[key]["names"]})


def _count(contents: t.Mapping[str, Facts], key: str) -> int:
    """At least so many: nodes hold copies of the same objects."""
    return max([len(_names(contents, key)), *(content[key]["count"] for content in contents.values())])


def _show(names: t.Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
