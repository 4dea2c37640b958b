"""Which changes of the release are refused, and what is said about the others."""
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.oracle1.minio.plugins.plugin_utils.upgrade import upgrade

OLD, NEW, FORK, ELSE = "RELEASE.2025-01-01T00-00-00Z", "RELEASE.2026-01-01T00-00-00Z", "SILO.2025-06-01", "RELEASE.2020-01-01T00-00-00Z"


def entry(release: str, version: str, distribution: str, *advisories: str) -> dict[str, Any]:
    return {"component": "server", "release": release, "distribution": distribution, "version": version, "advisories": list(advisories)}


CATALOGUE = [entry(OLD, "2025-01-01T00:00:00Z", "minio", "CVE-1", "CVE-2"), entry(NEW, "2026-01-01T00:00:00Z", "minio", "CVE-2", "CVE-3"),
             entry(FORK, "2025-06-01T00:00:00Z", "silo", "CVE-3")]
DESCRIBED = [{"id": "CVE-1", "title": "one"}, {"id": "CVE-2", "title": "two"}, {"id": "CVE-3", "title": "three"}]


def judged(*running: str | None, to: str = NEW, **options: bool) -> dict[str, Any]:
    return upgrade({f"minio{number}": release for number, release in enumerate(running, 1)}, to, CATALOGUE, DESCRIBED, **options)


@pytest.mark.parametrize(("running", "to", "options", "words"), [
    ((OLD, OLD, OLD), NEW, {}, None),
    ((NEW, NEW, NEW), NEW, {}, None),
    ((NEW, OLD, OLD), NEW, {}, None),
    ((NEW, NEW), OLD, {}, "is older than"),
    ((NEW, NEW), OLD, {"allow_downgrade": True}, None),
    ((ELSE, ELSE), NEW, {}, "not in the catalogue"),
    ((ELSE, ELSE), NEW, {"allow_unknown": True}, None),
    ((OLD, OLD), FORK, {}, "migrate_to_silo"),
    ((NEW, NEW), FORK, {"migrate": True}, None),
    ((FORK, FORK), NEW, {"migrate": True}, None),
    ((OLD, None), NEW, {}, "minio2 runs no server"),
    ((OLD, ELSE), NEW, {"allow_unknown": True}, "more than two releases"),
])
def test_what_is_not_safe_is_refused(running, to, options, words):
    problems = judged(*running, to=to, **options)["problems"]
    assert (not problems) if words is None else (len(problems) == 1 and words in problems[0])


def test_the_release_to_go_back_to_is_the_one_that_runs_besides():
    assert judged(OLD, OLD)["previous"] == judged(NEW, OLD)["previous"] == OLD
    assert judged(NEW, NEW)["previous"] == ""


def test_advisories_are_told_apart():
    first, *lines = judged(OLD, OLD)["lines"]
    assert first == f"{OLD} -> {NEW}"
    assert [line.split() for line in lines] == [["fixed", "CVE-1", "one"], ["new", "CVE-3", "three"], ["still", "open", "CVE-2", "two"]]
