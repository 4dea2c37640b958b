# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release catalogue: what can be installed, where each release comes from, what is known to be wrong with it.

A catalogue is a list of dicts (the role's vars plus the user's additions); a later entry replaces an earlier one with
the same component and release. Everything here is pure.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Mapping, Sequence

COMPONENTS = {"server": "minio", "client": "mc"}
SOURCES = ("auto", "build", "download", "file")
# What the kernel calls a machine -> what Go calls it, which is the name used everywhere in this collection.
ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class ReleaseError(Exception):
    """What is wrong and what to do about it, in words for the person who runs the playbook."""


@dataclass(frozen=True)
class Build:
    """A Go module that `go install` builds; `go` is the oldest Go version that can."""

    module: str
    version: str
    go: str | None = None


@dataclass(frozen=True)
class Download:
    """Published bytes: the same file under one or more addresses. `member` names the binary inside a .tar.gz."""

    urls: tuple[str, ...]
    sha256: str
    member: str | None = None


@dataclass(frozen=True)
class Entry:
    """One release of one component. `version` is what a running server reports (an RFC 3339 time)."""

    component: str
    release: str
    distribution: str
    version: str
    commit: str | None = None
    build: Build | None = None
    downloads: Mapping[str, Download] = field(default_factory=dict)
    advisories: tuple[str, ...] = ()

    @property
    def binary(self) -> str:
        return COMPONENTS[self.component]

    def offers(self) -> list[str]:
        built = ["build"] if self.build else []
        return built + [f"download ({', '.join(sorted(self.downloads))})"] * bool(self.downloads)


def architecture(name: str) -> str:
    """`x86_64` or `amd64` -> `amd64`."""
    if name not in ARCHITECTURES:
        raise ReleaseError(
            f"architecture '{name}' is not supported; known: {', '.join(ARCHITECTURES)}. Take the host out of the "
            "groups, or set minio_release_architectures to what the nodes really are")
    return ARCHITECTURES[name]


def _expect(ok: bool, where: str, what: str) -> None:
    if not ok:
        raise ReleaseError(f"release catalogue, {where}: {what}. See docs/releases.md, 'Adding an entry'")


def _download(raw: Mapping[str, Any], where: str) -> Download:
    urls, sha256 = tuple(raw.get("urls") or ()), str(raw.get("sha256") or "")
    _expect(bool(urls), where, "a download needs at least one address in urls")
    for url in urls:
        _expect(url.startswith(("https://", "http://")), where, f"'{url}' is not an http or https address")
    _expect(bool(_SHA256.fullmatch(sha256)), where, f"sha256 '{sha256}' is not 64 lower-case hexadecimal digits")
    return Download(urls=urls, sha256=sha256, member=raw.get("member") or None)


def _build(raw: Mapping[str, Any], where: str) -> Build:
    module, version = str(raw.get("module") or ""), str(raw.get("version") or "")
    _expect(bool(module) and bool(version), where, "a build needs module and version")
    _expect(bool(re.fullmatch(r"v\d+\.\d+\.\d+\S*", version)), where,
            f"'{version}' is not a Go module version such as v0.0.0-20260212201848-7aac2a2c5b7c")
    return Build(module=module, version=version, go=raw.get("go") or None)


def parse_entry(raw: Mapping[str, Any]) -> Entry:
    component, release = str(raw.get("component") or ""), str(raw.get("release") or "")
    where = f"{component or '(no component)'} {release or '(no release)'}"
    _expect(component in COMPONENTS, where, f"component is one of {', '.join(COMPONENTS)}")
    _expect(bool(_NAME.fullmatch(release)), where, "release is a name of letters, digits, dots and dashes")
    version = str(raw.get("version") or "")
    _expect(bool(_STAMP.fullmatch(version)), where, f"version '{version}' is not a time such as 2026-02-12T20:18:48Z")
    build = _build(raw["build"], where) if raw.get("build") else None
    _expect(not build or bool(raw.get("commit")), where, "a build needs the commit to stamp into the binary")
    downloads: dict[str, Download] = {}
    for item in raw.get("downloads") or []:
        arch = architecture(str(item.get("architecture")))
        _expect(arch not in downloads, where, f"two downloads for {arch}; put all addresses into one urls list")
        downloads[arch] = _download(item, where)
    return Entry(
        component=component, release=release, version=version, distribution=str(raw.get("distribution") or "minio"),
        commit=raw.get("commit"), build=build, downloads=downloads, advisories=tuple(raw.get("advisories") or ()))


def parse(entries: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Entry]:
    """{(component, release): entry}, in catalogue order."""
    parsed = [parse_entry(raw) for raw in entries]
    return {(entry.component, entry.release): entry for entry in parsed}


def resolve(catalogue: Mapping[tuple[str, str], Entry], component: str, release: str) -> Entry:
    try:
        return catalogue[(component, release)]
    except KeyError:
        known = [name for kind, name in catalogue if kind == component]
        raise ReleaseError(
            f"unknown {component} release '{release}'; known: {', '.join(known) or 'none'}. Choose one of these or "
            "describe yours in minio_release_extra (docs/releases.md, 'Adding an entry')") from None


def open_advisories(entry: Entry, described: Sequence[Mapping[str, Any]], accepted: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The advisories that are open for a release, described, without those that were accepted by id or alias."""
    by_id = {item["id"]: item for item in described}
    result = []
    for name in entry.advisories:
        item = by_id.get(name) or {"title": "not described in the catalogue"}
        if {name, *(item.get("aliases") or [])} & set(accepted):
            continue
        result.append({
            "id": name, "severity": item.get("severity") or "unrated", "title": item["title"],
            "fixed_in": list(item.get("fixed_in") or []), "covered_by": list(item.get("covered_by") or [])})
    return result


def table(advisories: Sequence[Mapping[str, Any]]) -> list[str]:
    """Aligned lines for a terminal: id, severity, what covers it, title."""
    rows = [("id", "severity", "covered by", "what")]
    rows += [(a["id"], a["severity"], ", ".join(a["covered_by"]) or "nothing", a["title"]) for a in advisories]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[3]]) for row in rows]
